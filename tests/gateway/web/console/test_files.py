"""A file that is looked through for seconds keeps no page of the console waiting, and nobody else's file."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.masked import MaskedReader
from tests.gateway.web.console.house import House
from tests.gateway.web.console.lines import register

ASKED = 12  # more than the console has threads


def test_who_opens_many_files_keeps_nobody_waiting(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [register(house, who, files=(f"{who}.pdf",)) for who in ("office.register_admin", "office.central_clerk")]
    slow, quick = (house.signed_in(who) for who in ("office.register_admin", "office.central_clerk"))
    inside, go, begun = threading.Event(), threading.Event(), []
    real = MaskedReader.copy

    def copy(self: MaskedReader, content: bytes, name: str) -> bytes:
        begun.append(name)
        if "register_admin" in name:
            inside.set()
            assert go.wait(60)
        return real(self, content, name)

    monkeypatch.setattr(MaskedReader, "copy", copy)
    with ThreadPoolExecutor(ASKED) as crowd:
        asked = [crowd.submit(slow.get, f"/entries/{keys[0]}/files/1") for _ in range(ASKED)]
        try:
            assert inside.wait(20)
            pages = (slow.get("/home"), quick.get("/home"), quick.get(f"/entries/{keys[1]}/files/1"))
            assert [one.status for one in pages] == [200] * 3
            assert len(begun) == 2
        finally:
            go.set()
        assert {one.result().status for one in asked} == {200}
