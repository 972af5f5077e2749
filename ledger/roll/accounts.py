"""A person's account, as who keeps the people changes it: invited, off and on, second factor, another login (5.1).

An account may act for people of several organisations (C2): whoever keeps only one of them does not change it.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import accounts, inviting
from ledger.access import Right, Viewer
from ledger.directory import OrganisationRow, PersonRow
from ledger.history import Act
from ledger.invitations import Invitations
from ledger.roll import reach
from ledger.roll.keeping import administered, wrong
from ledger.roll.reach import Found

_ELSEWHERE = (
    "บัญชีนี้ใช้ทำงานที่หน่วยงานอื่นด้วย จึงต้องให้ผู้ดูแลระบบของสำนักงานเป็นผู้ทำ",
    "This account also works elsewhere, so an administrator of the office has to do this.",
)
_OWN = ("จัดการบัญชีของตนเองที่หน้า “บัญชีของฉัน”", "Your own account is changed under “My account”.")
_NONE = ("บุคลากรนี้ยังไม่มีบัญชี", "This person has no account yet.")


def invite(
    act: Act, viewer: Viewer, invitations: Invitations, person_id: int, sender_of: Callable[[OrganisationRow], str]
) -> None:
    """Mail a link by which the person chooses a password; one that was mailed before ends.

    Errors: `NotAllowed`, `NotFound`; `RosterWrong` for oneself, `FieldsWrong` (mailbox).
    """
    found = _other(act, viewer, person_id)
    if not found.organisation.active:
        raise wrong("form", "หน่วยงานนี้พักอยู่ จึงเชิญไม่ได้", "This organisation rests, so nobody of it can be invited.")
    token = invitations.invite(act, found.person.id)
    inviting.mail(act, found.person.id, token, sender_of)
    act.what, act.about = "invited", f"person {found.person.id}"


def rest_account(act: Act, viewer: Viewer, person_id: int, resting: bool = True) -> None:
    """Switch the person's account off, or on again. Errors: `NotAllowed`, `NotFound`, `RosterWrong`, `Refused`."""
    account_id = _account(act, viewer, person_id, "account switched off" if resting else "account switched on")
    accounts.rest(act, account_id, resting)


def require_second(act: Act, viewer: Viewer, person_id: int, required: bool = True) -> None:
    """Require a second factor of the person's account, or no more. Errors: `NotAllowed`, `NotFound`, `RosterWrong`."""
    account_id = _account(act, viewer, person_id, "second factor required" if required else "second factor optional")
    accounts.require_second(act, account_id, required)


def drop_second(act: Act, viewer: Viewer, person_id: int) -> None:
    """The person lost the phone. Errors: `NotAllowed`, `NotFound`, `RosterWrong`."""
    accounts.drop_second(act, _account(act, viewer, person_id, "second factor dropped"))


def change_login(act: Act, viewer: Viewer, person_id: int, login: str) -> None:
    """Another login for the person's account. Errors: as `require_second`; `FieldsWrong` (login)."""
    accounts.change_login(act, _account(act, viewer, person_id, "login changed"), login)


def unlink(act: Act, viewer: Viewer, person_id: int) -> None:
    """The account no longer acts for this person, as when somebody else takes the seat.

    Errors: `NotAllowed`, `NotFound`; `RosterWrong` for oneself, without an account, or for the last administrator.
    """
    found = _other(act, viewer, person_id)
    if found.person.account_id is None:
        raise wrong("form", *_NONE)
    act.what, act.about = "account unlinked", f"person {person_id}"
    with administered(act):
        accounts.unlink(act, person_id)


def reaches_account(session: Session, viewer: Viewer, account_id: int) -> bool:
    """Whether all people of the account are of organisations whose people the viewer keeps."""
    if viewer.may(Right.DIRECTORY):
        return True
    wanted = sa.select(PersonRow.id).where(
        PersonRow.account_id == account_id, PersonRow.organisation_id != viewer.organisation_id
    )
    return session.execute(wanted.limit(1)).first() is None


def _other(act: Act, viewer: Viewer, person_id: int) -> Found:
    found = reach.managed(act.session, viewer, person_id)
    if reach.oneself(act.session, viewer, found.person):
        raise wrong("form", *_OWN)
    return found


def _account(act: Act, viewer: Viewer, person_id: int, what: str) -> int:
    """The account of somebody else that the viewer may change."""
    account_id = _other(act, viewer, person_id).person.account_id
    if account_id is None:
        raise wrong("form", *_NONE)
    if not reaches_account(act.session, viewer, account_id):
        raise wrong("form", *_ELSEWHERE)
    act.what, act.about = what, f"person {person_id}"
    return account_id
