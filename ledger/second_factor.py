"""The second factor: TOTP (RFC 6238), each step good once, and ten recovery codes that stand in for it (5.1)."""

from __future__ import annotations

import hmac
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import accounts, sign_ins
from ledger.access import Duty
from ledger.accounts import AccountRow, RecoveryCodeRow
from ledger.codes import bare, make_code
from ledger.database import table_of
from ledger.errors import FieldsWrong, SecondFactorRequired, SignedOut
from ledger.history import Act
from ledger.letters import token_hash
from ledger.lodge import Lodge
from ledger.sign_ins import SignIn
from ledger.totp import TotpKey
from ledger.weak_passwords import weaknesses

# Who must have one by the checklist: administrators, and readers of secret letters (5.1).
GRAVE = frozenset({Duty.ADMINISTRATOR, Duty.CENTRAL_CLERK, Duty.SCHOOL_CLERK, Duty.DIRECTOR})
STEP_SECONDS = 30
STEPS_AROUND = 1  # a phone's clock may be one step off
SETUP = timedelta(minutes=30)  # to install an app, read the picture and type the first code
CODES = 10
CODE_LENGTH = 10  # 50 bits

CODE_WRONG = "รหัสยืนยันไม่ถูกต้อง หรือถูกใช้ไปแล้ว โปรดรอรหัสถัดไปในแอปแล้วลองใหม่"
SETUP_BROKEN = "โปรดเริ่มตั้งค่าการยืนยันสองขั้นตอนใหม่อีกครั้ง"
PASSWORD_WRONG = "รหัสผ่านไม่ถูกต้อง"  # noqa: S105
SENTENCES = (CODE_WRONG, SETUP_BROKEN, PASSWORD_WRONG)

_SECRET = re.compile("[A-Z2-7]{32}")


@dataclass(frozen=True, slots=True)
class Setup:
    """What an authenticator app needs; nothing is kept of it until the first code comes back."""

    secret: str  # base32, 160 bits
    uri: str  # otpauth://totp/…


@dataclass(frozen=True, slots=True)
class SetUp:
    """A second factor that works. The codes are shown this once."""

    token: str
    codes: tuple[str, ...]


