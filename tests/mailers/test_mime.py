"""Mails as bytes, and the test of the platform at start."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import MailDamaged
from mailers import headers, mime

BODY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=600)


@given(BODY, BODY)
def test_both_bodies_read_back_as_they_were_written(text: str, html: str) -> None:
    content = mime.compose([("Subject", b"x")], mime.wire(text), mime.wire(html), "=_b")
    assert content.isascii()
    assert all(len(line) <= 76 for line in content.split(b"\r\n"))
    parts = message_from_bytes(content, policy=policy.compat32).get_payload()
    assert isinstance(parts, list)
    for part, wanted in zip(parts, (text, html), strict=True):
        assert part.get_payload(decode=True) == wanted.replace("\n", "\r\n").encode()


@pytest.mark.parametrize(
    "value",
    [
        b"x\r\nBcc: y",
        b"x\nBcc: y",
        b"x\rBcc: y",
        b"x\r\n\r\ny",
        b"x\r\n \r\n y",
        b"x\0",
        "é".encode(),
        b"x" * 999,
        b"x\r\ny",
    ],
)
def test_a_value_that_slipped_past_the_guard_stops_the_mail(value: bytes) -> None:
    with pytest.raises(MailDamaged):
        mime.block([("Subject", value), ("To", b"a@b")])


def test_this_platform_passes_the_test_at_start() -> None:
    mime.self_test()


def test_a_platform_that_lets_line_ends_through_fails_the_test_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headers, "text", lambda value: value.encode("ascii", "replace"))
    with pytest.raises(MailDamaged):
        mime.self_test()


def test_a_platform_that_changes_words_fails_the_test_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headers, "text", lambda value: b"=?utf-8?q?=0ABcc=3A?=")
    with pytest.raises(MailDamaged):
        mime.self_test()
