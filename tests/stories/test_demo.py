"""A newcomer tries it.

Somebody starts the demo for the first time. It plays its story: three mails, two scans in the drop folder, one circular
to all schools, and every command works beside it. They send a mail with the program that they have, copy a PDF into
the folder, and see both numbered within seconds, after `explain` had told them where they would go. They pull the plug,
start again, and find everything where it was; at last they end it properly.
"""

from __future__ import annotations

import shutil
import smtplib
import subprocess
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.demo import office
from ledger import roster
from tests.stories.conftest import MakeHouse
from tests.stories.house import House, eventually
from tests.stories.post import SCHOOL, Sent, letter, outgoing, paper, post

pytestmark = pytest.mark.story

SOON = timedelta(seconds=3)
FINANCE = "finance@area4.example"
Prepare = Callable[[House, str, Path], tuple[Path, dict[str, Any]]]
Send = Callable[[House, Path], None]


def numbers(house: House, kind: str) -> list[int]:
    return [row["number"] for row in house.rows("register", "list", kind)]


def arrival_of(house: House, words: str) -> Sent:
    """The notice to a group about the letter with these words in its subject."""

    def look() -> list[Sent]:
        return [sent for sent in outgoing(house) if words in sent.subject and sent.link]

    return eventually(look, f"a notice about {words}")[0]


def test_the_story_plays_and_every_command_works_beside_it(make_house: MakeHouse) -> None:
    house = make_house().start("--story")
    schools = [each for each in office.office().organisations if each.school_type == "government"]
    eventually(lambda: house.count("outcomes") == 5 and house.count("letters WHERE outgoing") == 1, "the story")
    house.settled()

    assert numbers(house, "incoming") == [1, 2, 3, 4, 5]
    assert numbers(house, "outgoing") == [1]
    circular = house.row("letter", "list")
    assert len(circular["deliveries"]) == len(schools)
    assert all(delivery["sent_at"] for delivery in circular["deliveries"])
    assert [row["outcome"] for row in house.rows("intake", "list")] == ["registered"] * 5
    assert house.rows("outbox", "list") == []
    assert len(house.rows("outbox", "list", "--all")) == len(outgoing(house)) == len(schools) + 5 + 3
    status = house.row("status")
    assert status["running"]
    assert (status["taken"], status["unsettled"], status["outbox_waiting"]) == (5, 0, 0)
    house.sound()
    exported, written = roster.parse(house.run("directory", "export")), office.office()
    assert (exported.organisations, exported.groups) == (written.organisations, written.groups)
    assert {person.code for person in exported.people} == {person.code for person in written.people}
    assert exported.school_groups == written.school_groups
    assert house.run("rules", "export") == office.rules().to_yaml()
    for path in ("/", "/demo/mail"):
        with urllib.request.urlopen(house.announced["http"] + path) as page:
            assert page.status == 200
    assert house.announced["mailbox"] == office.MAILBOX
    assert Path(house.announced["drop"]) == house.drop
    assert Path(house.announced["outbox"]) == house.outbox


def test_started_again_it_goes_on_where_it_was_and_tells_no_story_twice(make_house: MakeHouse) -> None:
    house = make_house().start("--story")
    eventually(lambda: house.count("outcomes") == 5, "the story")
    house.kill()
    house.start("--story")
    post(house, letter("หนังสือหลังไฟดับ"))
    arrival_of(house, "หนังสือหลังไฟดับ")
    assert house.stop() == 0
    house.start("--story")
    post(house, letter("หนังสือหลังปิดตามปกติ"))
    arrival_of(house, "หนังสือหลังปิดตามปกติ")
    assert numbers(house, "incoming") == [1, 2, 3, 4, 5, 6, 7]
    assert house.log.count("เรื่องตัวอย่าง") == 1
    assert house.stop() == 0
    house.sound()


def as_mail(house: House, subject: str, folder: Path) -> tuple[Path, dict[str, Any]]:
    """A mail, and what `explain` says of it."""
    file = folder / "letter.eml"
    file.write_bytes(letter(subject))
    return file, house.row("explain", file, "--from", SCHOOL, "--to", house.mailbox)


def as_file(house: House, subject: str, folder: Path) -> tuple[Path, dict[str, Any]]:
    """A scan, and what `explain` says of it."""
    file = folder / f"{subject}.pdf"
    file.write_bytes(paper(subject))
    return file, house.row("explain", file, "--folder", house.drop)


def by_python(house: House, file: Path) -> None:
    post(house, file.read_bytes())


def by_swaks(house: House, file: Path) -> None:
    words = ["swaks", "--server", f"127.0.0.1:{house.smtp_port}", "--from", SCHOOL, "--to", house.mailbox]
    subprocess.run([*words, "--data", f"@{file}", "--silent"], check=True)


def by_copying(house: House, file: Path) -> None:
    shutil.copy(file, house.drop)


@pytest.mark.parametrize(
    ("prepare", "send"),
    [(as_mail, by_python), (as_mail, by_swaks), (as_file, by_copying)],
    ids=["smtplib", "swaks", "cp"],
)
def test_what_is_said_beforehand_comes_true_within_seconds(
    prepare: Prepare, send: Send, house: House, tmp_path: Path
) -> None:
    """The quickest of three counts, as a busy machine proves nothing."""
    begun = []
    for turn in range(3):
        file, told = prepare(house, subject := f"ขอเบิกจ่ายงบประมาณ ครั้งที่ {turn}", tmp_path)
        assert (told["outcome"], told["groups"], told["mailboxes"]) == ("registered", ["finance"], [FINANCE])
        begun.append(datetime.now().astimezone())
        send(house, file)
        notice = arrival_of(house, subject)
        assert notice.to == FINANCE
        assert f"{turn + 1}/" in notice.subject
    entries = house.rows("register", "list", "incoming")
    assert [entry["number"] for entry in entries] == [1, 2, 3]
    assert {entry["action"] for entry in entries} == {*told["to"]}
    waits = [datetime.fromisoformat(entry["registered_at"]) - at for entry, at in zip(entries, begun, strict=True)]
    assert min(waits) < SOON


def test_a_letter_that_is_on_its_way_when_the_house_closes_is_still_taken(house: House) -> None:
    content = letter("หนังสือที่มาตอนปิด", text="x" * 50_000)
    client = smtplib.SMTP("127.0.0.1", house.smtp_port, timeout=60)
    client.ehlo()
    client.mail(SCHOOL)
    client.rcpt(house.mailbox)
    assert client.docmd("DATA")[0] == 354
    assert client.sock
    client.sock.sendall(content[:20_000])
    assert house.process
    house.process.terminate()
    client.sock.sendall(content[20_000:] + b"\r\n.\r\n")
    assert [client.getreply()[0] for _ in range(2)] == [250, 421]
    client.close()
    assert house.stop() == 0
    house.start()
    arrival_of(house, "หนังสือที่มาตอนปิด")
    assert numbers(house, "incoming") == [1]


def test_what_the_terminal_tells_is_told_once_and_is_not_steered_by_letters(house: House) -> None:
    hostile = ["เรื่องที่ [/] ปิดแท็ก", "[red]เรื่องที่สอง[/red]", "[ext] เรื่องที่สาม"]
    post(house, *map(letter, hostile))
    for subject in hostile:
        eventually(lambda subject=subject: subject in house.log, f"a line about {subject}")
    post(house, letter("เรื่องสุดท้าย"))
    eventually(lambda: "เรื่องสุดท้าย" in house.log, "a last line")
    assert [house.log.count(subject) for subject in hostile] == [1, 1, 1]
