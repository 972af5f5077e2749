"""A port that cannot be opened is told with what to do, whichever door wants it and whoever opens it."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable

import pytest
import uvloop

from gateway.ports import opening
from ledger.errors import AddressNotHere, PortForbidden, PortTaken


def by_socket(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    socket.create_server((host, port), family=family).close()


def by_loop(host: str, port: int) -> None:
    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(asyncio.Protocol, host, port)
        server.close()

    uvloop.run(serve())


@pytest.mark.parametrize("ways", [by_socket, by_loop])
def test_the_port_of_another_program_is_named_with_its_setting(ways: Callable[[str, int], None]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken) as told, opening("smtp", "127.0.0.1", port):
            ways("127.0.0.1", port)
    assert f"127.0.0.1:{port}" in told.value.sentence("th")
    assert "smtp.port" in told.value.sentence("th")
    assert "Stop it first, or change smtp.port" in told.value.sentence("en")


@pytest.mark.parametrize("host", ["203.0.113.9", "2001:db8::9", "no-such-host.invalid"])
@pytest.mark.parametrize("ways", [by_socket, by_loop])
def test_an_address_that_the_machine_has_not_is_named(ways: Callable[[str, int], None], host: str) -> None:
    with pytest.raises(AddressNotHere, match=r"http\.host"), opening("http", host, 0):
        ways(host, 0)


def test_a_port_that_we_may_not_open_tells_the_right_that_it_needs() -> None:
    with pytest.raises(PortForbidden) as told, opening("smtp", "127.0.0.1", 25):
        raise PermissionError(errno.EACCES, "Permission denied")
    assert "CAP_NET_BIND_SERVICE" in told.value.sentence("th")


def test_what_is_none_of_these_stays_what_it_is() -> None:
    with pytest.raises(OSError, match="Too many open files") as told, opening("smtp", "127.0.0.1", 25):
        raise OSError(errno.EMFILE, "Too many open files")
    assert told.value.errno == errno.EMFILE
