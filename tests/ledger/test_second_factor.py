"""The second factor: set up, asked for, good once; and nothing opens without it (5.1, RFC 6238)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from door_world import BETTER, GOOD, SOMSRI, Hall, a_door, at_once

from ledger import second_factor
from ledger.access import Duty
from ledger.accounts import drop_second, require_second
from ledger.directory import DutyRow
from ledger.errors import (
    ConfirmFirst,
    FieldsWrong,
    SecondFactorRequired,
    SignedOut,
    SignInFailed,
    TooManyAttempts,
)
from ledger.second_factor import CODE_WRONG, GRAVE, PASSWORD_WRONG, SETUP_BROKEN
from ledger.weak_passwords import TOO_SHORT

WRONG = "000000"


def wrong(hall: Hall, secret: str) -> str:
    """Six digits that are no code around now."""
    near = {hall.code(secret, steps) for steps in range(-3, 4)}
    return next(f"{number:06}" for number in range(8) if f"{number:06}" not in near)


def required(hall: Hall, login: str = SOMSRI) -> None:
    with hall.world.act() as act:
        require_second(act, hall.account(login).id, True)


def test_a_code_by_the_book() -> None:
    """RFC 6238, appendix B, with the last six of its eight digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")):
        assert second_factor.pyotp.TOTP(secret).generate_otp(seconds // 30) == code


def test_setting_up_shows_an_address_for_the_app(hall: Hall) -> None:
    setup = hall.door.second.begin_setup(hall.joined().token)
    parts = urlsplit(setup.uri)
    asked = parse_qs(parts.query)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == f"/Saraban Gateway:{SOMSRI}"
    assert (asked["secret"], asked["issuer"], len(setup.secret)) == ([setup.secret], ["Saraban Gateway"], 32)
    assert hall.account().totp_secret == ""  # nothing is kept before the first code


def test_from_then_on_the_code_is_asked_for(hall: Hall) -> None:
    first = hall.joined().token
    token, secret, codes = hall.with_second(first)
    assert token != first
    assert hall.door.look(first) is None
    assert hall.door.look(token)
    assert (len(set(codes)), {len(code) for code in codes}, codes[0][5]) == (10, {11}, "-")
    half = hall.sign_in()
    assert (half.full, half.needs_setup) == (False, False)
    assert hall.door.look(half.token) is None
    seen = hall.door.looked(half.token)
    assert seen is not None
    assert (seen.full, seen.has_second) == (False, True)
    hall.world.later(seconds=30)
    full = hall.door.check_second(half.token, hall.code(secret))
    assert full != half.token
    assert hall.door.looked(half.token) is None
    assert hall.door.look(full) == half.viewer


def test_half_a_sign_in_may_do_nothing_but_give_its_code_and_go(hall: Hall) -> None:
    other, secret, _ = hall.with_second(hall.joined().token)
    half = hall.sign_in()
    setup_secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    closed: list[Callable[[], object]] = [
        lambda: hall.door.confirm(half.token, GOOD),
        lambda: hall.door.change_password(half.token, GOOD, BETTER),
        lambda: hall.door.act_for(half.token, 1),
        lambda: hall.door.own(half.token),
        lambda: hall.door.end_one(half.token, 1),
        lambda: hall.door.end_everywhere(half.token),
        lambda: hall.door.second.begin_setup(half.token),
        lambda: hall.door.second.finish_setup(half.token, setup_secret, hall.code(setup_secret)),
        lambda: hall.door.second.remove(half.token, GOOD),
        lambda: hall.door.second.new_codes(half.token),
    ]
    for attempt in closed:
        with pytest.raises(SignedOut):
            attempt()
    assert hall.secret() == secret
    assert hall.door.look(other)
    hall.door.end(half.token)
    assert hall.door.looked(half.token) is None


def test_half_a_sign_in_lives_half_an_hour_however_it_is_looked_at(hall: Hall) -> None:
    _, secret, _ = hall.with_second(hall.joined().token)
    half = hall.sign_in()
    hall.world.later(minutes=29)
    assert hall.door.looked(half.token)
    hall.world.later(minutes=1)
    assert hall.door.looked(half.token) is None
    with pytest.raises(SignedOut):
        hall.door.second.check(half.token, hall.code(secret))


def test_each_step_is_good_once_and_none_before_it(hall: Hall) -> None:
    _, secret, _ = hall.with_second(hall.joined().token)
    half = hall.sign_in()
    for steps in (0, -1):  # the one that was used at set-up, and an older one
        with pytest.raises(FieldsWrong) as caught:
            hall.door.second.check(half.token, hall.code(secret, steps))
        assert caught.value.problems == {"code": CODE_WRONG}
    assert hall.door.second.check(half.token, hall.code(secret, 1))
    hall.world.later(seconds=30)
    with pytest.raises(FieldsWrong):
        hall.door.second.check(hall.sign_in().token, hall.code(secret))  # it was the next step's


@pytest.mark.parametrize(("steps", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_phone_may_be_one_step_off(hall: Hall, steps: int, fits: bool) -> None:
    _, secret, _ = hall.with_second(hall.joined().token)
    hall.world.later(hours=1)
    token = hall.sign_in().token
    if fits:
        assert hall.door.second.check(token, hall.code(secret, steps))
    else:
        with pytest.raises(FieldsWrong):
            hall.door.second.check(token, hall.code(secret, steps))


def test_the_edges_of_a_step(hall: Hall) -> None:
    _, secret, _ = hall.with_second(hall.joined().token)
    hall.world.now = hall.world.now.replace(minute=50, second=0, microsecond=0)
    code = hall.code(secret)
    hall.world.later(seconds=60)
    with pytest.raises(FieldsWrong):
        hall.door.second.check(hall.sign_in().token, code)
    hall.world.now -= timedelta(microseconds=1)
    assert hall.door.second.check(hall.sign_in().token, code)


def test_codes_may_be_typed_with_spaces_and_thai_digits(hall: Hall) -> None:
    _, secret, _ = hall.with_second(hall.joined().token)
    hall.world.later(minutes=1)
    code = hall.code(secret)
    typed = f" {code[:3]} {code[3:]} ".translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))
    assert hall.door.second.check(hall.sign_in().token, typed)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "\ud800", "-" * 100_000, "½²³①②③", "0" * 64])
