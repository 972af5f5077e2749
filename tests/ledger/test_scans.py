"""Which dropped files are secret by now, whatever made them so (I8)."""

from __future__ import annotations

import pytest
from ledger_world import World

from ledger import intakes, letters, registers, scans, verify
from ledger.intakes import IntakeRow
from ledger.letters import LetterRow
from ledger.originals import digest
from ledger.registers import EntryRow
from ledger.values import Channel, Intake, OutcomeKind, Reading, ReadingKind, RegisterKind, Secrecy

SHARE = "/srv/scans"


def drop(
    world: World,
    name: str,
    kind: OutcomeKind = OutcomeKind.REGISTERED,
    secrecy: Secrecy = Secrecy.ORDINARY,
    *,
    source: str = SHARE,
    channel: Channel = Channel.FOLDER,
) -> int:
    """A file with its outcome; a registered one is a line and a letter. Returns the intake's id."""
    content = name.encode()
    with world.act("registered") as act:
        (key,) = intakes.take(act.session, [(Intake(channel, source, content, world.now, name=name, key=name), 1)])
        intakes.learn(act, act.session.get_one(IntakeRow, key), Reading(kind=ReadingKind.LETTER))
        if kind is not OutcomeKind.REGISTERED:
            intakes.conclude(act, key, kind, "เหตุผล", secrecy=secrecy)
            return key
        office = world.office(act)
        letter = letters.write(act, [], organisation_id=office.id, intake_id=key, subject=name, secrecy=secrecy)
        entry = registers.enter(act, office, RegisterKind.INCOMING, letter_id=letter.id, secrecy=secrecy)
        intakes.conclude(act, key, kind, "กฎ", secrecy=secrecy, entry=entry, letter_id=letter.id)
    world.originals.put([content])
    return key


def found(world: World, source: str = SHARE) -> list[tuple[int, str]]:
    with world.database.read() as session:
        return [(scan.outcome.intake, scan.outcome.text) for scan in scans.secret(session, source)]


@pytest.mark.parametrize("kind", [OutcomeKind.REGISTERED, OutcomeKind.HELD, OutcomeKind.REFUSED])
def test_a_file_that_was_secret_from_the_first_is_named_with_its_number(world: World, kind: OutcomeKind) -> None:
    drop(world, "เชิญ", kind)
    key = drop(world, "วินัย", kind, Secrecy.SECRET)
    number = "2/2569" if kind is OutcomeKind.REGISTERED else ""
    assert found(world) == [(key, number)]
    with world.database.read() as session:
        (scan,) = scans.secret(session, SHARE)
    assert (scan.outcome.secret, scan.sha256, scan.size) == (True, digest("วินัย".encode()), len("วินัย".encode()))


@pytest.mark.parametrize("row", [EntryRow, LetterRow])
def test_a_line_or_letter_whose_secrecy_is_raised_later_is_named_from_then_on(world: World, row: type) -> None:
    key = drop(world, "วินัย")
    assert found(world) == []
    with world.act("amended") as act:
        act.alter(row, 1, secrecy=Secrecy.VERY_SECRET)
    assert found(world) == [(key, "1/2569")]


def test_a_copy_of_what_became_secret_is_named_too(world: World) -> None:
    first = drop(world, "วินัย")
    with world.act("joined") as act:
        taken = Intake(Channel.FOLDER, SHARE, b"copy", world.now, name="copy", key="copy")
        (copy,) = intakes.take(act.session, [(taken, 1)])
        intakes.learn(act, act.session.get_one(IntakeRow, copy), Reading(kind=ReadingKind.LETTER))
        intakes.join(act, copy, None, 1, "ซ้ำ", Secrecy.ORDINARY)
    with world.act("amended") as act:
        act.alter(LetterRow, 1, secrecy=Secrecy.SECRET)
    assert found(world) == [(first, "1/2569"), (copy, "")]


def test_mails_and_other_folders_are_not_this_folders(world: World) -> None:
    drop(world, "a", secrecy=Secrecy.SECRET, channel=Channel.SMTP)
    other = drop(world, "b", secrecy=Secrecy.SECRET, source="/srv/other")
    assert found(world) == []
    assert found(world, "/srv/other") == [(other, "2/2569")]


def test_what_has_left_the_share_is_not_named_again_and_the_books_stay_whole(world: World) -> None:
    key = drop(world, "วินัย", secrecy=Secrecy.SECRET)
    with world.database.write() as session:
        scans.closed(session, key, world.now)
    assert found(world) == []
    with world.database.read() as session:
        assert list(verify.faults(session, world.originals)) == []


def test_what_is_decided_anew_is_looked_for_anew(world: World) -> None:
    key = drop(world, "วินัย", OutcomeKind.HELD, Secrecy.SECRET)
    with world.database.write() as session:
        scans.closed(session, key, world.now)
    with world.act("reopened") as act:
        intakes.reopen(act, key)
        intakes.learn(act, act.session.get_one(IntakeRow, key), Reading(kind=ReadingKind.LETTER))
        intakes.conclude(act, key, OutcomeKind.REFUSED, "เหตุผล", secrecy=Secrecy.SECRET)
    assert found(world) == [(key, "")]


def test_asking_reads_no_letter_that_is_not_secret(world: World) -> None:
    with world.database.read() as session:
        scans.secret(session, SHARE)
        asked = str(scans._secret_intakes().compile(session.connection()))
        plan = [row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}")]
    indexes = ("ix_outcomes_secret", "ix_entries_secret", "ix_letters_secret")
    scanned = [step for step in plan if step.startswith("SCAN") and not any(name in step for name in indexes)]
    assert scanned == []
    assert [name for name in indexes if name not in str(plan)] == []
