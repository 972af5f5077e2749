"""What the start page of a demo tells: who may sign in, and the newest numbers."""

from __future__ import annotations

from pathlib import Path

from gateway.demo import guests
from gateway.opening import Ledger
from gateway.web.demo_mail import Line
from ledger import directory, registers


def guests_of(mailbox: Path | None) -> list[Line]:
    """Who may sign in to the demo, and with what."""
    word = guests.password(mailbox.parent) if mailbox is not None else ""
    return [Line(who, login) for login, who in guests.GUESTS.items()] + [Line("รหัสผ่าน", word)] if word else []


def newest_numbers(ledger: Ledger) -> list[Line]:
    """What the demo's start page tells: the newest number of each of the office's books."""
    with ledger.database.read() as session:
        given = registers.newest(session, directory.organisation(session, ""))
    return [Line(registers.TITLES[kind], text) for kind, text in given]
