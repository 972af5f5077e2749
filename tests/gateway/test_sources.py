"""What the first page says of each way in."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from gateway import drops, sources
from gateway.opening import open_ledger
from gateway.settings import load
from tests.gateway.web.console.house import house, text_of
from tests.gateway.web.healths import AT
from watchers.folder import FolderWatch

TORN = b"%PDF-1.4\n1 0 obj"
SETTINGS = """
smtp.enabled = false
[[folders]]
path = "one"
share = true
[[folders]]
path = "two"
patience = "2m"
share = true
"""


def nothing(_: object) -> Future[Any]:
    raise AssertionError("nothing of it is a letter")


def stand_still(watch: FolderWatch, *moments: float) -> None:
    """Let the watch see its folder at these moments."""
    for moment in moments:
        watch.turn(moment)


@pytest.mark.parametrize("language", ["th", "en"])
def test_files_that_are_not_whole_yet_are_told_at_their_folder_while_they_wait(tmp_path: Path, language: str) -> None:
    (tmp_path / "saraban.toml").write_text(SETTINGS, "utf-8")
    ledger = open_ledger(load(tmp_path / "saraban.toml", {}))
    one, two = drops.watches(ledger, nothing, nothing)
    look = sources.watched(ledger, (one, two), lambda: None)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    stand_still(two, 0.0)
    (tmp_path / "two" / "a.pdf").write_bytes(TORN)
    (tmp_path / "two" / "b.pdf").write_bytes(TORN)
    stand_still(one, 0.0)
    stand_still(two, 30.0, 60.0)
    assert [(source.name, source.torn) for source in look()] == [("โฟลเดอร์ one", 0), ("โฟลเดอร์ two", 2)]
    with house(tmp_path / "house", sources=look) as office:
        page = office.signed_in("office.central_clerk").get("/home", Accept_Language=language)
    assert {"th": "มี 2 ไฟล์ที่ยังไม่สมบูรณ์", "en": "wait for their end: 2"}[language] in text_of(page)
    stand_still(two, 160.0, 200.0)
    assert [(source.torn, source.failed) for source in look()] == [(0, 0), (0, 2)]
    (tmp_path / "two" / "c.pdf").write_bytes(TORN)
    stand_still(two, 230.0, 260.0)
    with house(tmp_path / "house", sources=look) as office:
        page = text_of(office.signed_in("office.central_clerk").get("/home", Accept_Language=language))
    both = {
        "th": "กำลังรอให้ครบ · 2 ไฟล์ไม่ได้ลงทะเบียน ดูในโฟลเดอร์ failed",
        "en": "Files that were not registered: 2, see the folder failed",
    }
    assert both[language] in page
    ledger.close()


def test_while_no_mail_is_taken_its_doors_say_so_and_folders_do_not(tmp_path: Path) -> None:
    (tmp_path / "saraban.toml").write_text(SETTINGS, "utf-8")
    ledger = open_ledger(load(tmp_path / "saraban.toml", {"SARABAN_SMTP__ENABLED": "true"}))
    watches = drops.watches(ledger, nothing, nothing)
    (tmp_path / "one").mkdir()
    look = sources.watched(ledger, watches, lambda: AT)
    since = {source.name: source.refusing_since for source in look()}
    assert since == {"อีเมล (SMTP)": AT, "โฟลเดอร์ one": None, "โฟลเดอร์ two": None}
    with house(tmp_path / "house", sources=look) as office:
        page = office.signed_in("office.central_clerk").get("/home")
    assert "อีเมล (SMTP) ไม่รับอีเมลตั้งแต่ 14 ส.ค. 2569" in text_of(page)
    assert page.text.count("dot held") == 1
    ledger.close()
