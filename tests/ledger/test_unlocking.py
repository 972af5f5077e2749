"""Whoever guesses at the code of a secret letter gets slower and slower, and the holder hears of it (5.2)."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from clerks import S1, person, told
from ledger_world import LIFE, World, as_it_is, sender_of

from gateway.cli.letters_told import as_dict
from ledger import custody, due, registers, sending, unlocking, verify
from ledger.access import Duty
from ledger.database import Database, open_database
from ledger.desk import Desk
from ledger.directory import OrganisationRow
from ledger.errors import CodesSilent, CodesSpent
from ledger.history import HistoryRow
from ledger.letters import DeliveryRow, LetterRow
from ledger.outbox import OutboxRow
from ledger.sending import Dispatched
from ledger.unlocking import SilenceRow
from ledger.values import NoticeKind, ReceiptPage, RegisterKind, Secrecy, Visit


class Holder:
    """Whoever has the link of a secret letter to school s1."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.desk = Desk(world.database, world.originals, LIFE, sender_of, as_it_is)
        with world.act("sent") as act:
            wanted = Dispatched(to=["s1"], subject="ลับ", summary="", documents=[], secrecy=Secrecy.SECRET)
            sending.send(act, world.office(act), wanted, LIFE, sender_of)
        self.token = self.mails(NoticeKind.LETTER)[0].token

    def visit(self, network: str = "192.0.2.0/24") -> Visit:
        return Visit(self.world.now, "POST", network, "test")

    def mails(self, kind: NoticeKind) -> list[OutboxRow]:
        with self.world.database.read() as session:
            wanted = sa.select(OutboxRow).where(OutboxRow.kind == kind).order_by(OutboxRow.id)
            return list(session.execute(wanted).scalars())

    def ask(self) -> str:
        """A new code, read in the holder's mailbox."""
        self.desk.send_code(self.token, self.visit())
        return self.mails(NoticeKind.CODE)[-1].code

    def type(self, code: str) -> bool:
        return self.desk.check_code(self.token, code, self.visit())

    def wrong(self, times: int) -> None:
        for _ in range(times):
            assert not self.type("")

    def guess(self) -> timedelta:
        """Five wrong codes. Returns how long the silence is that they begin."""
        self.ask()
        self.wrong(4)
        with pytest.raises(CodesSilent) as told:
            self.type("abc")
        until = told.value.values["until"]
        return until - self.world.now  # type: ignore[no-any-return, operator]

    def page(self) -> ReceiptPage:
        return self.desk.look(self.token, self.visit())

    def shown(self) -> dict[str, Any]:
        """What `saraban letter show` tells of the delivery."""
        with self.world.database.read() as session:
            return as_dict(session, session.get_one(LetterRow, 1))["deliveries"][0]  # type: ignore[no-any-return]

    def count(self, row: type) -> int:
        with self.world.database.read() as session:
            return session.execute(sa.select(sa.func.count()).select_from(row)).scalar_one()


@pytest.fixture
def holder(world: World) -> Holder:
    return Holder(world)


def test_the_fifth_wrong_code_begins_a_silence_in_which_the_right_one_opens_nothing(holder: Holder) -> None:
    code = holder.ask()
    holder.wrong(4)
    with pytest.raises(CodesSilent):
        holder.type("abc")
    for attempt in (lambda: holder.type(code), holder.ask):
        with pytest.raises(CodesSilent):
            attempt()
    assert holder.page().silent_until == holder.world.now + timedelta(minutes=15)
    holder.world.later(minutes=15)
    assert holder.page().silent_until is None
    assert not holder.type(code)  # it died with the silence
    assert holder.type(holder.ask())


def test_a_new_code_forgets_no_wrong_try(holder: Holder) -> None:
    for tries in (2, 2):
        holder.ask()
        holder.wrong(tries)
    holder.ask()
    with pytest.raises(CodesSilent):
        holder.type("abc")


def test_a_day_later_and_after_a_restart_the_wrong_tries_still_count(holder: Holder) -> None:
    holder.ask()
    holder.wrong(4)
    holder.world.database.close()
    holder.world.database = open_database(holder.world.folder / "data")
    holder.desk = Desk(holder.world.database, holder.world.originals, LIFE, sender_of, as_it_is)
    holder.world.later(days=2)
    holder.ask()
    with pytest.raises(CodesSilent):
        holder.type("abc")


