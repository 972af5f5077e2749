"""For machines that watch us: is the process alive, and is it ready to take letters."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from gateway.web.desk import Threads

Ready = Callable[[], tuple[bool, str]]


def routes(ready: Ready, threads: Threads) -> list[Route]:
    """`/livez` answers while the event loop turns; `/readyz` with 503 and the reason while `ready` says no."""

    async def livez(_: Request) -> JSONResponse:
        return JSONResponse({"alive": True})

    async def readyz(_: Request) -> JSONResponse:
        is_ready, reason = await threads.run(ready)
        return JSONResponse({"ready": is_ready, "reason": reason}, 200 if is_ready else 503)

    return [Route("/livez", livez), Route("/readyz", readyz)]
