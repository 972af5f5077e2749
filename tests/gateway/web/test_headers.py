"""Which headers each kind of answer leaves with, and to which hosts we answer at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.web import body, headers
from tests.gateway.web.mails import write
from tests.gateway.web.office import CROWDED, ORDINARY
from tests.gateway.web.site import Answer, Site, site
from tests.gateway.web.test_serve import talk


def carries(answer: Answer, wanted: Mapping[str, str]) -> None:
    """Each header of the set once, with its value; and nothing of another set."""
    assert {name: answer.headers.get_all(name) for name in wanted} == {name: [value] for name, value in wanted.items()}
    assert "Server" not in answer.headers


@pytest.mark.parametrize("path", ["", "/files/999", "/forward", "/nothing/here"])
def test_everything_below_a_receipt_link_has_the_receipt_set(web: Site, path: str) -> None:
    carries(web.get(f"/r/{ORDINARY}{path}"), headers.RECEIPT)
    carries(web.get(f"/r/{'x' * 43}{path}"), headers.RECEIPT)


def test_head_has_the_headers_of_get(web: Site) -> None:
    got, head = web.get(f"/r/{ORDINARY}"), web.ask("HEAD", f"/r/{ORDINARY}")
    carries(head, headers.RECEIPT)
    assert head.body == b""
    assert got.headers["Content-Length"] == head.headers["Content-Length"]


def test_files_have_the_attachment_set(web: Site) -> None:
    answer = web.get(f"/r/{ORDINARY}/files/1")
    carries(answer, headers.FILE)
    assert "X-Frame-Options" not in answer.headers


def test_a_file_that_is_withheld_answers_with_a_page(web: Site) -> None:
    carries(web.get(f"/r/{CROWDED}/files/11"), headers.RECEIPT)


def test_demo_pages_have_the_console_set_and_a_mail_body_its_own(demo: tuple[Site, Path]) -> None:
    web, folder = demo
    write(folder, "one")
    for path in ("/", "/demo/mail", "/demo/mail/one", "/livez", "/nothing"):
        carries(web.get(path), headers.PAGE)
    answer = web.get("/demo/mail/one/body")
    carries(answer, body.HEADERS)
    assert "X-Frame-Options" not in answer.headers
    carries(web.get("/demo/mail/one/eml"), headers.FILE)


def test_what_pages_load_is_kept_by_browsers_and_changes_its_address_with_its_content(web: Site) -> None:
    page = web.get(f"/r/{ORDINARY}").text
    address = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    answer = web.get(address)
    carries(answer, headers.STATIC)
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert web.get("/static/../app.py").status == web.get("/static/base.html").status == 404


def test_transport_security_is_demanded_where_the_public_address_is_https(web: Site) -> None:
    assert "Strict-Transport-Security" not in web.get(f"/r/{ORDINARY}").headers
    with site(base_url="https://127.0.0.1") as safe:
        for path in (f"/r/{ORDINARY}", "/nothing", "/livez"):
            assert safe.get(path).headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "[::1", "localhost@evil", "evil:80", "[::1].evil"]
)
def test_a_foreign_host_name_gets_no_letter(web: Site, host: str) -> None:
    answer = web.get(f"/r/{ORDINARY}", Host=host)
    assert answer.status == 421
    assert "ขอเชิญประชุม" not in answer.text
    assert web.desk.looks == []


@pytest.mark.parametrize("second", [b"evil", b"localhost"])
def test_two_host_names_are_none(web: Site, second: bytes) -> None:
    asked = b"GET /r/%b HTTP/1.1\r\nHost: localhost\r\nHost: %b\r\nConnection: close\r\n\r\n"
    assert talk(web.port, asked % (ORDINARY.encode(), second)).startswith(b"HTTP/1.1 400 ")
    assert web.desk.looks == []


@pytest.mark.parametrize("host", ["saraban.example", "SARABAN.example:8443", "localhost:1", "[::1]:80", "127.0.0.1"])
def test_our_own_names_are_answered_whatever_the_port(host: str) -> None:
    with site(base_url="https://saraban.example") as web:
        assert web.get(f"/r/{ORDINARY}", Host=host).status == 200


def test_health_answers_to_any_host(web: Site) -> None:
    assert web.get("/livez", Host="10.1.2.3").status == 200


def test_redirects_name_no_host(web: Site) -> None:
    nonce = web.get(f"/r/{ORDINARY}").nonce()
    answer = web.post(f"/r/{ORDINARY}?next=//evil.example", {"name": "นาย ก", "nonce": nonce})
    assert answer.headers["Location"] == f"/r/{ORDINARY}"