class SecondFactor:
    """Setting up, asking for and removing the second factor. Each method is one transaction."""

    def __init__(self, lodge: Lodge) -> None:
        self._lodge = lodge

    def begin_setup(self, token: str, secret: str = "") -> Setup:
        """A fresh secret, and the address that a QR code shows.

        Arguments: `secret` that was begun with is shown again, after a code that was wrong. Errors: `SignedOut`;
        `ConfirmFirst` when the password was not given in the last ten minutes.
        """
        begun = bool(_SECRET.fullmatch(secret))
        with self._lodge.database.read() as session:
            here = self._lodge.must_have_proven(session, token, SETUP if begun else sign_ins.CONFIRMED)
        secret = secret if begun else pyotp.random_base32()
        uri = pyotp.TOTP(secret).provisioning_uri(name=here.login, issuer_name=self._lodge.issuer)
        return Setup(secret, uri)

    def finish_setup(self, token: str, secret: str, code: str) -> SetUp:
        """Keep the secret once its first code is right. All other sign-ins end; the token is new.

        Errors: `SignedOut`, `ConfirmFirst`, `FieldsWrong` (code).
        """
        now = self._lodge.clock()
        if not _SECRET.fullmatch(secret):
            raise FieldsWrong(code=SETUP_BROKEN)
        step = _step_of(secret, code, now)
        with self._lodge.database.write() as session:
            here = self._lodge.must_have_proven(session, token, SETUP)
            if step is None:
                raise FieldsWrong(code=CODE_WRONG)
            sealed = self._lodge.key.seal(secret, here.account_id)
            with Act(session, here.viewer.name, "second factor set", now, f"account {here.account_id}") as act:
                act.alter(AccountRow, here.account_id, totp_secret=sealed, totp_step=step, second_at=now)
            codes = _fresh_codes(session, here.account_id)
            accounts.end_all(session, here.account_id, now, except_id=here.id)
            return SetUp(sign_ins.renew(session, here), codes)

    def check(self, token: str, code: str, device: str = "") -> str:
        """The second half of signing in: a code of the app, or a recovery code. Returns the new token.

        Arguments: `device`, as for `Door.sign_in`. Errors: `SignedOut`, `FieldsWrong` (code), `TooManyAttempts`.
        """
        now = self._lodge.clock()
        with self._lodge.database.write() as session:
            here = self._lodge.must_find(session, token)
            if here.proven:
                raise SignedOut  # nothing is asked for
            account = session.get_one(AccountRow, here.account_id)
            knock = self._lodge.knock(here.login, account, here.network, device)
            with self._lodge.trying(self._lodge.seconds, knock):
                if not (
                    _use_step(session, here, code, now, self._lodge.key) or _use_recovery(session, here, code, now)
                ):
                    raise FieldsWrong(code=CODE_WRONG)
            return sign_ins.renew(session, here, full=True)

    def remove(self, token: str, password: str) -> str:
        """Sign in by password alone from now on; the password must be long enough for that. Returns the new token.

        Errors: `SignedOut`, `SecondFactorRequired`, `FieldsWrong` (password), `TooManyAttempts`.
        """
        with self._lodge.database.read() as session:
            here = self._lodge.must_have_proven(session, token)
            account = session.get_one(AccountRow, here.account_id)
            about = accounts.names_of(session, account)
        if here.required:
            raise SecondFactorRequired
        self._lodge.must_match(here.knock, account.password_hash, password, FieldsWrong(password=PASSWORD_WRONG))
        if fault := weaknesses(password, second_factor=False, about=about):
            raise FieldsWrong(password=fault)
        now = self._lodge.clock()
        with self._lodge.database.write() as session:
            here = self._lodge.must_have_proven(session, token)
            if here.required:
                raise SecondFactorRequired
            with Act(session, here.viewer.name, "second factor removed", now, f"account {here.account_id}") as act:
                act.alter(AccountRow, here.account_id, totp_secret="", second_at=None)
            _forget_codes(session, here.account_id)
            return sign_ins.renew(session, here, confirmed_at=now)

    def new_codes(self, token: str) -> tuple[str, ...]:
        """Ten fresh recovery codes; those before are void.

        Errors: `SignedOut`, `ConfirmFirst`; none are given to an account without a second factor.
        """
        with self._lodge.database.write() as session:
            here = self._lodge.must_have_proven(session, token, sign_ins.CONFIRMED)
            return _fresh_codes(session, here.account_id) if here.has_second else ()

    def codes_left(self, account_id: int) -> int:
        """How many recovery codes are unused."""
        unused = (RecoveryCodeRow.account_id == account_id, RecoveryCodeRow.used_at.is_(None))
        with self._lodge.database.read() as session:
            return session.execute(sa.select(sa.func.count(RecoveryCodeRow.id)).where(*unused)).scalar_one()


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step of which this is the code: now's, the one before or the one after."""
    typed = _digits(code)
    current = int(now.timestamp()) // STEP_SECONDS
    for step in range(current - STEPS_AROUND, current + STEPS_AROUND + 1):
        if hmac.compare_digest(pyotp.TOTP(secret).generate_otp(step).encode(), typed.encode()):
            return step
    return None


def _digits(code: str) -> str:
    """The code as Arabic digits without spaces; Thai digits count too."""
    found = (str(unicodedata.decimal(one, "")) for one in code[:64] if not one.isspace())
    return "".join(found)


def _use_step(session: Session, here: SignIn, code: str, now: datetime, key: TotpKey) -> bool:
    account = session.get_one(AccountRow, here.account_id, populate_existing=True)
    if not account.totp_secret:
        return False
    step = _step_of(key.open(account.totp_secret, account.id), code, now)
    if step is None:
        return False
    table = table_of(AccountRow)
    unused = sa.update(table).where(table.c.id == account.id, table.c.totp_step < step)
    return bool(session.connection().execute(unused.values(totp_step=step)).rowcount)


def _use_recovery(session: Session, here: SignIn, code: str, now: datetime) -> bool:
    table = table_of(RecoveryCodeRow)
    unused = sa.update(table).where(
        table.c.account_id == here.account_id,
        table.c.code_hash == _code_hash(here.account_id, code),
        table.c.used_at.is_(None),
    )
    return bool(session.connection().execute(unused.values(used_at=now)).rowcount)


def _fresh_codes(session: Session, account_id: int) -> tuple[str, ...]:
    _forget_codes(session, account_id)
    codes = tuple(make_code(CODE_LENGTH, 5) for _ in range(CODES))
    rows = [{"account_id": account_id, "code_hash": _code_hash(account_id, code)} for code in codes]
    session.connection().execute(sa.insert(table_of(RecoveryCodeRow)), rows)
    return codes


def _forget_codes(session: Session, account_id: int) -> None:
    table = table_of(RecoveryCodeRow)
    session.connection().execute(sa.delete(table).where(table.c.account_id == account_id))


def _code_hash(account_id: int, code: str) -> str:
    return token_hash(f"{account_id}:{bare(code)}")
