"""Pages stay quick for who means well, while somebody fills, drips and guesses: what each costs them, in figures.

The attacker is a clerk of the office where a sign-in is needed, and shares an address with the honest visitor.
"""

from __future__ import annotations

import http.client
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from statistics import median
from urllib.parse import urlencode

import pytest

from gateway.demo import guests
from tests.stories.house import House

FORM = "application/x-www-form-urlencoded"
ALLOWED = 0.5  # seconds for half of the honest pages
LOGIN = "registry1@area4.example"
MIB = 1024 * 1024

Attack = Callable[["Visitor"], None]


class Visitor:
    """A signed-in browser that opens one page after the other."""

    def __init__(self, house: House) -> None:
        self.house, self.port = house, house.http_port
        self.cookie = self.ask(
            "POST", "/sign-in", urlencode({"login": LOGIN, "password": guests.password(house.folder)})
        )

    def ask(self, method: str, path: str, body: str | None = None, **more: str) -> str:
        """The first word of the cookie that the answer sets, or its text."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Sec-Fetch-Site": "same-origin", "Cookie": getattr(self, "cookie", "")} | more
        connection.request(method, path, body, headers | ({"Content-Type": FORM} if body else {}))
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        assert answer.status < 400, (path, answer.status)
        return (answer.headers["Set-Cookie"] or "").partition(";")[0] or text

    def timed(self, path: str) -> float:
        """Seconds until a page is there, on a connection of its own."""
        start = time.perf_counter()
        self.ask("GET", path)
        return time.perf_counter() - start


def talk(port: int, data: bytes) -> bytes:
    """Say it all, whoever listens, and give what came back."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=120) as line:
        with suppress(OSError):
            line.sendall(data)
        return line.recv(65536)
    return b""


def post(path: str, length: int, kind: str = FORM, cookie: str = "") -> bytes:
    """The head of a form."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {length}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
    ).encode()


def fields_of_sixty_mebibytes(visitor: Visitor) -> None:
    """Sixty fields of one, by a clerk, in a form that no page of ours made."""
    part = b'--x\r\nContent-Disposition: form-data; name="summary"\r\n\r\n' + b"a" * (MIB - 1000) + b"\r\n"
    body = part * 60 + b"--x--\r\n"
    path, kind = "/registers/incoming/new", "multipart/form-data; boundary=x"
    talk(visitor.port, post(path, len(body), kind, visitor.cookie) + body)


def fifteen_forms_of_a_mebibyte(visitor: Visitor) -> None:
    """Without sign-in, all at once."""
    body = b"login=" + b"a" * (MIB - 1000)
    with ThreadPoolExecutor(15) as crowd:
        list(crowd.map(lambda _: talk(visitor.port, post("/sign-in", len(body)) + body), range(15)))


def piles_of_marks(visitor: Visitor) -> None:
    """Small forms whose text costs the square of its length to compose."""
    body = b"login=a" + b"%CC%81%CC%96" * 5000
    with ThreadPoolExecutor(15) as crowd:
        list(crowd.map(lambda _: talk(visitor.port, post("/sign-in", len(body)) + body), range(15)))


def bodies_that_drip(visitor: Visitor) -> None:
    """499 connections of one address; each says a byte now and then."""
    with ExitStack() as stack:
        lines = []
        for _ in range(499):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", visitor.port), timeout=5))
            lines.append(line)
            with suppress(OSError):
                line.sendall(post("/sign-in", 60_000) + b"login=")
        for _ in range(10):
            time.sleep(0.5)
            for line in lines:
                with suppress(OSError):
                    line.send(b"a")


def thirty_strangers_who_guess(visitor: Visitor) -> None:
    """Sign-ins for thirty accounts at once, two times."""

    def guess(n: int) -> bytes:
        body = urlencode({"login": f"nobody{n % 30}@area4.example", "password": f"guess {n}"}).encode()
        return talk(visitor.port, post("/sign-in", len(body)) + body)

    with ThreadPoolExecutor(30) as crowd:
        list(crowd.map(guess, range(60)))


@contextmanager
def running(attack: Attack, visitor: Visitor) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=attack, args=(visitor,))
    thread.start()
    yield thread
    thread.join()


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "attack",
    [
        fields_of_sixty_mebibytes,
        fifteen_forms_of_a_mebibyte,
        piles_of_marks,
        bodies_that_drip,
        thirty_strangers_who_guess,
    ],
)
def test_pages_stay_quick_while(attack: Attack, house: House) -> None:
    visitor = Visitor(house)
    assert re.search('name="seal"', visitor.ask("GET", "/home"))
    taken: list[float] = []
    with running(attack, visitor) as thread:
        while thread.is_alive() or len(taken) < 20:
            taken += [visitor.timed("/home"), visitor.timed("/registers/incoming")]
            time.sleep(0.02)
    print(f"{attack.__name__}: {len(taken)} pages, p50 {median(taken):.3f} s, slowest {max(taken):.3f} s")
    assert median(taken) < ALLOWED
