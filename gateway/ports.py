"""What is wrong with a port that cannot be opened, said so that somebody can mend it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from ledger.errors import AddressNotHere, PortForbidden, PortTaken

_NOWHERE = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


def place(host: str, port: int) -> str:
    """`host:port` as people write it."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@contextmanager
def opening(name: str, host: str, port: int) -> Iterator[None]:
    """Whatever opens a port inside fails with a sentence.

    Arguments: `name`: smtp, lmtp or http. Errors: `PortTaken`, `PortForbidden`, `AddressNotHere`; OSError otherwise.
    """
    facts = {"name": name, "host": host, "where": place(host, port)}
    try:
        yield
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            raise PortTaken(**facts) from fault
        if fault.errno in (errno.EACCES, errno.EPERM):
            raise PortForbidden(**facts) from fault
        if fault.errno in _NOWHERE or (fault.errno or 0) < 0:  # those of the resolver are negative
            raise AddressNotHere(**facts) from fault
        raise
