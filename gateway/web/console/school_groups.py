"""กลุ่มสถานศึกษา: named sets of schools to send to, their members, and the report of both (F42 to F44)."""

from __future__ import annotations

from starlette.responses import Response

from gateway.web.console.asked import Asked
from gateway.web.console.directory_ground import FAULTS, Ground, keys, line
from gateway.web.console.guard import Page
from gateway.web.console.view import to
from ledger import roll
from ledger.access import Right
from ledger.directory import SchoolGroupRow
from ledger.errors import ChangedMeanwhile, SarabanError
from ledger.roll import school_groups


class SchoolGroups(Ground):
    """The pages of school groups."""

    def pages(self) -> list[Page]:
        """What this part of the console serves."""
        right, one = Right.SCHOOL_GROUPS, "/directory/school-groups/{id:int}"
        return [
            Page("/directory/school-groups", self.list, right),
            Page("/directory/school-groups/report", self.report, right),
            Page("/directory/school-groups/new", self.new, right),
            Page("/directory/school-groups/new", self.add, right, ("POST",)),
            Page(one, self.edit, right),
            Page(one, self.change, right, ("POST",)),
            Page(f"{one}/remove", self.remove_form, right),
            Page(f"{one}/remove", self.remove, right, ("POST",)),
        ]

    def list(self, asked: Asked) -> Response:
        """All of them, with how many members each has."""
        with self._cabinet.database.read() as session:
            found = school_groups.gathered(session, asked.viewer)
        return self._page(asked, "school_groups.html", found=found)

    def report(self, asked: Asked) -> Response:
        """Groups and members to print."""
        with self._cabinet.database.read() as session:
            found = school_groups.gathered(session, asked.viewer)
        return self._page(asked, "school_groups_report.html", found=found, at=self._cabinet.clock())

    def new(self, asked: Asked) -> Response:
        """An empty form."""
        return self._form(asked, None, {"code": "", "name": ""}, set())

    def add(self, asked: Asked) -> Response:
        """A new group with its members."""
        members = set(keys(asked, "member"))
        try:
            with self._act(asked) as act:
                roll.add_school_group(act, asked.viewer, line(asked, "code"), line(asked, "name"), members)
        except FAULTS as fault:
            return self._form(asked, None, asked.form, members, fault)
        return to("/directory/school-groups", told="added")

    def edit(self, asked: Asked) -> Response:
        """The form with what is known."""
        row, members = self._row(asked)
        return self._form(asked, row, {"code": row.code, "name": row.name}, members)

    def change(self, asked: Asked) -> Response:
        """Another name, other members."""
        key, members, seen = asked.key(), set(keys(asked, "member")), asked.form.get("seen", "")
        try:
            with self._act(asked) as act:
                roll.change_school_group(act, asked.viewer, key, line(asked, "name"), members, seen)
        except FAULTS as fault:
            row, theirs = self._row(asked)
            if isinstance(fault, ChangedMeanwhile):
                return self._form(asked, row, {"code": row.code, "name": row.name}, theirs, fault)
            return self._form(asked, row, {**asked.form, "code": row.code}, members, fault)
        return to("/directory/school-groups", told="changed")

    def remove_form(self, asked: Asked) -> Response:
        """Tell what is lost and what stays."""
        row, members = self._row(asked)
        return self._page(asked, "school_groups_remove.html", row=row, count=len(members))

    def remove(self, asked: Asked) -> Response:
        """Take it away."""
        with self._act(asked) as act:
            roll.remove_school_group(act, asked.viewer, asked.key())
        return to("/directory/school-groups", told="removed")

    def _row(self, asked: Asked) -> tuple[SchoolGroupRow, set[int]]:
        with self._cabinet.database.read() as session:
            row = school_groups.school_group(session, asked.viewer, asked.key())
            return row, school_groups.member_ids(session, row.id)

    def _form(
        self,
        asked: Asked,
        row: SchoolGroupRow | None,
        values: dict[str, str],
        members: set[int],
        fault: SarabanError | None = None,
    ) -> Response:
        with self._cabinet.database.read() as session:
            schools = school_groups.schools(session)
            now = school_groups.stand(session, row) if row is not None else ""
        seen = now if isinstance(fault, ChangedMeanwhile) else values.get("seen", now)
        named = {"row": row, "schools": schools, "members": members, "seen": seen}
        return self._page(asked, "school_groups_form.html", fault, values=values, **named)
