"""`saraban status`: in the words of the office, with a reason for whatever is wrong and a code for whoever watches."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic import command

from gateway import lock
from gateway.health import told
from gateway.health.values import FolderState, Health
from gateway.web.proxies import NAMES_NO_VISITOR
from ledger import private
from ledger.database import FILE, SCHEMA, Database
from ledger.migrations.run import configuration
from tests.gateway.cli.test_configure import Saraban, saraban, settings
from tests.gateway.health.test_hatch import answering
from tests.gateway.web.healths import WELL
from tests.gateway.web.test_health import SHUT_OUT, WAITS

__all__ = ["saraban"]


def test_a_daemon_that_does_not_answer_has_a_reason_and_a_code(saraban: Saraban, tmp_path: Path) -> None:
    path = settings(tmp_path, "")
    (tmp_path / "data").mkdir(0o700)
    with lock.only_one(tmp_path / "data"):
        found, people = saraban("status", "--json", "--config", path), saraban("status", "--config", path)
    (row,) = found.rows
    assert (found.code, people.code, row["state"], row["running"]) == (69, 69, "silent", False)
    assert [reason["key"] for reason in row["reasons"]] == ["silent"]
    assert "! โปรแกรมเปิดอยู่แต่ไม่ตอบ ให้ผู้ดูแลระบบเริ่มระบบใหม่" in people.out


def test_one_that_was_stopped_is_not_ill(saraban: Saraban, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(0o700)
    found = saraban("status", "--json", "--config", settings(tmp_path, ""))
    assert (found.code, found.rows[0]["state"], found.rows[0]["reasons"]) == (0, "stopped", [])


@pytest.mark.parametrize(
    ("health", "code"),
    [
        (WELL, 0),
        (SHUT_OUT["space"], 69),
        (SHUT_OUT["storage"], 69),
        (WAITS["folder"], 0),
        (WAITS["directory"], 69),
    ],
)
def test_the_code_tells_whether_letters_are_taken(saraban: Saraban, tmp_path: Path, health: Health, code: int) -> None:
    (tmp_path / "data").mkdir(0o700)
    said: dict[str, Any] = json.loads(json.dumps(told.to_the_office(health)))
    with lock.only_one(tmp_path / "data"), answering(tmp_path / "data", said):
        found = saraban("status", "--config", settings(tmp_path, ""))
    assert found.code == code
    assert "ประตู" not in found.out
    assert ("ช่องทาง SMTP" in found.out) == bool(health.doors)


@pytest.mark.parametrize("command_line", ["status", "check"])
def test_what_is_noticed_of_a_proxy_is_told_to_whoever_asks(
    saraban: Saraban, tmp_path: Path, command_line: str
) -> None:
    (tmp_path / "data").mkdir(0o700)
    said = json.loads(json.dumps(told.to_the_office(replace(WELL, remarks=(NAMES_NO_VISITOR,)))))
    with lock.only_one(tmp_path / "data"), answering(tmp_path / "data", said):
        found = saraban(command_line, "--config", settings(tmp_path, ""))
    assert (found.code, NAMES_NO_VISITOR.th in found.out) == (0, True)


def test_files_that_were_not_registered_are_told_with_their_folder(saraban: Saraban, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(0o700)
    folders = (FolderState("/srv/scans/finance", "", 3.0, failed=2), FolderState("/srv/scans/exam", "", 3.0))
    said = json.loads(json.dumps(told.to_the_office(replace(WELL, folders=folders))))
    with lock.only_one(tmp_path / "data"), answering(tmp_path / "data", said):
        found = saraban("status", "--config", settings(tmp_path, ""))
    assert "! โฟลเดอร์ /srv/scans/finance: 2 ไฟล์ไม่ได้ลงทะเบียน ดูในโฟลเดอร์ failed" in found.out
    assert (found.code, "exam" in found.out) == (0, False)


def test_a_ledger_in_which_an_older_daemon_works_is_left_to_it(saraban: Saraban, tmp_path: Path) -> None:
    """The code is new already, and the daemon of before was not stopped."""
    path, data = settings(tmp_path, ""), tmp_path / "data"
    data.mkdir(0o700)
    private.make_file(data / FILE)
    database = Database(data)
    with database.write() as session:
        config = configuration()
        config.attributes["connection"] = session.connection()
        command.upgrade(config, "0002")
    with lock.only_one(data):
        told, refused = saraban("status", "--json", "--config", path), saraban("letter", "list", "--config", path)
    assert (told.code, told.rows[0]["state"]) == (69, "silent")
    assert (refused.code, "ให้หยุดตัวเดิมก่อน" in refused.err) == (os.EX_TEMPFAIL, True)
    assert version(database) == "0002"
    assert saraban("letter", "list", "--config", path).code == 0
    assert version(database) == SCHEMA
    database.close()


def version(database: Database) -> object:
    with database.read() as session:
        return session.connection().exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
