"""Connections that drip, idle and do not read: each ends by itself, and makes room when others come."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from socket import SO_RCVBUF, SOL_SOCKET, create_connection, socket

import pytest

from gateway.web import connection, forms
from gateway.web.app import build
from gateway.web.crowd import ANSWERED, FEW, PROXIED, STRANGERS
from gateway.web.peer import Peers
from ledger.values import ReceiptPage, Visit
from tests.gateway.web.healths import WELL
from tests.gateway.web.office import ORDINARY, SECRET, Clock, RememberingDesk
from tests.gateway.web.site import MANY, TEMPLATES, Site, Stage
from tests.gateway.web.test_serve import talk
from tests.gateway.web.test_unread import head, status

PROMISED = head(b"POST", f"/r/{ORDINARY}", 60_000)
ASKED = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
LETTER = ASKED.replace(b"/livez", b"/r/" + ORDINARY.encode())
Open = Callable[..., socket]


@pytest.fixture
def lines() -> Iterator[Callable[[int], Open]]:
    """Opens connections that stay open until the test is over."""
    with ExitStack() as stack:

        def to(port: int) -> Open:
            def open_line(*parts: bytes, source: str = "") -> socket:
                here = (source, 0) if source else None
                line = stack.enter_context(create_connection(("127.0.0.1", port), 20, here))
                for part in parts:
                    line.sendall(part)
                return line

            return open_line

        yield to


def ended(line: socket) -> bool:
    """Whether the server has hung up, as far as can be told without waiting."""
    line.settimeout(0.001)
    with suppress(TimeoutError):
        try:
            while line.recv(65536):
                pass
        except ConnectionResetError:
            return True
        return True
    return False


def saying(line: socket, words: bytes) -> Callable[[], bool]:
    """Says them each time, and looks whether the server has hung up."""

    def say() -> bool:
        with suppress(OSError):
            line.send(words)
        return ended(line)

    return say


def eventually(look: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not look():
        assert time.monotonic() < end
        time.sleep(0.01)


@contextmanager
def staged(desk: RememberingDesk, peers: Peers | None = None) -> Iterator[tuple[Stage, int]]:
    """A site on a server of its own."""
    stage = Stage(peers)
    stage.app = build(
        desk,
        base_url="http://127.0.0.1",
        templates=TEMPLATES,
        clock=Clock(),
        secret=SECRET,
        health=lambda: WELL,
        trusted_proxies=["127.0.0.1"] if peers else (),
        rates=MANY,
    )
    try:
        yield stage, stage.port
    finally:
        stage.close()


@pytest.mark.parametrize(
    ("said", "most"),
    [(b"", FEW), (b"GET / HT", FEW), (PROMISED + b"name=", ANSWERED)],
    ids=["nothing", "half a head", "half a body"],
)
def test_one_address_holds_few_connections_and_the_oldest_makes_room(
    web: Site, lines: Callable[[int], Open], said: bytes, most: int
) -> None:
    open_line = lines(web.port)
    held = []
    for _ in range(FEW + 5):
        held.append(open_line(said))
        assert web.get(f"/r/{ORDINARY}").status == 200
    left = most - 1  # the last page needed room too
    eventually(lambda: [ended(line) for line in held] == [True] * (len(held) - left) + [False] * left)


def test_a_connection_that_was_answered_is_among_those_that_make_room(web: Site, lines: Callable[[int], Open]) -> None:
    open_line = lines(web.port)
    idle = []
    for _ in range(FEW):
        idle.append(open_line(ASKED))
        assert idle[-1].recv(65536).startswith(b"HTTP/1.1 200")
    assert web.get("/livez").status == 200
    eventually(lambda: ended(idle[0]))
    assert not ended(idle[-1])


def test_many_addresses_that_drip_shut_nobody_out(lines: Callable[[int], Open]) -> None:
    """Twenty-five networks with twenty connections each, every one with three bytes of a head."""
    with staged(RememberingDesk()) as (stage, port):
        open_line = lines(port)
        for network in range(25):
            for _ in range(FEW):
                open_line(b"GET", source=f"127.7.{network}.1")
        eventually(lambda: len(stage.crowd) == STRANGERS)
        late = [open_line(asked, source="127.8.0.1") for asked in (ASKED, LETTER)]
        assert [status(line.recv(65536)) for line in late] == [200, 200]
        assert len(stage.crowd) == STRANGERS


def test_beyond_what_the_machine_may_hold_the_next_is_hung_up_on(
    monkeypatch: pytest.MonkeyPatch, lines: Callable[[int], Open]
) -> None:
    monkeypatch.setattr(connection, "MOST", 2)
    with staged(RememberingDesk(), Peers(["127.0.0.1"])) as (_, port):
        open_line = lines(port)
        held = [open_line(), open_line()]
        eventually(lambda: ended(open_line()))
        assert not any(map(ended, held))


@dataclass
class Slow(RememberingDesk):
    """A desk at which nobody is served before it opens."""

    opens: threading.Event = field(default_factory=threading.Event)

    def look(self, token: str, visit: Visit, unlocked: bool = False) -> ReceiptPage:
        self.opens.wait(20)
        return super().look(token, visit, unlocked)


@pytest.mark.parametrize("patience", [20, 0.05])
def test_a_request_waits_for_others_of_its_address_and_not_for_ever(
    monkeypatch: pytest.MonkeyPatch, lines: Callable[[int], Open], patience: float
) -> None:
    monkeypatch.setattr(connection, "PATIENCE", patience)
    desk = Slow()
    with staged(desk) as (stage, port):
        open_line = lines(port)
        letters = [open_line(LETTER.replace(b"1.1", b"1.0")) for _ in range(ANSWERED)]
        eventually(lambda: sum(one.asking for one in stage.crowd._places) == ANSWERED)
        assert open_line(ASKED).recv(65536).startswith(b"HTTP/1.1 200")  # a monitor waits for nobody
        late = open_line(LETTER.replace(b"1.1", b"1.0"))
        if patience > 1:
            desk.opens.set()
        answer = b"".join(iter(partial(late.recv, 65536), b""))
        assert status(answer) == (200 if patience > 1 else 503)
        assert patience > 1 or (b"retry-after: 5" in answer and "โปรดรอสักครู่".encode() in answer)
        desk.opens.set()
        assert {line.recv(65536)[9:12] for line in letters} == {b"200"}


@pytest.mark.parametrize(
    ("what", "said"),
    [("HEAD_SECONDS", ASKED + b"\r\n"), ("BODY_SECONDS", PROMISED), ("BODY_SECONDS", head(b"GET", "/livez", 9))],
    ids=["between two requests", "in a body that is read", "in a body that nobody reads"],
)
def test_who_says_a_little_now_and_then_is_sent_away(
    web: Site, monkeypatch: pytest.MonkeyPatch, lines: Callable[[int], Open], what: str, said: bytes
) -> None:
    monkeypatch.setattr(connection, what, 0.3)
    eventually(saying(lines(web.port)(said), b"\r\n"))


def test_trailers_that_never_end_are_cut_off(web: Site, lines: Callable[[int], Open]) -> None:
    chunked = PROMISED.replace(b"Content-Length: 60000", b"Transfer-Encoding: chunked")
    line = lines(web.port)(chunked, b"1\r\nx\r\n0\r\nX-Long: ")
    eventually(saying(line, b"x" * 20_000))


def test_a_page_may_grant_a_body_more_time(web: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection's own deadline is the wider one: who is slow hears so from the page."""
    assert connection.BODY_SECONDS > forms.SECONDS
    monkeypatch.setattr(forms, "SECONDS", 0.05)
    assert status(talk(web.port, PROMISED + b"name=")) == 408


