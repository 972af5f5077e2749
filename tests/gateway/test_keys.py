"""The key file of the second factors: made once, ours alone, missed aloud."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway import keys
from gateway.settings import Settings
from ledger.accounts import AccountRow
from ledger.database import Database, open_database
from ledger.errors import KeyUnusable, KeyWrong

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(tmp_path / "data")
    yield database
    database.close()


def settings(tmp_path: Path, key_file: Path | None = None) -> Settings:
    return Settings(data=tmp_path / "data", key_file=key_file)


def with_a_second_factor(database: Database) -> None:
    with database.write() as session:
        session.add(AccountRow(id=1, login="a@b.example", made_at=datetime(2026, 1, 1, tzinfo=UTC), totp_secret=SECRET))


def kept(database: Database) -> str:
    with database.read() as session:
        return session.execute(sa.select(AccountRow.totp_secret)).scalar_one()


@pytest.mark.parametrize("where", [None, Path("keys/of/totp.key")])
def test_the_key_is_made_once_for_us_alone_and_seals_what_is_there(
    tmp_path: Path, database: Database, where: Path | None
) -> None:
    with_a_second_factor(database)
    given = settings(tmp_path, tmp_path / where if where else None)
    key = keys.second_factors(given, database)
    path = tmp_path / (where or "data/totp.key")
    assert (stat.S_IMODE(path.stat().st_mode), len(path.read_text())) == (0o600, 64)
    assert key.open(kept(database), 1) == SECRET
    before = path.read_bytes()
    assert keys.second_factors(given, database).open(kept(database), 1) == SECRET
    assert path.read_bytes() == before


def test_a_key_that_is_missed_is_never_made_anew(tmp_path: Path, database: Database) -> None:
    with_a_second_factor(database)
    keys.second_factors(settings(tmp_path), database)
    moved = tmp_path / "elsewhere.key"
    (tmp_path / "data" / "totp.key").rename(moved)
    for ask in (keys.second_factors, keys.must_fit):
        with pytest.raises(KeyUnusable) as told:
            ask(settings(tmp_path), database)
        for language, word in (("th", "ข้อมูลสำรอง"), ("en", "from the backup")):
            assert str(tmp_path / "data" / "totp.key") in told.value.sentence(language)
            assert word in told.value.sentence(language)
            assert "key_file" in told.value.sentence(language)
    assert not (tmp_path / "data" / "totp.key").exists()
    keys.must_fit(settings(tmp_path, moved), database)
    keys.second_factors(settings(tmp_path, moved), database)


def test_a_key_that_was_not_moved_is_refused_with_the_command(tmp_path: Path, database: Database) -> None:
    """Who sets `key_file` in an office that has a key already must move it."""
    with_a_second_factor(database)
    keys.second_factors(settings(tmp_path), database)
    elsewhere = tmp_path / "my keys" / "totp.key"
    with pytest.raises(KeyUnusable) as refused:
        keys.second_factors(settings(tmp_path, elsewhere), database)
    move = f"mv {tmp_path}/data/totp.key '{elsewhere}'"
    assert move in refused.value.sentence("th")
    assert move in refused.value.sentence("en")
    assert not elsewhere.exists()


def test_another_key_is_refused(tmp_path: Path, database: Database) -> None:
    with_a_second_factor(database)
    keys.second_factors(settings(tmp_path), database)
    before = kept(database)
    (tmp_path / "data" / "totp.key").write_text("00" * 32)
    for ask in (keys.second_factors, keys.must_fit):
        with pytest.raises(KeyWrong, match="backup"):
            ask(settings(tmp_path), database)
    assert kept(database) == before


@pytest.mark.parametrize("content", [b"", b"no key", b"00" * 31, b"\xff" * 64])
def test_what_is_no_key_is_refused_and_stays(tmp_path: Path, database: Database, content: bytes) -> None:
    path = tmp_path / "data" / "totp.key"
    path.write_bytes(content)
    with pytest.raises(KeyUnusable, match="no key"):
        keys.second_factors(settings(tmp_path), database)
    assert path.read_bytes() == content


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_can_read_is_refused_with_the_command(tmp_path: Path, database: Database, mode: int) -> None:
    path = tmp_path / "my keys" / "totp.key"
    given = settings(tmp_path, path)
    keys.second_factors(given, database)
    path.chmod(mode)
    for language in ("th", "en"):
        with pytest.raises(KeyUnusable) as told:
            keys.second_factors(given, database)
        assert told.value.sentence(language).endswith(f"chmod 600 '{path}'")


@pytest.mark.parametrize("key_file", [None, Path("data/own/other.key")])
def test_in_the_data_folder_check_and_start_say_the_same_of_an_open_mode(
    tmp_path: Path, database: Database, key_file: Path | None
) -> None:
    given = settings(tmp_path, tmp_path / key_file if key_file else None)
    keys.second_factors(given, database)
    keys.totp_file(given).chmod(0o644)
    keys.must_fit(given, database)
    keys.second_factors(given, database)


@pytest.mark.parametrize("named", [None, Path("link.key")], ids=["in data", "key_file"])
def test_a_link_is_followed_to_a_file_that_must_be_ours_alone(
    tmp_path: Path, database: Database, named: Path | None
) -> None:
    link, file = tmp_path / (named or "data/totp.key"), tmp_path / "apart" / "totp.key"
    given = settings(tmp_path, tmp_path / named if named else None)
    link.symlink_to(file)
    with_a_second_factor(database)
    keys.second_factors(given, database)
    assert (link.is_symlink(), stat.S_IMODE(file.stat().st_mode)) == (True, 0o600)
    file.chmod(0o644)
    for ask in (keys.second_factors, keys.must_fit):
        with pytest.raises(KeyUnusable, match=f"chmod 600 {file}$"):
            ask(given, database)
    file.unlink()
    for ask in (keys.second_factors, keys.must_fit):
        with pytest.raises(KeyUnusable, match=f"{file}, cannot be used: it is missing"):
            ask(given, database)
    assert link.is_symlink()


def test_systemd_hands_a_key_over_with_a_mode_of_its_own(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "credentials" / "totp.key"
    keys.second_factors(settings(tmp_path, path), database)
    path.chmod(0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(path.parent))
    keys.second_factors(settings(tmp_path, path), database)


def test_without_second_factors_nothing_is_missed(tmp_path: Path, database: Database) -> None:
    keys.must_fit(settings(tmp_path), database)
    assert not (tmp_path / "data" / "totp.key").exists()
