"""The installation's own secrets: one signs form nonces and the mark by which we know our own mail (P-17), one closes
the second factors (attack 31).
"""

from __future__ import annotations

import hmac
import os
import secrets
import shlex
from pathlib import Path

from gateway.settings import Settings
from gateway.settings.sources import open_to_others
from ledger import durable, totp
from ledger.database import Database
from ledger.errors import KeyUnusable
from ledger.totp import KEY_BYTES, TotpKey

FILE = "secret.key"
TOTP_FILE = "totp.key"


def load(folder: Path) -> bytes:
    """The secret in `folder`; made on first use, readable by us alone."""
    path = folder / FILE
    if not path.exists():
        durable.write(path, secrets.token_hex(32).encode())
    return path.read_bytes()


def second_factors(settings: Settings, database: Database) -> TotpKey:
    """The key of the second factors, with all of them sealed by it; made on first use, and never when it is missed.

    Errors: `KeyUnusable`, `KeyWrong`; OSError for a file that cannot be read or made.
    """
    path = totp_file(settings)
    if not path.exists():
        with database.read() as session:
            if totp.any_sealed(session):
                raise _missing(settings)
        durable.make_folder(path.parent)
        durable.write(path, secrets.token_hex(KEY_BYTES).encode())
    key = _read_totp(path, settings.data)
    totp.seal_all(database, key)
    return key


def must_fit(settings: Settings, database: Database) -> None:
    """The same question without changing anything. Errors: `KeyUnusable`, `KeyWrong`, OSError."""
    path = totp_file(settings)
    with database.read() as session:
        if path.exists():
            totp.must_open(session, _read_totp(path, settings.data))
        elif totp.any_sealed(session):
            raise _missing(settings)


def totp_file(settings: Settings) -> Path:
    """Where the key of the second factors lies; a link to it is followed: the file itself must be ours alone."""
    return Path(os.path.realpath(settings.key_file or settings.data / TOTP_FILE))


def _read_totp(path: Path, data: Path) -> TotpKey:
    """The key in a file of 64 hexadecimal digits that nobody else can read. Errors: `KeyUnusable`, OSError.

    Into the `data` folder nobody else gets, and its files are closed at each start: a mode says nothing there.
    """
    closed = (data, os.environ.get("CREDENTIALS_DIRECTORY") or data)
    if open_to_others(path) and not any(path.is_relative_to(os.path.realpath(folder)) for folder in closed):
        mended = f"chmod 600 {shlex.quote(str(path))}"
        th = f"ผู้ใช้อื่นของเครื่องอ่านได้ ให้สั่ง {mended}"
        raise KeyUnusable(path=path, problem=th, problem_en=f"others on this machine can read it: run {mended}")
    try:
        return TotpKey(bytes.fromhex(path.read_text("ascii").strip()))
    except ValueError:
        th = "ในไฟล์ไม่ใช่กุญแจ ให้นำไฟล์เดิมกลับมาจากข้อมูลสำรอง"
        en = "it holds no key. Bring the old file back from the backup"
        raise KeyUnusable(path=path, problem=th, problem_en=en) from None


def _missing(settings: Settings) -> KeyUnusable:
    path, made_here = totp_file(settings), settings.data / TOTP_FILE
    if made_here.exists():
        move = f"mv {shlex.quote(str(made_here))} {shlex.quote(str(path))}"
        th, en = f"ไม่พบไฟล์ กุญแจยังอยู่ที่เดิม ให้ย้ายด้วย {move}", f"it is missing. The key lies where it was: run {move}"
        return KeyUnusable(path=path, problem=th, problem_en=en)
    th = (
        "ไม่พบไฟล์ ให้นำไฟล์เดิมกลับมาจากข้อมูลสำรอง หรือตั้ง key_file ให้ตรงกับที่เก็บไฟล์"
        " หากหายไปแล้วให้สั่ง saraban admin forget-factors แล้วทุกคนตั้งค่าใหม่"
    )
    en = (
        "it is missing. Bring it back from the backup, or set key_file to where it lies. "
        "If it is lost, run saraban admin forget-factors, and everybody sets theirs up anew"
    )
    return KeyUnusable(path=path, problem=th, problem_en=en)


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
