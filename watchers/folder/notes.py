"""What a text file beside, or in place of, a dropped file tells. As Notepad shows it: byte order mark, CRLF."""

from __future__ import annotations

from datetime import datetime

from ledger.era import format_moment
from ledger.errors import Refused
from ledger.values import Outcome, OutcomeKind

_THAI = ("ไฟล์นี้ไม่ได้ลงทะเบียน", "โปรดแก้ไขแล้ววางไฟล์อีกครั้ง หรือติดต่อสารบรรณกลาง")
_ENGLISH = ("This file was not registered.", "Please correct it and drop it again, or ask the central registry.")
_CLOSED = (
    "ไฟล์ที่วางไว้เป็นหนังสือลับ ระบบย้ายไฟล์ออกจากโฟลเดอร์นี้ไปเก็บในที่ปิดแล้ว",
    "The file that was here is a secret letter. It was moved out of this folder into a closed place.",
)
_ON_DUTY = (
    "ผู้มีหน้าที่เปิดอ่านได้ในระบบ",
    "Those on duty for it read it in the system.",
)
_IN_TRAY = (
    "หนังสือรอเจ้าหน้าที่พิจารณาในถาดรอลงทะเบียน",
    "It waits in the tray for a clerk's decision.",
)
_BACK = (
    "หากต้องการไฟล์คืน โปรดติดต่อผู้ดูแลระบบ",
    "If you need the file back, please ask the administrator of the system.",
)
REFUSED = _THAI[0].encode("utf-8-sig")  # how the note beside a refused file begins


def refused(refusal: Refused) -> bytes:
    """Why a file lies in failed/, and what to do."""
    thai, english = refusal.sentence("th"), refusal.sentence("en")
    why = [english] if english != thai else []
    return _text([_THAI[0], thai, _THAI[1]], [_ENGLISH[0], *why, _ENGLISH[1]])


def closed(ending: Outcome | Refused, written: datetime) -> bytes:
    """Where a secret file went, with its number and without a word of it (I8).

    Arguments: `written`, when the file was last written: its clerk knows it by that, and two notes differ.
    """
    thai, english = _of_closed(ending)
    when = (f"ไฟล์ถูกบันทึกเมื่อ {format_moment(written, seconds=True)}", format_moment(written, seconds=True, language="en"))
    return _text([_CLOSED[0], when[0], *thai], [_CLOSED[1], f"It was saved at {when[1]}.", *english])


def _of_closed(ending: Outcome | Refused) -> tuple[list[str], list[str]]:
    if isinstance(ending, Refused) or ending.kind is OutcomeKind.REFUSED:
        refusal = ending if isinstance(ending, Refused) else Refused(reason=ending.reason)
        thai, english = refusal.sentence("th"), refusal.sentence("en")
        why = [english] if english != thai else []
        return [_THAI[0], thai, _BACK[0]], [_ENGLISH[0], *why, _BACK[1]]
    if ending.kind is OutcomeKind.HELD:
        return [_IN_TRAY[0]], [_IN_TRAY[1]]
    number = (f"เลขทะเบียน {ending.text}", f"Register number {ending.text}") if ending.text else ("", "")
    return [number[0], _ON_DUTY[0]], [number[1], _ON_DUTY[1]]


def _text(thai: list[str], english: list[str]) -> bytes:
    lines = [*filter(None, thai), "", *filter(None, english), ""]
    return "\r\n".join(lines).encode("utf-8-sig")
