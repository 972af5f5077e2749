"""Who may sign in: accounts, sign-ins, invitations (reliability 5.1). Only hashes of what opens a door are kept."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import Moment, Row


class AccountRow(Row):
    """A login. One account may belong to a person at several organisations (C2)."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)  # an e-mail address in small letters; never a citizen id (R39)
    password_hash: Mapped[str] = mapped_column(default="")  # argon2id
    totp_secret: Mapped[str] = mapped_column(default="")  # "" until a second factor is set up
    totp_step: Mapped[int] = mapped_column(default=0)  # the newest step that was used; each is good once
    second_factor: Mapped[bool] = mapped_column(default=False)  # an administrator requires one
    active: Mapped[bool] = mapped_column(default=True)
    made_at: Mapped[datetime] = mapped_column(Moment)

    loose = frozenset({"password_hash", "totp_secret", "totp_step"})


class SignInRow(Row):
    """One session of an account, acting for one person of it."""

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    made_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    confirmed_at: Mapped[datetime] = mapped_column(Moment)  # when the password was last given
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    network: Mapped[str]
    agent: Mapped[str]
    full: Mapped[bool] = mapped_column(default=False)  # False while a second factor is still asked for, or set up

    loose = frozenset({"*"})


class InvitationRow(Row):
    """A mailed link, or a code printed on the server, that lets somebody choose a password."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(sa.String(16))  # "person", "first"
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(Moment)
    made_by: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)
