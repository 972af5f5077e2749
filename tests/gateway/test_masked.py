"""A token without its link is known by the ledger alone; what is typed or told has no link either."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from io import BytesIO

import pytest
import sqlalchemy as sa
from fpdf import FPDF
from ledger_world import LIFE, World, sender_of

from gateway.masked import MaskedReader
from ledger import drafts, history, intakes, sending, tokens
from ledger.accounts import InvitationRow
from ledger.directory import PersonRow
from ledger.errors import Refused
from ledger.intakes import IntakeRow
from ledger.letters import LinkRow, token_hash
from ledger.masks import MARK, MOST
from ledger.outbox import OutboxRow
from ledger.sending import Dispatched
from ledger.values import Channel, Intake
from watchers.reading.reader import Reader

STRANGE = "wL3-q_7Rk2ZyT0aVbN8cXd5eFgH1iJ4mKoPsQuWxY9z"  # of nobody here


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(processes=1) as started:
        yield started


@pytest.fixture
def token(world: World) -> str:
    """Of a letter that waits for its relay."""
    with world.act("sent") as act:
        sending.send(act, world.office(act), Dispatched(to=["s1"], subject="ขอเชิญประชุม"), LIFE, sender_of)
        return act.session.get_one(OutboxRow, 1).token


def a_mail(text: str, attached: str = "") -> bytes:
    message = EmailMessage()
    message["Subject"] = "ตอบ"
    message.set_content(text)
    if attached:
        message.add_attachment(attached, filename="note.txt")
    return message.as_bytes()


def printed(text: str) -> bytes:
    document = FPDF()
    document.add_page()
    document.set_font("Helvetica")
    document.cell(text=text)
    return bytes(document.output())


def test_a_token_alone_is_masked_where_it_is_ours(world: World, reader: Reader, token: str) -> None:
    found = MaskedReader(world.database, reader).read(a_mail(f"รหัส {token} และ {STRANGE} ครับ"))
    assert found.text == f"รหัส {MARK} และ {STRANGE} ครับ"
    assert found.links == (token_hash(token),)


def test_a_link_in_two_pieces_is_masked_where_it_is_ours(world: World, reader: Reader, token: str) -> None:
    link = f"http://a.example/r/{token}"
    for cut in (
        f"Subject: ตอบ {link[:40]}\r\n {link[40:]}\r\n\r\nx",
        f"\r\nSomsri> {link[:40]}\r\nSomsri> {link[40:]}",
    ):
        found = MaskedReader(world.database, reader).read(cut.encode())
        assert MARK in found.subject + found.text
        assert (found.links, token[-20:] in repr(found)) == ((token_hash(token),), False)


FOREIGN = f"https://saraban.area9.example/r/{STRANGE}"  # of another office that runs this program


def test_the_link_of_another_office_stays_beside_ours(world: World, reader: Reader, token: str) -> None:
    ours, meeting = f"http://a.example/r/{token}", f"https://meet.example/join/{STRANGE}"
    mail = EmailMessage()
    mail["Subject"] = f"{ours} {FOREIGN}"
    mail.set_content(f"> {ours}\n{FOREIGN} {meeting}")
    mail.add_alternative(f'<a href="{FOREIGN}">เปิด</a> <a href="{ours}">x</a>', subtype="html")
    mail.add_attachment(f"{FOREIGN} {ours}", filename="note.txt")
    masked = MaskedReader(world.database, reader)
    found = masked.read(mail.as_bytes())
    assert found.subject == f"{MARK} {FOREIGN}"
    assert found.text == f"> {MARK}\n{FOREIGN} {meeting}"
    assert f'<a href="{FOREIGN}">' in found.html
    assert found.links == (token_hash(token),)
    assert masked.copy(found.documents[0].content, "note.txt").decode().strip() == f"{FOREIGN} {MARK}"
    copy = masked.copy(mail.as_bytes(), "letter.eml")
    shown = [part.get_content() for part in message_from_bytes(copy, policy=default).walk() if not part.is_multipart()]
    assert [(text.count(STRANGE), token in text) for text in shown] == [(2, False), (1, False), (1, False)]


@pytest.mark.parametrize("path", ["/r/", "/join/"])
def test_a_file_that_prints_the_link_of_another_office_is_handed_out(
    world: World, reader: Reader, token: str, path: str
) -> None:
    masked, link = MaskedReader(world.database, reader), f"https://saraban.area9.example{path}{STRANGE}"
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.pdf", printed(link))
        archive.writestr("b.txt", link)
        archive.writestr("c.xml", f"<?xml version='1.0'?><a>{link}</a>")
    for content in (printed(link), packed.getvalue(), f"%PDF-1.4 /URI ({link})".encode()):
        assert masked.copy(content, "x.dat") == content


def test_a_link_that_is_ours_later_is_asked_for_again(world: World, reader: Reader, token: str) -> None:
    masked, content = MaskedReader(world.database, reader), f"%PDF-1.4 /URI ({FOREIGN})".encode()
    assert masked.copy(content, "x.pdf") == content
    assert masked.read(a_mail(FOREIGN)).links == ()
    with world.act() as act:
        told = {"made_at": world.now, "expires_at": world.now}
        act.add(LinkRow, delivery_id=1, token_hash=token_hash(STRANGE), **told)
    assert STRANGE.encode() not in masked.copy(content, "x.pdf")
    assert masked.read(a_mail(FOREIGN)).text == MARK


def test_nobody_hides_a_link_of_ours_behind_many_others(world: World, reader: Reader, token: str) -> None:
    others = "\n".join(f"http://a.example/r/{number:043d}" for number in range(MOST - 2))
    found = MaskedReader(world.database, reader).read(
        a_mail(f"http://a.example/r/{token}\n{others}\nhttp://a.example/r/{STRANGE}\nx\nhttp://a.example/r/{token}")
    )
    assert (found.text.count(MARK), token in found.text, STRANGE in found.text) == (2, False, True)


def test_what_is_typed_keeps_the_link_of_another_office_and_asks_for_nothing_else(
    world: World, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.act() as act:
        act.add(PersonRow, organisation_id=1, name=f"{FOREIGN} /r/{token}", code="y")
        name = act.session.execute(sa.select(PersonRow.name).where(PersonRow.code == "y")).scalar_one()
    assert name == f"{FOREIGN} {MARK}"
    counted: list[object] = []
    real = tokens.ours
    monkeypatch.setattr(tokens, "ours", lambda session, hashes: counted.append(hashes) or real(session, hashes))
    with world.act() as act:
        act.add(PersonRow, organisation_id=1, name="a" * 64 + " เรื่องที่ไม่มีลิงก์ https://x.example/r/thai", code="z")
    assert counted == []


def test_a_token_alone_in_a_file_is_found_and_not_handed_out(world: World, reader: Reader, token: str) -> None:
    masked = MaskedReader(world.database, reader)
    found = masked.read(a_mail("ดังแนบ", f"{token} {STRANGE}"))
    assert found.links == (token_hash(token),)
    assert masked.copy(found.documents[0].content, "note.txt").decode().split() == [MARK, STRANGE]


def test_a_printed_link_is_not_handed_out_by_the_child_that_looks(world: World, reader: Reader, token: str) -> None:
    masked = MaskedReader(world.database, reader)
    with pytest.raises(Refused, match="ยังไม่เปิดให้ดาวน์โหลด"):
        masked.copy(printed(f"http://127.0.0.1/r/{token}"), "x.pdf")
    bare = printed("nothing")
    assert masked.copy(bare, "x.pdf") == bare


def test_the_name_of_a_dropped_file_is_masked_before_anything_is_read(world: World, token: str) -> None:
    names = [f"{token}.pdf", f"office_r_{token}.html", f"office_r_{STRANGE}.html"]
    with world.database.write() as session:
        drops = [Intake(Channel.FOLDER, "/drop", b"%PDF-1.4", world.now, name=name) for name in names]
        keys = intakes.take(session, [(drop, 1) for drop in drops])
        kept = [session.get_one(IntakeRow, key).name for key in keys]
    assert kept == [f"{MARK}.pdf", f"office{MARK}.html", f"office_r_{STRANGE}.html"]


def test_what_a_person_types_or_a_relay_tells_is_written_without_links(world: World, token: str) -> None:
    link = f"http://127.0.0.1/r/{token}"
    with world.act(who=f"มาลี {link}") as act:
        act.about = f"entry 1: ดู {link}"
        key = act.add(PersonRow, organisation_id=1, name=f"ดู {link}", code="x")
        act.alter(PersonRow, key, position=link)
        act.alter_many(OutboxRow, [(1, {"answer": ""}, {"answer": f"554 blocked {link}"})])
    with world.database.read() as session:
        person, told = session.get_one(PersonRow, key), session.get_one(OutboxRow, 1)
        lines = [tuple(line) for line in history.lines(session)]
    assert (person.name, person.position, told.answer) == (f"ดู {MARK}", MARK, f"554 blocked {MARK}")
    assert token not in repr(lines)


def test_invitations_are_tokens_of_ours_too(world: World) -> None:
    with world.act() as act:
        told = {"purpose": "person", "person_id": 1, "mailbox": "x@office.example", "made_by": "Malee"}
        times = {"made_at": world.now, "expires_at": world.now}
        act.add(InvitationRow, token_hash=token_hash(STRANGE), **told, **times)
    with world.database.read() as session:
        assert tokens.masked(session, f"รหัส {STRANGE}") == f"รหัส {MARK}"


def test_what_is_being_typed_is_kept_without_links(world: World, token: str) -> None:
    with world.database.write() as session:
        drafts.keep(session, 1, "incoming", {"subject": f"ดู http://127.0.0.1/r/{token}"}, world.now)
        assert drafts.of(session, 1, "incoming") == {"subject": f"ดู {MARK}"}
