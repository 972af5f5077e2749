"""Bounces: reports of all shapes, the texts of many mail systems, and what people write about them."""

from __future__ import annotations

import pytest

from ledger.values import Bounce, ReadingKind
from watchers.reading.kinds import classify
from watchers.reading.message import parse

OFFICE = "saraban@office.example"
LOST = "somchai@school.example"
DAEMON = "Mail Delivery Subsystem <MAILER-DAEMON@mx.example>"
POSTMASTER = "postmaster@mx.example"


def bounces(author: str, subject: str, body: str, *headers: str, sender: str | None = None) -> tuple[Bounce, ...]:
    lines = [f"From: {author}", f"To: {OFFICE}", f"Subject: {subject}", *headers, "", body]
    found = classify(parse("\n".join(lines).encode()), sender)
    assert (found.kind is ReadingKind.BOUNCE) == bool(found.bounces)
    return found.bounces


def report(fields: str, text: str = "It did not work.", media_type: str = "message/delivery-status") -> str:
    return (
        f"--b\nContent-Type: text/plain\n\n{text}\n--b\nContent-Type: {media_type}\n\n{fields}\n"
        f"--b\nContent-Type: message/rfc822\n\nFrom: {OFFICE}\nTo: {LOST}\nSubject: ขอเชิญประชุม\n\nx\n--b--\n"
    )


REPORT = 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"'


def test_a_report_names_recipient_status_action_and_reason():
    fields = (
        "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; somchai@school.example\nAction: failed\n"
        "Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 <somchai@school.example>:\n    no such user"
    )
    said = "smtp; 550 5.1.1 <somchai@school.example>: no such user"
    assert bounces(DAEMON, "Undelivered", report(fields), REPORT) == (Bounce(LOST, "5.1.1", "failed", said),)


def test_a_report_names_every_recipient():
    fields = (
        "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; a@school.example\nAction: failed\nStatus: 5.2.2\n\n"
        "Final-Recipient: rfc822;b@school.example\nAction: delayed\nStatus: 4.4.1 (no answer)\n\n"
        "Final-Recipient: rfc822; c@school.example\nAction: relayed\nStatus: 2.0.0"
    )
    found = bounces(DAEMON, "Report", report(fields), REPORT)
    assert [(one.recipient, one.status, one.action) for one in found] == [
        ("a@school.example", "5.2.2", "failed"),
        ("b@school.example", "4.4.1", "delayed"),
        ("c@school.example", "2.0.0", "relayed"),
    ]


def test_an_international_report_is_read_too():
    fields = (
        "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: utf-8; สมชาย@school.example\nAction: failed\nStatus: 5.6.7"
    )
    found = bounces(DAEMON, "Report", report(fields, media_type="message/global-delivery-status"), REPORT)
    assert found == (Bounce("สมชาย@school.example", "5.6.7", "failed"),)


@pytest.mark.parametrize(
    ("fields", "status", "action"),
    [
        (
            "Final-Recipient: {}\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 552 5.2.2 full",
            "5.2.2",
            "failed",
        ),
        (
            "Final-Recipient: {}\nAction: failed\nStatus: 4.4.7\nDiagnostic-Code: smtp; 554 5.4.7 late",
            "4.4.7",
            "failed",
        ),
        ("Final-Recipient: {}\nStatus: 5.0.0\nDiagnostic-Code: 550 5.1.0 he said 550 5.7.1 no", "5.7.1", "failed"),
        ("Final-Recipient: rfc822; <{}>\nAction: Failed (no retry)", "5.0.0", "failed"),
        ("Original-Recipient: rfc822; {}\nStatus: 5.7.1", "5.7.1", "failed"),
        ("Final-Recipient: rfc822; {}\nStatus: 4.2.2", "4.2.2", "delayed"),
        ("FINAL-RECIPIENT: RFC822;{}\nACTION: failure\nSTATUS: 550 5.1.1", "5.1.1", "failed"),
    ],
)
def test_reports_with_missing_and_odd_fields_say_what_they_can(fields, status, action):
    (found,) = bounces(DAEMON, "Report", report(fields.format(LOST)), REPORT)
    assert (found.recipient, found.status, found.action) == (LOST, status, action)


