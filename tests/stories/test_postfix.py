"""The office's own Postfix in front of the house and behind it.

An office that has a mail server gives us its central address by LMTP, keeps its mailboxes, and sends our mails on. A
letter with the group named in the address, one mail to two recipients, a mistyped address, and an evening on which the
house is switched off: every letter is numbered once, and nobody waits in vain.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from gateway.demo import office
from tests.mailers.servers import free_port
from tests.stories.conftest import MakeHouse
from tests.stories.house import House, eventually
from tests.stories.peers import Postfix, Schools
from tests.stories.post import SCHOOL, letter

pytestmark = pytest.mark.story

DOMAIN = "area4.example"
FINANCE, REGISTRY = f"finance@{DOMAIN}", f"registry@{DOMAIN}"
PLUS = House.mailbox.replace("@", "+finance@")

_SETTINGS = """\
data = "data"

[smtp]
enabled = false

[lmtp]
enabled = true
{lmtp}

[http]
port = {http}

[relay]
kind = "smtp"
host = "127.0.0.1"
port = {relay}
tls = "none"

[outbox]
retry_first = "1s"
retry_longest = "2s"

[[folders]]
path = "incoming"
"""


@pytest.fixture(scope="module")
def behind() -> Iterator[Schools]:
    with Schools() as schools:
        yield schools


@pytest.fixture(scope="module")
def postfix(behind: Schools) -> Iterator[Postfix]:
    with Postfix(DOMAIN, free_port(), (FINANCE, REGISTRY), behind.port) as running:
        yield running


@pytest.fixture
def house(make_house: MakeHouse, postfix: Postfix, behind: Schools) -> House:
    """A house that was set up by hand: settings, directory and rules from files."""
    behind.mails.clear()
    return set_up(make_house(), f"port = {postfix.lmtp}", postfix).start(verb="run")


def set_up(house: House, lmtp: str, postfix: Postfix) -> House:
    (house.folder / "incoming").mkdir()
    settle(house, lmtp, postfix)
    house.run("directory", "import", office.FOLDER / "office.yaml")
    house.run("rules", "import", office.FOLDER / "rules.yaml")
    return house


def settle(house: House, lmtp: str, postfix: Postfix) -> None:
    text = _SETTINGS.format(lmtp=lmtp, http=house.http_port, relay=postfix.port)
    (house.folder / "saraban.toml").write_text(text, encoding="utf-8")
    (house.folder / "saraban.toml").chmod(0o600)


def entries(house: House) -> list[dict[str, Any]]:
    return house.rows("register", "list", "incoming")


def arrivals(behind: Schools, mailbox: str, count: int) -> list[EmailMessage]:
    """The mails in a mailbox behind Postfix, once there are so many."""
    return eventually(lambda: len(found := behind.stored(mailbox)) >= count and found, f"{count} mails to {mailbox}")


def test_letters_come_through_the_offices_mail_server_and_leave_through_it(
    house: House, postfix: Postfix, behind: Schools
) -> None:
    assert house.announced["lmtp"] == f"127.0.0.1:{postfix.lmtp}"
    postfix.post(letter("ขอส่งรายงานประจำเดือน", files=["รายงาน.pdf"]), PLUS, sender=SCHOOL)
    (notice,) = arrivals(behind, FINANCE, 1)
    assert "ขอส่งรายงานประจำเดือน" in notice["Subject"]
    postfix.post(letter("ขอเชิญประชุม"), House.mailbox, PLUS, sender=SCHOOL)
    arrivals(behind, FINANCE, 2)
    (answer,) = arrivals(behind, SCHOOL, 1)
    year = entries(house)[0]["year"]
    assert answer["Subject"].startswith(f"[รับ 1/{year}]")
    assert answer["Auto-Submitted"] == "auto-replied"

    mistyped = f"sarabun@{DOMAIN}"
    postfix.post(letter("ถึงสองที่อยู่ ผิดหนึ่ง"), House.mailbox, mistyped, sender=SCHOOL)
    *_, bounce = arrivals(behind, SCHOOL, 2)
    assert bounce.get_content_type() == "multipart/report"
    assert mistyped in bounce.as_string()
    assert re.search(r"550[- ]5\.1\.1", bounce.as_string())

    taken = entries(house)
    assert [row["number"] for row in taken] == [1, 2, 3]
    assert [row["action"] for row in taken[:2]] == ["กลุ่มบริหารงานการเงินและสินทรัพย์"] * 2
    eventually(lambda: not postfix.queue(), "nothing waits")
    house.settled()
    assert Counter(row["kind"] for row in house.rows("outbox", "list", "--all")) == {"arrival": 3, "answer": 1}
    assert behind.copies() == {FINANCE: 2, SCHOOL: 2, REGISTRY: 1}
    house.sound()


def test_mail_waits_at_the_mail_server_while_the_house_is_switched_off(
    house: House, postfix: Postfix, behind: Schools
) -> None:
    postfix.post(letter("ก่อนปิดเครื่อง"), House.mailbox, sender=SCHOOL)
    eventually(lambda: house.count("entries") == 1, "the first letter")
    assert house.stop() == 0
    subjects = [f"หนังสือระหว่างปิดเครื่อง {n}" for n in range(5)]
    for subject in subjects:
        postfix.post(letter(subject), House.mailbox, sender=SCHOOL)
    eventually(lambda: len(postfix.queue()) == 5, "five mails wait")
    house.start(verb="run")
    eventually(lambda: house.count("entries") == 6, "the others")
    eventually(lambda: not postfix.queue(), "nothing waits")
    house.settled()
    taken = entries(house)
    assert [row["number"] for row in taken] == [1, 2, 3, 4, 5, 6]
    assert sorted(row["subject"] for row in taken) == sorted(["ก่อนปิดเครื่อง", *subjects])
    assert house.count("intakes") == 6
    house.sound()


def test_a_house_killed_with_letters_at_the_door_takes_each_once(
    house: House, postfix: Postfix, behind: Schools
) -> None:
    subjects = [f"หนังสือฉบับที่ {n}" for n in range(18)]
    for turn in range(3):
        for subject in subjects[turn * 6 : turn * 6 + 6]:
            postfix.post(letter(subject), House.mailbox, sender=SCHOOL)
        eventually(lambda turn=turn: house.count("intakes") > turn * 6, "some are taken")
        house.kill()
        house.start(verb="run")
    eventually(lambda: not postfix.queue(), "nothing waits")
    house.settled()
    taken = entries(house)
    assert [row["number"] for row in taken] == list(range(1, 19))
    assert sorted(row["subject"] for row in taken) == sorted(subjects)
    house.sound()


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that Postfix's own user gets into, as /run/saraban would be."""
    with TemporaryDirectory(prefix="saraban-run-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def by_file(behind: Schools, place: Path) -> Iterator[Postfix]:
    with Postfix(DOMAIN, 0, (), behind.port, place / "lmtp") as running:
        yield running


def test_postfix_delivers_by_the_socket_file_once_it_may(make_house: MakeHouse, by_file: Postfix, place: Path) -> None:
    closed = f'path = "{place}/lmtp"\nmode = "0600"'
    house = set_up(make_house(), closed, by_file).start(verb="run")
    by_file.post(letter("ทาง socket ฉบับที่ 1"), House.mailbox, sender=SCHOOL)
    eventually(lambda: "Permission denied" in "".join(by_file.queue()), "Postfix is kept out")
    assert house.stop() == 0
    assert not (place / "lmtp").exists()

    # Only root, or a member, can open it to the group; else it is opened to everybody for this test.
    opened = 'group = "postfix"' if os.geteuid() == 0 else 'mode = "0666"'
    settle(house, f'path = "{place}/lmtp"\n{opened}', by_file)
    house.start(verb="run")
    assert house.announced["lmtp"] == f"{place}/lmtp"
    eventually(lambda: house.count("entries") == 1, "the letter that waited")
    house.kill()
    by_file.post(letter("ทาง socket ฉบับที่ 2"), House.mailbox, sender=SCHOOL)
    house.start(verb="run")  # in the place of the one that was killed
    eventually(lambda: house.count("entries") == 2, "the letter that came meanwhile")
    eventually(lambda: not by_file.queue(), "nothing waits")
    house.settled()
    assert [row["number"] for row in entries(house)] == [1, 2]
    house.sound()
