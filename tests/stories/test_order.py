"""Somebody looks over our shoulder when we say yes.

strace writes down what the daemon asks of the kernel. A small mail: its row is synced to the disk, then "250" leaves. A
large one: its original is written, synced, renamed, the folder synced; then the row is synced; then "250" leaves. A
dropped file leaves its folder after the entry with its number is synced.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from tests.stories.conftest import MakeHouse
from tests.stories.house import House, eventually
from tests.stories.post import letter, paper, post
from tests.stories.trace import RENAMES, SYNCS, WRITES, Call, first, read, under_strace

pytestmark = pytest.mark.story

DATABASE = "/data/saraban.db"  # and its journal


@pytest.fixture
def watched(make_house: MakeHouse, tmp_path: Path) -> House:
    """A house under strace, which writes `trace` beside it."""
    return make_house().start(under=under_strace(tmp_path / "trace"))


def writes(call: Call, path: str) -> bool:
    return call.name in WRITES and path in call.text.partition(">,")[0]


def syncs(call: Call, path: str) -> bool:
    return call.name in SYNCS and path in call.text


def yes(calls: list[Call], number: int) -> tuple[list[Call], Call]:
    """The reply to letter `number`, and what the thread that took it did before: since the go-ahead for its content."""
    reply = first(calls, "reply", lambda call: f'"250 2.0.0 Taken as {number}' in call.text)
    go = [call for call in calls if '"354 ' in call.text and call.ended < reply.begun][-1]
    between = [call for call in calls if go.ended < call.begun and call.ended < reply.begun and "/data/" in call.text]
    thread = between[0].thread
    return [call for call in between if call.thread == thread], reply


def test_a_mail_is_on_the_disk_before_we_say_yes(watched: House, tmp_path: Path) -> None:
    for content in (letter("ฉบับเล็ก", text="x" * 5 * 1024), letter("ฉบับใหญ่", text="x" * 2 * 1024 * 1024)):
        post(watched, content)
        watched.settled()  # so that nobody else writes while the next one is taken
    assert watched.stop() == 0
    calls = read(tmp_path / "trace")

    for number in (1, 2):
        taking, reply = yes(calls, number)
        written = [call for call in taking if writes(call, DATABASE)][-1]
        journal = written.text.partition("<")[2].partition(">")[0]
        synced = first(taking, "sync of the row", partial(syncs, path=journal), written)
        assert synced is taking[-1]
        assert synced.ended < reply.begun

    taking, _ = yes(calls, 2)
    original = [call for call in taking if writes(call, "/originals/")][-1]
    temporary = original.text.partition("<")[2].partition(">")[0]
    whole = first(taking, "sync of the original", partial(syncs, path=temporary), original)
    named = first(taking, "rename", lambda call: call.name in RENAMES and temporary in call.text, whole)
    kept = first(taking, "sync of its folder", partial(syncs, path=f"{Path(temporary).parent}>"), named)
    first(taking, "row", partial(writes, path=DATABASE), kept)


def test_a_file_leaves_its_folder_after_its_entry_is_on_the_disk(watched: House, tmp_path: Path) -> None:
    (watched.drop / "หนังสือ.pdf").write_bytes(paper("หนังสือ"))
    eventually(lambda: list(watched.drop.glob("done/*/1-*")), "the file is in done/")
    assert watched.stop() == 0
    calls = read(tmp_path / "trace")

    moved = first(calls, "move", lambda call: call.name in RENAMES and "/incoming/done/" in call.text)
    stored = first(calls, "original", lambda call: call.name in RENAMES and "/originals/" in call.text)
    settling = [call for call in calls if call.thread == stored.thread and stored.ended < call.begun < moved.begun]
    written = [call for call in settling if writes(call, DATABASE)][-1]
    assert first(settling, "sync of the entry", partial(syncs, path=DATABASE), written).ended < moved.begun
