"""The seal comes first: in every form of every page, so that nothing else of a form is read before it (5.1)."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from gateway.web import unread
from tests.gateway.web.console.every_kind import WHO, all_duties, furnish
from tests.gateway.web.console.house import Client, House
from tests.gateway.web.console.house import house as opened
from tests.gateway.web.console.test_guard import FORM, NEW, raw, status
from tests.gateway.web.console.test_looks_axe import MORE, reachable
from tests.gateway.web.console.test_registers import PAPER
from tests.gateway.web.site import TEMPLATES

ANSWERS = (  # pages with forms that only a form leads to
    ("/registers/incoming/new", {}),
    ("/registers/certificate/many", {"names": "ก\nข", "subject": "รางวัล"}),
    ("/directory/school-groups/new", {}),
    ("/confirm", {"confirm-password": "ผิด"}),
)


class Forms(HTMLParser):
    """The fields of each form in the order in which a browser sends them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.posted: set[str] = set()
        self.fields: dict[str, list[str]] = {}
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = given.get("id") or f"at {self.getpos()}"
            if given.get("method") == "post":
                self.posted.add(self._open)
        if tag in ("input", "select", "textarea", "button") and "name" in given:
            self.fields.setdefault(given.get("form", self._open), []).append(given["name"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = ""

    @property
    def unsealed(self) -> dict[str, list[str]]:
        """Forms whose first field is another one."""
        return {form: self.fields.get(form, []) for form in self.posted if self.fields.get(form, [""])[0] != "seal"}


def test_every_form_of_every_page_shows_its_seal_first(tmp_path: Path) -> None:
    with opened(tmp_path) as house:
        all_duties(house)
        client = furnish(house)
        shown = [client.get(path) for path in (*reachable(house.signed_in(WHO)), *MORE)]
        shown += [client.post(path, fields) for path, fields in ANSWERS]
        forms = {answer.text: Forms(answer.text) for answer in shown if b"<form" in answer.body}
    assert sum(len(found.posted) for found in forms.values()) > 100  # signing out alone is on each page
    assert [found.unsealed for found in forms.values() if found.unsealed] == []


def test_no_template_puts_another_field_before_the_seal() -> None:
    """Also where no test leads; what asks for no sign-in has no seal, and a receipt link is its own."""
    free = {"sign_in.html", "begin.html", "join.html", "forgot.html"}
    found = {}
    for template in (TEMPLATES / "web").rglob("*.html"):
        if template.name not in free:
            sealed = template.read_text("utf-8").replace("{{ sealed(seal) }}", '<input name="seal">')
            found |= {(template.name, form): fields for form, fields in Forms(sealed).unsealed.items()}
    assert {fields[0] for fields in found.values()} == {"nonce"}
    assert {name for name, _ in found} == {"receipt.html", "locked.html"}


# Nothing is read after a wrong one


@pytest.fixture
def clerk(house: House) -> Client:
    visitor = house.signed_in("office.plain")
    visitor.get("/home")
    return visitor


def part(name: str, value: str, file: str = "") -> str:
    named = f'; filename="{file}"' if file else ""
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n{value}\r\n'


@pytest.mark.parametrize(
    ("kind", "begins"),
    [
        (FORM, "seal=" + "0" * 64 + "&subject="),
        (FORM, "subject=x&seal={seal}&"),
        (FORM, "x" * 5000),
        ("multipart/form-data; boundary=x", part("seal", "0" * 64) + "--x\r\n"),
        ("multipart/form-data; boundary=x", part("subject", "x") + part("seal", "{seal}")),
        ("multipart/form-data; boundary=x", part("seal", "{seal}", "a.pdf") + part("seal", "{seal}")),
        ("multipart/form-data; boundary=x", part("seal", "x" * 5000)),
    ],
)
def test_a_form_that_does_not_begin_with_its_seal_is_refused_before_the_rest_is_there(
    house: House, clerk: Client, monkeypatch: pytest.MonkeyPatch, kind: str, begins: str
) -> None:
    monkeypatch.setattr(unread, "SECONDS", 0.05)
    head = (
        f"POST {NEW} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sid={clerk.cookies['sid']}\r\n"
        f"Sec-Fetch-Site: same-origin\r\nContent-Type: {kind}\r\nContent-Length: 1000000\r\n\r\n"
    )
    answer = raw(house, head.encode(), begins.replace("{seal}", clerk.seal).encode())
    assert status(answer) == 403
    assert b"connection: close" in answer


def test_a_script_shows_the_seal_in_a_header(clerk: Client) -> None:
    seal, clerk.seal = clerk.seal, "no field"
    assert clerk.post(NEW, PAPER, Saraban_Seal=seal).status == 303
    clerk.seal = seal
    assert clerk.post(NEW, PAPER, Saraban_Seal="0" * 64).status == 403
