"""Our notice is quoted by everybody, and its link is nowhere.

The finance group has a notice with its link. Forty answers, forwards and shares of it come back from somebody else, as
neomutt, s-nail and alpine make them here, and as Outlook, Gmail, Apple Mail, Thunderbird, LINE and scanners do. They
are registered and routed like any letter; the token is then in no table, no byte of the database, no page, mail, log or
search, while the originals keep it. The link still opens, and its history says in whose mail it came back.
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest

from ledger.database import FILE
from tests.stories.clients import SENDER, answers
from tests.stories.conftest import MakeHouse
from tests.stories.house import House, eventually
from tests.stories.post import Sent, letter, outgoing, post
from tests.stories.quotes import Notice, shapes
from tests.stories.visitor import Visitor
from watchers.reading import own

pytestmark = [pytest.mark.story, pytest.mark.timeout(420)]

FINANCE = "finance@area4.example"


class Clerk:
    """The registry's clerk at the console."""

    def __init__(self, house: House) -> None:
        self._host = urlsplit(house.announced["http"]).netloc
        self._cookies: dict[str, str] = {}
        password = (house.folder / "guests.txt").read_text("utf-8").strip()
        assert self.ask("/sign-in", {"login": "registry1@area4.example", "password": password})[0] == 303

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self._host, timeout=60)
        kept = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Cookie": kept, "Sec-Fetch-Site": "same-origin"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("GET" if form is None else "POST", path, form and urlencode(form), headers)
        answer = connection.getresponse()
        told = answer.status, answer.read()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        connection.close()
        return told


def noticed(house: House) -> tuple[Sent, Notice]:
    """The finance group's notice: as it lies in the outbox, and as its reader has it."""
    post(house, letter("ขอเบิกจ่ายค่าตอบแทน"))
    sent = eventually(lambda: outgoing(house, FINANCE), "a notice")[0]
    raw = sent.file.read_bytes()
    reading = own(raw)
    return sent, Notice(raw, reading.text, reading.html, sent.link, reading.senders[0].address, sent.subject)


def pages(clerk: Clerk, house: House, token: str) -> Iterator[tuple[str, bytes]]:
    """Everything of the console that shows what came in, and the receipt pages of all other notices."""
    paths = ["/home", "/tray", "/registers/incoming?page=1", "/registers/incoming?page=2"]
    paths += [f"/search?words={quote(words)}" for words in ("ลิงก์ลงทะเบียนรับ", "Fwd", "ค่าตอบแทน")]
    for (key,) in house.ask("SELECT id FROM entries"):
        own_paths = [f"/entries/{key}", *(f"/entries/{key}/mail{part}" for part in ("", "/body", "/original"))]
        files = "SELECT position FROM documents d JOIN entries e ON e.letter_id = d.letter_id WHERE e.id ="
        paths += [*own_paths, *(f"/entries/{key}/files/{row[0]}" for row in house.ask(f"{files} {key}"))]
    paths += [f"/deliveries/{row[0]}" for row in house.ask("SELECT id FROM deliveries")]
    for path in paths:
        status, body = clerk.ask(path)
        assert status in (200, 409), (path, status)  # a withheld file is told of in a page
        yield path, body
    for sent in outgoing(house):
        if sent.link and sent.token != token:
            page = Visitor(sent.link).ask()
            assert page.status == 200
            yield sent.file.name, page.text.encode()


def decoded(content: bytes) -> bytes:
    """A page as it is; of a mail or file that is handed out also what its encodings hide."""
    mail = message_from_bytes(content, policy=default)
    parts = [part.get_payload(decode=True) or b"" for part in mail.walk()]
    return b"\n".join([content, *parts, str(mail["Subject"]).encode()])


def tables(house: House) -> str:
    """Every column of every table."""
    names = [row[0] for row in house.ask("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return "\n".join(repr(tuple(row)) for name in names for row in house.ask(f'SELECT * FROM "{name}"'))


def test_a_quoted_link_is_nowhere_but_in_the_originals(make_house: MakeHouse, tmp_path: Path) -> None:
    house = make_house(SARABAN_LOG__LEVEL="debug", SARABAN_INTAKE__POLICY="all").start()
    house.stop()
    house.start(verb="run")  # the demo is too polite to log at this level
    sent, notice = noticed(house)
    made = dict(answers(notice.raw, tmp_path / "clients", House.mailbox))
    made |= {name: mail.as_bytes() for name, mail in shapes(notice).items()}
    assert len(made) >= 40
    post(house, *made.values(), sender=SENDER)
    eventually(lambda: house.count("outcomes") == len(made) + 1, "all have their outcome")
    house.settled()

    assert house.count("outcomes WHERE kind = 'registered'") == len(made) + 1
    known = {row[0] for row in house.ask("SELECT intake_id FROM quoted_links WHERE delivery_id = 1")}
    assert [name for number, name in enumerate(made, 2) if number not in known] == []
    assert Visitor(notice.link).ask().status == 200
    clerk = Clerk(house)
    leaks = [path for path, body in pages(clerk, house, notice.token) if notice.token.encode() in decoded(body)]
    assert leaks == []
    for part in (notice.token, notice.token[5:20], notice.link):
        assert b'href="/entries/' not in clerk.ask(f"/search?words={quote(part, safe='')}")[1]
    assert b'href="/entries/' in clerk.ask(f"/search?words={quote('ลิงก์ลงทะเบียนรับ')}")[1]
    told = clerk.ask("/deliveries/1")[1].decode()
    assert f"ลิงก์ลงทะเบียนรับย้อนกลับมาในอีเมลของ {SENDER}" in told
    assert notice.token not in tables(house)
    mails = [file for file in house.outbox.glob("*.eml") if file != sent.file]
    assert len(mails) > len(made)
    assert [file.name for file in mails if notice.token.encode() in decoded(file.read_bytes())] == []
    house.sound()

    house.stop()
    assert notice.token not in house.log
    stored = b"".join(file.read_bytes() for file in house.data.glob(f"{FILE}*"))
    assert notice.token.encode() not in stored
    originals = [file.read_bytes() for file in (house.data / "originals").glob("??/*")]
    assert any(notice.token.encode() in content for content in originals)