def test_what_is_no_code_is_wrong_and_breaks_nothing(hall: Hall, code: str) -> None:
    hall.with_second(hall.joined().token)
    with pytest.raises(FieldsWrong):
        hall.door.second.check(hall.sign_in().token, code)


def test_racing_threads_use_a_step_once(hall: Hall) -> None:
    _, secret, _ = hall.with_second(hall.joined().token)
    hall.world.later(minutes=1)
    tokens = [hall.sign_in().token for _ in range(4)]
    code, waiting = hall.code(secret), list(tokens)
    passed, refused = at_once(lambda: hall.door.second.check(waiting.pop(), code), 4)
    assert (len(passed), {type(one) for one in refused}) == (1, {FieldsWrong})


def test_racing_threads_open_one_half_once(hall: Hall) -> None:
    _, secret, codes = hall.with_second(hall.joined().token)
    hall.world.later(minutes=1)
    token = hall.sign_in().token
    offered = [hall.code(secret), *codes[:3]]
    passed, refused = at_once(lambda: hall.door.second.check(token, offered.pop()), 4)
    assert (len(passed), {type(one) for one in refused}) == (1, {SignedOut})


def test_codes_cannot_be_guessed(hall: Hall) -> None:
    _, secret, _ = hall.with_second(hall.joined().token)
    for _ in range(5):
        half = hall.sign_in()  # a right password forgives no wrong code
        with pytest.raises(FieldsWrong):
            hall.door.second.check(half.token, wrong(hall, secret))
    with pytest.raises(TooManyAttempts):
        hall.door.second.check(hall.sign_in().token, hall.code(secret, 1))
    hall.world.later(minutes=1)
    assert hall.door.second.check(hall.sign_in().token, hall.code(secret))


def test_recovery_codes_stand_in_once_each(hall: Hall) -> None:
    _, _, codes = hall.with_second(hall.joined().token)
    account = hall.account().id
    assert hall.door.second.codes_left(account) == 10
    assert hall.door.second.check(hall.sign_in().token, codes[3].lower().replace("-", " "))
    assert hall.door.second.codes_left(account) == 9
    with pytest.raises(FieldsWrong):
        hall.door.second.check(hall.sign_in().token, codes[3])
    racing = hall.sign_in().token
    passed, _ = at_once(lambda: hall.door.second.check(racing, codes[4]), 4)
    assert (len(passed), hall.door.second.codes_left(account)) == (1, 8)


