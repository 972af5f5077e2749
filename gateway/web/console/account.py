"""One's own account: password, second factor, open sign-ins, and for which organisation one acts (5.1, C2)."""

from __future__ import annotations

from dataclasses import replace

import segno
from starlette.responses import Response

from gateway.web.console.asked import Asked
from gateway.web.console.back import inside
from gateway.web.console.cabinet import Cabinet
from gateway.web.console.cookies import Cookies
from gateway.web.console.guard import Page
from gateway.web.console.view import View, to
from gateway.web.forms import Form
from ledger.access import Right
from ledger.errors import FieldsWrong, SarabanError, SignedOut, TooManyAttempts, Unavailable
from ledger.second_factor import Setup
from ledger.sign_ins import SignIn

_ASKED_AGAIN = (FieldsWrong, TooManyAttempts, Unavailable)
# How browsers and systems name themselves, the more particular first, and how people call them.
_BROWSERS = {
    "Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox", "FxiOS": "Firefox",
    "Chrome": "Chrome", "CriOS": "Chrome", "Safari": "Safari",
}  # fmt: skip
_SYSTEMS = {
    "Windows": "Windows", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "CrOS": "ChromeOS",
    "Mac OS X": "Mac", "Linux": "Linux",
}  # fmt: skip
_LEAST = 15, 8  # characters of a password alone, and of one beside a second factor


