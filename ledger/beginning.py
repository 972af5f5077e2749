"""The first administrator: by a one-time code that the server prints, never by a password that came with it (5.1)."""

from __future__ import annotations

import re
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import accounts, directory, sign_ins
from ledger.access import Duty
from ledger.accounts import AccountRow, InvitationRow, normal_login
from ledger.codes import bare, make_code
from ledger.directory import DutyRow, OrganisationRow, PersonRow
from ledger.errors import FieldsWrong, NoSuchInvitation, Refused
from ledger.history import Act
from ledger.letters import token_hash
from ledger.lodge import Lodge
from ledger.sign_ins import SignedIn
from ledger.values import Visit
from ledger.weak_passwords import weaknesses

FIRST_LIFE = timedelta(hours=24)
CODE_LENGTH = 12  # 60 bits
NAME_LENGTH = 200
FIRST_DUTIES = (Duty.ADMINISTRATOR, Duty.REGISTER_ADMIN, Duty.CORRESPONDENCE_ADMIN, Duty.CENTRAL_CLERK)

NAME_MISSING = "โปรดใส่ชื่อและนามสกุลของผู้ดูแลระบบ"
OFFICE_MISSING = "โปรดใส่ชื่อสำนักงาน"
BEGUN = "มีบัญชีผู้ใช้อยู่แล้ว ให้ผู้ดูแลระบบเชิญผู้ใช้คนต่อไป"
SENTENCES = (NAME_MISSING, OFFICE_MISSING, BEGUN)


class Beginning:
    """While no account exists. Each method is one transaction."""

    def __init__(self, lodge: Lodge) -> None:
        self._lodge = lodge

    def awaits_first(self) -> bool:
        """Whether no account exists yet."""
        with self._lodge.database.read() as session:
            return not _begun(session)

    def office_name(self) -> str:
        """The office that the first administrator joins, as an imported directory names it; "" when there is none."""
        with self._lodge.database.read() as session:
            office = _office(session)
        return office.name if office is not None else ""

    def first_code(self, act: Act) -> str:
        """A code such as ABCD-EFGH-JKLM for the one who sits at the server, good for a day; earlier ones become void.

        Errors: `Refused` when an account exists.
        """
        if _begun(act.session):
            raise Refused(reason=BEGUN)
        for key in _unused(act):
            act.alter(InvitationRow, key, expires_at=act.at)
        code = make_code(CODE_LENGTH, 4)
        act.add(
            InvitationRow,
            purpose="first",
            token_hash=token_hash(bare(code)),
            made_at=act.at,
            made_by=act.who,
            expires_at=act.at + FIRST_LIFE,
        )
        return code

    def begin(
        self,
        code: str,
        visit: Visit,
        *,
        login: str,
        password: str,
        person_name: str,
        office_name: str,
        position: str = "",
    ) -> SignedIn:
        """Make the first account, its person, and the office unless an imported directory has one.

        Somebody of the office with this address is taken as they are. Errors: `NoSuchInvitation`; `FieldsWrong`
        (login, password, person_name, office_name); `TooManyAttempts`.
        """
        with self._lodge.trying_from(visit.network), self._lodge.database.read() as session:
            self._living(session, code)
            office = _office(session)
        names = (office.name if office is not None else office_name.strip(), person_name.strip(), position.strip())
        if problems := _problems(login, password, *names[:2]):
            raise FieldsWrong(**problems)
        kept, now = self._lodge.passwords.hashed(password), self._lodge.clock()
        with self._lodge.database.write() as session:
            with Act(session, names[1], "begun", now) as act:
                act.alter(InvitationRow, self._living(session, code), used_at=now)
                account_id = accounts.add(act, normal_login(login), kept)
                person_id = _first_person(act, normal_login(login), *names)
                act.alter(PersonRow, person_id, account_id=account_id)
                act.about = f"account {account_id}"
            return sign_ins.open_for(session, account_id, visit, now, self._lodge.second_for)

    def _living(self, session: Session, code: str) -> int:
        """The id of the living code. Errors: `NoSuchInvitation`."""
        wanted = sa.select(InvitationRow.id).where(
            InvitationRow.purpose == "first",
            InvitationRow.token_hash == token_hash(bare(code)),
            InvitationRow.used_at.is_(None),
            InvitationRow.expires_at > self._lodge.clock(),
        )
        found = session.execute(wanted).scalar_one_or_none()
        if found is None or _begun(session):
            raise NoSuchInvitation
        return found


def _problems(login: str, password: str, office_name: str, person_name: str) -> dict[str, str]:
    """What is wrong with the form, by field."""
    weak = weaknesses(password, second_factor=False, about=[normal_login(login), person_name, office_name])
    found = {
        "login": accounts.login_fault(login),
        "password": weak,
        "person_name": "" if person_name else NAME_MISSING,
        "office_name": "" if office_name else OFFICE_MISSING,
    }
    return {field: sentence for field, sentence in found.items() if sentence}


def _begun(session: Session) -> bool:
    return session.execute(sa.select(AccountRow.id).limit(1)).first() is not None


def _unused(act: Act) -> list[int]:
    wanted = sa.select(InvitationRow.id).where(
        InvitationRow.purpose == "first", InvitationRow.used_at.is_(None), InvitationRow.expires_at > act.at
    )
    return list(act.session.execute(wanted).scalars())


def _office(session: Session) -> OrganisationRow | None:
    wanted = sa.select(OrganisationRow).where(OrganisationRow.kind == "office", OrganisationRow.active)
    return session.execute(wanted.order_by(OrganisationRow.id).limit(1)).scalar_one_or_none()


def _first_person(act: Act, mailbox: str, office_name: str, name: str, position: str) -> int:
    office = _office(act.session)
    office_id = office.id if office is not None else _add_office(act, office_name)
    known = directory.people(act.session, office_id)
    person_id = next((person.id for person in known if normal_login(person.mailbox) == mailbox), None)
    if person_id is None:
        person_id = _add_person(act, office_id, mailbox, name, position)
    held = sa.select(DutyRow.duty).where(DutyRow.person_id == person_id)
    has = set(act.session.execute(held).scalars())
    for duty in FIRST_DUTIES:
        if str(duty) not in has:
            act.add(DutyRow, person_id=person_id, duty=str(duty))
    return person_id


def _add_office(act: Act, name: str) -> int:
    taken = set(act.session.execute(sa.select(OrganisationRow.code)).scalars())
    code = _free("office", taken)
    return act.add(OrganisationRow, code=code, name=name[:NAME_LENGTH], kind="office", keeps_registers=True)


def _add_person(act: Act, office_id: int, mailbox: str, name: str, position: str) -> int:
    codes = sa.select(PersonRow.code).where(PersonRow.organisation_id == office_id)
    wish = re.sub("[^a-z0-9]+", "-", mailbox.partition("@")[0]).strip("-") or "admin"
    return act.add(
        PersonRow,
        organisation_id=office_id,
        code=_free(wish, set(act.session.execute(codes).scalars())),
        name=name[:NAME_LENGTH],
        position=position[:NAME_LENGTH],
        mailbox=mailbox,
    )


def _free(wish: str, taken: set[str]) -> str:
    """`wish`, or with the first number that nobody has."""
    number = 1
    while (code := wish if number == 1 else f"{wish}-{number}") in taken:
        number += 1
    return code
