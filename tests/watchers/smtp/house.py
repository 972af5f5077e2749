"""A door in a thread of its own, and a client that says exactly what it is told to say."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

import uvloop

from ledger.values import Intake
from watchers.smtp import Door, Limits

T = TypeVar("T")

NOON = datetime(2026, 1, 5, 5, 0, tzinfo=UTC)

# Tests wait for nothing that only slows strangers down.
QUICK = replace(Limits(), error_delay=0.0, tick=0.02, linger=0.5)


class Talk:
    """A client that says exactly what it is told to say."""

    def __init__(self, address: tuple[str, int] | str, *, greeted: bool = True) -> None:
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.socket = socket.socket(family)
        self.socket.settimeout(20)
        self.socket.connect(address)
        if family == socket.AF_INET:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # what is said is said now
        self._lines = self.socket.makefile("rb")
        if greeted:
            self.greeting = self.reply()

    def send(self, text: bytes) -> None:
        """Say `text` and wait for nothing."""
        self.socket.sendall(text)

    def say(self, line: str | bytes) -> str:
        """Say one line and hear the reply."""
        self.send((line.encode() if isinstance(line, str) else line) + b"\r\n")
        return self.reply()

    def reply(self) -> str:
        """One whole reply, its lines parted by LF; "" once the other side has hung up."""
        lines = []
        while line := self._lines.readline():
            lines.append(line.decode().removesuffix("\r\n"))
            if line[3:4] != b"-":
                break
        return "\n".join(lines)

    def begin(self, recipient: str = "office@example.test") -> Self:
        """Everything up to DATA."""
        assert self.say("EHLO client.test").startswith("250")
        assert self.say("MAIL FROM:<school@example.test>") == "250 2.1.0 Sender OK"
        assert self.say(f"RCPT TO:<{recipient}>") == "250 2.1.5 Recipient OK"
        return self

    def deliver(self, stuffed: bytes) -> str:
        """A whole letter, already stuffed and with its end."""
        assert self.begin().say("DATA").startswith("354")
        self.send(stuffed)
        return self.reply()

    def close(self) -> None:
        """Hang up."""
        self._lines.close()
        self.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class House:
    """A running door and what came in by it."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.taken: list[Intake] = []
        self._talks: list[Talk] = []
        self.loop = uvloop.new_event_loop()
        self.unhandled: list[dict[str, Any]] = []
        self.loop.set_exception_handler(lambda loop, context: self.unhandled.append(context))
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()
        settings = {
            "take": self.take,
            "known": lambda address: not address.startswith("nobody"),
            "hostname": "gate.example.test",
            "limits": QUICK,
            "clock": lambda: NOON,
            "spool": folder,
        } | settings
        self.door: Door = self.run(_made(settings))
        self.port: int = self.run(self.door.open("127.0.0.1", 0))

    def take(self, intake: Intake) -> Future[int]:
        """Keep the letter."""
        self.taken.append(intake)
        future: Future[int] = Future()
        future.set_result(len(self.taken))
        return future

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do `work` in the door's loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def talk(self, *, greeted: bool = True) -> Talk:
        """A new connection, closed with the house at the latest."""
        self._talks.append(Talk(("127.0.0.1", self.port), greeted=greeted))
        return self._talks[-1]

    def close(self) -> None:
        """Stop everything; nothing may have gone wrong unseen."""
        for talk in self._talks:
            talk.close()
        self.run(self.door.close())
        self.run(asyncio.sleep(0))
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(20)
        self.loop.close()
        assert not self.unhandled


class MakeHouse(Protocol):
    """Builds houses with other settings."""

    def __call__(self, **settings: Any) -> House: ...


async def _made(settings: dict[str, Any]) -> Door:
    return Door(**settings)


def wait_until(true: Callable[[], bool]) -> None:
    """Look again and again, for 20 seconds at most."""
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.005)
