"""Who is asking, as far as the connection tells: the address behind proxies that we trust, and its network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from starlette.datastructures import Headers

HOPS = 20  # proxies in a row; who writes thousands makes nobody count them


class Peers:
    """Reads X-Forwarded-For only from configured proxies; the right-most hop that is none of them counts (5.1)."""

    def __init__(self, trusted: Iterable[str] = ()) -> None:
        """`trusted`: addresses or networks of proxies. Raises ValueError for anything else."""
        self._trusted = tuple(ip_network(one, strict=False) for one in trusted)

    def address(self, scope: Mapping[str, Any]) -> str:
        """The visitor's address; "" where the connection has none."""
        address = neighbour(scope)
        if not self.trusts(address):
            return address
        hops = ",".join(Headers(raw=scope["headers"]).getlist("x-forwarded-for")).rsplit(",", HOPS)[-HOPS:]
        for hop in reversed([_bare(hop) for hop in hops if hop.strip()]):
            if not self.trusts(hop):
                return hop if _parse(hop) else address
            address = hop
        return address

    def trusts(self, address: str) -> bool:
        """Whether this is a proxy of ours."""
        parsed = _parse(address)
        return parsed is not None and any(parsed in network for network in self._trusted)


def neighbour(scope: Mapping[str, Any]) -> str:
    """The address at the other end of the connection, a proxy's or a visitor's; "" where it has none."""
    client = scope.get("client")
    return client[0] if client else ""


def network_of(address: str, four: int = 24, six: int = 48) -> str:
    """The network around an address. /24 and /48 are enough for evidence, and too little to follow a person."""
    parsed = _parse(address)
    if parsed is None:
        return ""
    return str(ip_network((parsed, four if parsed.version == 4 else six), strict=False))


def _bare(hop: str) -> str:
    """An address as some proxies write it, with a port behind it: 203.0.113.5:4711, [2001:db8::5]:4711."""
    hop = hop.strip().strip('"')
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def _parse(address: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return (parsed.ipv4_mapped or parsed) if isinstance(parsed, IPv6Address) else parsed
