"""The directory comes in as one file, goes out the same, and forgets nobody (F40 to F45)."""

from __future__ import annotations

from dataclasses import replace

from ledger_world import World

from gateway.demo import office
from ledger import directory, enrol, verify
from ledger.roster import Roster, parse, to_yaml


def take_in(world: World, roster: Roster) -> dict[str, int]:
    with world.act("directory changed") as act:
        return dict(enrol.take_in(act, roster))


def give_out(world: World) -> Roster:
    with world.database.read() as session:
        return enrol.give_out(session)


def test_what_is_taken_in_is_given_out_again(world: World) -> None:
    tally = take_in(world, office.office())
    assert tally["added"] > 50
    given = give_out(world)
    assert set(given.organisations) == set(office.office().organisations)
    assert set(given.groups) == set(office.office().groups)
    assert set(given.people) == set(office.office().people)
    assert {one.code: set(one.members) for one in given.school_groups} == {
        one.code: set(one.members) for one in office.office().school_groups
    }
    assert parse(to_yaml(given)) == given


def test_taking_in_the_same_again_changes_nothing(world: World) -> None:
    take_in(world, office.office())
    assert take_in(world, office.office()) == {}


def test_a_school_that_is_left_out_rests_and_comes_back(world: World) -> None:
    whole = office.office()
    take_in(world, whole)
    gone = next(one for one in whole.organisations if one.kind == "school" and one.school_type == "government")
    without = replace(
        whole,
        organisations=tuple(one for one in whole.organisations if one != gone),
        people=tuple(one for one in whole.people if one.organisation != gone.code),
        school_groups=tuple(
            replace(one, members=tuple(code for code in one.members if code != gone.code))
            for one in whole.school_groups
        ),
    )
    assert take_in(world, without)["rested"] >= 1
    with world.database.read() as session:
        owner = directory.organisation(session, office.CODE)
        assert gone.code not in {row.code for row in directory.schools(session, "all", owner.id)}
        assert directory.organisation(session, gone.code).name == gone.name
    assert take_in(world, whole)["changed"] >= 1
    with world.database.read() as session:
        assert gone.code in {row.code for row in directory.schools(session, "all", owner.id)}
        assert list(verify.faults(session, world.originals)) == []


def test_all_means_government_schools_only(world: World) -> None:
    take_in(world, office.office())
    with world.database.read() as session:
        owner = directory.organisation(session, office.CODE)
        kinds = {row.school_type for row in directory.schools(session, "all", owner.id)}
        assert kinds == {"government"}
        private = next(one for one in office.office().organisations if one.school_type == "private")
        assert [row.code for row in directory.schools(session, private.code, owner.id)] == [private.code]
