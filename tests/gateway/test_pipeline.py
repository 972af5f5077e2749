"""From an arrival to its outcome: numbered once, routed by rule, told to the group (I2 to I4, P-3, P-4, P-17)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from ledger_world import LIFE, World, sender_of

from gateway.entering import Entering
from gateway.pipeline import Policy
from gateway.receivers import Receivers
from gateway.settler import Settler
from gateway.taker import Taker
from ledger import intakes, registers, routing, rules, verify
from ledger.directory import OrganisationRow
from ledger.errors import Refused
from ledger.intakes import SMALL, IntakeRow, OutcomeRow
from ledger.letters import DeliveryRow, DocumentRow
from ledger.outbox import OutboxRow
from ledger.registers import EntryRow
from ledger.values import Channel, Intake, NoticeKind, Outcome, OutcomeKind, Reading, RegisterKind, Secrecy
from tests.asking import asked

RULES = """
rules:
  - name: การเงิน
    when: {subject: [งบประมาณ, เบิกจ่าย]}
    then: {route: finance}
  - name: เรื่องลับต้องให้คนดู
    when: {secrecy: ลับมาก}
    then: {hold: หนังสือลับมาก}
  - name: โฆษณา
    when: {sender: "@spam.example"}
    then: {refuse: ไม่รับโฆษณา}
