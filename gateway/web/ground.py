"""What every part of the site stands on: pages, threads, clock, signatures, and who is asking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from gateway.web.desk import Threads
from gateway.web.files import Files
from gateway.web.forms import clean, one_line
from gateway.web.peer import Peers, network_of
from gateway.web.render import Pages
from gateway.web.seals import Nonces, Seals
from ledger.values import Visit

AGENT_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Ground:
    """One for the whole site."""

    pages: Pages
    threads: Threads
    parsing: Threads  # that read forms, so that large ones never take the others
    files: Files  # that are handed out and drawn, the same
    clock: Callable[[], datetime]
    seals: Seals
    nonces: Nonces
    peers: Peers
    https: bool  # whether the public address is https, so that cookies may insist on it

    def visit(self, request: Request) -> Visit:
        """This request as evidence."""
        agent = one_line(clean(request.headers.get("user-agent", "")))[:AGENT_LENGTH]
        network = network_of(self.peers.address(request.scope))
        return Visit(self.clock(), request.method, network, agent)


def token_of(request: Request) -> str:
    """The token that the address names, or "" where any of it is percent-encoded: no link of ours is (P-21)."""
    token: str = request.path_params["token"]
    return "" if b"%" in request.scope.get("raw_path", b"") else token
