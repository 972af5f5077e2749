"""An office to look at: letters in every state, and a desk that remembers what it was asked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from ledger.errors import NoSuchLink, NotFound, Refused
from ledger.values import (
    DocumentLine,
    File,
    HolderKind,
    LetterFacts,
    ReceiptPage,
    RegisterKind,
    Secrecy,
    Step,
    Target,
    Urgency,
    Visit,
)

NOW = datetime(2026, 8, 14, 3, 52, 31, tzinfo=UTC)  # 14 ส.ค. 2569 10:52:31 น.
SECRET = b"a secret for tests that is long enough"
ORDINARY, HIDDEN, CROWDED, DONE = (name * 43 for name in "OHCD")
CODE = "482913"
OFFICE = "สำนักงานเขตพื้นที่การศึกษาประถมศึกษาตัวอย่าง เขต 4"
GROUP = "กลุ่มบริหารงานการเงินและสินทรัพย์"
LONG_SUBJECT = (
    "การดำเนินงานโครงการพัฒนาคุณภาพการศึกษาและการพัฒนาท้องถิ่นโดยมีสถาบันอุดมศึกษาเป็นพี่เลี้ยง "
    "ประจำปีงบประมาณ พ.ศ. 2569 และขอเชิญประชุมชี้แจงแนวทางการจัดทำแผนปฏิบัติราชการร่วมกับผู้บริหารสถานศึกษา"
    "ในสังกัดทุกแห่งผ่านระบบการประชุมทางไกลพร้อมทั้งการรายงานผลการเบิกจ่ายงบประมาณไตรมาสที่ 3"
)


class Clock:
    """A clock that stands still, and moves when somebody pauses or tells it to."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now
        self.pauses: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.forward(seconds=seconds)


def letter(**other: object) -> LetterFacts:
    """An ordinary letter; `other` fields as given."""
    facts = LetterFacts(
        organisation=OFFICE,
        number="1204/2569",
        register=RegisterKind.INCOMING,
        letter_number="ศธ 04001/ว1187",
        letter_date=date(2026, 8, 11),
        registered_at=NOW - timedelta(hours=2),
        sender="สำนักงานคณะกรรมการการศึกษาขั้นพื้นฐาน",
        recipient="ผู้อำนวยการสำนักงานเขตพื้นที่การศึกษาทุกเขต",
        subject="ขอเชิญประชุมผู้บริหารสถานศึกษาและเจ้าหน้าที่ผู้รับผิดชอบ",
        summary="ขอเชิญเข้าร่วมประชุมในวันที่ 20 สิงหาคม 2569 เวลา 09.00 น. ณ ห้องประชุมน้ำปิง\nโปรดยืนยันภายในวันที่ 18 สิงหาคม 2569",
        urgency=Urgency.VERY_URGENT,
        secrecy=Secrecy.ORDINARY,
        documents=(
            DocumentLine("หนังสือนำส่ง.pdf", 1_234_567, 1, "application/pdf"),
            DocumentLine("กำหนดการประชุม.docx", 48_211, 2, "application/octet-stream"),
        ),
        phone="0 5345 0000 ต่อ 12",
    )
    return replace(facts, **other)  # type: ignore[arg-type]


def steps(count: int) -> tuple[Step, ...]:
    """A way of `count` stops; the last is this page's."""
    holders = ("สารบรรณกลาง", GROUP, "นางสาวจิราพร วงศ์คำ", "กลุ่มนโยบายและแผน", "นายประสาน รักดี", "หน่วยตรวจสอบภายใน")
    way = []
    for index, holder in enumerate(holders[:count]):
        sent, last = NOW - timedelta(hours=count - index), index == count - 1
        way.append(
            Step(
                holder,
                HolderKind.PERSON if holder.startswith("นา") else HolderKind.GROUP,
                sent,
                by=holders[index - 1] if index else "",
                note="โปรดดำเนินการและรายงานผลภายในวันที่กำหนด" if index == 2 else "",
                opened_at=sent + timedelta(minutes=4),
                acknowledged_at=None if last else sent + timedelta(minutes=12),
                acknowledged_by="" if last else f"นางสมศรี ใจดี ({holder})",
                here=last,
            )
        )
    return tuple(way)


TARGETS = (
    Target("group:policy", "กลุ่มนโยบายและแผน", HolderKind.GROUP),
    Target("group:audit", "หน่วยตรวจสอบภายใน", HolderKind.GROUP),
    Target("person:12", "นายประสาน รักดี", HolderKind.PERSON),
)
DOCUMENTS = (
    *(
        DocumentLine(f"เอกสารแนบลำดับที่ {n} รายละเอียดโครงการและแบบตอบรับการเข้าร่วมประชุม.pdf", 90_000 * n, n)
        for n in range(1, 11)
    ),
    DocumentLine("แบบสำรวจข้อมูล.exe", 2_000_000, 11, "", "ไฟล์ชนิดนี้อาจเป็นอันตรายต่อเครื่องของท่าน"),
    DocumentLine(f"a-very-long-file-name-{'0123456789-' * 6}final-v2.xlsx", 9_876_543, 12),
)


