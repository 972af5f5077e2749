"""Full text over entries, letters and documents (C7): Thai without word spaces, any part of a word, any digits.

`index` follows the history, `query` asks it, `words` is the spelling that both share, `marks` shows what matched.
"""

from ledger.search.index import ROWID, IndexedRow, behind, catch_up, rebuild
from ledger.search.marks import marked
from ledger.search.query import FIELDS, Sought, found, numbered, sought

__all__ = [
    "FIELDS",
    "ROWID",
    "IndexedRow",
    "Sought",
    "behind",
    "catch_up",
    "found",
    "marked",
    "numbered",
    "rebuild",
    "sought",
]
