"""Whether a mail that bears our mark is one that we sent: anybody who got one of ours can copy the mark (P-17)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import letters
from ledger.database import table_of
from ledger.due import Resolver
from ledger.letters import LetterRow
from ledger.masks import SHORTEST, hashed
from ledger.outbox import OutboxRow
from ledger.values import Mail, Notice, NoticeKind, Reading
from watchers.reading import read

_MOST = 50  # mails of one letter that are compared where none has the Message-ID
_LINKED = (NoticeKind.ARRIVAL, NoticeKind.LETTER)
_ANY_TOKEN = "x" * SHORTEST
_ANY_LINK = f"http://saraban.invalid/r/{_ANY_TOKEN}"  # masked in what is read, as the true one was
_KNOWN = {hashed(_ANY_TOKEN)}


class Marked(NamedTuple):
    """The letter whose mark a mail bears, and whether it says nothing else than a mail of ours about that letter."""

    letter_id: int
    ours: bool


class OwnMails:
    """Knows our own mails by what they say.

    Arguments: `letter_of_mark` tells whose mark it is, if it is ours (P-17); `resolver` and `write` make a mail anew,
    since only its link is not kept.
    """

    def __init__(
        self, letter_of_mark: Callable[[str], int | None], resolver: Resolver, write: Callable[[Notice], Mail]
    ) -> None:
        self._letter_of_mark, self._resolver, self._write = letter_of_mark, resolver, write

    def __call__(self, session: Session, reading: Reading) -> Marked | None:
        """None for a mail without our mark, or with that of a letter that there is not."""
        for mark in reading.loop_marks:
            letter_id = self._letter_of_mark(mark)
            if letter_id is not None and session.get(LetterRow, letter_id) is not None:
                return Marked(letter_id, self._is_ours(session, letter_id, reading))
        return None

    def _is_ours(self, session: Session, letter_id: int, reading: Reading) -> bool:
        enclosed = {document.sha256 for document in reading.documents}
        if enclosed - {document.sha256 for document in letters.documents(session, [letter_id])}:
            return False
        if enclosed and not reading.text.strip():
            return True
        said = _said(reading)
        return any(
            said == _said(read(mail.content, known=_KNOWN))
            for mail in self._mails(session, letter_id, reading.message_id)
        )

    def _mails(self, session: Session, letter_id: int, message_id: str) -> Iterator[Mail]:
        """What we wrote about the letter: the mail of that Message-ID, or where a relay changed it the newest ones."""
        table = table_of(OutboxRow)
        about = sa.select(table).where(table.c.letter_id == letter_id)
        rows = session.connection().execute(about.where(table.c.message_id == message_id)).all()
        rows = rows or session.connection().execute(about.order_by(table.c.id.desc()).limit(_MOST)).all()
        for notice in self._resolver.notices(session, rows):
            yield from map(self._write, _as_it_left(notice))


def _as_it_left(notice: Notice) -> list[Notice]:
    if notice.kind not in _LINKED:
        return [notice]
    linked = replace(notice, link=_ANY_LINK)
    return [linked, replace(linked, renewed=not linked.renewed)]  # a link that was replaced since


def _said(reading: Reading) -> tuple[str, ...]:
    """What a person reads of a mail, however a relay folded it."""
    return tuple(" ".join(part.split()) for part in (reading.subject, reading.text, reading.html))
