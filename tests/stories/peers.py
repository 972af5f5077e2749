"""Who the house talks with: the office's own Postfix in front, the schools' mail server behind."""

from __future__ import annotations

import os
import shutil
import smtplib
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from types import TracebackType
from typing import Self

from tests.mailers.servers import free_port
from tests.mailers.sinks import Do, Sink

# What the schools' server does on one attempt: at which stage, and what.
Turn = tuple[str, Do]

BUSY: Turn = ("rcpt", Do(b"450 4.2.1 mailbox busy, come again\r\n"))
UNKNOWN: Turn = ("rcpt", Do(b"550 5.1.1 no such mailbox here\r\n"))
LATER: Turn = ("dot", Do(b"451 4.3.0 not now\r\n"))
REFUSED: Turn = ("dot", Do(b"554 5.7.1 not wanted\r\n"))
CLOSING: Turn = ("rcpt", Do(b"421 4.3.2 going down\r\n", close=True))
CUT_IN_TEXT: Turn = ("text", Do(close=True))
CUT_UNSTORED: Turn = ("dot", Do(close=True))
CUT_STORED: Turn = ("dot", Do(close=True, store=True))


@dataclass
class Schools(Sink):
    """The server behind. `turns`: for each address what happens on the first attempts; then the mail is taken."""

    turns: Mapping[str, Sequence[Turn]] = field(default_factory=dict)
    gate_after: int | None = None  # so many mails are answered at once, the others when `gate` is set

    def __post_init__(self) -> None:
        super().__post_init__()
        self.port = free_port()
        self.attempts: Counter[str] = Counter()
        self.promised: Counter[str] = Counter()  # mails on which it gave its word
        self.reached, self.gate = Event(), Event()
        self._texts = 0

    def fault(self, stage: str, whom: str = "") -> Do | None:
        """What is ordered for this attempt at this address."""
        if stage == "dot":
            self._wait_at_the_gate()
        with self.lock:
            self.attempts[whom] += stage == "rcpt"
            turns, attempt = self.turns.get(whom, ()), self.attempts[whom]
            if attempt <= len(turns) and whom and turns[attempt - 1][0] == stage:
                return turns[attempt - 1][1]
            self.promised[whom] += stage == "dot"
            return None

    def _wait_at_the_gate(self) -> None:
        with self.lock:
            self._texts += 1
            waits = self.gate_after is not None and self._texts > self.gate_after
        if waits:
            self.reached.set()
            self.gate.wait()

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        self.gate.set()
        super().__exit__(kind, value, trace)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Down for a while, then back on the same port with what it had stored."""
        self.__exit__(None, None, None)
        try:
            yield
        finally:
            self.__enter__()

    def stored(self, whom: str = "") -> list[EmailMessage]:
        """The mails that lie there, for everybody or for one address."""
        with self.lock:
            return [
                message_from_bytes(content, policy=default)
                for _, recipient, content in self.mails
                if whom in ("", recipient)
            ]

    def copies(self) -> Counter[str]:
        """How many mails each address has."""
        with self.lock:
            return Counter(recipient for _, recipient, _ in self.mails)


@dataclass
class Postfix:
    """A real Postfix of our own, on loopback: `office`'s mail goes by LMTP, some mailboxes and all else behind.

    Its folders lie where its own user can walk; it is started by root, or through sudo.
    """

    office: str  # the domain whose mail goes to `lmtp`
    lmtp: int  # port of the house
    mailboxes: Sequence[str]  # addresses in that domain that are people's mailboxes
    behind: int  # port of the server that takes everything else
    socket: Path | None = None  # the house's socket file, instead of its port

    def __enter__(self) -> Self:
        self.port = free_port()
        self._folder = TemporaryDirectory(prefix="postfix-")
        self.folder = Path(self._folder.name)
        self.folder.chmod(0o755)
        for name in ("etc", "queue", "lib"):
            (self.folder / name).mkdir()
        self._write()
        subprocess.run(["chmod", "-R", "a+rX", self.folder], check=True)
        self._root("chown", "postfix", self.folder / "lib")
        self._root("postfix", "-c", self.folder / "etc", "start")
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        print(f"what waits at Postfix: {self.queue()}\nend of its log:\n{self.log[-4000:]}")
        self._root("postfix", "-c", self.folder / "etc", "stop")
        self._root("chmod", "-R", "a+rwX", self.folder)
        self._folder.cleanup()

    @property
    def log(self) -> str:
        """What it has logged so far."""
        return (self.folder / "maillog").read_text(encoding="utf-8", errors="replace")

    def queue(self) -> list[str]:
        """The mails that wait, a JSON object each."""
        return self._root("postqueue", "-c", self.folder / "etc", "-j").splitlines()

    def post(self, content: bytes, *recipients: str, sender: str) -> None:
        """Deliver a mail as any mail server in the world would."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=60) as client:
            refused = client.sendmail(sender, recipients, content)
        assert not refused

    def _root(self, command: str, *words: str | Path) -> str:
        found = shutil.which(command)
        assert found, f"{command} is missing: run tests/provision"
        sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
        call = [*sudo, found, *map(str, words)]
        done = subprocess.run(call, capture_output=True, text=True, check=False, umask=0o022)
        assert done.returncode == 0, f"{command} as root: {done.stderr or done.stdout or done.returncode}"
        return done.stdout

    def _write(self) -> None:
        ways = dict.fromkeys(self.mailboxes, f"smtp:[127.0.0.1]:{self.behind}")
        house = f"unix:{self.socket}" if self.socket else f"inet:127.0.0.1:{self.lmtp}"
        ways |= {self.office: f"lmtp:{house}", "*": f"smtp:[127.0.0.1]:{self.behind}"}
        transport = "".join(f"{address} {way}\n" for address, way in ways.items())
        (self.folder / "etc/transport").write_text(transport, encoding="utf-8")
        (self.folder / "etc/main.cf").write_text(_MAIN.format(folder=self.folder, office=self.office), encoding="utf-8")
        (self.folder / "etc/master.cf").write_text(_MASTER.format(port=self.port), encoding="utf-8")


_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/lib
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
myhostname = mail.{office}
mydestination =
local_recipient_maps =
alias_maps =
inet_interfaces = loopback-only
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
relay_domains = {office}
recipient_delimiter = +
transport_maps = texthash:{folder}/etc/transport
transport_retry_time = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
"""

_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
showq unix n - n - - showq
scache unix - - n - 1 scache
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
