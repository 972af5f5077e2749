"""Every error of the house, each with the sentence that a person sees, in Thai and in English.

Two kinds only: permanent (the other side is wrong and must change something) and temporary (our fault, or the
moment's: the same thing may be tried again; I9). The sentences are formats over the keyword arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.errors.listening import (
    AddressNotHere,
    GroupNotOurs,
    GroupUnknown,
    PortForbidden,
    PortTaken,
    SocketBlocked,
    SocketTaken,
)
from ledger.errors.proving import (
    CodesSilent,
    CodesSpent,
    ConfirmFirst,
    KeyUnusable,
    KeyWrong,
    NoSuchInvitation,
    PasswordsWait,
    SecondFactorRequired,
    SignedOut,
    SignInFailed,
    SignOutUnwritten,
    TooManyAttempts,
)
from ledger.errors.root import (
    DiskFull,
    ExportsWait,
    FileIncomplete,
    FilesWait,
    FileTooLarge,
    Refused,
    SarabanError,
    TooLargeToTake,
    Unavailable,
)

__all__ = [
    "AddressNotHere",
    "AlreadyRunning",
    "AlreadySent",
    "AlreadyThere",
    "ChangedMeanwhile",
    "ClockBackwards",
    "CodesSilent",
    "CodesSpent",
    "ConfirmFirst",
    "DataForeign",
    "DataOpen",
    "DecidedMeanwhile",
    "DiskFull",
    "ExportsWait",
    "Fault",
    "FieldsWrong",
    "FileIncomplete",
    "FileTooLarge",
    "FilesWait",
    "FormStale",
    "GroupNotOurs",
    "GroupUnknown",
    "KeyUnusable",
    "KeyWrong",
    "MailDamaged",
    "NoSuchInvitation",
    "NoSuchLink",
    "NotAllowed",
    "NotFound",
    "OriginalDamaged",
    "OriginalMissing",
    "PasswordsWait",
    "PortForbidden",
    "PortTaken",
    "Refused",
    "RegisterClosed",
    "RegisterOff",
    "RosterWrong",
    "RulesWrong",
    "SarabanError",
    "SecondFactorRequired",
    "SettingsWrong",
    "SignInFailed",
    "SignOutUnwritten",
    "SignedOut",
    "SocketBlocked",
    "SocketTaken",
    "StorageUnsafe",
    "TextWrong",
    "TooLargeToTake",
    "TooManyAttempts",
    "Unavailable",
]


class OriginalMissing(SarabanError):
    """An original that the ledger knows is not in the store."""

    th = "ไม่พบต้นฉบับ {sha256} ในคลังต้นฉบับ ให้กู้คืนจากข้อมูลสำรอง"
    en = "The original {sha256} is missing from the store. Restore it from the backup."


class OriginalDamaged(SarabanError):
    """An original whose bytes no longer match its name."""

    th = "ต้นฉบับ {sha256} ถูกแก้ไขหรือเสียหาย ให้กู้คืนจากข้อมูลสำรอง"
    en = "The original {sha256} was altered or damaged. Restore it from the backup."


class StorageUnsafe(SarabanError):
    """The database would lie where it can lose data (P-29)."""

    th = "เปิดฐานข้อมูลที่ {path} ไม่ได้: {problem}"
    en = "The database at {path} cannot be opened: {problem}"


class DataOpen(SarabanError):
    """Others on this machine can reach the data folder. `command`: what mends it."""

    th = "ผู้ใช้อื่นของเครื่องเข้าถึงโฟลเดอร์ {path} ได้ (สิทธิ์ {mode}) จึงยังไม่เริ่มทำงาน ให้สั่ง {command}"
    en = "Others on this machine can reach {path} (mode {mode}), so nothing was started: run {command}"


class DataForeign(SarabanError):
    """The data folder belongs to another user. `command`: what mends it, for an administrator of the machine."""

    th = "โฟลเดอร์ {path} เป็นของผู้ใช้ {owner} ไม่ใช่ {we} จึงยังไม่เริ่มทำงาน ให้รันคำสั่งในนามผู้ใช้ {owner} หรือให้ผู้ดูแลเครื่องสั่ง {command}"
    en = "{path} belongs to {owner} and not to {we}, so nothing was started: run this as {owner}, or {command}"


class RegisterOff(SarabanError):
    """The register's start number is 0: it is switched off (C4)."""

    th = "ทะเบียน{register}ของ{organisation} ปี {year} ไม่ได้เปิดใช้งาน (เลขเริ่มต้นเป็น 0) ผู้ดูแลทะเบียนต้องตั้งเลขเริ่มต้นก่อน"
    en = "The {register} register of {organisation} for {year} is off (start number 0). Set a start number first."


