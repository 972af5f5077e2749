"""A held intake as a clerk opens it: what it says, what the house would write into the register, and what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from gateway import pipeline
from gateway.settler import Settled
from gateway.web.console import typed
from gateway.web.console.cabinet import Cabinet
from gateway.web.console.readings import Readings
from ledger import access, copies, directory, era, listing, tray
from ledger.access import Viewer
from ledger.content import FIELDS
from ledger.directory import GroupRow, OrganisationRow
from ledger.intakes import IntakeRow, OutcomeRow
from ledger.listing import Filter, Line, lines
from ledger.routing import Routing
from ledger.tray import Wanted
from ledger.values import Reading, RegisterKind, Secrecy

SIMILAR = 8  # lines that are offered to join to
WORDS = 60  # characters of a subject that similar ones are searched by


@dataclass(frozen=True, slots=True)
class Opened:
    """Everything that the page of one held intake stands on."""

    intake: IntakeRow
    held: OutcomeRow
    reading: Reading
    owner: OrganisationRow
    groups: tuple[GroupRow, ...]  # those that can be reached
    routed: Routing
    told: Mapping[str, object]  # what the pipeline would have written
    copy: int | None  # the entry of the same thing, registered already
    before: int | None
    after: int | None

    @property
    def secrecy(self) -> Secrecy:
        """The strictest class that anything says of it."""
        return tray.higher(self.held.secrecy, tray.higher(self.reading.secrecy, self.routed.secrecy))


def opened(cabinet: Cabinet, readings: Readings, viewer: Viewer, intake_id: int) -> Opened:
    """Open a held intake. Errors: those of `tray.held`; `NotAllowed` for what turns out to be secret."""
    with cabinet.database.read() as session:
        intake, held = tray.held(session, viewer, intake_id)
    reading = readings.of(intake)
    with cabinet.database.read() as session:
        found = _opened(session, viewer, intake, held, reading)
    tray.must_read(viewer, found.secrecy)
    return found


def _opened(session: Session, viewer: Viewer, intake: IntakeRow, held: OutcomeRow, reading: Reading) -> Opened:
    owner, settled = access.owner(session, viewer), Settled(intake, b"", reading)
    if intake.register is RegisterKind.INCOMING:
        routed, known = pipeline.routed_by_rule(session, settled, owner.id)
        groups = tuple(group for group in directory.groups(session, owner.id) if group.mailbox)
    else:
        routed, known, groups = pipeline.by_folder(reading), None, ()
    first = copies.first_of(session, intake, reading)
    before, after = tray.beside(session, viewer, intake.id)
    return Opened(
        intake=intake,
        held=held,
        reading=reading,
        owner=owner,
        groups=groups,
        routed=routed,
        told=pipeline.told(settled, owner, routed, known),
        copy=first.entry_id if first is not None else None,
        before=before,
        after=after,
    )


def values(one: Opened) -> dict[str, str]:
    """What the form says before anybody typed."""
    told = dict(one.told)
    if one.intake.register is RegisterKind.OUTGOING:
        told |= {"sender": one.owner.name, "recipient": ""}
    if told["subject"] == pipeline.NO_SUBJECT:
        told["subject"] = ""
    day = told["letter_date"]
    told["letter_date"] = era.format_date(day) if isinstance(day, date) else ""
    written = {name: "" if value is None else str(value) for name, value in told.items()}
    chosen = {f"to.{group.code}": "1" for group in one.groups if group.code in one.routed.groups}
    registry = one.routed.registry or not chosen
    return {"circular": "", **written, **chosen, **({"registry": "1"} if registry else {})}


def wanted(one: Opened, form: Mapping[str, str], today: date) -> Wanted:
    """What the form says. Errors: `FieldsWrong`."""
    content = typed.content(form, one.intake.register, today)
    seen = typed.whole(form.get("seen", ""))
    return Wanted(
        content=replace(content, group_id=None),  # follows from the groups that are chosen
        groups=tuple(group.code for group in one.groups if form.get(f"to.{group.code}")),
        registry=bool(form.get("registry")),
        circular=bool(form.get("circular")),
        seen=seen or None,
    )


def fields(one: Opened) -> tuple[str, ...]:
    """The fields of the form; the action is told by who holds the letter."""
    return tuple(name for name in FIELDS[one.intake.register] if name not in ("group_id", "action"))


def similar(session: Session, viewer: Viewer, one: Opened, words: str, today: date) -> tuple[Line, ...]:
    """Lines to which the intake may be joined: those asked for, else the copy and those of the same letter number."""
    kind, found = one.intake.register, list[Line]()
    asked = [(words, "")] if words else [(one.reading.letter_number, "number"), (_subject(one), "subject")]
    for text, field in asked:
        if text:
            wanted = Filter(kind, None, words=text, field=field, void=False)
            found += listing.page(session, viewer, wanted, offset=0, limit=SIMILAR, today=today).lines
    known = {line.id: line for line in found if not line.hidden and not line.reserved}
    if one.copy is not None and not words:
        copy = lines.of_ids(session, viewer, [one.copy])
        known = {line.id: line for line in (*copy, *known.values()) if not line.hidden}
    return tuple(known.values())[:SIMILAR]


def _subject(one: Opened) -> str:
    return str(one.told["subject"])[:WORDS] if one.reading.subject else ""
