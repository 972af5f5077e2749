"""A body that no page reads is waited for a while and no longer; then the answer says that the connection ends."""

from __future__ import annotations

from socket import create_connection

import pytest

from gateway.web import forms, unread
from tests.gateway.web.office import ORDINARY
from tests.gateway.web.site import Site
from tests.gateway.web.test_serve import talk

KIND = b"Content-Type: application/x-www-form-urlencoded\r\n"


def head(method: bytes, path: str, length: int, *more: bytes) -> bytes:
    lines = [b"%b %b HTTP/1.1" % (method, path.encode()), b"Host: localhost", b"Content-Length: %d" % length, *more]
    return b"\r\n".join([*lines, KIND, b""])


def status(answer: bytes) -> int:
    return int(answer.split()[1])


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        (b"GET", f"/r/{ORDINARY}", 200),
        (b"GET", "/livez", 200),
        (b"GET", "/nowhere", 404),
        (b"POST", "/nowhere", 404),
        (b"PUT", f"/r/{ORDINARY}", 405),
        (b"POST", f"/r/{'x' * 43}", 404),
        (b"POST", f"/r/{'x' * 43}/forward", 404),
    ],
)
def test_who_promises_a_body_that_nobody_reads_is_answered_and_sent_away(
    web: Site, monkeypatch: pytest.MonkeyPatch, method: bytes, path: str, code: int
) -> None:
    monkeypatch.setattr(unread, "SECONDS", 0.05)
    answer = talk(web.port, head(method, path, 60_000) + b"name=")  # what comes behind the answer would be reset
    assert status(answer) == code
    assert b"connection: close" in answer


def test_a_form_of_a_known_link_is_waited_for(web: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "SECONDS", 0.05)
    monkeypatch.setattr(unread, "SECONDS", 0.0)
    assert status(talk(web.port, head(b"POST", f"/r/{ORDINARY}", 60_000) + b"name=")) == 408


def test_a_body_that_nobody_reads_is_taken_and_the_connection_goes_on(web: Site) -> None:
    body = b"x" * 3_000_000
    again = b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    answers = talk(web.port, head(b"POST", "/nowhere", len(body)) + body + again).split(b"HTTP/1.1 ")
    assert [answer[:3] for answer in answers[1:]] == [b"404", b"200"]


def test_no_more_than_so_much_is_taken(web: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unread, "MOST", 100_000)
    with create_connection(("127.0.0.1", web.port), timeout=20) as line, pytest.raises(OSError, match=r"reset|pipe"):
        line.sendall(head(b"POST", "/nowhere", 200_000_000))
        for _ in range(2000):
            line.sendall(b"x" * 100_000)


def test_who_asks_before_it_sends_is_answered_at_once(web: Site) -> None:
    """`curl` waits for a 100 before a large body: it hears the answer in its place."""
    answer = talk(web.port, head(b"POST", "/nowhere", 1_000_000, b"Expect: 100-continue"))
    assert status(answer) == 404
    assert b"connection: close" in answer
