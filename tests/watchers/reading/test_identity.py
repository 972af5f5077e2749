"""Which mails are one mail: another way, other line ends and folds make no other; any other content does."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.watchers.reading.letters import PDF, TEXT, letter
from watchers.reading import read

LETTER = letter(files={"a.pdf": ("application/pdf", PDF)}).replace(b"\r\n", b"\n")
WHO = read(LETTER).identity
EIGHT_BIT = LETTER.replace(base64.encodebytes(TEXT.encode()), TEXT.encode())
EIGHT_BIT = EIGHT_BIT.replace(b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: 8bit", 1)


@pytest.mark.parametrize(
    "same",
    [
        LETTER.replace(b"\n", b"\r\n"),
        b"Received: from a by b; now\n" + LETTER,
        b"Return-Path: <a@example.test>\nDelivered-To: b@example.test\nX-Spam: no\nARC-Seal: x\n" + LETTER,
        b"DKIM-Signature: v=1;\n b=x\nAuthentication-Results: none\nX-Saraban-Loop: a\n" + LETTER,
        LETTER.replace(b"To: registry", b"To:\n registry"),
        EIGHT_BIT,
    ],
    ids=["CRLF", "Received", "delivery", "signatures", "folding", "transfer encoding"],
)  # fmt: skip
def test_the_way_of_a_mail_does_not_change_it(same: bytes) -> None:
    assert same != LETTER
    assert read(same).identity == WHO


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"To: registry", b"To: somebody"),
        (b"letter-1@", b"letter-2@"),
        (b"09:15:00", b"09:15:01"),
        (base64.encodebytes(TEXT.encode())[:20], base64.encodebytes(TEXT.encode()[::-1])[:20]),
        (b"a.pdf", b"b.pdf"),
    ],
)
def test_any_other_content_is_another_mail(old: bytes, new: bytes) -> None:
    assert old in LETTER
    assert read(LETTER.replace(old, new)).identity != WHO


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_two_files_have_one_identity_only_if_they_are_equal(one: bytes, other: bytes) -> None:
    assert (read(one, name="a.pdf").identity == read(other, name="b.pdf").identity) == (one == other)


def test_what_follows_the_last_part_read_counts_too() -> None:
    many = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 600
    assert read(many + b"--b\n\none\n--b--").identity != read(many + b"--b\n\ntwo\n--b--").identity


def test_ids_loop_marks_and_hops_are_told() -> None:
    found = read(
        b"Received: a\nReceived: b\nMessage-ID: <m@example.test>\nIn-Reply-To: <r@example.test>\n"
        b"References: <q@example.test>\n <r@example.test>\nX-Saraban-Loop: one\nX-Saraban-Loop: two\n\n"
    )
    assert found.message_id == "m@example.test"
    assert found.references == ("r@example.test", "q@example.test", "r@example.test")
    assert found.loop_marks == ("one", "two")
    assert found.hops == 2
