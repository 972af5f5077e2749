"""A file that is looked through for seconds keeps no page and no other file waiting, however often it is asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from socket import create_connection

import pytest

from gateway.web import files
from ledger.values import File, Visit
from tests.gateway.web.office import CROWDED, ORDINARY, RememberingDesk
from tests.gateway.web.site import Answer, Site

FILE = f"/r/{ORDINARY}/files/1"
OTHERS = f"/r/{CROWDED}/files/1"
RECEIPT = f"/r/{CROWDED}"


class Looked:
    """The files that were begun, in order; those of one link do not end before `go`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun: list[str] = []
        self.go, self.inside = threading.Event(), threading.Event()
        real = RememberingDesk.document

        def slow(desk: RememberingDesk, token: str, position: int, visit: Visit, unlocked: bool = False) -> File:
            self.begun.append(token)
            if token == ORDINARY:
                self.inside.set()
                assert self.go.wait(60)
            return real(desk, token, position, visit, unlocked)

        monkeypatch.setattr(RememberingDesk, "document", slow)


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Looked]:
    found = Looked(monkeypatch)
    yield found
    found.go.set()


@pytest.fixture
def crowd(looked: Looked) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(files.OF_ONE + 1) as threads:
        yield threads
        looked.go.set()


def test_neither_a_page_nor_another_letters_file_waits_for_it(
    web: Site, looked: Looked, crowd: ThreadPoolExecutor
) -> None:
    asked = [crowd.submit(web.get, FILE) for _ in range(8)]
    assert looked.inside.wait(20)
    assert [web.get(path).status for path in (RECEIPT, OTHERS, RECEIPT, OTHERS)] == [200] * 4
    assert looked.begun.count(ORDINARY) == 1
    looked.go.set()
    assert {one.result().status for one in asked} == {200}


def test_who_has_hung_up_is_passed_over(web: Site, looked: Looked, crowd: ThreadPoolExecutor) -> None:
    first = crowd.submit(web.get, FILE)
    assert looked.inside.wait(20)
    with ExitStack() as lines:
        for _ in range(10):
            line = lines.enter_context(create_connection(("127.0.0.1", web.port)))
            line.sendall(f"GET {FILE} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert web.get(RECEIPT).status == 200  # the loop has heard of all that came before
    last = crowd.submit(web.get, FILE)
    looked.go.set()
    assert (first.result().status, last.result().status) == (200, 200)
    assert looked.begun.count(ORDINARY) == 2


def test_more_than_so_many_of_one_link_are_told_to_come_again(
    web: Site, looked: Looked, crowd: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "OF_ONE", 3)
    asked: list[Future[Answer]] = [crowd.submit(web.get, FILE) for _ in range(6)]
    while sum(one.done() for one in asked) < 3:
        pass
    refused = [one.result() for one in asked if one.done()]
    assert {(one.status, one.headers["Retry-After"]) for one in refused} == {(503, "30")}
    assert web.get(OTHERS).status == 200
    looked.go.set()
    assert sorted(one.result().status for one in asked) == [200] * 3 + [503] * 3


def test_nobody_waits_for_ever(
    web: Site, looked: Looked, crowd: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PATIENCE", 0.05)
    first = crowd.submit(web.get, FILE)
    assert looked.inside.wait(20)
    assert web.get(FILE).status == 503
    looked.go.set()
    assert first.result().status == 200
    assert web.get(FILE).status == 200
