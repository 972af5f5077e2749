"""Puts the house together: the only file that knows all parts. No other part builds its own collaborators."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette

from gateway import drops, keys, sources
from gateway.couriers import courier
from gateway.demo import start
from gateway.dispatch import Dispatch
from gateway.entering import Entering
from gateway.health.figures import figures
from gateway.health.pulse import Pulse
from gateway.health.troubles import troubles
from gateway.indexer import Indexer
from gateway.masked import MaskedReader
from gateway.opening import Ledger, clock, make_reader
from gateway.own_mails import OwnMails
from gateway.pipeline import Policy
from gateway.receivers import Receivers
from gateway.settings import Settings
from gateway.settler import Settler
from gateway.taker import Taker
from gateway.web import app
from gateway.web.console.cabinet import Cabinet
from gateway.web.limits import Rates
from gateway.web.mailbox import MailboxView
from ledger.access import Duty
from ledger.answering import Answering
from ledger.desk import Desk
from ledger.door import Door
from ledger.due import Resolver
from ledger.intakes import IntakeRow
from ledger.outbox import Schedule
from ledger.second_factor import GRAVE
from ledger.values import Reading
from mailers.notices import Writer
from watchers.folder import FolderWatch
from watchers.reading.reader import Reader
from watchers.smtp import Limits

# Whose sign-in needs a second factor, by setting; None is whoever has no duty at all.
SECOND_FOR: dict[str, frozenset[Duty | None]] = {
    "off": frozenset(),
    "administrators": frozenset({Duty.ADMINISTRATOR}),
    "secret_readers": frozenset(GRAVE),
    "everybody": frozenset({None, *Duty}),
}

_GRACE = 10.0  # seconds for running letters at the end, a part of the sentinel's

TEMPLATES = Path(__file__).parents[1] / "templates"


@dataclass(frozen=True)
class House:
    """All parts of the daemon, not yet started."""

    ledger: Ledger
    receivers: Receivers
    reader: Reader
    taker: Taker
    settler: Settler
    dispatch: Dispatch
    indexer: Indexer
    folders: tuple[FolderWatch, ...]
    desk: Desk
    door: Door
    pulse: Pulse
    closing: asyncio.Event = field(default_factory=asyncio.Event)  # set when the site ends


def build(ledger: Ledger, base_url: str) -> House:
    """The daemon's parts. `base_url` begins every receipt link."""
    settings, key = ledger.settings, keys.second_factors(ledger.settings, ledger.database)
    receivers = Receivers(ledger.database)
    reader = make_reader(settings)
    masked = MaskedReader(ledger.database, reader)
    resolver, writer = resolver_of(ledger, base_url), writer_of(settings)
    dispatch = build_dispatch(ledger, resolver, writer)
    own = OwnMails(lambda mark: keys.letter_of_mark(ledger.secret, mark), resolver, writer.write)
    entering = Entering(ledger.database, ledger.originals, _policies(ledger, own), clock, dispatch.ring)
    settler = Settler(
        ledger.database,
        ledger.originals,
        _reading(masked),
        entering.enter,
        entering.park,
        settings.reading.processes,
    )
    taker = Taker(ledger.database, ledger.originals, receivers.owners, settler.ring)
    indexer, folders = Indexer(ledger.database, clock), drops.watches(ledger, taker.take, settler.settle)
    second_for = SECOND_FOR[settings.console.second_factor]
    door = Door(ledger.database, clock, second_for=second_for, secret=ledger.secret, key=key)
    return House(
        ledger=ledger,
        receivers=receivers,
        reader=reader,
        taker=taker,
        settler=settler,
        dispatch=dispatch,
        indexer=indexer,
        folders=folders,
        desk=Desk(ledger.database, ledger.originals, ledger.life, ledger.sender_of, masked.copy),
        door=door,
        pulse=Pulse(
            clock,
            parts=(taker, settler, dispatch, indexer),
            folders=folders,
            storing_since=lambda: taker.storing_since,
            unstored=lambda: taker.unstored,
            measure=lambda: figures(ledger, door, taker),
            reader_fault=reader.fault,
            free_threshold=settings.intake.refuse_below_free,
        ),
    )


