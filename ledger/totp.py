"""The secrets of second factors, kept closed: whoever has the database, or a copy of it, has none of them.

Each is sealed with AES-256-GCM under a key that may lie outside of the data folder, and bound to its account, so that
it opens no other (attacks 31 and 35).
"""

from __future__ import annotations

import base64
import secrets

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session

from ledger.accounts import AccountRow
from ledger.database import Database, soil, table_of
from ledger.errors import KeyWrong

KEY_BYTES = 32
SEALED = "1:"  # what a sealed secret begins with; base32 has no colon

_NONCE_BYTES = 12
_ACCOUNT = table_of(AccountRow)


class TotpKey:
    """Seals and opens. Arguments: `key`, 32 random bytes; ValueError for fewer or more."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("a key has 32 bytes")
        self._cipher = AESGCM(key)

    def seal(self, secret: str, account_id: int) -> str:
        """The secret as it is kept."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return (
            SEALED + base64.b64encode(nonce + self._cipher.encrypt(nonce, secret.encode(), _bound(account_id))).decode()
        )

    def open(self, sealed: str, account_id: int) -> str:
        """The secret itself. Errors: `KeyWrong` when another key or account sealed it, or it was altered."""
        try:
            kept = base64.b64decode(sealed.removeprefix(SEALED), validate=True)
            return self._cipher.decrypt(kept[:_NONCE_BYTES], kept[_NONCE_BYTES:], _bound(account_id)).decode()
        except (InvalidTag, ValueError):
            raise KeyWrong from None


def any_sealed(session: Session) -> bool:
    """Whether there is a secret that only its key opens."""
    return session.connection().execute(_kept(sealed=True).limit(1)).first() is not None


def must_open(session: Session, key: TotpKey) -> None:
    """Errors: `KeyWrong`, unless the key opens every sealed secret."""
    for account_id, sealed in session.connection().execute(_kept(sealed=True)):
        key.open(sealed, account_id)


def seal_all(database: Database, key: TotpKey) -> None:
    """Seal what an earlier program kept in the clear, and leave nothing of it in the database's file.

    A disk without room for that puts it off to the next start. Errors: `KeyWrong`, and then nothing is changed.
    """
    with database.write() as session:
        must_open(session, key)
        connection = session.connection()
        for account_id, secret in connection.execute(_kept(sealed=False)).all():
            mine = sa.update(_ACCOUNT).where(_ACCOUNT.c.id == account_id)
            connection.execute(mine.values(totp_secret=key.seal(secret, account_id)))
            soil(session)
    database.scrub()


def _kept(*, sealed: bool) -> sa.Select[int, str]:
    secret = _ACCOUNT.c.totp_secret
    begins = secret.startswith(SEALED)
    return sa.select(_ACCOUNT.c.id, secret).where(secret != "", begins if sealed else ~begins)


def _bound(account_id: int) -> bytes:
    return f"account {account_id}".encode()
