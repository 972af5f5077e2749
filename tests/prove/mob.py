"""Fifty hostile clients of many addresses, in one process: `python -m tests.prove.mob SMTP LMTP HTTP SECONDS`.

Each has an address of loopback to itself or with few others, picks one abuse after another, and stops at the end. What
it was told of letters that got their 250 is printed: one subject a line.
"""

from __future__ import annotations

import random
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

MAILBOX = "saraban@area4.example"
CLIENTS, ADDRESSES = 50, 15
PATIENCE = 20.0  # seconds for one answer


@dataclass
class Rogue:
    """One client that means no good."""

    number: int
    ports: tuple[int, int, int]  # SMTP, LMTP, HTTP
    end: float
    dice: random.Random = field(init=False)
    told: list[str] = field(default_factory=list)
    acts: int = 0

    def __post_init__(self) -> None:
        self.dice = random.Random(self.number)
        self.address = f"127.0.1.{1 + self.number % ADDRESSES}"

    def run(self) -> None:
        """One abuse after another. A cut connection is what they are made for."""
        while time.monotonic() < self.end:
            with suppress(OSError, TimeoutError):
                self.dice.choice(ABUSES)(self)
            self.acts += 1
            time.sleep(self.dice.uniform(0.0, 0.3))

    @contextmanager
    def line(self, port: int) -> Iterator[socket.socket]:
        """A connection from this rogue's address; reset at the end in half of the cases."""
        end = socket.create_connection(("127.0.0.1", port), PATIENCE, (self.address, 0))
        try:
            yield end
        finally:
            if self.dice.random() < 0.5:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            end.close()

    @contextmanager
    def mail(self) -> Iterator[socket.socket]:
        """A session of SMTP or LMTP, up to its greeting."""
        lmtp = self.dice.random() < 0.4
        with self.line(self.ports[lmtp]) as end:
            end.recv(4096)
            end.sendall(b"LHLO rogue\r\n" if lmtp else b"EHLO rogue\r\n")
            end.recv(4096)
            yield end

    def envelope(self, end: socket.socket) -> bytes:
        """Up to the answer of DATA."""
        end.sendall(b"MAIL FROM:<a@rogue.example>\r\nRCPT TO:<%s>\r\nDATA\r\n" % MAILBOX.encode())
        told = b""
        while told.count(b"\r\n") < 3 and (more := end.recv(4096)):
            told += more
        return told

    @property
    def letter(self) -> tuple[str, bytes]:
        """A subject that no other letter has, and the letter."""
        subject = f"rogue {self.number} {self.acts}"
        nested = "(" * self.dice.choice([0, 500]) + ")" * 500
        text = f"Subject: {subject}\r\nFrom: a@[ {nested}\r\nMessage-ID: <>\r\n\r\n{subject}\r\n.\r\n"
        return subject, text.encode()


def resets_after_the_dot(rogue: Rogue) -> None:
    with rogue.mail() as end:
        rogue.envelope(end)
        end.sendall(rogue.letter[1])
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def resets_anywhere(rogue: Rogue) -> None:
    said = b"MAIL FROM:<a@rogue.example>\r\nRCPT TO:<%s>\r\nDATA\r\n" % MAILBOX.encode() + rogue.letter[1]
    with rogue.mail() as end:
        end.sendall(said[: rogue.dice.randrange(len(said) - 5)])  # never a whole letter
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def says_a_hostile_line(rogue: Rogue) -> None:
    filler = rogue.dice.choice([b" ", b"\t", b"<", b">", b"@", b'"', b"\\", b".", b",", b":", b"=", b"\x00", b"\xe0"])
    start = rogue.dice.choice([b"MAIL FROM:<", b"MAIL FROM:<a@b> ", b"RCPT TO:<", b"EHLO ", b"", b"DATA "])
    with rogue.mail() as end:
        for _ in range(5):
            end.sendall(start + filler * 1900 + b"x\r\n")
            end.recv(4096)


def speaks_http(rogue: Rogue) -> None:
    with rogue.line(rogue.dice.choice(rogue.ports[:2])) as end:
        end.sendall(b"POST / HTTP/1.1\r\nHost: x\r\n\r\nMAIL FROM:<a@b>\r\n")
        end.recv(4096)


