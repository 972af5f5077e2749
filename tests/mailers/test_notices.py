"""What our mails say, to whom, and what they must keep to themselves."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import TemplateError

from ledger import unlocking
from ledger.values import LetterFacts, Notice, NoticeKind, RegisterKind, Secrecy, Urgency
from mailers.notices import Writer
from tests.mailers.letters import (
    ANSWER,
    ARRIVAL,
    CODE,
    EVERY,
    FACTS,
    FORWARDED,
    GIVEN_UP,
    GUESSED,
    LETTER,
    LINK,
    OUTGOING,
    TEMPLATES,
    bodies,
    read_back,
)

WRITER = Writer(TEMPLATES)
ENGLISH = tuple(replace(one, language="en") for one in EVERY)


def subject(notice: Notice, writer: Writer = WRITER) -> str:
    return str(read_back(writer.write(notice))["Subject"])


def of(facts: LetterFacts, notice: Notice = ARRIVAL) -> Notice:
    return replace(notice, facts=facts)


@pytest.mark.parametrize(
    ("notice", "wanted"),
    [
        (ARRIVAL, "[รับ 1204/2569] ด่วนมาก: ขอเชิญประชุมผู้บริหารสถานศึกษา ครั้งที่ 3/2569"),
        (of(replace(FACTS, urgency=Urgency.NORMAL)), "[รับ 1204/2569] ขอเชิญประชุมผู้บริหารสถานศึกษา ครั้งที่ 3/2569"),
        (of(replace(FACTS, subject="")), "[รับ 1204/2569] ด่วนมาก: ไม่ระบุเรื่อง"),
        (
            of(replace(FACTS, registered_at=None, number="ศธ 04001/ว1187")),
            "[ที่ ศธ 04001/ว1187] ด่วนมาก: ขอเชิญประชุมผู้บริหารสถานศึกษา ครั้งที่ 3/2569",
        ),
        (of(replace(FACTS, secrecy=Secrecy.SECRET)), "[รับ 1204/2569] ด่วนมาก ลับ: มีหนังสือถึงท่าน โปรดเปิดอ่านผ่านลิงก์"),
        (LETTER, "[ที่ ศธ 04022/ว345] ด่วนมาก: ขอเชิญประชุมผู้บริหารสถานศึกษา ครั้งที่ 3/2569"),
        (
            of(replace(OUTGOING, register=RegisterKind.ORDER, number="88/2569", subject="แต่งตั้งคณะกรรมการ"), LETTER),
            "[คำสั่งที่ 88/2569] ด่วนมาก: แต่งตั้งคณะกรรมการ",
        ),
        (ANSWER, "[รับ 1204/2569] ได้รับหนังสือของท่านแล้ว: ขอเชิญประชุมผู้บริหารสถานศึกษา ครั้งที่ 3/2569"),
        (GIVEN_UP, "[ที่ ศธ 04022/ว345] ส่งไม่ถึงผู้รับ 2 ราย: ขอเชิญประชุมผู้บริหารสถานศึกษา ครั้งที่ 3/2569"),
        (CODE, "รหัสยืนยันสำหรับเปิดอ่านหนังสือที่ ศธ 04022/ว345"),
        (
            replace(ARRIVAL, language="en"),
            "[Received 1204/2569] Very urgent: ขอเชิญประชุมผู้บริหารสถานศึกษา ครั้งที่ 3/2569",
        ),
    ],
)
def test_the_subject_tells_number_urgency_and_matter(notice: Notice, wanted: str) -> None:
    assert subject(notice) == wanted


def test_the_first_line_says_who_what_and_until_when() -> None:
    first = bodies(WRITER.write(ARRIVAL))[0].splitlines()[0]
    for word in ("กลุ่มนโยบายและแผน", FACTS.sender, FACTS.subject, "ด่วนมาก", "โดยเร็ว", "ลงทะเบียนรับ"):
        assert word in first


def test_a_forwarded_letter_names_who_forwards_and_what_they_wrote() -> None:
    for body in bodies(WRITER.write(FORWARDED)):
        assert "นายประสาน รักดี ส่งต่อหนังสือ" in body
        assert "โปรดจัดทำบัญชีผู้เข้าร่วมประชุม" in body
        assert "และแจ้งโรงเรียนในเครือข่ายทราบ" in body


@pytest.mark.parametrize("notice", [ARRIVAL, FORWARDED, LETTER, replace(LETTER, language="en")])
def test_a_letter_shows_its_facts_in_both_bodies(notice: Notice) -> None:
    for body in bodies(WRITER.write(notice)):
        for word in (LINK, FACTS.subject, "หนังสือนำส่ง.pdf", "1.2 MB", "84 KB", "0 5312 3456", "ครั้งที่ 3/2569"):
            assert word in body
        assert ("13 ส.ค. 2569" in body) or ("13 Aug 2026 (B.E. 2569)" in body)


def test_an_arrival_tells_when_it_was_registered_by_bangkoks_clock() -> None:
    assert all("14 ส.ค. 2569 10:52 น." in body for body in bodies(WRITER.write(ARRIVAL)))


def test_a_withheld_document_is_named_but_marked() -> None:
    assert all("เก็บไว้แต่ไม่เปิดให้ดาวน์โหลด" in body for body in bodies(WRITER.write(LETTER)))


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("notice", [ARRIVAL, FORWARDED, LETTER])
def test_a_document_that_was_added_later_stands_apart_with_when_and_by_whom(notice: Notice, language: str) -> None:
    first, second, third = FACTS.documents
    at = FACTS.registered_at
    late = (first, replace(second, added_at=at, added_by="นางมาลี"), replace(third, added_at=at, added_by="นางมาลี"))
    facts = replace(notice.facts or FACTS, documents=late)
    heading, told = {
        "th": ("เพิ่มภายหลัง", "เพิ่มเมื่อ 14 ส.ค. 2569 10:52 น. โดย นางมาลี"),
        "en": ("dded later", "added 14 Aug 2026 (B.E. 2569) 10:52 by นางมาลี"),
    }[language]
    for body in bodies(WRITER.write(replace(notice, facts=facts, language=language))):
        enclosed, apart, added = body.partition(heading)
        assert apart
        assert first.name in enclosed
        assert added.count(told) == 2
        assert all(one.name in added and one.name not in enclosed for one in (second, third))
    for body in bodies(WRITER.write(replace(notice, language=language))):
        assert heading not in body


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("notice", [ARRIVAL, FORWARDED, LETTER])
def test_a_document_that_was_taken_off_stands_apart_with_when_by_whom_and_why(notice: Notice, language: str) -> None:
    first, second, third = FACTS.documents
    gone = replace(second, removed_at=FACTS.registered_at, removed_by="นางมาลี", removed_reason="แนบผิดฉบับ")
    facts = replace(notice.facts or FACTS, documents=(first, gone, third))
    heading, told = {
        "th": ("เอาออกแล้ว", "เอาออกเมื่อ 14 ส.ค. 2569 10:52 น. โดย นางมาลี เหตุผล: แนบผิดฉบับ"),
        "en": ("aken off", "taken off 14 Aug 2026 (B.E. 2569) 10:52 by นางมาลี, reason: แนบผิดฉบับ"),
    }[language]
    for body in bodies(WRITER.write(replace(notice, facts=facts, language=language))):
        enclosed, apart, taken = body.partition(heading)
        assert apart
        assert first.name in enclosed
        assert third.name in enclosed
        assert second.name in taken
        assert second.name not in enclosed
        assert taken.count(told) == 1
    for body in bodies(WRITER.write(replace(notice, language=language))):
        assert heading not in body


def test_an_answer_tells_the_sender_number_and_moment() -> None:
    for body in bodies(WRITER.write(ANSWER)):
        assert "ลงทะเบียนรับเป็นเลขที่ 1204/2569 เมื่อ 14 ส.ค. 2569 10:52 น." in body


def test_a_warning_names_every_address_and_the_reason() -> None:
    for body in bodies(WRITER.write(GIVEN_UP)):
        for address, reason in GIVEN_UP.failed:
            assert address in body
            assert reason.split("<")[0].split(":")[0] in body


def test_a_code_tells_as_long_a_life_as_the_ledger_gives_it() -> None:
    for body in bodies(WRITER.write(CODE)):
        assert "482913" in body
        assert f"ภายใน {unlocking.LIFE // timedelta(minutes=1)} นาที" in body
    assert "482913" not in subject(CODE)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("th", ["ถึงโรงเรียนชุมชนบ้านนาเยีย เมื่อ 14 ส.ค. 2569 10:52 น.", "จนถึง 14 ส.ค. 2569 11:07 น.", "แจ้งหน่วยงานผู้ส่ง"]),
        ("en", ["to โรงเรียนชุมชนบ้านนาเยีย", "until 14 Aug 2026 (B.E. 2569) 11:07", "office that sent it"]),
    ],
)  # fmt: skip
def test_a_warning_of_guesses_tells_the_holder_when_until_when_and_what_to_do(language: str, words: list[str]) -> None:
    for body in bodies(WRITER.write(replace(GUESSED, holder="โรงเรียนชุมชนบ้านนาเยีย", language=language))):
        assert [word for word in words if word not in body] == []
        assert "/r/" not in body


@pytest.mark.parametrize("secrecy", [Secrecy.SECRET, Secrecy.VERY_SECRET, Secrecy.TOP_SECRET])
@pytest.mark.parametrize("notice", [*EVERY, *ENGLISH])
def test_a_secret_letter_is_announced_without_a_word_of_it(notice: Notice, secrecy: Secrecy) -> None:
    facts = replace(FACTS, subject="CANARY-A", summary="CANARY-B", secrecy=secrecy)
    facts = replace(facts, documents=(replace(FACTS.documents[0], name="CANARY-C.pdf"),))
    mail = WRITER.write(replace(notice, facts=facts, note="CANARY-D"))
    message = read_back(mail)
    assert mail.secret
    assert "CANARY" not in "".join([*bodies(mail), *map(str, message.values())])
    assert (LINK in bodies(mail)[0]) == bool(notice.link)


def test_bounces_come_home_for_letters_only() -> None:
    senders = {notice.kind: WRITER.write(notice).sender for notice in EVERY}
    assert senders == {**dict.fromkeys(NoticeKind, ""), NoticeKind.LETTER: "saraban@office.example.go.th"}


def test_the_headers_tell_machines_what_the_mail_is() -> None:
    message = read_back(WRITER.write(ARRIVAL))
    assert message["Date"] == "Fri, 14 Aug 2026 10:52:30 +0700"
    assert message["Message-ID"] == "<8f1c2a@office.example.go.th>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["X-Saraban-Loop"] == "9b1d8e4f0a7c6352"
    assert message["In-Reply-To"] == "<original@obec.example.go.th>"
    assert message["References"] == "<first@obec.example.go.th> <original@obec.example.go.th>"
    assert message["Content-Language"] == "th"
    assert message["From"].addresses[0].addr_spec == "saraban@office.example.go.th"
    assert message["To"].addresses[0].addr_spec == "plan@office.example.go.th"
    assert read_back(WRITER.write(ANSWER))["Auto-Submitted"] == "auto-replied"


@pytest.mark.parametrize("notice", [*EVERY, *ENGLISH])
def test_the_same_notice_is_the_same_mail_each_time(notice: Notice) -> None:
    assert WRITER.write(notice) == WRITER.write(notice) == Writer(TEMPLATES).write(notice)


def test_the_mails_of_a_circular_share_nothing_personal() -> None:
    others = [
        replace(
            LETTER, holder=f"โรงเรียน & {n}", recipient_name=f"โรงเรียน & {n}", link=f"{LINK}&{n}", message_id=f"{n}@x"
        )
        for n in range(3)
    ]
    for number, notice in enumerate(others):
        for each, body in zip(("text", "html"), bodies(WRITER.write(notice)), strict=True):
            amp = "&amp;" if each == "html" else "&"
            assert f"โรงเรียน {amp} {number}" in body
            assert f"{LINK}{amp}{number}" in body
            assert not any(f"{LINK}{amp}{other}" in body for other in range(3) if other != number)
        assert WRITER.write(notice) == Writer(TEMPLATES).write(notice)


def test_a_value_cannot_borrow_the_link() -> None:
    text, html = bodies(WRITER.write(of(replace(FACTS, subject="x\ufdd1y\ufdd0z"))))
    assert text.count(LINK) == html.count(LINK) == 1


def test_thai_digits_are_a_setting_and_leave_link_and_code_alone() -> None:
    writer = Writer(TEMPLATES, digits="thai")
    assert subject(ARRIVAL, writer).startswith("[รับ ๑๒๐๔/๒๕๖๙]")
    text, _ = bodies(writer.write(ARRIVAL))
    assert "๑๔ ส.ค. ๒๕๖๙ ๑๐:๕๒ น." in text
    assert LINK in text
    assert "482913" in bodies(writer.write(CODE))[0]


def test_an_unknown_language_is_thai() -> None:
    assert WRITER.write(replace(ARRIVAL, language="fr")).content == WRITER.write(ARRIVAL).content


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("notice", EVERY)
def test_a_notice_of_which_little_is_known_is_still_a_mail(notice: Notice, language: str) -> None:
    bare = replace(
        notice, facts=None, link="", holder="", recipient_name="", sender_name="", failed=(), language=language
    )
    text, html = bodies(WRITER.write(bare))
    assert text.strip()
    assert "None" not in text + html


class _Page(HTMLParser):
    """Tags that are open, and everything a mail would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in ("meta", "br"):
            self.open.append(tag)
        if tag == "a":
            self.links.append(given.get("href") or "")
        self.fetched += [value or "" for name, value in attrs if name in ("src", "srcset", "background", "data")]
        self.fetched += re.findall(r"url\(.*?\)", given.get("style") or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("notice", [*EVERY, *ENGLISH])
def test_the_html_is_whole_fetches_nothing_and_has_one_link_at_most(notice: Notice) -> None:
    page = _Page()
    html = bodies(WRITER.write(notice))[1]
    page.feed(html)
    page.close()
    assert page.open == []
    assert page.fetched == []
    assert page.links == ([notice.link] if notice.link else [])
    assert "@import" not in html
    assert len(html.encode()) < 20_000


ESCAPES = [
    "{{ ''.__class__.__mro__ }}",
    "{{ subject.__class__ }}",
    "{{ subject.__init__.__globals__ }}",
    "{{ subject|attr('__class__') }}",
    "{{ documents.__class__.__subclasses__() }}",
    "{{ self.__init__.__globals__ }}",
    "{{ ''['__class__'] }}",
    "{{ subject.format.__globals__ }}",
    "{{ '{0.__class__}'.format(subject) }}",
    "{{ '{a.__class__}'.format_map({'a': subject}) }}",
    "{{ (subject|number).__class__ }}",
    "{{ range(10000000) }}",
    "{{ cycler }}",
    "{{ lipsum() }}",
    "{{ namespace() }}",
    "{{ dict() }}",
    "{{ unknown }}",
    "{{ notice }}",
    "{{ subject|safe }}",
    "{{ documents|map('upper') }}",
    "{{ documents.append(1) }}",
    "{% set x = {} %}{{ x.update(a=1) }}",
    "{% include '/etc/hostname' %}",
    "{% include '../../../pyproject.toml' %}",
    "{% import 'os' as os %}",
]


@pytest.mark.parametrize("escape", ESCAPES)
def test_a_template_can_do_nothing_but_name_values(tmp_path: Path, escape: str) -> None:
    shutil.copytree(TEMPLATES, tmp_path / "mail")
    (tmp_path / "mail/arrival/text.th.txt").write_text(escape)
    with pytest.raises((TemplateError, TypeError)):
        Writer(tmp_path / "mail").write(ARRIVAL)


def test_values_are_never_templates_and_never_markup() -> None:
    facts = replace(FACTS, subject="{{ 7 * 7 }} {% raw %} <b onclick=x>&amp;", summary="<img src=x>")
    text, html = bodies(WRITER.write(of(facts)))
    assert "{{ 7 * 7 }} {% raw %} <b onclick=x>&amp;" in text
    assert "{{ 7 * 7 }} {% raw %} &lt;b onclick=x&gt;&amp;amp;" in html
    assert "<img" not in html


def test_a_missing_template_is_noticed_at_once(tmp_path: Path) -> None:
    shutil.copytree(TEMPLATES, tmp_path / "mail")
    (tmp_path / "mail/code/text.en.txt").unlink()
    with pytest.raises(TemplateError):
        Writer(tmp_path / "mail")
