"""Names of files: as written, and safe on every disk and screen."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.watchers.reading.letters import attached
from watchers.reading import limits, read
from watchers.reading.filename import stored_name, title

THAI = "หนังสือขอเชิญประชุม.pdf"


@pytest.mark.parametrize(
    "disposition",
    [
        b"attachment; filename*=UTF-8''" + b"".join(b"%%%02X" % byte for byte in THAI[:-4].encode()) + b".pdf",
        b'attachment; filename="=?UTF-8?B?4Lir4LiZ4Lix4LiH4Liq4Li34Lit4LiC4Lit4LmA4LiK4Li04LiN?=\r\n'
        b' =?UTF-8?B?4Lib4Lij4Liw4LiK4Li44LihLnBkZg==?="',
        b'attachment; filename="' + THAI.encode() + b'"',
        b"attachment; filename=" + THAI.encode("cp874"),
        b"attachment; filename*0*=tis-620''"
        + b"".join(b"%%%02X" % byte for byte in THAI[:9].encode("cp874"))
        + b";\r\n filename*1*="
        + b"".join(b"%%%02X" % byte for byte in THAI[9:-4].encode("cp874"))
        + b';\r\n filename*2=".pdf"',
    ],
    ids=["RFC 2231", "RFC 2047 in quotes", "raw UTF-8", "raw TIS-620", "RFC 2231 in pieces"],
)
def test_a_thai_name_is_read_however_it_is_written(disposition: bytes) -> None:
    (document,) = read(attached(disposition)).documents
    assert (document.name, document.stored_name, document.withheld) == (THAI, THAI, "")


def test_the_name_of_the_content_type_will_do() -> None:
    part = b'Content-Type: application/pdf; name="=?tis-620?B?y7nRp8rXzQ==?=.pdf"\r\n\r\n%PDF-1.4'
    assert read(part).documents[0].name == "หนังสือ.pdf"


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("../../etc/passwd", "passwd"),
        ("/home/a/letter.doc", "letter.doc"),
        ("C:\\Users\\a\\letter.doc", "letter.doc"),
        ("ที่ ศธ 04022/ว 345.pdf", "ที่ ศธ 04022-ว 345.pdf"),
        ("letter\u202efdp.exe", "letter⟦202E⟧fdp.exe"),
        ("a\r\nb\tc.pdf", "a b c.pdf"),
        ("ไม่\u200bตัด\ufeff.pdf", "ไม่ตัด.pdf"),
        ("letter.pdf. . ", "letter.pdf"),
        ("a:b*c?.pdf", "a-b-c-.pdf"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com1.pdf", "_com1.pdf"),
        ("", "เอกสาร-1.pdf"),
        ("../", "เอกสาร-1.pdf"),
        ("\x00", "เอกสาร-1.pdf"),
        ("e\u0301.pdf", "é.pdf"),
        ("\udce4.pdf", "pdf"),
    ],
)
def test_names_become_safe(written: str, stored: str) -> None:
    assert stored_name(written, "application/pdf") == stored


@pytest.mark.parametrize("letter", ["ก", "กี่", "กำ", "x", "e\u0301\u0323", "👩\u200d👧"])
def test_long_names_are_cut_between_characters_and_keep_their_extension(letter: str) -> None:
    stored = stored_name(letter * 200 + ".docx")
    assert stored.endswith(".docx")
    assert len(stored) <= limits.NAME_CHARACTERS
    assert len(stored.encode()) <= limits.NAME_BYTES
    assert len(stored.encode()) > limits.NAME_BYTES // 2
    if letter == "กี่":
        assert stored == letter * ((len(stored) - 5) // 3) + ".docx"


def test_a_file_name_becomes_a_subject() -> None:
    assert title("หนังสือ_ขอเชิญ_ประชุม.pdf") == "หนังสือ ขอเชิญ ประชุม"
    assert title("") == ""


@given(st.text(max_size=300))
def test_every_name_is_safe_and_stays_so(written: str) -> None:
    stored = stored_name(written)
    assert stored.strip(". ") == stored != ""
    assert not re.search('[/\\\\:*?"<>|\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]', stored)
    assert len(stored) <= limits.NAME_CHARACTERS
    assert len(stored.encode()) <= limits.NAME_BYTES
    assert stored_name(stored) == stored
