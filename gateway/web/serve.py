"""uvicorn, set up as the open internet needs it: no tokens in logs, no foreign word on addresses, bounds on all."""

from __future__ import annotations

import asyncio
import socket
import time
from datetime import datetime
from functools import partial

import uvicorn
from starlette.types import ASGIApp

from gateway.web.connection import Connection
from gateway.web.crowd import Crowd
from gateway.web.peer import Peers

GRACE_SECONDS = 5  # for answers that are on their way when the site ends


class Server(uvicorn.Server):
    """Tells that its loop turns, and its streams that it ends: nobody waits for a page that stays open."""

    channel = "http"
    refusing_since: datetime | None = None
    free_seen = 0

    def __init__(self, config: uvicorn.Config, closing: asyncio.Event) -> None:
        super().__init__(config)
        self.addresses: tuple[str, ...] = ()
        self.turned_at = time.monotonic()
        self._closing = closing

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second."""
        self.turned_at = time.monotonic()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """The end begins."""
        self._closing.set()
        await super().shutdown(sockets)


def server(
    app: ASGIApp, host: str, port: int, peers: Peers | None = None, closing: asyncio.Event | None = None
) -> Server:
    """A server that is not yet listening; `serve()` runs it in a loop of the caller's.

    Arguments: `peers`, the proxies whose own connections are not counted, but those of whom they speak for; `closing`
    is set in that loop when it ends, for streams that would go on.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        interface="asgi3",
        http=partial(Connection, crowd=Crowd(), peers=peers or Peers()),  # type: ignore[arg-type]  # it only calls it
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return Server(config, closing or asyncio.Event())
