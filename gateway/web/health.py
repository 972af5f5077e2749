"""For machines that watch us: is the house alive, and does it keep up. Open to everybody, so it names nothing."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from gateway.health import told
from gateway.health.values import Health

Look = Callable[[], Health]


def routes(look: Look) -> list[Route]:
    """`/livez` answers 503 with the reasons while letters or pages are shut out, `/readyz` also while work piles up.

    `look` reads memory only: both answer while the mail doors hang or the database is locked.
    """

    async def livez(_: Request) -> JSONResponse:
        return _answer(*told.to_everybody(look()))

    async def readyz(_: Request) -> JSONResponse:
        return _answer(*told.readiness(look()))

    return [Route("/livez", livez), Route("/readyz", readyz)]


def _answer(said: dict[str, object], well: bool) -> JSONResponse:
    return JSONResponse(said, 200 if well else 503, headers={"Cache-Control": "no-store"})
