"""uvicorn, set up as the open internet needs it: no tokens in logs, no foreign word on addresses, bounds on all."""

from __future__ import annotations

from functools import partial

import uvicorn
from starlette.types import ASGIApp

from gateway.web.connection import Connection
from gateway.web.crowd import Crowd
from gateway.web.peer import Peers

CONNECTIONS = 500


def server(app: ASGIApp, host: str, port: int, peers: Peers | None = None) -> uvicorn.Server:
    """A server that is not yet listening; `serve()` runs it in a loop of the caller's.

    Arguments: `peers`, the proxies whose own connections are not counted, but those of whom they speak for.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        interface="asgi3",
        http=partial(Connection, crowd=Crowd(), peers=peers or Peers()),  # type: ignore[arg-type]
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=10,
    )
    return uvicorn.Server(config)
