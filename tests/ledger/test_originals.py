"""What is stored is whole, synced and never changed (P-1, P-9)."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from ledger import durable
from ledger.errors import OriginalDamaged, OriginalMissing
from ledger.originals import Originals, digest

CONTENTS = [b"", b"one", b"two" * 100_000]


@pytest.fixture
def store(tmp_path: Path) -> Originals:
    return Originals(tmp_path / "originals")


def test_contents_come_back_byte_for_byte(store: Originals) -> None:
    names = store.put(CONTENTS)
    assert [store.get(name) for name in names] == CONTENTS
    assert sorted(names) == list(store.names())


def test_the_same_content_is_kept_once(store: Originals) -> None:
    (name,) = store.put([b"one"])
    before = store.path(name).stat().st_ino
    assert store.put([b"one", b"one"]) == [name, name]
    assert store.path(name).stat().st_ino == before


def test_damage_and_loss_are_told_apart(store: Originals) -> None:
    (name,) = store.put([b"one"])
    store.path(name).write_bytes(b"oNe")
    with pytest.raises(OriginalDamaged):
        store.get(name)
    with pytest.raises(OriginalMissing):
        store.get(digest(b"never stored"))


@pytest.mark.parametrize("syncfs", [True, False])
def test_every_content_is_synced_before_its_name_and_the_name_before_the_end(
    store: Originals, monkeypatch: pytest.MonkeyPatch, syncfs: bool
) -> None:
    order: list[str] = []
    real_rename, real_fsync, real_syncfs = os.rename, os.fsync, durable._SYNCFS
    assert real_syncfs is not None
    monkeypatch.setattr(os, "rename", lambda *names: (order.append("rename"), real_rename(*names)))
    monkeypatch.setattr(os, "fsync", lambda handle: (order.append("sync"), real_fsync(handle)))
    noted = (lambda handle: (order.append("sync"), real_syncfs(handle))[1]) if syncfs else None
    for folder in ("2c", "3f"):
        durable.make_folder(store.folder / folder)
    monkeypatch.setattr(durable, "_SYNCFS", noted)
    order.clear()
    store.put([b"one", b"two"])
    firsts, lasts = order.index("rename"), len(order) - 1 - order[::-1].index("rename")
    assert "sync" in order[:firsts]
    assert "sync" in order[lasts:]


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EIO])
def test_a_failed_sync_is_an_error_and_leaves_no_name(
    store: Originals, monkeypatch: pytest.MonkeyPatch, fault: int
) -> None:
    def failing(_handle: int) -> None:
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OSError, match=os.strerror(fault)):
        store.put([b"one"])
    monkeypatch.undo()
    assert list(store.names()) == []


def test_unfinished_files_are_removed_when_old_and_kept_while_young(store: Originals) -> None:
    store.put([b"one"])
    folder = store.path(digest(b"one")).parent
    young, old = folder / ".young.tmp", folder / ".old.tmp"
    for path in (young, old):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    store.clean()
    assert (young.exists(), old.exists()) == (True, False)
