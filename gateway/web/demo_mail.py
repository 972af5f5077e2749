"""The demo's small web mail over the outgoing folder, and its start page.

Only mails that we wrote ourselves are shown here; they are cleaned and sandboxed all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.web import body, headers
from gateway.web.ground import Ground
from gateway.web.mailbox import Letter, MailboxView

ON_A_PAGE = 50
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the start page: what, and how much or where."""

    label: str
    value: str


Story = Callable[[], Sequence[Line]]


class DemoMail:
    """The routes `/` and `/demo/mail`."""

    def __init__(self, mailbox: MailboxView, story: Story, guests: Sequence[Line], ground: Ground) -> None:
        self._mailbox = mailbox
        self._story = story
        self._guests = guests
        self._ground = ground

    def routes(self) -> list[Route]:
        """GET and HEAD only: nothing here changes anything."""
        return [
            Route("/", self.start),
            Route("/demo/mail", self.list),
            Route("/demo/mail/{id}", self.mail),
            Route("/demo/mail/{id}/body", self.body),
            Route("/demo/mail/{id}/eml", self.download),
        ]

    async def start(self, request: Request) -> Response:
        """What is running, and the last mails that left."""
        lines = await self._ground.threads.run(self._story)
        letters = await self._ground.threads.run(self._mailbox.letters)
        shown: dict[str, Any] = {"lines": lines, "guests": self._guests, "letters": letters[:5], "count": len(letters)}
        return self._ground.pages.page(request, "start.html", **shown)

    async def list(self, request: Request) -> Response:
        """The mails, filtered by recipient (`to`) and words (`q`), a page at a time."""
        to, words = (request.query_params.get(name, "")[:LONGEST] for name in ("to", "q"))
        letters = await self._ground.threads.run(self._mailbox.letters, to.lower(), words)
        first = _page_number(request) * ON_A_PAGE
        return self._ground.pages.page(
            request,
            "mail_list.html",
            letters=letters[first : first + ON_A_PAGE],
            count=len(letters),
            first=first,
            to=to,
            words=words,
            mailboxes=await self._ground.threads.run(self._mailbox.mailboxes),
            newer=_turned(request, -1) if first else "",
            older=_turned(request, +1) if first + ON_A_PAGE < len(letters) else "",
        )

    async def mail(self, request: Request) -> Response:
        """One mail: its HTML in a frame, its text, or its headers (`view`)."""
        letter = await self._letter(request)
        view = request.query_params.get("view", "")
        if view not in ("html", "text", "headers") or (view == "html" and not letter.html):
            view = "html" if letter.html else "text"
        return self._ground.pages.page(
            request,
            "mail.html",
            letter=letter,
            view=view,
            sandbox=body.SANDBOX,
            to="",
            mailboxes=await self._ground.threads.run(self._mailbox.mailboxes),
        )

    async def body(self, request: Request) -> Response:
        """The HTML part, for its frame."""
        return body.framed((await self._letter(request)).html)

    async def download(self, request: Request) -> Response:
        """The mail as it would have left."""
        letter = await self._letter(request)
        content = await self._ground.threads.run(letter.path.read_bytes)
        return headers.download(content, letter.path.name, "message/rfc822")

    async def _letter(self, request: Request) -> Letter:
        letter = await self._ground.threads.run(self._mailbox.letter, request.path_params["id"])
        if letter is None:
            raise HTTPException(404)
        return letter


def _page_number(request: Request) -> int:
    page = request.query_params.get("page", "")
    return int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 0


def _turned(request: Request, by: int) -> str:
    return "?" + urlencode({**request.query_params, "page": _page_number(request) + by})
