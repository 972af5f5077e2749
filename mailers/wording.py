"""What templates may call: words for urgency, secrecy and registers, B.E. dates, file sizes; in one language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from jinja2 import BaseLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ledger.era import Digits, Language, format_date, format_moment, to_thai_digits
from ledger.values import LetterFacts, RegisterKind, Secrecy, Urgency
from mailers import headers

URGENCY = {
    "th": {Urgency.URGENT: "ด่วน", Urgency.VERY_URGENT: "ด่วนมาก", Urgency.MOST_URGENT: "ด่วนที่สุด"},
    "en": {Urgency.URGENT: "Urgent", Urgency.VERY_URGENT: "Very urgent", Urgency.MOST_URGENT: "Most urgent"},
}
SECRECY = {
    "th": {Secrecy.SECRET: "ลับ", Secrecy.VERY_SECRET: "ลับมาก", Secrecy.TOP_SECRET: "ลับที่สุด"},
    "en": {Secrecy.SECRET: "Secret", Secrecy.VERY_SECRET: "Very secret", Secrecy.TOP_SECRET: "Top secret"},
}
# What each class of urgency asks of the reader (R27).
HASTE = {
    "th": {
        Urgency.NORMAL: "เมื่อได้รับอีเมลฉบับนี้",
        Urgency.URGENT: "เร็วกว่าปกติเท่าที่จะทำได้",
        Urgency.VERY_URGENT: "โดยเร็ว",
        Urgency.MOST_URGENT: "ทันทีที่ได้รับอีเมลฉบับนี้",
    },
    "en": {
        Urgency.NORMAL: "when you receive this mail",
        Urgency.URGENT: "sooner than usual",
        Urgency.VERY_URGENT: "as soon as possible",
        Urgency.MOST_URGENT: "at once",
    },
}
BOOK = {
    "th": {
        RegisterKind.INCOMING: "รับ",
        RegisterKind.OUTGOING: "ที่",
        RegisterKind.ORDER: "คำสั่งที่",
        RegisterKind.CERTIFICATE: "เกียรติบัตรที่",
    },
    "en": {
        RegisterKind.INCOMING: "Received",
        RegisterKind.OUTGOING: "No.",
        RegisterKind.ORDER: "Order",
        RegisterKind.CERTIFICATE: "Certificate",
    },
}
_KIB, _MIB = 1024, 1024 * 1024
_LONGEST = 20_000  # bytes of one value in a text

# What differs between the mails of one circular stands in a draft as a character that no value can bring in.
HOLES = {"holder": "\ufdd0", "link": "\ufdd1"}

Filter = Callable[..., object]


class Wording:
    """The filters of one language, with Arabic or Thai digits."""

    def __init__(self, language: Language, digits: Digits) -> None:
        self.language = language
        self.digits: Digits = digits if language == "th" else "arabic"

    def marks(self, facts: LetterFacts) -> dict[str, str]:
        """The classes that a letter bears before its subject (R13), each "" for an ordinary one."""
        urgent = URGENCY[self.language].get(facts.urgency, "")
        secret = SECRECY[self.language].get(facts.secrecy, "")
        return {"urgent": urgent, "secret": secret, "marks": f"{urgent} {secret}".strip()}

    def haste(self, urgency: Urgency) -> str:
        """Until when: "โดยเร็ว"."""
        return HASTE[self.language][urgency]

    def book(self, register: RegisterKind) -> str:
        """What stands before a number of that register: "รับ"."""
        return BOOK[self.language][register]

    def number(self, value: object) -> str:
        """Numbers inside a text, in the digits of the house (R35)."""
        return to_thai_digits(str(value)) if self.digits == "thai" else str(value)

    def date(self, day: date) -> str:
        """ "14 ส.ค. 2569"."""
        return format_date(day, digits=self.digits, language=self.language)

    def moment(self, at: datetime) -> str:
        """ "14 ส.ค. 2569 10:52 น."."""
        return format_moment(at, digits=self.digits, language=self.language)

    def size(self, size: int) -> str:
        """ "1.2 MB", counted as file managers do."""
        if size < _MIB:
            return self.number(f"{max(1, round(size / _KIB))} KB")
        return self.number(f"{size / _MIB:.1f} MB")

    def environment(self, loader: BaseLoader) -> ImmutableSandboxedEnvironment:
        """Templates that can do nothing but name values and call our filters (attack 26)."""
        environment = ImmutableSandboxedEnvironment(
            loader=loader,
            autoescape=lambda name: bool(name) and str(name).endswith(".html"),
            undefined=StrictUndefined,
            finalize=harmless,
            keep_trailing_newline=True,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        names: tuple[Filter, ...] = (self.haste, self.book, self.number, self.date, self.moment, self.size, paragraphs)
        environment.filters = {one.__name__: one for one in names}
        environment.globals = {}
        return environment


def paragraphs(value: str) -> list[str]:
    """The lines of a text that people typed, without the empty ones."""
    return [line for line in value.splitlines() if line.strip()]


def harmless(value: object) -> object:
    """No value brings line ends or direction tricks into a mail, wherever a template prints it."""
    return headers.line(value, _LONGEST) if type(value) is str and value not in HOLES.values() else value
