"""Mails taken apart: as Python's library does where the mail is sound, and as far as possible where it is not."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.watchers.reading.letters import PDF, SUBJECT, TEXT, attached, letter, multipart, single
from watchers.reading import limits, read
from watchers.reading.message import parse


def test_a_sound_letter_is_read_as_the_standard_library_reads_it() -> None:
    content = letter(files={"หนังสือ.pdf": ("application/pdf", PDF), "b.png": ("image/png", b"\x89PNG")})
    theirs = message_from_bytes(content, policy=policy.default)
    ours = parse(content)
    assert ours.subject == str(theirs["Subject"]) == SUBJECT
    assert [part.media_type for part in ours.parts] == [part.get_content_type() for part in theirs.walk()]
    assert [part.filename for part in ours.parts] == [part.get_filename() or "" for part in theirs.walk()]
    assert [part.content for part in ours.parts] == [part.get_payload(decode=True) or b"" for part in theirs.walk()]
    assert ours.date == theirs["Date"].datetime
    assert ours.defects == ours.charset_problems == ()


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_every_line_end_will_do(end: bytes) -> None:
    content = letter(files={"a.pdf": ("application/pdf", PDF)}).replace(b"\r\n", b"\n").replace(b"\n", end)
    found = read(content)
    assert (found.subject, found.text.strip()) == (SUBJECT, TEXT.strip())
    assert found.documents[0].content == PDF


def test_plain_text_is_preferred_unless_it_is_blank() -> None:
    html = b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>" + "เรียน<br>ท่าน".encode() + b"</p>"
    plain = b"Content-Type: text/plain\r\n\r\nplain"
    assert read(multipart(plain, html, subtype="alternative")).text == "plain"
    assert read(multipart(plain.replace(b"plain", b" ", 2), html, subtype="alternative")).text.strip() == "เรียน\nท่าน"


def test_html_gives_its_words_and_nothing_else() -> None:
    html = "<head><title>t</title><style>p{}</style></head><p title='a>b'>หนึ่ง&nbsp;&amp; สอง</p><script>x</script>"
    html += "<td>3<td>4"
    assert read(single("utf-8", html.encode()).replace(b"text/plain", b"text/html")).text == "หนึ่ง & สอง\n3 4"


def test_a_letter_passed_on_under_a_blank_mail_is_the_letter() -> None:
    inner = letter(files={"a.pdf": ("application/pdf", PDF)})
    found = read(multipart(b"\r\n\r\n", b"Content-Type: message/rfc822\r\n\r\n" + inner))
    assert found.text.strip() == TEXT.strip()
    assert [document.stored_name for document in found.documents] == [SUBJECT.replace("/", "-") + ".eml", "a.pdf"]
    assert found.documents[1].content == PDF


def test_a_letter_whose_text_was_sent_as_a_file_has_that_text() -> None:
    text = b"Content-Disposition: attachment; filename=body.txt\r\nContent-Type: text/plain\r\n\r\n" + TEXT.encode()
    found = read(multipart(text, attached(b"attachment; filename=a.pdf")))
    assert found.text.strip() == TEXT.strip()
    assert [document.name for document in found.documents] == ["body.txt", "a.pdf"]


def test_a_missing_last_boundary_and_a_wrong_boundary_lose_nothing() -> None:
    whole = multipart(b"\r\none", attached(b"attachment; filename=a.pdf"))
    for broken in (whole.replace(b"=-frontier--", b""), whole.replace(b'boundary="=-frontier"', b"boundary=other")):
        found = read(broken)
        assert [document.content for document in found.documents] == [PDF]


def test_a_boundary_that_begins_another_is_not_taken_for_it() -> None:
    inner = multipart(b"\r\ninner", boundary=b"=-frontier-2", subtype="alternative")
    found = parse(multipart(inner, b"\r\nouter"))
    assert [part.text for part in found.parts if part.text] == ["inner", "outer"]


def test_what_exceeds_a_limit_is_named_and_the_rest_is_read() -> None:
    many = parse(multipart(*[b"\r\nx"] * 1000))
    assert (len(many.parts), many.defects) == (limits.PARTS, ("too_many_parts",))
    deep = parse(b"Subject: top\r\nContent-Type: message/rfc822\r\n\r\n" * 50)
    assert (max(part.depth for part in deep.parts), deep.defects) == (limits.DEPTH, ("too_deep",))
    long = parse(b"X: " + b"a" * 20_000 + b"\r\nSubject: s\r\n\r\n")
    assert (long.subject, len(long.header("x")), long.defects) == ("s", limits.HEADER - 1, ("header_too_long: X",))


def test_a_line_without_colon_ends_the_header_as_it_does_for_mail_servers() -> None:
    found = parse(b"Subject: s\r\nThis is text.\r\nSubject: other\r\n\r\nend")
    assert (found.subject, found.defects) == ("s", ("no_blank_line_after_header",))
    assert found.text.startswith("This is text.")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Mon, 02 Mar 2026 09:15:00 +0700", datetime(2026, 3, 2, 2, 15, tzinfo=UTC)),
        ("Mon, 02 Mar 2569 09:15:00 +0700", datetime(2026, 3, 2, 2, 15, tzinfo=UTC)),
        ("2 Mar 26 02:15 -0000", datetime(2026, 3, 2, 2, 15, tzinfo=UTC)),
    ],
)
def test_dates_are_moments_also_in_the_buddhist_era(written: str, meant: datetime) -> None:
    found = parse(f"Date: {written}\r\n\r\n".encode()).date
    assert found == meant
    assert found.utcoffset() is not None


@pytest.mark.parametrize(
    "written", ["", "yesterday", "Mon, 99 Mar 2026 09:15:00", "31 Dec 9999 23:59:59 -2359", "1 " * 9000]
)
def test_what_is_no_date_is_none(written: str) -> None:
    assert parse(f"Date: {written}\r\n\r\n".encode()).date is None


def test_no_header_can_smuggle_a_line_into_another() -> None:
    found = parse(b"Subject: =?UTF-8?Q?x=0D=0ABcc=3A_a@example.test?=\r\n\r\n")
    assert found.subject.split() == ["x", "Bcc:", "a@example.test"]
    assert "\n" not in found.subject
    assert "\r" not in found.subject


def test_base64_goes_on_after_a_padding_but_not_into_a_footer() -> None:
    head = b"Content-Transfer-Encoding: base64\r\n\r\n"
    assert read(head + b"YQ==\r\nYg==\r\n").text == "ab"
    assert read(head + b"YWJjZA==\r\n_____\r\nmailing list footer\r\n").text == "abcd"
    assert read(head + b"YWJjZ").text == "abc"


_HEADERS = st.dictionaries(
    st.sampled_from(["From", "To", "Subject", "Date", "Message-ID", "References", "Auto-Submitted", "Received"]),
    st.binary(max_size=60),
    max_size=5,
)
_KINDS = st.sampled_from([
    b"text/plain", b"text/html; charset=tis-620", b"multipart/mixed; boundary=b", b"message/rfc822", b"image/png",
    b"application/ms-tnef", b"multipart/report; report-type=delivery-status; boundary=b", b"message/delivery-status",
])  # fmt: skip


@given(_HEADERS, _KINDS, st.binary(max_size=400), st.sampled_from([b"", b"base64", b"quoted-printable", b"x-uuencode"]))
def test_nothing_raises_and_no_text_has_holes(
    headers: dict[str, bytes], kind: bytes, body: bytes, coded: bytes
) -> None:
    lines = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in headers.items())
    body = body.replace(b"\x00\x00", b"\r\n--b\r\n")
    found = read(lines + b"Content-Type: " + kind + b"\r\nContent-Transfer-Encoding: " + coded + b"\r\n\r\n" + body)
    assert not any(defect.startswith("unreadable") for defect in found.defects)
    shown = [found.subject, found.text, found.html, *(document.name for document in found.documents)]
    shown += [mailbox.address + mailbox.name for mailbox in (*found.senders, *found.recipients)]
    assert not any(character == "\ufffd" or "\ud800" <= character <= "\udfff" for character in "".join(shown))


@given(st.binary(max_size=600))
def test_any_bytes_are_a_reading(content: bytes) -> None:
    for name in ("", "a.eml", "b.pdf"):
        assert not any(defect.startswith("unreadable") for defect in read(content, name=name).defects)
