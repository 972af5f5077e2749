"""More than a hundred ways to smuggle a script in, by mail, folder and form: none runs, and no request leaves.

A clerk with a real Chromium opens every page of the console that a link leads to.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from itertools import product
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from tests.stories.house import House, eventually
from tests.stories.post import SCHOOL, paper, post

pytestmark = [pytest.mark.story, pytest.mark.timeout(420)]

EVIL = "https://evil.example"
RUN = "alert(1)"
TAGS = (
    "img src=x",
    "svg",
    "body",
    "video src=x",
    "audio src=x",
    "input autofocus",
    "details open",
    "marquee",
    "iframe",
)
EVENTS = ("onerror", "onload", "onfocus", "ontoggle", "onstart", "onmouseover", "onanimationstart")
WRAPS = ("{}", '">{}', "'>{}", "</title>{}", "</textarea>{}", "--></script>{}", "</style>{}", "]]>{}")
LINKS = ("javascript:", "JaVaScRiPt:", "java\tscript:", "data:text/html,", "vbscript:", "&#106;avascript:")
NO_PAGE = r"/file$|\.eml|/files/\d+$|/export|lang=|^/directory.*csv"
LOADS = (
    f"<img src={EVIL}/a.png>",
    f"<link rel=stylesheet href={EVIL}/a.css>",
    f"<style>@import '{EVIL}/b.css';</style>",
    f'<p style="background:url({EVIL}/c.png)">x</p>',
    f"<meta http-equiv=refresh content='0;url={EVIL}'>",
    f"<base href={EVIL}/>",
    f"<form action={EVIL}><button>go</button></form>",
    f"<object data={EVIL}/d></object>",
    f"<svg><image href={EVIL}/e.svg /></svg>",
    f"<video poster={EVIL}/f.png></video>",
    f"<iframe src={EVIL}></iframe>",
    f"<input type=image src={EVIL}/g.png>",
)
PAYLOADS = [
    *(
        wrap.format(f"<{tag} {event}={RUN}>")
        for tag, event, wrap in zip(TAGS * 8, EVENTS * 11, WRAPS * 9, strict=False)
    ),
    *(wrap.format(f"<script>{RUN}</script>") for wrap in WRAPS),
    *(f'<a href="{link}{RUN}">x</a>' for link in LINKS),
    *LOADS,
    *(f"{opening}{RUN}{closing}" for opening, closing in product(("{{", "{%", "${", "<%="), ("}}", "%>"))),
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    f"<template><script>{RUN}</script></template>",
    f'x" onmouseover="{RUN}" autofocus onfocus="{RUN}',
]


def test_there_are_more_than_a_hundred_different_payloads() -> None:
    assert len(set(PAYLOADS)) >= 100


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(locale="th-TH", viewport={"width": 1280, "height": 900})
    yield opened
    opened.close()


def mail(number: int, evil: str) -> bytes:
    """The payload in the subject, the sender's name, the text, the HTML and the name of a file."""
    made = EmailMessage(policy=SMTP)
    plain = re.sub(r"\s+", " ", evil)
    made["From"] = f'"{re.sub(chr(34), chr(39), plain)[:60]}" <{SCHOOL if number % 2 else "stranger@evil.example"}>'
    made["To"] = House.mailbox
    made["Subject"] = f"{number} {plain}"
    made["Message-ID"] = f"<evil{number}@schools.example>"
    made.set_content(f"{number}\n{evil}")
    made.add_alternative(f"<p>{number}</p>{evil}", subtype="html")
    made.add_attachment(paper(f"{number}"), "application", "pdf", filename=f"{plain[:80]}.pdf")
    return made.as_bytes()


def drop(house: House, number: int, evil: str) -> None:
    name = re.sub(r"[/\x00\t]", "_", evil)[:60]
    hidden = house.drop / f".{number}.part"
    hidden.write_bytes(paper(f"file {number}"))
    os.rename(hidden, house.drop / f"{number} {name}.pdf")


