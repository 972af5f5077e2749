"""Four accounts of the demo's office, so that everybody can try the console; the password lies in its folder."""

from __future__ import annotations

import secrets
from pathlib import Path

import sqlalchemy as sa
from argon2 import PasswordHasher

from gateway.opening import Ledger, clock
from ledger import durable
from ledger.directory import PersonRow
from ledger.door import Door
from ledger.history import acting
from ledger.passwords import Passwords
from ledger.values import Visit

FILE = "guests.txt"
GUESTS = {
    "registry1@area4.example": "สารบรรณกลางและผู้ดูแลระบบ",
    "finance-clerk@area4.example": "สารบรรณกลุ่มการเงิน",
    "anuban.director@schools.example": "ผู้อำนวยการโรงเรียน",
    "anuban.clerk@schools.example": "ธุรการโรงเรียน",
}


# The password is random, so its hash may be a quick one; a sign-in makes it as slow as any other.
_LIGHT = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)


def welcome(ledger: Ledger, folder: Path) -> None:
    """Open the accounts of a new demo, all with one fresh password."""
    password = f"demo-{secrets.token_hex(4)}-{secrets.token_hex(4)}"
    door = Door(ledger.database, clock, passwords=Passwords(_LIGHT))
    for mailbox in GUESTS:
        with acting(ledger.database, "saraban demo", "invited", clock()) as act:
            found = sa.select(PersonRow.id).where(PersonRow.mailbox == mailbox)
            token = door.invitations.invite(act, act.session.execute(found).scalar_one())
        door.end(door.invitations.accept(token, password, Visit(clock(), "POST", "", "saraban demo")).token)
    durable.write(folder / FILE, f"{password}\n".encode())


def password(folder: Path) -> str:
    """The password of the guests, or "" in a folder without guests."""
    file = folder / FILE
    return file.read_text("utf-8").strip() if file.exists() else ""
