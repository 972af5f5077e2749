"""Whose address counts behind proxies."""

from __future__ import annotations

import pytest

from gateway.web.peer import Peers, network_of


def scope(client: str, *forwarded: str) -> dict[str, object]:
    headers = [(b"x-forwarded-for", one.encode()) for one in forwarded]
    return {"type": "http", "client": (client, 1), "headers": headers}


@pytest.mark.parametrize(
    ("client", "forwarded", "address"),
    [
        ("198.51.100.1", ("203.0.113.5",), "198.51.100.1"),  # nobody we trust says so
        ("10.0.0.1", ("203.0.113.5",), "203.0.113.5"),
        ("10.0.0.1", ("1.1.1.1, 203.0.113.5",), "203.0.113.5"),  # the first was made up by the visitor
        ("10.0.0.1", ("1.1.1.1", "203.0.113.5, 10.0.0.2"), "203.0.113.5"),
        ("10.0.0.1", (), "10.0.0.1"),
        ("10.0.0.1", ("nonsense",), "10.0.0.1"),
        ("10.0.0.1", ("10.0.0.3, 10.0.0.2",), "10.0.0.3"),
        ("::ffff:10.0.0.1", ("2001:db8::5",), "2001:db8::5"),
        ("10.0.0.1", ("203.0.113.5:4711",), "203.0.113.5"),  # some proxies write the port too
        ("10.0.0.1", ('"[2001:db8::5]:4711"',), "2001:db8::5"),
        ("10.0.0.1", ("[2001:db8::5", "10.0.0.2:1"), "2001:db8::5"),
        ("10.0.0.1", ("203.0.113.5" + ",10.0.0.2" * 19,), "203.0.113.5"),
        ("10.0.0.1", ("203.0.113.5" + ",10.0.0.2" * 20,), "10.0.0.2"),  # nobody has so many proxies
        ("10.0.0.1", ("203.0.113.5:4711:1, :, x" * 900,), "10.0.0.1"),
    ],
)
def test_the_rightmost_hop_that_is_no_proxy_of_ours_counts(client: str, forwarded: tuple[str], address: str) -> None:
    assert Peers(["10.0.0.0/8"]).address(scope(client, *forwarded)) == address


def test_a_connection_without_an_address_has_none() -> None:
    assert Peers().address({"type": "http", "client": None, "headers": []}) == ""


def test_only_the_network_is_kept() -> None:
    assert network_of("203.0.113.77") == "203.0.113.0/24"
    assert network_of("::ffff:203.0.113.77") == "203.0.113.0/24"
    assert network_of("2001:db8:1:2::3%eth0") == "2001:db8:1::/48"
    assert network_of("somewhere") == ""


def test_a_proxy_that_is_no_address_is_refused() -> None:
    with pytest.raises(ValueError, match="proxy"):
        Peers(["proxy.example"])
