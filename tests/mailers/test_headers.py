"""The guard: whatever a value holds, it stays the value of its field (attacks 8 and 9)."""

from __future__ import annotations

import unicodedata
from dataclasses import fields, replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.values import LetterFacts, Notice
from mailers import headers
from mailers.notices import Writer
from tests.mailers.letters import EVERY, FORWARDED, GIVEN_UP, TEMPLATES, bodies

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=400)

PAYLOADS = (
    *("x\r\nBcc: evil@x.example", "x\nBcc: evil@x.example", "x\rBcc: evil@x.example", "x\n\nbody"),
    *("\r\nBcc: evil@x.example", "x\r\n Bcc: folded", "x\r\n\tBcc: folded", "x\r\n\r\n<b>body</b>"),
    *("x\x00Bcc: y", "x\x0bBcc: y", "x\x0cBcc: y", "x\x1c\x1d\x1eBcc: y", "x\x85Bcc: y", "x\x7f\x80\x9f"),
    *("x\u2028Bcc: y", "x\u2029Bcc: y", "x\u202egnp.exe", "x\u2066y\u2069", "\ud800\udfff", "\ufdd0\ufdd1"),
    *("=?utf-8?q?x=0ABcc=3A_evil?=", "=?UTF-8?B?eA0KQmNjOiBldmlsQHguZXhhbXBsZQ==?=", "=?us-ascii?q?=0D=0A?= x"),
    *("x, evil@x.example", "x <evil@x.example>", '"x" <evil@x.example>', "x; evil@x.example", "ก, ข <evil@x.example>"),
    *("x:;", 'x"', "x\\", "(x)", "x@y", "", " ", "\r\n", ".\r\n.", "--=_\r\n", "\ufeffx", "ำ่\u0e4d\u0e32"),
    *("ก" * 2000, "x" * 2000, "๑ " * 900, "x " * 900, "{{ 7 * 7 }}", "{% raw %}", "<script>alert(1)</script>"),
)
TEXTUAL = [one.name for one in fields(Notice) if one.type in ("str", "tuple[str, ...]") and one.name != "language"]
FACTUAL = [one.name for one in fields(LetterFacts) if one.type == "str"]
ORDER = (
    *("Date", "From", "To", "Subject", "Message-ID", "In-Reply-To", "References", "Auto-Submitted"),
    *("X-Auto-Response-Suppress", "X-Saraban-Loop", "Content-Language", "MIME-Version", "Content-Type"),
)
MAY_VANISH = {"In-Reply-To", "References", "X-Saraban-Loop"}

WRITER = Writer(TEMPLATES)


def poisoned(name: str, payload: str) -> list[Notice]:
    """Notices with `payload` in one of their fields."""
    change: Any = {name: (payload, payload) if name == "references" else payload}
    if name in FACTUAL:
        return [replace(one, facts=replace(one.facts, **change)) for one in (FORWARDED, GIVEN_UP) if one.facts]
    return [replace(one, **change) for one in EVERY]


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: ascii(payload)[:24])
def test_no_value_of_any_field_changes_the_list_of_headers(payload: str) -> None:
    for name in (*TEXTUAL, *FACTUAL):
        for notice in poisoned(name, payload):
            found = message_from_bytes(WRITER.write(notice).content).keys()
            assert found == [one for one in ORDER if one in found], name
            assert set(ORDER) - set(found) <= MAY_VANISH, name


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: ascii(payload)[:24])
def test_every_mail_is_seven_bit_in_short_lines_with_two_bodies(payload: str) -> None:
    for name in (*TEXTUAL, *FACTUAL):
        notice = poisoned(name, payload)[0]
        mail = WRITER.write(notice)
        lines = mail.content.split(b"\r\n")
        assert mail.content.isascii()
        assert not any(b"\r" in line or b"\n" in line or b"\0" in line for line in lines)
        assert all(len(line) <= 76 or name == "loop_mark" for line in lines)
        text, html = bodies(mail)
        assert not set(text + html) & set("\x00\x0b\x0c\x1c\x85\u2028\u2029\u202e\u2066\ufdd0\ufdd1")
        assert "<script" not in html


