"""What the console's script asks for: drafts, a day read back, and the bell of news."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import sqlalchemy as sa
from starlette.responses import Response, StreamingResponse

from gateway.web.console import typed
from gateway.web.console.asked import Asked
from gateway.web.console.cabinet import Cabinet
from gateway.web.console.guard import Page, answers, inside
from gateway.web.console.view import View, to
from ledger import drafts, era
from ledger.access import Right
from ledger.history import HistoryRow

FORM_LENGTH = 60
EVERY = 1.0  # seconds between two looks for news
STREAM_SECONDS = 15 * 60  # then the browser asks anew, and must still be signed in
STREAMS = 200


class Small:
    """Drafts, days, news."""

    def __init__(self, cabinet: Cabinet, view: View) -> None:
        self._cabinet, self._view, self._streams = cabinet, view, 0

    def pages(self) -> list[Page]:
        """What this part of the console serves."""
        return [
            Page("/drafts", self.draft, Right.OWN, ("POST",)),
            Page("/read-day", self.read_day, Right.OWN),
            Page("/live", self.live, Right.READ, quiet=True),
        ]

    def draft(self, asked: Asked) -> Response:
        """Keep what is typed, or forget it."""
        form, name = asked.form, asked.form.get("form", "")[:FORM_LENGTH]
        fields = {key[2:]: value for key, value in form.items() if key.startswith("d.")}
        with self._cabinet.database.write() as session:
            drafts.keep(session, asked.viewer.person_id, name, fields, self._cabinet.clock())
        return to(inside(form["next"])) if "next" in form else answers({"kept": bool(fields)})

    def read_day(self, asked: Asked) -> Response:
        """How a typed day was understood."""
        problems: dict[str, str] = {}
        day = typed.day(asked.query("text"), self._cabinet.today(), problems, "day")
        language = self._view.language(asked)
        if day is None:
            return answers({"good": False, "said": self._view.say(asked, typed.UNREADABLE_DAY)})
        said = era.format_date(day, style="long", language="en" if language == "en" else "th")
        return answers({"good": True, "said": said})

    def live(self, asked: Asked) -> Response:  # noqa: ARG002 (who may listen was asked before)
        """Server-sent events: a line whenever something was written; what it was, the page asks with its rights."""
        if self._streams >= STREAMS:
            return Response(status_code=503, headers={"Retry-After": "60"})
        return StreamingResponse(self._news(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    async def _news(self) -> AsyncIterator[str]:
        self._streams += 1
        try:
            last = await asyncio.to_thread(self._newest)
            yield "retry: 5000\n\n"
            for second in range(STREAM_SECONDS):
                await asyncio.sleep(EVERY)
                if (now := await asyncio.to_thread(self._newest)) != last:
                    last = now
                    yield "data: news\n\n"
                elif second % 20 == 0:
                    yield ": here\n\n"
        finally:
            self._streams -= 1

    def _newest(self) -> int:
        with self._cabinet.database.read() as session:
            return session.execute(sa.select(sa.func.max(HistoryRow.id))).scalar() or 0
