"""Send what is due: claim, write, hand to the courier, record each answer (I5).

Answers are committed while the next mails are sent, soon enough that a crash leaves few of unknown outcome.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa

from ledger import outbox
from ledger.database import Database
from ledger.directory import OrganisationRow
from ledger.due import Resolver
from ledger.errors import SarabanError
from ledger.history import acting
from ledger.outbox import Claimed, Schedule
from ledger.values import Answer, AnswerKind, Mail, Notice

log = logging.getLogger("saraban.dispatch")

_PERIOD = 1.0  # seconds between looks at the outbox when no bell rings
_PATIENCE = 14.0  # seconds at the end for what is on its way, counted from when the end began
_LEAST_PATIENCE = 4.0  # however long the doors took to close, and again for hanging up
_GROUP = 200  # answers in one commit, at most
_GROUP_SECONDS = 0.1


class Courier(Protocol):
    """Carries mails out: `mailers.relay.Relay`, or `mailers.maildrop.Maildrop`."""

    def deliver(self, mails: Iterator[Mail], report: Callable[[Answer], None]) -> None:
        """Try each mail once and report exactly one answer for it."""

    def hang_up(self) -> None:
        """Break off, from another thread; `deliver` then ends soon, with an answer for each mail."""


class Dispatch:
    """The sending thread."""

    def __init__(
        self,
        database: Database,
        resolver: Resolver,
        write: Callable[[Notice], Mail],
        courier: Courier,
        schedule: Schedule,
        sender_of: Callable[[OrganisationRow], str],
        clock: Callable[[], datetime],
        batch: int,
    ) -> None:
        self._database, self._resolver, self._write, self._courier = database, resolver, write, courier
        self._schedule, self._sender_of, self._clock, self._batch = schedule, sender_of, clock, batch
        self._bell, self._stopping = threading.Event(), threading.Event()
        self._ending = 0.0
        self.name = "dispatch"
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)

    @property
    def alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Take back what a dead daemon had claimed, then begin to send."""
        with acting(self._database, "saraban", "released", self._clock(), "outbox") as act:
            outbox.release(act)
        self._thread.start()

    def begin_stop(self) -> None:
        """Begin no further mail; what is on its way has its time while the doors close."""
        self._ending = time.monotonic()
        self._stopping.set()
        self._bell.set()

    def stop(self) -> None:
        """Finish the mails that are on their way, hand the others back, and end; a relay that is silent is left."""
        if not self._stopping.is_set():
            self.begin_stop()
        if not self._thread.is_alive():
            return
        self._thread.join(max(_LEAST_PATIENCE, self._ending + _PATIENCE - time.monotonic()))
        if self._thread.is_alive():
            log.warning("the relay does not answer; hanging up")
            self._courier.hang_up()
            self._thread.join(_LEAST_PATIENCE)

    def ring(self) -> None:
        """Something may be due."""
        self._bell.set()

    def run_once(self) -> int:
        """Send all that is due, batch after batch over the same connections. Returns how many mails that were."""
        run = _Run(self._record)
        recording = threading.Thread(target=run.keep, name="recording", daemon=True)
        recording.start()
        try:
            self._courier.deliver(self._mails(run), run.report)
        finally:
            run.end()
            recording.join()
        return run.count

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                sent = self.run_once()
            except Exception:  # a full disk, a broken courier: what was claimed comes back
                log.exception("sending failed; trying again")
                sent = 0
            if not sent:
                self._bell.wait(_PERIOD)
                self._bell.clear()

    def _mails(self, run: _Run) -> Iterator[Mail]:
        while not self._stopping.is_set():
            with self._database.write() as session:
                rows = outbox.claim(session, self._clock(), self._batch, self._schedule)
                notices = self._resolver.notices(session, rows)
            if not rows:
                return
            run.claimed(rows)
            for place, notice in enumerate(notices):
                if self._stopping.is_set():
                    self._hand_back(rows[place:])
                    return
                try:
                    yield self._write(notice)
                except SarabanError as fault:  # a recipient that no mail can be addressed to
                    run.report(Answer(notice.id, AnswerKind.PERMANENT, fault.sentence("en"), "", self._clock()))

    def _hand_back(self, rows: Sequence[Claimed]) -> None:
        with self._database.write() as session:
            outbox.hand_back(session, rows, self._clock())

    def _record(self, answered: list[tuple[Claimed, Answer]]) -> None:
        """Write answers down, however long the disk refuses: a forgotten answer makes a second mail (P-16)."""
        while True:
            try:
                with acting(self._database, "saraban", "sent", self._clock(), "outbox") as act:
                    given_up = outbox.record(act, answered, self._schedule)
                    outbox.warn(act, given_up, self._sender_of)
                return
            except sa.exc.OperationalError as fault:
                log.warning("%d answers wait to be recorded: %s", len(answered), type(fault).__name__)
                if self._stopping.wait(_PERIOD):
                    raise


class _Run:
    """One run over the courier: what is claimed, and its answers on their way into few commits."""

    def __init__(self, record: Callable[[list[tuple[Claimed, Answer]]], None]) -> None:
        self._record = record
        self._open: dict[int, Claimed] = {}
        self._answers: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()
        self.count = 0

    def claimed(self, rows: list[Claimed]) -> None:
        """These mails are being sent."""
        self._open.update({row.id: row for row in rows})
        self.count += len(rows)

    def report(self, answer: Answer) -> None:
        """What the other side said; the connections do not wait for its commit."""
        self._answers.put(answer)

    def end(self) -> None:
        """No more answers come."""
        self._answers.put(None)

    def keep(self) -> None:
        """Commit answers until the end, a group at a time."""
        more = True
        while more and (first := self._answers.get()) is not None:
            answers, more = self._gather(first)
            self._commit(answers)

    def _gather(self, first: Answer) -> tuple[list[Answer], bool]:
        """`first` and what follows it within a moment; False when the end was among it."""
        answers, until = [first], time.monotonic() + _GROUP_SECONDS
        while len(answers) < _GROUP and (wait := until - time.monotonic()) > 0:
            try:
                answer = self._answers.get(timeout=wait)
            except queue.Empty:
                break
            if answer is None:
                return answers, False
            answers.append(answer)
        return answers, True

    def _commit(self, answers: list[Answer]) -> None:
        try:
            self._record([(self._open.pop(answer.id), answer) for answer in answers])
        except Exception:  # the claims lapse, and the mails go out once more under the same Message-ID
            log.exception("%d answers could not be recorded", len(answers))
