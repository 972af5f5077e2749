"""What a watching machine is told, and what it is not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.health.values import FolderState, Health
from ledger.backlog import Backlog
from tests.gateway.web.healths import AT, GIB, WELL, turn
from tests.gateway.web.site import Site, site


def test_a_house_that_is_well_answers_200_with_each_doors_turn(web: Site) -> None:
    live, ready = web.get("/livez"), web.get("/readyz")
    assert (live.status, ready.status) == (200, 200)
    told = json.loads(live.body)
    assert told["alive"] is True
    assert told["reasons"] == []
    assert {door["channel"]: door["age"] for door in told["doors"]} == {"smtp": 0.2, "lmtp": 0.2, "http": 0.05}
    assert told["doors"][0]["turned_at"] == "2026-08-14T02:59:59.800+00:00"
    assert (told["refusing_since"], told["free_threshold"]) == (None, GIB)
    said = json.loads(ready.body)
    assert (said["ready"], said["unsettled"], said["oldest_unsettled"]) == (True, 1, "2026-08-14T02:59:58.000+00:00")
    assert (said["watchers"], said["free_bytes"]) == ([{"channel": "folder", "age": 3.0}], 40 * GIB)


SHUT_OUT = {
    "door smtp": replace(WELL, doors=(turn("smtp", 5.1), turn("http"))),
    "thread settler": replace(WELL, ended=("settler",)),
    "storage": replace(WELL, storing=16.0),
    "storage ": replace(WELL, unstored=True, storage_fault="No space left on device: /srv"),
    "space": replace(WELL, free_bytes=GIB // 2, refusing_since=AT),
    "starting": Health(AT, starting=True),
}
WAITS = {
    "reader": replace(WELL, reader_fault="[Errno 2] No such file or directory: '/opt/python3'"),
    "folder": replace(WELL, folders=(FolderState("/srv/scans/finance", "OSError: gone", 0.0),)),
    "directory": replace(WELL, addressed=False),
    "settling": replace(WELL, backlog=Backlog(unsettled=3, oldest_unsettled=AT - timedelta(minutes=2))),
    "sending": replace(WELL, backlog=Backlog(outbox_waiting=3, outbox_due=AT - timedelta(minutes=11))),
    "outbox": replace(WELL, backlog=Backlog(outbox_waiting=3, outbox_oldest=AT - timedelta(hours=5))),
}


@pytest.mark.parametrize("key", [*SHUT_OUT, *WAITS])
def test_each_reason_is_told_in_both_languages_and_names_no_place(key: str) -> None:
    health = {**SHUT_OUT, **WAITS}[key]
    with site(health=lambda: health) as web:
        live, ready = web.get("/livez"), web.get("/readyz")
    assert (live.status, ready.status) == (503 if key in SHUT_OUT else 200, 503)
    assert live.headers["Cache-Control"] == "no-store"
    (reason,) = json.loads(ready.body)["reasons"]
    assert reason["key"] == key.strip()
    assert any("ก" <= sign <= "๙" for sign in reason["th"])
    assert not any("ก" <= sign <= "๙" for sign in reason["en"])
    for answer in (live, ready):
        for place in ("10.9.8.7", "/srv", "finance", "/opt"):
            assert place not in answer.text


def test_a_door_has_five_seconds_for_a_turn() -> None:
    with site(health=lambda: replace(WELL, doors=(turn("smtp", 5.0),))) as web:
        assert web.get("/livez").status == 200


def test_too_little_space_is_told_in_gigabytes_with_the_threshold() -> None:
    with site(health=lambda: SHUT_OUT["space"]) as web:
        told = json.loads(web.get("/livez").body)
    assert told["refusing_since"] == "2026-08-14T03:00:00.000+00:00"
    assert "0.54 GB" in told["reasons"][0]["th"]
    assert "1.07 GB" in told["reasons"][0]["th"]


def test_the_words_of_a_reading_child_that_does_not_start_are_told_without_its_paths() -> None:
    with site(health=lambda: WAITS["reader"]) as web:
        assert "No such file or directory: …" in web.get("/readyz").text
