"""The directory: what of it the viewer may do, the organisations, and one of them with its people (F40, F41, F45)."""

from __future__ import annotations

from urllib.parse import urlencode

import sqlalchemy as sa
from starlette.responses import Response

from gateway.web.console.asked import Asked
from gateway.web.console.directory_ground import Ground
from gateway.web.console.guard import Page
from ledger import access
from ledger.access import Duty, Right, Viewer
from ledger.directory import OrganisationRow
from ledger.roll import lists, reach
from ledger.roll.lists import Filter, Member

ON_A_PAGE = 30


class Directory(Ground):
    """Looking at it."""

    def pages(self) -> list[Page]:
        """What this part of the console serves."""
        return [
            Page("/directory", self.overview, Right.APPOINT),
            Page("/directory/organisations", self.organisations, Right.APPOINT),
            Page("/directory/organisations/{id:int}", self.organisation, Right.APPOINT),
        ]

    def overview(self, asked: Asked) -> Response:
        """What the viewer may do here, and what lacks something."""
        viewer, wide = asked.viewer, _sees_schools(asked.viewer)
        with self._cabinet.database.read() as session:
            own = access.owner(session, viewer)
            counted = sa.select(OrganisationRow.kind, sa.func.count().label("held")).group_by(OrganisationRow.kind)
            rows = session.execute(counted.where(OrganisationRow.active, reach.visible(viewer)))
            counts = {row.kind: row.held for row in rows}
            lacking = lists.lacking(session, viewer) if wide else {}
        return self._page(asked, "directory.html", own=own, counts=counts, lacking=lacking, wide=wide)

    def organisations(self, asked: Asked) -> Response:
        """The organisations that the viewer sees, narrowed by what the address says."""
        viewer, wanted, number = asked.viewer, _filter(asked), max(asked.number("page", 1), 1)
        with self._cabinet.database.read() as session:
            found, total = lists.organisations(session, viewer, wanted, (number - 1) * ON_A_PAGE, ON_A_PAGE)
        query = [(name, value) for name, value in asked.request.query_params.multi_items() if name not in _OWN]
        return self._page(
            asked,
            "directory_organisations.html",
            found=found,
            total=total,
            wanted=wanted,
            page=number,
            last=max(1, -(-total // ON_A_PAGE)),
            query=urlencode(query),
            wide=_sees_schools(viewer),
        )

    def organisation(self, asked: Asked) -> Response:
        """One organisation: what is known of it, its groups, its people with duties and accounts."""
        viewer, now, words = asked.viewer, self._cabinet.clock(), asked.query("find")
        with self._cabinet.database.read() as session:
            owner = reach.organisation(session, viewer, asked.key(), Right.APPOINT)
            members = lists.members(session, owner, now)
            keeps = viewer.may(Right.DIRECTORY) or (viewer.may(Right.PEOPLE) and owner.id == viewer.organisation_id)
            resting = lists.members(session, owner, now, resting=True) if keeps else []
            groups = lists.groups(session, owner)
        clerks: dict[int | None, list[str]] = {}
        for member in members:
            if Duty.GROUP_CLERK in member.duties:
                clerks.setdefault(member.row.group_id, []).append(member.row.name)
        return self._page(
            asked,
            "directory_organisation.html",
            owner=owner,
            groups=groups,
            clerks=clerks,
            members=[member for member in members if _named(member, words)],
            count=len(members),
            find=words,
            resting=resting,
            keeps=keeps,
            appoints=bool(reach.appointable(viewer, owner)) and owner.active,
            wide=_sees_schools(viewer),
        )


_OWN = ("page", "told")


def _sees_schools(viewer: Viewer) -> bool:
    """Whether there is more than the own organisation to see."""
    return viewer.kind == "office" and (viewer.may(Right.DIRECTORY) or viewer.may(Right.CLERKS))


def _named(member: Member, words: str) -> bool:
    told = f"{member.row.name} {member.row.code} {member.row.position} {member.group} {member.row.mailbox}".casefold()
    return all(word in told for word in words.casefold().split())


def _filter(asked: Asked) -> Filter:
    kind = asked.query("kind")
    return Filter(
        words=asked.query("find"),
        kind=kind if kind in ("office", "school", "outside") else "",
        lacks=asked.query("lacks"),
        resting=asked.query("resting") == "yes" and asked.viewer.may(Right.DIRECTORY),
    )
