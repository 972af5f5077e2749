"""The few files that pages load: read once at start, named by their digest, so that browsers may keep them for good."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.web.headers import STATIC

KINDS = {
    "app.css": "text/css; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


class Static:
    """The files of `KINDS` below `templates/web`."""

    def __init__(self, templates: Path) -> None:
        """Read them all. Raises OSError when one is missing."""
        self._files = {name: (templates / "web" / name).read_bytes() for name in KINDS}

    def address(self, name: str) -> str:
        """Where a page finds the file; another content has another address."""
        return f"/static/{name}?v={sha256(self._files[name]).hexdigest()[:12]}"

    def routes(self) -> list[Route]:
        """GET and HEAD of every file."""
        return [Route("/static/{name}", self._serve)]

    async def _serve(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self._files:
            raise HTTPException(404)
        return Response(self._files[name], headers=STATIC, media_type=KINDS[name])
