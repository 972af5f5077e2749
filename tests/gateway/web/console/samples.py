"""Things for the rights matrix to reach for: lines, files, held intakes and people of each organisation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

import sqlalchemy as sa

from ledger import access, custody, letters, registering, sending
from ledger.access import Viewer
from ledger.addressing import Reach
from ledger.content import Content
from ledger.directory import PersonRow, SchoolGroupRow
from ledger.history import Act
from ledger.intakes import OutcomeRow
from ledger.registers import EntryRow
from ledger.sending import Onward
from ledger.values import Document, RegisterKind, Secrecy
from tests.gateway.web.console import offers
from tests.gateway.web.console.house import House
from tests.gateway.web.console.table import Route
from watchers.reading import documents

PLACES = ("office", "s1", "s2")
FIXED = {"{kind}": "outgoing", "{token}": "x" * 43, "{position:int}": "1", "{page:int}": "1"}
FILES = 100


@dataclass
class Samples:
    """Ids by what they name, whose they are, and whether they are secret."""

    ids: dict[tuple[str, str, bool], list[int | str]] = field(default_factory=dict)
    readers: set[str] = field(default_factory=set)  # who reads secret lines of the own organisation
    makers: set[str] = field(default_factory=set)  # who registered the lines a moment ago
    holders: set[str] = field(default_factory=set)  # who acknowledges what came to the own organisation
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
    samples.holders = {"office.central_clerk", "s1.school_clerk"}
    house.originals.put([pdf().content])
    for place in PLACES:
        for secrecy in (Secrecy.ORDINARY, Secrecy.SECRET):
            _entry(house, samples, place, secrecy)
            _delivery(house, samples, place, secrecy)
            _arrivals(house, samples, place, secrecy)
        _certificates(house, samples, place)
        samples.ids["place", place, False] = [house.places[place]]
        samples.ids["person", place, False] = [house.people[f"{place}.plain"]]
    samples.ids["group", "office", False] = [1]  # with people in it, so that it does not rest
    with house.act("gathered") as act:
        group = act.add(SchoolGroupRow, organisation_id=house.places["office"], code="small", name="โรงเรียนขนาดเล็ก")
    samples.ids["school group", "office", False] = [group]
    made = house.signed_in("s2.plain").post("/registers/incoming/export", {"form": "csv"})
    samples.ids["export", "s2", False] = [made.headers["Location"].rpartition("/")[2]]
    return samples


def _entry(house: House, samples: Samples, place: str, secrecy: Secrecy) -> None:
    with house.act("registered") as act:
        content = Content(
            subject=f"เรื่องของ {place} {secrecy}", sender="ผู้ส่ง", recipient="ผู้รับ", letter_number="ศธ 1/1", secrecy=secrecy
        )
        made = registering.register(act, _viewer(house, act, place), RegisterKind.INCOMING, content, [pdf()] * FILES)
        samples.ids.setdefault(("entry", place, secrecy is not Secrecy.ORDINARY), []).append(made.id)


def _delivery(house: House, samples: Samples, place: str, secrecy: Secrecy) -> None:
    """A letter from elsewhere that the place's clerk holds, and has handed on to the plain person."""
    with house.act("sent") as act:
        sender = _viewer(house, act, "s2" if place == "office" else "office")
        content = Content(subject="หนังสือ", sender="ผู้ส่ง", recipient="ผู้รับ", secrecy=secrecy)
        entry = registering.register(act, sender, RegisterKind.OUTGOING, content, [pdf()])
        reach = (Reach.REGISTRY, ()) if place == "office" else (Reach.SCHOOLS, [place])
        wanted = Onward(*reach, group="policy", summary="สรุป", secrecy=secrecy)
        life, sender_of = house.cabinet.life, house.cabinet.sender_of
        sending.send_entry(act, sender, entry.id, wanted, life, sender_of)
        (delivery,) = letters.deliveries(act.session, entry.letter_id or 0)
        person = letters.person_holder(act.session.get_one(PersonRow, house.people[f"{place}.plain"]))
        custody.forward(act, delivery, person, life, "", sender_of)
        secret, by = secrecy is not Secrecy.ORDINARY, "s2" if place == "office" else "office"
        samples.ids.setdefault(("delivery", place, secret), []).append(delivery.id)
        samples.ids.setdefault(("sent", by, secret), []).append(delivery.id)


def _arrivals(house: House, samples: Samples, place: str, secrecy: Secrecy) -> None:
    """A mail that waits in the tray, and one that was registered by itself; the line is the plain person's to read."""
    secret = secrecy is not Secrecy.ORDINARY
    subject = f"{'ลับ ' if secret else ''}เรื่องของ {place}"
    files = {"หนังสือ.pdf": offers.pdf()}
    samples.ids["intake", place, secret] = [offers.hold(house, offers.mail(f"{subject} รอ", files=files), place=place)]
    settled = offers.hold(house, offers.mail(subject, files=files), place=place, policy="all")
    with house.act("registrant") as act:
        wanted = sa.select(OutcomeRow.entry_id).where(OutcomeRow.intake_id == settled)
        entry = act.session.execute(wanted).scalar_one()
        assert entry is not None
        act.alter(EntryRow, entry, registrant_id=house.people[f"{place}.plain"])
    samples.ids["mailed", place, secret] = [entry]


def _certificates(house: House, samples: Samples, place: str) -> None:
    with house.act("certificates") as act:
        names = [Content(subject="อบรม", recipient=name) for name in ("ก", "ข")]
        first, last = registering.certificates(act, _viewer(house, act, place), names)
        samples.ids["range", place, False] = [f"{first.id}-{last.id}"]


def _viewer(house: House, act: Act, place: str) -> Viewer:
    viewer = access.viewer(act.session, house.people[f"{place}.plain"])
    assert viewer is not None
    return viewer
