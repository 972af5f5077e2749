"""The real site on a free port: uvicorn in a thread, and a small client that follows nothing by itself."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from socket import socket
from urllib.parse import urlencode

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.web.app import build
from gateway.web.crowd import Crowd
from gateway.web.limits import Rates
from gateway.web.mailbox import MailboxView
from gateway.web.peer import Peers
from gateway.web.serve import server
from tests.gateway.web.healths import WELL
from tests.gateway.web.office import SECRET, Clock, RememberingDesk

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
MANY = Rates(a_minute=100_000, an_hour=100_000, an_address_a_minute=100_000, posts_a_minute=100_000)


@dataclass(frozen=True)
class Answer:
    """One response."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def nonce(self, form: int = 0) -> str:
        """The nonce of the page's n-th form."""
        return unescape(re.findall(r'name="nonce" value="([^"]+)"', self.text)[form])


@dataclass
class Site:
    """A running site with its desk and clock; `cookies` are kept as one browser would."""

    port: int
    desk: RememberingDesk
    clock: Clock
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> Answer:
        """One request on a connection of its own; header names with _ for -."""
        sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if self.cookies else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        headers = {"Content_Type": "application/x-www-form-urlencoded"} | headers
        return self.ask("POST", path, urlencode(fields), **headers)


class Stage:
    """A server on a free port, set up as the daemon's, that plays one application after the other."""

    def __init__(self, peers: Peers | None = None) -> None:
        self.app: ASGIApp | None = None
        self._socket = socket()
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._server = server(self._play, "127.0.0.1", self.port, peers)
        self.crowd: Crowd = self._server.config.http.keywords["crowd"]  # type: ignore[union-attr]  # a partial
        listening = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(listening),))
        self._thread.start()
        assert listening.wait(20)

    async def _play(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)

    async def _serve(self, listening: threading.Event) -> None:
        task = asyncio.create_task(self._server.serve([self._socket]))
        while not self._server.started and not task.done():
            await asyncio.sleep(0.005)
        listening.set()
        await task

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)


_idle: list[Stage] = []


def close_stages() -> None:
    """Stop every server; at the end of all tests."""
    while _idle:
        _idle.pop().close()


@contextmanager
def running(app: ASGIApp) -> Iterator[int]:
    """Play `app` on a stage; its port."""
    stage = _idle.pop() if _idle else Stage()
    stage.app = app
    try:
        yield stage.port
    finally:
        _idle.append(stage)


@contextmanager
def site(
    *, base_url: str = "http://127.0.0.1", rates: Rates = MANY, mail: Path | None = None, **other: object
) -> Iterator[Site]:
    """The site with a remembering desk."""
    desk, clock = RememberingDesk(), Clock()
    settings = {
        "base_url": base_url,
        "templates": TEMPLATES,
        "clock": clock,
        "secret": SECRET,
        "health": lambda: WELL,
        "mailbox": MailboxView(mail) if mail else None,
        "rates": rates,
        "pause": clock.pause,
    }
    app = build(desk, **(settings | other))  # type: ignore[arg-type]
    with running(app) as port:
        yield Site(port, desk, clock)
