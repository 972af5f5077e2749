"""Send what is due: claim, write, hand to the courier, record each answer (I5).

Answers are committed in groups, soon enough that a crash leaves few of unknown outcome.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from ledger import outbox
from ledger.database import Database
from ledger.directory import OrganisationRow
from ledger.due import Resolver
from ledger.errors import SarabanError
from ledger.history import acting
from ledger.outbox import Schedule
from ledger.values import Answer, AnswerKind, Mail, Notice

log = logging.getLogger("saraban.dispatch")

_PERIOD = 1.0  # seconds between looks at the outbox when no bell rings
_GROUP = 100  # answers in one commit
_GROUP_SECONDS = 0.1


class Courier(Protocol):
    """Carries mails out: `mailers.relay.Relay`, or `mailers.maildrop.Maildrop`."""

    def deliver(self, mails: Iterator[Mail], report: Callable[[Answer], None]) -> None:
        """Try each mail once and report exactly one answer for it."""


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
        self._thread = threading.Thread(target=self._run, name="dispatch", daemon=True)

    def start(self) -> None:
        """Take back what a dead daemon had claimed, then begin to send."""
        with acting(self._database, "saraban", "released", self._clock(), "outbox") as act:
            outbox.release(act)
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch in hand, then end."""
        self._stopping.set()
        self._bell.set()
        self._thread.join()

    def ring(self) -> None:
        """Something may be due."""
        self._bell.set()

    def run_once(self) -> int:
        """Send one batch. Returns how many mails it had."""
        with self._database.write() as session:
            rows = outbox.claim(session, self._clock(), self._batch, self._schedule)
            notices = self._resolver.notices(session, rows)
        if notices:
            recorder = _Recorder(self._record)
            self._courier.deliver(self._mails(notices, recorder.report), recorder.report)
            recorder.flush()
        return len(notices)

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

    def _mails(self, notices: Sequence[Notice], report: Callable[[Answer], None]) -> Iterator[Mail]:
        for notice in notices:
            try:
                yield self._write(notice)
            except SarabanError as fault:  # a recipient that no mail can be addressed to
                report(Answer(notice.id, AnswerKind.PERMANENT, fault.sentence("en"), "", self._clock()))

    def _record(self, answers: list[Answer]) -> None:
        with acting(self._database, "saraban", "sent", self._clock(), "outbox") as act:
            given_up = outbox.record(act, answers, self._schedule)
            outbox.warn(act, given_up, self._sender_of)


class _Recorder:
    """Gathers answers from several connections into few commits."""

    def __init__(self, record: Callable[[list[Answer]], None]) -> None:
        self._record = record
        self._waiting: list[Answer] = []
        self._since = time.monotonic()
        self._lock = threading.Lock()

    def report(self, answer: Answer) -> None:
        with self._lock:
            self._waiting.append(answer)
            if len(self._waiting) >= _GROUP or time.monotonic() - self._since > _GROUP_SECONDS:
                self._commit()

    def flush(self) -> None:
        with self._lock:
            self._commit()

    def _commit(self) -> None:
        if self._waiting:
            self._record(self._waiting)
        self._waiting, self._since = [], time.monotonic()
