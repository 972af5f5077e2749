"""What senders, visitors and links write comes out as text, whatever it is."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest

from gateway.web.body import harmless
from ledger.values import DocumentLine, HolderKind, Step, Target
from tests.gateway.web.office import NOW, ORDINARY, letter
from tests.gateway.web.site import Site

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus=alert(1) autofocus='",
    "</textarea></title><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7919*7919 }}{% include 'base.html' %}",
    "{0.__class__.__mro__}",
    "&lt;script&gt;&#x3c;img onerror=1&#x3e;",
    "\u202efdp.exe\u2066\x00\x1b[2J",
    "<!--<img src=--><img src=x onerror=alert(1)>-->",
)
ALLOWED = {
    "a", "article", "bdi", "blockquote", "body", "button", "dd", "details", "div", "dl", "dt", "footer", "form", "h1",
    "h2", "head", "header", "html", "iframe", "input", "label", "li", "link", "main", "meta", "nav", "ol", "optgroup",
    "option", "p", "path", "pre", "section", "select", "small", "span", "strong", "summary", "svg", "textarea", "time",
    "title", "ul",
}  # fmt: skip


class Tags(HTMLParser):
    """Finds every tag and attribute that a browser would see."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def assert_harmless(text: str, allowed: set[str]) -> None:
    page = Tags(text)
    assert page.tags <= allowed
    assert not [name for name, _ in page.attributes if name.startswith("on") or name == "style"]
    links = [value for name, value in page.attributes if name in ("href", "src", "action", "formaction")]
    assert all(re.match(r"/|\?|#|http://127\.0\.0\.1", link) and not link.startswith("//") for link in links)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]", text)


@pytest.mark.parametrize("evil", PAYLOADS)
def test_nothing_in_any_field_of_a_letter_is_more_than_text(web: Site, evil: str) -> None:
    facts = letter(
        organisation=evil, number=evil, letter_number=evil, sender=evil, recipient=evil, subject=evil, summary=evil,
        phone=evil, documents=(DocumentLine(evil, 1, 1), DocumentLine(evil, 1, 2, "", evil)),
    )  # fmt: skip
    step = Step(
        evil, HolderKind.PERSON, NOW, by=evil, note=evil, acknowledged_at=NOW, acknowledged_by=evil, number=evil
    )
    page = replace(
        web.desk.pages[ORDINARY],
        facts=facts,
        holder=evil,
        steps=(step,),
        targets=(Target(evil, evil, HolderKind.GROUP),),
    )
    web.desk.pages[ORDINARY] = page
    for language in ("th", "en"):
        assert_harmless(web.get(f"/r/{ORDINARY}?lang={language}").text, ALLOWED)
    web.desk.pages[ORDINARY] = replace(page, acknowledged_at=NOW, acknowledged_by=evil, evidence=evil, own_number=evil)
    assert_harmless(web.get(f"/r/{ORDINARY}").text, ALLOWED)
    assert "62710561" not in web.get(f"/r/{ORDINARY}").text


@pytest.mark.parametrize("evil", PAYLOADS)
def test_nothing_that_a_visitor_sends_is_more_than_text(web: Site, evil: str) -> None:
    fields = {"name": evil * 9, "position": evil * 9, "note": evil * 50, "target": evil, "code": evil, "nonce": evil}
    assert_harmless(web.post(f"/r/{ORDINARY}", fields).text, ALLOWED)
    assert_harmless(web.post(f"/r/{ORDINARY}/forward", fields).text, ALLOWED)
    assert_harmless(web.post(f"/r/{ORDINARY}/forward", fields | {"target": "group:audit"}).text, ALLOWED)


@pytest.mark.parametrize(
    "path", ["//evil.example/x", "/r/%22%3E%3Cscript%3E", "/x?lang=%22%3E&q=<script>", "/%0d%0aSet-Cookie:x"]
)
def test_no_address_is_echoed_as_more_than_text(web: Site, path: str) -> None:
    answer = web.get(path)
    assert answer.status == 404
    assert_harmless(answer.text, ALLOWED)
    assert "Set-Cookie" not in answer.headers