"""


def a_policy(**decided: object) -> Policy:
    return Policy(**{"life": LIFE, "sender_of": sender_of, "marked": lambda _session, _reading: None, **decided})


class Walk:
    """Taker and settler at work; reads in this process to be quick."""

    def __init__(self, world: World, policy: Policy) -> None:
        self.world = world
        entering = Entering(world.database, world.originals, lambda _intake: policy, lambda: world.now, lambda: None)
        self.settler = Settler(world.database, world.originals, self._read, entering.enter, entering.park, 2)
        self.taker = Taker(world.database, world.originals, Receivers(world.database).owners, self.settler.ring)

    def take(self, intake: Intake) -> Future[int]:
        return self.taker.take(intake)

    def outcome(self, intake: Intake) -> Outcome:
        return self.settler.settle(self.take(intake).result(10)).result(10)

    def _read(self, intake: IntakeRow, content: bytes) -> Reading:
        sender = intake.sender if intake.channel != "folder" else None
        return asked(self.world.database, content, name=intake.name, sender=sender)


@contextmanager
def walking(world: World, policy: Policy) -> Iterator[Walk]:
    walk = Walk(world, policy)
    walk.settler.start()
    walk.taker.start()
    try:
        yield walk
    finally:
        walk.taker.stop()
        walk.settler.stop()


@pytest.fixture
def walk(world: World) -> Iterator[Walk]:
    with world.act() as act:
        rules.replace(act, 1, routing.parse(RULES))
        act.add(OrganisationRow, code="obec", name="สพฐ.", kind="outside", domains="obec.example")
    with walking(world, a_policy()) as walk:
        yield walk


def mail(subject: str = "ขอข้อมูล", text: str = "เรียน ผอ.", sender: str = "clerk@obec.example", **headers: str) -> bytes:
    message = EmailMessage()
    message["From"] = f"สารบรรณ <{sender}>"
    message["To"] = "saraban@office.example"
    message["Subject"] = subject
    for name, value in {"Message-ID": "<1@obec.example>", **headers}.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def an_arrival(world: World, content: bytes, **fields: object) -> Intake:
    given = {"sender": "clerk@obec.example", "recipients": ("saraban@office.example",), **fields}
    return Intake(Channel.SMTP, "smtp", content, world.now, **given)


def a_drop(world: World, content: bytes, name: str = "หนังสือ.pdf", **fields: object) -> Intake:
    return Intake(Channel.FOLDER, "/drop", content, world.now, name=name, **fields)


def rows(world: World, row: type) -> list:
    with world.database.read() as session:
        return list(session.execute(sa.select(row).order_by(row.id)).scalars())


def faults(world: World) -> list[str]:
    with world.database.read() as session:
        return list(verify.faults(session, world.originals))


def test_a_mail_is_numbered_routed_by_rule_and_told_to_the_group(walk: Walk) -> None:
    outcome = walk.outcome(an_arrival(walk.world, mail("แจ้งจัดสรรงบประมาณ")))
    assert (outcome.kind, outcome.text, outcome.groups) == (
        OutcomeKind.REGISTERED,
        "1/2569",
        ("กลุ่มบริหารงานการเงินและสินทรัพย์",),
    )
    (entry,) = rows(walk.world, EntryRow)
    assert (entry.subject, entry.rule, entry.action) == ("แจ้งจัดสรรงบประมาณ", "การเงิน", outcome.groups[0])
    notice, answer = rows(walk.world, OutboxRow)
    assert (notice.kind, notice.recipient) == (NoticeKind.ARRIVAL, "finance@office.example")
    assert (answer.kind, answer.recipient, answer.recipient_name, answer.in_reply_to) == (
        NoticeKind.ANSWER,
        "clerk@obec.example",
        "สพฐ.",  # the directory's word for them, not their own
        "1@obec.example",
    )
    assert faults(walk.world) == []


def test_without_a_rule_it_goes_to_the_central_registry(walk: Walk) -> None:
    outcome = walk.outcome(an_arrival(walk.world, mail()))
    assert outcome.groups == ("สารบรรณกลาง สพป.ตัวอย่าง เขต 4",)
    assert rows(walk.world, OutboxRow)[0].recipient == "registry@office.example"


def test_the_same_message_sent_five_times_has_one_number(walk: Walk) -> None:
    again = [an_arrival(walk.world, b"Received: from x by y; %d\r\n" % n + mail()) for n in range(5)]
    outcomes = [walk.settler.settle(walk.take(intake).result(10)) for intake in again]
    kinds = sorted(outcome.result(10).kind for outcome in outcomes)
    assert kinds == [OutcomeKind.JOINED] * 4 + [OutcomeKind.REGISTERED]
    assert {outcome.result().text for outcome in outcomes} == {"1/2569"}
    assert faults(walk.world) == []


def test_another_letter_under_a_copied_message_id_is_not_suppressed(walk: Walk) -> None:
    assert walk.outcome(an_arrival(walk.world, mail(text="ฉบับแรก"))).number == 1
    assert walk.outcome(an_arrival(walk.world, mail(text="ฉบับที่สอง"))).number == 2


def test_a_scan_that_is_the_only_file_of_a_mail_joins_it(walk: Walk) -> None:
    message = EmailMessage()
    message["Subject"], message["From"] = "ส่งหนังสือ", "a@obec.example"
    message.set_content("ดังแนบ")
    message.add_attachment(b"%PDF-1.4 scan %%EOF", maintype="application", subtype="pdf", filename="scan.pdf")
    assert walk.outcome(an_arrival(walk.world, message.as_bytes())).number == 1
    dropped = walk.outcome(a_drop(walk.world, b"%PDF-1.4 scan %%EOF"))
    assert (dropped.kind, dropped.number) == (OutcomeKind.JOINED, 1)


def test_the_same_offer_of_a_file_is_taken_once(walk: Walk) -> None:
    file = a_drop(walk.world, b"%PDF-1.4 one %%EOF", key="folder:/drop/1")
    first, second = walk.take(file).result(10), walk.take(file).result(10)
    assert first == second
    assert walk.outcome(file).number == 1
    assert len(rows(walk.world, IntakeRow)) == 1


def test_a_file_dropped_again_later_joins_the_first(walk: Walk) -> None:
    assert walk.outcome(a_drop(walk.world, b"%PDF-1.4 one %%EOF", key="a")).kind is OutcomeKind.REGISTERED
    again = walk.outcome(a_drop(walk.world, b"%PDF-1.4 one %%EOF", key="b"))
    assert (again.kind, again.text) == (OutcomeKind.JOINED, "1/2569")


@pytest.mark.parametrize(("register", "text"), [(RegisterKind.OUTGOING, "ศธ 04022/1"), (RegisterKind.ORDER, "1/2569")])
def test_a_folder_of_another_register_numbers_there_and_tells_nobody(
    walk: Walk, register: RegisterKind, text: str
) -> None:
    outcome = walk.outcome(a_drop(walk.world, b"%PDF-1.4 order %%EOF", "แต่งตั้งวิทยากร.pdf", register=register))
    assert (outcome.text, rows(walk.world, EntryRow)[0].subject) == (text, "แต่งตั้งวิทยากร")
    assert rows(walk.world, DeliveryRow) == rows(walk.world, OutboxRow) == []


def test_a_folder_of_a_group_routes_there(walk: Walk) -> None:
    outcome = walk.outcome(a_drop(walk.world, b"%PDF-1.4 x %%EOF", group="policy"))
    assert outcome.groups == ("กลุ่มนโยบายและแผน",)


def test_top_secret_is_never_accepted_and_very_secret_is_held_by_its_rule(walk: Walk) -> None:
    refused = walk.outcome(an_arrival(walk.world, mail("[ลับที่สุด] แผน")))
    held = walk.outcome(an_arrival(walk.world, mail("[ลับมาก] แผน")))
    assert (refused.kind, held.kind) == (OutcomeKind.REFUSED, OutcomeKind.HELD)
    assert rows(walk.world, EntryRow) == []
    assert faults(walk.world) == []


def test_a_secret_letter_is_registered_and_marked(walk: Walk) -> None:
    outcome = walk.outcome(an_arrival(walk.world, mail("[ลับ] ผลสอบ")))
    assert (outcome.kind, outcome.secret) == (OutcomeKind.REGISTERED, True)
    assert rows(walk.world, EntryRow)[0].secrecy is Secrecy.SECRET


def test_a_refusing_rule_refuses_and_answers_nobody(walk: Walk) -> None:
    outcome = walk.outcome(an_arrival(walk.world, mail(sender="x@spam.example")))
    assert (outcome.kind, "ไม่รับโฆษณา" in outcome.reason) == (OutcomeKind.REFUSED, True)
    assert rows(walk.world, OutboxRow) == []


def test_bounces_and_automatic_replies_take_no_number(walk: Walk) -> None:
    away = walk.outcome(an_arrival(walk.world, mail("Out of office", Auto_Submitted="auto-replied")))
    assert away.kind is OutcomeKind.AUTO_REPLY
    report = (
        b"From: MAILER-DAEMON@x.example\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\nMIME-Version: 1.0\r\n\r\n'
        b"--b\r\n\r\nfailed\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
        b"Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    )
    assert walk.outcome(an_arrival(walk.world, report, sender="")).kind is OutcomeKind.BOUNCE
    assert rows(walk.world, EntryRow) == rows(walk.world, OutboxRow) == []
    assert faults(walk.world) == []


@pytest.mark.parametrize("why", ["null sender", "automatic", "our own address", "a stranger", "answered today"])
def test_these_are_never_answered(walk: Walk, why: str) -> None:
    if why == "answered today":
        walk.outcome(an_arrival(walk.world, mail(text="ฉบับแรก")))
        walk.world.later(hours=23)
    others = {"null sender": "", "our own address": "saraban+x@office.example", "a stranger": "you@evil.example"}
    sender = others.get(why, "clerk@obec.example")
    headers = {"Precedence": "bulk"} if why == "automatic" else {}
    walk.outcome(an_arrival(walk.world, mail(**headers), sender=sender))
    answers = [row for row in rows(walk.world, OutboxRow) if row.kind is NoticeKind.ANSWER]
    assert len(answers) == (1 if why == "answered today" else 0)


def test_the_same_sender_is_answered_again_the_next_day(walk: Walk) -> None:
    walk.outcome(an_arrival(walk.world, mail(text="ฉบับแรก")))
    walk.world.later(hours=25)
    walk.outcome(an_arrival(walk.world, mail(text="ฉบับที่สอง")))
    assert len([row for row in rows(walk.world, OutboxRow) if row.kind is NoticeKind.ANSWER]) == 2


@pytest.mark.parametrize(("policy", "kind"), [("clerk", OutcomeKind.HELD), ("known", OutcomeKind.HELD)])
def test_what_the_policy_does_not_number_is_held_and_may_be_settled_anew(
    world: World, policy: str, kind: OutcomeKind
) -> None:
    with walking(world, a_policy(policy=policy)) as walk:
        assert walk.outcome(an_arrival(world, mail())).kind is kind
    with world.act("reopened") as act:
        assert intakes.reopen(act, 1)
    with walking(world, a_policy()) as walk:
        assert walk.settler.settle(1).result(10).number == 1
    assert faults(world) == []


def test_a_known_sender_is_numbered_under_the_policy_known(world: World) -> None:
    with world.act() as act:
        act.alter(OrganisationRow, 2, domains="obec.example")
    with walking(world, a_policy(policy="known")) as walk:
        assert walk.outcome(an_arrival(world, mail())).number == 1
    assert rows(world, EntryRow)[0].sender == "โรงเรียนบ้านนา"


def test_one_mail_to_two_organisations_is_entered_in_the_books_of_both(walk: Walk) -> None:
    with walk.world.act() as act:
        act.alter(OrganisationRow, 2, address="saraban@s1.example")
    both = ("saraban@office.example", "saraban+x@s1.example", "stranger@office.example")
    walk.outcome(an_arrival(walk.world, mail(), recipients=both))
    walk.settler.settle(2).result(10)
    entries = [(row.text, row.recipient) for row in rows(walk.world, EntryRow)]
    assert sorted(entries) == [("1/2569", "สพป.ตัวอย่าง เขต 4"), ("1/2569", "โรงเรียนบ้านนา")]


def test_mail_for_nobody_here_is_refused(walk: Walk) -> None:
    with pytest.raises(Refused):
        walk.take(an_arrival(walk.world, mail(), recipients=("stranger@office.example",)))


def test_a_letter_that_the_register_cannot_take_is_held_and_the_next_goes_on(walk: Walk) -> None:
    with walk.world.act() as act:
        registers.set_start(act, walk.world.office(act), RegisterKind.ORDER, 2569, 0)
    held = walk.outcome(a_drop(walk.world, b"%PDF-1.4 a %%EOF", register=RegisterKind.ORDER))
    assert (held.kind, "เลขเริ่มต้นเป็น 0" in held.reason) == (OutcomeKind.HELD, True)
    assert walk.outcome(an_arrival(walk.world, mail())).number == 1
    assert faults(walk.world) == []


def test_the_original_is_kept_byte_for_byte_and_leaves_the_row_when_settled(walk: Walk) -> None:
    small, large = mail(text="\x00 ก"), mail(text="x" * SMALL * 2)
    for content in (small, large):
        walk.outcome(an_arrival(walk.world, content))
    for row, content in zip(rows(walk.world, IntakeRow), (small, large), strict=True):
        assert (row.content, walk.world.originals.get(row.sha256)) == (None, content)


def test_what_was_taken_before_a_crash_is_settled_after_the_restart(world: World) -> None:
    with world.database.write() as session:
        intakes.take(session, [(an_arrival(world, mail(text=f"ฉบับที่ {n}")), 1) for n in range(20)])
    with walking(world, a_policy()) as walk:
        assert [walk.settler.settle(key).result(10).number for key in range(1, 21)] == list(range(1, 21))


def test_many_at_once_from_many_threads_are_numbered_without_gap(walk: Walk) -> None:
    offers = [walk.take(an_arrival(walk.world, mail(text=f"ฉบับที่ {n}"))) for n in range(300)]
    outcomes = [walk.settler.settle(offer.result(20)).result(20) for offer in offers]
    assert sorted(outcome.number or 0 for outcome in outcomes) == list(range(1, 301))
    assert len(rows(walk.world, OutcomeRow)) == 300
    assert faults(walk.world) == []


def test_inline_pictures_are_no_documents_of_the_letter(walk: Walk) -> None:
    message = EmailMessage()
    message["Subject"] = "มีโลโก้"
    message.set_content("x")
    message.add_alternative('<p>x <img src="cid:logo"></p>', subtype="html")
    picture = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
    message.get_payload()[1].add_related(picture, "image", "png", cid="<logo>")
    walk.outcome(an_arrival(walk.world, message.as_bytes()))
    assert rows(walk.world, DocumentRow) == []


def test_a_fault_of_ours_parks_the_letter_after_three_tries(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.settler._PAUSE", 0.01)
    with walking(world, a_policy(sender_of=lambda _organisation: 1 / 0)) as walk:
        outcome = walk.outcome(replace(an_arrival(world, mail()), at=world.now + timedelta(0)))
    assert outcome.kind is OutcomeKind.HELD
    assert faults(world) == []
