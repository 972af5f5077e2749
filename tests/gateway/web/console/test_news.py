"""Live news: nobody holds more streams than a few, and none outlives its sign-in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection, HTTPResponse
from socket import create_connection

import pytest
from structlog.testing import capture_logs

from gateway.web.connection import Connection
from gateway.web.console import news
from ledger import history
from tests.gateway.web.console.every_kind import line
from tests.gateway.web.console.house import House

Listen = Callable[[str], HTTPResponse]
HERE, LATER = b": here\n", b"retry: 60000\n"


@pytest.fixture
def listen(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listen]:
    """Opens a stream with a sign-in's token; each looks for news many times a second."""
    monkeypatch.setattr(news, "EVERY", 0.02)
    monkeypatch.setattr(news, "BEAT", 1)
    with ExitStack() as stack:

        def open_stream(token: str) -> HTTPResponse:
            connection = HTTPConnection(house.url.removeprefix("http://"), timeout=20)
            stack.callback(connection.close)
            connection.request("GET", "/live", headers={"Cookie": f"sid={token}", "Accept": "text/event-stream"})
            answer = connection.getresponse()
            if answer.status == 200:
                until(answer, HERE)
            return answer

        yield open_stream


def streams_of(house: House) -> list[news.Stream]:
    """What is open."""
    live = next(page.run for page in house.console.pages if page.path == "/live")
    found: list[news.Stream] = live.__self__._open  # type: ignore[attr-defined]  # a method of News
    return found


def until(stream: HTTPResponse, wanted: bytes) -> bool:
    """Read until a line that begins so; False when the stream ends before."""
    while said := stream.readline():
        if said.startswith(wanted):
            return True
    return False


def test_the_oldest_of_too_many_streams_of_a_sign_in_ends(house: House, listen: Listen) -> None:
    token = house.token("office.plain")
    streams = [listen(token) for _ in range(news.OF_A_SIGN_IN)]
    other = listen(house.token("office.deputy"))
    assert all(until(stream, HERE) for stream in [*streams, other])
    assert streams[0].headers["Connection"] == "close"  # so that what has ended holds no connection
    fifth = listen(token)
    assert until(streams[0], LATER)  # its browser stays away for a minute
    assert streams[0].read() == b"\n"
    line(house.signed_in("s1.plain"), "order", subject="ข่าว")
    assert all(until(stream, b"data: ") for stream in [*streams[1:], fifth, other])


def test_an_account_that_signs_in_again_and_again_holds_no_more(house: House, listen: Listen) -> None:
    streams = [listen(house.token("office.plain")) for _ in range(news.OF_AN_ACCOUNT + 1)]
    assert until(streams[0], LATER)
    assert all(until(stream, HERE) for stream in streams[1:])


def test_when_the_house_is_full_only_who_is_inside_may_change_a_stream_for_another(
    house: House, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = house.token("office.plain")
    streams = [listen(token) for _ in range(news.OF_A_SIGN_IN)]
    monkeypatch.setattr(news, "STREAMS", news.OF_A_SIGN_IN)
    full = listen(house.token("office.deputy"))
    assert (full.status, full.headers["Retry-After"]) == (503, "60")
    assert listen(token).status == 200
    assert until(streams[0], LATER)


def test_what_happened_after_a_page_was_made_is_told_at_once(house: House, listen: Listen) -> None:
    clerk = house.signed_in("office.plain")
    made = int(re.findall(r'data-newest="(\d+)"', clerk.get("/home").text)[0])
    line(clerk, "order", subject="ระหว่างนั้น")
    with closing(HTTPConnection(house.url.removeprefix("http://"), timeout=20)) as connection:
        connection.request("GET", f"/live?since={made}", headers={"Cookie": f"sid={clerk.cookies['sid']}"})
        stream = connection.getresponse()
        first = [stream.readline() for _ in range(3)]
    with house.database.read() as session:
        assert first == [b"retry: 5000\n", b"\n", b"data: %d\n" % history.newest(session)]


def test_a_stream_ends_with_its_sign_in(house: House, listen: Listen) -> None:
    token = house.token("office.plain")
    stream = listen(token)
    house.door.end(token)
    assert not until(stream, b"data: ")


def test_streams_end_quietly_while_the_database_cannot_be_read(
    house: House, listen: Listen, caplog: pytest.LogCaptureFixture
) -> None:
    streams = [listen(house.token("office.plain")) for _ in range(3)]
    with house.database.write() as session:
        session.connection().exec_driver_sql("ALTER TABLE sign_ins RENAME TO elsewhere")  # as when it cannot be read
    with capture_logs() as logs:
        assert not any(until(stream, b"data: ") for stream in streams)
        while streams_of(house):
            pass
    assert (logs, caplog.text) == ([], "")


def test_a_stream_that_its_browser_closed_is_forgotten(house: House) -> None:
    connection = HTTPConnection(house.url.removeprefix("http://"), timeout=20)
    connection.request("GET", "/live", headers={"Cookie": f"sid={house.token('office.plain')}"})
    connection.getresponse().readline()
    assert len(streams_of(house)) == 1
    connection.close()
    while streams_of(house):
        pass


def test_a_request_behind_a_stream_ends_it_quietly(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(news, "EVERY", 0.02)
    port = int(house.url.rpartition(":")[2])
    asked = f"GET /live HTTP/1.1\r\nHost: localhost\r\nCookie: sid={house.token('office.plain')}\r\n\r\n".encode()
    with capture_logs() as logs, create_connection(("127.0.0.1", port), 20) as both:
        both.sendall(asked * 2)
        answer = b"".join(iter(lambda: both.recv(65536), b""))
    assert answer.count(b"HTTP/1.1 200") == 1
    assert answer.endswith(b"\r\n0\r\n\r\n")  # whole
    assert (streams_of(house), logs, caplog.text) == ([], [], "")


def test_an_answer_whose_line_is_lost_ends_quietly_though_another_request_waits_behind_it(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(news, "EVERY", 0.02)
    monkeypatch.setattr(news, "BEAT", 1)
    monkeypatch.setattr(Connection, "followed", lambda _: False)  # as any other answer that takes its time
    monkeypatch.setattr(news, "STREAM_SECONDS", 50)
    port = int(house.url.rpartition(":")[2])
    asked = f"GET /live HTTP/1.1\r\nHost: localhost\r\nCookie: sid={house.token('office.plain')}\r\n\r\n".encode()
    with capture_logs() as logs:
        with create_connection(("127.0.0.1", port), 20) as both:
            both.sendall(asked * 2)
            both.recv(100)
        while streams_of(house):
            pass
    assert (logs, caplog.text) == ([], "")


def test_all_streams_share_one_look_for_news(house: House, listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[object] = []
    newest = history.newest
    streams = [listen(house.token("office.plain")) for _ in range(8)]
    monkeypatch.setattr(history, "newest", lambda session: (looks.append(session), newest(session))[1])
    for stream in streams:  # each has looked ten times and more since
        assert all(until(stream, HERE) for _ in range(11))
    beats = 11 * len(streams)
    assert len(looks) < beats // 2
    line(house.signed_in("s1.plain"), "order", subject="ข่าว")
    assert all(until(stream, b"data: ") for stream in streams)
