"""The demo's office is whole, its documents are true ones, and its rules lead the story where it says."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections import Counter
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from gateway.demo import office, papers, story
from ledger import roster, routing
from ledger.era import BANGKOK
from ledger.routing import Facts
from ledger.values import Channel, Intake, Reading, ReadingKind, Urgency
from watchers.reading import read

AT = datetime(2026, 11, 23, 9, 30, tzinfo=BANGKOK)


def routed(intake: Intake, reading: Reading) -> tuple[str, ...]:
    return routing.route(office.rules(), Facts.of(intake, reading)).groups


def mailed(name: str) -> tuple[story.StoryMail, Reading]:
    mail = next(mail for mail in story.mails(AT) if mail.group == name)
    return mail, read(mail.content, sender=mail.sender)


def test_the_office_has_nine_groups_and_forty_schools_in_several_groups() -> None:
    whole = office.office()
    kinds = Counter((each.kind, each.school_type) for each in whole.organisations)
    assert kinds[("office", "")] == 1
    assert kinds[("school", "government")] + kinds[("school", "private")] == 40
    assert kinds[("school", "private")] > 0
    assert len(whole.groups) == 9
    assert len(whole.school_groups) > 4
    assert {"central_clerk", "group_clerk", "school_clerk", "director"} <= {
        duty for person in whole.people for duty in person.duties
    }
    assert whole.organisations[0].address == office.MAILBOX


def test_every_group_has_its_clerk_and_every_school_its_own() -> None:
    whole = office.office()
    clerks = {person.group for person in whole.people if "group_clerk" in person.duties}
    schools = {each.code for each in whole.organisations if each.kind == "school"}
    assert clerks == {group.code for group in whole.groups}
    assert schools == {person.organisation for person in whole.people if "school_clerk" in person.duties}


def test_no_address_of_the_demo_can_reach_a_real_mailbox() -> None:
    whole = office.office()
    boxes = [each.mailbox for each in (*whole.groups, *whole.people)]
    boxes += [box for each in whole.organisations for box in (each.mailbox, each.address)]
    boxes += [box for mail in story.mails(AT) for box in (mail.sender, mail.recipient)]
    assert all(box.endswith(".example") for box in boxes if box)


def test_the_files_of_the_office_are_as_the_program_would_write_them() -> None:
    assert (office.FOLDER / "office.yaml").read_text(encoding="utf-8") == roster.to_yaml(office.office())
    assert (office.FOLDER / "rules.yaml").read_text(encoding="utf-8") == office.rules().to_yaml()


def test_the_rules_name_only_groups_and_organisations_that_exist() -> None:
    whole = office.office()
    groups = {group.code for group in whole.groups}
    assert routing.check(office.rules(), groups, {each.code for each in whole.organisations}) == []
    assert groups == {code for rule in office.rules().rules for code in rule.groups}


@pytest.mark.parametrize("mail", story.mails(AT), ids=lambda mail: mail.group)
def test_each_mail_of_the_story_goes_where_the_story_says(mail: story.StoryMail) -> None:
    reading = read(mail.content, sender=mail.sender)
    intake = Intake(Channel.SMTP, "smtp", mail.content, AT, sender=mail.sender, recipients=(mail.recipient,))
    assert reading.kind is ReadingKind.LETTER
    assert not reading.automatic
    assert not reading.defects
    assert reading.letter_number
    assert reading.letter_date == AT.date()
    assert all(not document.withheld for document in reading.documents)
    assert routed(intake, reading) == (mail.group,)


@pytest.mark.parametrize("file", story.files(), ids=lambda file: file.group)
def test_each_dropped_file_goes_where_the_story_says(file: story.StoryFile) -> None:
    reading = read(file.content, name=file.name)
    assert reading.letter_number.startswith("ศธ 0")
    assert routed(Intake(Channel.FOLDER, "/in", file.content, AT, name=file.name), reading) == (file.group,)


def test_the_old_mail_program_is_understood() -> None:
    mail, reading = mailed("finance")
    assert not mail.content.isascii()
    assert "\ufffd" not in reading.subject + reading.text + reading.documents[0].name
    assert reading.subject.startswith("ด่วนที่สุด")
    assert reading.urgency is Urgency.MOST_URGENT
    assert reading.documents[0].name == "รายการเงินกัน.pdf"
    assert max(map(len, mail.content.split(b"\r\n"))) < 998


def test_the_school_sends_a_word_letter_and_a_sheet() -> None:
    _, reading = mailed("policy")
    assert [document.sniffed_type for document in reading.documents] == [papers.DOCX, papers.XLSX]
    for document in reading.documents:
        with zipfile.ZipFile(io.BytesIO(document.content)) as archive:
            assert archive.testzip() is None
            parts = {f"/{name}" for name in archive.namelist()}
            types = ElementTree.fromstring(archive.read("[Content_Types].xml"))
            assert {each.get("PartName") for each in types if each.get("PartName")} <= parts
            assert all(ElementTree.fromstring(archive.read(name)).tag for name in archive.namelist())


def test_the_circular_invites_all_schools() -> None:
    circular = story.circular(AT)
    assert circular.to == "all"
    assert "30 พฤศจิกายน 2569" in circular.summary
    assert "\n" not in circular.subject + circular.summary
    assert circular.group in {group.code for group in office.office().groups}


def test_a_pdf_is_a_true_one_with_its_thai_title(tmp_path: Path) -> None:
    for number, content in enumerate([*(file.content for file in story.files()), story.circular(AT).content]):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(content)
        told = subprocess.run(["pdfinfo", path], capture_output=True, check=True, text=True)
        text = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True, text=True)
        assert told.stderr == text.stderr == ""
        assert "Pages:           1" in told.stdout
        assert any("\u0e00" < letter < "\u0e7f" for letter in told.stdout)
        assert text.stdout.strip()


def test_brackets_and_backslashes_stay_in_the_pdf(tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(papers.pdf("ก", (r"a (b) c\d",)))
    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True, text=True)
    assert text.stdout.strip() == r"a (b) c\d"


def test_the_story_is_the_same_for_the_same_moment() -> None:
    first, second = story.mails(AT), story.mails(AT)
    assert [mail.recipient for mail in first] == [mail.recipient for mail in second]
    assert first[1] == second[1]
    assert story.files() == story.files()
