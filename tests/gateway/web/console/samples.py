"""Things for the rights matrix to reach for: lines, files, held intakes and people of each organisation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from ledger import access, registering
from ledger.content import Content
from ledger.values import Document, RegisterKind, Secrecy
from tests.gateway.web.console.house import House
from tests.gateway.web.console.table import Route
from watchers.reading import documents

PLACES = ("office", "s1", "s2")
FIXED = {"{kind}": "outgoing", "{token}": "x" * 43, "{position:int}": "1"}
FILES = 100


@dataclass
class Samples:
    """Ids by what they name, whose they are, and whether they are secret."""

    ids: dict[tuple[str, str, bool], list[int | str]] = field(default_factory=dict)
    readers: set[str] = field(default_factory=set)  # who reads secret lines of the own organisation
    makers: set[str] = field(default_factory=set)  # who registered the lines a moment ago
    positions: count[int] = field(default_factory=lambda: count(1))  # a file that is taken off is gone for the next

    def own(self, route: Route, place: str) -> Iterator[str]:
        """Paths that name something ordinary of one's own organisation, or nothing."""
        if not route.about:
            yield filled(route.path)
        yield from self._paths(route, [place], secret=False)

    def others(self, route: Route, place: str) -> Iterator[str]:
        """Paths that name what other organisations have."""
        others = [other for other in PLACES if other != place]
        yield from self._paths(route, others, secret=False)
        yield from self._paths(route, others, secret=True)

    def secret(self, route: Route, place: str) -> Iterator[str]:
        """Paths that name something secret of one's own organisation."""
        yield from self._paths(route, [place], secret=True)

    def _paths(self, route: Route, places: list[str], *, secret: bool) -> Iterator[str]:
        for place in places:
            for key in self.ids.get((route.about, place, secret), []):
                path = route.path.replace("{id:int}", str(key)).replace("{key}", str(key))
                if path.endswith("/remove"):
                    path = path.replace("{position:int}", str(next(self.positions) % FILES + 1))
                yield filled(path)


def filled(path: str) -> str:
    for name, value in FIXED.items():
        path = path.replace(name, value)
    return path


def pdf(name: str = "หนังสือ.pdf") -> Document:
    """A small file as forms bring it."""
    return documents.document(name, "application/pdf", b"%PDF-1.4\n%%EOF\n" + name.encode())


def furnish(house: House) -> Samples:
    """An ordinary and a secret line with a file in the books of each place, registered by the place's plain person.

    The lines are of every register; a secret one is readable for its readers by duty alone.
    """
    samples = Samples()
    samples.readers = {
        "office.central_clerk", "office.director", "s1.school_clerk", "s1.director",
        "office.plain", "s1.plain",
    }  # fmt: skip
    samples.makers = {"office.plain", "s1.plain"}
    house.originals.put([pdf().content])
    for place in PLACES:
        for secrecy in (Secrecy.ORDINARY, Secrecy.SECRET):
            _entry(house, samples, place, secrecy)
    made = house.signed_in("s2.plain").post("/registers/incoming/export", {"form": "csv"})
    samples.ids["export", "s2", False] = [made.headers["Location"].rpartition("/")[2]]
    return samples


def _entry(house: House, samples: Samples, place: str, secrecy: Secrecy) -> None:
    with house.act("registered") as act:
        viewer = access.viewer(act.session, house.people[f"{place}.plain"])
        assert viewer is not None
        content = Content(
            subject=f"เรื่องของ {place} {secrecy}", sender="ผู้ส่ง", recipient="ผู้รับ", letter_number="ศธ 1/1", secrecy=secrecy
        )
        made = registering.register(act, viewer, RegisterKind.INCOMING, content, [pdf()] * FILES)
        samples.ids.setdefault(("entry", place, secrecy is not Secrecy.ORDINARY), []).append(made.id)
