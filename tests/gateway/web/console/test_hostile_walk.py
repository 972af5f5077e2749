"""Every route with hostile words in path, query, form, draft and headers: refused or taken, never a fault of ours.

Forms are found on the pages themselves, so that a new field is tried without being named here. A test tries some words
at each place, never the same ones at all; the proof tries every word everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import islice, product
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, urlencode

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from ledger.directory import DutyRow
from ledger.outbox import OutboxRow
from tests.gateway.web.console.every_kind import line
from tests.gateway.web.console.house import House
from tests.gateway.web.console.house import house as opened
from tests.gateway.web.console.samples import Samples, furnish
from tests.gateway.web.console.table import ROUTES, Route
from tests.gateway.web.site import Answer

WHO = "office.plain"
DUTIES = ("administrator", "register_admin", "register_officer", "correspondence_admin", "central_clerk")
HOSTILE: tuple[bytes, ...] = (
    b"",
    b"a" * 2000,
    b" " * 2000,
    "ก".encode() * 2000,
    b"\x00",
    b"'\"<>&;--",
    b"\xed\xa0\x80",  # half a character
    b"\xff\xfe",
    b"../../etc/passwd",
    b"9" * 5000,
    b"9223372036854775808",
    b"-1",
    "๑๒".encode(),
    "²".encode(),
    b"import people",
    b"\r\nSet-Cookie: x=1",
    "\u202e\u2066".encode(),
    b"{{ 7*7 }}{0.__class__}%s%n",
    b"http://[",
    b"0001-01-01",
    "31 ธ.ค. 99999".encode(),
    b"1-2-3",
    b"NaN",
)
SHORT = HOSTILE[4:9] + HOSTILE[10:14]
QUERIES = (
    "next", "told", "lang", "find", "kind", "lacks", "resting", "words", "field", "sender", "recipient", "urgency",
    "secrecy", "year", "from", "to", "page", "retried", "done", "do", "anew", "text", "count", "key", "view", "code",
    "id", "files", "reserved", "voided", "circular", "group", "cursor", "after", "before", "q",
)  # fmt: skip
HEADERS = ("Cookie", "Referer", "Accept-Language", "User-Agent", "Accept", "Content_Type", "Last_Event_ID", "Range")


# Every seventh pair of place and word, or each: seven divides neither list of words.
everywhere = pytest.mark.parametrize("step", [7, pytest.param(1, marks=[pytest.mark.proof, pytest.mark.timeout(600)])])
Place = TypeVar("Place")
Word = TypeVar("Word")


def some(places: Iterable[Place], words: Iterable[Word], step: int) -> Iterator[tuple[Place, Word]]:
    return islice(product(places, words), 0, None, step)


def readable(word: bytes) -> bool:
    return word.decode("utf-8", "replace").encode() == word


@dataclass(frozen=True)
class Form:
    """A form of a page: where it goes, and what a browser would send untouched."""

    path: str
    multipart: bool
    draft: str
    fields: tuple[tuple[str, str], ...]


class Forms(HTMLParser):
    """Finds the forms of a page."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__()
        self._page, self.found = path, list[Form]()
        self._open: dict[str, str] | None = None
        self._fields: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open, self._fields = given, {}
        elif tag in ("input", "select", "textarea", "button") and self._open is not None and given.get("name"):
            self._fields.setdefault(given["name"], given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._open is not None:
            if self._open.get("method", "get").lower() == "post":
                multipart = self._open.get("enctype", "").startswith("multipart")
                fields = tuple((name, value) for name, value in self._fields.items() if name != "seal")
                where = self._open.get("action") or self._page.partition("?")[0]
                self.found.append(Form(where, multipart, self._open.get("data-draft", ""), fields))
            self._open = None


@contextmanager
def furnished(folder: Path) -> Iterator[tuple[House, Samples]]:
    """A house with something of everything, and one person who may do it all."""
    with opened(folder) as made:
        samples = furnish(made)
        with made.act() as act:
            for duty in DUTIES:
                act.add(DutyRow, person_id=made.people[WHO], duty=duty)
        # The only kind of line that has every form, also that of sending.
        samples.ids["entry", "office", False].insert(0, line(made.signed_in(WHO), "outgoing", files=1))
        yield made, samples


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Samples]]:
    """The house of most of these tests, in which more and more is done."""
    with furnished(tmp_path_factory.mktemp("hostile")) as made:
        yield made


