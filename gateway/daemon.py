"""The running house: starts every part, waits for a signal, and ends without losing a letter.

Order of the start: what was taken is settled, the pages answer, the doors open, and only then mail goes out. Order of
the end: sending stops, the doors close (running letters finish), then what was taken is settled as far as it got; the
rest is in the tables. The main thread does none of this, it watches (`health.sentinel`).
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path

import uvloop

from gateway import descriptors, first_code, heap, wiring
from gateway.health.sentinel import Sentinel
from gateway.lock import only_one
from gateway.logs import let_go
from gateway.notify import notify
from gateway.opening import clock, open_ledger
from gateway.ports import opening
from gateway.settings import Settings
from gateway.web import serve
from gateway.web.peer import Peers
from gateway.wiring import House
from ledger import private
from ledger.values import Channel
from mailers.mime import self_test
from watchers.smtp import Door
from watchers.smtp.socketfile import group_of

log = logging.getLogger("saraban.daemon")

FOLDER_SECONDS = 2.0  # for all watched folders at the end; those on a dead share may never answer


@dataclass(frozen=True, slots=True)
class Running:
    """Where the house can be reached, once it serves."""

    house: House
    http: str  # base of its addresses, "" when switched off
    smtp: str  # host:port, "" when switched off
    lmtp: str


Ready = Callable[[Running], None]


def run(settings: Settings, *, mailbox: Path | None = None, ready: Ready = lambda _running: None) -> None:
    """Run until SIGTERM or SIGINT, then end in good order; within half a minute in any case, by force if need be.

    Must be called in the main thread. Arguments: `mailbox` shows a folder of .eml files on the web (demo); `ready` is
    called once everything serves. Errors: `AlreadyRunning`; `MailDamaged` where this Python breaks mails; those of
    `open_ledger`; those of `opening` for a port that cannot be opened.
    """
    os.umask(private.UMASK)
    descriptors.allow()
    self_test()
    sentinel, context = Sentinel(), copy_context()
    sentinel.keep(lambda: context.run(_live, settings, mailbox, ready, sentinel))
    let_go()


def _live(settings: Settings, mailbox: Path | None, ready: Ready, sentinel: Sentinel) -> None:
    """The whole life of the house, in a thread of its own."""
    ledger = open_ledger(settings)
    with ExitStack() as stack:
        stack.callback(ledger.close)
        stack.enter_context(only_one(settings.data))
        stack.enter_context(sentinel.answering(settings.data))
        listening = _listen(settings)
        base_url = _base_url(settings, listening)
        house = wiring.build(ledger, base_url)
        heap.calm()
        _start(house, stack)
        site = stack.enter_context(_serving(house, listening, base_url, mailbox)) if listening is not None else None
        stack.callback(house.dispatch.stop)
        doors = stack.enter_context(_open_doors(house))
        house.dispatch.start()
        stack.callback(house.dispatch.begin_stop)
        house.pulse.start([*doors, *([site] if site is not None else [])])
        stack.callback(house.pulse.stop)
        stack.enter_context(sentinel.watching(house.pulse))
        if not sentinel.asked.is_set():
            ready(Running(house, base_url if site is not None else "", *_addresses(doors)))
            notify("READY=1", f"MAINPID={os.getpid()}")
        sentinel.asked.wait()


def _addresses(doors: Sequence[Door]) -> tuple[str, str]:
    """Where SMTP and LMTP are."""
    found = {door.channel: door.addresses[0] for door in doors}
    return found.get(Channel.SMTP, ""), found.get(Channel.LMTP, "")


def _start(house: House, stack: ExitStack) -> None:
    """Start the threads; the stack stops them in reverse order."""
    house.ledger.originals.clean()
    first_code.tidy(house.ledger.settings.data, house.door, clock())
    stack.callback(house.reader.close)
    for part in (house.indexer, house.settler, house.taker):
        part.start()
        stack.callback(part.stop)
    stack.enter_context(_watching([watch.run for watch in house.folders]))


@contextmanager
def _watching(folders: Sequence[Callable[[threading.Event], None]]) -> Iterator[None]:
    """Each of the watched folders in a thread of its own."""
    ending = threading.Event()
    threads = [threading.Thread(target=run, args=(ending,), name="folder", daemon=True) for run in folders]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ending.set()
        until = time.monotonic() + FOLDER_SECONDS
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))


@contextmanager
def _open_doors(house: House) -> Iterator[Sequence[Door]]:
    """The mail doors, in a thread and a loop of their own. Errors: those of `opening`."""
    closing, opened = asyncio.Event(), Future[tuple[Sequence[Door], asyncio.AbstractEventLoop]]()

    def turn() -> None:
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(_doors(house, closing, opened))
        except BaseException as fault:  # whatever it is: whoever opens the doors waits for an answer
            if opened.done():
                log.critical("the mail doors have ended", exc_info=fault)
            else:
                opened.set_exception(fault)

    thread = threading.Thread(target=turn, name="doors", daemon=True)
    thread.start()
    doors, loop = opened.result()
    try:
        yield doors
    finally:
        with suppress(RuntimeError):  # a loop that has ended
            loop.call_soon_threadsafe(closing.set)
        thread.join()


async def _doors(
    house: House, closing: asyncio.Event, opened: Future[tuple[Sequence[Door], asyncio.AbstractEventLoop]]
) -> None:
    settings = house.ledger.settings
    doors: list[Door] = []
    try:
        if settings.smtp.enabled:
            doors.append(_door(house, Channel.SMTP))
            with opening("smtp", settings.smtp.host, settings.smtp.port):
                await doors[-1].open(settings.smtp.host, settings.smtp.port)
        if settings.lmtp.enabled:
            doors.append(_door(house, Channel.LMTP))
            await _open_lmtp(doors[-1], settings)
        opened.set_result((doors, asyncio.get_running_loop()))
        await closing.wait()
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


async def _open_lmtp(door: Door, settings: Settings) -> None:
    if settings.lmtp.path is not None:
        group = group_of(settings.lmtp.group, settings.lmtp.path.parent)
        await door.open_socket_file(settings.lmtp.path, settings.lmtp.permissions, group)
    else:
        with opening("lmtp", settings.lmtp.host, settings.lmtp.port):
            await door.open(settings.lmtp.host, settings.lmtp.port)


def _listen(settings: Settings) -> socket.socket | None:
    if not settings.http.enabled:
        return None
    family = socket.AF_INET6 if ":" in settings.http.host else socket.AF_INET
    with opening("http", settings.http.host, settings.http.port):
        return socket.create_server((settings.http.host, settings.http.port), family=family, backlog=512)


def _base_url(settings: Settings, web: socket.socket | None) -> str:
    if web is None or settings.http.base_url or settings.http.port:
        return settings.http.url
    return f"http://{settings.http.host}:{web.getsockname()[1]}"


@contextmanager
def _serving(house: House, web: socket.socket, base_url: str, mailbox: Path | None) -> Iterator[serve.Server]:
    """The pages, in a thread and a loop of their own: a busy mail door does not slow them."""
    http = house.ledger.settings.http
    peers = Peers(map(str, http.trusted_proxies))
    site = wiring.site(house, base_url, mailbox=mailbox)
    server = serve.server(site, http.host, http.port, peers, house.closing)
    host = f"[{http.host}]" if ":" in http.host else http.host
    server.addresses = (f"{host}:{web.getsockname()[1]}",)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [web]}, name="web", daemon=True)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            thread.join(0.01)
        yield server
    finally:
        server.should_exit = True
        thread.join()
