"""What the holder of a receipt link may do: look, download, acknowledge, forward, ask for a one-time code and type it.

The token is the only authority (5.2). Each method is one transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import custody, facts, letters, outbox, receipts, unlocking
from ledger.database import Database
from ledger.directory import OrganisationRow
from ledger.errors import CodesSilent, NoSuchLink, NotFound, Refused
from ledger.history import Act, acting
from ledger.letters import DeliveryRow, LetterRow, LinkLife, LinkRow
from ledger.originals import Originals
from ledger.values import File, NoticeKind, ReceiptPage, Secrecy, Visit


class Desk:
    """The desk behind `/r/<token>`.

    Arguments: `sender_of` gives the address from which an organisation's mails are written; `copy` a file as it may
    be handed out, from its bytes and its name.
    """

    def __init__(
        self,
        database: Database,
        originals: Originals,
        life: LinkLife,
        sender_of: Callable[[OrganisationRow], str],
        copy: Callable[[bytes, str], bytes],
    ) -> None:
        self._database, self._originals, self._life, self._sender_of = database, originals, life, sender_of
        self._copy = copy

    def look(self, token: str, visit: Visit, unlocked: bool = False) -> ReceiptPage:
        """The page. A first GET is remembered as opened, which proves nothing (P-19).

        Errors: `NoSuchLink`.
        """
        with self._database.read() as session:
            delivery, _ = receipts.delivery_of(session, token, visit.at)
            page = _page(session, delivery, visit.at, unlocked=unlocked)
            first = delivery.opened_at is None and visit.method == "GET"
        if first:
            # A disk that takes nothing more must not hide the letter; the next look tells that it was opened.
            with suppress(sa.exc.OperationalError), self._act(visit, "", "opened") as act:
                act.alter(DeliveryRow, delivery.id, opened_at=visit.at)
        return page

    def acknowledge(
        self, token: str, visit: Visit, name: str, position: str = "", unlocked: bool = False
    ) -> ReceiptPage:
        """Acknowledge; a second time changes nothing.

        Errors: `NoSuchLink`; `Refused` without a name, or while a secret letter is locked.
        """
        with self._act(visit, name, "acknowledged") as act:
            delivery, link = self._open(act.session, token, visit.at, unlocked)
            grade = "code" if unlocked else "link"
            receipts.acknowledge(act, delivery, link, visit, name, position, grade)
            act.about = f"delivery {delivery.id}"
            return _page(act.session, delivery, visit.at, unlocked=unlocked)

    def document(self, token: str, position: int, visit: Visit, unlocked: bool = False) -> File:
        """One document, checked against its hash, without links of ours.

        Errors: `NoSuchLink`, also for a locked letter; `NotFound`; `Refused` for a withheld document.
        """
        with self._database.read() as session:
            delivery, _ = receipts.delivery_of(session, token, visit.at)
            if _locked(session, delivery, unlocked):
                raise NoSuchLink
            found = [d for d in letters.documents(session, [delivery.letter_id]) if d.position == position]
        if not found:
            raise NotFound(what="เอกสารลำดับที่", what_en="document", name=position, hint="")
        document = found[0]
        if document.withheld:
            raise Refused(reason=document.withheld)
        content = self._originals.get(document.sha256)
        copy = self._copy(content, document.name)
        return File(document.name, document.media_type, len(copy), document.sha256, copy)

    def forward(
        self, token: str, target: str, name: str, note: str, visit: Visit, unlocked: bool = False
    ) -> ReceiptPage:
        """Pass the letter on to a person or another group of the holder's organisation.

        Errors: `NoSuchLink`; `Refused` without a name, or for a target that is not offered.
        """
        if not name.strip():
            raise Refused(reason="โปรดพิมพ์ชื่อผู้ส่งต่อ")
        with self._act(visit, name, "forwarded") as act:
            delivery, _ = self._open(act.session, token, visit.at, unlocked)
            holder = custody.holder_of(act.session, delivery, target)
            custody.forward(act, delivery, holder, self._life, note, self._sender_of)
            return _page(act.session, delivery, visit.at, unlocked=unlocked)

    def send_code(self, token: str, visit: Visit) -> str:
        """Mail a one-time code to the holder's own mailbox. Returns that address, masked.

        Errors: `NoSuchLink`; `Refused` when the holder has no mailbox; `CodesSilent`, `CodesSpent` (5.2).
        """
        with self._act(visit, "", unlocking.SENT) as act:
            delivery, _ = receipts.delivery_of(act.session, token, visit.at)
            act.about = f"delivery {delivery.id}"
            mailbox = custody.mailbox_of(act.session, delivery)
            if not mailbox:
                raise Refused(reason="ผู้รับรายนี้ยังไม่มีอีเมลในระบบ โปรดติดต่อหน่วยงานผู้ส่ง")
            self._mail(act, NoticeKind.CODE, delivery, mailbox, code=unlocking.make(act, delivery.id))
            return _masked(mailbox)

    def check_code(self, token: str, code: str, visit: Visit) -> bool:
        """Whether the code opens the secret letter. Guessing ends in a silence, of which the holder's mailbox hears.

        Of both the history hears, and whoever sees the letter's way.

        Errors: `NoSuchLink`; `CodesSilent`, also for the try that begins it.
        """
        with self._act(visit, "", unlocking.SILENCED) as act:
            delivery, _ = receipts.delivery_of(act.session, token, visit.at)
            act.about = f"delivery {delivery.id}"
            tried = unlocking.check(act, delivery.id, code, visit.network)
            if tried.right:
                act.what = unlocking.OPENED
                act.alter(DeliveryRow, delivery.id, unlocked_at=visit.at)
            mailbox = custody.mailbox_of(act.session, delivery) if tried.silence else ""
            if mailbox:
                self._mail(act, NoticeKind.GUESSED, delivery, mailbox)
        if tried.silence:  # told after the commit: an exception inside would take the count back
            raise CodesSilent(until=tried.silence.until)
        return tried.right

    def _mail(self, act: Act, kind: NoticeKind, delivery: DeliveryRow, mailbox: str, **columns: str) -> None:
        letter = act.session.get_one(LetterRow, delivery.letter_id)
        writer = act.session.get_one(OrganisationRow, letter.organisation_id)
        outbox.add(
            act,
            writer,
            kind,
            mailbox,
            sender=self._sender_of(writer),
            recipient_name=delivery.holder,
            letter_id=letter.id,
            delivery_id=delivery.id,
            **columns,
        )

    def _act(self, visit: Visit, name: str, what: str) -> AbstractContextManager[Act]:
        who = name.strip()[: receipts.NAME_LENGTH] or "link"
        return acting(self._database, who, what, visit.at)

    def _open(self, session: Session, token: str, now: datetime, unlocked: bool) -> tuple[DeliveryRow, LinkRow]:
        delivery, link = receipts.delivery_of(session, token, now)
        if _locked(session, delivery, unlocked):
            raise Refused(reason="หนังสือนี้เป็นหนังสือลับ โปรดขอรหัสใช้ครั้งเดียวก่อน")
        return delivery, link


def _locked(session: Session, delivery: DeliveryRow, unlocked: bool) -> bool:
    letter = session.get_one(LetterRow, delivery.letter_id)
    return letter.secrecy is not Secrecy.ORDINARY and not unlocked


def _page(session: Session, delivery: DeliveryRow, now: datetime, *, unlocked: bool) -> ReceiptPage:
    session.refresh(delivery)
    shown = facts.of_letters(session, [delivery.letter_id], unlocked=unlocked)[delivery.letter_id]
    locked = _locked(session, delivery, unlocked)
    receipt = receipts.of_delivery(session, delivery.id)
    page = ReceiptPage(
        facts=shown,
        holder=delivery.holder,
        steps=custody.steps(session, delivery),
        locked=locked,
        code_sent_to=_masked(custody.mailbox_of(session, delivery)) if locked else "",
        silent_until=unlocking.silent_until(session, delivery.id, now) if locked else None,
        own_number=receipts.own_number(session, delivery),
        targets=() if locked else custody.targets(session, delivery),
    )
    if receipt is None:
        return page
    return replace(page, acknowledged_at=receipt.at, acknowledged_by=receipt.name, evidence=receipt.number)


def _masked(mailbox: str) -> str:
    local, at, domain = mailbox.rpartition("@")
    return f"{local[:2]}•••{at}{domain}" if mailbox else ""
