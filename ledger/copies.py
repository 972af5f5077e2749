"""Whether something was here before: the same thing again never takes a second number (I3, P-3, P-4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from ledger.intakes import IntakeRow, OutcomeRow
from ledger.letters import DocumentRow
from ledger.prepared import Prepared
from ledger.values import Channel, Reading

# A scan of a letter that came by mail is dropped within days, not years.
_TWIN_WINDOW = timedelta(days=60)


class First(NamedTuple):
    """What a copy is joined to."""

    intake_id: int
    entry_id: int | None
    letter_id: int | None


_OTHER = aliased(DocumentRow)

# Few rows fit, so the first registered one is chosen here: ordering them costs the database more than finding them.
# Their kind is said and not bound: it has a partial index, so SQLite would plan anew for each value that is bound.
_REGISTERED = (
    sa.select(OutcomeRow.id, OutcomeRow.intake_id, OutcomeRow.entry_id, OutcomeRow.letter_id)
    .join(IntakeRow, IntakeRow.id == OutcomeRow.intake_id)
    .where(sa.text("outcomes.kind = 'registered'"))
    .where(IntakeRow.organisation_id == sa.bindparam("owner"), IntakeRow.register == sa.bindparam("register"))
)
_SAME_IDENTITY = Prepared(
    _REGISTERED.where(IntakeRow.identity == sa.bindparam("identity"), IntakeRow.id != sa.bindparam("key"))
)
_SAME_DOCUMENT = Prepared(
    _REGISTERED.join(DocumentRow, DocumentRow.letter_id == OutcomeRow.letter_id)
    .where(DocumentRow.sha256 == sa.bindparam("sha256"))
    .where(~sa.exists().where(_OTHER.letter_id == DocumentRow.letter_id, _OTHER.id != DocumentRow.id))
    .where(sa.or_(IntakeRow.channel == Channel.FOLDER, sa.bindparam("dropped", type_=sa.Boolean)))
    .where(OutcomeRow.at > sa.bindparam("since"))
)


def first_of(session: Session, intake: IntakeRow, reading: Reading) -> First | None:
    """The same thing, if it was registered before (P-3, P-4).

    The same bytes apart from trace fields are the same thing. So are a mail and a dropped file of which one is the
    only document of the other. A Message-ID alone proves nothing: a stranger can copy it.
    """
    named: dict[str, Any] = {"owner": intake.organisation_id, "register": intake.register}
    connection = session.connection()
    if reading.identity:
        same = _SAME_IDENTITY.run(connection, **named, identity=reading.identity, key=intake.id).fetchall()
        if same:
            return First(*min(same)[1:])
    enclosed = [document for document in reading.documents if not document.inline]
    if len(enclosed) != 1:
        return None
    dropped, since = intake.channel is Channel.FOLDER, intake.taken_at - _TWIN_WINDOW
    named |= {"sha256": enclosed[0].sha256, "dropped": dropped, "since": since}
    twins = _SAME_DOCUMENT.run(connection, **named).fetchall()
    return First(*min(twins)[1:]) if twins else None