def test_the_text_completes_a_report_that_only_says_failed():
    groups = [f"Final-Recipient: rfc822; {name}@school.example\nAction: failed\nStatus: 5.0.0" for name in "ab"]
    text = "a@school.example: 550 5.1.1 User unknown\nb@school.example: 552 5.2.2 Mailbox full\n"
    assert [one.status for one in bounces(DAEMON, "Report", report("\n\n".join(groups), text), REPORT)] == [
        "5.1.1",
        "5.2.2",
    ]


def test_a_report_without_its_fields_is_read_from_the_text():
    body = f"--b\nContent-Type: text/plain\n\n<{LOST}>: 550 5.1.1 no such user\n--b--\n"
    (found,) = bounces(DAEMON, "Undelivered", body, REPORT)
    assert (found.recipient, found.status) == (LOST, "5.1.1")


def test_a_report_that_lost_its_mime_lines_is_read_all_the_same():
    body = f"Sorry.\n\nFinal-Recipient: rfc822; {LOST}\nAction: failed\nStatus: 5.1.1\n"
    assert bounces(DAEMON, "Returned mail", body) == (Bounce(LOST, "5.1.1", "failed"),)
    assert bounces("Somsri <somsri@school.example>", "ส่งไม่ถึง", body) == ()


def test_who_asks_the_sender_to_prove_himself_returns_nothing():
    fields = f"Reporting-MTA: dns; guard.example\nAction: failed\n\nFinal-Recipient: rfc822; {LOST}\nStatus: 4.7.0"
    assert bounces("noreply@guard.example", "Re: hello (Action Required)", report(fields), REPORT) == ()


def test_a_bounce_that_a_person_forwards_as_a_file_is_a_letter():
    fields = f"Final-Recipient: rfc822; {LOST}\nAction: failed\nStatus: 5.1.1"
    enclosed = f"From: {DAEMON}\n{REPORT}\n\n{report(fields)}"
    body = f"--o\nContent-Type: text/plain\n\nดูหน่อยครับ\n--o\nContent-Type: message/rfc822\n\n{enclosed}\n--o--\n"
    assert bounces("Somsri <somsri@school.example>", "ปัญหา", body, "Content-Type: multipart/mixed; boundary=o") == ()


