"""Signing in and out, the second factor, the first administrator, invitations, and the password once more (5.1)."""

from __future__ import annotations

from typing import Any

import structlog
from starlette.responses import RedirectResponse, Response

from gateway import first_code
from gateway.web.console.asked import Asked
from gateway.web.console.back import inside
from gateway.web.console.cabinet import Cabinet
from gateway.web.console.cookies import Cookies
from gateway.web.console.guard import OURS, Page
from gateway.web.console.view import View, to
from gateway.web.ground import Ground, token_of
from ledger import inviting
from ledger.access import Right
from ledger.errors import (
    ChangedMeanwhile,
    FieldsWrong,
    NoSuchInvitation,
    SarabanError,
    SignedOut,
    SignInFailed,
    SignOutUnwritten,
    TooManyAttempts,
    Unavailable,
)
from ledger.history import acting
from ledger.sign_ins import SignedIn

log = structlog.get_logger(__name__)

_CLEAR = {"Clear-Site-Data": '"cache", "storage"'}
_ASKED_AGAIN = (ChangedMeanwhile, FieldsWrong, SignInFailed, TooManyAttempts, Unavailable)


class Signing:
    """The pages before, and at the edge of, the console."""

    def __init__(self, cabinet: Cabinet, view: View, ground: Ground, cookies: Cookies) -> None:
        self._cabinet, self._view, self._ground, self._cookies = cabinet, view, ground, cookies
        self._door = cabinet.door

    def pages(self) -> list[Page]:
        """What this part of the console serves."""
        free = Right.OPEN
        return [
            Page("/sign-in", self.sign_in_form, free),
            Page("/sign-in", self.sign_in, free, ("POST",), hashes=True),
            Page("/sign-out", self.sign_out, Right.OWN, ("POST",), halfway=True, ends=True),
            Page("/second", self.second_form, Right.OWN, halfway=True),
            Page("/second", self.second, Right.OWN, ("POST",), halfway=True),
            Page("/confirm", self.confirm_form, Right.OWN, halfway=True),
            Page("/confirm", self.confirm, Right.OWN, ("POST",), hashes=True, halfway=True),
            Page("/begin", self.begin_form, free),
            Page("/begin", self.begin, free, ("POST",), hashes=True),
            Page("/join/{token}", self.join_form, free),
            Page("/join/{token}", self.join, free, ("POST",), hashes=True, ends=True),
            Page("/forgot", self.forgot_form, free),
            Page("/forgot", self.forgot, free, ("POST",)),
        ]

    def sign_in_form(self, asked: Asked) -> Response:
        """The form; whoever is signed in goes on, and before the first account is made, the way leads there."""
        where = inside(asked.query("next"))
        if asked.sign_in is not None:
            return to(where) if asked.sign_in.full else _halfway(where, asked.sign_in.needs_setup)
        if self._door.invitations.awaits_first():
            return to("/begin")
        return self._view.page(asked, "sign_in.html", values={"login": ""}, next=where)

    def sign_in(self, asked: Asked) -> Response:
        """Login and password; a second factor may follow."""
        form, visit = asked.form, self._ground.visit(asked.request)
        try:
            device = self._cookies.device(asked.request)
            signed_in = self._door.sign_in(form.get("login", ""), form.get("password", ""), visit, device)
        except _ASKED_AGAIN as fault:
            return self._again(asked, "sign_in.html", fault, next=inside(form.get("next", "")))
        return self._enter(asked, signed_in, inside(form.get("next", "")))

    def sign_out(self, asked: Asked) -> Response:
        """End this sign-in, and what the browser kept of it."""
        try:
            self._door.end(asked.token)
            response = to("/sign-in", told="signed_out")
        except OURS as fault:  # the next person at this machine must not go on with it all the same
            log.warning("console.sign_out_unwritten", fault=type(fault).__name__)
            response = self._view.fault(Asked(asked.request), SignOutUnwritten())
        self._cookies.forget(response).headers.update(_CLEAR)
        return response

    def second_form(self, asked: Asked) -> Response:
        """Ask for the code, or lead to setting the second factor up."""
        where = inside(asked.query("next"))
        if asked.sign_in is not None and asked.sign_in.full:
            return to(where)
        if asked.sign_in is not None and asked.sign_in.needs_setup:
            return _halfway(where, needs_setup=True)
        return self._view.page(asked, "second.html", next=where)

    def second(self, asked: Asked) -> Response:
        """The code from the app, or one of the recovery codes."""
        where = inside(asked.form.get("next", ""))
        try:
            device = self._cookies.device(asked.request)
            token = self._door.second.check(asked.token, asked.form.get("code", ""), device)
        except _ASKED_AGAIN as fault:
            return self._again(asked, "second.html", fault, next=where)
        return self._known(asked, to(where), token)

    def confirm_form(self, asked: Asked) -> Response:
        """Ask for the password once more before something grave."""
        return self._view.confirm(asked, inside(asked.query("next")), again=False, status=200, problems={})

    def confirm(self, asked: Asked) -> Response:
        """Go on to what was asked for; what was posted is posted there once more, with all that it said."""
        where, again = inside(asked.form.get("confirm-next", "")), "confirm-again" in asked.form
        try:
            token = self._door.confirm(asked.token, asked.form.get("confirm-password", ""))
        except _ASKED_AGAIN as fault:
            problems = self._view.problems(asked, fault)
            return self._view.confirm(asked, where, again=again, status=_status(fault), problems=problems)
        return self._cookies.keep(RedirectResponse(where, 307) if again else to(where), token)

    def begin_form(self, asked: Asked) -> Response:
        """The first administrator, by the code that the server showed or wrote into a file."""
        if not self._door.invitations.awaits_first():
            return to("/sign-in")
        return self._view.page(asked, "begin.html", values=_BEGINNING, **self._beginning())

    def begin(self, asked: Asked) -> Response:
        """Make the first account."""
        if not self._door.invitations.awaits_first():
            return to("/sign-in")
        form, visit = asked.form, self._ground.visit(asked.request)
        try:
            signed_in = self._door.invitations.begin(
                form.get("code", ""),
                visit,
                login=form.get("login", ""),
                password=form.get("password", ""),
                person_name=form.get("person_name", ""),
                office_name=form.get("office_name", ""),
                position=form.get("position", ""),
            )
        except (*_ASKED_AGAIN, NoSuchInvitation) as fault:
            typed = {**_BEGINNING, **form, "password": ""}
            return self._again(asked, "begin.html", fault, values=typed, **self._beginning())
        return self._enter(asked, signed_in, "/home")

    def _beginning(self) -> dict[str, Any]:
        """The office that is there already, and the name of the file with the code, if it lies in one."""
        file = self._cabinet.database.path.parent / first_code.FILE
        office = self._door.invitations.office_name()
        return {"office": office, "code_file": file.name if file.exists() else ""}

    def join_form(self, asked: Asked) -> Response:
        """Whom the mailed link invites. Errors: `NoSuchInvitation`."""
        return self._view.page(asked, "join.html", invited=self._door.invitations.look(_token(asked)))

    def join(self, asked: Asked) -> Response:
        """Choose a password and be signed in."""
        token, visit = _token(asked), self._ground.visit(asked.request)
        try:
            device = self._cookies.device(asked.request)
            signed_in = self._door.invitations.accept(token, asked.form.get("password", ""), visit, device)
        except _ASKED_AGAIN as fault:
            return self._again(asked, "join.html", fault, invited=self._door.invitations.look(token))
        return self._enter(asked, signed_in, "/home")

    def forgot_form(self, asked: Asked) -> Response:
        """Ask for the address of the account."""
        return self._view.page(asked, "forgot.html", values={"login": ""}, sent=asked.query("told") == "sent")

    def forgot(self, asked: Asked) -> Response:
        """Mail a link, if the account is there; the answer is the same for all, and leaves before anybody looks."""
        try:
            self._door.invitations.must_not_hurry(self._ground.visit(asked.request).network)
        except TooManyAttempts as fault:
            return self._again(asked, "forgot.html", fault, sent=False)
        response = to("/forgot", told="sent")
        response.background = self._ground.threads.afterwards(self._mail_link, asked.form.get("login", ""))
        return response

    def _mail_link(self, login: str) -> None:
        try:
            with acting(self._cabinet.database, "console", "password link", self._cabinet.clock()) as act:
                mailing = self._door.invitations.forgot(act, login)
                if mailing is not None:
                    inviting.mail(act, mailing.person_id, mailing.token, self._cabinet.sender_of)
        except OURS as fault:  # nobody is there to hear it but the log
            log.warning("console.link_not_mailed", fault=type(fault).__name__)
        self._cabinet.send_soon()

    def _enter(self, asked: Asked, signed_in: SignedIn, where: str) -> Response:
        if asked.sign_in is not None:
            self._door.end(asked.token)  # one browser, one sign-in
        response = to(where) if signed_in.full else _halfway(where, signed_in.needs_setup)
        return self._known(asked, response, signed_in.token)

    def _known(self, asked: Asked, response: Response, token: str) -> Response:
        """The sign-in's cookie; and the device's, once everything was given that the account has."""
        device = self._door.remember(token, self._cookies.device(asked.request))
        kept = self._cookies.keep(response, token)
        return self._cookies.know(kept, device) if device else kept

    def _again(self, asked: Asked, template: str, fault: SarabanError, **values: object) -> Response:
        """The form once more. A password is never sent back."""
        if isinstance(fault, SignedOut):
            raise fault
        typed = {name: "" if name in ("password", "code") else value for name, value in asked.form.items()}
        shown = {"values": typed, "problems": self._view.problems(asked, fault), **values}
        return self._view.page(asked, template, _status(fault), **shown)


_BEGINNING = dict.fromkeys(("code", "login", "password", "person_name", "office_name", "position"), "")


def _halfway(where: str, needs_setup: bool) -> Response:
    """On to the second half of signing in."""
    return to("/account/second" if needs_setup else "/second", next=where)


def _status(fault: SarabanError) -> int:
    return 429 if isinstance(fault, TooManyAttempts) else 503 if isinstance(fault, Unavailable) else 422


def _token(asked: Asked) -> str:
    return token_of(asked.request)[:100]
