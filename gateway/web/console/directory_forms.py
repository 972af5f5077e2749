"""The forms of organisations and of an office's groups, for administrators (F40, F41)."""

from __future__ import annotations

import re

from starlette.responses import Response

from gateway.web.console.asked import Asked
from gateway.web.console.directory_ground import FAULTS, Ground, line
from gateway.web.console.guard import Page
from gateway.web.console.view import to
from ledger import roll
from ledger.access import Right
from ledger.directory import GroupRow, OrganisationRow
from ledger.errors import ChangedMeanwhile, SarabanError
from ledger.roll import groups, keeping, reach
from ledger.roster import Group, Organisation

_ORGANISATION = ("code", "name", "kind", "school_type", "address", "mailbox", "prefix", "phone", "domains")
_GROUP = ("code", "name", "mailbox", "phone")


class DirectoryForms(Ground):
    """Changing organisations and groups."""

    def pages(self) -> list[Page]:
        """What this part of the console serves."""
        right, one, group = Right.DIRECTORY, "/directory/organisations/{id:int}", "/directory/groups/{id:int}"
        return [
            Page("/directory/organisations/new", self.new, right),
            Page("/directory/organisations/new", self.add, right, ("POST",), grave=True),
            Page(f"{one}/edit", self.edit, right),
            Page(f"{one}/edit", self.change, right, ("POST",), grave=True),
            Page(f"{one}/rest", self.rest_form, right),
            Page(f"{one}/rest", self.rest, right, ("POST",), grave=True),
            Page(f"{one}/groups/new", self.new_group, right),
            Page(f"{one}/groups/new", self.add_group, right, ("POST",), grave=True),
            Page(group, self.edit_group, right),
            Page(group, self.change_group, right, ("POST",), grave=True),
            Page(f"{group}/rest", self.rest_group, right, ("POST",), grave=True),
        ]

    def new(self, asked: Asked) -> Response:
        """An empty form; most new organisations are schools."""
        blank = dict.fromkeys(_ORGANISATION, "")
        kept = {"kind": "school", "school_type": "government", "keeps_registers": "1"}
        return self._page(asked, "directory_form.html", owner=None, values={**blank, **kept}, seen="", theirs={})

    def add(self, asked: Asked) -> Response:
        """A new organisation."""
        try:
            with self._act(asked) as act:
                key = roll.add_organisation(act, asked.viewer, _organisation(asked, line(asked, "kind")))
        except FAULTS as fault:
            return self._page(asked, "directory_form.html", fault, owner=None, values=asked.form, seen="", theirs={})
        return to(f"/directory/organisations/{key}", told="added")

    def edit(self, asked: Asked) -> Response:
        """The form with what is known."""
        owner = self._owner(asked)
        values, seen = _written(owner), keeping.version(owner)
        return self._page(asked, "directory_form.html", owner=owner, values=values, seen=seen, theirs={})

    def change(self, asked: Asked) -> Response:
        """What is said of the organisation from now on."""
        key, wanted = asked.key(), _organisation(asked, self._owner(asked).kind)
        try:
            with self._act(asked) as act:
                roll.change_organisation(act, asked.viewer, key, wanted, asked.form.get("seen", ""))
        except FAULTS as fault:
            owner = self._owner(asked)
            theirs = _written(owner) if isinstance(fault, ChangedMeanwhile) else {}
            seen = keeping.version(owner) if theirs else asked.form.get("seen", "")
            values = {"keeps_registers": "", **asked.form, "code": owner.code, "kind": owner.kind}
            return self._page(asked, "directory_form.html", fault, owner=owner, values=values, seen=seen, theirs=theirs)
        return to(f"/directory/organisations/{key}", told="changed")

    def rest_form(self, asked: Asked) -> Response:
        """Tell what resting or waking means."""
        return self._page(asked, "directory_rest.html", owner=self._owner(asked))

    def rest(self, asked: Asked) -> Response:
        """Put it to rest, or wake it."""
        key, resting = asked.key(), asked.form.get("do") != "wake"
        try:
            with self._act(asked) as act:
                roll.rest_organisation(act, asked.viewer, key, resting)
        except FAULTS as fault:
            return self._page(asked, "directory_rest.html", fault, owner=self._owner(asked))
        return to(f"/directory/organisations/{key}", told="rested" if resting else "woken")

    def new_group(self, asked: Asked) -> Response:
        """An empty form."""
        return self._group_form(asked, self._owner(asked), None, dict.fromkeys(_GROUP, ""))

    def add_group(self, asked: Asked) -> Response:
        """A new group of an office."""
        owner = self._owner(asked)
        try:
            with self._act(asked) as act:
                roll.add_group(act, asked.viewer, owner.id, _group(asked))
        except FAULTS as fault:
            return self._group_form(asked, owner, None, asked.form, fault)
        return to(f"/directory/organisations/{owner.id}", told="group_added")

    def edit_group(self, asked: Asked) -> Response:
        """The form with what is known."""
        group, owner = self._group(asked)
        return self._group_form(asked, owner, group, {name: str(getattr(group, name)) for name in _GROUP})

    def change_group(self, asked: Asked) -> Response:
        """What is said of the group from now on."""
        group, owner = self._group(asked)
        try:
            with self._act(asked) as act:
                roll.change_group(act, asked.viewer, group.id, _group(asked), asked.form.get("seen", ""))
        except FAULTS as fault:
            return self._group_form(asked, owner, group, {**asked.form, "code": group.code}, fault)
        return to(f"/directory/organisations/{owner.id}", told="group_changed")

    def rest_group(self, asked: Asked) -> Response:
        """Put it to rest, or wake it."""
        group, owner = self._group(asked)
        try:
            with self._act(asked) as act:
                roll.rest_group(act, asked.viewer, group.id, group.active)
        except FAULTS as fault:
            values = {name: str(getattr(group, name)) for name in _GROUP}
            return self._group_form(asked, owner, group, values, fault)
        return to(f"/directory/organisations/{owner.id}", told="group_rested" if group.active else "group_woken")

    def _group_form(
        self,
        asked: Asked,
        owner: OrganisationRow,
        group: GroupRow | None,
        values: dict[str, str],
        fault: SarabanError | None = None,
    ) -> Response:
        clash = group is not None and isinstance(fault, ChangedMeanwhile)
        theirs = {name: str(getattr(group, name)) for name in _GROUP} if clash else {}
        seen = keeping.version(group) if group is not None and (clash or "seen" not in values) else values.get("seen")
        named = {"owner": owner, "group": group, "theirs": theirs, "seen": seen or ""}
        return self._page(asked, "directory_group.html", fault, values=values, **named)

    def _owner(self, asked: Asked) -> OrganisationRow:
        with self._cabinet.database.read() as session:
            return reach.organisation(session, asked.viewer, asked.key(), Right.DIRECTORY)

    def _group(self, asked: Asked) -> tuple[GroupRow, OrganisationRow]:
        with self._cabinet.database.read() as session:
            return groups.group(session, asked.viewer, asked.key())


def _organisation(asked: Asked, kind: str) -> Organisation:
    return Organisation(
        code=line(asked, "code"),
        name=line(asked, "name"),
        kind=kind,
        school_type=line(asked, "school_type") if kind == "school" else "",
        address=line(asked, "address"),
        mailbox=line(asked, "mailbox"),
        prefix=line(asked, "prefix"),
        keeps_registers=bool(asked.form.get("keeps_registers")) and kind != "outside",
        phone=line(asked, "phone"),
        domains=tuple(filter(None, re.split(r"[\s,;]+", asked.form.get("domains", "")))),
    )


def _group(asked: Asked) -> Group:
    return Group(line(asked, "code"), "", line(asked, "name"), line(asked, "mailbox"), line(asked, "phone"))


def _written(owner: OrganisationRow) -> dict[str, str]:
    """An organisation as its form writes it."""
    values = {name: str(getattr(owner, name)) for name in _ORGANISATION}
    return {**values, "keeps_registers": "1" if owner.keeps_registers else ""}
