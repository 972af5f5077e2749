"""The story: three mails, two dropped files and one circular, each with the group where the rules lead it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from gateway.demo import papers
from gateway.demo.office import FOLDER, MAILBOX
from ledger.era import day_of, format_date
from ledger.values import Urgency

_PUPILS: tuple[tuple[str | int, ...], ...] = (
    ("ชั้น", "ชาย", "หญิง"),
    ("ป.1", 9, 11),
    ("ป.2", 12, 8),
    ("ป.3", 10, 12),
    ("ป.4", 11, 9),
    ("ป.5", 13, 10),
    ("ป.6", 12, 10),
)


@dataclass(frozen=True, slots=True)
class StoryMail:
    """A mail on its way to the office."""

    sender: str  # of the envelope
    recipient: str
    content: bytes = field(repr=False)
    group: str  # code of the group where the rules lead it


@dataclass(frozen=True, slots=True)
class StoryFile:
    """A file for the drop folder."""

    name: str
    content: bytes = field(repr=False)
    group: str


@dataclass(frozen=True, slots=True)
class StoryCircular:
    """A letter of the office to schools."""

    subject: str
    summary: str
    urgency: Urgency
    group: str  # the group that sends it
    name: str
    content: bytes = field(repr=False)
    to: str = "all"


def mails(at: datetime) -> tuple[StoryMail, ...]:
    """Three mails sent at `at` (aware): a ministry's circular, an urgent one from an old program, a school's report."""
    return (_curriculum(at), _disbursement(at), _pupils(at))


def files() -> tuple[StoryFile, ...]:
    """Two scanned letters, named as clerks name them."""
    return (
        _scan("ที่ ศธ 04010-345 ขอเชิญประชุมผู้อำนวยการกลุ่มอำนวยการ", "Meeting of heads of administration", "admin"),
        _scan("ที่ ศธ 0206.4-ว88 การย้ายข้าราชการครูและบุคลากรทางการศึกษา", "Transfer of teachers", "personnel"),
    )


def circular(at: datetime) -> StoryCircular:
    """The office's invitation to all government schools."""
    subject, summary = _text("meeting", at)
    content = papers.pdf(
        subject, ("Agenda of the 11th meeting of school directors", "1. Matters announced by the chair")
    )
    return StoryCircular(subject, " ".join(summary.split()), Urgency.URGENT, "admin", "ระเบียบวาระการประชุม.pdf", content)


def _scan(name: str, english: str, group: str) -> StoryFile:
    return StoryFile(f"{name}.pdf", papers.pdf(name, (english, "(scanned letter)")), group)


def _curriculum(at: datetime) -> StoryMail:
    subject, text = _text("curriculum", at)
    mail = _mail(at, "สำนักงานคณะกรรมการการศึกษาขั้นพื้นฐาน <saraban@obec.example>", subject, text, "curriculum")
    paper = papers.pdf(
        subject, ("Guidelines for supervision of learning", "Basic Education Core Curriculum, semester 2")
    )
    mail.add_attachment(paper, "application", "pdf", filename="แนวทางการนิเทศ.pdf")
    return StoryMail("saraban@obec.example", MAILBOX, mail.as_bytes(), "supervision")


def _pupils(at: datetime) -> StoryMail:
    subject, text = _text("pupils", at)
    mail = _mail(at, "โรงเรียนบ้านดอนแก้ว <donkaew@schools.example>", subject, text, "pupils")
    for name, paper, kind in (
        ("หนังสือนำส่ง.docx", papers.docx(text.splitlines()), papers.DOCX),
        ("ข้อมูลจำนวนนักเรียน.xlsx", papers.xlsx(_PUPILS), papers.XLSX),
    ):
        mail.add_attachment(paper, *kind.split("/"), filename=name)
    return StoryMail("donkaew@schools.example", MAILBOX, mail.as_bytes(), "policy")


def _disbursement(at: datetime) -> StoryMail:
    """As a mail program of twenty years ago wrote it: Windows-874 everywhere, also raw in the file's name."""
    recipient = MAILBOX.replace("@", "+finance@")
    subject, text = _text("disbursement", at)
    paper = papers.pdf(subject, ("Outstanding reserved budget items: 3", "Total 1,250,000 baht"))
    lines = (
        f"From: {_word('กรมบัญชีกลาง')} <budget@cgd.example>",
        f"To: <{recipient}>",
        f"Subject: {_word(subject)}",
        f"Date: {format_datetime(at)}",
        f"Message-ID: <disbursement.{at:%Y%m%d%H%M%S}@cgd.example>",
        "X-Priority: 1",
        "X-Mailer: Microsoft Outlook Express 6.00.2900.5512",
        "MIME-Version: 1.0",
        'Content-Type: multipart/mixed; boundary="----=_NextPart_000_0005"',
        "",
        "------=_NextPart_000_0005",
        'Content-Type: text/plain; charset="windows-874"',
        "Content-Transfer-Encoding: 8bit",
        "",
        *text.splitlines(),
        "------=_NextPart_000_0005",
        'Content-Type: application/pdf; name="รายการเงินกัน.pdf"',
        "Content-Transfer-Encoding: base64",
        'Content-Disposition: attachment; filename="รายการเงินกัน.pdf"',
        "",
        *(b64encode(paper[start : start + 57]).decode() for start in range(0, len(paper), 57)),
        "------=_NextPart_000_0005--",
        "",
    )
    return StoryMail("budget@cgd.example", recipient, "\r\n".join(lines).encode("cp874"), "finance")


def _mail(at: datetime, sender: str, subject: str, text: str, name: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = MAILBOX
    mail["Subject"] = subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{name}.{at:%Y%m%d%H%M%S}@{sender.partition('@')[2].strip('>')}>"
    mail.set_content(text)
    return mail


def _word(text: str) -> str:
    """Encoded words of Windows-874, each within 75 characters (RFC 2047, section 2)."""
    pieces = (text[start : start + 36].encode("cp874") for start in range(0, len(text), 36))
    return "\r\n ".join(f"=?windows-874?B?{b64encode(piece).decode()}?=" for piece in pieces)


def _text(name: str, at: datetime) -> tuple[str, str]:
    """Subject and text of a letter of the story, dated like the moment `at`."""
    today = day_of(at)
    written = (FOLDER / "story" / f"{name}.txt").read_text(encoding="utf-8")
    subject, _, text = written.partition("\n")
    days = {"today": today, "deadline": today + timedelta(days=7)}
    return subject, text.format(**{word: format_date(day, style="long") for word, day in days.items()})
