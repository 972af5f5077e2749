"""The installation's own secret: signs form nonces and the mark by which we know our own mail (P-17)."""

from __future__ import annotations

import hmac
import secrets
from pathlib import Path

from ledger import durable

FILE = "secret.key"


def load(folder: Path) -> bytes:
    """The secret in `folder`; made on first use, readable by us alone."""
    path = folder / FILE
    if not path.exists():
        durable.write(path, secrets.token_hex(32).encode())
    return path.read_bytes()


def loop_mark(secret: bytes, letter_id: int) -> str:
    """The value of X-Saraban-Loop on every mail about this letter."""
    return f"{letter_id}.{_signature(secret, letter_id)}"


def letter_of_mark(secret: bytes, mark: str) -> int | None:
    """The letter of a mark that we made, or None for any other text."""
    number, _, signature = mark.strip().partition(".")
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        return None
    right = hmac.compare_digest(signature.encode("utf-8", "replace"), _signature(secret, int(number)).encode())
    return int(number) if right else None


def _signature(secret: bytes, letter_id: int) -> str:
    return hmac.digest(secret, f"loop:{letter_id}".encode(), "sha256").hex()[:32]