class Account:
    """The pages of the own account."""

    def __init__(self, cabinet: Cabinet, view: View, cookies: Cookies) -> None:
        self._cabinet, self._view, self._cookies, self._door = cabinet, view, cookies, cabinet.door

    def pages(self) -> list[Page]:
        """What this part of the console serves."""
        own, post = Right.OWN, ("POST",)
        return [
            Page("/account", self.show, own),
            Page("/account/password", self.password_form, own),
            Page("/account/password", self.password, own, post, hashes=True, ends=True),
            Page("/account/second", self.second_form, own, halfway=True),
            Page("/account/second", self.second, own, post, halfway=True, ends=True),
            Page("/account/second/codes", self.to_second, own),
            Page("/account/second/codes", self.codes, own, post),
            Page("/account/second/remove", self.to_second, own),
            Page("/account/second/remove", self.remove, own, post, hashes=True, ends=True),
            Page("/account/sign-ins/end", self.end_one, own, post, ends=True),
            Page("/account/sign-ins/end-others", self.end_others, own, post, ends=True),
            Page("/account/act-for", self.act_for, own, post),
        ]

    def show(self, asked: Asked) -> Response:
        """Who I am here, and what is open in my name."""
        here, sign_ins = _here(asked), self._door.own(asked.token)
        return self._view.page(
            asked,
            "account.html",
            login=here.login,
            mine=here,
            sign_ins=sign_ins,
            devices={one.id: device(one.agent) or self._view.say(asked, "ไม่ทราบโปรแกรม") for one in sign_ins},
            choices=[one for one in self._door.choices(here.account_id) if one.person_id != here.viewer.person_id],
        )

    def password_form(self, asked: Asked) -> Response:
        """Ask for the old password and a new one."""
        return self._changing(asked)

    def password(self, asked: Asked) -> Response:
        """Change it; every other sign-in ends."""
        form = asked.form
        try:
            if problems := _typed_wrong(form):
                raise FieldsWrong(**problems)
            token = self._door.change_password(asked.token, form.get("old", ""), form.get("new", ""))
        except _ASKED_AGAIN as fault:
            return self._changing(asked, fault)
        device = self._door.remember(token, self._cookies.device(asked.request))
        return self._cookies.know(self._cookies.keep(to("/account", told="password"), token), device)

    def _changing(self, asked: Asked, fault: SarabanError | None = None) -> Response:
        here = _here(asked)
        return self._view.page(
            asked,
            "account_password.html",
            _status(fault),
            login=here.login,
            least=_LEAST[here.has_second],
            problems=self._view.problems(asked, fault) if fault else {},
        )

    def second_form(self, asked: Asked) -> Response:
        """How the second factor stands; or set it up, which a sign-in that lacks a required one must do first."""
        here = _here(asked)
        if not here.proven:
            return to("/second", next=inside(asked.query("next")))
        if here.has_second and not asked.query("anew"):
            return self._standing(asked)
        return self._setting_up(asked, self._door.second.begin_setup(asked.token), inside(asked.query("next")))

    def second(self, asked: Asked) -> Response:
        """Keep the secret once the app's first code is right; then the recovery codes are shown, this once."""
        form, where = asked.form, inside(asked.form.get("next", ""))
        secret = form.get("secret", "")
        try:
            done = self._door.second.finish_setup(asked.token, secret, form.get("code", ""))
        except _ASKED_AGAIN as fault:
            return self._setting_up(asked, self._door.second.begin_setup(asked.token, secret), where, fault)
        return self._shown_once(asked, done.token, done.codes, where)

    def to_second(self, asked: Asked) -> Response:  # noqa: ARG002 (where a form's answer is opened as a page)
        """Back to where the forms are."""
        return to("/account/second")

    def codes(self, asked: Asked) -> Response:
        """Ten new recovery codes; the ones before are void."""
        codes = self._door.second.new_codes(asked.token)
        return self._shown_once(asked, asked.token, codes, "/account") if codes else self.to_second(asked)

    def remove(self, asked: Asked) -> Response:
        """Sign in by password alone from now on. Errors: `SecondFactorRequired`."""
        if not _here(asked).has_second:
            return self.to_second(asked)
        try:
            token = self._door.second.remove(asked.token, asked.form.get("password", ""))
        except _ASKED_AGAIN as fault:
            return self._standing(asked, fault)
        return self._cookies.keep(to("/account", told="second_removed"), token)

    def _standing(self, asked: Asked, fault: SarabanError | None = None) -> Response:
        here = _here(asked)
        return self._view.page(
            asked,
            "account_second.html",
            _status(fault),
            mine=here,
            left=self._door.second.codes_left(here.account_id),
            problems=self._view.problems(asked, fault) if fault else {},
        )

    def _setting_up(self, asked: Asked, setup: Setup, where: str, fault: SarabanError | None = None) -> Response:
        picture = segno.make(setup.uri, error="m").svg_data_uri(scale=6, border=4, light="#ffffff", dark="#000000")
        return self._view.page(
            asked,
            "account_setup.html",
            _status(fault),
            mine=_here(asked),
            picture=picture,
            secret=setup.secret,
            spelt=" ".join(setup.secret[n : n + 4] for n in range(0, len(setup.secret), 4)),
            uri=setup.uri,
            next=where,
            problems=self._view.problems(asked, fault) if fault else {},
        )

    def _shown_once(self, asked: Asked, token: str, codes: tuple[str, ...], where: str) -> Response:
        """The codes in the frame of who is signed in by now."""
        now = replace(asked, token=token, sign_in=self._door.looked(token))
        response = self._view.page(now, "account_codes.html", codes=codes, login=_here(now).login, next=where)
        return self._cookies.keep(response, token)

    def end_one(self, asked: Asked) -> Response:
        """End one of my sign-ins; this one ends as by signing out."""
        key = _number(asked, "sign_in")
        if key == _here(asked).id:
            self._door.end(asked.token)
            return self._cookies.forget(to("/sign-in", told="signed_out"))
        ended = self._door.end_one(asked.token, key)
        return to("/account", told="ended" if ended else "ended_before")

    def end_others(self, asked: Asked) -> Response:
        """End all but this one."""
        return self._cookies.keep(to("/account", told="others_ended"), self._door.end_everywhere(asked.token))

    def act_for(self, asked: Asked) -> Response:
        """Go on for another organisation that the account belongs to. Errors: `NotAllowed`."""
        person = _number(asked, "person")
        if not person:
            return to("/account")
        signed_in = self._door.act_for(asked.token, person)
        where = to("/home") if signed_in.full else to("/account/second", next="/home")
        return self._cookies.keep(where, signed_in.token)


def device(agent: str) -> str:
    """What a browser says of itself, as people call it: "Chrome · Windows"."""
    found = (next((called for mark, called in names.items() if mark in agent), "") for names in (_BROWSERS, _SYSTEMS))
    return " · ".join(filter(None, found)) or agent[:40]


def _typed_wrong(form: Form) -> dict[str, str]:
    """What is wrong before any password is looked at."""
    found = {
        "old": "" if form.get("old") else "โปรดใส่รหัสผ่านปัจจุบัน",
        "again": "" if form.get("new", "") == form.get("again", "") else "รหัสผ่านใหม่ที่พิมพ์สองครั้งไม่ตรงกัน",
    }
    return {field: sentence for field, sentence in found.items() if sentence}


def _number(asked: Asked, field: str) -> int:
    """What a button names; 0 for anything else."""
    typed = asked.form.get(field, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def _here(asked: Asked) -> SignIn:
    """The sign-in, also half-way."""
    if asked.sign_in is None:
        raise SignedOut
    return asked.sign_in


def _status(fault: SarabanError | None) -> int:
    if fault is None:
        return 200
    return 429 if isinstance(fault, TooManyAttempts) else 503 if isinstance(fault, Unavailable) else 422
