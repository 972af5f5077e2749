"""Somebody at a receipt page: asks, presses buttons, follows to where the answer leads; knows no scripts."""

from __future__ import annotations

import http.client
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlencode, urlsplit

_NONCE = re.compile(r'name="nonce" value="([^"]+)"')
_OPTION = re.compile(r'<option value="([^"]+)"[^>]*>([^<]+)</option>')


@dataclass(frozen=True)
class Page:
    """What came back."""

    status: int
    text: str
    place: str = ""  # where it leads

    @property
    def nonce(self) -> str:
        """What shows that a form was fetched before it is sent."""
        found = _NONCE.search(self.text)
        return found[1] if found else ""

    @property
    def targets(self) -> dict[str, str]:
        """To whom this page can forward: the value by its label."""
        return {unescape(label): value for value, label in _OPTION.findall(self.text)}


class Visitor:
    """One browser with one link."""

    def __init__(self, link: str) -> None:
        parts = urlsplit(link)
        self.link = link
        self._host, self.path, self._cookies = parts.netloc, parts.path, dict[str, str]()

    def ask(self, method: str = "GET", path: str = "", form: Mapping[str, str] | None = None) -> Page:
        """One request, and its answer as it is."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        body = None
        if form is not None:
            body, headers["Content-Type"] = urlencode(form), "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection(self._host, timeout=60)
        connection.request(method, path or self.path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        connection.close()
        return Page(answer.status, text, answer.headers.get("Location", ""))

    def press(self, form: Mapping[str, str], below: str = "") -> Page:
        """Fill in the form of the page and press its button; gives the page that it leads to."""
        answer = self.ask("POST", self.path + below, {"nonce": self.ask().nonce, **form})
        return self.ask(path=answer.place.partition("#")[0]) if answer.status == 303 else answer

    def acknowledge(self, name: str) -> Page:
        """Acknowledge with this name."""
        return self.press({"name": name})
