"""The way out that the settings name, as the mailers know it."""

from __future__ import annotations

import socket

from gateway.dispatch import Courier
from gateway.settings import Settings
from mailers.maildrop import Maildrop
from mailers.relay import Relay, RelaySettings, Timeouts


def courier(settings: Settings) -> Courier:
    """The way out that the settings name."""
    if settings.relay.kind == "maildrop":
        return Maildrop(settings.relay.path)
    return Relay(relay_settings(settings))


def relay_settings(settings: Settings) -> RelaySettings:
    """The server that takes our mails, as the mailer knows it."""
    relay = settings.relay
    return RelaySettings(
        host=relay.host,
        port=relay.port,
        tls=relay.tls,
        ca_file=str(relay.ca_file) if relay.ca_file else None,
        username=relay.username,
        password=relay.password.get_secret_value(),
        connections=relay.connections,
        hostname=settings.smtp.hostname or socket.getfqdn(),
        timeouts=Timeouts(
            connect=relay.connect_timeout.total_seconds(),
            greeting=relay.greeting_timeout.total_seconds(),
            command=relay.command_timeout.total_seconds(),
            data=relay.data_timeout.total_seconds(),
            block=relay.block_timeout.total_seconds(),
            final=relay.final_timeout.total_seconds(),
            quit=relay.quit_timeout.total_seconds(),
        ),
    )
