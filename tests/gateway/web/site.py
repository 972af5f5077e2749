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

from starlette.types import ASGIApp

from gateway.web.app import build
from gateway.web.limits import Rates
from gateway.web.mailbox import MailboxView
from gateway.web.serve import server
from tests.gateway.web.office import SECRET, Clock, RememberingDesk

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
MANY = Rates(a_minute=100_000, an_hour=100_000, posts_a_minute=100_000)


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


@contextmanager
def running(app: ASGIApp) -> Iterator[int]:
    """Serve `app` as the daemon does, on a free port."""
    with socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        served = server(app, "127.0.0.1", port)
        listening = threading.Event()

        async def serve() -> None:
            task = asyncio.create_task(served.serve([listener]))
            while not served.started and not task.done():
                await asyncio.sleep(0.005)
            listening.set()
            await task

        thread = threading.Thread(target=asyncio.run, args=(serve(),))
        thread.start()
        assert listening.wait(20)
        try:
            yield port
        finally:
            served.should_exit = True
            thread.join(20)


@contextmanager
def site(
    *, base_url: str = "http://127.0.0.1", rates: Rates = MANY, mail: Path | None = None, **other: object
) -> Iterator[Site]:
    """The site with a remembering desk."""
    desk, clock = RememberingDesk(), Clock()
    app = build(
        desk,
        base_url=base_url,
        templates=TEMPLATES,
        clock=clock,
        secret=SECRET,
        ready=lambda: (True, ""),
        mailbox=MailboxView(mail) if mail else None,
        rates=rates,
        **({"pause": clock.pause} | other),  # type: ignore[arg-type]
    )
    with running(app) as port:
        yield Site(port, desk, clock)
