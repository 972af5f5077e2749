"""Mailboxes in headers: what is one, and what may be read in two ways and therefore is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.values import Address
from watchers.reading import addresses, read


def mailboxes(header: str) -> list[tuple[str, str]]:
    return [(one.address, one.name) for one in addresses.read(header, [], [])]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Somchai Jaidee <a@example.test>", [("a@example.test", "Somchai Jaidee")]),
        ('"Jaidee, S." <a@example.test>, b@example.test', [("a@example.test", "Jaidee, S."), ("b@example.test", "")]),
        ("a@example.test (Somchai (ครู))", [("a@example.test", "Somchai (ครู)")]),
        ("=?utf-8?B?4Liq?= <a@example.test>", [("a@example.test", "ส")]),
        ("สมชาย <ครู@โรงเรียน.ไทย>", [("ครู@โรงเรียน.ไทย", "สมชาย")]),
        ("schools: a@example.test, b@example.test;", [("a@example.test", ""), ("b@example.test", "")]),
        ("undisclosed-recipients:;", []),
        ("<@relay.test,@other.test:a@example.test>", [("a@example.test", "")]),
        ('"one two"@example.test', [("one two@example.test".replace("one two", '"one two"'), "")]),
        ("Pete(a \\) b) <pete(c)@silly.test(d)>", [("pete@silly.test", "Pete")]),
        ("a @ example . test", [("a@example.test", "")]),
        ("a@[192.0.2.1]", [("a@[192.0.2.1]", "")]),
        ("<a@example.test", [("a@example.test", "")]),
        ('"b@example.test" <a@example.test>', [("a@example.test", "b@example.test")]),
        ("MAILER-DAEMON", []),
    ],
)
def test_mailboxes_are_read_as_they_are_meant(header: str, expected: list[tuple[str, str]]) -> None:
    assert mailboxes(header) == expected


@pytest.mark.parametrize(
    "header",
    [
        "alice@evil.test)bob@good.test",
        "=?utf-8?q?a=40evil.test?=@good.test",
        "<a@evil.test> <b@good.test>",
        "a@evil.test b@good.test",
        "a@b@example.test",
        "<a@evil.test, b>c@good.test",
        "a@[",
        "a@exa mple.test@",
        "a@example.test\x00",
    ],
)
def test_what_two_readers_could_read_differently_is_no_address(header: str) -> None:
    defects: list[str] = []
    found = addresses.read(header, [], defects)
    assert Address("b@good.test") not in found
    assert defects or not found


def test_several_from_lines_are_named() -> None:
    found = read(b"From: a@example.test\r\nFrom: b@example.test\r\n\r\n")
    assert [one.address for one in found.senders] == ["a@example.test", "b@example.test"]
    assert found.defects == ("several_from",)


def test_an_encoded_word_never_makes_an_address() -> None:
    found = read(b"From: =?utf-8?q?boss=40office.test=2C?= <evil@example.test>\r\n\r\n")
    assert found.senders == (Address("evil@example.test", "boss@office.test,"),)


def test_copies_stand_behind_the_direct_recipients() -> None:
    found = read(b"Cc: c@example.test\r\nTo: a@example.test\r\nTo: b@example.test\r\n\r\n")
    assert [one.address for one in found.recipients] == ["a@example.test", "b@example.test", "c@example.test"]
    assert [one.address for one in found.copies] == ["c@example.test"]


@given(st.text(alphabet='ab@.,;:<>()[]"\\ =?ก\x00', max_size=60))
def test_every_address_found_has_one_at_sign_outside_quotes_and_no_space(header: str) -> None:
    for address, _ in mailboxes(header):
        local, _, domain = address.rpartition("@")
        assert local
        assert domain
        assert local.startswith('"') or not set(local) & set(' @<>(),;:"')
        assert not set(domain) & set(' <>(),;"')
