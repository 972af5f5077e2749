"""Letterheads: the letter's own number, date and marks, and what only looks like them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.era import format_date, to_thai_digits
from ledger.values import Secrecy, Urgency
from watchers.reading.letterhead import Letterhead, read, title

AUGUST = date(2026, 8, 14)

LETTER = """
ด่วนที่สุด
ที่ ศธ ๐๔๐๒๒/ว ๓๔๕                         สำนักงานเขตพื้นที่การศึกษาประถมศึกษาเชียงใหม่ เขต ๔
                                             ถนนห้วยแก้ว จังหวัดเชียงใหม่ ๕๐๓๐๐
                                ๑๔ สิงหาคม ๒๕๖๙
เรื่อง  ขอเชิญประชุม
เรียน  ผู้อำนวยการโรงเรียนในสังกัดทุกโรงเรียน
อ้างถึง  ๑. หนังสือสำนักงานคณะกรรมการการศึกษาขั้นพื้นฐาน ที่ ศธ ๐๔๐๐๑/ว ๑๒๓
        ลงวันที่ ๑ สิงหาคม ๒๕๖๙
        ๒. หนังสือสำนักงาน ที่ ศธ ๐๔๐๒๒/ว ๙ ลงวันที่ ๒ สิงหาคม ๒๕๖๙
สิ่งที่ส่งมาด้วย  ระเบียบวาระการประชุม จำนวน ๑ ชุด
        ตามหนังสือที่อ้างถึง กำหนดประชุมครั้งที่ ๕/๒๕๖๙ ในวันที่ ๒๐ สิงหาคม ๒๕๖๙ นั้น
