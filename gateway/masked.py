"""Reading and copying without links of ours: the child says what may be a token, the ledger which of it is one."""

from __future__ import annotations

from collections.abc import Collection

from ledger import tokens
from ledger.database import Database
from ledger.errors import Refused
from ledger.values import Reading
from watchers.reading.copies import Copy
from watchers.reading.painter import Painter
from watchers.reading.reader import Reader

UNCOPIED = "ระบบตรวจไฟล์นี้ไม่สำเร็จ จึงยังไม่เปิดให้ดาวน์โหลด ต้นฉบับเก็บไว้ครบถ้วน โปรดติดต่อผู้ดูแลระบบ"


class MaskedReader:
    """What everything reads through that stores, shows or searches; safe to share between threads."""

    def __init__(self, database: Database, reader: Reader) -> None:
        self._database, self._reader = database, reader

    @property
    def painter(self) -> Painter:
        """Draws pages of files."""
        return self._reader.painter

    def read(self, content: bytes, *, name: str = "", sender: str | None = None) -> Reading:
        """As `Reader.read`, with a mark in place of each link and token of ours."""

        def read(known: frozenset[str]) -> Reading:
            return self._reader.read(content, name=name, sender=sender, known=known)

        return tokens.sought(read, self._ours)

    def copy(self, content: bytes, name: str) -> bytes:
        """A file of that name as it may be handed out: who may read it must not get a link of somebody else by it.

        Errors: `Unavailable`; `Refused` for a file that cannot be looked through.
        """

        def copy(known: frozenset[str]) -> Copy:
            if made := self.painter.copy(content, name, known):
                return made
            raise Refused(reason=UNCOPIED)

        return tokens.sought(copy, self._ours).content

    def _ours(self, doubtful: Collection[str]) -> frozenset[str]:
        with self._database.read() as session:
            return tokens.ours(session, doubtful)