WORDS = (
    b"9" * 5000,
    b"a" * 2000,
    b" " * 2000,
    b"\x00",
    b"\xed\xa0\x80",
    b"\xff",
    b"'\"<>",
    b"../x",
    "๑".encode(),
    b"http://[",
)


@pytest.mark.parametrize("word", [quote(word, safe="") for word in WORDS])
def test_no_word_in_an_address_is_a_fault_of_ours(demo: tuple[Site, Path], word: str) -> None:
    web, _ = demo
    places = [f"/{word}", f"/static/{word}", f"/demo/mail/{word}", f"/r/{word}", f"/r/{ORDINARY}/files/{word}"]
    places += [
        f"{path}?{name}={word[:3000]}" for path in ("/demo/mail", "/", "/livez") for name in ("page", "find", "lang")
    ]
    assert {web.get(place).status for place in places} <= {200, 400, 404}
    headers = dict.fromkeys(("Referer", "Origin", "Accept_Language", "X_Forwarded_For", "Range", "Cookie"), word[:900])
    assert web.get(f"/r/{ORDINARY}", **headers).status == 200


def test_a_tampered_name_cookie_is_only_text(web: Site) -> None:
    for value in ("%22%3E%3Cscript%3E", "%FF%FE", "%00%0d%0a", "x" * 4000, "%E2%80%AEabc"):
        web.cookies["saraban_name"] = value
        assert_harmless(web.get(f"/r/{ORDINARY}").text, ALLOWED)


@pytest.mark.parametrize("evil", PAYLOADS)
def test_nothing_in_a_mail_is_more_than_text_outside_its_frame(demo: tuple[Site, Path], evil: str) -> None:
    web, folder = demo
    head = f"From: {evil} <a@b.example>\r\nTo: {evil} <c@d.example>\r\nSubject: {evil}\r\nX-Any: {evil}"
    (folder / "raw.eml").write_bytes(f"{head}\r\n\r\n{evil}".encode())
    for path in ("/demo/mail", "/demo/mail/raw?view=text", "/demo/mail/raw?view=headers", "/"):
        page = web.get(path)
        assert page.status == 200
        assert_harmless(page.text, ALLOWED | {"script", "iframe"})
    assert_harmless(
        web.get(
            "/demo/mail",
        ).text.replace('<script src="/static/app.js', ""),
        ALLOWED | {"script"},
    )


HTML_PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<a href='javascript:alert(1)'>x</a><a href='data:text/html,<b>1</b>'>x</a><a href=' jAvA\tscript:alert(1)'>x</a>",
    "<form action=http://evil.example><input name=x><button>go</button></form>",
    "<iframe src=http://evil.example></iframe><object data=x></object><embed src=x>",
    "<meta http-equiv=refresh content='0;url=http://evil.example'><base href=http://evil.example>",
    "<link rel=stylesheet href=http://evil.example/x.css><style>@import 'http://evil.example'</style>",
    "<p style='background:url(http://evil.example/x);position:fixed;color:red'>x</p>",
    "<div style='background-color:expression(alert(1));color:url(http://evil.example)'>x</div>",
    "<table background=http://evil.example/x><tr><td background=//evil.example>x</td></tr></table>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<template><script>alert(1)</script></template><video><source onerror=alert(1)></video>",
)


@pytest.mark.parametrize("evil", HTML_PAYLOADS)
def test_the_html_of_a_mail_can_neither_run_nor_load_nor_submit(evil: str) -> None:
    cleaned = harmless(evil)
    page = Tags(cleaned)
    assert page.tags <= {"a", "p", "div", "table", "tbody", "tr", "td", "span", "b"}
    names = {name for name, _ in page.attributes}
    assert names <= {"href", "rel", "target", "style"}
    assert all(value.startswith(("http:", "https:")) for name, value in page.attributes if name == "href")
    assert "url(" not in "".join(value for name, value in page.attributes if name == "style")
    assert harmless(cleaned) == cleaned
