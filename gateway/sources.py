"""The health of every way in, for the first page of the console: when something last came, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import sqlalchemy as sa

from gateway.opening import Ledger
from gateway.web.console.cabinet import Source
from ledger.intakes import IntakeRow
from ledger.values import Channel
from watchers.folder import FolderWatch

LOOKED_AT = 2000  # the newest arrivals; what came before them, came long ago
_GONE = "ไม่พบโฟลเดอร์นี้ ให้ผู้ดูแลระบบตรวจสอบ"


def watched(
    ledger: Ledger, folders: Sequence[FolderWatch], refusing: Callable[[], datetime | None]
) -> Callable[[], list[Source]]:
    """A function that looks at every source which the settings name, `folders` among them.

    Arguments: `refusing` says since when no mail is taken, if none is.
    """
    settings = ledger.settings

    def look() -> list[Source]:
        last, since = _last(ledger), refusing()
        found = []
        if settings.smtp.enabled:
            found.append(Source("อีเมล (SMTP)", last.get((Channel.SMTP, "")), refusing_since=since))
        if settings.lmtp.enabled:
            found.append(Source("อีเมล (LMTP)", last.get((Channel.LMTP, "")), refusing_since=since))
        for watch in folders:
            path, fault = watch.folder.path, "" if watch.folder.path.is_dir() else _GONE
            came = last.get((Channel.FOLDER, str(path)))
            status = watch.status()
            found.append(Source(f"โฟลเดอร์ {path.name}", came, fault, status.torn, status.failed))
        return found

    return look


def _last(ledger: Ledger) -> dict[tuple[Channel, str], datetime]:
    newest = sa.select(IntakeRow.channel, IntakeRow.source, IntakeRow.taken_at)
    newest_first = newest.order_by(IntakeRow.id.desc()).limit(LOOKED_AT)
    last: dict[tuple[Channel, str], datetime] = {}
    with ledger.database.read() as session:
        for channel, source, at in session.execute(newest_first):
            last.setdefault((channel, source if channel is Channel.FOLDER else ""), at)
    return last