def pages() -> dict[str, ReceiptPage]:
    """What stands behind each link."""
    ordinary = ReceiptPage(letter(), GROUP, steps(2), targets=TARGETS)
    crowded = letter(subject=LONG_SUBJECT, documents=DOCUMENTS, urgency=Urgency.MOST_URGENT)
    secret = letter(secrecy=Secrecy.SECRET, urgency=Urgency.URGENT, subject="เรื่องที่ต้องปกปิด")
    when, who = NOW - timedelta(minutes=3), "นายกอบชัย มาลี"
    *before, last = steps(3)
    way = (*before, replace(last, acknowledged_at=when, acknowledged_by=who, number="58/2569"))
    done = replace(
        ReceiptPage(letter(urgency=Urgency.NORMAL), "โรงเรียนชุมชนบ้านนาเยีย", way, targets=TARGETS),
        acknowledged_at=when,
        acknowledged_by=who,
        evidence="20260814-9F3A11C2",
        own_number="58/2569",
    )
    return {
        ORDINARY: ordinary,
        CROWDED: replace(ordinary, facts=crowded, steps=steps(6)),
        HIDDEN: ReceiptPage(secret, GROUP, steps(3), targets=TARGETS, code_sent_to="fi•••@saraban.example"),
        DONE: done,
    }


def locked(page: ReceiptPage) -> ReceiptPage:
    """A secret letter's page before the code."""
    facts = replace(page.facts, subject="", summary="", documents=(), sender="", recipient="")
    return replace(page, facts=facts, locked=True, steps=(), targets=(), holder="")


@dataclass
class RememberingDesk:
    """A desk in memory; `asked` lists the calls that change something, in order."""

    pages: dict[str, ReceiptPage] = field(default_factory=pages)
    looks: list[Visit] = field(default_factory=list)
    asked: list[tuple[object, ...]] = field(default_factory=list)
    content: bytes = b"%PDF-1.7 the letter"
    fails: list[Exception] = field(default_factory=list)
    refuses: Refused | None = None  # codes, to be asked for or typed

    def look(self, token: str, visit: Visit, unlocked: bool = False) -> ReceiptPage:
        self.looks.append(visit)
        if self.fails:
            raise self.fails.pop()
        page = self._page(token)
        return locked(page) if page.facts.secret and not unlocked else page

    def acknowledge(
        self, token: str, visit: Visit, name: str, position: str = "", unlocked: bool = False
    ) -> ReceiptPage:
        page = self._open(token, unlocked)
        self.asked.append(("acknowledge", name, position, visit))
        if page.acknowledged_at is None:
            receipt = {"acknowledged_at": visit.at, "acknowledged_by": name, "evidence": "20260814-0000AAAA"}
            self.pages[token] = page = replace(page, **receipt)
        return page

    def document(self, token: str, position: int, visit: Visit, unlocked: bool = False) -> File:
        lines = [line for line in self._open(token, unlocked).facts.documents if line.position == position]
        if not lines:
            raise NotFound(what="เอกสาร", what_en="document", name=position, hint="")
        if lines[0].withheld:
            raise Refused(reason=lines[0].withheld)
        return File(lines[0].name, lines[0].media_type, len(self.content), "", self.content)

    def forward(
        self, token: str, target: str, name: str, note: str, visit: Visit, unlocked: bool = False
    ) -> ReceiptPage:
        page = self._open(token, unlocked)
        self.asked.append(("forward", target, name, note))
        label = next(one.label for one in page.targets if one.value == target)
        step = Step(label, HolderKind.GROUP, visit.at, by=name, note=note)
        left = tuple(one for one in page.targets if one.value != target)
        self.pages[token] = replace(page, steps=(*page.steps, step), targets=left)
        return self.pages[token]

    def send_code(self, token: str, visit: Visit) -> str:
        if self.refuses:
            raise self.refuses
        self.asked.append(("send_code",))
        return self._page(token).code_sent_to

    def check_code(self, token: str, code: str, visit: Visit) -> bool:
        if self.refuses:
            raise self.refuses
        self.asked.append(("check_code", code))
        self._page(token)
        return code == CODE

    def acts(self, kind: str) -> list[tuple[object, ...]]:
        """The calls of one kind."""
        return [call for call in self.asked if call[0] == kind]

    def _page(self, token: str) -> ReceiptPage:
        if token not in self.pages:
            raise NoSuchLink
        return self.pages[token]

    def _open(self, token: str, unlocked: bool) -> ReceiptPage:
        page = self._page(token)
        if page.facts.secret and not unlocked:
            raise Refused(reason="หนังสือนี้เป็นหนังสือลับ")
        return page
