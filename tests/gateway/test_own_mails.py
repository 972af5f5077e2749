"""Our mark on a mail: joined when it is our mail, held for a clerk when somebody copied the mark (P-3, P-4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from ledger_world import World, sender_of

from gateway.own_mails import OwnMails
from ledger import outbox
from ledger.due import Resolver
from ledger.letters import LetterRow
from ledger.outbox import OutboxRow, Schedule
from ledger.quoted import QuotedRow
from ledger.registers import EntryRow
from ledger.values import Answer, AnswerKind, Outcome, OutcomeKind
from mailers.notices import Writer
from tests.gateway.test_pipeline import Walk, a_policy, an_arrival, faults, mail, rows, walking

TEMPLATES = Path(__file__).parents[2] / "templates"
PDF = b"%PDF-1.4 one %%EOF"
Change = Callable[[EmailMessage], None]


class Post:
    """The notices of the first letter, as they left, and who carries them back."""

    def __init__(self, walk: Walk, resolver: Resolver, writer: Writer) -> None:
        self.walk, world = walk, walk.world
        known = "s1@schools.example"  # who is told the number
        letter = message_from_bytes(mail("ขอเชิญประชุม", "เรียน ผอ. ตามที่แจ้ง", known), policy=SMTP)
        letter.add_attachment(PDF, "application", "pdf", filename="หนังสือ.pdf")
        assert walk.outcome(an_arrival(world, letter.as_bytes(), sender=known)).number == 1
        with world.act("answered") as act:
            claimed = outbox.claim(act.session, world.now, 50, Schedule())
            self.sent = [writer.write(notice).content for notice in resolver.notices(act.session, claimed)]
            told = [(row, Answer(row.id, AnswerKind.SENT, "250", "relay", world.now)) for row in claimed]
            outbox.record(act, told, Schedule())

    def back(self, change: Change | None = None, which: int = 0) -> Outcome:
        """One of them comes in again, changed on its way."""
        message = message_from_bytes(self.sent[which], policy=SMTP)
        assert message["X-Saraban-Loop"] == "1.right"
        if change is not None:
            change(message)
        self.walk.world.later(minutes=1)
        return self.walk.outcome(an_arrival(self.walk.world, message.as_bytes(), sender="x@else.example"))


@pytest.fixture
def post(world: World) -> Iterator[Post]:
    resolver, writer = (
        Resolver(sender_of, "https://saraban.example", lambda _letter: "1.right"),
        Writer(TEMPLATES / "mail"),
    )
    own = OwnMails(lambda mark: 1 if mark == "1.right" else None, resolver, writer.write)
    with walking(world, a_policy(marked=own)) as walk:
        yield Post(walk, resolver, writer)
    assert faults(world) == []


def another_id(message: EmailMessage) -> None:
    message.replace_header("Message-ID", "<made-by-a-relay@else.example>")


def traced(message: EmailMessage) -> None:
    message["Received"] = "from a by b; Mon, 23 Nov 2026 10:30:00 +0700"
    message["X-Forwarded-For"] = "somebody"


def text_of(message: EmailMessage) -> EmailMessage:
    return next(part for part in message.walk() if part.get_content_type() == "text/plain")


def other_text(message: EmailMessage) -> None:
    text_of(message).set_content("เรียน ผอ. ขอส่งหนังสือของเราเอง")


def other_subject(message: EmailMessage) -> None:
    message.replace_header("Subject", "ขอส่งหนังสือของเราเอง")


def other_page(message: EmailMessage) -> None:
    (*_, page) = message.walk()
    page.set_content("<p>หนังสือของเราเอง</p>", subtype="html")


def words_below(message: EmailMessage) -> None:
    text_of(message).set_content(f"{text_of(message).get_content()}\nขอคัดค้าน")


def another_file(message: EmailMessage) -> None:
    message.make_mixed()
    message.add_attachment(b"%PDF-1.4 another %%EOF", "application", "pdf", filename="x.pdf")


def test_the_notices_are_those_to_the_registry_and_to_the_sender(post: Post) -> None:
    assert [row.kind for row in rows(post.walk.world, OutboxRow)] == ["arrival", "answer"]


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("change", [None, another_id, traced])
def test_our_own_mail_that_comes_back_is_joined(post: Post, change: Change | None, which: int) -> None:
    outcome = post.back(change, which)
    assert (outcome.kind, "ย้อนกลับ" in outcome.reason) == (OutcomeKind.JOINED, True)
    assert len(rows(post.walk.world, EntryRow)) == 1
    assert rows(post.walk.world, QuotedRow) == []


def test_our_letters_own_file_under_the_mark_is_joined(post: Post) -> None:
    message = EmailMessage()
    message["Subject"], message["X-Saraban-Loop"] = "x", "1.right"
    message.add_attachment(PDF, "application", "pdf", filename="หนังสือ.pdf")
    assert post.walk.outcome(an_arrival(post.walk.world, message.as_bytes())).kind is OutcomeKind.JOINED


@pytest.mark.parametrize("change", [other_text, other_subject, other_page, words_below, another_file])
def test_the_mark_on_anything_else_is_held_with_the_reason(post: Post, change: Change) -> None:
    outcome = post.back(change)
    assert (outcome.kind, "ไม่ตรงกับที่ระบบส่ง" in outcome.reason) == (OutcomeKind.HELD, True)


def test_a_link_in_what_only_bears_the_mark_is_told_to_its_sender(post: Post) -> None:
    post.back(words_below)
    assert [row.sender for row in rows(post.walk.world, QuotedRow)] == ["saraban@office.example"]


def test_a_letter_that_changed_since_is_held_and_not_lost(post: Post) -> None:
    with post.walk.world.act("amended") as act:
        act.alter(LetterRow, 1, subject="แก้แล้ว")
    assert post.back().kind is OutcomeKind.HELD


@pytest.mark.parametrize("mark", ["1.wrong", "", "x"])
def test_a_mark_that_is_not_ours_is_nothing(post: Post, mark: str) -> None:
    outcome = post.walk.outcome(an_arrival(post.walk.world, mail("หนังสือใหม่", X_Saraban_Loop=mark)))
    assert (outcome.kind, outcome.number) == (OutcomeKind.REGISTERED, 2)
