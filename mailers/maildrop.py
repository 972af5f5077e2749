"""Mail out to a folder: one .eml file for each mail, for demonstrations, tests and offices without a relay yet."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from ledger.errors import Unavailable
from ledger.values import Answer, AnswerKind, Mail
from mailers import headers

_DATE = re.compile(rb"^Date: ([^\r\n]+)", re.MULTILINE)
_LONGEST_NAME = 80


class Maildrop:
    """Writes mails into `folder`, which only we can read: their links are keys."""

    def __init__(self, folder: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._folder = folder
        self._clock = clock

    def deliver(self, mails: Iterable[Mail], report: Callable[[Answer], None]) -> None:
        """Write each mail, whole or not at all; the same mail again is the same file (I5).

        A file begins with Return-Path and Delivered-To: the envelope, as delivery to a mailbox writes it down
        (RFC 5321 section 4.4). Errors: what `mails` or `report` raises, at once.
        """
        for mail in mails:
            kind, text = self._write(mail)
            report(Answer(mail.id, kind, text, "maildrop", self._clock()))

    def hang_up(self) -> None:
        """Nobody is on the line."""

    def _write(self, mail: Mail) -> tuple[AnswerKind, str]:
        sender, recipient = headers.address(mail.sender), headers.address(mail.recipient)
        if not recipient:
            return AnswerKind.PERMANENT, "ที่อยู่อีเมลไม่ถูกต้อง โปรดแก้ไขในทะเบียนหน่วยงาน (not a mail address)"
        path = self._folder / self._name(mail)
        envelope = f"Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n".encode()
        try:
            if not path.exists():
                _store(path, envelope + mail.content)
        except OSError as trouble:
            return AnswerKind.TEMPORARY, f"{Unavailable().sentence()} ({trouble.strerror})"
        return AnswerKind.SENT, f"250 {path.name}"

    def _name(self, mail: Mail) -> str:
        """`20260814-105230-71-plan@office.example.eml`: the same for every repeat, in the order of writing."""
        written = _DATE.search(mail.content)
        at = parsedate_to_datetime(written[1].decode()) if written else self._clock()
        recipient = re.sub("[^A-Za-z0-9@.-]+", "_", mail.recipient)[:_LONGEST_NAME]
        return f"{at:%Y%m%d-%H%M%S}-{mail.id}-{recipient}.eml"


def _store(path: Path, content: bytes) -> None:
    """Temp file, fsync, rename, fsync of the folder."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.rename(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
