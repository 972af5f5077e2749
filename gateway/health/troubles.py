"""What is wrong with a running house, in sentences; the one place that decides what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.health.values import DoorTurn, FolderState, Health
from gateway.settings.units import gigabytes
from ledger import era

TURN = 5.0  # seconds without a turn, after which a loop stands still
MEASURED = 15.0  # seconds without figures, after which database or disk do not answer
STORING = 15.0  # seconds that a commit of arrivals may take
LISTED = 120.0  # seconds between two listings of a folder; a share is listed each 30
UNSETTLED = timedelta(minutes=1)  # P-8: a letter is registered or shown to a clerk by then
BELATED = timedelta(minutes=10)  # a mail that could have left, and was not tried
OLD_MAIL = timedelta(hours=4)  # P-15: the first warning

_ANEW = ("ให้เริ่มระบบใหม่", "start the system anew")
_DOORS = {"smtp": ("ช่องทางอีเมล (SMTP)", "mail door (smtp)"), "lmtp": ("ช่องทางอีเมล (LMTP)", "mail door (lmtp)")}
_SITE = ("หน้าเว็บ", "site (http)")
UNADDRESSED = (
    "ยังไม่มีทะเบียนหน่วยงานที่ระบุที่อยู่อีเมล จึงยังไม่รับอีเมลฉบับใด",
    "there is no directory with an address of ours yet, so no mail is taken",
)
IMPORT = ("ให้สั่ง saraban directory import", "run saraban directory import")
_TELL = ("โปรดแจ้งผู้ดูแลระบบ", "please tell the administrator")


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong, in the same words as long as it lasts. Names nobody, no path and no address."""

    key: str
    th: str
    en: str
    mend: tuple[str, str] = ("", "")  # what an administrator does, in Thai and English
    down: bool = True  # letters or pages are shut out, or will be; False: something waits longer than it should
    hung: bool = False  # only a new start helps
    detail: str = ""  # for the log and whoever may read the settings
    ended: str = ""  # for the log: its end, where `en` holds a moment or figures that are of the past by then

    def sentence(self, language: str) -> str:
        """What is wrong and what to do, in "th" or "en", for whoever looks after the system."""
        return self._with(self.mend, language)

    def for_users(self, language: str) -> str:
        """The same for everybody else, who can mend nothing but knows whom to tell."""
        return self._with(_TELL, language)

    def over(self, health: Health) -> str:
        """That it has ended, in English, with the figures of `health`, when that was seen."""
        return f"over: {self.ended.format(free=gigabytes(health.free_bytes)) or self.en}"

    def _with(self, advice: tuple[str, str], language: str) -> str:
        parts = (self.en, advice[1]) if language == "en" else (self.th, advice[0])
        return ("; " if language == "en" else " ").join(filter(None, parts))


def troubles(health: Health) -> list[Trouble]:
    """What is wrong, gravest first."""
    if health.starting:
        return [Trouble("starting", "ระบบกำลังเริ่มทำงาน", "the system is starting")]
    return [
        *(_stands_still(door) for door in health.doors if door.age > TURN),
        *(_has_ended(name) for name in health.ended),
        *_storage(health),
        *_unaddressed(health),
        *_reading(health),
        *(_folder(folder) for folder in health.folders if folder.error or folder.age > LISTED),
        *_waits(health),
    ]


def _stands_still(door: DoorTurn) -> Trouble:
    th, en = _DOORS.get(door.channel, _SITE)
    since = {language: era.format_moment(door.turned_at, seconds=True, language=language) for language in ("th", "en")}
    return Trouble(
        f"door {door.channel}",
        f"{th} ไม่ตอบตั้งแต่ {since['th']}",
        f"the {en} has not answered since {since['en']}",
        _ANEW,
        hung=True,
        detail=" ".join(door.addresses),
        ended=f"the {en} answers again",
    )


def _has_ended(name: str) -> Trouble:
    mend = ("ให้ดูบันทึกการทำงานแล้วเริ่มระบบใหม่", "read the log, start the system anew")
    return Trouble(f"thread {name}", f"ส่วนงาน {name} หยุดทำงาน", f"the part {name} has ended", mend, hung=True)


