"""The kinds of conditions: what each looks at, how it compares, and when one wanted value covers another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter, eq

from ledger.outline import meant
from ledger.routing.addresses import Mailboxes, well_written
from ledger.routing.facts import Facts, Seen
from ledger.routing.patterns import Unusable, compiled
from ledger.values import Secrecy, Urgency

Test = Callable[[Seen, int], bool]  # a text of the letter, and how many bytes of it a pattern may read

URGENCY_WORDS = dict(zip(Urgency, ("ปกติ", "ด่วน", "ด่วนมาก", "ด่วนที่สุด"), strict=True))  # R27
SECRECY_WORDS = dict(zip(Secrecy, ("ปกติ", "ลับ", "ลับมาก", "ลับที่สุด"), strict=True))  # R28
URGENCIES = {word: value for value, thai in URGENCY_WORDS.items() for word in (thai, value.value)}
SECRECIES = {word: value for value, thai in SECRECY_WORDS.items() for word in (thai, value.value)} | {
    "ไม่ลับ": Secrecy.ORDINARY
}

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
_TYPES = {
    "pdf": ("application/pdf",),
    "doc": ("application/msword",),
    "docx": (_OFFICE + "wordprocessingml.document",),
    "xls": ("application/vnd.ms-excel",),
    "xlsx": (_OFFICE + "spreadsheetml.sheet",),
    "pptx": (_OFFICE + "presentationml.presentation",),
    "odt": (_OPEN + "text",),
    "ods": (_OPEN + "spreadsheet",),
    "gif": ("image/gif",),
    "jpg": ("image/jpeg",),
    "png": ("image/png",),
    "zip": ("application/zip", "application/x-zip-compressed"),
    "rar": ("application/vnd.rar", "application/x-rar-compressed", "application/x-rar"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of condition."""

    th: str
    look: Callable[[Facts], Iterable[str]]  # the texts of a letter that it compares
    test: Callable[[str], Test]  # raises Unusable
    covers: Callable[[str, str], bool] = eq  # whether the first wanted value holds wherever the second does


def pattern_in(wanted: str) -> str:
    """What stands between the slashes of a wanted text, or ""."""
    return wanted[1:-1] if len(wanted) > 2 and wanted.startswith("/") and wanted.endswith("/") else ""


def _text(th: str, look: Callable[[Facts], Iterable[str]], form: str = "plain") -> Kind:
    """Words that the text contains, or a pattern. `form` names the form of `Seen` for words."""
    read: Callable[[Seen], str] = attrgetter(form)

    def test(wanted: str) -> Test:
        if source := pattern_in(wanted):
            return _pattern(source)
        words = read(Seen(wanted))
        if not words:
            raise Unusable("ค่าว่างเปล่า", "The value is empty.")
        return lambda seen, _reach: words in read(seen)

    def covers(wide: str, narrow: str) -> bool:
        words = not pattern_in(wide) and not pattern_in(narrow)
        return wide == narrow or (words and read(Seen(wide)) in read(Seen(narrow)))

    return Kind(th, look, test, covers)


def _pattern(source: str) -> Test:
    pattern = compiled(source)
    return lambda seen, reach: pattern.found(seen.encoded[:reach])


def _address(wanted: str) -> Test:
    if not well_written(wanted):
        raise Unusable(
            f"“{wanted}” ให้เขียนเป็น ชื่อ@หน่วยงาน, @หน่วยงาน, *.go.th หรือ +ส่วนต่อท้าย",
            f"Write “{wanted}” as name@domain, @domain, *.go.th or +part.",
        )
    mailboxes = Mailboxes.of(wanted)
    return lambda seen, _reach: mailboxes.covers(seen.mailbox)


def _covers_address(wide: str, narrow: str) -> bool:
    return Mailboxes.of(wide).covers(Mailboxes.of(narrow))


def _folder(wanted: str) -> Test:
    return lambda seen, _reach: _covers_folder(wanted, seen.text)


def _covers_folder(wide: str, narrow: str) -> bool:
    """A folder is named by its whole path or by the last parts of it."""
    return ("/" + _path(narrow)).endswith("/" + _path(wide))


def _path(folder: str) -> str:
    return folder.replace("\\", "/").strip("/").casefold()


def _media_type(wanted: str) -> Test:
    if "/" not in wanted and wanted.casefold() not in _TYPES:
        th, en = meant(wanted, _TYPES)
        raise Unusable(f"ไม่รู้จักชนิดไฟล์ “{wanted}” {th}", f"Unknown type “{wanted}”. {en}")
    return lambda seen, _reach: _covers_type(wanted, seen.text)


def _covers_type(wide: str, narrow: str) -> bool:
    wide, narrow = wide.casefold(), narrow.casefold()
    named = _TYPES.get(narrow, (narrow,))
    return all(
        each in _TYPES.get(wide, (wide,)) or (wide.endswith("/*") and each.startswith(wide[:-1])) for each in named
    )


def _word(th: str, look: Callable[[Facts], Iterable[str]], words: Mapping[str, str]) -> Kind:
    """One of the classes, by its Thai or its English word."""

    def test(wanted: str) -> Test:
        if wanted.casefold() not in words:
            meant_th, meant_en = meant(wanted, words)
            raise Unusable(f"ไม่รู้จักค่า “{wanted}” {meant_th}", f"Unknown value “{wanted}”. {meant_en}")
        return lambda seen, _reach: seen.text == words[wanted.casefold()]

    return Kind(th, look, test, lambda wide, narrow: words[wide.casefold()] == words[narrow.casefold()])


def _code(wanted: str) -> Test:
    return lambda seen, _reach: seen.text == wanted


KINDS: dict[str, Kind] = {
    "sender": Kind("ผู้ส่ง", lambda facts: (facts.sender,), _address, _covers_address),
    "recipient": Kind("ผู้รับ", lambda facts: facts.recipients, _address, _covers_address),
    "folder": Kind("โฟลเดอร์", lambda facts: (facts.folder,), _folder, _covers_folder),
    "subject": _text("เรื่อง", lambda facts: (facts.subject,)),
    "text": _text("เนื้อความ", lambda facts: (facts.text,)),
    "letter_number": _text("เลขที่หนังสือ", lambda facts: (facts.letter_number,), "close"),
    "attachment": _text("ชื่อไฟล์แนบ", lambda facts: (name for name, _ in facts.attachments)),
    "attachment_type": Kind(
        "ชนิดไฟล์แนบ", lambda facts: (kind for _, kind in facts.attachments), _media_type, _covers_type
    ),
    "urgency": _word("ชั้นความเร็ว", lambda facts: (facts.urgency,), URGENCIES),
    "secrecy": _word("ชั้นความลับ", lambda facts: (facts.secrecy,), SECRECIES),
    "sender_organisation": Kind("หน่วยงานผู้ส่ง", lambda facts: (facts.sender_organisation,), _code),
}
