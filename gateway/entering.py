"""Enters a batch of read intakes in one transaction; one bad letter never stops the next (I4)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gateway import pipeline
from gateway.pipeline import Policy
from gateway.settler import Settled
from ledger import intakes
from ledger.database import Database
from ledger.errors import SarabanError, Unavailable
from ledger.history import Act
from ledger.intakes import IntakeRow
from ledger.originals import Originals
from ledger.values import Outcome, OutcomeKind, Reading

log = logging.getLogger("saraban.settle")

WHO = {"smtp": "อีเมล", "lmtp": "อีเมล", "imap": "อีเมล", "folder": "โฟลเดอร์", "command": "คำสั่ง"}


class Entering:
    """The writing half of settling.

    Arguments: `policy_of` tells an intake's policy, `clock` the moment (aware), `send_soon` rings the bell of dispatch.
    """

    def __init__(
        self,
        database: Database,
        originals: Originals,
        policy_of: Callable[[IntakeRow], Policy],
        clock: Callable[[], datetime],
        send_soon: Callable[[], None],
    ) -> None:
        self._database, self._originals, self._policy_of, self._clock = database, originals, policy_of, clock
        self._send_soon = send_soon

    def enter(self, batch: list[Settled]) -> dict[int, Outcome | SarabanError | None]:
        """Settle each; tells its outcome, the temporary error that makes it wait, or None for a fault of ours.

        Originals and documents are on the disk before the commit that refers to them. All are entered in one
        transaction; when one of them fails, each is entered by itself.
        """
        self._originals.put(content for settled in batch for content in _contents(settled))
        told = self._settle_together(batch) or {settled.intake.id: self._settle_alone(settled) for settled in batch}
        self._send_soon()
        return told

    def park(self, intake_id: int) -> Outcome:
        """Hold an intake that could not be settled, for a clerk to see."""
        with self._database.read() as session:
            row = session.get_one(IntakeRow, intake_id)
        if row.content is not None:
            self._originals.put([row.content])
        return self._hold(row, Reading(), "ระบบลงทะเบียนรายการนี้ไม่สำเร็จ ต้นฉบับเก็บไว้ครบถ้วน โปรดตรวจและลงทะเบียนเอง")

    def _settle_together(self, batch: list[Settled]) -> dict[int, Outcome | SarabanError | None]:
        """The outcomes, or none at all where one letter failed: which it was, and why, comes out when it is alone."""
        try:
            with self._database.write() as session:
                return {settled.intake.id: self._settle(session, settled) for settled in batch}
        except Exception as fault:
            log.debug("a batch of %d is entered one by one: %s", len(batch), type(fault).__name__)
        return {}

    def _settle(self, session: Session, settled: Settled) -> Outcome:
        with self._act(session, settled.intake) as act:
            return pipeline.settle(act, settled, self._policy_of(settled.intake))

    def _settle_alone(self, settled: Settled) -> Outcome | SarabanError | None:
        try:
            with self._database.write() as session:
                return self._settle(session, settled)
        except SarabanError as fault:
            if not fault.permanent:
                return fault
            return self._hold(settled.intake, settled.reading, fault.sentence())
        except (
            OSError,
            sa.exc.OperationalError,
        ) as fault:  # a full disk, a locked database: the moment's, not the letter's
            log.warning("intake %d waits: %s", settled.intake.id, type(fault).__name__)
            return Unavailable()
        except Exception:  # a fault of ours: the intake stays unsettled, the others go on
            log.exception("intake %d could not be entered", settled.intake.id)
            return None

    def _hold(self, intake: IntakeRow, reading: Reading, reason: str) -> Outcome:
        with self._database.write() as session, self._act(session, intake) as act:
            act.what, act.about = "held", f"intake {intake.id}"
            intakes.learn(act, intake, reading)
            return intakes.conclude(act, intake.id, OutcomeKind.HELD, reason, secrecy=reading.secrecy)

    def _act(self, session: Session, intake: IntakeRow) -> Act:
        return Act(session, WHO[intake.channel], "settled", self._clock())


def _contents(settled: Settled) -> list[bytes]:
    return [settled.content, *(document.content for document in settled.reading.documents)]