def test_recovery_codes_are_ones_own_and_kept_as_hashes(hall: Hall) -> None:
    _, _, codes = hall.with_second(hall.joined().token)
    hall.with_second(hall.joined(hall.person(2, "t@schools.example")).token)
    with pytest.raises(FieldsWrong):
        hall.door.second.check(hall.sign_in("t@schools.example").token, codes[0])
    kept = hall.disk()
    assert not any(code.encode() in kept or code.replace("-", "").encode() in kept for code in codes)


def test_fresh_recovery_codes_void_those_before(hall: Hall) -> None:
    token, _, codes = hall.with_second(hall.joined().token)
    fresh = hall.door.second.new_codes(token)
    assert not set(fresh) & set(codes)
    with pytest.raises(FieldsWrong):
        hall.door.second.check(hall.sign_in().token, codes[0])
    assert hall.door.second.check(hall.sign_in().token, fresh[0])
    hall.world.later(minutes=10)
    with pytest.raises(ConfirmFirst):
        hall.door.second.new_codes(token)


def test_no_recovery_codes_without_a_second_factor(hall: Hall) -> None:
    assert hall.door.second.new_codes(hall.joined().token) == ()


def test_setting_up_needs_the_password_lately(hall: Hall) -> None:
    token = hall.joined().token
    setup = hall.door.second.begin_setup(token)
    hall.world.later(minutes=10)
    with pytest.raises(ConfirmFirst):
        hall.door.second.begin_setup(token)
    assert hall.door.look(token)
    hall.world.later(minutes=20)
    with pytest.raises(ConfirmFirst):
        hall.door.second.finish_setup(token, setup.secret, hall.code(setup.secret))
    token = hall.door.confirm(hall.sign_in().token, GOOD)
    assert hall.door.second.finish_setup(token, setup.secret, hall.code(setup.secret))


def test_setting_up_needs_the_apps_code(hall: Hall) -> None:
    token = hall.joined().token
    setup = hall.door.second.begin_setup(token)
    for secret, code, sentence in (
        (setup.secret, wrong(hall, setup.secret), CODE_WRONG),
        ("A" * 16, WRONG, SETUP_BROKEN),
        ("a" * 32, WRONG, SETUP_BROKEN),
        ("", "", SETUP_BROKEN),
        ("1" * 32, WRONG, SETUP_BROKEN),
    ):
        with pytest.raises(FieldsWrong) as caught:
            hall.door.second.finish_setup(token, secret, code)
        assert caught.value.problems == {"code": sentence}
    assert hall.account().totp_secret == ""


def test_setting_up_ends_sessions_that_never_gave_a_code(hall: Hall) -> None:
    other = hall.joined().token
    token, _, _ = hall.with_second(hall.sign_in().token)
    assert hall.door.look(other) is None
    assert hall.door.look(token)
    assert hall.account().second_at == hall.world.now


def test_another_phone_takes_the_place_of_the_first(hall: Hall) -> None:
    token, old, old_codes = hall.with_second(hall.joined().token)
    hall.world.later(minutes=1)
    token, new, _ = hall.with_second(token)
    hall.world.later(minutes=1)
    for gone in (hall.code(old), old_codes[0]):
        with pytest.raises(FieldsWrong):
            hall.door.second.check(hall.sign_in().token, gone)
    assert hall.door.second.check(hall.sign_in().token, hall.code(new))


def test_a_required_second_factor_must_be_set_up_first(hall: Hall) -> None:
    before = hall.joined().token
    required(hall)
    assert hall.door.look(before) is None  # open sessions too
    signed_in = hall.sign_in()
    assert (signed_in.full, signed_in.needs_setup) == (False, True)
    assert hall.door.look(signed_in.token) is None
    token, _, _ = hall.with_second(signed_in.token)
    assert hall.door.look(token)
    assert hall.door.looked(before) is None


