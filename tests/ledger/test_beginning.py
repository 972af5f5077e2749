"""The first administrator: by a code from the server, once, while there is no account (5.1)."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from door_world import GOOD, SOMSRI, Hall, a_door, at_once
from ledger_world import World

from ledger.access import Duty
from ledger.accounts import CITIZEN_ID, NO_ADDRESS, AccountRow
from ledger.beginning import FIRST_LIFE, NAME_MISSING, OFFICE_MISSING
from ledger.codes import ALPHABET
from ledger.database import open_database
from ledger.directory import DutyRow, OrganisationRow, PersonRow
from ledger.errors import FieldsWrong, NoSuchInvitation, Refused, TooManyAttempts
from ledger.letters import token_hash
from ledger.originals import Originals
from ledger.sign_ins import SignedIn
from ledger.weak_passwords import OWN_NAMES, TOO_SHORT

ADMIN = "malee@office.example"
FIRST = {Duty.ADMINISTRATOR, Duty.REGISTER_ADMIN, Duty.CORRESPONDENCE_ADMIN, Duty.CENTRAL_CLERK}


def code(hall: Hall) -> str:
    with hall.world.act("printed a code") as act:
        return hall.door.invitations.first_code(act)


def begin(hall: Hall, code: str, network: str = "192.0.2.0/24", **fields: str) -> SignedIn:
    whole = {
        "login": ADMIN,
        "password": GOOD,
        "person_name": "นางสาวมาลี แสนดี",
        "office_name": "สพป.ใหม่ เขต 1",
        "position": "นักจัดการงานทั่วไป",
    }
    return hall.door.invitations.begin(code, hall.visit(network), **{**whole, **fields})


def empty_hall(folder: Path) -> Hall:
    world = World(open_database(folder / "data"), Originals(folder / "data" / "originals"), folder)
    return Hall(world, a_door(world))


def test_an_empty_ledger_gets_its_office_and_its_administrator(tmp_path: Path) -> None:
    hall = empty_hall(tmp_path)
    assert hall.door.invitations.awaits_first()
    assert hall.door.invitations.office_name() == ""
    signed_in = begin(hall, code(hall))
    viewer = signed_in.viewer
    assert signed_in.full
    assert (viewer.name, viewer.organisation, viewer.kind, viewer.duties) == (
        "นางสาวมาลี แสนดี",
        "สพป.ใหม่ เขต 1",
        "office",
        FIRST,
    )
    with hall.world.database.read() as session:
        office = session.get_one(OrganisationRow, viewer.organisation_id)
        person = session.get_one(PersonRow, viewer.person_id)
    assert (office.code, office.keeps_registers) == ("office", True)
    assert (person.code, person.mailbox, person.position) == ("malee", ADMIN, "นักจัดการงานทั่วไป")
    assert not hall.door.invitations.awaits_first()
    assert hall.sign_in(ADMIN).full
    assert hall.faults() == []
    hall.world.database.close()


def test_an_office_that_was_imported_is_joined(hall: Hall) -> None:
    hall.change(PersonRow, 1, code="malee")
    assert hall.door.invitations.office_name() == "สพป.ตัวอย่าง เขต 4"
    viewer = begin(hall, code(hall), office_name="").viewer
    assert (viewer.organisation_id, viewer.person_id != 1) == (1, True)
    with hall.world.database.read() as session:
        assert session.get_one(PersonRow, viewer.person_id).code == "malee-2"
    assert hall.count(OrganisationRow) == 3


def test_somebody_of_the_office_with_this_address_is_taken(hall: Hall) -> None:
    with hall.world.act() as act:
        act.add(DutyRow, person_id=1, duty=str(Duty.REGISTER_ADMIN))
        act.add(DutyRow, person_id=1, duty=str(Duty.DIRECTOR))
    viewer = begin(hall, code(hall), login=SOMSRI.upper(), person_name="ชื่ออื่น").viewer
    assert (viewer.person_id, viewer.name) == (1, "นางสมศรี ใจดี")
    assert viewer.duties == FIRST | {Duty.DIRECTOR}
    assert hall.count(PersonRow) == 1


def test_a_code_is_easily_typed_and_hard_to_guess(hall: Hall) -> None:
    codes = {code(hall) for _ in range(50)}
    assert len(codes) == 50
    assert all(re.fullmatch(f"[{ALPHABET}]{{4}}(-[{ALPHABET}]{{4}}){{2}}", one) for one in codes)
    assert len(set(ALPHABET)) == 32  # five bits each: sixty in all
    assert not set(ALPHABET) & set("01IO")


def test_only_the_hash_of_a_code_is_kept(hall: Hall) -> None:
    printed = code(hall)
    content = hall.disk()
    assert printed.encode() not in content
    assert printed.replace("-", "").encode() not in content
    assert token_hash(printed.replace("-", "")).encode() in content


def test_a_code_may_be_typed_in_any_way(hall: Hall) -> None:
    assert begin(hall, f" {code(hall).lower().replace('-', ' ')} ").full


def test_the_code_dies_with_the_first_account(hall: Hall) -> None:
    printed = code(hall)
    begin(hall, printed)
    for again in (printed, "AAAA-AAAA-AAAA"):
        with pytest.raises(NoSuchInvitation):
            begin(hall, again, login="other@office.example")
    with pytest.raises(Refused):
        code(hall)


def test_an_invited_account_closes_the_way_too(hall: Hall) -> None:
    printed = code(hall)
    hall.joined()
    assert not hall.door.invitations.awaits_first()
    with pytest.raises(NoSuchInvitation):
        begin(hall, printed)


def test_only_the_newest_code_lives_and_only_a_day(hall: Hall) -> None:
    older, newer = code(hall), code(hall)
    with pytest.raises(NoSuchInvitation):
        begin(hall, older)
    hall.world.now += FIRST_LIFE
    with pytest.raises(NoSuchInvitation):
        begin(hall, newer)
    newest = code(hall)
    hall.world.now += FIRST_LIFE - timedelta(microseconds=1)
    assert begin(hall, newest).full


def test_a_mailed_link_is_no_first_code(hall: Hall) -> None:
    link = hall.invited()
    with pytest.raises(NoSuchInvitation):
        begin(hall, link)
    with pytest.raises(NoSuchInvitation):
        hall.door.invitations.look(code(hall))


def test_guessing_codes_is_limited(hall: Hall) -> None:
    printed = code(hall)
    for _ in range(20):
        with pytest.raises(NoSuchInvitation):
            begin(hall, "AAAA-AAAA-AAAA")
    with pytest.raises(TooManyAttempts):
        begin(hall, printed)
    assert begin(hall, printed, network="the server's own").full


def test_racing_threads_begin_once(hall: Hall) -> None:
    printed = code(hall)
    signed_in, errors = at_once(lambda: begin(hall, printed))
    assert (len(signed_in), {type(one) for one in errors}) == (1, {NoSuchInvitation})
    assert (hall.count(AccountRow), hall.count(PersonRow)) == (1, 2)


def test_the_forms_faults_are_told_all_at_once_and_use_nothing_up(tmp_path: Path) -> None:
    hall = empty_hall(tmp_path)
    printed = code(hall)
    for fields, problems in (
        (
            {"login": "malee", "password": "x", "person_name": " ", "office_name": ""},
            {
                "login": NO_ADDRESS,
                "password": TOO_SHORT,
                "person_name": NAME_MISSING,
                "office_name": OFFICE_MISSING,
            },
        ),
        ({"login": "1-2345-67890-12-3"}, {"login": CITIZEN_ID}),
        ({"login": "๑๒๓๔๕๖๗๘๙๐๑๒๓@x.example"}, {"login": CITIZEN_ID}),
        ({"password": "มาลี แสนดี สพป.ใหม่"}, {"password": OWN_NAMES}),
    ):
        with pytest.raises(FieldsWrong) as caught:
            begin(hall, printed, **fields)
        assert caught.value.problems == problems
    assert hall.count(AccountRow) == 0
    assert begin(hall, printed).full
    hall.world.database.close()
