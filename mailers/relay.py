"""Mail out by SMTP: a few connections, each used for many mails, one answer for every mail."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from threading import Lock, Thread

from ledger.values import Answer, AnswerKind, Mail
from mailers.connection import Broken, Connection, RelaySettings, Timeouts, connect
from mailers.conversation import Conversation

__all__ = ["Relay", "RelaySettings", "Timeouts"]

Report = Callable[[Answer], None]

# So many connections in a row that carried nothing: the relay is sick, and its mails wait for the next attempt.
_PATIENCE = 3


class Relay:
    """Hands mails to one SMTP server."""

    def __init__(self, settings: RelaySettings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._settings = settings
        self._clock = clock
        self._batch: _Batch | None = None
        self._connections: set[Connection] = set()

    def hang_up(self) -> None:
        """Break off what is going on, from another thread: what has no answer by now is answered for (P-16)."""
        if self._batch is not None:
            self._batch.stopped = True
        for connection in tuple(self._connections):
            connection.hang_up()

    def deliver(self, mails: Iterable[Mail], report: Report) -> None:
        """Send `mails`; `report` hears exactly one answer for each, as soon as it is known (P-14 to P-16).

        `mails` is read and `report` called by several threads, but never at the same time. The next mail is asked for
        while one is half sent, so `mails` must not wait for new work. Errors: what `mails` or `report` raised, after
        everything taken has its answer; once `report` has raised, nothing more is sent.
        """
        self._batch = batch = _Batch(mails, report, self._settings.peer, self._clock)
        self._connections.clear()
        helpers = [
            Thread(target=self._work, args=(batch,), name=f"relay-{n}", daemon=True)
            for n in range(1, self._settings.connections)
        ]
        for helper in helpers:
            helper.start()
        self._work(batch)
        for helper in helpers:
            helper.join()
        if batch.carried:
            self._work(batch)  # what a connection gave back after the others had gone
        batch.finish()

    def _work(self, batch: _Batch) -> None:
        try:
            while mail := batch.take():
                self._converse(batch, mail)
        except Broken as trouble:
            batch.lose(str(trouble))
        except Exception as trouble:
            batch.stop(trouble)

    def _converse(self, batch: _Batch, mail: Mail) -> None:
        """One connection, from greeting to QUIT. Errors: Broken when there is none to be had."""
        try:
            connection = connect(self._settings, self._connections.add)
        except BaseException:
            batch.give_back(mail)
            raise
        conversation = Conversation(connection, batch, self._settings.timeouts)
        conversation.run(mail)
        batch.count(conversation.carried, conversation.trouble)


class _Batch:
    """The mails of one delivery: each is taken by one connection at a time and answered once."""

    def __init__(self, mails: Iterable[Mail], report: Report, peer: str, clock: Callable[[], datetime]) -> None:
        self._mails: Iterator[Mail] = iter(mails)
        self._returned: deque[Mail] = deque()
        self._report = report
        self._peer = peer
        self._clock = clock
        self._lock = Lock()
        self._trouble: Exception | None = None
        self._last_words = "เซิร์ฟเวอร์ส่งเมลไม่พร้อม (relay not available)"
        self._fruitless = 0
        self.carried = 0
        self.stopped = False

    def take(self) -> Mail | None:
        with self._lock:
            return None if self.stopped or self._fruitless >= _PATIENCE else self._pull()

    def give_back(self, mail: Mail) -> None:
        with self._lock:
            self._returned.append(mail)

    def answer(self, mail: Mail, kind: AnswerKind, text: str) -> None:
        with self._lock:
            try:
                self._report(Answer(mail.id, kind, text, self._peer, self._clock()))
            except Exception as trouble:
                self.stop(trouble)

    def stop(self, trouble: Exception) -> None:
        """Send nothing more: what becomes of it could not be written down."""
        self._trouble = self._trouble or trouble
        self.stopped = True

    def lose(self, words: str) -> None:
        """A connection could not be had, for the reason in `words`."""
        self._last_words = words

    def count(self, carried: int, words: str) -> None:
        """A connection has ended that carried so many mails; `words` say why when it was too early."""
        with self._lock:
            self.carried += carried
            self._fruitless = 0 if carried else self._fruitless + 1
            self._last_words = words or self._last_words

    def finish(self) -> None:
        """Answer what nobody tried, then raise what went wrong on our side."""
        while mail := self._pull():
            self.answer(mail, AnswerKind.TEMPORARY, self._last_words)
        if self._trouble:
            raise self._trouble

    def _pull(self) -> Mail | None:
        if self._returned:
            return self._returned.popleft()
        try:
            return next(self._mails, None)
        except Exception as trouble:
            self._mails = iter(())
            self._trouble = self._trouble or trouble
            return None
