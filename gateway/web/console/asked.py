"""One request to the console, as a page sees it: who asks, what was typed, which files came along."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.datastructures import UploadFile
from starlette.requests import Request

from gateway.web.forms import Form, clean, one_line
from ledger.access import Viewer
from ledger.errors import SignedOut
from ledger.sign_ins import SignIn

LONGEST_WORD = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """Read and admitted: a page that gets it may act."""

    request: Request
    token: str = ""  # of the sign-in
    sign_in: SignIn | None = None
    form: Form = field(default_factory=dict)  # of a repeated field the first
    lists: dict[str, list[str]] = field(default_factory=dict)  # every value of each field
    files: tuple[tuple[str, UploadFile], ...] = ()  # (field, file), in the order of the form
    newest: int = 0  # the line of history up to which a page of now is fresh

    @property
    def viewer(self) -> Viewer:
        """Who asks. Errors: `SignedOut` on a page that is open to all."""
        if self.sign_in is None or not self.sign_in.full:
            raise SignedOut
        return self.sign_in.viewer

    @property
    def posted(self) -> bool:
        """Whether this is the form's answer."""
        return self.request.method == "POST"

    def query(self, name: str, default: str = "") -> str:
        """A value from the address, on one line."""
        return one_line(clean(self.request.query_params.get(name, default)))[:LONGEST_WORD]

    def number(self, name: str, default: int = 0) -> int:
        """A whole number from the address; anything else is the default."""
        text = self.query(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default

    def key(self, name: str = "id") -> int:
        """A number in the path."""
        return int(self.request.path_params[name])
