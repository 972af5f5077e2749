"""Mails and files that keep coming, whatever happens to the house, and what must be true of them afterwards."""

from __future__ import annotations

import os
import random
import smtplib
import threading
import time
from collections import Counter
from types import TracebackType
from typing import Self

from ledger.originals import digest
from tests.stories.house import House, eventually
from tests.stories.post import SCHOOL, letter, paper

_PACE = 0.05  # seconds between two letters of one sender
_SENDERS = 3
_WAITING = 60  # files in the folder, when the clerk waits a little
_LARGE_EACH = 8  # of so many mails one is too large for the row of its intake


_IMPATIENT = """
data = "data"
smtp.port = {smtp}
http.port = {http}
relay = {{kind = "maildrop", path = "outbox"}}
folders = [{{path = "incoming", quiet = "300ms", quiet_whole = "300ms"}}]
"""


def survive(house: House, kills: int, seed: int) -> Storm:
    """Kill and restart a house that is new so many times in a storm; everything must be in order after each.

    It takes files sooner than houses do, so that many of its short lives end while files are under way.
    """
    moments = random.Random(seed)
    settings = _IMPATIENT.format(smtp=house.smtp_port, http=house.http_port)
    (house.folder / "saraban.toml").write_text(settings, encoding="utf-8")
    with Storm(house) as storm:
        for _ in range(kills):
            if moments.random() < 0.25:
                house.begin()
                time.sleep(moments.uniform(0.0, 2.0))  # perhaps before it serves
            else:
                house.start()
                time.sleep(moments.uniform(0.0, 2.0))
            house.kill()
            storm.nothing_is_lost()
        house.start()
    storm.all_is_in_order()
    return storm


class Storm:
    """Senders as mail servers are: what got no 250 is offered again, the same, until it has one.

    And a clerk who drops one file after another, as browsers do: under another name until it is whole.
    """

    def __init__(self, house: House) -> None:
        self.house = house
        self.accepted: dict[str, str] = {}  # subject and digest of each mail that got its 250
        self.put_off = 0  # how often a sender was told to come again
        self.turned_away: list[bytes] = []  # replies that told one never to come again
        self.dropped: dict[str, bytes] = {}
        self._ending, self._hopeless = threading.Event(), threading.Event()
        self._threads = [threading.Thread(target=self._send, args=(n,)) for n in range(_SENDERS)]
        self._threads.append(threading.Thread(target=self._drop))

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is not None:
            self._hopeless.set()
        self._ending.set()
        for thread in self._threads:
            thread.join()

    def nothing_is_lost(self) -> None:
        """While the house is dead: each 250 is in the ledger, each file in exactly one place, its entry before it."""
        accepted, dropped = dict(self.accepted), list(self.dropped)
        assert not self.turned_away
        if not (self.house.data / "saraban.db").exists():
            assert not accepted
            return
        taken = {row.sha256 for row in self.house.ask("SELECT sha256 FROM intakes")}
        assert not [subject for subject, sha256 in accepted.items() if sha256 not in taken]
        numbered, done = self._numbered(), self._done()
        assert done <= set(numbered.values())
        waiting = set(os.listdir(self.house.drop))
        assert not [name for name in dropped if (name in waiting) == (numbered.get(name) in done)]

    def all_is_in_order(self) -> None:
        """Once all is settled: every mail and file is in the register once, and nothing else; the numbers are whole."""
        house = self.house
        eventually(lambda: os.listdir(house.drop) == ["done"], "every file has left the folder", 300)
        house.settled()
        assert not self.turned_away
        entries = house.rows("register", "list", "incoming")
        assert [entry["number"] for entry in entries] == list(range(1, len(entries) + 1))
        files = [name.removesuffix(".pdf") for name in self.dropped]
        assert Counter(entry["subject"] for entry in entries) == Counter([*self.accepted, *files])
        numbered = self._numbered()
        assert self._done() == {numbered[name] for name in self.dropped}
        for name, content in self.dropped.items():
            (place,) = house.drop.glob(f"done/*/{numbered[name]}")
            assert place.read_bytes() == content
        written = [int(file.name.split("-")[2]) for file in house.outbox.glob("*.eml")]
        assert sorted(written) == [row.id for row in house.ask("SELECT id FROM outbox ORDER BY id")]
        house.sound()

    def _send(self, sender: int) -> None:
        turn = 0
        while not self._ending.wait(_PACE):
            turn += 1
            subject = f"หนังสือที่ {sender}.{turn}"
            content = letter(subject, text="ก" * (40_000 if turn % _LARGE_EACH == 0 else 500))
            while not self._delivered(content):
                if self._hopeless.wait(_PACE):
                    return
            self.accepted[subject] = digest(content)

    def _delivered(self, content: bytes) -> bool:
        try:
            client = smtplib.SMTP("127.0.0.1", self.house.smtp_port, timeout=60)
            try:
                client.sendmail(SCHOOL, [self.house.mailbox], content)
            finally:
                client.close()
        except smtplib.SMTPRecipientsRefused as told:
            self._weigh(*told.recipients[self.house.mailbox])
        except smtplib.SMTPResponseException as told:
            self._weigh(told.smtp_code, told.smtp_error)
        except OSError:
            return False  # nobody there, or no more
        else:
            return True
        return False

    def _weigh(self, code: int, text: bytes | str) -> None:
        if code >= 500:
            self.turned_away.append(text if isinstance(text, bytes) else text.encode())
        else:
            self.put_off += 1

    def _drop(self) -> None:
        turn = 0
        while not self._ending.wait(3 * _PACE):
            if not self.house.drop.exists() or len(os.listdir(self.house.drop)) > _WAITING:
                continue
            turn += 1
            name = f"เอกสาร {turn}.pdf"
            content = paper(name)
            hidden = self.house.drop / f".{name}.part"
            hidden.write_bytes(content)
            os.rename(hidden, self.house.drop / name)
            self.dropped[name] = content

    def _numbered(self) -> dict[str, str]:
        """The name that each dropped file gets in done/, by its own, as the register tells it."""
        entries = self.house.ask(
            "SELECT entries.number, registers.year, remark FROM entries JOIN registers ON registers.id = register_id"
        )
        files = ((row, row.remark.partition(" ")[2]) for row in entries if row.remark)
        return {name: f"{row.number}-{row.year} {name}" for row, name in files}

    def _done(self) -> set[str]:
        """The letters in done/; an empty file is the claim of a mover that was killed."""
        return {file.name for file in self.house.drop.glob("done/*/*") if file.stat().st_size}
