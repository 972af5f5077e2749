"""The console, put together: every page that it has, each behind its guard."""

from __future__ import annotations

from functools import partial

from starlette.routing import Route

from gateway.web.console.account import Account
from gateway.web.console.books import Books
from gateway.web.console.cabinet import Cabinet
from gateway.web.console.cookies import Cookies
from gateway.web.console.directory import Directory
from gateway.web.console.directory_files import DirectoryFiles
from gateway.web.console.directory_forms import DirectoryForms
from gateway.web.console.drafting import Drafting
from gateway.web.console.entries import Entries
from gateway.web.console.exporting import Exporting
from gateway.web.console.finding import Finding
from gateway.web.console.guard import Guard, Page, Pools
from gateway.web.console.home import Home
from gateway.web.console.mails import Mails
from gateway.web.console.many import Many
from gateway.web.console.news import News
from gateway.web.console.people import People
from gateway.web.console.people_duties import PeopleDuties
from gateway.web.console.readings import Readings
from gateway.web.console.register_settings import RegisterSettings
from gateway.web.console.replacing import Replacing
from gateway.web.console.school_groups import SchoolGroups
from gateway.web.console.sending import Sending
from gateway.web.console.signing import Signing
from gateway.web.console.tray import Tray
from gateway.web.console.undelivered import Undelivered
from gateway.web.console.view import View
from gateway.web.console.waiting import Waiting
from gateway.web.desk import Threads
from gateway.web.ground import Ground
from ledger import history, intakes
from ledger.passwords import AT_ONCE, QUEUE

THREADS = 8
HASHING = AT_ONCE + QUEUE + 2  # so that somebody can still be told that too many wait


class Console:
    """Its pages, as a list that tests walk, and as routes."""

    def __init__(self, cabinet: Cabinet, ground: Ground, secret: bytes, base_url: str) -> None:
        """Arguments: `secret`, 32 random bytes that outlive a restart; `base_url`, the public address."""
        view = View(ground.pages, cabinet.clock, lambda organisation: _held(cabinet, organisation))
        cookies = Cookies(ground.https)
        pools = Pools(Threads(THREADS), ground.parsing, Threads(HASHING), ground.files)
        newest = partial(_newest, cabinet)
        self.guard = Guard(cabinet.door, newest, view, pools, cookies, secret, base_url)
        view.seal, self.status = self.guard.seal, self.guard.status
        readings = Readings(cabinet.originals, cabinet.reader)
        parts = (
            Signing(cabinet, view, ground, cookies),
            Home(cabinet, view),
            Books(cabinet, view),
            Entries(cabinet, view),
            Drafting(cabinet, view),
            News(cabinet, newest),
            Account(cabinet, view, cookies),
            RegisterSettings(cabinet, view),
            Sending(cabinet, view),
            Waiting(cabinet, view, ground),
            Undelivered(cabinet, view),
            Replacing(cabinet),
            Many(cabinet, view),
            Finding(cabinet, view),
            Exporting(cabinet, view),
            Tray(cabinet, view, readings),
            Mails(cabinet, view, readings),
            Directory(cabinet, view),
            DirectoryForms(cabinet, view),
            DirectoryFiles(cabinet, view),
            People(cabinet, view),
            PeopleDuties(cabinet, view),
            SchoolGroups(cabinet, view),
        )
        self.pages: list[Page] = [page for part in parts for page in part.pages()]

    def routes(self) -> list[Route]:
        """Every page behind its guard; exact paths stand before those with a word of the address in them."""
        return [self.guard.route(page) for page in sorted(self.pages, key=lambda page: page.path.count("{"))]


def _newest(cabinet: Cabinet) -> int:
    with cabinet.database.read() as session:
        return history.newest(session)


def _held(cabinet: Cabinet, organisation_id: int) -> int:
    with cabinet.database.read() as session:
        return intakes.count_held(session, organisation_id)
