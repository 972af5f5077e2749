"""Dates of the Buddhist era: every spelling that letters use."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import era

AUGUST = date(2026, 8, 14)
TODAY = date(2026, 8, 20)
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
STYLES = st.sampled_from(["short", "long"])
DIGITS = st.sampled_from(["arabic", "thai"])


@given(DAYS, STYLES, DIGITS, st.sampled_from(["th", "en"]), st.none() | DAYS)
def test_every_day_is_read_back_as_it_was_written(day, style, digits, language, today):
    written = era.format_date(day, style=style, digits=digits, language=language)
    assert era.parse_date(written, today=today) == day


@given(DAYS, STYLES, DIGITS, st.sampled_from(["", "ลงวันที่ ", "ประชุมครั้งที่ 5/2569 เมื่อวันที่ "]))
def test_every_day_is_found_inside_running_text(day, style, digits, before):
    written = era.format_date(day, style=style, digits=digits)
    found = era.find_date(f"{before}{written} เวลา 10.30 น.")
    assert found == (day, (len(before), len(before) + len(written)))


@given(DAYS, st.sampled_from("/-."), st.booleans(), DIGITS)
def test_every_day_is_read_from_numbers_in_both_eras(day, mark, buddhist, digits):
    year = day.year + 543 if buddhist else day.year
    written = f"{day.day}{mark}{day.month:02}{mark}{year}"
    assert era.parse_date(era.to_thai_digits(written) if digits == "thai" else written) == day


@given(st.text() | st.text("0123456789๐๙/-. มคสพ.ศวันที่ลงAug':()"), st.none() | DAYS)
def test_no_text_makes_it_fail(text, today):
    era.parse_date(text, today=today)
    found = era.find_date(text, today=today)
    assert found is None or 0 <= found[1][0] < found[1][1] <= len(text)


@given(st.text())
def test_arabic_digits_come_back_from_thai_ones(text):
    assert era.to_arabic_digits(era.to_thai_digits(text)) == era.to_arabic_digits(text)


@given(DAYS)
def test_two_digits_are_the_year_of_the_office_when_the_day_is_near(day):
    written = f"{day.day}/{day.month}/{(day.year + 543) % 100:02}"
    assert era.parse_date(written, today=day) == day


@pytest.mark.parametrize(
    "written",
    [
        "14 ส.ค. 2569",
        "14 สิงหาคม พ.ศ. ๒๕๖๙",
        "๑๔ สิงหาคม ๒๕๖๙",
        "1๔ สิงหาคม 256๙",
        "14/8/2569",
        "๑๔/๘/๖๙",
        "14 สค 69",
        "14 ส. ค. 69",
        "14ส.ค.69",
        "14 ส.ค.'69",
        "14 เดือนสิงหาคม พ.ศ.2569",
        "14 สิงหาคม ปี 2569",
        "14\u00a0สิงหา\u00a02569",
        "วันศุกร์ที่ 14 สิงหาคม 2569",
        "ลงวันที่ 14 สิงหาคม 2569",
        "14-08-2026",
        "14.8.2569",
        "2026-08-14",
        "2569-08-14",
        "14 สิงหาคม 2026",
        "14 ส.ค. ค.ศ. 2026",
        "14/8/26",
        "14 Aug 2026",
        "14th August, 2026",
        "August 14, 2026",
        "14 Aug 2569",
    ],
)
def test_one_day_in_all_its_spellings(written):
    assert era.parse_date(written, today=TODAY) == AUGUST


@pytest.mark.parametrize(
    ("written", "month"),
    [
        ("29 ตค 2556", 10),
        ("29 ค.ค. 2556", 10),
        ("13 กย 2556", 9),
        ("7 สค 2556", 8),
        ("27 พค 2558", 5),
        ("5 มิ.ค. 2556", 3),
        ("5 มี.ย. 2556", 6),
        ("5 กรกฏาคม 2556", 7),
        ("5 กุมพาพันธ์ 2556", 2),
        ("5 พฤษจิกายน 2556", 11),
        ("5 เมษา 2556", 4),
        ("5 Sept. 2013", 9),
    ],
)
def test_slips_of_pen_and_scanner_are_understood_where_only_one_month_is_meant(written, month):
    day = era.parse_date(written)
    assert day is not None
    assert day.month == month


@pytest.mark.parametrize(
    "written",
    [
        "",
        "31/2/2569",
        "29 ก.พ. 2568",
        "0 ส.ค. 2569",
        "14/13/2569",
        "14 ม.ย. 2569",  # เม.ย. or มิ.ย.
        "14 วันคม 2569",
        "14 ส.ค. 1569",
        "14 ส.ค. พ.ศ. 2026",
        "14 ส.ค. ค.ศ. 2569",
        "14 Aug 2026 (B.E. 2568)",
        "14 ส.ค.",
        "ก่อน 14 ส.ค. 2569",
        "14 ส.ค. 2569 เวลา",
        "วันนี้",
    ],
)
def test_what_is_no_date_gives_none(written):
    assert era.parse_date(written) is None


def test_a_short_year_that_is_near_in_no_era_is_buddhist():
    assert era.parse_date("1/1/00", today=TODAY) == date(2057, 1, 1)


def test_today_is_the_day_that_was_passed_in():
    assert era.parse_date(" วันนี้ ", today=TODAY) == TODAY


@pytest.mark.parametrize(
    "text",
    [
        "ประชุมครั้งที่ 5/2569",
        "โทร. 0-5312-3456",
        "02-12-3456",
        "192.168.10.2569",
        "https://school.example/2026/08/14/a",
        "รุ่น 1.2.69",
        "14 ส.ค. 10:52 น.",
        "14 ส.ค. 10.52 น.",
        "ห้อง 5 ชั้น 2",
        "99/99/2569",
    ],
)
def test_numbers_that_are_no_dates_are_passed_over(text):
    assert era.find_date(text) is None


def test_the_first_possible_date_of_a_text_is_found():
    text = "31/2/2569 แล้ว ๑ กันยายน ๒๕๖๙ และ 14/8/2569"
    assert era.find_date(text) == (date(2026, 9, 1), (15, 29))


def test_a_spread_of_days_ends_with_the_day_that_has_a_month():
    assert era.find_date("อบรม 14-15 ส.ค. 2569") == (date(2026, 8, 15), (8, 20))


def test_the_year_turns_at_midnight_in_bangkok():
    assert era.be_year(datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC)) == 2569
    assert era.be_year(datetime(2026, 12, 31, 17, 0, tzinfo=UTC)) == 2570
    assert era.be_year(AUGUST) == 2569


def test_a_moment_without_a_zone_has_no_year():
    with pytest.raises(ValueError, match="time zone"):
        era.be_year(datetime(2026, 8, 14))


def test_a_day_of_a_moment_is_written_as_bangkok_has_it():
    moment = datetime(2026, 12, 31, 17, 30, tzinfo=UTC)
    assert era.day_of(moment) == date(2027, 1, 1)
    assert era.format_date(moment) == "1 ม.ค. 2570"
    with pytest.raises(ValueError, match="time zone"):
        era.format_date(datetime(2026, 12, 31, 17, 30))


def test_moments_are_written_on_the_clock_of_bangkok():
    moment = datetime(2026, 8, 14, 3, 52, 27, tzinfo=UTC)
    assert era.format_moment(moment) == "14 ส.ค. 2569 10:52 น."
    assert era.format_moment(moment, seconds=True, digits="thai") == "๑๔ ส.ค. ๒๕๖๙ ๑๐:๕๒:๒๗ น."
    assert era.format_moment(moment, style="long") == "14 สิงหาคม 2569 10:52 น."
    assert era.format_moment(moment, language="en") == "14 Aug 2026 (B.E. 2569) 10:52"
