"""A person: what is known, duties, and the account by which they sign in (F45, C2, 5.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.responses import Response

from gateway.web.console.asked import Asked
from gateway.web.console.directory_ground import FAULTS, Ground, keys, line
from gateway.web.console.guard import Page
from gateway.web.console.view import to
from gateway.web.forms import Form
from ledger import accounts, directory, roll
from ledger.access import Right, Viewer
from ledger.directory import GroupRow, OrganisationRow, PersonRow
from ledger.errors import ChangedMeanwhile, FieldsWrong, SarabanError
from ledger.history import Act
from ledger.roll import keeping, lists, reach
from ledger.roll.accounts import reaches_account
from ledger.roster import Person

_FIELDS = ("code", "name", "position", "mailbox")

# What may be done to a person and an account: the word of the form, and what does it.
Do = Callable[[Act, Viewer, int], None]
DOES: Mapping[str, Do] = {
    "rest": lambda act, viewer, key: roll.rest_person(act, viewer, key),
    "wake": lambda act, viewer, key: roll.rest_person(act, viewer, key, resting=False),
    "off": lambda act, viewer, key: roll.rest_account(act, viewer, key),
    "on": lambda act, viewer, key: roll.rest_account(act, viewer, key, resting=False),
    "require": lambda act, viewer, key: roll.require_second(act, viewer, key),
    "optional": lambda act, viewer, key: roll.require_second(act, viewer, key, required=False),
    "drop": lambda act, viewer, key: roll.drop_second(act, viewer, key),
    "unlink": lambda act, viewer, key: roll.unlink(act, viewer, key),
}


class People(Ground):
    """The pages of people."""

    def pages(self) -> list[Page]:
        """What this part of the console serves."""
        right, place, one = Right.PEOPLE, "/directory/organisations/{id:int}", "/directory/people/{id:int}"
        return [
            Page(f"{place}/people/new", self.new, right),
            Page(f"{place}/people/new", self.add, right, ("POST",), grave=True),
            Page(f"{place}/invite", self.invite_form, right),
            Page(f"{place}/invite", self.invite_many, right, ("POST",), grave=True),
            Page(one, self.show, right),
            Page(f"{one}/edit", self.edit, right),
            Page(f"{one}/edit", self.change, right, ("POST",), grave=True),
            Page(f"{one}/invite", self.invite, right, ("POST",), grave=True),
            Page(f"{one}/account", self.account_form, right),
            Page(f"{one}/account", self.account, right, ("POST",), grave=True),
        ]

    def show(self, asked: Asked) -> Response:
        """Everything about the person, and what may be done."""
        return self._show(asked)

    def _show(self, asked: Asked, fault: SarabanError | None = None) -> Response:
        viewer, now = asked.viewer, self._cabinet.clock()
        with self._cabinet.database.read() as session:
            found = reach.person(session, viewer, asked.key())
            state = accounts.states(session, [found.person.id], now)[found.person.id]
            group = session.get(GroupRow, found.person.group_id) if found.person.group_id else None
            own = reach.oneself(session, viewer, found.person)
            reaches = bool(state.account_id) and reaches_account(session, viewer, state.account_id)
        duties = [duty for duty in reach.FITTING.get(found.organisation.kind, ()) if duty in found.duties]
        values = {"person": found.person, "owner": found.organisation, "duties": duties, "group": group}
        manages = reach.manages(viewer, found)
        return self._page(asked, "person.html", fault, state=state, own=own, manages=manages, reaches=reaches, **values)

    def new(self, asked: Asked) -> Response:
        """An empty form."""
        owner, groups = self._place(asked)
        return self._form(asked, owner, groups, None, dict.fromkeys((*_FIELDS, "group"), ""))

    def add(self, asked: Asked) -> Response:
        """Somebody new, who is invited at once when asked for."""
        owner, groups = self._place(asked)
        try:
            with self._act(asked) as act:
                key = roll.add_person(act, asked.viewer, owner.id, _person(asked))
                if asked.form.get("invite"):
                    self._invite(act, asked.viewer, key)
                    act.what = "person added and invited"
        except FAULTS as fault:
            return self._form(asked, owner, groups, None, asked.form, fault)
        if not asked.form.get("invite"):
            return to(f"/directory/people/{key}", told="added")
        self._cabinet.send_soon()
        return to(f"/directory/people/{key}", told="added_invited")

    def edit(self, asked: Asked) -> Response:
        """The form with what is known."""
        person, owner, groups = self._managed(asked)
        return self._form(asked, owner, groups, person, _written(person, groups))

    def change(self, asked: Asked) -> Response:
        """What is said of the person from now on."""
        person, owner, groups = self._managed(asked)
        try:
            with self._act(asked) as act:
                roll.change_person(act, asked.viewer, person.id, _person(asked), asked.form.get("seen", ""))
        except FAULTS as fault:
            return self._form(asked, owner, groups, person, {**asked.form, "code": person.code}, fault)
        return to(f"/directory/people/{person.id}", told="changed")

    def invite(self, asked: Asked) -> Response:
        """Mail a link; the one before ends."""
        try:
            with self._act(asked) as act:
                self._invite(act, asked.viewer, asked.key())
        except FAULTS as fault:
            return self._show(asked, fault)
        self._cabinet.send_soon()
        return to(f"/directory/people/{asked.key()}", told="invited")

    def invite_form(self, asked: Asked) -> Response:
        """Everybody of an organisation who has no account yet."""
        return self._inviting(asked)

    def invite_many(self, asked: Asked) -> Response:
        """Mail a link to each who is marked; all or none."""
        chosen = keys(asked, "person")
        try:
            self._invite_all(asked, chosen)
        except FAULTS as fault:
            return self._inviting(asked, fault)
        self._cabinet.send_soon()
        return to(f"/directory/organisations/{asked.key()}", told="invited", count=str(len(chosen)))

    def account_form(self, asked: Asked) -> Response:
        """Tell what an act means before it is done."""
        return self._confirming(asked, asked.query("do"))

    def account(self, asked: Asked) -> Response:
        """Do it."""
        do, key = asked.form.get("do", ""), asked.key()
        try:
            with self._act(asked) as act:
                if do == "login":
                    roll.change_login(act, asked.viewer, key, line(asked, "login"))
                else:
                    _does(do)(act, asked.viewer, key)
        except FAULTS as fault:
            return self._confirming(asked, do, fault)
        return to(f"/directory/people/{key}", told=do)

    def _confirming(self, asked: Asked, do: str, fault: SarabanError | None = None) -> Response:
        person, owner, _ = self._managed(asked)
        if not do:
            return to(f"/directory/people/{person.id}")
        if do != "login":
            _does(do)
        with self._cabinet.database.read() as session:
            state = accounts.states(session, [person.id], self._cabinet.clock())[person.id]
        values = {"login": asked.form.get("login", state.login)}
        return self._page(asked, "person_account.html", fault, person=person, owner=owner, do=do, values=values)

    def _inviting(self, asked: Asked, fault: SarabanError | None = None) -> Response:
        with self._cabinet.database.read() as session:
            owner = reach.organisation(session, asked.viewer, asked.key(), Right.PEOPLE)
            members = lists.members(session, owner, self._cabinet.clock())
        without = [member for member in members if not member.account.account_id]
        chosen = set(keys(asked, "person")) if asked.posted else {one.row.id for one in without if one.row.mailbox}
        return self._page(asked, "directory_invite.html", fault, owner=owner, members=without, chosen=chosen)

    def _invite(self, act: Act, viewer: Viewer, key: int) -> None:
        roll.invite(act, viewer, self._cabinet.door.invitations, key, self._cabinet.sender_of)

    def _invite_all(self, asked: Asked, chosen: list[int]) -> None:
        """Errors: those of one invitation, with the name of whom it would have been for."""
        with self._cabinet.database.read() as session:
            owner = reach.organisation(session, asked.viewer, asked.key(), Right.PEOPLE)
            names = {person.id: person.name for person in directory.people(session, owner.id)}
        if not chosen or set(chosen) - names.keys():
            raise FieldsWrong(person=NOBODY)
        with self._act(asked) as act:
            for key in chosen:
                try:
                    self._invite(act, asked.viewer, key)
                except FieldsWrong as fault:
                    told = (f"{names[key]}: {sentence}" for sentence in fault.problems.values())
                    raise FieldsWrong(person="\n".join(told)) from None
            act.about = f"{len(chosen)} people of organisation {owner.id}"

    def _form(
        self,
        asked: Asked,
        owner: OrganisationRow,
        groups: list[GroupRow],
        person: PersonRow | None,
        values: Form,
        fault: SarabanError | None = None,
    ) -> Response:
        clash = person is not None and isinstance(fault, ChangedMeanwhile)
        theirs = _written(person, groups) if person is not None and clash else {}
        seen = keeping.version(person) if person is not None and (clash or "seen" not in values) else values.get("seen")
        choices = [(group.code, group.name) for group in groups]
        named = {"owner": owner, "groups": choices, "person": person, "theirs": theirs, "seen": seen or ""}
        return self._page(asked, "person_form.html", fault, values=values, **named)

    def _place(self, asked: Asked) -> tuple[OrganisationRow, list[GroupRow]]:
        with self._cabinet.database.read() as session:
            owner = reach.organisation(session, asked.viewer, asked.key(), Right.PEOPLE)
            return owner, directory.groups(session, owner.id)

    def _managed(self, asked: Asked) -> tuple[PersonRow, OrganisationRow, list[GroupRow]]:
        with self._cabinet.database.read() as session:
            found = reach.managed(session, asked.viewer, asked.key())
            return found.person, found.organisation, directory.groups(session, found.organisation.id)


NOBODY = "โปรดเลือกอย่างน้อยหนึ่งคน"


def _does(do: str) -> Do:
    if do not in DOES:
        raise HTTPException(404)
    return DOES[do]


def _person(asked: Asked) -> Person:
    return Person(
        code=line(asked, "code"),
        organisation="",
        group=line(asked, "group"),
        name=line(asked, "name"),
        position=line(asked, "position"),
        mailbox=line(asked, "mailbox"),
    )


def _written(person: PersonRow, groups: list[GroupRow]) -> Form:
    """A person as the form writes it."""
    group = next((group.code for group in groups if group.id == person.group_id), "")
    return {**{name: str(getattr(person, name)) for name in _FIELDS}, "group": group}