def test_the_right_code_begins_the_count_anew(holder: Holder) -> None:
    code = holder.ask()
    holder.wrong(4)
    assert holder.type(code)
    code = holder.ask()
    holder.wrong(4)
    assert holder.type(code)
    assert holder.count(SilenceRow) == 0


def test_each_silence_is_twice_as_long_up_to_a_day(holder: Holder) -> None:
    minutes = []
    for _ in range(9):
        silence = holder.guess()
        minutes.append(silence // timedelta(minutes=1))
        holder.world.later(seconds=silence.total_seconds())
    assert minutes == [15, 30, 60, 120, 240, 480, 960, 1440, 1440]


def test_a_right_code_between_does_not_shorten_the_next_silence(holder: Holder) -> None:
    holder.world.later(seconds=holder.guess().total_seconds())
    assert holder.type(holder.ask())
    assert holder.guess() == timedelta(minutes=30)


def test_a_code_is_good_for_fifteen_minutes(holder: Holder) -> None:
    first = holder.ask()
    holder.world.later(minutes=15)
    assert holder.type(first)
    second = holder.ask()
    holder.world.later(minutes=15, seconds=1)
    assert not holder.type(second)


def test_nobody_waits_for_a_clock_that_was_set_back_to_catch_up(holder: Holder) -> None:
    holder.guess()
    for _ in range(4):
        holder.world.later(hours=1)
        holder.ask()
    with pytest.raises(CodesSpent):
        for _ in range(5):
            holder.ask()
    late = holder.mails(NoticeKind.CODE)[-1].code
    holder.world.later(days=-300)
    assert holder.page().silent_until is None
    assert not holder.type(late)
    assert holder.type(holder.ask())


def test_only_the_newest_code_opens(holder: Holder) -> None:
    first, second = holder.ask(), holder.ask()
    assert first == second or not holder.type(first)
    assert holder.type(second)


def test_five_codes_an_hour_and_twenty_a_day(holder: Holder) -> None:
    began = holder.world.now
    for hour in range(4):
        for _ in range(5):
            holder.ask()
        with pytest.raises(CodesSpent) as told:
            holder.ask()
        wanted = timedelta(hours=hour + 1) if hour < 3 else timedelta(days=1)
        assert told.value.values["until"] == began + wanted
        holder.world.later(hours=1)
    with pytest.raises(CodesSpent):
        holder.ask()
    assert len(holder.mails(NoticeKind.CODE)) == 20
    holder.world.later(hours=20)
    assert holder.type(holder.ask())


def test_what_was_sent_counts_after_a_right_code_too(holder: Holder) -> None:
    for _ in range(5):
        assert holder.type(holder.ask())
    with pytest.raises(CodesSpent):
        holder.ask()


def test_guesses_side_by_side_are_counted_one_by_one(holder: Holder) -> None:
    code = holder.ask()
    told: list[str] = []

    def guess(number: int) -> None:
        try:
            told.append("right" if holder.type(f"{(int(code) + 1 + number) % 1_000_000:06d}") else "wrong")
        except CodesSilent:
            told.append("silent")

    guessing = [threading.Thread(target=guess, args=(number,)) for number in range(24)]
    for thread in guessing:
        thread.start()
    for thread in guessing:
        thread.join()
    assert (told.count("wrong"), told.count("silent")) == (4, 20)
    assert holder.count(SilenceRow) == 1
    assert len(holder.mails(NoticeKind.GUESSED)) == 1


def test_two_databases_of_one_ledger_cannot_slip_past_either(holder: Holder) -> None:
    other = Desk(Database(holder.world.folder / "data"), holder.world.originals, LIFE, sender_of, as_it_is)
    holder.ask()
    holder.wrong(2)
    assert not any(other.check_code(holder.token, "abc", holder.visit()) for _ in range(2))
    with pytest.raises(CodesSilent):
        holder.type("abc")
    other._database.close()


def test_the_holders_mailbox_hears_once_of_each_silence(holder: Holder) -> None:
    silence = holder.guess()
    for _ in range(3):
        with pytest.raises(CodesSilent):
            holder.type("abc")
    (mail,) = holder.mails(NoticeKind.GUESSED)
    assert (mail.recipient, mail.recipient_name, mail.token, mail.code) == (
        "s1@schools.example",
        "โรงเรียนบ้านนา",
        "",
        "",
    )
    holder.world.later(seconds=silence.total_seconds())
    holder.guess()
    assert len(holder.mails(NoticeKind.GUESSED)) == 2


def test_a_warning_that_leaves_late_tells_of_its_own_silence(holder: Holder) -> None:
    first = holder.world.now + holder.guess()
    holder.world.later(minutes=15)
    second = holder.world.now + holder.guess()
    resolver = due.Resolver(sender_of, "https://saraban.example", str)
    with holder.world.database.read() as session:
        told = [resolver.notices(session, [mail])[0].until for mail in holder.mails(NoticeKind.GUESSED)]
    assert told == [first, second]


def test_the_history_tells_of_a_silence_and_is_whole(holder: Holder) -> None:
    holder.guess()
    with holder.world.database.read() as session:
        told = session.execute(sa.select(HistoryRow).where(HistoryRow.what == "codes silenced")).scalars().all()
        assert [(line.who, line.about) for line in told] == [("link", "delivery 1")]
        kept = {table: after for table, _, _, after in json.loads(told[0].changes)}
        assert kept["silences"]["network"] == "192.0.2.0/24"
        assert list(verify.faults(session, holder.world.originals)) == []


def test_a_letter_that_was_only_tried_was_not_opened(holder: Holder) -> None:
    holder.desk.look(holder.token, Visit(holder.world.now, "GET", "192.0.2.0/24", "test"))
    holder.guess()
    assert holder.page().steps[0].opened_at is not None  # somebody followed the link
    assert (holder.page().steps[0].unlocked_at, holder.shown()["opened_at"]) == (None, None)


def test_when_it_was_last_opened_with_its_code_is_told_everywhere(holder: Holder) -> None:
    for _ in range(2):
        at = holder.world.later(hours=2)
        assert holder.type(holder.ask())
        assert (holder.page().steps[0].unlocked_at, holder.shown()["opened_at"]) == (at, at)
        with holder.world.database.read() as session:
            assert list(verify.faults(session, holder.world.originals)) == []


def test_the_letters_story_tells_of_codes_and_silences_and_through_whose_link(holder: Holder) -> None:
    clerk = person(holder.world, Duty.CENTRAL_CLERK)
    began = holder.world.now
    for _ in range(4):
        holder.ask()  # of those in one hour the last is told
        holder.world.later(minutes=5)
    assert holder.type(holder.ask())
    opened = holder.world.now
    holder.world.later(hours=1)
    holder.guess()
    silent = holder.world.now
    *acts, _ = told(holder.world, clerk, 1).acts
    school = "โรงเรียนบ้านนา"
    assert [(act.at, act.what, act.holder) for act in acts] == [
        (silent, "codes silenced", school),
        (silent, "code sent", school),
        (opened, "opened with code", school),
        (opened, "code sent", school),
    ]
    assert opened - began < timedelta(hours=1)


def test_a_school_hears_nothing_of_another_holders_codes(holder: Holder) -> None:
    with holder.world.act("acknowledged") as act:
        school = act.session.get_one(OrganisationRow, S1)
        key = registers.enter(act, school, RegisterKind.INCOMING, letter_id=1, secrecy=Secrecy.SECRET).id
    assert holder.type(holder.ask())
    clerk = person(holder.world, Duty.SCHOOL_CLERK, place=S1)
    assert [act.what for act in told(holder.world, clerk, key).acts] == ["acknowledged"]


def test_a_silence_that_is_taken_away_is_found(holder: Holder) -> None:
    holder.guess()
    with holder.world.database.write() as session:
        session.connection().exec_driver_sql("UPDATE silences SET until = since")
    with holder.world.database.read() as session:
        assert [fault.split(" ")[:2] for fault in verify.faults(session, holder.world.originals)] == [["silences", "1"]]


def test_every_holder_on_the_way_sees_that_somebody_guessed(holder: Holder) -> None:
    holder.guess()
    with holder.world.database.read() as session:
        (step,) = custody.steps(session, session.get_one(DeliveryRow, 1))
        assert unlocking.silences(session, [1]) == {1: step.silences}
    assert [silence.until - silence.since for silence in step.silences] == [timedelta(minutes=15)]


@pytest.mark.parametrize(("language", "word"), [("th", "จนถึง 23 พ.ย. 2569 10:45 น. "), ("en", "until 23 Nov 2026")])
def test_the_sentence_says_until_when(holder: Holder, language: str, word: str) -> None:
    holder.ask()
    holder.wrong(4)
    with pytest.raises(CodesSilent) as told:
        holder.type("")
    assert word in told.value.sentence(language)
