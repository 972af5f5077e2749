"""Every number of the SMTP server, and who may come in under them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from watchers.smtp import replies

KIB, MIB = 1 << 10, 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """The defaults of the published limits. Sizes in bytes, times in seconds."""

    message: int = 35 * MIB
    line: int = 64 * KIB  # within a letter
    command_line: int = 2 * KIB  # 512 (RFC 5321) and whatever extensions add, as Postfix
    recipients: int = 100  # per letter
    refused: int = 1_000  # letters (MAIL) and recipients per session; then it ends
    letters: int = 100  # per session
    patient_errors: int = 3  # answered at once, later ones after `error_delay`
    errors: int = 10
    error_delay: float = 1.0
    idle_commands: int = 20  # NOOP, RSET, VRFY and greetings between two letters, beyond one for each refusal
    command_timeout: float = 300.0
    slow_after: float = 300.0  # from here on a letter must come at `slow_rate` over any `slow_window`
    slow_window: float = 60.0
    slow_rate: float = 1.0 * KIB
    session: float = 7_200.0
    connections: int = 200
    connections_per_address: int = 20
    connections_per_minute: int = 60  # new ones, per address
    letters_per_minute: int = 100  # per address
    stress: float = 0.8  # of all connections; from here on the door is short with everybody
    stress_timeout: float = 10.0
    greeting_pause: float = 0.2  # honest clients wait for the greeting
    memory: int = 64 * MIB  # unfinished letters; what is above goes to a temporary file
    spooled_at_once: int = 2  # letters brought back from their file at the same time
    linger: float = 2.0  # for the other side to read our last line
    grace: float = 25.0  # for running letters when the door closes
    tick: float = 1.0  # how often time-outs are looked at
    exempt: tuple[str, ...] = ("127.0.0.0/8", "::1/128")  # own machine, own relays: no limit per address


@dataclass(frozen=True, slots=True)
class Guest:
    """Where a connection comes from. Rates count its `network`: IPv4 address or IPv6 /64, "" where exempt."""

    address: str
    network: str


class Rate:
    """So many in a span, smoothly (the leaky bucket of ITU-T I.371): one float for each name."""

    def __init__(self, count: int, span: float) -> None:
        self._step = span / count
        self._span = span
        self._due: dict[str, float] = {}

    def allows(self, name: str, now: float) -> bool:
        """Whether one more of `name` fits at `now` (seconds, any steady clock); it is counted if so."""
        if len(self._due) > 10_000:
            self._due = {known: due for known, due in self._due.items() if due > now}
        due = max(self._due.get(name, now), now) + self._step
        if due > now + self._span + self._step / 2:
            return False
        self._due[name] = due
        return True


class Porter:
    """Counts who is inside and refuses who is too many."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._exempt = [ip_network(text) for text in limits.exempt]
        self._inside: Counter[str] = Counter()
        self._arrivals = Rate(limits.connections_per_minute, 60.0)
        self._letters = Rate(limits.letters_per_minute, 60.0)

    @property
    def stressed(self) -> bool:
        """Whether so many are inside that time-outs shorten and one error ends a session."""
        return self._inside.total() >= self._limits.stress * self._limits.connections

    def guest(self, peer: object) -> Guest:
        """Who `peer`, a socket's peer name, is. A Unix socket has no address and is exempt."""
        if not isinstance(peer, tuple):
            return Guest("", "")
        address = ip_address(str(peer[0]).partition("%")[0])
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        exempt = any(address in network for network in self._exempt)
        return Guest(str(address), "" if exempt else _network(address))

    def enter(self, guest: Guest, now: float) -> bytes | None:
        """Count `guest` in, or say with which reply to send it away."""
        if self._inside.total() >= self._limits.connections:
            return replies.HOUSE_FULL
        if guest.network:
            most = self._limits.connections_per_address // (2 if self.stressed else 1)
            if self._inside[guest.network] >= most or not self._arrivals.allows(guest.network, now):
                return replies.TOO_MANY_CONNECTIONS
        self._inside[guest.network] += 1
        return None

    def leave(self, guest: Guest) -> None:
        """Count `guest` out."""
        self._inside[guest.network] -= 1
        if not self._inside[guest.network]:
            del self._inside[guest.network]

    def letter(self, guest: Guest, now: float) -> bool:
        """Whether `guest` may begin one more letter now."""
        return not guest.network or self._letters.allows(guest.network, now)


class Pace:
    """How fast a letter comes in: slow lines are served, silence and trickles are not (DATA progress)."""

    def __init__(self, limits: Limits, now: float) -> None:
        self._limits = limits
        self._begun = self._heard = self._marked = now
        self._last = self._mark = 0

    def too_slow(self, received: int, now: float, *, stressed: bool) -> bool:
        """Whether to cut the letter of which `received` bytes are here at `now`. Asked at every tick."""
        limits = self._limits
        if received != self._last:
            self._last, self._heard = received, now
        if stressed and now - self._heard > limits.stress_timeout:
            return True
        if now - self._marked < limits.slow_window:
            return False
        trickle = received - self._mark < limits.slow_rate * (now - self._marked)
        self._marked, self._mark = now, received
        return trickle and now - self._begun > limits.slow_after


def _network(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ip_network((address, 64), strict=False))
