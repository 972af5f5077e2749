"""Who has the database has no second factor: sealed for one account, under a key that may lie elsewhere (attack 31)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import pyotp
import pytest
import sqlalchemy as sa
from door_world import KEY, SOMSRI, Hall, a_door

from ledger import accounts, totp
from ledger.accounts import AccountRow
from ledger.database import open_database
from ledger.errors import KeyWrong
from ledger.history import HistoryRow
from ledger.totp import TotpKey

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
OTHER = TotpKey(bytes(32))


def in_the_clear(hall: Hall, secret: str = SECRET) -> None:
    """What an earlier program kept."""
    with hall.world.database.write() as session:
        session.execute(sa.update(AccountRow).values(totp_secret=secret))


def on_disk(hall: Hall) -> bytes:
    """The database's own bytes, those of its journal, and the pages that are free."""
    return hall.disk()


def test_what_is_sealed_opens_with_its_key_for_its_account_alone() -> None:
    sealed = KEY.seal(SECRET, 7)
    assert SECRET not in sealed
    assert KEY.open(sealed, 7) == SECRET
    assert KEY.seal(SECRET, 7) != sealed  # no nonce twice
    for key, account in ((OTHER, 7), (KEY, 8)):
        with pytest.raises(KeyWrong):
            key.open(sealed, account)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-4] + "AAAA",
        lambda text: text[:20],
        lambda text: "1:",
        lambda text: "1:%%%",
        lambda text: "1:" + base64.b64encode(bytes(60)).decode(),
    ],
)
def test_what_was_altered_does_not_open(spoil: Callable[[str], str]) -> None:
    with pytest.raises(KeyWrong):
        KEY.open(spoil(KEY.seal(SECRET, 7)), 7)


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_has_32_bytes(size: int) -> None:
    with pytest.raises(ValueError, match="32"):
        TotpKey(bytes(size))


def test_a_secret_that_is_set_up_lies_nowhere_on_the_disk_nor_in_the_history(hall: Hall) -> None:
    _, secret, _ = hall.with_second(hall.joined().token)
    assert hall.account().totp_secret.startswith(totp.SEALED)
    assert secret.encode() not in on_disk(hall)
    with hall.world.database.read() as session:
        changes = "".join(session.execute(sa.select(HistoryRow.changes)).scalars())
    assert "totp_secret" not in changes
    assert secret not in changes
    assert hall.account().totp_secret not in changes


def test_what_an_earlier_program_kept_is_sealed_and_still_good(hall: Hall) -> None:
    _, secret, _ = hall.with_second(hall.joined().token)
    in_the_clear(hall, secret)
    assert secret.encode() in on_disk(hall)
    totp.seal_all(hall.world.database, KEY)
    assert hall.secret() == secret
    half = hall.sign_in()
    hall.world.later(minutes=1)
    assert hall.door.look(hall.door.second.check(half.token, hall.code(secret)))


def test_no_page_of_the_file_keeps_what_was_sealed(hall: Hall) -> None:
    """Also not those that were freed before, as when a row had moved."""
    hall.joined()
    secrets = [pyotp.random_base32() for _ in range(50)]
    for secret in secrets:
        in_the_clear(hall, secret)
    with hall.world.database.write() as session:
        connection = session.connection()
        connection.exec_driver_sql("PRAGMA secure_delete=OFF")
        connection.exec_driver_sql("CREATE TABLE old (secret)")
        connection.exec_driver_sql("INSERT INTO old VALUES " + ",".join(f"('{secret}')" for secret in secrets))
    with hall.world.database.write() as session:
        session.connection().exec_driver_sql("DROP TABLE old")
    assert secrets[0].encode() in on_disk(hall)
    totp.seal_all(hall.world.database, KEY)
    assert [secret for secret in secrets if secret.encode() in on_disk(hall)] == []


def test_a_crash_before_the_wiping_leaves_it_to_the_next_start(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.joined()
    in_the_clear(hall)

    class Killed(BaseException):
        pass

    def killed() -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(hall.world.database, "scrub", killed)
        with pytest.raises(Killed):
            totp.seal_all(hall.world.database, KEY)
    hall.world.database.close()
    hall.world.database = open_database(hall.world.folder / "data")
    assert hall.account().totp_secret.startswith(totp.SEALED)
    assert SECRET.encode() not in on_disk(hall)


def test_a_second_start_writes_nothing_anew(hall: Hall) -> None:
    hall.joined()
    in_the_clear(hall)
    totp.seal_all(hall.world.database, KEY)
    before = hall.account().totp_secret
    size = hall.world.database.path.stat()
    totp.seal_all(hall.world.database, KEY)
    now = hall.world.database.path.stat()
    assert (hall.account().totp_secret, now.st_mtime_ns, now.st_size) == (before, size.st_mtime_ns, size.st_size)


def test_another_key_seals_nothing_beside_what_it_cannot_open(hall: Hall) -> None:
    hall.with_second(hall.joined().token)
    kept = hall.account().totp_secret
    with hall.world.database.write() as session:
        session.add(AccountRow(login="x@y.example", made_at=hall.world.now, totp_secret=SECRET))
    with pytest.raises(KeyWrong):
        totp.seal_all(hall.world.database, OTHER)
    assert hall.account().totp_secret == kept
    assert hall.account("x@y.example").totp_secret == SECRET
    with hall.world.database.write() as session:  # the small world ends with a ledger that is whole
        session.execute(sa.delete(AccountRow).where(AccountRow.login == "x@y.example"))


def test_a_wrong_key_lets_nobody_past_the_second_factor(hall: Hall) -> None:
    _, secret, _ = hall.with_second(hall.joined().token)
    door = a_door(hall.world, key=OTHER)
    half = hall.sign_in()
    hall.world.later(minutes=1)
    with pytest.raises(KeyWrong):
        door.second.check(half.token, hall.code(secret))


def test_when_the_key_is_lost_everybody_sets_up_a_new_one(hall: Hall) -> None:
    hall.with_second(hall.joined().token)
    with hall.world.act("second factors dropped") as act:
        assert accounts.drop_seconds(act) == 1
        assert accounts.drop_seconds(act) == 0
    totp.seal_all(hall.world.database, OTHER)
    hall.door = a_door(hall.world, key=OTHER)
    here = hall.door.looked(hall.sign_in().token)
    assert here is not None
    assert (here.has_second, here.required) == (False, True)


def test_the_history_of_the_setup_still_says_when(hall: Hall) -> None:
    hall.with_second(hall.joined().token)
    with hall.world.database.read() as session:
        wanted = sa.select(HistoryRow.changes).where(HistoryRow.what == "second factor set")
        ((table, _, _, after),) = json.loads(session.execute(wanted).scalar_one())
    assert (table, list(after)) == ("accounts", ["second_at"])
    assert hall.account(SOMSRI).second_at is not None
