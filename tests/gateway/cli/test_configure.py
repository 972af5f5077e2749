"""init, check and config show, as a person at a terminal meets them."""

from __future__ import annotations

import json
import os
import re
import socket
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextvars import copy_context
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from gateway import lock
from gateway.cli import main
from gateway.cli.context import code_of, plain
from gateway.receivers import Receivers
from ledger import errors, private
from ledger.accounts import AccountRow
from ledger.database import open_database
from ledger.routing import RuleSet
from ledger.totp import TotpKey
from tests.gateway.health.test_hatch import answering


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    def verdicts(self) -> dict[str, str]:
        return {row["check"]: row["verdict"] for row in self.rows}


Saraban = Callable[..., Ended]


@pytest.fixture
def saraban(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Saraban:
    for name in ("LC_ALL", "LANG", "SARABAN_LANGUAGE", "SARABAN_CONFIG"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["saraban", *map(str, words)])
        with pytest.raises(SystemExit) as leaving:
            copy_context().run(main)
        said = capsys.readouterr()
        return Ended(int(leaving.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as door:
        yield door.getsockname()[1]


def settings(folder: Path, text: str) -> Path:
    path = folder / "saraban.toml"
    path.write_text("http.enabled = false\nsmtp.port = 0\nintake.refuse_below_free = '0'\n" + text)
    path.chmod(0o600)
    return path


def test_init_writes_a_private_file_that_loads(saraban: Saraban, tmp_path: Path) -> None:
    made = saraban("init", tmp_path / "new" / "office")
    path = tmp_path / "new" / "office" / "saraban.toml"
    assert made.code == 0
    assert f"สร้าง {path} แล้ว" in made.out
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (path.parent, path.parent / "data")} == {0o700}
    assert saraban("config", "show", "--config", path.parent).code == 0


def test_init_never_writes_over_settings(saraban: Saraban, tmp_path: Path) -> None:
    path = settings(tmp_path, "language = 'en'")
    before = path.read_text()
    refused = saraban("init", tmp_path)
    assert (refused.code, refused.err) == (os.EX_CANTCREAT, f"มี {path} อยู่แล้ว จึงไม่เขียนทับ\n")
    assert path.read_text() == before


def test_init_in_a_place_that_is_no_folder_says_which(saraban: Saraban, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = saraban("init", tmp_path / "file")
    assert refused.code == os.EX_IOERR
    assert refused.err.startswith(str(tmp_path / "file"))


def test_config_show_names_origins_and_hides_secrets(saraban: Saraban, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("s3cret")
    secret.chmod(0o600)
    text = "[relay]\nkind = 'smtp'\nhost = 'mx.example'\nusername = 'u'\npassword_file = 'password'"
    path = settings(tmp_path, text)
    shown = saraban("config", "show", "--json", "--config", path)
    assert {"key": "relay.password", "value": "********", "origin": f"{path}:8"} in shown.rows
    assert {"key": "outbox.give_up", "value": "5d", "origin": "default"} in shown.rows
    people = saraban("config", "show", "--config", path)
    assert "relay.password" in people.out
    assert "s3cret" not in shown.out + people.out


def test_check_of_a_fresh_installation_finds_nothing_wrong(saraban: Saraban, tmp_path: Path) -> None:
    path = settings(tmp_path, "[[folders]]\npath = 'drop'")
    before = sorted(tmp_path.rglob("*"))
    found = saraban("check", "--json", "--config", path)
    assert found.code == 0
    expected = {"data": "good", "folders": "good", "smtp": "good", "relay.path": "good", "relay.kind": "warning"}
    assert found.verdicts() == {"sqlite": "good", "directory": "warning", **expected}
    assert sorted(tmp_path.rglob("*")) == before


def test_check_misses_the_directory_until_an_address_is_ours(saraban: Saraban, tmp_path: Path) -> None:
    path, office = settings(tmp_path, ""), tmp_path / "office.yaml"

    def told() -> tuple[str | None, bool | None]:
        known = Receivers(open_database(tmp_path / "data")).known("saraban@office.example")
        return saraban("check", "--json", "--config", path).verdicts().get("directory"), known

    assert told() == ("warning", None)
    office.write_text("offices: [{code: area, name: สพป.ตัวอย่าง}]")
    assert saraban("directory", "import", office, "--config", path).code == 0
    assert told() == ("warning", None)
    office.write_text("offices: [{code: area, name: สพป.ตัวอย่าง, address: other@office.example}]")
    assert saraban("directory", "import", office, "--config", path).code == 0
    assert told() == (None, False)


def test_a_new_office_reads_how_its_rules_are_written_and_what_comes_first(saraban: Saraban, tmp_path: Path) -> None:
    path = settings(tmp_path, "")
    exported = saraban("rules", "export", "--config", path)
    assert (exported.code, exported.out) == (0, RuleSet().to_yaml())
    assert "\nrules: []\n" in exported.out
    (tmp_path / "rules.yaml").write_text(exported.out)
    refused = saraban("rules", "import", tmp_path / "rules.yaml", "--config", path)
    assert (refused.code, "ให้สั่ง saraban directory import ก่อน" in refused.err) == (66, True)
    assert saraban("rules", "export", "--org", "nobody", "--config", path).code == 66


def test_check_tells_what_is_written_as_in_an_older_file_and_how_it_is_written_now(
    saraban: Saraban, tmp_path: Path
) -> None:
    path = settings(tmp_path, "intake.answer = true")
    found = saraban("check", "--config", path)
    assert found.code == 0
    assert re.search(r"! settings: .*:\d+: intake.answer: true เป็นค่าแบบเดิม .* answer = \"known\"", found.out)


def test_check_names_the_command_that_closes_an_open_data_folder(saraban: Saraban, tmp_path: Path) -> None:
    path = settings(tmp_path, "")
    (tmp_path / "data").mkdir()
    (tmp_path / "data").chmod(0o755)
    found = saraban("check", "--json", "--config", path)
    assert (found.code, found.verdicts()["data"]) == (os.EX_CONFIG, "wrong")
    for command in ("check", "status", "verify"):
        told = saraban(command, "--config", path)
        assert told.code == os.EX_CONFIG
        assert f"chmod 700 {tmp_path}/data" in told.out + told.err
    assert list((tmp_path / "data").iterdir()) == []


def test_check_knows_who_gets_in_by_the_socket_file(saraban: Saraban, tmp_path: Path) -> None:
    def verdicts(text: str) -> tuple[int, list[str]]:
        found = saraban("check", "--json", "--config", settings(tmp_path, f"[lmtp]\nenabled = true\n{text}"))
        return found.code, [f"{row['check']} {row['verdict']}" for row in found.rows if row["check"].startswith("lmtp")]

    assert verdicts("path = 'lmtp'") == (0, ["lmtp.path good"])
    assert verdicts(f"path = 'lmtp'\ngroup = '{os.getegid()}'\nmode = '0666'") == (0, ["lmtp.path good"])
    assert verdicts("path = 'run/lmtp'") == (os.EX_CONFIG, ["lmtp.path wrong"])
    assert verdicts("path = 'lmtp'\ngroup = 'sarabun'") == (os.EX_CONFIG, ["lmtp.path good", "lmtp.group wrong"])
    (tmp_path / "data").mkdir(0o700)
    assert verdicts("path = 'data/lmtp'") == (os.EX_CONFIG, ["lmtp.path good", "lmtp.path wrong"])
    assert verdicts("path = 'data/lmtp'\nmode = '600'") == (0, ["lmtp.path good"])
    (tmp_path / "lmtp").touch()
    assert verdicts("path = 'lmtp'") == (os.EX_CONFIG, ["lmtp.path good", "lmtp.path wrong"])


def test_check_does_not_knock_at_the_socket_file_of_the_running_daemon(saraban: Saraban, tmp_path: Path) -> None:
    path, door = settings(tmp_path, "[lmtp]\nenabled = true\npath = 'lmtp'"), tmp_path / "lmtp"
    (tmp_path / "data").mkdir(0o700)
    doors = [{"channel": "lmtp", "addresses": [str(door)]}]
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(door))
        listening.listen()
        listening.setblocking(False)
        with lock.only_one(tmp_path / "data"), answering(tmp_path / "data", {"doors": doors}):
            assert saraban("check", "--json", "--config", path).verdicts()["lmtp.path"] == "good"
        with pytest.raises(BlockingIOError):
            listening.accept()


def test_a_wrong_group_is_told_at_the_start(saraban: Saraban, tmp_path: Path) -> None:
    text = "smtp.enabled = false\n[lmtp]\nenabled = true\npath = 'lmtp'\ngroup = 'sarabun'"
    told = saraban("run", "--config", settings(tmp_path, text))
    assert (told.code, "groupadd sarabun" in told.err) == (os.EX_CONFIG, True)
    assert not (tmp_path / "lmtp").exists()


def test_check_warns_of_a_socket_file_that_lets_everybody_in(saraban: Saraban, tmp_path: Path) -> None:
    def told(folder: Path, mode: str) -> str | None:
        text = f"[lmtp]\nenabled = true\npath = '{folder / 'lmtp'}'\nmode = '{mode}'"
        return saraban("check", "--json", "--config", settings(tmp_path, text)).verdicts().get("lmtp.mode")

    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        assert told(Path(name), "0666") is None  # nobody else gets into the folder
        os.chmod(name, 0o755)
        assert [told(Path(name), mode) for mode in ("0666", "0662", "0660", "0600")] == [
            "warning",
            "warning",
            None,
            None,
        ]


def test_check_misses_the_key_of_second_factors(saraban: Saraban, tmp_path: Path) -> None:
    path = settings(tmp_path, "")
    database = open_database(tmp_path / "data")
    with database.write() as session:
        key = TotpKey(bytes(32))
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        session.add(AccountRow(id=1, login="a@b.example", made_at=moment, totp_secret=key.seal("x", 1)))
    database.close()
    before = sorted(tmp_path.rglob("*"))
    found = saraban("check", "--json", "--config", path)
    assert (found.code, found.verdicts()["key_file"]) == (os.EX_CONFIG, "wrong")
    assert sorted(tmp_path.rglob("*")) == before
    (tmp_path / "data" / "totp.key").write_text("00" * 32)
    assert saraban("check", "--json", "--config", path).verdicts()["key_file"] == "good"
    (tmp_path / "data" / "totp.key").write_text("11" * 32)
    assert saraban("check", "--json", "--config", path).verdicts()["key_file"] == "wrong"
    refused = saraban("run", "--config", path)
    assert (refused.code, "forget-factors" in refused.err) == (os.EX_CONFIG, True)
    assert saraban("verify", "--config", path).code == 65  # the account that the test wrote, not the key
    assert saraban("admin", "forget-factors", "--config", path).code == 0
    assert saraban("check", "--json", "--config", path).verdicts()["key_file"] == "good"


def test_check_tells_of_a_key_that_cannot_be_read_and_goes_on(saraban: Saraban, tmp_path: Path) -> None:
    path = settings(tmp_path, "")
    open_database(tmp_path / "data").close()
    (tmp_path / "data" / "totp.key").mkdir(0o700)
    found = saraban("check", "--json", "--config", path)
    assert (found.code, found.verdicts()["key_file"]) == (os.EX_CONFIG, "wrong")
    assert "relay.kind" in found.verdicts()  # the last


def test_check_says_nothing_of_keys_in_a_ledger_of_another_schema(saraban: Saraban, tmp_path: Path) -> None:
    path = settings(tmp_path, "")
    (tmp_path / "data").mkdir()
    private.make_file(tmp_path / "data" / "saraban.db")
    found = saraban("check", "--json", "--config", path)
    assert (found.code, "key_file" in found.verdicts()) == (0, False)


def test_check_speaks_the_language_of_the_settings(saraban: Saraban, tmp_path: Path) -> None:
    assert "! relay.kind: อีเมลจะถูกเขียนเป็นไฟล์เท่านั้น" in saraban("check", "--config", settings(tmp_path, "")).out
    english = saraban("check", "--config", settings(tmp_path, "language = 'en'"))
    assert "! relay.kind: mails are only written to files" in english.out


def test_without_a_setting_the_terminal_decides_the_language(
    saraban: Saraban, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    assert "was written" in saraban("init", tmp_path).out
    monkeypatch.setenv("SARABAN_LANGUAGE", "th")
    assert "จึงไม่เขียนทับ" in saraban("init", tmp_path).err


def test_a_port_of_somebody_else_is_wrong_and_our_own_is_good(saraban: Saraban, tmp_path: Path, taken: int) -> None:
    path = settings(tmp_path, f"lmtp.enabled = true\nlmtp.port = {taken}")
    found = saraban("check", "--json", "--config", path)
    assert (found.code, found.verdicts()["lmtp"]) == (os.EX_CONFIG, "wrong")
    told = {row["check"]: row["text"] for row in found.rows}
    assert told["lmtp"].endswith("มีโปรแกรมอื่นใช้อยู่ ให้หยุดโปรแกรมนั้นก่อน หรือเปลี่ยน lmtp.port")
    (tmp_path / "data").mkdir()
    with lock.only_one(tmp_path / "data"):
        assert saraban("check", "--json", "--config", path).verdicts()["lmtp"] == "good"


def test_a_port_is_ours_when_the_running_daemon_says_so_even_one_that_we_may_not_open(
    saraban: Saraban, tmp_path: Path, taken: int
) -> None:
    path = settings(tmp_path, f"lmtp.enabled = true\nlmtp.port = {taken}")
    path.write_text(path.read_text().replace("smtp.port = 0", "smtp.port = 25"))
    (tmp_path / "data").mkdir(0o700)
    doors = [{"channel": "smtp", "addresses": ["127.0.0.1:25"]}]
    with lock.only_one(tmp_path / "data"), answering(tmp_path / "data", {"doors": doors}):
        found = saraban("check", "--json", "--config", path)
    told = {row["check"]: row["text"] for row in found.rows}
    assert told["smtp"] == "127.0.0.1:25 ใช้โดยระบบที่กำลังทำงาน"
    assert found.verdicts()["lmtp"] == "wrong"  # somebody else's, though ours runs


def test_folders_that_cannot_be_used_are_wrong(saraban: Saraban, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    text = "data = 'file/data'\n[[folders]]\npath = 'away'\nshare = true"
    found = saraban("check", "--json", "--config", settings(tmp_path, text))
    assert found.code == os.EX_CONFIG
    assert (found.verdicts()["data"], found.verdicts()["folders"]) == ("wrong", "wrong")


def test_too_little_disk_is_wrong(saraban: Saraban, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SARABAN_INTAKE__REFUSE_BELOW_FREE", "9000000GiB")
    found = saraban("check", "--json", "--config", settings(tmp_path, ""))
    assert found.verdicts()["intake.refuse_below_free"] == "wrong"
    told = {row["check"]: row["text"] for row in found.rows}["intake.refuse_below_free"]
    assert told.endswith("จะไม่รับอีเมล โฟลเดอร์และการลงทะเบียนด้วยตนเองยังใช้ได้")


def test_a_certificate_that_is_none_is_wrong(saraban: Saraban, tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("no certificate")
    text = "smtp.tls_certificate = 'cert.pem'\nsmtp.tls_key = 'cert.pem'"
    assert saraban("check", "--json", "--config", settings(tmp_path, text)).verdicts()["smtp.tls_key"] == "wrong"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("smtp.host = '0.0.0.0'", "smtp"),
        ("http = {host = '192.0.2.1', port = 0, enabled = true}", "http.base_url"),
        ("http = {host = '0.0.0.0', port = 0, enabled = true, base_url = 'https://x.example'}", "http.trusted_proxies"),
        (
            "http = {port = 0, enabled = true, base_url = 'https://x.example', trusted_proxies = []}",
            "http.trusted_proxies",
        ),
        (
            "http = {port = 0, enabled = true, base_url = 'https://x.example', trusted_proxies = ['10.0.0.1']}",
            "http.trusted_proxies",
        ),
        *(
            (f"http = {{port = 0, enabled = true, {proxies}}}", "http.trusted_proxies")
            for proxies in (
                "base_url = 'https://x.example', trusted_proxies = ['127.0.0.1', '0.0.0.0/0']",
                "base_url = 'https://x.example', trusted_proxies = ['::1', '::/0']",
                "trusted_proxies = ['127.0.0.1']",
            )
        ),
        ("relay = {kind = 'smtp', host = 'mx.example'}", "http.base_url"),
        ("relay = {kind = 'smtp', host = 'mx.example', tls = 'opportunistic'}", "relay.tls"),
    ],
)
def test_what_is_unwise_is_warned_of(saraban: Saraban, tmp_path: Path, text: str, name: str) -> None:
    path = settings(tmp_path, text)
    if "http =" in text:
        path.write_text(path.read_text().replace("http.enabled = false\n", ""))
    findings = [row for row in saraban("check", "--json", "--config", path).rows if row["check"] == name]
    assert "warning" in [row["verdict"] for row in findings]


@pytest.mark.parametrize(
    "http",
    [
        "port = 0, base_url = 'https://x.example'",
        "port = 0, base_url = 'https://x.example', trusted_proxies = ['127.0.0.0/8', '10.0.0.5/24']",
        "port = 0, base_url = 'https://x.example', host = '0.0.0.0', trusted_proxies = ['10.0.0.1']",
        "port = 0",
    ],
)
def test_a_proxy_that_is_believed_is_no_finding(saraban: Saraban, tmp_path: Path, http: str) -> None:
    path = settings(tmp_path, f"http = {{enabled = true, {http}}}")
    path.write_text(path.read_text().replace("http.enabled = false\n", ""))
    assert "http.trusted_proxies" not in saraban("check", "--json", "--config", path).verdicts()


def test_the_relay_is_reached_only_when_asked(saraban: Saraban, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    relay = Controller(object(), hostname="127.0.0.1", port=port, server_hostname="mx.example")
    relay.start()
    try:
        text = f"relay = {{kind = 'smtp', host = '127.0.0.1', port = {port}, tls = 'none'}}"
        path = settings(tmp_path, text)
        assert "relay" not in saraban("check", "--json", "--config", path).verdicts()
        assert saraban("check", "--json", "--connect", "--config", path).verdicts()["relay"] == "good"
    finally:
        relay.stop()
    away = saraban("check", "--json", "--connect", "--config", path)
    assert (away.code, away.verdicts()["relay"]) == (os.EX_CONFIG, "wrong")


def test_wrong_settings_end_every_command_with_78(saraban: Saraban, tmp_path: Path) -> None:
    ended = saraban("check", "--config", settings(tmp_path, "smtp.prot = 1"))
    assert ended.code == os.EX_CONFIG
    assert "saraban.toml:4: smtp.prot: ไม่มีการตั้งค่านี้ หมายถึง smtp.port หรือไม่" in ended.err
    assert ended.out == ""


def test_wrong_words_on_the_command_line_end_with_64(saraban: Saraban) -> None:
    assert saraban("chek").code == os.EX_USAGE
    assert saraban("check", "--no-such-option").code == os.EX_USAGE


def test_exit_codes_tell_permanent_from_temporary() -> None:
    assert code_of(errors.Unavailable()) == os.EX_TEMPFAIL
    assert code_of(errors.Refused(reason="x")) == os.EX_DATAERR
    assert code_of(errors.NotFound(what="", what_en="", name="", hint="")) == os.EX_NOINPUT
    assert code_of(errors.SettingsWrong([])) == os.EX_CONFIG


def test_nothing_said_can_steer_the_terminal() -> None:
    assert plain("ก\x1b[31mข\u202eค\x07\nง") == "ก[31mขค\nง"
