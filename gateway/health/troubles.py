"""What is wrong with a running house, in sentences; the one place that decides what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from gateway.health.values import DoorTurn, FolderState, Health
from ledger import era

TURN = 5.0  # seconds without a turn, after which a loop stands still
MEASURED = 15.0  # seconds without figures, after which database or disk do not answer
STORING = 15.0  # seconds that a commit of arrivals may take
LISTED = 120.0  # seconds between two listings of a folder; a share is listed each 30
UNSETTLED = timedelta(minutes=1)  # P-8: a letter is registered or shown to a clerk by then
BELATED = timedelta(minutes=10)  # a mail that could have left, and was not tried
OLD_MAIL = timedelta(hours=4)  # P-15: the first warning

_GIB = 1 << 30
_DOORS = {"smtp": ("ประตูอีเมล (SMTP)", "mail door (smtp)"), "lmtp": ("ประตูอีเมล (LMTP)", "mail door (lmtp)")}
_SITE = ("หน้าเว็บ", "site (http)")


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong, the same sentence as long as it lasts. Names nobody, no path and no address."""

    key: str
    th: str
    en: str
    down: bool = True  # letters or pages are shut out, or will be; False: something waits longer than it should
    hung: bool = False  # only a new start helps
    told: bool = False  # its begin and end stand in the log already
    detail: str = ""  # for the log and whoever may read the settings

    def sentence(self, language: str) -> str:
        """What is wrong, in "th" or "en"."""
        return self.en if language == "en" else self.th


def troubles(health: Health) -> list[Trouble]:
    """What is wrong, gravest first."""
    if health.starting:
        return [Trouble("starting", "ระบบกำลังเริ่มทำงาน", "the system is starting", told=True)]
    return [
        *(_stands_still(door) for door in health.doors if door.age > TURN),
        *(_has_ended(name) for name in health.ended),
        *_storage(health),
        *_reading(health),
        *(_folder(folder) for folder in health.folders if folder.error or folder.age > LISTED),
        *_waits(health),
    ]


def _stands_still(door: DoorTurn) -> Trouble:
    th, en = _DOORS.get(door.channel, _SITE)
    since = {language: era.format_moment(door.turned_at, seconds=True, language=language) for language in ("th", "en")}
    return Trouble(
        f"door {door.channel}",
        f"{th} ไม่ตอบตั้งแต่ {since['th']} ให้ผู้ดูแลระบบเริ่มระบบใหม่",
        f"the {en} has not answered since {since['en']}: start the system anew",
        hung=True,
        detail=" ".join(door.addresses),
    )


def _has_ended(name: str) -> Trouble:
    th = f"ส่วนงาน {name} หยุดทำงาน ให้ผู้ดูแลระบบดูบันทึกการทำงานแล้วเริ่มระบบใหม่"
    return Trouble(f"thread {name}", th, f"the part {name} has ended: read the log, start the system anew", hung=True)


def _storage(health: Health) -> Iterator[Trouble]:
    if health.figures_age > MEASURED or health.storing > STORING:
        th = "ฐานข้อมูลหรือดิสก์ไม่ตอบ จึงยังรับหนังสือไม่ได้ ให้ผู้ดูแลระบบตรวจดิสก์และโปรแกรมอื่นที่เปิดฐานข้อมูลอยู่"
        en = "database or disk do not answer, so no letter is taken: look at the disk, and at who else has it open"
        yield Trouble("storage", th, en)
    if health.refusing_since is not None:
        free, least = health.free_bytes / _GIB, health.free_threshold / _GIB
        since = {lang: era.format_moment(health.refusing_since, language=lang) for lang in ("th", "en")}
        th = f"พื้นที่ดิสก์เหลือ {free:.2f} GB น้อยกว่า {least:.2f} GB ที่ตั้งไว้ จึงไม่รับอีเมลตั้งแต่ {since['th']} ให้เพิ่มพื้นที่ว่าง"
        en = f"{free:.2f} GB of disk are free, less than {least:.2f} GB: no mail taken since {since['en']}; make room"
        yield Trouble("space", th, en, told=True)


def _reading(health: Health) -> Iterator[Trouble]:
    if health.reader_fault:
        th = f"เริ่มโปรแกรมอ่านหนังสือไม่ได้ หนังสือที่รับแล้วจึงยังไม่ได้เลข: {without_paths(health.reader_fault)}"
        en = f"the reading process does not start, so letters wait for numbers: {without_paths(health.reader_fault)}"
        yield Trouble("reader", th, en, down=False, detail=health.reader_fault)


def _folder(folder: FolderState) -> Trouble:
    th, en = "เปิดโฟลเดอร์ที่เฝ้ารับไฟล์ไม่ได้ ให้ผู้ดูแลระบบตรวจสอบ", "a watched folder cannot be listed: look after it"
    return Trouble(f"folder {folder.path}", th, en, down=False, detail=f"{folder.path} {folder.error}".strip())


def _waits(health: Health) -> Iterator[Trouble]:
    waiting = health.backlog
    if waiting.oldest_unsettled is not None and health.at - waiting.oldest_unsettled > UNSETTLED:
        since = {lang: era.format_moment(waiting.oldest_unsettled, language=lang) for lang in ("th", "en")}
        th = f"หนังสือที่รับแล้วรอลงทะเบียนตั้งแต่ {since['th']}"
        yield Trouble("settling", th, f"letters that were taken wait for their numbers since {since['en']}", down=False)
    if waiting.outbox_due is not None and health.at - waiting.outbox_due > BELATED:
        th, en = "อีเมลที่ถึงเวลาส่งแล้วยังไม่ได้ส่ง", "mails that are due do not leave"
        yield Trouble("sending", th, en, down=False)
    elif waiting.outbox_oldest is not None and health.at - waiting.outbox_oldest > OLD_MAIL:
        since = {lang: era.format_moment(waiting.outbox_oldest, language=lang) for lang in ("th", "en")}
        th, en = f"อีเมลรอส่งตั้งแต่ {since['th']}", f"mails wait to be sent since {since['en']}"
        yield Trouble("outbox", th, en, down=False)


def without_paths(words: str) -> str:
    """`words` without paths of this machine, for whoever asks from outside."""
    return " ".join("…" if "/" in word else word for word in words.split())
