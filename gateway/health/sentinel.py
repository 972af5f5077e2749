"""The main thread: hears signals, looks after everything else each second, and sees to it that the house ends.

It waits for nobody: the house lives in other threads, so that one that spins or hangs can neither keep a signal from
being heard nor the end from coming. What was acknowledged is on the disk before (I1), so a hard end loses nothing.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from gateway.health import told
from gateway.health.hatch import Hatch
from gateway.health.pulse import Pulse
from gateway.health.troubles import Trouble, troubles
from gateway.health.values import Health
from gateway.notify import notify

log = logging.getLogger("saraban.health")

EVERY = 1.0  # seconds between two looks
GRACE = 25.0  # seconds for an end in good order
LAST_RESORT = 29.0  # when even the hard end did not come
STOOD_STILL = 5.0  # seconds without a look, after which the whole process, not a part of it, stood still
_ENDING = frozenset({signal.SIGTERM, signal.SIGINT})
_HANGUP = "SIGHUP is ignored: settings are read at the start only; stop and start the daemon to read them again"


class Sentinel:
    """Keeps one house, from the main thread."""

    def __init__(self) -> None:
        self.asked = threading.Event()  # that the house ends
        self._pulse: Pulse | None = None
        self._hatch: Hatch | None = None
        self._known: dict[str, Trouble] = {}
        self._counting = False  # down to the last resort
        self._looked, self._deadline = time.monotonic(), float("inf")

    def keep(self, live: Callable[[], None]) -> None:
        """Run `live` in a thread until it ends; it must end soon once `asked` is set. Raises what it raised."""
        trouble: list[BaseException] = []
        with self._bell() as (rung, ring):
            house = threading.Thread(target=_caught, args=(live, trouble, ring), name="house", daemon=True)
            house.start()
            while house.is_alive():
                self._turn(rung)
            house.join()
        if trouble:
            raise trouble[0]

    @contextlib.contextmanager
    def answering(self, folder: Path) -> Iterator[None]:
        """Answer who asks in `folder`."""
        try:
            self._hatch = Hatch(folder)
        except OSError as fault:
            log.warning("saraban status cannot ask: no socket in the data folder: %s", fault.strerror or fault)
        try:
            yield
        finally:
            hatch, self._hatch = self._hatch, None
            if hatch is not None:
                hatch.close()

    @contextlib.contextmanager
    def watching(self, pulse: Pulse) -> Iterator[None]:
        """Look after `pulse`, until the end begins."""
        self._pulse = pulse
        try:
            yield
        finally:
            self._pulse = None

    def _turn(self, rung: socket.socket) -> None:
        wait: list[socket.socket | Hatch] = [rung, *([self._hatch] if self._hatch is not None else [])]
        try:
            ready, _, _ = select.select(wait, (), (), EVERY)
        except (OSError, ValueError):  # the hatch was closed just now
            return
        if rung in ready:
            self._hear(rung.recv(64))
        if self._hatch in ready:
            self._answer()
        now = time.monotonic()
        if now > self._deadline:
            _end_hard()
        if now - self._looked >= EVERY:
            self._look(now)

    def _hear(self, signals: bytes) -> None:
        if signal.SIGHUP in signals:
            log.warning(_HANGUP)
        if not _ENDING.isdisjoint(signals) and not self.asked.is_set():
            log.info("closing")
            notify("STOPPING=1")
            self._deadline = time.monotonic() + GRACE
            self.asked.set()

    def _answer(self) -> None:
        hatch, pulse = self._hatch, self._pulse
        if hatch is None:
            return
        if pulse is None or self.asked.is_set():
            hatch.answer({"running": False, "state": "closing" if self.asked.is_set() else "starting"})
        else:
            hatch.answer(told.to_the_office(pulse.look()))

    def _look(self, now: float) -> None:
        """Tell what begins and what ends to be wrong, and the supervisor that no loop hangs."""
        stood_still, self._looked = now - self._looked > STOOD_STILL, now
        if (pulse := self._pulse) is None:
            return
        if stood_still:
            log.warning("the whole daemon stood still for a while")
            pulse.went_on()
        health = pulse.look()
        found = {trouble.key: trouble for trouble in troubles(health)}
        self._tell(found, health)
        if not any(trouble.hung for trouble in found.values()):
            notify("WATCHDOG=1")

    def _tell(self, found: dict[str, Trouble], health: Health) -> None:
        for key, trouble in found.items():
            if key not in self._known:
                log.error("%s", f"{trouble.sentence('en')} {trouble.detail}".rstrip())
        for key, trouble in self._known.items():
            if key not in found:
                log.warning("%s", trouble.over(health))
        self._known = found

    def _heard(self, number: int, _frame: FrameType | None) -> None:
        """Python calls it between two steps of the main thread, even if that waits for a lock or a full pipe."""
        if number in _ENDING and not self._counting:
            self._counting = True
            faulthandler.dump_traceback_later(LAST_RESORT, exit=True, file=os.open(os.devnull, os.O_WRONLY))

    @contextlib.contextmanager
    def _bell(self) -> Iterator[tuple[socket.socket, socket.socket]]:
        """A pair of sockets; the first has something to read when a signal came, or somebody rang the second."""
        rung, ring = socket.socketpair()
        with rung, ring:
            ring.setblocking(False)
            signal.set_wakeup_fd(ring.fileno(), warn_on_full_buffer=False)
            before = {name: signal.signal(name, self._heard) for name in (*_ENDING, signal.SIGHUP)}
            try:
                yield rung, ring
            finally:
                signal.set_wakeup_fd(-1)
                for name, handler in before.items():
                    signal.signal(name, handler)


def _caught(live: Callable[[], None], trouble: list[BaseException], ring: socket.socket) -> None:
    try:
        live()
    except BaseException as fault:  # whatever it is, the main thread raises it where people look
        trouble.append(fault)
    finally:
        with contextlib.suppress(OSError):
            ring.send(b"\0")


def _end_hard() -> None:
    """Leave at once, with a line of log if the log can still be written."""
    still = ", ".join(sorted(thread.name for thread in threading.enumerate() if thread is not threading.main_thread()))
    words = "no end in good order within %d s, ending at once; nothing that was acknowledged is lost. Still running: %s"
    last = threading.Thread(target=log.critical, args=(words, int(GRACE), still), daemon=True)
    last.start()
    last.join(1)
    os._exit(os.EX_TEMPFAIL)