TEXTS = {
    "numbered answer": (
        DAEMON,
        "failure notice",
        "I could not deliver your message to the following addresses. I have given up.\n\n"
        "<somchai@school.example>:\nRemote host said: 550 5.1.1 no such user\nGiving up on 192.0.2.1.\n\n"
        "--- Below this line is a copy of the message.\n\nTo: other@school.example\n",
        "5.1.1",
    ),
    "header of failed recipients": (
        DAEMON,
        "Mail delivery failed",
        "A message that you sent could not be delivered. The following address failed:\n\n  somchai@school.example\n"
        "    host mx.school.example [192.0.2.1]:\n    552 mailbox is full\n",
        "5.0.0",
    ),
    "address first, reason in brackets": (
        POSTMASTER,
        "Message status - undeliverable",
        "The message that you sent was undeliverable to the following:\n\n\tsomchai@school.example (user not found)\n",
        "5.0.0",
    ),
    "address in the sentence": (
        POSTMASTER,
        "Undeliverable Mail",
        "User mailbox exceeds allowed size: somchai@school.example\n\nOriginal message follows.\n\nReceived: x\n",
        "5.0.0",
    ),
    "address on a date": (
        "System Administrator <postmaster@mx.example>",
        "Undeliverable: report",
        "Your message\n\n  Subject: report\n\ndid not reach the following recipient(s):\n\n"
        "somchai@school.example on Fri, 14 Aug 2026\n    The account does not exist. <mx.example #5.1.1>\n",
        "5.1.1",
    ),
    "arrows": (
        DAEMON,
        "FAILURE NOTICE",
        "Sorry, could not be delivered.\n\n  >>> somchai@school.example <<<\n\n550 no mailbox (#5.1.1)\n",
        "5.1.1",
    ),
    "dialogue": (
        "MAILER-DAEMON (Mail Delivery Subsystem)",
        "Returned mail: User unknown",
        "   ----- Transcript of session follows -----\n>>> RCPT To:<somchai@school.example>\n"
        "<<< 550 <somchai@school.example>, User Unknown\n\n   ----- Unsent message follows -----\nReceived: x\n",
        "5.0.0",
    ),
    "reason first": (
        POSTMASTER,
        "DELIVERY FAILURE: User not listed",
        "------- Failure Reasons  --------\n\nUser not listed in directory\nsomchai@school.example\n\n"
        "------- Returned Message --------\n\nTo: other@school.example\n",
        "5.0.0",
    ),
    "an answer to the subject": (
        POSTMASTER,
        "Re: report",
        "I was not able to deliver your message to the following address.\n\nsomchai@school.example\n\n"
        "550 - no such user here\n",
        "5.0.0",
    ),
    "retries ran out": (
        DAEMON,
        "Mail delivery failed",
        "This is a permanent error. The following address failed:\n\n  somchai@school.example\n"
        "    mailbox is busy: retry timeout exceeded\n",
        "4.4.7",
    ),
    "thai, by address": (
        "Mail Delivery Subsystem <mailer-daemon@mail.example>",
        "แจ้งสถานะการส่ง",
        "ไม่พบที่อยู่\n\nข้อความของคุณไม่ได้รับการนำส่งถึง somchai@school.example\n\n550 5.1.1 ไม่มีบัญชีนี้\n",
        "5.1.1",
    ),
    "thai, by subject": (
        POSTMASTER,
        "ส่งไม่สำเร็จ: รายงาน",
        "การส่งไปยังผู้รับต่อไปนี้ล้มเหลว:\n\nsomchai@school.example\nไม่พบที่อยู่อีเมลที่คุณใส่\n",
        "5.0.0",
    ),
    "chinese": (DAEMON, "系统退信", "很抱歉,您的邮件未能送达\nsomchai@school.example\n", "5.0.0"),
    "japanese": (
        DAEMON,
        "error",
        "メールは配信できませんでした。\n<somchai@school.example>: 550 5.1.1 unknown\n",
        "5.1.1",
    ),
    "german": (
        DAEMON,
        "Unzustellbar",
        "Die Nachricht konnte nicht zugestellt werden:\nsomchai@school.example\n",
        "5.0.0",
    ),
}


@pytest.mark.parametrize(("author", "subject", "body", "status"), TEXTS.values(), ids=TEXTS.keys())
def test_bounces_are_read_from_the_words_of_mail_systems(author, subject, body, status):
    (found,) = bounces(author, subject, body)
    assert (found.recipient, found.status, found.action) == (LOST, status, "failed")


def test_a_header_of_failed_recipients_is_the_surest_sign():
    body = "A message could not be delivered.\n\n  other@school.example\n"
    (found,) = bounces(DAEMON, "Mail delivery failed", body, f"X-Failed-Recipients: {LOST}")
    assert found.recipient == LOST


def test_each_recipient_gets_the_answer_that_follows_its_name():
    body = "Not delivered:\n\n<a@school.example>:\n550 5.1.1 unknown\n\n<b@school.example>:\n452 4.2.2 full\n"
    found = bounces(DAEMON, "failure notice", body)
    assert [(one.recipient, one.status) for one in found] == [
        ("a@school.example", "5.1.1"),
        ("b@school.example", "4.2.2"),
    ]
    assert "4.2.2" not in found[0].diagnostic


