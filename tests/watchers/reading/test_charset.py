"""Bytes to text: Thai under every label, and labels that lie."""

from __future__ import annotations

import base64
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.watchers.reading.letters import TEXT, single
from watchers.reading import read
from watchers.reading.charset import codec_of, decode

THAI_NAMES = ["tis-620", "TIS620", "windows-874", "x-windows-874", "iso-8859-11", "cp874", "CP-874", "x-tis-620"]
WINDOWS = TEXT.encode("cp874")  # with the quotation marks that Windows adds to TIS-620


@pytest.mark.parametrize("label", THAI_NAMES)
@pytest.mark.parametrize("encoding", ["8bit", "base64", "quoted-printable"])
def test_every_thai_name_means_what_windows_sends(label: str, encoding: str) -> None:
    found = read(single(label, WINDOWS, encoding))
    assert found.text.strip() == TEXT.strip()
    assert found.charset_problems == ()


@pytest.mark.parametrize("label", [*THAI_NAMES, "iso-8859-1", "us-ascii", "x-unknown", "windows-1252", "gb2312"])
def test_utf8_is_recognised_under_any_label(label: str) -> None:
    found = read(single(label, TEXT.encode()))
    assert found.text.strip() == TEXT.strip()
    assert found.charset_problems == (f"{label}: read as utf-8",)


@pytest.mark.parametrize("label", ["", "utf-8", "iso-8859-1", "windows-1252", "us-ascii", "x-unknown", "8bit"])
def test_thai_bytes_are_recognised_under_a_wrong_or_missing_label(label: str) -> None:
    found = read(single(label, WINDOWS))
    assert found.text.strip() == TEXT.strip()
    assert found.charset_problems == (f"{label or 'no charset'}: read as cp874",)


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        ("Die Frösche müssen über die Straße", "latin-1", "iso-8859-1"),
        ("Die Frösche müssen über die Straße", "latin-1", ""),
        ("“Grüße” – €", "cp1252", "iso-8859-1"),
        ("你好世界", "gb18030", "gb2312"),
        ("你好世界", "gb18030", "X-GBK"),
        ("日本語のメール", "iso-2022-jp", "ISO-2022-JP"),
        ("日本語のメール", "iso-2022-jp", ""),
        ("日本語のメール", "cp932", "Shift_JIS"),
        ("한국어 메일", "cp949", "ks_c_5601-1987"),
        ("привет всем, как дела", "koi8-r", "koi8-r"),
        ("สวัสดี", "utf-16", "utf-16"),
        ("สวัสดี", "utf-7", "utf-7"),
        ("สวัสดี", "utf-8-sig", ""),
    ],
)
def test_other_charsets_are_read_as_labelled(text: str, codec: str, label: str) -> None:
    assert decode(text.encode(codec), label, []) == text


def test_a_character_cut_in_two_costs_only_itself() -> None:
    problems: list[str] = []
    assert decode(TEXT.strip().encode()[:-1], "utf-8", problems) == TEXT.strip()[:-1] + "?"
    assert problems == ["utf-8: characters that could not be read"]


@pytest.mark.parametrize(("label", "codec"), [("us-ascii us-ascii", "ascii"), ('"utf-8"', "utf-8"), ("utf8;", "utf-8")])
def test_untidy_labels_are_understood(label: str, codec: str) -> None:
    assert codec_of(label) == codec


@pytest.mark.parametrize("label", ["punycode", "idna", "unicode_escape", "rot13", "base64", "undefined", "zip", "\0"])
def test_codecs_that_are_no_charsets_are_never_used(label: str) -> None:
    assert codec_of(label) == ""


@pytest.mark.parametrize("codec", ["utf-8", "cp874"])
@pytest.mark.parametrize("step", [7, 12, 30])
def test_a_subject_cut_anywhere_into_encoded_words_is_whole_again(codec: str, step: int) -> None:
    subject = "ขอเชิญประชุมผู้บริหารสถานศึกษา"
    content = subject.encode(codec)
    pieces = [content[at : at + step] for at in range(0, len(content), step)]
    label = "tis-620" if codec == "cp874" else codec
    as_b = [b"=?%b?B?%b?=" % (label.encode(), base64.b64encode(piece)) for piece in pieces]
    as_q = [b"=?%b?Q?%b?=" % (label.encode(), quopri.encodestring(piece, header=True)) for piece in pieces]
    for words in (as_b, [word.replace(b"=\n", b"") for word in as_q]):
        assert read(b"Subject: " + b"\r\n ".join(words) + b"\r\n\r\n").subject == subject


@pytest.mark.parametrize("codec", ["utf-8", "cp874"])
def test_a_subject_in_raw_bytes_is_read(codec: str) -> None:
    assert read(b"Subject: " + "ด่วนที่สุด ขอเชิญประชุม".encode(codec) + b"\r\n\r\nx").subject == "ด่วนที่สุด ขอเชิญประชุม"


@given(st.binary(max_size=300), st.sampled_from([*THAI_NAMES, "", "utf-8", "utf-7", "gb2312", "hz", "latin-1", "x"]))
def test_no_bytes_give_a_replacement_a_surrogate_or_a_control(content: bytes, label: str) -> None:
    text = decode(content, label, [])
    assert not any(character == "\ufffd" or "\ud800" <= character <= "\udfff" for character in text)
    assert all(character in "\t\n\r\f" or not "\0" <= character < " " for character in text)
