"""The small world with a door: people who sign in, real hashes of small cost, and a history that must stay whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import pyotp
import pytest
from argon2 import PasswordHasher
from ledger_world import World

from ledger import verify
from ledger.access import Duty
from ledger.accounts import AccountRow, SignInRow, of_login
from ledger.database import Row
from ledger.directory import DutyRow, PersonRow
from ledger.door import Door
from ledger.errors import SarabanError
from ledger.history import HistoryRow
from ledger.passwords import Passwords
from ledger.sign_ins import SignedIn
from ledger.totp import TotpKey
from ledger.values import Visit

GOOD = "ก้อนเมฆสีม่วงกินขนมครก"
BETTER = "seven quiet otters juggle umbrellas"
SOMSRI = "somsri@office.example"
KEY = TotpKey(bytes(range(32)))
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

T = TypeVar("T")


@dataclass
class Hall:
    """The world, its door, and short ways to what tests do often."""

    world: World
    door: Door

    def visit(self, network: str = "192.0.2.0/24", agent: str = "Firefox") -> Visit:
        return Visit(self.world.now, "POST", network, agent)

    def person(self, organisation_id: int, mailbox: str, *duties: Duty, name: str = "นายมานะ อดทน") -> int:
        with self.world.act() as act:
            code = f"{mailbox.partition('@')[0]}-{organisation_id}"
            key = act.add(PersonRow, organisation_id=organisation_id, code=code, name=name, mailbox=mailbox)
            for duty in duties:
                act.add(DutyRow, person_id=key, duty=str(duty))
        return key

    def invited(self, person_id: int = 1) -> str:
        with self.world.act("invited") as act:
            return self.door.invitations.invite(act, person_id)

    def joined(self, person_id: int = 1, password: str = GOOD) -> SignedIn:
        return self.accept(self.invited(person_id), password)

    def accept(self, token: str, password: str = GOOD) -> SignedIn:
        return self.door.invitations.accept(token, password, self.visit())

    def account_person(self, mailbox: str) -> int:
        with self.world.database.read() as session:
            return session.query(PersonRow.id).filter(PersonRow.mailbox == mailbox).scalar()

    def disk(self) -> bytes:
        """Everything that the database has written."""
        return b"".join(path.read_bytes() for path in self.world.database.path.parent.glob("saraban.db*"))

    def history(self) -> int:
        return self.count(HistoryRow)

    def sign_in(
        self, login: str = SOMSRI, password: str = GOOD, network: str = "192.0.2.0/24", device: str = ""
    ) -> SignedIn:
        return self.door.sign_in(login, password, self.visit(network), device)

    def code(self, secret: str, steps: int = 0) -> str:
        return pyotp.TOTP(secret).generate_otp(int(self.world.now.timestamp()) // 30 + steps)

    def with_second(self, token: str) -> tuple[str, str, tuple[str, ...]]:
        """Sets up a second factor. Returns the new token, the secret and the recovery codes."""
        setup = self.door.second.begin_setup(token)
        done = self.door.second.finish_setup(token, setup.secret, self.code(setup.secret))
        return done.token, setup.secret, done.codes

    def account(self, login: str = SOMSRI) -> AccountRow:
        with self.world.database.read() as session:
            found = of_login(session, login)
        assert found is not None
        return found

    def secret(self, login: str = SOMSRI) -> str:
        """The secret of the account's second factor, as its app has it."""
        account = self.account(login)
        return KEY.open(account.totp_secret, account.id)

    def count(self, row: type[Row]) -> int:
        with self.world.database.read() as session:
            return session.query(row).count()

    def sign_in_row(self, key: int) -> SignInRow:
        with self.world.database.read() as session:
            return session.get_one(SignInRow, key)

    def change(self, row: type[Row], key: int, **values: object) -> None:
        with self.world.act() as act:
            act.alter(row, key, **values)

    def faults(self) -> list[str]:
        with self.world.database.read() as session:
            return list(verify.faults(session, self.world.originals))


def at_once(run: Callable[[], T], count: int = 8) -> tuple[list[T], list[SarabanError]]:
    """What came back, and what was refused, when `count` threads do the same."""

    def tried(_: int) -> tuple[T | None, SarabanError | None]:
        try:
            return run(), None
        except SarabanError as error:
            return None, error

    with ThreadPoolExecutor(count) as pool:
        results = list(pool.map(tried, range(count)))
    return [one for one, _ in results if one is not None], [error for _, error in results if error is not None]


def a_door(world: World, clock: Callable[[], datetime] | None = None, **options: object) -> Door:
    given = {"passwords": Passwords(CHEAP), "key": KEY, **options}
    return Door(world.database, clock or (lambda: world.now), **given)  # type: ignore[arg-type]


@pytest.fixture
def hall(world: World) -> Iterator[Hall]:
    hall = Hall(world, a_door(world))
    yield hall
    assert hall.faults() == []