class ClockBackwards(SarabanError):
    """The clock stands well before the register's last entry: numbering waits (P-12)."""

    permanent = False
    th = "นาฬิกาของเครื่องช้ากว่ารายการล่าสุดในทะเบียน ({last}) จึงยังไม่ออกเลข ให้ตั้งเวลาเครื่องให้ถูกต้อง"
    en = "The machine's clock is behind the register's last entry ({last}), so no number is given. Set the clock right."


class NotFound(SarabanError):
    """Something was named that does not exist."""

    th = "ไม่พบ{what} “{name}” {hint}"
    en = "There is no {what_en} “{name}”. {hint}"


class NoSuchLink(SarabanError):
    """A receipt link that is unknown, expired or revoked: always the same answer (P-21)."""

    th = "ลิงก์นี้ใช้ไม่ได้ อาจหมดอายุ ถูกยกเลิก หรือคัดลอกมาไม่ครบ โปรดเปิดจากอีเมลฉบับล่าสุด หรือติดต่อหน่วยงานผู้ส่ง"
    en = (
        "This link does not work. It may have expired, been withdrawn, or been copied incompletely. "
        "Please open it from the latest mail, or contact the office that sent it."
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake in a text that a person wrote: line (from 1; 0: the whole text), whose it is, what to do."""

    line: int
    where: str
    th: str
    en: str

    def sentence(self, language: str = "th") -> str:
        """Line, place and problem in `language`."""
        line = {"th": f"บรรทัด {self.line}: ", "en": f"Line {self.line}: "}[language] if self.line else ""
        place = f"{self.where}: " if self.where else ""
        return line + place + (self.en if language == "en" else self.th)


class TextWrong(SarabanError):
    """A text that a person wrote has faults, all of them named at once."""

    th = "พบข้อผิดพลาด {count} แห่ง จึงยังไม่ได้บันทึก"
    en = "{count} mistakes, nothing was changed."

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(count=len(self.faults))

    def sentence(self, language: str = "th") -> str:
        """The heading, then one line for each fault."""
        return "\n".join([super().sentence(language), *(fault.sentence(language) for fault in self.faults)])


class SettingsWrong(TextWrong):
    """Settings are unknown or have wrong values. Each fault's `where` names file and line, or the variable."""

    th = "การตั้งค่าไม่ถูกต้อง {count} แห่ง"
    en = "The settings have {count} mistakes."


class RulesWrong(TextWrong):
    """A rule set cannot be read."""

    th = "กฎเส้นทางมีข้อผิดพลาด {count} แห่ง จึงยังไม่ได้บันทึก"
    en = "The rules have {count} mistakes; nothing was changed."


class RosterWrong(TextWrong):
    """A directory file cannot be read, or contradicts itself."""

    th = "ทะเบียนหน่วยงานมีข้อผิดพลาด {count} แห่ง จึงยังไม่ได้บันทึก"
    en = "The directory file has {count} mistakes; nothing was changed."


class MailDamaged(SarabanError):
    """A mail that we wrote does not read back as it was meant, so it must not leave (attack 8)."""

    permanent = False
    th = "อีเมลที่เขียนขึ้นอ่านกลับแล้วไม่ตรงกับที่ตั้งใจ จึงไม่ส่งออก: {problem}"
    en = "A mail that was written does not read back as it was meant, so it was not sent: {problem}"


class AlreadyRunning(SarabanError):
    """Another daemon works in the same data folder."""

    permanent = False
    th = "มีโปรแกรมกำลังทำงานกับโฟลเดอร์ {folder} อยู่แล้ว ให้หยุดตัวเดิมก่อน หรือใช้โฟลเดอร์อื่น"
    en = "Another daemon already works in {folder}. Stop it first, or use another folder."


class AlreadyThere(SarabanError):
    """A file that should be made exists already."""

    th = "มี {path} อยู่แล้ว จึงไม่เขียนทับ"
    en = "{path} exists already and was left as it is."


class NotAllowed(SarabanError):
    """The permission table does not give this person that right (C3)."""

    th = "บัญชีนี้ไม่มีสิทธิ์ทำรายการนี้ หากจำเป็นต้องทำ โปรดติดต่อผู้ดูแลระบบของหน่วยงาน"
    en = "This account may not do that. If you need to, please ask your organisation's administrator."


class RegisterClosed(SarabanError):
    """The year in use is over, and the organisation sets its years by hand (F37, C4)."""

    th = "ปีที่ใช้งานของ{organisation}คือ {year} ซึ่งสิ้นสุดแล้ว จึงยังไม่ออกเลข ผู้ดูแลทะเบียนต้องตั้งปีใหม่ก่อน"
    en = "The year in use of {organisation} is {year}, which is over. The register admin must set the new year first."


class ChangedMeanwhile(SarabanError):
    """Somebody changed the same thing since this form was opened; nothing was saved."""

    th = "มีผู้แก้ไขรายการนี้ไปก่อนแล้ว จึงยังไม่ได้บันทึก โปรดเปรียบเทียบทั้งสองฉบับ"
    en = "Somebody changed this meanwhile, so nothing was saved. Please compare both versions."


class DecidedMeanwhile(ChangedMeanwhile):
    """Somebody decided about a held intake first. `number`: what it got, "" for none."""

    th = "มีผู้พิจารณารายการนี้ไปก่อนแล้ว ({number}) จึงไม่ได้ทำซ้ำและไม่ใช้เลขเพิ่ม"
    en = "Somebody decided about this first ({number}), so nothing was repeated and no number was used."

    def sentence(self, language: str = "th") -> str:
        """With the number, or that there is none."""
        none = "no number" if language == "en" else "ไม่ได้ออกเลข"
        return (self.en if language == "en" else self.th).format(number=self.values["number"] or none)


class FieldsWrong(SarabanError):
    """A form has faults. `problems`: field to its sentence in Thai, which is its message id in the catalogue."""

    th = "ข้อมูลในแบบฟอร์มยังไม่ครบถ้วนหรือไม่ถูกต้อง จึงยังไม่ได้บันทึก"
    en = "The form is incomplete or wrong; nothing was saved."

    def __init__(self, **problems: str) -> None:
        self.problems = problems
        super().__init__()


class AlreadySent(SarabanError):
    """A line of the outgoing register whose letter is on its way: it is sent once (C3)."""

    th = "หนังสือ {number} ส่งไปแล้ว จึงไม่ส่งซ้ำ ผู้รับทั้งหมดอยู่ในเส้นทางหนังสือ"
    en = "The letter {number} was sent already, so it was not sent again. All addressees are shown in its way."


class FormStale(NotAllowed):
    """A form of an earlier sign-in, or none of ours: nothing was done."""

    th = "แบบฟอร์มนี้เปิดไว้ก่อนการเข้าสู่ระบบครั้งนี้ จึงยังไม่ได้บันทึก โปรดเปิดหน้านั้นใหม่แล้วทำอีกครั้ง"
    en = "This form was opened before you signed in, so nothing was saved. Please open its page again and repeat."
