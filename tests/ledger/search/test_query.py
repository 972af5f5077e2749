"""Any part of any word is found, however it is written (C7)."""

from __future__ import annotations

import pytest
from books_world import CLERK, OUTGOING, SETTINGS, THAI, TODAY, catch_up, enclose, enter
from hypothesis import given
from hypothesis import strategies as st
from ledger_world import World

from ledger import listing
from ledger.listing import Filter
from ledger.registers import EntryRow
from ledger.search import index, query
from ledger.search.words import fold, words_of
from ledger.values import RegisterKind

pytestmark = pytest.mark.usefixtures("build")

# What is written, and what finds it.
SUBJECTS = [
    ("ช่วยเหลือน้ำท่วม", "น้ำ"),
    ("ช่วยเหลือน้ำท่วม", "น\u0e49\u0e4d\u0e32ท"),
    ("ช่วยเหลือน\u0e4d\u0e49\u0e32ท่วม", "น้ำท่วม"),
    ("แจ้งการโอน", "เเจ้ง"),
    ("ที่ปรึกษา", "ท\u0e48\u0e35ปร"),
    ("ผล O-NET", "o-net"),
    ("ครั้งที่ ๓/๒๕๖๙", "3/2569"),
    ("ครั้งที่ 3/2569", "๓/๒๕๖๙"),
    ("ประชุม\tผู้บริหาร\nสถานศึกษา", '"ประชุม ผู้บริหาร สถาน"'),
    ("ประชุมผู้บริหาร", "“มผู้บ”"),
    ("ก", "ก"),
    ("งบ", "งบ"),
    ("ของปี", "ปี"),
    ('เรียก "ครูดี" ว่า', '"ครูดี"'),
    ("100% จริง_ๆ *ด่วน*", "0%"),
    ("100% จริง_ๆ *ด่วน*", "*ด่วน*"),
    ("OR AND NOT NEAR(", "AND NOT"),
]
HOSTILE = [
    *("", " ", '"', '""', "'", "*", "-", "^", "(", ")", "{subject}:x", "subject:x", "a AND", "NEAR(a b)", "NOT"),
    *("\x00", "ab\x00c", "\ud800", "\ue000", "\ue001\ue001", "\U000f322e\ue100\ue101", "\uffff", "\U0010ffff", "??"),
    *("; DROP TABLE entries", "x" * 10_000, "ก " * 5_000, "\u0e48" * 3000, "\u200b" * 9_000, '"' * 999, "🙂", "a*"),
]


def found(world: World, words: str, field: str = "") -> list[int]:
    wanted = Filter(None, None, words, field)
    with world.database.read() as session:
        page = listing.page(session, CLERK, wanted, offset=0, limit=50, today=TODAY)
        streamed = {line.id for line in listing.each(session, CLERK, wanted, today=TODAY)}
    ids = [line.id for line in page.lines]
    assert page.total == len(ids)
    assert set(ids) == streamed
    return ids


def test_a_number_is_found_however_it_is_typed(world: World) -> None:
    wanted = enter(world, letter_number="ศธ 04022/345")
    enter(world, letter_number="กค 0999/678", subject="เรื่อง")
    catch_up(world)
    ways = ["345", "๓๔๕", "04022 345", "04022/345", "ศธ04022/345", "ศธ 04022/345", "ศธ ๐๔๐๒๒/๓๔๕", "ที่ ศธ 04022/345"]
    parts = ["/345", "4", "๔", "ศธ", "ธ ", '"ศธ 04022"', '"ศธ04022"', "345 04022 ศธ", "ศธ\u00a004022", "ศ\u200bธ", "45"]
    for words in ways + parts:
        assert (words, found(world, words)) == (words, [wanted])
        assert (words, found(world, words, "number")) == (words, [wanted])
        assert (words, found(world, words, "subject")) == (words, [])


def test_a_subject_is_found_by_any_part_however_it_is_written(world: World) -> None:
    keys = [enter(world, subject=subject) for subject, _ in SUBJECTS]
    other = enter(world, subject="xxx")
    catch_up(world)
    for key, (subject, words) in zip(keys, SUBJECTS, strict=True):
        for field in ("", "subject"):
            ids = found(world, words, field)
            assert (key in ids, other in ids) == (True, False), (subject, words)


def test_what_no_text_says_is_not_found(world: World) -> None:
    enter(world, subject="ประชุม ครู ใหญ่", sender="กกก", recipient="ชุ")
    catch_up(world)
    for words in ("ประชุมครู", '"ประชุม ใหญ่"', "ประชุม xyz", "มครู", "%", "_", "qq", "ฮ", "8", "วชุ", "กชุ"):
        assert (words, found(world, words)) == (words, [])


