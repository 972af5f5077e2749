"""The rule set of each organisation, kept in the ledger; how rules read and match is in `ledger.routing`."""

from __future__ import annotations

from functools import lru_cache

import sqlalchemy as sa
import yaml
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger.database import Row, once
from ledger.history import Act
from ledger.routing import RuleSet, parse


class RuleRow(Row):
    """One rule, as its YAML says it."""

    __tablename__ = "rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"))
    position: Mapped[int]
    name: Mapped[str]
    body: Mapped[str]


def load(session: Session, organisation_id: int) -> RuleSet:
    """The rules of an organisation, in their order; none at all is a rule set too."""
    return once(session, ("rules", organisation_id), lambda: _parsed(_bodies(session, organisation_id)))


def replace(act: Act, organisation_id: int, rules: RuleSet) -> None:
    """Put `rules` in the place of the organisation's rules."""
    for key in (
        act.session.execute(sa.select(RuleRow.id).where(RuleRow.organisation_id == organisation_id)).scalars().all()
    ):
        act.remove(RuleRow, key)
    for position, written in enumerate(yaml.safe_load(rules.to_yaml())["rules"], 1):
        body = yaml.safe_dump(written, allow_unicode=True, sort_keys=False)
        act.add(RuleRow, organisation_id=organisation_id, position=position, name=written["name"], body=body)


def _bodies(session: Session, organisation_id: int) -> tuple[str, ...]:
    wanted = sa.select(RuleRow.body).where(RuleRow.organisation_id == organisation_id).order_by(RuleRow.position)
    return tuple(session.execute(wanted).scalars())


@lru_cache(maxsize=64)
def _parsed(bodies: tuple[str, ...]) -> RuleSet:
    whole = {"rules": [yaml.safe_load(body) for body in bodies]}
    return parse(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False))
