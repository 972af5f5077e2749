"""A secret letter stays secret.

Secret letters come by mail and by folder: some registered, one held for a clerk, one that may not come electronically
at all, one that comes twice. None of their words stands in a log, a list, a mail, a file's name or a page before the
holder has given a one-time code; neither do links and codes stand anywhere but in the mails that carry them.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from ledger.database import Database
from ledger.history import acting
from ledger.registers import EntryRow
from ledger.values import Secrecy
from tests.stories.conftest import MakeHouse
from tests.stories.house import House, eventually
from tests.stories.post import letter, outgoing, paper, post
from tests.stories.visitor import Visitor

pytestmark = pytest.mark.story

CANARY = "นกขมิ้น"  # in every subject, text and file name of a secret letter, and nowhere else
CODE = re.compile(r"\b\d{6}\b")
LISTS = (
    ("register", "list", "incoming"),
    ("letter", "list"),
    ("letter", "show", "1"),
    ("intake", "list"),
    ("outbox", "list", "--all"),
)
SHOWN = (
    ("register", "show", "incoming", "1"),
    ("intake", "show", "1"),  # registered
    ("intake", "show", "4"),  # held
    ("intake", "show", "5"),  # refused
)


def secret(mark: str, words: str) -> bytes:
    """A letter whose every part has the canary."""
    return letter(f"[{mark}] {words} {CANARY}", text=f"เรื่อง {CANARY}", files=[f"{CANARY}.pdf"])


def deliver(house: House) -> None:
    """Seven secret letters, by all ways and with all outcomes."""
    registered = secret("ลับ", "การเงิน")
    post(house, registered, registered, secret("ลับมาก", "พัสดุ"), secret("ลับ", "ร้องเรียน"), secret("ลับที่สุด", "การเงิน"))
    for name in (f"[ลับ] การเงิน {CANARY}.pdf", f"[ลับ] ร้องเรียน {CANARY}.pdf"):
        (house.drop / name).write_bytes(paper(name))
    eventually(lambda: house.count("outcomes") == 7, "all have their outcome")
    eventually(lambda: not list(house.drop.glob("*.pdf")), "the files have left the folder")
    house.settled()


def left(house: House) -> dict[str, str]:
    """What the house leaves where anybody may look."""
    paths = [str(path.relative_to(house.drop)) for path in house.drop.rglob("*")]
    notes = [path.read_text(encoding="utf-8") for path in house.drop.rglob("*.txt")]
    assert not list(house.drop.rglob("*.pdf"))  # the scans themselves lie where no reader of the share comes
    return {"log": house.log, "files": "\n".join(paths), "notes": "\n".join(notes)}


def test_no_word_of_a_secret_letter_is_seen_by_who_does_not_hold_it(make_house: MakeHouse) -> None:
    house = make_house(SARABAN_LOG__LEVEL="debug").start()
    house.stop()
    house.start(verb="run")  # the demo is too polite to log at this level
    deliver(house)
    kinds = sorted(row["outcome"] for row in house.rows("intake", "list"))
    assert kinds == ["held", "held", "joined", "refused", "registered", "registered", "registered"]
    house.stop()
    house.start()
    places = left(house)
    places |= {" ".join(words): house.run(*words) for words in (*LISTS, *SHOWN)}
    places |= {" ".join(words) + " --json": house.run(*words, "--json") for words in LISTS}
    assert [place for place, text in places.items() if CANARY in text] == []
    mails = outgoing(house)
    assert len(mails) == 4
    assert not [mail.file.name for mail in mails if CANARY in mail.file.name + mail.subject + mail.text]
    assert CANARY not in Visitor(house.announced["http"] + "/demo/mail").ask().text


def test_a_secret_letter_opens_with_a_code_and_neither_link_nor_code_leaks(make_house: MakeHouse) -> None:
    house = make_house(SARABAN_LOG__LEVEL="debug").start()
    house.stop()
    house.start(verb="run")
    deliver(house)
    notice = next(mail for mail in outgoing(house, "finance@") if mail.link)
    holder = Visitor(notice.link)
    locked = holder.ask()
    assert CANARY not in locked.text
    assert holder.press({"name": "นางนงลักษณ์ สุขเกษม"}).status == 200
    assert house.count("receipts") == 0
    holder.press({}, "/code")
    sent = eventually(
        lambda: outgoing(house, "finance@")[-1:] if len(outgoing(house, "finance@")) > 3 else [], "a code"
    )
    (code,) = set(CODE.findall(sent[0].text))
    assert "ไม่ถูกต้อง" in holder.press({"code": f"{(int(code) + 1) % 1_000_000:06}"}, "/unlock").text
    assert CANARY in holder.press({"code": code}, "/unlock").text
    assert CANARY not in Visitor(notice.link).ask().text
    assert CANARY in holder.acknowledge("นางนงลักษณ์ สุขเกษม").text
    assert house.row("letter", "show", "1")["deliveries"][0]["acknowledged_by"] == "นางนงลักษณ์ สุขเกษม"
    keys = [code, *(mail.token for mail in outgoing(house) if mail.token)]
    places = left(house) | {" ".join(words): house.run(*words, "--json") for words in (*LISTS, *SHOWN[1:2])}
    for place, text in places.items():
        assert CANARY not in text, place
        assert not [key for key in keys if key in text], place


def test_who_guesses_is_silenced_over_a_restart_and_the_holder_hears_of_it(make_house: MakeHouse) -> None:
    house = make_house().start()
    post(house, secret("ลับ", "การเงิน"))
    notice = eventually(lambda: [mail for mail in outgoing(house, "finance@") if mail.link], "the notice")[0]
    stranger = Visitor(notice.link)  # somebody to whom the mail was passed on
    stranger.press({}, "/code")
    form = {"nonce": stranger.ask().nonce, "code": "abc"}
    told = [stranger.ask("POST", f"{stranger.path}/unlock", form).text for _ in range(5)]
    assert ["รหัสไม่ถูกต้อง" in text for text in told] == [True] * 4 + [False]
    assert "หยุดรับและหยุดส่งรหัสของหนังสือฉบับนี้จนถึง" in told[-1]
    heard = eventually(
        lambda: [mail for mail in outgoing(house, "finance@") if "มีผู้พยายามเปิดหนังสือลับ" in mail.subject], "a warning"
    )
    assert len(heard) == 1
    assert CANARY not in heard[0].subject + heard[0].text
    house.stop()
    house.start(verb="run")
    again = stranger.ask(path=stranger.path)
    assert "หยุดรับและหยุดส่งรหัสของหนังสือฉบับนี้จนถึง" in again.text
    assert "<form" not in again.text
    (line,) = house.ask("SELECT who, about FROM history WHERE what = 'codes silenced'")
    assert tuple(line) == ("link", "delivery 1")
    house.sound()


def test_a_scan_leaves_the_share_when_its_letter_becomes_secret(make_house: MakeHouse) -> None:
    house = make_house().start()
    (house.drop / f"การเงิน {CANARY}.pdf").write_bytes(paper("การเงิน"))
    (lying,) = eventually(lambda: list(house.drop.glob("done/*/*.pdf")), "it came to rest")
    assert CANARY in lying.name
    database = Database(house.data)
    with acting(database, "นางมาลี", "amended", datetime.now(UTC)) as act:
        act.alter(EntryRow, house.ask("SELECT max(id) FROM entries")[0][0], secrecy=Secrecy.SECRET)
    database.close()
    eventually(lambda: not lying.exists(), "it left the share")
    (note,) = house.drop.glob("done/*/*.txt")
    assert CANARY not in note.name + note.read_text("utf-8-sig")
    assert f"เลขทะเบียน {house.ask('SELECT max(text) FROM entries')[0][0]}" in note.read_text("utf-8-sig")
    (kept,) = house.data.glob("closed/done/*/*.pdf")
    assert kept.read_bytes() == paper("การเงิน")
    eventually(lambda: house.count("outcomes WHERE closed_at IS NULL") == 0, "it is not looked for again")
    house.sound()
