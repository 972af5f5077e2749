"""What the site says when a proxy stands in front that the settings do not know, and whose names it answers to."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from gateway.health.values import Remark
from gateway.web.proxies import NAMES_NO_VISITOR, NOT_TRUSTED, WITHOUT_BASE_URL
from tests.gateway.web.console.house import text_of
from tests.gateway.web.office import ORDINARY
from tests.gateway.web.site import Site, site

FORWARDED = ("X_Forwarded_For", "X_Forwarded_Proto", "X_Forwarded_Host", "X_Forwarded_Prefix", "Forwarded")
THAI = "https://สพป.ไทย"
ASCII = "xn--s3cf9a.xn--o3cw4h"


def told(web: Site, paths: list[str], **headers: str) -> list[tuple[str, str, str]]:
    with capture_logs() as lines:
        for path in paths:
            web.get(path, **headers)
    return [(line["event"], line["peer"], line["wanted"]) for line in lines]


@pytest.mark.parametrize("header", FORWARDED)
@pytest.mark.parametrize("path", ["/", "/sign-in", "/home", f"/r/{ORDINARY}"])
def test_a_proxy_before_a_site_without_a_public_address_gets_a_sentence(header: str, path: str) -> None:
    with site(public=False) as web:
        answer = web.get(path, **{header: "203.0.113.5"})
        assert answer.status == 421
        assert "ยังไม่ได้ตั้งที่อยู่เว็บของระบบ" in text_of(answer)
        assert 'base_url = "https://' in text_of(answer)
        english = web.get(f"{path}?lang=en", **{header: "203.0.113.5"})
        assert "the public address is not set" in text_of(english)
        assert (web.desk.looks, "Set-Cookie" in answer.headers) == ([], False)
        assert web.get(f"/r/{ORDINARY}").status == 200


def test_its_sentence_comes_before_that_of_a_foreign_name() -> None:
    with site(public=False) as web:
        answer = web.get("/sign-in", Host="saraban.office.example", X_Forwarded_Host="saraban.office.example")
        assert "base_url" in text_of(answer)


def test_its_page_repeats_nothing_of_the_address() -> None:
    with site(public=False) as web:
        page = web.get("//evil.example/<b>?lang=en&a=%22%3E", X_Forwarded_For="203.0.113.5").text
        assert "evil" not in page
        assert "<b>" not in page


def test_health_answers_through_any_proxy() -> None:
    with site(public=False) as web:
        assert web.get("/livez", X_Forwarded_For="203.0.113.5").status == 200


def test_the_log_names_the_setting_once_for_each_peer() -> None:
    with site(public=False) as web:
        assert told(web, ["/", "/sign-in", "/"], Forwarded="for=203.0.113.5") == [
            (WITHOUT_BASE_URL.en, "127.0.0.1", "http.base_url")
        ]
    with site(base_url="https://saraban.example") as web:
        assert told(web, ["/", "/"], Host="saraban.example", X_Forwarded_For="203.0.113.5") == [
            (NOT_TRUSTED.en.format(peer="127.0.0.1"), "127.0.0.1", "http.trusted_proxies")
        ]
        web.clock.forward(days=2)
        assert len(told(web, ["/", "/"], X_Forwarded_For="203.0.113.5")) == 1
    with site(base_url="https://saraban.example", trusted_proxies=["127.0.0.0/8"]) as web:
        assert told(web, ["/", "/"], Host="saraban.example", X_Forwarded_For="203.0.113.5") == []
        assert told(web, ["/"]) == []  # somebody at the server itself
        assert told(web, ["/", "/"], Host="saraban.example") == [UNNAMED]


UNNAMED = (NAMES_NO_VISITOR.en, "127.0.0.1", "X-Forwarded-For")


@pytest.mark.parametrize(
    ("base_url", "headers", "lines"),
    [
        ("https://localhost:4243", {"Host": "localhost:4243"}, [UNNAMED]),
        ("https://localhost", {"Host": "localhost"}, [UNNAMED]),
        ("https://saraban.example", {"X_Forwarded_Proto": "https"}, [UNNAMED]),
        ("https://saraban.example", {"Forwarded": "for=203.0.113.5"}, [UNNAMED]),
        ("https://localhost:4243", {}, []),  # somebody at the server itself asks our own port
        ("https://localhost:4243", {"Host": "localhost:8080"}, []),
        ("http://localhost:8080", {"Host": "localhost:8080"}, []),
        ("https://localhost:4243", {"Host": "localhost:4243", "X_Forwarded_For": "203.0.113.5"}, []),
    ],
)
def test_a_request_that_only_a_proxy_of_ours_sends_must_name_its_visitor(
    base_url: str, headers: dict[str, str], lines: list[tuple[str, str, str]]
) -> None:
    with site(base_url=base_url, trusted_proxies=["127.0.0.0/8"]) as web:
        assert told(web, ["/livez", "/readyz"], **headers) == []  # a monitor's
        assert told(web, ["/sign-in", "/sign-in"], **headers) == lines


def test_what_is_noticed_of_a_proxy_is_kept_until_it_is_mended() -> None:
    remarks: dict[str, Remark] = {}
    with site(base_url="https://localhost:4243", trusted_proxies=["127.0.0.0/8"], remarks=remarks) as web:
        web.get("/sign-in", Host="localhost:4243")
        assert remarks == {"X-Forwarded-For": NAMES_NO_VISITOR}
        web.get("/sign-in", Host="localhost:4243", X_Forwarded_For="203.0.113.5")
        assert remarks == {}
    with site(public=False, remarks=remarks) as web:
        web.get("/sign-in", Forwarded="for=203.0.113.5")
        assert remarks == {"http.base_url": WITHOUT_BASE_URL}
    with site(base_url="https://saraban.example", trusted_proxies=[], remarks=remarks) as web:
        web.get("/sign-in", X_Forwarded_For="203.0.113.5")
        assert 'trusted_proxies = ["127.0.0.1"]' in remarks["http.trusted_proxies"].th


def test_its_line_says_what_is_wrong_and_which_line_mends_it() -> None:
    with site(base_url="https://saraban.example") as web:
        ((sentence, _, _),) = told(web, ["/"], Host="saraban.example", X_Forwarded_For="203.0.113.5")
    assert "all of them count as one address" in sentence
    assert 'set trusted_proxies = ["127.0.0.1"] under [http]' in sentence
    with site(public=False) as web:
        ((sentence, _, _),) = told(web, ["/"], X_Forwarded_For="203.0.113.5")
    assert 'set base_url = "https://…" under [http]' in sentence


@pytest.mark.parametrize("base_url", [THAI, f"https://{ASCII}", "https://XN--S3CF9A.xn--o3cw4h:443/"])
def test_a_thai_name_is_the_same_in_each_of_its_spellings(base_url: str) -> None:
    with site(base_url=base_url) as web:
        for host in (ASCII, ASCII.upper(), f"{ASCII}:443", f"{ASCII}.", "สพป.ไทย".encode().decode("latin-1")):
            assert web.get(f"/r/{ORDINARY}", Host=host).status == 200, host
        for host in ("สพป.com".encode().decode("latin-1"), "xn--s3cf9a", "", "[", "a:b", "\xff\xfe", f"{ASCII}:99999"):
            assert web.get(f"/r/{ORDINARY}", Host=host).status == 421, host