def site(house: House, base_url: str, *, mailbox: Path | None = None) -> Starlette:
    """The pages. `mailbox`: a folder of .eml files to show, in a demo."""
    settings = house.ledger.settings
    return app.build(
        house.desk,
        base_url=base_url,
        templates=TEMPLATES,
        clock=clock,
        secret=hashlib.sha256(house.ledger.secret).digest(),
        health=house.pulse.look,
        cabinet=cabinet(house),
        mailbox=MailboxView(mailbox) if mailbox else None,
        story=lambda: start.newest_numbers(house.ledger),
        guests=start.guests_of(mailbox),
        trusted_proxies=[str(network) for network in settings.http.trusted_proxies],
        public=bool(settings.http.base_url),
        remarks=house.pulse.remarks,
        language=settings.language,
        rates=_rates(settings),
    )


def cabinet(house: House) -> Cabinet:
    """What the console works on."""
    ledger = house.ledger
    return Cabinet(
        database=ledger.database,
        originals=ledger.originals,
        door=house.door,
        clock=clock,
        life=ledger.life,
        sender_of=ledger.sender_of,
        send_soon=house.dispatch.ring,
        settle_soon=house.settler.ring,
        reader=MaskedReader(ledger.database, house.reader),
        answering=answering(ledger.settings),
        digits=ledger.settings.digits,
        sources=sources.watched(ledger, house.folders, lambda: house.pulse.look().refusing_since),
        troubles=lambda: troubles(house.pulse.look()),
        closing=house.closing,
    )


def _rates(settings: Settings) -> Rates:
    http = settings.http
    return Rates(http.visits_per_minute, http.visits_per_hour, http.visits_per_address, http.presses_per_minute)


def answering(settings: Settings) -> Answering:
    """Who is told the number of what they sent."""
    return Answering(settings.intake.answer, settings.intake.answers_per_hour)


def smtp_limits(settings: Settings) -> Limits:
    """The numbers of the mail doors."""
    smtp = settings.smtp
    endless = 10**9  # 0 in the settings: no limit
    return Limits(
        message=smtp.max_message,
        line=smtp.max_line,
        recipients=smtp.max_recipients,
        letters=smtp.letters_per_session,
        command_timeout=smtp.command_timeout.total_seconds(),
        slow_after=smtp.data_grace.total_seconds(),
        slow_window=smtp.data_window.total_seconds(),
        slow_rate=float(smtp.data_rate),
        session=smtp.session_timeout.total_seconds(),
        connections=smtp.max_connections,
        connections_per_address=smtp.max_connections_per_address,
        connections_per_minute=smtp.connections_per_minute or endless,
        letters_per_minute=smtp.letters_per_minute or endless,
        exempt=tuple(str(network) for network in smtp.exempt),
        grace=_GRACE,
    )


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """For STARTTLS, where a certificate is set. Errors: OSError, ssl.SSLError."""
    if settings.smtp.tls_certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.smtp.tls_certificate, settings.smtp.tls_key)
    return context


def _policies(ledger: Ledger, own: OwnMails) -> Callable[[IntakeRow], Policy]:
    settings = ledger.settings
    by_source = {str(folder.path): folder.policy for folder in settings.folders}

    def policy_of(intake: IntakeRow) -> Policy:
        return Policy(
            policy=by_source.get(intake.source, settings.intake.policy),
            answering=answering(settings),
            life=ledger.life,
            sender_of=ledger.sender_of,
            marked=own,
        )

    return policy_of


def _reading(reader: MaskedReader) -> Callable[[IntakeRow, bytes], Reading]:
    def read(intake: IntakeRow, content: bytes) -> Reading:
        # A dropped file has no envelope, which is something else than the null sender.
        sender = intake.sender if intake.channel != "folder" else None
        return reader.read(content, name=intake.name, sender=sender)

    return read


def resolver_of(ledger: Ledger, base_url: str) -> Resolver:
    """Makes notices of what is due. `base_url` begins every receipt link."""
    return Resolver(ledger.sender_of, base_url, lambda letter: keys.loop_mark(ledger.secret, letter))


def writer_of(settings: Settings) -> Writer:
    """Makes mails of notices."""
    return Writer(TEMPLATES / "mail", settings.digits)


def build_dispatch(ledger: Ledger, resolver: Resolver, writer: Writer) -> Dispatch:
    """The way out, not yet started."""
    settings = ledger.settings
    outbox = settings.outbox
    return Dispatch(
        ledger.database,
        resolver,
        writer.write,
        courier(settings),
        Schedule(outbox.retry_first, outbox.retry_longest, outbox.give_up),
        ledger.sender_of,
        clock,
        outbox.batch,
    )