def paths(samples: Samples, route: Route) -> list[str]:
    """What the route is called with when nobody means harm."""
    return [*samples.own(route, "office"), *samples.others(route, "office")][:1]


class Prober:
    """Somebody signed in who sends anything, and is signed in again when that ended it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.client = house.signed_in(WHO)
        self.faults: list[str] = []

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        self.house.clock.forward(minutes=1)  # limits by the minute are not what is tried here
        answer = self.client.ask(method, path, body, **headers)
        if answer.status >= 500:
            self.faults.append(f"{answer.status} {method} {path[:200]} {(body or b'')[:300]!r} {str(headers)[:200]}")
        if answer.status in (303, 401) and answer.headers.get("Location", "/sign-in").startswith("/sign-in"):
            self.client = self.house.signed_in(WHO)
        return answer

    def post(self, path: str, fields: dict[str, bytes]) -> Answer:
        if not self.client.seal:
            self.client.get("/home")
        sent = urlencode({"seal": self.client.seal, **fields}).encode()
        return self.ask("POST", path, sent, Content_Type="application/x-www-form-urlencoded")


@contextmanager
def probing(house: House) -> Iterator[Prober]:
    """At the end no answer was a fault, nor did the log hear of one."""
    with capture_logs() as lines:
        made = Prober(house)
        yield made
    assert made.faults == []
    assert [line for line in lines if line["event"] in ("web.fault", "console.unavailable", "web.unavailable")] == []


@pytest.fixture
def prober(stage: tuple[House, Samples]) -> Iterator[Prober]:
    with probing(stage[0]) as made:
        yield made


def forms_of(house: House, samples: Samples) -> list[Form]:
    """Every form that some page shows, once."""
    client, found = house.signed_in(WHO), dict[tuple[str, frozenset[str]], Form]()
    for route in ROUTES.values():
        for path in paths(samples, route) if route.method == "GET" else ():
            answer = client.get(path)
            if answer.headers.get_content_type() == "text/html" and answer.status == 200:
                for form in Forms(path, answer.text).found:
                    found[form.path, frozenset(name for name, _ in form.fields)] = form
    return list(found.values())


@everywhere
def test_no_word_in_a_path_is_a_fault(prober: Prober, stage: tuple[House, Samples], step: int) -> None:
    places = [(route, part) for route in ROUTES.values() for part in re.findall(r"\{[^}]+\}", route.path)]
    for (route, part), evil in some(places, HOSTILE, step):
        word = quote(evil, safe="")
        for path in paths(stage[1], route) or [route.path]:
            named = zip(route.path.split("/"), path.split("/"), strict=True)
            whole = "/".join(shape.replace(part, word) if part in shape else given for shape, given in named)
            prober.ask(route.method, whole, b"" if route.method == "POST" else None)


@everywhere
def test_no_word_in_a_query_is_a_fault(prober: Prober, stage: tuple[House, Samples], step: int) -> None:
    pages = [path for one in ROUTES.values() if one.method == "GET" for path in paths(stage[1], one)]
    for path, evil in some(pages, HOSTILE, step):
        prober.ask("GET", f"{path}?{urlencode(dict.fromkeys(QUERIES, evil[:250]))}")
    lists = ("/registers/incoming", "/search", "/directory", "/tray", "/read-day", "/home", "/sign-in")
    for (path, name), evil in some(product(lists, QUERIES), SHORT, step):
        prober.ask("GET", f"{path}?{urlencode({name: evil})}")


@everywhere
def test_no_word_in_a_header_is_a_fault(prober: Prober, step: int) -> None:
    for (name, path), evil in some(product(HEADERS, ("/home", "/sign-in", "/registers/incoming")), HOSTILE, step):
        value = evil.decode("latin-1").replace("\r", "").replace("\n", "").replace("\x00", "\x01")
        prober.ask("GET", path, **{name: value})
        prober.ask("POST", path, b"a=b", **{"Content_Type": "application/x-www-form-urlencoded", name: value})


@everywhere
def test_no_word_in_a_form_is_a_fault(prober: Prober, stage: tuple[House, Samples], step: int) -> None:
    forms = forms_of(*stage)
    assert len({form.path for form in forms}) > 30
    for form, evil in some(forms, HOSTILE, step):
        prober.post(form.path, {name: evil for name, _ in form.fields})


@everywhere
def test_no_name_of_a_file_or_field_is_a_fault(prober: Prober, stage: tuple[House, Samples], step: int) -> None:
    uploads = [form for form in forms_of(*stage) if form.multipart]
    assert len(uploads) > 5
    edge = b"an edge"
    for form, evil in some(uploads, HOSTILE, step):
        prober.client.get("/home")
        whole = {"seal": prober.client.seal, **{name: value or "1" for name, value in form.fields}}
        parts = [f'form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in whole.items()]
        for field in (b"files", b"file", evil):
            parts.append(
                b'form-data; name="%b"; filename="%b"\r\nContent-Type: %b\r\n\r\n%b' % (field, evil, evil, evil)
            )
        body = b"".join(b"--%b\r\nContent-Disposition: %b\r\n" % (edge, part) for part in parts) + b"--%b--\r\n" % edge
        prober.ask("POST", form.path, body, Content_Type=f'multipart/form-data; boundary="{edge.decode()}"')


@everywhere
def test_no_word_in_one_field_alone_is_a_fault(prober: Prober, stage: tuple[House, Samples], step: int) -> None:
    fields = [(form, name) for form in forms_of(*stage) for name, _ in form.fields]
    for (form, name), evil in some(fields, SHORT, step):
        prober.post(form.path, {one: (value or "1").encode() for one, value in form.fields} | {name: evil})


@everywhere
def test_routes_that_no_page_leads_to_take_any_form(prober: Prober, stage: tuple[House, Samples], step: int) -> None:
    names = ("id", "key", "do", "form", "kind", "subject", "names", "day", "seen", "version", "next", "mail", "code")
    places = [path for one in ROUTES.values() if one.method == "POST" for path in paths(stage[1], one)]
    for path, evil in some(places, HOSTILE, step):
        prober.post(path, {**dict.fromkeys(names, evil), evil[:40].decode("latin-1"): evil})


@everywhere
def test_no_draft_breaks_the_page_that_shows_it(tmp_path: Path, step: int) -> None:
    with furnished(tmp_path) as (house, samples), probing(house) as prober:
        typed = [form for form in forms_of(house, samples) if form.draft]
        assert {form.draft.partition(" ")[0] for form in typed} == {"new", "entry", "tray", "many", "send"}
        for form, evil in some(typed, HOSTILE, step):
            fields = {f"d.{name}": evil for name, _ in form.fields} | {"d.content": evil, "d." + "x" * 300: evil}
            kept = prober.post("/drafts", {"form": form.draft.encode(), **fields})
            assert kept.status == (200 if readable(evil) else 400)
            assert prober.ask("GET", form.path.removesuffix("/register")).status == 200
            prober.post("/drafts", {"form": form.draft.encode()})


def test_a_draft_has_a_name_that_a_form_gives(prober: Prober) -> None:
    names = [
        *HOSTILE,
        b"new",
        b"new nothing",
        b"entry 1 2",
        b"import people",
        b"import schools",
        b"many x",
    ]
    for name in names:
        refused = 422 if readable(name) else 400
        assert prober.post("/drafts", {"form": name, "d.content": b"x"}).status == refused, name
    for name in (b"new incoming", b"entry 12", b"send 12", b"tray 12", b"many", b"many with order"):
        assert prober.post("/drafts", {"form": name, "d.subject": b"x"}).status == 200
        assert prober.post("/drafts", {"form": name}).status == 200
    for page in ("/directory/import/people", "/directory/import/schools"):
        assert prober.ask("GET", page).status == 200


def test_no_word_at_a_receipt_link_is_a_fault(prober: Prober, stage: tuple[House, Samples]) -> None:
    with stage[0].database.read() as session:
        wanted = sa.select(OutboxRow.token).where(OutboxRow.delivery_id.is_not(None), OutboxRow.token != "").limit(1)
        token = session.execute(wanted).scalar_one()
    assert prober.ask("GET", f"/r/{token}").status == 200
    for evil in HOSTILE:
        word = quote(evil, safe="")
        for path in (word, f"{token}/files/{word}", f"{token}/{word}", f"{token}?lang={word[:900]}&code={word[:900]}"):
            prober.ask("GET", f"/r/{path}")
        prober.client.cookies.update(saraban_open=word[:900], saraban_name=word[:900], saraban_language=word[:900])
        for below in ("", "/forward", "/code", "/unlock"):
            prober.post(
                f"/r/{token}{below}", dict.fromkeys(("name", "position", "target", "note", "code", "nonce"), evil)
            )