def test_some_duties_require_one(hall: Hall) -> None:
    strict = a_door(hall.world, second_for=GRAVE)
    token = hall.joined().token
    assert strict.look(token)
    with hall.world.act() as act:
        duty = act.add(DutyRow, person_id=1, duty=str(Duty.ADMINISTRATOR))
    seen = strict.looked(token)
    assert seen is not None
    assert (seen.full, seen.needs_setup, hall.door.look(token) is None) == (False, True, False)
    with hall.world.act() as act:
        act.remove(DutyRow, duty)
    assert strict.look(token)


def test_the_checklist_names_administrators_and_readers_of_secret_letters(hall: Hall) -> None:
    for duty in Duty:
        person = hall.person(1 if duty is not Duty.SCHOOL_CLERK else 2, f"{duty}@office.example", duty)
        viewer = hall.joined(person).viewer
        assert (duty in GRAVE) == (viewer.reads_secrets or duty is Duty.ADMINISTRATOR)


def test_acting_for_somebody_with_a_grave_duty_asks_for_one(hall: Hall) -> None:
    hall.joined(hall.person(2, "both@schools.example"))
    director = hall.person(3, "both@schools.example", Duty.DIRECTOR)
    hall.joined(director)
    strict = a_door(hall.world, second_for=GRAVE)
    token = hall.sign_in("both@schools.example").token
    plain = next(one for one in hall.door.choices(hall.account("both@schools.example").id) if one.person_id != director)
    token = strict.act_for(token, plain.person_id).token
    assert strict.look(token)
    switched = strict.act_for(token, director)
    assert (switched.full, switched.needs_setup) == (False, True)
    assert strict.look(switched.token) is None


def test_it_may_be_removed_when_nobody_requires_it(hall: Hall) -> None:
    token, _, codes = hall.with_second(hall.joined().token)
    with pytest.raises(FieldsWrong) as caught:
        hall.door.second.remove(token, "wrong")
    assert caught.value.problems == {"password": PASSWORD_WRONG}
    new = hall.door.second.remove(token, GOOD)
    assert new != token
    assert hall.door.look(token) is None
    assert hall.door.look(new)
    assert hall.sign_in().full
    assert (hall.account().second_at, hall.door.second.codes_left(hall.account().id)) == (None, 0)
    assert codes


def test_it_stays_when_it_is_required(hall: Hall) -> None:
    token, secret, _ = hall.with_second(hall.joined().token)
    required(hall)
    with pytest.raises(SecondFactorRequired):
        hall.door.second.remove(token, GOOD)
    assert hall.secret() == secret


def test_a_short_password_must_grow_before_it_stands_alone(hall: Hall) -> None:
    token, secret, _ = hall.with_second(hall.joined().token)
    token = hall.door.change_password(token, GOOD, "kX9$mQ2!")
    with pytest.raises(FieldsWrong) as caught:
        hall.door.second.remove(token, "kX9$mQ2!")
    assert caught.value.problems == {"password": TOO_SHORT}
    assert hall.secret() == secret
    token = hall.door.change_password(token, "kX9$mQ2!", BETTER)
    assert hall.door.second.remove(token, BETTER)


def test_a_lost_phone_leads_to_another_one(hall: Hall) -> None:
    token, _, _ = hall.with_second(hall.joined().token)
    hall.door.change_password(token, GOOD, "kX9$mQ2!")
    with hall.world.act("second factor dropped") as act:
        drop_second(act, hall.account().id)
    assert hall.door.second.codes_left(hall.account().id) == 0
    signed_in = hall.sign_in(password="kX9$mQ2!")
    assert (signed_in.full, signed_in.needs_setup) == (False, True)  # the short password never stands alone
    assert hall.door.look(hall.with_second(signed_in.token)[0])


def test_the_wrong_password_never_gets_as_far_as_the_code(hall: Hall) -> None:
    hall.with_second(hall.joined().token)
    with pytest.raises(SignInFailed):
        hall.sign_in(password="wrong")


def test_history_tells_of_set_up_and_removal_but_not_the_secret(hall: Hall) -> None:
    token, secret, _ = hall.with_second(hall.joined().token)
    hall.door.second.remove(token, GOOD)
    with hall.world.database.read() as session:
        told = session.connection().exec_driver_sql("SELECT what, changes FROM history ORDER BY id").all()
    assert [what for what, _ in told][-2:] == ["second factor set", "second factor removed"]
    assert not any(secret in changes for _, changes in told)
