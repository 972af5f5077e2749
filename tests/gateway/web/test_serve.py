"""The server itself: bounded request heads, believed addresses, and logs that know no token."""

from __future__ import annotations

import logging
from collections.abc import Callable
from socket import create_connection

import pytest
import uvicorn
from structlog.testing import capture_logs

from gateway.web import connection, serve
from gateway.web.log import mask
from tests.gateway.web.office import ORDINARY
from tests.gateway.web.site import Site


def talk(port: int, *parts: bytes) -> bytes:
    """Send raw bytes and read until the server hangs up."""
    with create_connection(("127.0.0.1", port), timeout=20) as connection:
        for part in parts:
            connection.sendall(part)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer


def test_a_head_that_never_ends_is_cut_off(web: Site) -> None:
    assert talk(web.port, b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 20_000).startswith(b"HTTP/1.1 400 ")


def test_many_small_headers_are_cut_off_too(web: Site) -> None:
    head = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
    assert talk(web.port, head, b"".join(b"X-%d: %s\r\n" % (n, b"y" * 90) for n in range(300))).startswith(
        b"HTTP/1.1 400 "
    )


def test_a_visitor_who_says_nothing_is_sent_away(web: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.05)
    assert talk(web.port) == b""
    assert talk(web.port, b"GET / HT") == b""


def test_a_visitor_who_stops_inside_a_second_request_is_sent_away(web: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.05)
    answer = talk(web.port, b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\nGET /livez HT")
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_a_large_body_after_a_small_head_is_no_large_head(web: Site) -> None:
    assert web.post(f"/r/{ORDINARY}", {"note": "x" * 30_000}).status == 422


@pytest.mark.parametrize("said", [b"\x16\x03\x01", b"GET /livez", b"GET /livez HTTP/1.1\r\nUpgrade: h2c\r\n"])
def test_what_is_no_request_of_ours_is_answered_and_fills_no_log(
    web: Site, caplog: pytest.LogCaptureFixture, said: bytes
) -> None:
    assert talk(web.port, said + b"Host: localhost\r\nConnection: upgrade, close\r\n\r\n").startswith(b"HTTP/1.1 ")
    assert not caplog.records


def test_nobody_forges_an_address_through_a_header(web: Site) -> None:
    web.get(f"/r/{ORDINARY}", X_Forwarded_For="203.0.113.9", Forwarded="for=203.0.113.9", X_Real_IP="203.0.113.9")
    assert web.desk.looks[0].network == "127.0.0.0/24"


def test_no_token_reaches_a_log_even_with_an_access_log_and_a_fault(
    web: Site, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    web.desk.fails.append(RuntimeError(f"at /r/{ORDINARY}"))
    with capture_logs() as logs:
        web.get(f"/r/{ORDINARY}")
        web.post(f"/r/{ORDINARY}/forward", {"name": "x"})
        web.get(f"/r/{ORDINARY}/files/1")
    assert [line["event"] for line in logs] == ["web.fault"]
    assert logs[0]["path"] == "/r/***"
    assert ORDINARY not in str(logs) + caplog.text + "".join(capfd.readouterr())


def test_uvicorns_own_access_lines_are_masked(web: Site, caplog: pytest.LogCaptureFixture) -> None:
    access = logging.getLogger("uvicorn.access")
    with caplog.at_level(logging.INFO, "uvicorn.access"):
        access.info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", f"/r/{ORDINARY}/files/1?x=1", "1.1", 200)
    assert '"GET /r/***/files/1?x=1 HTTP/1.1" 200' in caplog.text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("/r/abc", "/r/***"),
        ("/r/abc/forward?x", "/r/***/forward?x"),
        ('"http://h/r/abc" x', '"http://h/r/***" x'),
        ("/re/abc", "/re/abc"),
    ],
)
def test_masking_keeps_everything_but_the_token(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_the_server_is_set_up_for_the_open_internet() -> None:
    application: Callable[..., object] = lambda scope, receive, send: None  # noqa: E731
    config = serve.server(application, "127.0.0.1", 0).config  # type: ignore[arg-type]
    assert isinstance(config, uvicorn.Config)
    assert (config.proxy_headers, config.access_log, config.server_header) == (False, False, False)
