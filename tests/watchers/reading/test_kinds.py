"""Kinds of mail: letters, bounces, automatic replies, read receipts, and what must not be answered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.values import ReadingKind
from watchers.reading.kinds import Classified, classify
from watchers.reading.message import parse

PERSON = "Somchai <somchai@school.example>"
OFFICE = "saraban@office.example"


def mail(body: str = "เรียน ท่าน", *headers: str, sender: str | None = None, author: str = PERSON) -> Classified:
    lines = [f"From: {author}", f"To: {OFFICE}", *headers]
    if not any(line.lower().startswith("subject:") for line in headers):
        lines.append("Subject: ขอเชิญประชุม")
    return classify(parse("\r\n".join([*lines, "", body]).encode()), sender)


def test_an_ordinary_mail_is_a_letter_that_may_be_answered():
    assert mail(sender="somchai@school.example") == Classified(ReadingKind.LETTER)


@pytest.mark.parametrize(
    "headers",
    [
        ("Auto-Submitted: auto-replied",),
        ("Auto-Submitted: Auto-Replied (vacation); owner-email=x",),
        ("X-Autoreply: yes",),
        ("Precedence: auto_reply",),
        ("Precedence: junk", "X-Loop: somchai"),
        ("Subject: Automatic reply: ขอเชิญประชุม",),
        ("Subject: Out of Office: ขอเชิญประชุม",),
        ("Subject: ตอบกลับอัตโนมัติ: ขอเชิญประชุม",),
        ("Subject: [ข้อความตอบรับอัตโนมัติ] ขอเชิญประชุม",),
        ("Subject: 自动回复: hello",),
        ("Subject: ไม่อยู่ที่สำนักงาน", "Precedence: bulk", "In-Reply-To: <1@office.example>"),
        ("Subject: AUTO: Somchai is out of the office (returning 20/08/2026)",),
        ("Subject: Re: hello", "Return-Path: <>", "References: <1@office.example>", "X-Note: I am away"),
    ],
)
def test_automatic_replies_are_found(headers):
    found = mail("I am out of the office until Monday.", *headers)
    assert found == Classified(ReadingKind.AUTO_REPLY, automatic=True)


@pytest.mark.parametrize(
    "headers",
    [
        ("Subject: ไม่อยู่ที่สำนักงาน",),
        ("Subject: ระบบตอบกลับอัตโนมัติของโรงเรียน",),
        ("Subject: Auto loan rates",),
        ("Auto-Submitted: no",),
        ("Subject: Re: I am out of the office", "In-Reply-To: <1@office.example>"),
    ],
)
def test_a_person_who_writes_of_such_things_writes_a_letter(headers):
    assert mail("I am out of the office until Monday.", *headers) == Classified(ReadingKind.LETTER)


def test_what_brings_a_document_is_no_vacation_notice():
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nI am out of the office.\r\n"
        '--b\r\nContent-Type: application/pdf; name="a.pdf"\r\n\r\n%PDF\r\n--b--\r\n'
    )
    found = mail(body, "In-Reply-To: <1@office.example>", "Content-Type: multipart/mixed; boundary=b", sender="")
    assert found == Classified(ReadingKind.LETTER, automatic=True)


@pytest.mark.parametrize(
    "headers",
    [
        ("Auto-Submitted: auto-generated",),
        ("Auto-Submitted: auto-forwarded",),
        ("Precedence: bulk",),
        ("Precedence: junk",),
        ("Precedence: list",),
        ("List-Id: <teachers.school.example>",),
        ("List-Unsubscribe: <mailto:x@school.example>",),
        ("X-Auto-Response-Suppress: DR, OOF, AutoReply",),
        ("X-Auto-Response-Suppress: All",),
        ("X-Loop: x",),
        ("Return-Path: <>",),
    ],
)
def test_letters_of_machines_and_lists_are_letters_that_nobody_answers(headers):
    assert mail("เรียน ท่าน", *headers) == Classified(ReadingKind.LETTER, automatic=True)


@pytest.mark.parametrize("headers", [("X-Auto-Response-Suppress: DR, RN, NRN",), ("Precedence: normal",)])
def test_who_only_wants_no_receipts_may_be_answered(headers):
    assert mail("เรียน ท่าน", *headers) == Classified(ReadingKind.LETTER)


@pytest.mark.parametrize("sender", ["", "<>", " <> "])
def test_the_null_sender_is_never_answered(sender):
    assert mail(sender=sender) == Classified(ReadingKind.LETTER, automatic=True)


def test_the_envelope_outweighs_an_old_return_path():
    assert mail("เรียน ท่าน", "Return-Path: <>", sender="somchai@school.example") == Classified(ReadingKind.LETTER)


@pytest.mark.parametrize("author", ["no-reply@school.example", "NoReply@school.example", "list-request@school.example"])
def test_an_address_that_nobody_reads_is_not_answered(author):
    assert mail(author=author) == Classified(ReadingKind.LETTER, automatic=True)


def test_a_read_receipt_is_one():
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nYour message was displayed.\r\n"
        "--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
        "Final-Recipient: rfc822; somchai@school.example\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n"
        "--b--\r\n"
    )
    found = mail(body, 'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"')
    assert found == Classified(ReadingKind.READ_RECEIPT, automatic=True)


def test_a_complaint_report_is_no_bounce():
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nThis is an abuse report.\r\n"
        "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n--b--\r\n"
    )
    found = mail(body, 'Content-Type: multipart/report; report-type=feedback-report; boundary="b"')
    assert found == Classified(ReadingKind.LETTER, automatic=True)


@given(st.binary(max_size=2000), st.none() | st.sampled_from(["", "<>", "a@b.example"]))
def test_no_bytes_make_it_fail(content, sender):
    assert isinstance(classify(parse(content), sender), Classified)


WORDS = st.sampled_from(
    [
        "From: MAILER-DAEMON@a.example\n",
        "Subject: Undelivered Mail\n",
        "Return-Path: <>\n",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n",
        "Content-Type: message/delivery-status\n",
        "\n",
        "--b\n",
        "--b--\n",
        "Final-Recipient: rfc822; a@b.example\n",
        "Status: 5.1.1\n",
        "Action: failed\n",
        "550 5.1.1 ",
        "<a@b.example>: ",
        "will retry ",
        "Received: x\n",
    ]
)


@given(st.lists(WORDS, max_size=40).map("".join))
def test_no_mixture_of_bounce_words_makes_it_fail(text):
    found = classify(parse(text.encode()), "")
    assert found.automatic
    assert (found.kind is ReadingKind.BOUNCE) == bool(found.bounces)
