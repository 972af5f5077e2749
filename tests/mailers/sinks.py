"""A server that takes mail and misbehaves on order."""

from __future__ import annotations

import socket
import ssl
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock, Thread
from types import TracebackType

from ledger.values import Answer, AnswerKind, Mail

EXTENSIONS = ("PIPELINING", "SIZE 10000000", "SMTPUTF8", "8BITMIME")


@dataclass(frozen=True)
class Do:
    """What the sink does instead of its usual reply."""

    reply: bytes = b""
    close: bool = False
    silent: bool = False
    store: bool = False  # the mail is kept although the reply is lost


CUT = Do(close=True)
SILENT = Do(silent=True)

Faults = Mapping[tuple[str, int], Do]


@dataclass
class Sink:
    """A scripted SMTP server on a free port.

    `faults` maps a stage and its how-many-eth occurrence, counted over all connections, to what happens then. Stages:
    connect, ehlo, starttls, mail, rcpt, data, text (in the middle of the text), dot, rset, quit.
    """

    faults: Faults = field(default_factory=dict)
    extensions: tuple[str, ...] = EXTENSIONS
    dribble: bool = False  # replies leave byte by byte
    lenient: bool = False  # DATA is answered 354 although nobody was accepted
    tls: ssl.SSLContext | None = None
    implicit: bool = False
    injected: bytes = b""  # plain text behind the answer to STARTTLS
    reads: int | None = None  # the first connection ends after that many bytes from the client
    writes: int | None = None  # the first connection ends after that many bytes to the client

    def __post_init__(self) -> None:
        self.mails: list[tuple[str, str, bytes]] = []
        self.commands: list[str] = []
        self.port = 0
        self.connections = 0
        self.overlapped = False  # a client without leave sent commands in advance
        self.seen: Counter[str] = Counter()
        self.lock = Lock()
        self._open: list[socket.socket] = []
        self._threads: list[Thread] = []

    def __enter__(self) -> Sink:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        self._accepting = Thread(target=self._accept)
        self._accepting.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join()
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(client)
            first = self.connections == 1
            session = _Session(self, client, self.reads if first else None, self.writes if first else None)
            thread = Thread(target=session.run)
            self._threads.append(thread)
            thread.start()

    def fault(self, stage: str, whom: str = "") -> Do | None:
        """What is ordered for this occurrence of `stage`; `whom`: the recipient, once he is named."""
        with self.lock:
            self.seen[stage] += 1
            return self.faults.get((stage, self.seen[stage]))


class _Over(Exception):
    pass


