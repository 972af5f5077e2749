"""The cookie that holds a sign-in: out of reach of scripts, of other sites' forms, and of other hosts (5.1)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

LANGUAGE = "saraban_language"
YEAR = 365 * 24 * 3600
TOKEN_LENGTH = 100


class Cookies:
    """Reads and writes it. Over plain HTTP, which only loopback may use, browsers refuse the `__Host-` prefix."""

    def __init__(self, https: bool) -> None:
        self._https = https
        self._name = "__Host-sid" if https else "sid"

    def token(self, request: Request) -> str:
        """The sign-in's token, or ""."""
        return request.cookies.get(self._name, "")[:TOKEN_LENGTH]

    def keep(self, response: Response, token: str) -> Response:
        """Give the browser this token; it forgets it when it is closed."""
        response.set_cookie(self._name, token, path="/", httponly=True, samesite="lax", secure=self._https)
        return response

    def forget(self, response: Response) -> Response:
        """Take the token away."""
        response.delete_cookie(self._name, path="/", httponly=True, samesite="lax", secure=self._https)
        return response

    def speak(self, response: Response, language: str) -> Response:
        """Remember the language that was chosen."""
        response.set_cookie(LANGUAGE, language, YEAR, path="/", httponly=True, samesite="lax", secure=self._https)
        return response
