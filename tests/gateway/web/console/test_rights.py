"""The rights matrix: every route of the console × every duty × own and other organisation × ordinary and secret (C3).

What must be open is written down here once more, apart from the code; a route that is missing here fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.access import Right
from tests.gateway.web.console.house import DUTIES, SCHOOL_DUTIES, Client, House
from tests.gateway.web.console.house import house as opened
from tests.gateway.web.console.samples import Samples, furnish
from tests.gateway.web.console.table import ROUTES, TABLE, Route

OFFICE = [f"office.{duty}" for duty in (*DUTIES, "plain")]
SCHOOL = [f"s1.{duty}" for duty in (*SCHOOL_DUTIES, "plain")]
EVERYBODY = [*OFFICE, *SCHOOL]
CLOSED = (403, 404)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Samples]]:
    """One house for the whole matrix; what a cell changes, no other cell looks at."""
    folder: Path = tmp_path_factory.mktemp("matrix")
    with opened(folder) as made:
        yield made, furnish(made)


def may(right: Right, who: str) -> bool:
    """What the table of this test says."""
    place, duty = who.split(".")
    return duty in TABLE[right]["office" if place == "office" else "school"]


def holds(samples: Samples, route: Route, who: str) -> bool:
    """Whether the thing is this person's to change: made by them a moment ago, or theirs to overrule."""
    if route.only:
        return who in getattr(samples, route.only)
    return route.held_by is None or may(route.held_by, who) or who in samples.makers


def ask(visitor: Client, route: Route, path: str) -> int:
    if route.method == "GET":
        return visitor.get(path).status
    return visitor.post(path, route.fields).status


def test_the_matrix_names_every_route_of_the_console(stage: tuple[House, Samples]) -> None:
    pages = {f"{method} {page.path}" for page in stage[0].console.pages for method in page.methods}
    assert pages == set(ROUTES)


def test_the_table_of_this_test_is_the_one_of_the_code(stage: tuple[House, Samples]) -> None:
    declared = {f"{m} {page.path}": page.right for page in stage[0].console.pages for m in page.methods}
    assert declared == {name: route.right for name, route in ROUTES.items()}
    assert set(TABLE) == set(Right)


@pytest.mark.parametrize("name", ROUTES)
def test_nobody_signed_in_sees_nothing(stage: tuple[House, Samples], name: str) -> None:
    house, samples = stage
    route = ROUTES[name]
    for path in samples.own(route, "office"):
        visitor = Client(house)
        visitor.seal = "0" * 64
        answer = visitor.get(path) if route.method == "GET" else visitor.post(path, route.fields)
        if route.right is Right.OPEN:
            assert answer.status in (200, 303, 404, 409, 422)
        else:
            assert answer.status == 303
            assert answer.headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("name", [name for name, route in ROUTES.items() if route.right is not Right.OPEN])
def test_the_cells_of_a_route(stage: tuple[House, Samples], name: str) -> None:
    house, samples = stage
    for who in EVERYBODY:
        check(samples, ROUTES[name], who, visitor_of(house, ROUTES[name], who))


def visitor_of(house: House, route: Route, who: str) -> Client:
    """A person who only looks keeps one sign-in; what is posted may end it, and all others of the account."""
    if route.method != "GET":
        _looking.clear()
        return house.signed_in(who)
    if who not in _looking:
        _looking[who] = house.signed_in(who)
    return _looking[who]


_looking: dict[str, Client] = {}


def check(samples: Samples, route: Route, who: str, visitor: Client) -> None:
    """One person's row: the own, the others', the secret."""
    allowed, place = may(route.right, who), who.split(".")[0]
    for path in samples.own(route, place):
        status = ask(visitor, route, path)
        assert (status not in CLOSED) is (allowed and holds(samples, route, who)), (who, path, status)
    across = place == "office" and who.split(".")[1] in route.across
    for path in samples.others(route, place):
        assert (ask(visitor, route, path) not in CLOSED) is across, (who, path)
    for path in samples.secret(route, place):
        able = allowed and who in samples.readers and holds(samples, route, who)
        assert (ask(visitor, route, path) not in CLOSED) is able, (who, path)
