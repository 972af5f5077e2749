"""The running house: starts every part, waits for a signal, and ends without losing a letter.

Order of the start: settling and sending go on where they were, then the doors open. Order of the end: the doors
close (running letters finish), then what was taken is settled as far as it got; the rest is in the tables.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop

from gateway import heap, wiring
from gateway.lock import only_one
from gateway.opening import clock, open_ledger
from gateway.settings import Settings
from gateway.web import serve
from gateway.web.peer import Peers
from gateway.wiring import House
from ledger import private
from ledger.values import Channel
from mailers.mime import self_test
from watchers.smtp import Door

log = logging.getLogger("saraban.daemon")


@dataclass(frozen=True, slots=True)
class Running:
    """Where the house can be reached, once it serves."""

    house: House
    http: str  # base of its addresses, "" when switched off
    smtp: str  # host:port, "" when switched off
    lmtp: str


def run(
    settings: Settings,
    *,
    mailbox: Path | None = None,
    ready: Callable[[Running], None] = lambda _running: None,
    stop: threading.Event | None = None,
) -> None:
    """Run until SIGTERM or SIGINT (or `stop`), then end in good order.

    Arguments: `mailbox` shows a folder of .eml files on the web (demo); `ready` is called once everything serves.
    Errors: `AlreadyRunning`; `MailDamaged` where this Python breaks mails; those of `open_ledger`; OSError for a
    port that is taken.
    """
    os.umask(private.UMASK)
    self_test()
    ledger = open_ledger(settings)
    with ExitStack() as stack:
        stack.callback(ledger.close)
        stack.enter_context(only_one(settings.data))
        web = _listen(settings)
        base_url = _base_url(settings, web)
        house = wiring.build(ledger, base_url)
        heap.calm()
        _start(house, stack)
        if web is not None:
            stack.enter_context(_serving(house, web, base_url, mailbox))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_doors(house, base_url if web else "", ready, stop))


def _start(house: House, stack: ExitStack) -> None:
    """Start the threads; the stack stops them in reverse order."""
    house.ledger.originals.clean()
    stack.callback(house.reader.close)
    for part in (house.indexer, house.dispatch, house.settler, house.taker):
        part.start()
        stack.callback(part.stop)
    ending = threading.Event()
    watching = [threading.Thread(target=watch.run, args=(ending,), name="folder") for watch in house.folders]
    for thread in watching:
        thread.start()

    def end_watching() -> None:
        ending.set()
        for thread in watching:
            thread.join()

    stack.callback(end_watching)


async def _doors(house: House, http: str, ready: Callable[[Running], None], stop: threading.Event | None) -> None:
    settings, asked = house.ledger.settings, asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, asked.set)
    doors: list[Door] = []
    smtp = lmtp = ""
    try:
        if settings.smtp.enabled:
            doors.append(_door(house, Channel.SMTP))
            smtp = f"{settings.smtp.host}:{await doors[-1].open(settings.smtp.host, settings.smtp.port)}"
        if settings.lmtp.enabled:
            doors.append(_door(house, Channel.LMTP))
            lmtp = await _open_lmtp(doors[-1], settings)
        ready(Running(house, http, smtp, lmtp))
        if stop is not None:
            threading.Thread(target=lambda: (stop.wait(), loop.call_soon_threadsafe(asked.set)), daemon=True).start()
        await asked.wait()
        log.info("closing")
    finally:
        await asyncio.gather(*(door.close() for door in doors))


def _door(house: House, channel: Channel) -> Door:
    settings = house.ledger.settings
    return Door(
        take=house.taker.take,
        known=house.receivers.known,
        hostname=settings.smtp.hostname or socket.getfqdn(),
        channel=channel,
        free=house.ledger.originals.free,
        least=settings.intake.refuse_below_free,
        limits=wiring.smtp_limits(settings),
        tls=wiring.tls_context(settings),
        clock=clock,
        spool=settings.data,
    )


async def _open_lmtp(door: Door, settings: Settings) -> str:
    if settings.lmtp.path is not None:
        await door.open_socket_file(settings.lmtp.path)
        return str(settings.lmtp.path)
    return f"{settings.lmtp.host}:{await door.open(settings.lmtp.host, settings.lmtp.port)}"


def _listen(settings: Settings) -> socket.socket | None:
    if not settings.http.enabled:
        return None
    family = socket.AF_INET6 if ":" in settings.http.host else socket.AF_INET
    return socket.create_server((settings.http.host, settings.http.port), family=family, backlog=512)


def _base_url(settings: Settings, web: socket.socket | None) -> str:
    if web is None or settings.http.base_url or settings.http.port:
        return settings.http.url
    return f"http://{settings.http.host}:{web.getsockname()[1]}"


@contextmanager
def _serving(house: House, web: socket.socket, base_url: str, mailbox: Path | None) -> Iterator[None]:
    """The pages, in a thread and a loop of their own: a busy mail door does not slow them."""
    http = house.ledger.settings.http
    peers = Peers(map(str, http.trusted_proxies))
    server = serve.server(wiring.site(house, base_url, mailbox=mailbox), http.host, http.port, peers)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [web]}, name="web")
    thread.start()
    try:
        while not server.started and thread.is_alive():
            thread.join(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join()
