"""The cookies that hold a sign-in and by which a device is known: out of reach of scripts, other sites and hosts."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

LANGUAGE = "saraban_language"
YEAR = 365 * 24 * 3600
TOKEN_LENGTH = 100
DEVICE_LENGTH = 1000


class Cookies:
    """Reads and writes them. Over plain HTTP, which only loopback may use, browsers refuse the `__Host-` prefix."""

    def __init__(self, https: bool) -> None:
        self._https = https
        self._name, self._device = ("__Host-sid", "__Host-device") if https else ("sid", "saraban_device")

    def token(self, request: Request) -> str:
        """The sign-in's token, or ""."""
        return request.cookies.get(self._name, "")[:TOKEN_LENGTH]

    def keep(self, response: Response, token: str) -> Response:
        """Give the browser this token; it forgets it when it is closed."""
        response.set_cookie(self._name, token, path="/", httponly=True, samesite="lax", secure=self._https)
        return response

    def device(self, request: Request) -> str:
        """By what the door knows this browser again, or ""."""
        return request.cookies.get(self._device, "")[:DEVICE_LENGTH]

    def know(self, response: Response, device: str) -> Response:
        """Let the browser keep that, beyond signing out and closing it."""
        response.set_cookie(self._device, device, YEAR, path="/", httponly=True, samesite="strict", secure=self._https)
        return response

    def forget(self, response: Response) -> Response:
        """Take the token away."""
        response.delete_cookie(self._name, path="/", httponly=True, samesite="lax", secure=self._https)
        return response

    def speak(self, response: Response, language: str) -> Response:
        """Remember the language that was chosen."""
        response.set_cookie(LANGUAGE, language, YEAR, path="/", httponly=True, samesite="lax", secure=self._https)
        return response
