"""Codes that people type: letters that nobody mistakes for each other, in groups."""

from __future__ import annotations

import secrets
import unicodedata

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # 32: five bits each
_LONGEST = 64


def make_code(length: int, group: int) -> str:
    """`length` random letters in groups of `group` with hyphens between, such as ABCD-EFGH-JKLM."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(length))
    return "-".join(letters[at : at + group] for at in range(0, length, group))


def bare(code: str) -> str:
    """A code as it is hashed: however its hyphens, spaces and case were typed."""
    plain = unicodedata.normalize("NFKC", code[:_LONGEST]).upper()
    return "".join(one for one in plain if one.isalnum())
