"""From a template to an answer: one Jinja environment, the visitor's language, Buddhist-era dates."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from gateway.web.language import Catalogue, Language, Say, choose
from gateway.web.static import Static
from ledger import era

# Controls and the marks that turn text round: what a reader cannot see, but a page obeys (attack 23).
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class Pages:
    """Renders the templates of `templates/web`."""

    def __init__(
        self, templates: Path, static: Static, clock: Callable[[], datetime], default: Language = "th"
    ) -> None:
        """Read the catalogue; a template is compiled when it is first used. Raises OSError for a missing folder."""
        self._catalogue, self._environment = _read(templates)
        self._static = static
        self._clock = clock
        self._default = default

    def language(self, request: Request) -> Language:
        """The language of this visitor."""
        asked = request.query_params.get("lang") or request.cookies.get("saraban_language")
        return choose(asked, request.headers.get("accept-language", ""), self._default)

    def speaker(self, request: Request) -> Say:
        """What says a Thai text in this visitor's language."""
        return self._catalogue.speaker(self.language(request))

    def page(self, request: Request, template: str, status: int = 200, **values: object) -> HTMLResponse:
        """The rendered template. `path`: its own address, where another one was asked for."""
        language = self.language(request)
        ground = {
            "_": self._catalogue.speaker(language),
            "asset": self._static.address,
            "language": language,
            "keep": f"?lang={language}" if "lang" in request.query_params else "",
            "other": urlencode({**request.query_params, "lang": "th" if language == "en" else "en"}),
            "path": "",
            "status": status,
            "now": self._clock(),
            "day": partial(era.format_date, language=language),
            "moment": partial(era.format_moment, language=language),
        }
        html = self._environment.get_template(template).render(ground | values)
        return HTMLResponse(_UNSEEN.sub("", html), status)


@cache
def _read(templates: Path) -> tuple[Catalogue, Environment]:
    """What is read and compiled once in a process, however many sites it builds."""
    # No sandbox: nobody writes these templates but us, and it costs two thirds of the time again.
    environment = Environment(
        loader=FileSystemLoader(templates / "web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["size"] = size
    return Catalogue(templates), environment


def size(count: int) -> str:
    """Bytes as people say them: 340 KB, 1.2 MB."""
    if count < 1_000_000:
        return f"{max(1, round(count / 1000))} KB"
    return f"{count / 1_000_000:.1f} MB"