def test_lists_of_failed_addresses_and_documents_are_as_harmless() -> None:
    for payload in PAYLOADS:
        assert GIVEN_UP.facts
        failed = replace(GIVEN_UP, failed=((payload, payload),))
        named_so = replace(FORWARDED.facts.documents[0], name=payload) if FORWARDED.facts else None
        assert named_so
        listed = replace(GIVEN_UP, facts=replace(GIVEN_UP.facts, documents=(named_so,)))
        for notice in (failed, listed):
            assert "<script" not in bodies(WRITER.write(notice))[1]


@given(ANYTHING)
def test_a_line_holds_nothing_that_ends_it(value: str) -> None:
    line = headers.line(value)
    assert not any(unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") for one in line)
    assert unicodedata.is_normalized("NFC", line)
    assert len(line.encode()) <= headers.LIMIT
    assert headers.line(line) == line


@given(ANYTHING)
def test_free_text_reads_back_as_it_was_meant(value: str) -> None:
    written = headers.text(value)
    assert all(len(line) <= 76 for line in written.split(b"\r\n"))
    assert str(make_header(decode_header(written.decode()))) == headers.line(value)


@given(ANYTHING)
def test_a_name_never_becomes_an_address(value: str) -> None:
    field = b"To: " + headers.mailbox("school@school.example", value) + b"\r\n\r\n"
    message = message_from_bytes(field, policy=policy.default)
    assert [one.addr_spec for one in message["To"].addresses] == ["school@school.example"]


def test_a_long_value_is_cut_between_whole_letters() -> None:
    cut = headers.line("ที่" * 400)
    assert cut.endswith("ที่…")
    assert len(cut.encode()) <= headers.LIMIT


GOOD = {
    "saraban@office.go.th": "saraban@office.go.th",
    "a.b+c-d_e@x.example": "a.b+c-d_e@x.example",
    "saraban@localhost": "saraban@localhost",
    "a@[127.0.0.1]": "a@[127.0.0.1]",
    "a@[IPv6:::1]": "a@[IPv6:::1]",
    "saraban@โรงเรียน.ไทย": "saraban@xn--72c0b0acb2i5cn.xn--o3cw4h",
    "ครู@school.example": "ครู@school.example",
}
BAD = (
    *(
        "",
        "@",
        "a",
        "a@",
        "@b",
        "a@b@c",
        "a b@c",
        "a@b c",
        "a@b\r\nDATA",
        "a\n@b",
        "a@b>",
        "<a@b>",
        '"a b"@c',
        "a@b..c",
    ),
    *(
        "a..b@c",
        ".a@b",
        "a.@b",
        "a@-b",
        "a@b-",
        "a@b_c",
        "a,b@c",
        "a;b@c",
        "a(b)@c",
        "a\\b@c",
        "a@[x]",
        "\0a@b",
        "a@b\0",
    ),
    *("ค รู@b", "ครู>@b", "\u202ea@b", "a\u200b@b", "a@\ud800", "\ud800@b"),
    *("x" * 65 + "@b", "a@" + "b" * 64, "a@" + "b." * 130 + "c", "ก" * 80 + "@b"),
)


@pytest.mark.parametrize(("written", "wanted"), GOOD.items())
def test_an_address_is_taken_as_an_envelope_carries_it(written: str, wanted: str) -> None:
    assert headers.address(written) == wanted


@pytest.mark.parametrize("written", BAD, ids=ascii)
def test_what_is_no_address_is_none(written: str) -> None:
    assert headers.address(written) == ""


@given(ANYTHING)
def test_an_address_never_carries_what_ends_a_command(value: str) -> None:
    for candidate in (value, f"{value}@x.example", f"a@{value}"):
        assert not set(headers.address(candidate)) & set("\r\n\0 <>,;\t")


def test_an_address_that_ascii_cannot_spell_leaves_its_name_in_the_field() -> None:
    assert headers.mailbox("ครู@x.example", "Kru") == b'"Kru":;'
    assert headers.mailbox("no address", "") == b'"undisclosed":;'


def test_message_ids_of_strangers_are_kept_only_when_well_formed() -> None:
    strange = ("a@b", "a b@c", "a@b>\r\nBcc: x@y", "no-at", "x" * 300 + "@y", "c@d")
    assert headers.message_ids(strange) == b"<a@b>\r\n <c@d>"
    assert headers.message_id("a@b\r\nx") == headers.message_id("a@b\r\nx") != headers.message_id("a@b\r\ny")