def test_who_does_not_read_the_answer_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "STALL_SECONDS", 0.05)
    desk = RememberingDesk(content=b"x" * 20_000_000)
    with staged(desk) as (stage, port), create_connection(("127.0.0.1", port)) as line:
        line.setsockopt(SOL_SOCKET, SO_RCVBUF, 4096)
        line.sendall(b"GET /r/%b/files/1 HTTP/1.1\r\nHost: localhost\r\n\r\n" % ORDINARY.encode())
        eventually(lambda: len(stage.crowd) == 1)
        eventually(lambda: len(stage.crowd) == 0)


def test_a_server_that_stops_waits_for_nobody_who_keeps_it_waiting(
    lines: Callable[[int], Open], caplog: pytest.LogCaptureFixture
) -> None:
    with staged(RememberingDesk()) as (stage, port):
        open_line = lines(port)
        held = [open_line(), open_line(b"GET / HT"), open_line(PROMISED + b"name="), open_line(ASKED)]
        assert held[-1].recv(65536).startswith(b"HTTP/1.1 200")
        eventually(lambda: len(stage.crowd) == len(held))
        stage.close()
        assert all(map(ended, held))
    assert "shutdown exceeded" not in caplog.text


def test_who_reads_the_answer_gets_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "STALL_SECONDS", 0.5)
    desk = RememberingDesk(content=b"x" * 20_000_000)
    with staged(desk) as (_, port):
        answer = talk(port, b"GET /r/%b/files/1 HTTP/1.0\r\nHost: localhost\r\n\r\n" % ORDINARY.encode())
    assert answer.partition(b"\r\n\r\n")[2] == desk.content


