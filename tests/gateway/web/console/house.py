"""A real office behind a real server: its ledger on disk, its console on a port, and people of every duty."""

from __future__ import annotations

import atexit
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

from argon2 import PasswordHasher
from playwright.sync_api import BrowserContext

from gateway.health.troubles import Trouble
from gateway.masked import MaskedReader
from gateway.web.app import build
from gateway.web.console.build import Console
from gateway.web.console.cabinet import Cabinet, Source
from ledger.access import Duty
from ledger.database import Database
from ledger.desk import Desk
from ledger.directory import DutyRow, GroupRow, OrganisationRow, PersonRow
from ledger.door import Door
from ledger.history import Act, acting
from ledger.letters import LinkLife
from ledger.originals import Originals
from ledger.passwords import Passwords
from ledger.totp import TotpKey
from ledger.values import Visit
from tests import moulds
from tests.gateway.web.healths import WELL
from tests.gateway.web.site import MANY, TEMPLATES, Answer, running
from watchers.reading.reader import Reader

SECRET = b"a secret for the console's tests, long"
PASSWORD = "ต้นไม้ใหญ่ริมแม่น้ำปิง 12"
NOW = datetime(2026, 11, 27, 3, 30, tzinfo=UTC)  # 27 พ.ย. 2569 10:30 น.
DUTIES = (
    "administrator",
    "register_admin",
    "register_officer",
    "correspondence_admin",
    "central_clerk",
    "group_clerk",
    "director",
    "deputy",
)
SCHOOL_DUTIES = ("register_officer", "school_clerk", "director", "deputy")
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Clock:
    """Stands still until it is moved; every look is a microsecond later, so that times differ."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class House:
    """The office, school "s1", school "s2". People are named "<place>.<duty>": "office.plain", "s1.director" …"""

    database: Database
    originals: Originals
    clock: Clock
    door: Door
    cabinet: Cabinet
    console: Console
    url: str = ""
    people: dict[str, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    rang: list[str] = field(default_factory=list)  # the bells that pages rang

    def act(self, what: str = "tested") -> AbstractContextManager[Act]:
        return acting(self.database, "test", what, self.clock())

    def signed_in(self, who: str) -> Client:
        """A visitor who is signed in as that person."""
        visitor = Client(self)
        visitor.cookies["sid"] = self.token(who)
        return visitor

    def token(self, who: str) -> str:
        visit = Visit(self.clock(), "POST", "127.0.0.0/24", "test")
        return self.door.sign_in(f"{who}@test.example", PASSWORD, visit).token

    def browse(self, context: BrowserContext, who: str) -> BrowserContext:
        """Give a browser the cookie of a person."""
        context.add_cookies([{"name": "sid", "value": self.token(who), "url": self.url}])
        return context


@dataclass
class Client:
    """A small browser without scripts; follows nothing by itself."""

    house: House
    cookies: dict[str, str] = field(default_factory=dict)
    seal: str = ""
    address: str = "127.0.0.1"  # from where it comes

    def ask(self, method: str, path: str, body: bytes | str | None = None, **headers: str) -> Answer:
        sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if self.cookies else {}
        sent |= {"Sec-Fetch-Site": "same-origin"} | {name.replace("_", "-"): value for name, value in headers.items()}
        at = self.house.url.removeprefix("http://")
        connection = HTTPConnection(at, timeout=60, source_address=(self.address, 0))
        try:
            connection.request(method, quote(path, safe="/?&=%+"), body, sent)
            response = connection.getresponse()
            endless = response.headers.get_content_type() == "text/event-stream"
            answer = Answer(response.status, response.headers, b"" if endless else response.read())
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        if found := re.search(rb'name="seal" value="([0-9a-f]+)"', answer.body):
            self.seal = found[1].decode()
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, fields: dict[str, Any] | None = None, **headers: str) -> Answer:
        """Post a form with this sign-in's seal; a list is a repeated field."""
        if not self.seal:
            self.get("/home")
        body = urlencode({"seal": self.seal, **(fields or {})}, doseq=True)
        return self.ask("POST", path, body, Content_Type="application/x-www-form-urlencoded", **headers)

    def upload(self, path: str, fields: dict[str, Any], files: list[tuple[str, bytes]], name: str = "files") -> Answer:
        """Post a form with files: (name, content) pairs."""
        if not self.seal:
            self.get("/home")
        edge, parts = uuid4().hex, []
        for key, value in {"seal": self.seal, **fields}.items():
            for one in value if isinstance(value, list) else [value]:
                parts.append(f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{one}\r\n'.encode())
        for file, content in files:
            safe = file.replace('"', "%22").replace("\r", "").replace("\n", "")
            head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{safe}"\r\n\r\n'
            parts += [head.encode(), content, b"\r\n"]
        body = b"".join([*parts, f"--{edge}--\r\n".encode()])
        return self.ask("POST", path, body, Content_Type=f"multipart/form-data; boundary={edge}")

    def follow(self, answer: Answer) -> Answer:
        """The page that a redirect names."""
        assert answer.status == 303, answer.text
        return self.get(answer.headers["Location"])


@contextmanager
def house(
    folder: Path,
    base_url: str = "http://127.0.0.1",
    second_for: frozenset[Duty | None] = frozenset(),
    furnished: bool = True,
    troubles: Callable[[], list[Trouble]] = list,
    sources: Callable[[], list[Source]] = list,
) -> Iterator[House]:
    """Open the office; its clock stands still. Arguments: `furnished` False leaves it without anybody."""
    clock = Clock()
    database, (people, places) = moulds.cast(_furnish if furnished else _leave_empty, folder / "data")
    originals = Originals(folder / "data" / "originals")
    door = Door(database, clock, key=TotpKey(bytes(32)), passwords=Passwords(QUICK), second_for=second_for)
    rang = list[str]()
    cabinet = Cabinet(
        database=database,
        originals=originals,
        door=door,
        clock=clock,
        life=LinkLife(),
        sender_of=lambda organisation: organisation.address or "saraban@office.example",
        send_soon=lambda: rang.append("send"),
        settle_soon=lambda: rang.append("settle"),
        reader=MaskedReader(database, _reader()),
        troubles=troubles,
        sources=sources,
    )
    desk = Desk(database, originals, cabinet.life, cabinet.sender_of, cabinet.reader.copy)
    app = build(
        desk,
        base_url=base_url,
        templates=TEMPLATES,
        clock=clock,
        secret=SECRET,
        health=lambda: WELL,
        cabinet=cabinet,
        rates=MANY,
    )
    console: Console = app.state.console
    made = House(
        database, originals, clock, door, cabinet, console, people=dict(people), places=dict(places), rang=rang
    )
    try:
        with running(app) as port:
            made.url = f"http://127.0.0.1:{port}"
            yield made
    finally:
        database.close()


def text_of(answer: Answer) -> str:
    """What a page says, without its tags."""
    plain = re.sub(r"<(script|style).*?</\1>", " ", answer.text, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", plain)).split())


@cache
def _reader() -> Reader:
    """One for all houses: it knows nothing of them, and its child is slow to start."""
    reader = Reader(processes=1)
    atexit.register(reader.close)
    return reader


Keys = dict[str, int]


def _leave_empty(_database: Database) -> tuple[Keys, Keys]:
    return {}, {}


def _furnish(database: Database) -> tuple[Keys, Keys]:
    """Everybody and every place, with the keys of their rows."""
    people, places = Keys(), Keys()
    with acting(database, "test", "furnished", NOW) as act:
        common = {"keeps_registers": True}
        places["office"] = act.add(
            OrganisationRow, code="office", name="สพป.ตัวอย่าง เขต 4", kind="office", address="saraban@office.example",
            mailbox="registry@office.example", prefix="ศธ 04022/", **common,
        )  # fmt: skip
        for code, name in (("s1", "โรงเรียนบ้านนา"), ("s2", "โรงเรียนวัดป่า")):
            places[code] = act.add(
                OrganisationRow, code=code, name=name, kind="school", school_type="government",
                mailbox=f"{code}@schools.example", prefix=f"ศธ 04022.{code}/", **common,
            )  # fmt: skip
        for code, name in (("finance", "กลุ่มบริหารงานการเงินและสินทรัพย์"), ("policy", "กลุ่มนโยบายและแผน")):
            act.add(GroupRow, organisation_id=places["office"], code=code, name=name, mailbox=f"{code}@office.example")
        for place, duties in (("office", DUTIES), ("s1", SCHOOL_DUTIES), ("s2", SCHOOL_DUTIES)):
            for duty in (*duties, "plain"):
                people[f"{place}.{duty}"] = _person(act, places[place], place, duty)
    _invite(database, people)
    return people, places


def _invite(database: Database, people: Keys) -> None:
    clock = Clock()
    invitations = Door(database, clock, passwords=Passwords(QUICK)).invitations
    for who, key in people.items():
        with acting(database, "test", "invited", clock()) as act:
            token = invitations.invite(act, key)
        invitations.accept(token, PASSWORD, Visit(clock(), "POST", "", who))


def _person(act: Act, organisation_id: int, place: str, duty: str) -> int:
    who = f"{place}.{duty}"
    key = act.add(
        PersonRow,
        organisation_id=organisation_id,
        group_id=1 if duty == "group_clerk" else None,
        code=duty.replace("_", "-"),
        name=f"นายทดสอบ {who}",
        position="เจ้าหน้าที่",
        mailbox=f"{who}@test.example",
    )
    if duty != "plain":
        act.add(DutyRow, person_id=key, duty=duty)
    return key