def sign_in(house: House, page: Page) -> None:
    page.goto(f"{house.announced['http']}/sign-in")
    page.fill("#login", "registry1@area4.example")
    page.fill("#password", (house.folder / "guests.txt").read_text().strip())
    page.click("button.primary")
    page.wait_for_url("**/home")


def fill_forms(house: House, page: Page) -> None:
    """Each payload into every field of one register's form."""
    base, seal = house.announced["http"], page.locator("input[name=seal]").first.get_attribute("value")
    kinds = ("incoming", "outgoing", "order", "certificate")
    for number, evil in enumerate(PAYLOADS):
        names = ("letter_number", "sender", "recipient", "subject", "action", "remark")
        form = {"seal": seal, "key": f"evil{number}", **dict.fromkeys(names, evil)}
        answer = page.request.post(
            f"{base}/registers/{kinds[number % 4]}/new", form=form, headers={"Origin": base}, max_redirects=0
        )
        assert answer.status == 303, answer.text()


def arrived(house: House) -> bool:
    count = "SELECT count(*) FROM intakes WHERE settled_at IS NOT NULL"
    return int(house.ask(count)[0][0]) >= len(PAYLOADS) + len(PAYLOADS[::5])


@pytest.mark.proof
@pytest.mark.timeout(900)
def test_no_script_runs_and_no_request_leaves_on_any_page(make_house: object, context: BrowserContext) -> None:
    seen = opened_by_a_clerk(make_house, context, alike=60)
    assert len([at for at in seen if at.startswith("/entries/")]) > 100


def test_no_script_runs_and_no_request_leaves(make_house: object, context: BrowserContext) -> None:
    assert len(opened_by_a_clerk(make_house, context, alike=2)) > 30


def opened_by_a_clerk(make_house: object, context: BrowserContext, alike: int) -> list[str]:
    """Send, drop and type every payload, then open so many pages of each kind; nothing may run or leave."""
    house = make_house(SARABAN_INTAKE__POLICY="known").start()  # type: ignore[operator]
    post(house, *(mail(number, evil) for number, evil in enumerate(PAYLOADS)))
    for number, evil in enumerate(PAYLOADS[::5]):
        drop(house, number, evil)
    page, base = context.new_page(), house.announced["http"]
    outside: list[str] = []
    ran: list[str] = []

    def note(request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(base).netloc and not request.url.startswith("data:"):
            outside.append(f"{page.url} → {request.url}")

    context.on("request", note)
    context.on("dialog", lambda dialog: (ran.append(f"{page.url}: {dialog.message}"), dialog.dismiss()))
    sign_in(house, page)
    fill_forms(house, page)
    eventually(lambda: arrived(house), "every mail and file has its outcome", 120)
    seen = crawl(page, base, alike)
    for at in seen:
        page.goto(base + at, wait_until="load")
    assert [at for at in seen if re.fullmatch(r"/tray/\d+", at)]
    assert ran == []
    assert outside == []
    return seen


def kind(at: str) -> str:
    """What pages that differ only in a number or in a value asked for have in common."""
    asked = urlsplit(at)
    return f"{re.sub(r'[0-9]+', 'N', asked.path)}?{','.join(name for name, _ in parse_qsl(asked.query))}"


def crawl(page: Page, base: str, alike: int) -> list[str]:
    """Up to so many pages of each kind that a link of the console leads to, found without a browser's scripts."""
    ahead, seen, kinds = ["/home"], dict[str, None](), Counter[str]()
    while ahead:
        at = ahead.pop(0)
        if at in seen or kinds[kind(at)] == alike or re.search(NO_PAGE, at):
            continue
        answer = page.request.get(base + at)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        assert answer.status in (200, 409), f"{at}: {answer.status}"
        seen[at] = None
        kinds[kind(at)] += 1
        for link in re.findall(r'href="(/[^"#]*|\?[^"#]*)"', answer.text()):
            link = link.replace("&amp;", "&")
            ahead.append(link if link.startswith("/") else urlsplit(at).path + link)
    return list(seen)