def _storage(health: Health) -> Iterator[Trouble]:
    if health.figures_age > MEASURED or health.storing > STORING:
        th, en = "ฐานข้อมูลหรือดิสก์ไม่ตอบ จึงยังรับหนังสือไม่ได้", "database or disk do not answer, so no letter is taken"
        mend = ("ให้ตรวจดิสก์และโปรแกรมอื่นที่เปิดฐานข้อมูลอยู่", "look at the disk, and at who else has the database open")
        yield Trouble("storage", th, en, mend)
    elif health.unstored and health.refusing_since is None:
        th, en = "เก็บหนังสือที่เข้ามาไม่ได้ ผู้ส่งจึงต้องส่งใหม่ภายหลัง", "what comes in cannot be stored, so senders must try again"
        mend = (
            "ให้ตรวจพื้นที่ว่าง จำนวนไฟล์ (df -i) โควตา และสิทธิ์เขียนของดิสก์",
            "look at the disk: free space, number of files (df -i), quota, rights",
        )
        yield Trouble("storage", th, en, mend, detail=health.storage_fault)
    if health.refusing_since is not None:
        yield _space(health, health.refusing_since)


def _space(health: Health, moment: datetime) -> Trouble:
    free, least = gigabytes(health.free_bytes), gigabytes(health.free_threshold)
    since = {lang: era.format_moment(moment, language=lang) for lang in ("th", "en")}
    if health.free_bytes < health.free_threshold:
        th = f"พื้นที่ดิสก์เหลือ {free} น้อยกว่า {least} ที่ตั้งไว้ จึงไม่รับอีเมลตั้งแต่ {since['th']} "
        th += "โฟลเดอร์และการลงทะเบียนด้วยตนเองยังใช้ได้"
        en = f"{free} of disk are free, less than {least} as set, so no mail is taken since {since['en']}"
        en += ", folders and forms still work"
    else:  # a quota, or a disk that filled up while a letter came
        th = f"ดิสก์ไม่มีที่พอสำหรับอีเมลที่เข้ามา จึงไม่รับอีเมลตั้งแต่ {since['th']}"
        en = f"the disk had no room for a mail that came in, so no mail is taken since {since['en']}"
    mend = ("ให้เพิ่มพื้นที่ว่างในดิสก์ของโฟลเดอร์ข้อมูล", "free space on the disk of the data folder")
    return Trouble("space", th, en, mend, ended="mail is taken again; {free} of disk are free")


def _unaddressed(health: Health) -> Iterator[Trouble]:
    if not health.addressed and any(door.channel in _DOORS for door in health.doors):
        yield Trouble("directory", *UNADDRESSED, IMPORT, down=False)


def _reading(health: Health) -> Iterator[Trouble]:
    if health.reader_fault:
        fault = without_paths(health.reader_fault)
        th = "เริ่มโปรแกรมอ่านหนังสือไม่ได้ หนังสือที่รับแล้วจึงยังไม่ได้เลข"
        en = "the reading process does not start, so letters wait for numbers"
        yield Trouble("reader", th, en, (f"สาเหตุ: {fault}", fault), down=False, detail=health.reader_fault)


def _folder(folder: FolderState) -> Trouble:
    detail = f"{folder.path} {folder.error}".strip()
    mend = ("ให้ตรวจโฟลเดอร์และสิทธิ์", "look after it and its rights")
    th, en = "เปิดโฟลเดอร์ที่เฝ้ารับไฟล์ไม่ได้", "a watched folder cannot be listed"
    return Trouble(f"folder {folder.path}", th, en, mend, down=False, detail=detail)


def _waits(health: Health) -> Iterator[Trouble]:
    waiting = health.backlog
    if waiting.oldest_unsettled is not None and health.at - waiting.oldest_unsettled > UNSETTLED:
        since = {lang: era.format_moment(waiting.oldest_unsettled, language=lang) for lang in ("th", "en")}
        th = f"หนังสือที่รับแล้วรอลงทะเบียนตั้งแต่ {since['th']}"
        en = f"letters that were taken wait for their numbers since {since['en']}"
        ended = "no letter waits long for its number any more"
        yield Trouble("settling", th, en, down=False, ended=ended)
    if waiting.outbox_due is not None and health.at - waiting.outbox_due > BELATED:
        th, en = "อีเมลที่ถึงเวลาส่งแล้วยังไม่ได้ส่ง", "mails that are due do not leave"
        yield Trouble("sending", th, en, down=False)
    elif waiting.outbox_oldest is not None and health.at - waiting.outbox_oldest > OLD_MAIL:
        since = {lang: era.format_moment(waiting.outbox_oldest, language=lang) for lang in ("th", "en")}
        th, en = f"อีเมลรอส่งตั้งแต่ {since['th']}", f"mails wait to be sent since {since['en']}"
        yield Trouble("outbox", th, en, down=False, ended="no mail waits for hours to be sent any more")


def without_paths(words: str) -> str:
    """`words` without paths of this machine, for whoever asks from outside."""
    return " ".join("…" if "/" in word else word for word in words.split())
