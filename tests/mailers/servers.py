"""What real servers in the tests need: a port, Postfix's smtp-sink, a certificate."""

from __future__ import annotations

import os
import random
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import cycle, islice
from pathlib import Path
from time import monotonic, sleep

WORKERS, EACH = 8, 2500
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS
_ports = cycle(range(10_000 + _worker * EACH, 10_000 + (_worker + 1) * EACH))
next(islice(_ports, random.randrange(EACH), None))  # two runs at the same time begin at different places


def free_port() -> int:
    """A port on which nobody listens, below those that the system gives to clients: it stays free.

    No other worker gives it away, and this one not soon again: some listen on it much later.
    """
    for port in _ports:
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError


@contextmanager
def smtp_sink(*options: str) -> Iterator[int]:
    """Postfix's smtp-sink on a free port."""
    port = free_port()
    user = [] if os.geteuid() else ["-u", "nobody"]  # it refuses to run as root
    process = subprocess.Popen(["smtp-sink", *user, *options, f"inet:127.0.0.1:{port}", "64"], stderr=subprocess.PIPE)
    try:
        deadline = monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionError:
                assert process.poll() is None, process.stderr and process.stderr.read()
                assert monotonic() < deadline
                sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.communicate()


def authority(folder: Path, name: str) -> tuple[Path, ssl.SSLContext]:
    """A fresh certificate for `name`, its own authority, and a server context that shows it."""
    key, certificate = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=test"),
            *("-addext", f"subjectAltName={name}"),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return certificate, context
