"""The disk says no.

The disk of the house is full for a while: nothing can be written any more. Mail servers are told to come again, nobody
is turned away for good, nothing that was taken before is lost, and letters can still be read. When there is room again
everything goes on by itself. Before it comes so far, an office that keeps a reserve takes no mail, and still lets its
people acknowledge what they have.
"""

from __future__ import annotations

import resource
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.stories.conftest import MakeHouse
from tests.stories.house import House, eventually
from tests.stories.peers import Schools
from tests.stories.post import letter, outgoing, paper, post
from tests.stories.visitor import Visitor

pytestmark = pytest.mark.story

SIZES = (500, 30_000, 700_000)


@contextmanager
def nothing_can_be_written(house: House) -> Iterator[None]:
    """Every write to a file fails at once, as on a full disk; needs no rights, and can be taken back."""
    assert house.process
    soft, hard = resource.prlimit(house.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(house.process.pid, resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.prlimit(house.process.pid, resource.RLIMIT_FSIZE, (soft, hard))


def offered(house: House, content: bytes) -> int:
    """The reply to a mail, at whichever step it comes."""
    try:
        post(house, content)
    except smtplib.SMTPResponseException as told:
        return told.smtp_code
    return 250


def test_while_nothing_can_be_written_nobody_is_turned_away_and_nothing_is_lost(house: House) -> None:
    mails = [letter(f"หนังสือขนาด {size}", text="ก" * (size // 3)) for size in SIZES]
    post(house, letter("หนังสือก่อนดิสก์เต็ม"))
    (before,) = eventually(lambda: [sent for sent in outgoing(house) if sent.link], "its notice")
    with nothing_can_be_written(house):
        assert [offered(house, content) for content in mails for _ in range(2)] == [451] * 6
        (house.drop / "หนังสือในโฟลเดอร์.pdf").write_bytes(paper("หนังสือในโฟลเดอร์"))
        page = Visitor(before.link).ask()
        assert page.status == 200
        assert "หนังสือก่อนดิสก์เต็ม" in page.text
        assert Visitor(before.link).ask("POST", form={"nonce": page.nonce, "name": "นางรับหนังสือ"}).status >= 500
        assert house.count("intakes") == 1
    assert [offered(house, content) for content in mails] == [250] * 3
    eventually(lambda: not list(house.drop.glob("*.pdf")), "the file has left the folder")
    house.settled()
    entries = house.rows("register", "list", "incoming")
    assert [entry["number"] for entry in entries] == [1, 2, 3, 4, 5]
    assert Visitor(before.link).acknowledge("นางรับหนังสือ").status == 200
    assert house.count("receipts") == 1
    house.sound()


def test_what_was_taken_goes_on_by_itself_when_the_disk_has_room_again(make_house: MakeHouse) -> None:
    """The disk fills up somewhere between taking, settling and sending of what is under way."""
    house = make_house(SARABAN_OUTBOX__RETRY_FIRST="1 s").start()
    subjects = [f"หนังสือ {turn}.{n}" for turn in range(4) for n in range(10)]
    for turn in range(4):
        post(house, *(letter(subject) for subject in subjects[10 * turn : 10 * turn + 10]))
        eventually(lambda: house.count("outcomes") > 10 * turn, "some are settled")  # noqa: B023
        with nothing_can_be_written(house):
            assert offered(house, letter("หนังสือที่ต้องรอ")) == 451
    house.settled()
    assert sorted(row["subject"] for row in house.rows("register", "list", "incoming")) == sorted(subjects)
    assert len(outgoing(house, "registry@")) == len(subjects)
    house.sound()


def test_what_the_schools_server_said_meanwhile_is_not_forgotten(make_house: MakeHouse, tmp_path: Path) -> None:
    """Half of a circular has left; the server takes the rest while none of its answers can be written down."""
    relay = {"KIND": "smtp", "HOST": "127.0.0.1", "TLS": "none"}
    file = tmp_path / "หนังสือเวียน.pdf"
    file.write_bytes(paper("เวียน"))
    with Schools(gate_after=16) as schools:
        relay["PORT"] = str(schools.port)
        house = make_house(**{f"SARABAN_RELAY__{name}": value for name, value in relay.items()}).start()
        wanted = house.row("send", file, "--to", "all", "--subject", "หนังสือเวียน", "--circular")["deliveries"]
        assert schools.reached.wait(60)
        with nothing_can_be_written(house):
            schools.gate.set()
            eventually(lambda: len(schools.mails) >= wanted, "the server has every mail")
            assert offered(house, letter("หนังสือที่ต้องรอ")) == 451
        house.settled()
        assert set(schools.copies().values()) == {1}
        assert len(schools.copies()) == wanted
    assert house.count("outbox WHERE sent_at IS NULL OR unknown_at IS NOT NULL") == 0


def test_with_little_space_left_no_mail_is_taken_and_people_still_acknowledge(make_house: MakeHouse) -> None:
    house = make_house().start()
    content = letter("หนังสือที่ต้องรอ")
    post(house, letter("หนังสือก่อนหน้า"))
    (before,) = eventually(lambda: [sent for sent in outgoing(house) if sent.link], "its notice")
    assert house.stop() == 0

    house.settings["SARABAN_INTAKE__REFUSE_BELOW_FREE"] = "1000000 GiB"
    house.start()
    with pytest.raises(smtplib.SMTPSenderRefused) as told:
        post(house, content)
    assert told.value.smtp_code == 452
    assert "นางรับหนังสือ" in Visitor(before.link).acknowledge("นางรับหนังสือ").text
    assert len(house.rows("register", "list", "incoming")) == 1
    assert house.stop() == 0

    house.settings.clear()
    house.start()
    post(house, content)
    house.settled()
    assert [entry["number"] for entry in house.rows("register", "list", "incoming")] == [1, 2]
