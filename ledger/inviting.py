"""The mail that lets somebody choose a password: an invitation, or a forgotten password."""

from __future__ import annotations

from collections.abc import Callable

from ledger import outbox
from ledger.directory import OrganisationRow, PersonRow
from ledger.history import Act
from ledger.values import NoticeKind


def mail(act: Act, person_id: int, token: str, sender_of: Callable[[OrganisationRow], str]) -> int:
    """Queue the mail with the link; the token is kept in clear only while the mail waits. Returns its outbox id."""
    person = act.session.get_one(PersonRow, person_id)
    organisation = act.session.get_one(OrganisationRow, person.organisation_id)
    return outbox.add(
        act,
        organisation,
        NoticeKind.INVITATION,
        person.mailbox,
        sender=sender_of(organisation),
        recipient_name=person.name,
        token=token,
    )
