"""The few files that pages load: read once at start, named by their digest, so that browsers may keep them for good."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import fontpkg_sarabun
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.web.headers import STATIC

KINDS = {
    "app.css": "text/css; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
    "console.css": "text/css; charset=utf-8",
    "console.js": "text/javascript; charset=utf-8",
    "directory.js": "text/javascript; charset=utf-8",
    "register_settings.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "live.js": "text/javascript; charset=utf-8",
    "picker.js": "text/javascript; charset=utf-8",
    "tray.js": "text/javascript; charset=utf-8",
}
FONTS = {"sarabun-regular.ttf": "Sarabun-Regular.ttf", "sarabun-bold.ttf": "Sarabun-Bold.ttf"}


class Static:
    """The files of `KINDS` below `templates/web`, and the font in which Thai offices write."""

    def __init__(self, templates: Path) -> None:
        """Read them all. Raises OSError when one is missing."""
        fonts = Path(fontpkg_sarabun.__file__).parent / "files"
        self._files = {name: (templates / "web" / name).read_bytes() for name in KINDS}
        self._files |= {name: (fonts / file).read_bytes() for name, file in FONTS.items()}
        self._digests = {name: sha256(content).hexdigest()[:12] for name, content in self._files.items()}

    def address(self, name: str) -> str:
        """Where a page finds the file; another content has another address."""
        return f"/static/{name}?v={self._digests[name]}"

    def routes(self) -> list[Route]:
        """GET and HEAD of every file."""
        return [Route("/static/{name}", self._serve)]

    async def _serve(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self._files:
            raise HTTPException(404)
        return Response(self._files[name], headers=STATIC, media_type=KINDS.get(name, "font/ttf"))
