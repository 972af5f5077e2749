"""A receive register to print: its columns, its lines, and texts that are hard to set."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from gateway.printed import Line, Sheet
from gateway.printed.forms import FORM_13, INCOMING

SHEET = Sheet(
    organisation="สำนักงานเขตพื้นที่การศึกษาประถมศึกษาอุบลราชธานี เขต 5",
    title="ทะเบียนหนังสือรับ",
    form=FORM_13,
    period="ปี พ.ศ. 2569",
    columns=INCOMING,
    printed_by="นางสาวปิ่นแก้ว น้ำทิพย์",
    printed_at=datetime(2026, 8, 20, 3, 52, tzinfo=UTC),
)
FIRST = date(2026, 8, 14)

# Marks above marks, below tall letters, ำ with and without tones, letters that lose their feet, digits of both kinds.
HARD = (
    *("ปู่", "ญี่ปุ่น", "น้ำ", "กี้", "ฟ้า", "ป้ำ", "ฝ้ำ", "กำ", "ปำ", "ฬำ", "ก่ำ ก๊ำ ก๋ำ", "ฐานะ ฐู", "ญูญุ", "ฎุ ฏู"),
    *("ศธ ๐๔๐๒๒/ว๓๔๕", "ศธ 04022/ว345", "เพื่อ", "ปิ๋ว", "ฟิ์ล์ม", "ศาสตร์", "สิทธิ์", "พันธุ์", "ก็ เก๋ โป๊ะ", "ฤๅษี", "ต่าง ๆ ฯลฯ"),
    *("ปั้นจั่น", "น้ำแข็งใสไข่เจียว", "ผู้ใหญ่บ้านผู้นำชุมชน", "ซ้ำแล้วซ้ำเล่า", "จำนำข้าว", "ทุ่งกุลาร้องไห้", "ใหญ่ ใฝ่ ไม้ โต๊ะ แก้ม"),
    *(
        "“ครู” ‘ดี’ – 50% (๕๐) [ก] {ข} & < > \\ / | ~ ^ _",
        "Café naïve Łódź",
        "เเละ",
        "สํานักงาน น้ํา",
        "ก ่ ้ำ ํ",
        "fi ffl -- ''",
    ),
    *("TOEIC ของน้ำฝน", "อีเมล saraban@example.go.th", "100,000.50 ฿", "ณ วันที่ ๑๔ ส.ค. ๒๕๖๙ เวลา ๑๐.๕๒ น."),
)
LONG = (
    "ขอเชิญประชุมผู้บริหารสถานศึกษาเพื่อชี้แจงแนวทางการจัดทำแผนปฏิบัติการประจำปีงบประมาณและการขับเคลื่อนนโยบาย"
    "การเปิดภาคเรียนใหม่อย่างปลอดภัยสำหรับผู้เรียนทุกคน"
)
SUBJECTS = (
    LONG,
    "แจ้งจัดสรรงบประมาณค่าซ่อมแซมบ้านพักครู",
    "รายงานผลการดำเนินงานโครงการอาหารกลางวัน",
    "ขอความอนุเคราะห์วิทยากรอบรมเชิงปฏิบัติการ การใช้ระบบสารบรรณอิเล็กทรอนิกส์ (e-Saraban) รุ่นที่ 2",
    "การคัดเลือกผู้ทำคุณประโยชน์ให้แก่กระทรวงศึกษาธิการ",
)


def line(number: int, subject: str, day: date = FIRST, **rest: object) -> Line:
    """One line of the receive register."""
    cells = (
        *(str(number), f"ศธ 04001/ว{1000 + number}", "10 ส.ค. 2569", "สำนักงานคณะกรรมการการศึกษาขั้นพื้นฐาน"),
        *("ผอ.สพป.อุบลราชธานี เขต 5", subject, "กลุ่มนโยบายและแผน", ""),
    )
    return Line(cells, day, **rest)  # type: ignore[arg-type]


def register(count: int, a_day: int = 20) -> Iterator[Line]:
    """So many lines, `a_day` of them each day, every 17th of them voided."""
    for number in range(1, count + 1):
        void = number % 17 == 0
        yield line(
            number,
            f"{SUBJECTS[number % len(SUBJECTS)]} ครั้งที่ {number}/2569",
            FIRST + timedelta(days=(number - 1) // a_day),
            void=void,
            void_note="ยกเลิก 14 ส.ค. 2569: ออกเลขผิดเรื่อง" if void else "",
        )
