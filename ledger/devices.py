"""Devices that have signed in before ("device cookies", OWASP): what a browser keeps to be told from a stranger.

It opens nothing. It names an account, and is signed together with the moment at which that account's password was
chosen, so that another password makes strangers of all devices. One browser may know several accounts, as the
computers in a school's office do.
"""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import datetime

MOST = 8  # accounts on one device; the one that signed in longest ago makes room
LENGTH = 800  # of the whole
_ONE = re.compile(r"([0-9]{1,18})\.([A-Za-z0-9_-]{22})\.([0-9a-f]{64})")


class Devices:
    """Makes and reads what a browser keeps."""

    def __init__(self, secret: bytes) -> None:
        """`secret`: the installation's own."""
        self._key = hmac.digest(secret, b"devices", "sha256")

    def known(self, kept: str, account_id: int, password_at: datetime | None) -> str:
        """The device's name when the account has signed in on it with the password of now; else ""."""
        for account, name, signature in _ONE.findall(kept[:LENGTH]):
            if int(account) == account_id:
                right = self._signature(account_id, name, password_at)
                return f"device {account}.{name}" if hmac.compare_digest(signature, right) else ""
        return ""

    def remember(self, kept: str, account_id: int, password_at: datetime | None) -> str:
        """What the browser keeps from now on: this account anew, and the others that it had."""
        others = [".".join(one) for one in _ONE.findall(kept[:LENGTH]) if int(one[0]) != account_id]
        name = secrets.token_urlsafe(16)
        return "~".join([f"{account_id}.{name}.{self._signature(account_id, name, password_at)}", *others[: MOST - 1]])

    def _signature(self, account_id: int, name: str, password_at: datetime | None) -> str:
        since = password_at.isoformat() if password_at is not None else ""
        return hmac.digest(self._key, f"{account_id}.{name}.{since}".encode(), "sha256").hex()
