"""The roots of all errors, and the two kinds: permanent and temporary (I9)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from ledger.era import Language, format_moment


class SarabanError(Exception):
    """The root. Arguments: the values that the sentence names; an aware moment is told by Bangkok's clock."""

    permanent: ClassVar[bool] = True
    th: ClassVar[str] = "ทำรายการไม่สำเร็จ"
    en: ClassVar[str] = "This could not be done."

    def __init__(self, **values: object) -> None:
        self.values = values
        super().__init__(self.sentence("en"))

    def sentence(self, language: str = "th") -> str:
        """What happened, why, and what to do, in `language` ("th" or "en")."""
        spoken: Language = "en" if language == "en" else "th"
        told = {name: _told(value, spoken) for name, value in self.values.items()}
        return (self.en if spoken == "en" else self.th).format(**told)


def _told(value: object, language: Language) -> object:
    return format_moment(value, language=language) if isinstance(value, datetime) else value


class Unavailable(SarabanError):
    """Our own fault or a full disk: the other side should try again (P-2)."""

    permanent = False
    th = "ระบบยังรับเรื่องไม่ได้ในขณะนี้ โปรดลองใหม่ภายหลัง"
    en = "The system cannot take this at the moment. Please try again later."


class ExportsWait(Unavailable):
    """So many files are being made, for one person (`count`) or for all, that no other can begin."""

    th = "กำลังสร้างไฟล์อยู่ {count} ไฟล์ จึงยังเริ่มไฟล์ใหม่ไม่ได้ โปรดรอให้สร้างเสร็จอย่างน้อยหนึ่งไฟล์ แล้วลองใหม่"
    en = "{count} files are being made, so no other can begin. Please wait until one of them is done, and try again."


class FilesWait(Unavailable):
    """Too many files are being looked through; nobody has begun with this one."""

    th = "ขณะนี้มีการเปิดไฟล์พร้อมกันมาก โปรดรอสักครู่แล้วลองใหม่"
    en = "Many files are being opened at the moment. Please wait a moment and try again."


class DiskFull(Unavailable):
    """The database or a file found no room on the disk."""

    th = "ดิสก์ของเครื่องแม่ข่ายเต็ม จึงยังไม่ได้บันทึก โปรดแจ้งผู้ดูแลระบบให้เพิ่มพื้นที่ว่าง แล้วลองใหม่"
    en = "The server's disk is full, so nothing was saved. Please tell the administrator to make room, then try again."


class Refused(SarabanError):
    """The sender must change something. `reason` says what."""

    th = "{reason}"
    en = "{reason}"


class TooLargeToTake(Refused):
    """What a form brings is more than is read of it."""


class FileIncomplete(Refused):
    """A dropped file whose type has an end mark never got it (P-6)."""

    th = "ไฟล์ไม่สมบูรณ์ อาจคัดลอกหรือสแกนไม่เสร็จ โปรดตรวจสอบว่าเปิดไฟล์ได้ครบทุกหน้า"
    en = "The file is incomplete: copying or scanning it may have stopped half-way. Please check that it opens."


class FileTooLarge(Refused):
    """A dropped file is over the limit of its folder. `limit`: in MiB."""

    th = "ไฟล์มีขนาดเกิน {limit} MB โปรดลดขนาดหรือแยกเป็นหลายไฟล์"
    en = "The file is larger than {limit} MB. Please make it smaller or split it."