โทร. ๐ ๕๓๑๒ ๓๔๕๖ ต่อ ๑๒/๓
"""


def test_an_official_letter_is_read_as_a_whole():
    assert read("", LETTER) == Letterhead("ศธ 04022/ว345", AUGUST, Urgency.MOST_URGENT, Secrecy.ORDINARY)


def test_a_memo_has_number_and_date_on_one_line():
    memo = "บันทึกข้อความ\nส่วนราชการ กลุ่มนิเทศ โทร ๑๒\nที่ ศธ ๐๔๐๒๒.๓/๑๒      วันที่ ๑๔ สิงหาคม ๒๕๖๙\nเรื่อง ขออนุมัติ"
    assert read("", memo) == Letterhead("ศธ 04022.3/12", AUGUST)


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("ที่ ศธ 04022/345", "ศธ 04022/345"),
        ("ที่ ศธ ๐๔๐๒๒/ว๓๔๕ เรื่อง ขอเชิญประชุม", "ศธ 04022/ว345"),
        ("ศธ04022.001/15 รายงานข้อมูล", "ศธ 04022.001/15"),
        ("ที่ สข04022.001/15", "สข 04022.001/15"),
        ("ที่ ศธ1234/107 ขอเชิญประชุม", "ศธ 1234/107"),
        ("อว 0604.11/ว 1187", "อว 0604.11/ว1187"),
        ("ด่วนมาก ที่ มท ๐๘๐๘.๒/ว ๑๘๙๑", "มท 0808.2/ว1891"),
        ("หนังสือกระทรวงมหาดไทยที่ มท 0808.2/ว.1891", "มท 0808.2/ว1891"),
        ("ที่ ตช 0001(สบ)/ว 12", "ตช 0001(สบ)/ว12"),
        ("ขอส่งหนังสือ ที่ ชม 51001 / 7", "ชม 51001/7"),
        ("FW: ท\u0e48\u0e35 ศธ\u00a004022/345", "ศธ 04022/345"),
    ],
)
def test_a_subject_names_the_letter_number(subject, number):
    assert read(subject, "").letter_number == number


@pytest.mark.parametrize(
    "subject",
    [
        "ประชุมครั้งที่ 5/2569",
        "คำสั่งที่ 12/2569",
        "คำสั่ง สพป.เชียงใหม่ เขต 4 ที่ 12/2569 เรื่อง แต่งตั้งกรรมการ",
        "รับสมัครภาคเรียนที่ 1/2569",
        "โทร 053-123456/12",
        "ปี พ.ศ. 2569/2570",
        "ปี ค.ศ. 2026/27",
        "มาตรฐาน มอก. 2541/2555",
        "นักเรียนชั้น ม.4/12",
        "https://school.example/ศธ/04022/345",
        "วันที่ 14/8/2569",
        "ที่ ศธ 04022/",
        "ขอส่งรายงานตามหนังสือ ที่ ศธ 04001/ว12 ลงวันที่ 1 สิงหาคม 2569",
        "ตามที่ ศธ 04001/ว12 กำหนด",
        "Re: ที่ ศธ 04022/345 ลงวันที่ 1 สิงหาคม 2569",
        "ตอบกลับ: ที่ ศธ 04022/345",
    ],
)
def test_other_numbers_and_other_letters_numbers_are_none(subject):
    assert read(subject, "") == Letterhead()


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("ศธ04022-ว345.pdf", "ศธ 04022/ว345"),
        ("ที่ ศธ 04022_345 ขอเชิญประชุม.pdf", "ศธ 04022/345"),
        ("(ลับ)_รายงาน_ศธ_04022_12.pdf", "ศธ 04022/12"),
        ("คำสั่ง 2569-01.pdf", ""),
        ("งบ 2569-2570.xlsx", ""),
        ("สแกน0012.pdf", ""),
    ],
)
def test_a_file_name_names_it_without_a_slash(name, number):
    assert read("", "", name).letter_number == number


def test_the_subject_is_surer_than_text_and_file_name():
    assert read("ที่ ศธ 04022/1", "ที่ ศธ 04022/2", "ศธ04022-3.pdf").letter_number == "ศธ 04022/1"
    assert read("ขอเชิญประชุม", "ที่ ศธ 04022/2", "ศธ04022-3.pdf").letter_number == "ศธ 04022/2"


@pytest.mark.parametrize(
    "text",
    [
        "เรียน ผอ.\nอ้างถึง หนังสือ สพฐ.\nที่ ศธ 04001/ว123\nลงวันที่ 1 สิงหาคม 2569\nด้วยโรงเรียนได้ดำเนินการแล้ว",
        f"อ้างถึง  1. หนังสือ{'สำนักงานเขตพื้นที่' * 9}\n  ของ{'การประชุม' * 9}\nที่ ศธ 04001/ว123 ลงวันที่ 1 สิงหาคม 2569",
        "ตามหนังสือสำนักงาน ที่ ศธ 04001/ว123 ลงวันที่ 1 สิงหาคม 2569 แจ้งว่า",
        "ตามที่สำนักงานได้มีหนังสือ ที่ ศธ 04001/ว123\nลงวันที่ 1 สิงหาคม 2569 แจ้งว่า",
        "รับทราบครับ\n> ที่ ศธ 04001/ว123\n> ลงวันที่ 1 สิงหาคม 2569",
    ],
)
def test_a_letter_that_is_referred_to_is_not_this_letter(text):
    assert read("รายงานผล", text) == Letterhead()


def test_what_a_reply_quotes_is_not_read():
    text = "ขอส่งครับ\n-----Original Message-----\nด่วนที่สุด\nที่ ศธ 04001/ว123 ลงวันที่ 1 สิงหาคม 2569"
    assert read("Re: รายงาน", text) == Letterhead()
    assert read("FW: รายงาน", text).letter_number == "ศธ 04001/ว123"


def test_a_covering_mail_names_the_letter_that_it_sends():
    text = "ตามที่ได้ประสานทางโทรศัพท์ ขอส่งหนังสือ ที่ ศธ 04022/9 ลงวันที่ 14 ส.ค. 2569 มาพร้อมนี้"
    assert read("ขอส่งหนังสือ", text) == Letterhead("ศธ 04022/9", AUGUST)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("ที่ ศธ 04022/9 ลงวันที่ 14 ส.ค. 2569", ""),
        ("รายงาน ลงวันที่ ๑๔/๘/๖๙", ""),
        ("", "เลขที่หนังสือ ที่ ศธ 04022/5 ลงวันที่ 14 สิงหาคม 2026"),
        ("", "หนังสือลงวันที่ : 14 สค 2569\nวันเวลาที่ส่ง : 15 สค 2569 13:31:21 น."),
        ("", "โรงเรียนบ้านดอน\n14 สิงหาคม 2569\nเรื่อง รายงาน\n20 สิงหาคม 2569"),
        ("", "ที่ ศธ 04022/5\nลงวันที่ 14 สิงหาคม 2569\nและหนังสือ ที่ ศธ 04001/9 ลงวันที่ 1 สิงหาคม 2569"),
    ],
)
def test_the_letter_date_is_found_where_letters_bear_it(subject, text):
    assert read(subject, text, today=date(2026, 8, 20)).letter_date == AUGUST


@pytest.mark.parametrize(
    "text",
    [
        "ขอเชิญประชุมในวันที่ 20 สิงหาคม 2569",
        "เรียน ผอ.\n20 สิงหาคม 2569 เป็นวันประชุม\nวันที่ 20 สิงหาคม 2569",
        "ที่ ศธ 04022/5\nตรวจแล้ว หนังสือ ที่ ศธ 04001/9 ลงวันที่ 1 สิงหาคม 2569",
        "ลงวันที่ 31 กุมภาพันธ์ 2569",
        "ไม่ได้ลงวันที่ไว้ ประชุม 20 สิงหาคม 2569",
    ],
)
def test_dates_of_events_and_of_other_letters_are_none_of_it(text):
    assert read("", text).letter_date is None


@pytest.mark.parametrize(
    ("subject", "urgency", "secrecy"),
    [
        ("ด่วน ขอเชิญประชุม", Urgency.URGENT, Secrecy.ORDINARY),
        ("ด่วน! ขอเชิญประชุม", Urgency.URGENT, Secrecy.ORDINARY),
        ("ด่วนภายใน 20 ส.ค. 2569 ส่งข้อมูล", Urgency.URGENT, Secrecy.ORDINARY),
        ("ด่วนมาก: ขอเชิญประชุม", Urgency.VERY_URGENT, Secrecy.ORDINARY),
        ("ด่วน ที่สุด ขอเชิญประชุม", Urgency.MOST_URGENT, Secrecy.ORDINARY),
        ("ด่วนที่สุดที่ ศธ 04022/ว345", Urgency.MOST_URGENT, Secrecy.ORDINARY),
        ("ด\uf70aวนท\u0e48\u0e35สุด ขอเชิญประชุม", Urgency.MOST_URGENT, Secrecy.ORDINARY),
        ("ขอเชิญประชุม (ด่วนที่สุด)", Urgency.MOST_URGENT, Secrecy.ORDINARY),
        ("ขอเชิญประชุม ด่วน!!", Urgency.URGENT, Secrecy.ORDINARY),
        ("Re: FW: [ด่วนมาก] ขอเชิญประชุม", Urgency.VERY_URGENT, Secrecy.ORDINARY),
        ("ชั้นความเร็ว: ด่วน ชั้นความลับ: ลับ", Urgency.URGENT, Secrecy.SECRET),
        ("ระดับความสำคัญ : ด่วนมาก", Urgency.VERY_URGENT, Secrecy.ORDINARY),
        ("ลับ ขอส่งรายชื่อ", Urgency.NORMAL, Secrecy.SECRET),
        ("[ด่วนมาก][ลับมาก] ขอส่งรายชื่อ", Urgency.VERY_URGENT, Secrecy.VERY_SECRET),
        ("ด่วนที่สุด ลับที่สุด", Urgency.MOST_URGENT, Secrecy.TOP_SECRET),
        ("ขอส่งรายชื่อ (ลับ)", Urgency.NORMAL, Secrecy.SECRET),
    ],
)
def test_marks_before_the_subject_in_brackets_and_after_labels_count(subject, urgency, secrecy):
    head = read(subject, "")
    assert (head.urgency, head.secrecy) == (urgency, secrecy)


@pytest.mark.parametrize(
    "subject",
    [
        "รถด่วน",
        "รถไฟด่วนพิเศษ ขบวน 9",
        "ด่วนพิเศษ ขบวน 9",
        "สายด่วน 1669",
        "เบอร์โทรด่วน",
        "โรคลับ",
        "ลับแล อุตรดิตถ์",
        "ลับคมมีด",
        "กลับบ้าน",
        "สำลับ",
        "ความลับ: ไม่ลับ",
        "ชั้นความเร็ว: ปกติ ชั้นความลับ: ไม่ลับ",
        "ลบ",
        "ลับสุดยอด",
        "ขอเชิญประชุม ลับ",
        "อบรมการกำหนดชั้นความลับ (ลับ ลับมาก ลับที่สุด)",
    ],
)
def test_words_that_only_contain_a_mark_are_none(subject):
    for head in (read(subject, ""), read("", subject), read("", "", f"{subject}.pdf")):
        assert (head.urgency, head.secrecy) == (Urgency.NORMAL, Secrecy.ORDINARY)


def test_marks_stand_on_lines_of_their_own_in_the_head_of_the_text():
    assert read("", "ลับ\nด่วนมาก\nเรื่อง รายชื่อ") == Letterhead(urgency=Urgency.VERY_URGENT, secrecy=Secrecy.SECRET)
    assert read("", "เรียน ผอ.\nด่วน ขอให้ส่งข้อมูล").urgency is Urgency.NORMAL
    assert read("", "ความ\n" * 30 + "ลับ\n").secrecy is Secrecy.ORDINARY


def test_a_list_of_all_marks_marks_nothing():
    assert read("", "ปกติ\nด่วน\nด่วนมาก\nด่วนที่สุด\nไม่ลับ\nลับ") == Letterhead()
    assert read("", "ชั้นความลับ: ลับ / ลับมาก / ลับที่สุด") == Letterhead()


def test_the_highest_of_all_places_counts():
    assert read("ด่วน ขอส่ง", "ด่วนที่สุด\nเรื่อง ขอส่ง", "ด่วนมาก ขอส่ง.pdf").urgency is Urgency.MOST_URGENT


@given(
    st.sampled_from(["ศธ", "มท", "อว", "ชม", "นร"]),
    st.from_regex(r"0[0-9]{3,4}(\.[0-9]{1,3}){0,2}", fullmatch=True),
    st.booleans(),
    st.integers(1, 99999),
    st.booleans(),
)
def test_every_number_comes_back_in_its_normal_form(code, unit, circular, serial, thai):
    number = f"{code} {unit}/{'ว' if circular else ''}{serial}"
    subject = f"ที่ {number} ลงวันที่ {format_date(AUGUST)} เรื่อง ขอเชิญประชุม"
    head = read(to_thai_digits(subject) if thai else subject, "")
    assert (head.letter_number, head.letter_date) == (number, AUGUST)


@given(st.text(), st.text(), st.text(), st.none() | st.dates())
def test_nothing_makes_it_fail(subject, text, name, today):
    assert isinstance(read(subject, text, name, today=today), Letterhead)


FRAGMENTS = st.sampled_from(
    ["ที่ ", "ศธ ", "04022", "/", "ว", "ด่วน", "ลับ", "มาก", "ที่สุด", "(", ")", "\n", "ลงวันที่ ", "14 ส.ค. 69", ": "]
)


@given(st.lists(FRAGMENTS, max_size=40).map("".join), st.lists(FRAGMENTS, max_size=40).map("".join))
def test_no_mixture_of_its_own_words_makes_it_fail(subject, text):
    assert isinstance(read(subject, text, subject), Letterhead)


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("ด่วนที่สุด: เร่งรัดการเบิกจ่ายเงิน", "เร่งรัดการเบิกจ่ายเงิน"),
        ("[ด่วนมาก] ที่ ศธ 04022/ว345 เรื่อง ขอเชิญประชุม", "ขอเชิญประชุม"),
        ("ที่ ศธ ๐๔๐๒๒/๓๔๕ ขอเชิญประชุมครั้งที่ ๕/๒๕๖๙", "ขอเชิญประชุมครั้งที่ ๕/๒๕๖๙"),
        ("ที่ ศธ 04010-345 ขอเชิญประชุมผู้อำนวยการกลุ่ม", "ขอเชิญประชุมผู้อำนวยการกลุ่ม"),
        ("(ลับ) ผลการสอบสวน", "ผลการสอบสวน"),
        ("ลับแลหลงเมือง", "ลับแลหลงเมือง"),
        ("เรื่องเล่าเช้านี้", "เรื่องเล่าเช้านี้"),
        ("ด่วน", "ด่วน"),
        ("ที่ ศธ 04022/345", "ที่ ศธ 04022/345"),
        ("", ""),
    ],
)
def test_a_register_writes_the_subject_without_what_stands_before_it(subject: str, bare: str) -> None:
    assert title(subject) == bare
