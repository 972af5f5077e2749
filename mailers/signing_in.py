"""Signing in to the relay with names and passwords in any script: the standard library knows ASCII only."""

from __future__ import annotations

import hmac
import smtplib
from base64 import b64encode, decodebytes
from collections.abc import Callable

_CHALLENGES = 5  # at most, or the server asks for ever


class SignsIn(smtplib.SMTP):
    """Sends what is given as UTF-8 (RFC 4616 section 2), by PLAIN, LOGIN and CRAM-MD5 alike.

    Nothing is normalised: servers compare bytes, and SASLprep would take ำ apart.
    """

    user: str
    password: str

    def auth(
        self, mechanism: str, authobject: Callable[..., str | None], *, initial_response_ok: bool = True
    ) -> tuple[int, bytes]:
        """One mechanism, as `smtplib.SMTP.login` tries them. Errors: SMTPException."""
        first = authobject() if initial_response_ok else None
        code, said = self.docmd("AUTH", f"{mechanism} {_coded(first)}" if first is not None else mechanism)
        self._auth_challenge_count = int(first is not None)  # auth_login of the library counts by it
        while code == 334:
            self._auth_challenge_count += 1
            if self._auth_challenge_count > _CHALLENGES:
                raise smtplib.SMTPException("the server asks for ever")
            code, said = self.docmd(_coded(authobject(_decoded(said)) or ""))
        if code not in (235, 503):
            raise smtplib.SMTPAuthenticationError(code, said)
        return code, said

    def auth_cram_md5(self, challenge: bytes | None = None) -> str | None:  # type: ignore[override]  # has two overloads there
        """RFC 2195."""
        if challenge is None:
            return None
        return f"{self.user} {hmac.new(self.password.encode(), challenge, 'md5').hexdigest()}"


def _decoded(challenge: bytes) -> bytes:
    try:
        return decodebytes(challenge)
    except ValueError:
        raise smtplib.SMTPException("เซิร์ฟเวอร์ตอบกลับผิดรูปแบบ (reply not understood)") from None


def _coded(answer: str) -> str:
    return b64encode(answer.encode()).decode()