class _Session:
    def __init__(self, sink: Sink, client: socket.socket, reads: int | None, writes: int | None) -> None:
        self.sink, self.client, self.held = sink, client, b""
        self.reads, self.writes = reads, writes
        self.sender, self.recipient = "", ""
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def run(self) -> None:
        with suppress(OSError, _Over):
            try:
                if self.sink.implicit:
                    self.encrypt()
                self.answer("connect", b"220 sink ESMTP")
                while True:
                    self.command(self.line())
            finally:
                self.client.close()

    def command(self, line: bytes) -> None:
        words = line.decode(errors="replace")
        self.sink.commands.append(words)
        verb = words.split(maxsplit=1)[0].lower() if words.strip() else ""
        if "PIPELINING" not in self.sink.extensions and self.held and verb != "quit":
            self.sink.overlapped = True
        handler: Callable[[str], None] = getattr(self, f"on_{verb}", self.on_other)
        handler(words)

    def on_ehlo(self, words: str) -> None:
        lines = ["sink", *self.sink.extensions]
        parts = [f"250{'-' if n < len(lines) else ' '}{one}" for n, one in enumerate(lines, 1)]
        self.answer("ehlo", "\r\n".join(parts).encode())

    def on_helo(self, words: str) -> None:
        self.answer("helo", b"250 sink")

    def on_starttls(self, words: str) -> None:
        self.answer("starttls", b"220 go ahead" + (b"\r\n" + self.sink.injected if self.sink.injected else b""))
        self.encrypt()

    def on_mail(self, words: str) -> None:
        if self.sender:
            self.answer("mail", b"503 5.5.1 nested MAIL command")
        elif self.answer("mail", b"250 2.1.0 Ok"):
            self.sender = words[11:].split(">")[0] or "<>"

    def on_rcpt(self, words: str) -> None:
        if not self.sender:
            self.answer("rcpt", b"503 5.5.1 need MAIL command")
            return
        recipient = words[9:].split(">")[0]
        if self.answer("rcpt", b"250 2.1.5 Ok", whom=recipient):
            self.recipient = recipient

    def on_data(self, words: str) -> None:
        if not self.recipient and not (self.sink.lenient and self.sender):
            self.answer("data", b"554 5.5.1 no valid recipients")
        elif self.answer("data", b"354 end with a dot", good=b"3"):
            self.text()

    def text(self) -> None:
        lines = []
        if (do := self.sink.fault("text", self.recipient)) is not None:
            self.receive()
            self.act(do)
        while (line := self.line()) != b".":
            lines.append(line.removeprefix(b"."))
        mail = (self.sender.removesuffix("<>"), self.recipient, b"".join(line + b"\r\n" for line in lines))
        self.sender, self.recipient = "", ""
        if not mail[1]:
            self.answer("dot", b"554 5.5.1 no valid recipients")
            return
        do = self.sink.fault("dot", mail[1])
        if do is None or do.store:
            with self.sink.lock:
                self.sink.mails.append(mail)
        self.act(do or Do(b"250 2.0.0 queued as 7F3A\r\n"))

    def on_rset(self, words: str) -> None:
        self.sender, self.recipient = "", ""
        self.answer("rset", b"250 2.0.0 Ok")

    def on_quit(self, words: str) -> None:
        self.answer("quit", b"221 2.0.0 Bye")
        raise _Over

    def on_other(self, words: str) -> None:
        self.answer("other", b"500 5.5.2 unknown command")

    def answer(self, stage: str, usual: bytes, good: bytes = b"2", whom: str = "") -> bool:
        """Whether the command was accepted."""
        do = self.sink.fault(stage, whom) or Do(usual + b"\r\n")
        self.act(do)
        return do.reply.startswith(good)

    def act(self, do: Do) -> None:
        if do.silent:
            while self.client.recv(65536):
                pass
        self.say(do.reply)
        if do.close:
            raise _Over

    def say(self, reply: bytes) -> None:
        over = self.writes is not None and len(reply) >= self.writes
        if self.writes is not None:
            reply, self.writes = reply[: self.writes], self.writes - len(reply)
        for piece in [reply[n : n + 1] for n in range(len(reply))] if self.sink.dribble else [reply]:
            self.client.sendall(piece)
        if over:
            raise _Over

    def line(self) -> bytes:
        while b"\r\n" not in self.held:
            self.receive()
        line, _, self.held = self.held.partition(b"\r\n")
        return line

    def receive(self) -> None:
        received = self.client.recv(65536 if self.reads is None else min(65536, self.reads))
        self.held += received
        if self.reads is not None:
            self.reads -= len(received)
        if not received or self.reads == 0:
            raise _Over

    def encrypt(self) -> None:
        assert self.sink.tls
        self.client = self.sink.tls.wrap_socket(self.client, server_side=True)
        self.held = b""


class Answers:
    """Remembers every report."""

    def __init__(self) -> None:
        self.all: list[Answer] = []

    def __call__(self, answer: Answer) -> None:
        self.all.append(answer)

    @property
    def kinds(self) -> dict[int, AnswerKind]:
        """The one answer for each mail."""
        assert len({answer.id for answer in self.all}) == len(self.all), "a mail was answered twice"
        return {answer.id: answer.kind for answer in self.all}


def mail(number: int, content: bytes = b"", *, sender: str = "", recipient: str = "") -> Mail:
    """A small mail."""
    content = content or b"Subject: %d\r\n\r\n.dot\r\n%d\r\n" % (number, number)
    return Mail(number, sender, recipient or f"r{number}@school.example", f"{number}@x.example", content)


def mails(count: int) -> Iterable[Mail]:
    """So many small mails, made one by one."""
    return (mail(number) for number in range(1, count + 1))