@pytest.mark.parametrize(
    "body",
    [
        "THIS IS A WARNING ONLY. YOU DO NOT NEED TO RESEND.\n\n<somchai@school.example>: connection timed out\n",
        "Your message has not yet been delivered to somchai@school.example after 24 hours. Attempts will continue.\n",
        "ข้อความถึง somchai@school.example ล่าช้า ระบบจะพยายามส่งอีก\n",
    ],
)
def test_a_warning_is_a_delay_and_no_failure(body):
    (found,) = bounces(DAEMON, "Delayed Mail", body)
    assert (found.recipient, found.status, found.action) == (LOST, "4.0.0", "delayed")


def test_who_has_given_up_no_longer_waits():
    body = "Delayed for 5 days, I am giving up.\n\n<somchai@school.example>: 450 4.4.1 no answer\n"
    (found,) = bounces(DAEMON, "failure notice", body)
    assert (found.status, found.action) == ("4.4.1", "failed")


def test_the_sender_of_the_lost_mail_is_no_recipient():
    body = "The message from news@office.example was not delivered. Unknown: somchai@school.example\n"
    assert [one.recipient for one in bounces(DAEMON, "failure notice", body)] == [LOST]


def test_the_enclosed_mail_tells_whom_it_did_not_reach():
    copy = f"Content-Type: message/rfc822\n\nTo: {LOST}\n\nx\n"
    body = f"--b\nContent-Type: text/plain\n\nNot delivered.\n--b\n{copy}--b--\n"
    (found,) = bounces(DAEMON, "failure notice", body, "Content-Type: multipart/mixed; boundary=b")
    assert found.recipient == LOST


def test_a_daemon_that_names_nobody_still_says_that_something_failed():
    assert bounces(DAEMON, "Undelivered Mail", "Sorry.") == (Bounce("", "5.0.0", "failed", "Sorry."),)


@pytest.mark.parametrize(
    ("author", "subject", "body", "sender"),
    [
        (POSTMASTER, "แจ้งปิดปรับปรุงระบบอีเมล", "จะไม่สามารถส่งอีเมลได้ ติดต่อ helpdesk@moe.example", None),
        (POSTMASTER, "Mail system error วันที่ 20", "ผู้ใช้จะไม่สามารถส่งอีเมลได้ชั่วคราว", None),
        (POSTMASTER, "Fwd: ถามเรื่องนี้", "<a@b.example>: 550 5.1.1 user unknown, message was not delivered", None),
        (POSTMASTER, "Re: Undelivered Mail", "ส่งถึง a@b.example ใหม่แล้ว เดิม message was not delivered", None),
        (LOST, "Delivery report ประจำเดือน", "ไม่สามารถส่งถึง a@b.example หนึ่งฉบับ", "<>"),
        (LOST, "Mail delivery failed ช่วยด้วย", "เจอ 550 5.1.1 User unknown <a@b.example> ทำอย่างไรดี", None),
        (LOST, "Fwd: Undelivered Mail Returned to Sender", "<a@b.example>: 550 5.1.1 unknown", None),
        (LOST, "Fwd: Undelivered Mail Returned to Sender", "<a@b.example>: 550 5.1.1 unknown", ""),
        (LOST, "รายงาน", "ไม่สามารถส่งรายงานได้ทันกำหนด ติดต่อ a@b.example", ""),
        (LOST, "ส่งรายงานล่าช้า", "ส่งรายงานล่าช้า ติดต่อ a@b.example", "<>"),
        (LOST, "ตีกลับงบประมาณ", "งบประมาณถูกตีกลับ โปรดแก้ไข", "<>"),
    ],
)
def test_what_people_write_about_mail_that_failed_is_no_bounce(author, subject, body, sender):
    assert bounces(author, subject, body, sender=sender) == ()