def test_every_text_of_a_line_is_found_in_its_field(world: World) -> None:
    columns = {"sender": "จังหวัด", "recipient": "โรงเรียน", "subject": "ทุน", "action": "ทราบ", "remark": "กระดาษ"}
    wanted = enter(world, summary="ใจความสำคัญ", **columns)
    enclose(world, 1, "แบบฟอร์ม.pdf", "ฉบับลงนาม")
    enter(world, subject="อื่น")
    catch_up(world)
    for field, text in columns.items():
        assert found(world, text) == found(world, text, field) == [wanted]
        assert found(world, text, "number") == []
    assert found(world, "ใจความ") == [wanted]
    assert found(world, "ฟอร์ม ลงนาม", "file") == found(world, "ทุน จังหวัด ฟอร์ม") == [wanted]
    assert found(world, "ทุน", "no such field") == [wanted]
    assert found(world, '"pdf ฉบับ"') == []  # two texts are not one


def test_the_very_number_comes_first_then_the_newest(world: World) -> None:
    exact, other, longer = (enter(world, letter_number=number) for number in ("ศธ 1/34", "กค 2/34", "ศธ 1/345"))
    newest = enter(world, subject="ตาม ศธ 1/34 ลงวันที่")
    second = enter(world, OUTGOING)
    catch_up(world)
    assert found(world, "ศธ 1/34") == found(world, "ที่ ศธ 1/34") == [exact, newest, longer]
    assert found(world, "ศธ1/34") == [exact, longer]
    assert found(world, "34") == [newest, longer, other, exact]
    assert found(world, "1")[:2] == [second, exact]  # both have number 1
    assert found(world, "1", "subject") == [newest]


def test_only_the_first_ten_words_and_two_hundred_characters_count(world: World) -> None:
    wanted, long = enter(world, subject="ก ข ค ง จ ฉ ช ซ ด ต"), enter(world, subject="ยาว" * 300)
    catch_up(world)
    assert found(world, "ก ข ค ง จ ฉ ช ซ ด ต zzz") == [wanted]
    assert found(world, "ยาว" * 3000) == [long]


def test_nothing_that_is_typed_breaks_the_search(world: World) -> None:
    enter(world, subject="ประชุม")
    catch_up(world)
    for words in HOSTILE:
        for field in ("", "number", "subject", "marks", "rowid", "\x00"):
            found(world, words, field)
        with world.database.read() as session:
            wanted = Filter(None, 2569, sender=words, recipient=words)
            listing.page(session, CLERK, wanted, offset=0, limit=5, today=TODAY)


def test_the_marks_of_the_index_cannot_be_forged(world: World) -> None:
    enter(world, subject=index.place(2, RegisterKind.INCOMING, 2569) + "\ue0009\ue0019\ue001")
    catch_up(world)
    with world.database.read() as session:
        subject = session.connection().exec_driver_sql("SELECT subject FROM entry_texts").scalar_one()
    assert subject == " 9 9 " + index.END * 2


def _settled(text: str) -> bool:
    """Not empty, and no senseless row of vowels and tones that folds on when it is folded again."""
    return bool(text) and fold(text) == text


def test_every_part_of_a_subject_finds_it(world: World) -> None:
    key, _ = enter(world), enter(world, subject="~")

    @SETTINGS
    @given(st.data())
    def check(data: st.DataObject) -> None:
        subject = data.draw((THAI | st.text(max_size=30)).map(fold).filter(_settled), "subject")
        begin = data.draw(st.integers(0, len(subject) - 1), "begin")
        end = data.draw(st.integers(begin + 1, len(subject)), "end")
        with world.act() as act:
            act.alter(EntryRow, key, subject=subject)
        catch_up(world)
        part = subject[begin:end]
        ids = found(world, part, data.draw(st.sampled_from(["", "subject"]), "field"))
        assert (key in ids) or not words_of(part) or fold(part) != part  # a tone cut off its vowel

    check()


def test_many_beginnings_are_read_for_and_found_alike(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for subject in ("กข", "ขก", "คกข", "xx"):
        enter(world, subject=subject, action="กข" if subject == "xx" else "")
    catch_up(world)
    asked = [(words, field) for field in ("", "subject", "action") for words in ("กข", "ก", "ข", "ก ขก", "คกข ก", "๖")]
    by_terms = [found(world, *each) for each in asked]
    assert by_terms[::6] == [[4, 3, 1], [3, 1], [4]]
    monkeypatch.setattr(query, "_MOST_TERMS", 0)
    assert [found(world, *each) for each in asked] == by_terms