# Behind a proxy


def forwarded(address: str, *parts: bytes) -> bytes:
    return b"\r\n".join([PROMISED[:-4], b"X-Forwarded-For: " + address.encode(), b"", b""]) + b"".join(parts)


def test_a_proxy_is_not_counted_but_those_for_whom_it_speaks(lines: Callable[[int], Open]) -> None:
    with staged(RememberingDesk(), Peers(["127.0.0.1"])) as (stage, port):
        open_line = lines(port)
        idle = [open_line() for _ in range(2 * FEW)]
        one = [open_line(forwarded("203.0.113.5", b"name=")) for _ in range(ANSWERED + 1)]
        other = [open_line(forwarded("203.0.113.6", b"name=")) for _ in range(ANSWERED)]
        eventually(lambda: len(stage.crowd) == 2 * FEW + 2 * ANSWERED)
        eventually(lambda: ended(one[0]))
        assert not any(map(ended, [*idle, *one[1:], *other]))


def test_a_proxys_connection_is_counted_only_while_it_is_asked_something(lines: Callable[[int], Open]) -> None:
    asked = LETTER[:-2] + b"X-Forwarded-For: 203.0.113.5\r\n\r\n"
    with staged(RememberingDesk(), Peers(["127.0.0.1"])) as (stage, port):
        open_line = lines(port)
        idle = [open_line(asked) for _ in range(2 * FEW)]
        assert all(line.recv(65536).startswith(b"HTTP/1.1 200") for line in idle)
        assert not any(map(ended, idle))
        for line in idle:
            line.close()
        eventually(lambda: len(stage.crowd) == 0)


@pytest.mark.parametrize("said", [b"GET / HT", ASKED], ids=["half a head", "idle"])
def test_a_trusted_address_that_opens_all_it_can_shuts_nobody_out(lines: Callable[[int], Open], said: bytes) -> None:
    with staged(RememberingDesk(), Peers(["127.0.0.1"])) as (stage, port):
        open_line = lines(port)
        held = [open_line(said) for _ in range(PROXIED)]
        eventually(lambda: len(stage.crowd) == PROXIED)
        late = [open_line(asked, source=source) for asked in (ASKED, LETTER) for source in ("", "127.8.0.1")]
        assert [status(line.recv(65536)) for line in late] == [200] * 4
        eventually(lambda: ended(held[0]) and ended(held[1]))


def test_who_hangs_up_keeps_no_place(lines: Callable[[int], Open]) -> None:
    """Some are being answered, others wait for them; all leave at the same moment."""
    desk = Slow()
    with staged(desk) as (stage, port):
        open_line = lines(port)
        letters = [open_line(LETTER) for _ in range(FEW)]
        eventually(lambda: len(stage.crowd) == FEW and sum(one.asking for one in stage.crowd._places) == ANSWERED)
        for line in letters:
            line.close()
        desk.opens.set()
        eventually(lambda: len(stage.crowd) == 0)
        time.sleep(5 * connection.LOOK)
        assert len(stage.crowd) == 0
