"""Letters and notices that the tests of this package write."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from ledger.values import DocumentLine, LetterFacts, Mail, Notice, NoticeKind, RegisterKind, Secrecy, Urgency

TEMPLATES = Path(__file__).parents[2] / "templates" / "mail"
LINK = "https://saraban.example.go.th/r/q3v9Jm0c2bXkq3v9Jm0c2bXkq3v9Jm0c2bXkq3v9Jm0"

FACTS = LetterFacts(
    organisation="สำนักงานเขตพื้นที่การศึกษาประถมศึกษาตัวอย่าง เขต 4",
    number="1204/2569",
    register=RegisterKind.INCOMING,
    letter_number="ศธ 04001/ว1187",
    letter_date=date(2026, 8, 13),
    registered_at=datetime(2026, 8, 14, 3, 52, 27, tzinfo=UTC),
    sender="สำนักงานคณะกรรมการการศึกษาขั้นพื้นฐาน",
    recipient="ผู้อำนวยการสำนักงานเขตพื้นที่การศึกษาประถมศึกษาทุกเขต",
    subject="ขอเชิญประชุมผู้บริหารสถานศึกษา ครั้งที่ 3/2569",
    summary="กำหนดประชุมวันศุกร์ที่ 21 สิงหาคม 2569 เวลา 09.00 น.\nณ ห้องประชุมใหญ่ ชั้น 2 ส่งแบบตอบรับภายในวันที่ 19 สิงหาคม 2569",
    urgency=Urgency.VERY_URGENT,
    secrecy=Secrecy.ORDINARY,
    documents=(
        DocumentLine("หนังสือนำส่ง.pdf", 1_258_291, 1, "application/pdf"),
        DocumentLine("กำหนดการประชุมผู้บริหารสถานศึกษา.pdf", 86_400, 2, "application/pdf"),
        DocumentLine("แบบตอบรับ.exe", 4_096, 3, "application/x-dosexec", withheld="program"),
    ),
    phone="0 5312 3456",
)
SECRET = replace(FACTS, secrecy=Secrecy.SECRET)
OUTGOING = replace(
    FACTS,
    number="ศธ 04022/ว345",
    register=RegisterKind.OUTGOING,
    letter_number="ศธ 04022/ว345",
    sender="กลุ่มนโยบายและแผน",
    recipient="โรงเรียนชุมชนบ้านนาเยีย",
)

ARRIVAL = Notice(
    id=71,
    kind=NoticeKind.ARRIVAL,
    recipient="plan@office.example.go.th",
    recipient_name="กลุ่มนโยบายและแผน",
    message_id="8f1c2a@office.example.go.th",
    sender="saraban@office.example.go.th",
    sender_name="สพป.ตัวอย่าง เขต 4",
    made_at=datetime(2026, 8, 14, 3, 52, 30, tzinfo=UTC),
    facts=FACTS,
    link=LINK,
    holder="กลุ่มนโยบายและแผน",
    in_reply_to="original@obec.example.go.th",
    references=("first@obec.example.go.th", "original@obec.example.go.th"),
    loop_mark="9b1d8e4f0a7c6352",
)
FORWARDED = replace(
    ARRIVAL,
    recipient="malee@office.example.go.th",
    recipient_name="นางสาวมาลี ใจดี",
    holder="นางสาวมาลี ใจดี",
    forwarded_by="นายประสาน รักดี",
    note="โปรดจัดทำบัญชีผู้เข้าร่วมประชุม\nและแจ้งโรงเรียนในเครือข่ายทราบ",
)
LETTER = replace(
    ARRIVAL,
    kind=NoticeKind.LETTER,
    recipient="saraban@nayia.example.ac.th",
    recipient_name="โรงเรียนชุมชนบ้านนาเยีย",
    facts=OUTGOING,
    holder="โรงเรียนชุมชนบ้านนาเยีย",
    in_reply_to="",
    references=(),
)
ANSWER = replace(
    ARRIVAL,
    kind=NoticeKind.ANSWER,
    recipient="saraban@obec.example.go.th",
    recipient_name="สำนักงานคณะกรรมการการศึกษาขั้นพื้นฐาน",
    link="",
    holder="",
)
GIVEN_UP = replace(
    LETTER,
    kind=NoticeKind.GIVEN_UP,
    recipient="saraban@office.example.go.th",
    link="",
    failed=(
        (
            "saraban@bannong.example.ac.th",
            "550 5.1.1 <saraban@bannong.example.ac.th>: User unknown",
        ),
        ("old@wat.example.ac.th", "452 4.2.2 Mailbox full"),
    ),
)
CODE = replace(LETTER, kind=NoticeKind.CODE, facts=replace(OUTGOING, secrecy=Secrecy.SECRET), link="", code="482913")
GUESSED = replace(CODE, kind=NoticeKind.GUESSED, code="", until=CODE.made_at + timedelta(minutes=15))
INVITATION = replace(LETTER, kind=NoticeKind.INVITATION, facts=None, holder="")
EVERY = (ARRIVAL, FORWARDED, LETTER, ANSWER, GIVEN_UP, CODE, GUESSED, INVITATION)


def read_back(mail: Mail) -> EmailMessage:
    """The mail as the standard library's parser sees it."""
    message = message_from_bytes(mail.content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def bodies(mail: Mail) -> tuple[str, str]:
    """Plain text and HTML of a mail."""
    text, html = (str(part.get_content()) for part in read_back(mail).iter_parts())
    return text, html