def names_many_recipients(rogue: Rogue) -> None:
    with rogue.mail() as end:
        end.sendall(b"MAIL FROM:<a@rogue.example>\r\n" + b"RCPT TO:<nobody@area4.example>\r\n" * 900)
        while end.recv(65536):
            pass


def drips_a_letter(rogue: Rogue) -> None:
    with rogue.mail() as end:
        rogue.envelope(end)
        for byte in rogue.letter[1][: rogue.dice.randrange(15, 30)]:
            end.sendall(bytes([byte]))
            time.sleep(0.5)


def floods_with_letters(rogue: Rogue) -> None:
    with rogue.mail() as end:
        for _ in range(10):
            subject, letter = rogue.letter
            rogue.acts += 1
            rogue.envelope(end)
            end.sendall(letter)
            if end.recv(4096).startswith(b"250"):
                rogue.told.append(subject)


def sends_megabytes(rogue: Rogue) -> None:
    with rogue.mail() as end:
        rogue.envelope(end)
        for _ in range(100):
            end.sendall(b"x" * 76 * 800 + b"\r\n")


def connects_and_waits(rogue: Rogue) -> None:
    with rogue.line(rogue.dice.choice(rogue.ports)):
        time.sleep(rogue.dice.uniform(1, 15))


def connects_often(rogue: Rogue) -> None:
    for _ in range(50):
        with suppress(OSError), rogue.line(rogue.dice.choice(rogue.ports)):
            pass


def _ask(rogue: Rogue, head: str, body: bytes = b"", *, length: int | None = None) -> None:
    told = f"{head} HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1:{rogue.ports[2]}\r\n"
    told += "Content-Type: application/x-www-form-urlencoded\r\n"
    with rogue.line(rogue.ports[2]) as end:
        end.sendall(f"{told}Content-Length: {len(body) if length is None else length}\r\n\r\n".encode() + body)
        end.recv(65536)


def posts_megabytes_of_fields(rogue: Rogue) -> None:
    _ask(rogue, "POST /sign-in", b"&".join(b"f%d=%s" % (n, b"\xe0\xb8\x81" * 3000) for n in range(1000)))


def guesses_passwords(rogue: Rogue) -> None:
    _ask(rogue, "POST /sign-in", f"login=registry1%40area4.example&password=guess-{rogue.acts}".encode())


def guesses_links(rogue: Rogue) -> None:
    _ask(rogue, f"GET /r/{rogue.dice.getrandbits(250):043x}"[:50])


def drips_a_body(rogue: Rogue) -> None:
    head = f"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1:{rogue.ports[2]}\r\n"
    head += "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n"
    with rogue.line(rogue.ports[2]) as end:
        end.sendall(head.encode())
        for _ in range(rogue.dice.randrange(10, 40)):
            end.sendall(b"a")
            time.sleep(0.5)


def drips_a_head(rogue: Rogue) -> None:
    with rogue.line(rogue.ports[2]) as end:
        for byte in b"GET /sign-in HTTP/1.1\r\nHost: 12":
            end.sendall(bytes([byte]))
            time.sleep(0.5)


def never_reads(rogue: Rogue) -> None:
    with rogue.line(rogue.ports[2]) as end:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        for _ in range(30):
            end.sendall(b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        time.sleep(rogue.dice.uniform(1, 10))


ABUSES: list[Callable[[Rogue], None]] = [
    resets_after_the_dot,
    resets_anywhere,
    says_a_hostile_line,
    speaks_http,
    names_many_recipients,
    drips_a_letter,
    floods_with_letters,
    sends_megabytes,
    connects_and_waits,
    connects_often,
    posts_megabytes_of_fields,
    guesses_passwords,
    guesses_links,
    drips_a_body,
    drips_a_head,
    never_reads,
]


def main(smtp: int, lmtp: int, http: int, seconds: int) -> None:
    """Let them all loose."""
    end = time.monotonic() + seconds
    rogues = [Rogue(number, (smtp, lmtp, http), end) for number in range(CLIENTS)]
    threads = [threading.Thread(target=rogue.run) for rogue in rogues]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"{sum(rogue.acts for rogue in rogues)} acts", file=sys.stderr)
    print("\n".join(subject for rogue in rogues for subject in rogue.told))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:5]))
