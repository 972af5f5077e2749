"""What was seen of each file, and from when on that is enough to take it (P-6). No I/O."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from watchers.folder.binding import Folder
from watchers.folder.safely import Fingerprint
from watchers.folder.whole import Wholeness

_BELIEVED = 3  # empty listings in a row, after which a folder that had files is empty (section 7)
_RETRY, _LONGEST_RETRY = 5.0, 60.0  # seconds; doubled with each failure


@dataclass(slots=True)
class Sighting:
    """One file, still since a moment of our own clock: the clock of a share may be wrong by hours."""

    fingerprint: Fingerprint
    since: float
    closed: bool = False  # its writer closed it, or it was renamed into place, after its last change
    verdict: Wholeness | None = None  # None: not read yet
    failures: int = 0
    retry_at: float = 0.0


class Sightings:
    """All files of one folder that wait to be taken, or for the end of what was taken."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._seen: dict[str, Sighting] = {}
        self._empty = 0

    def __len__(self) -> int:
        return len(self._seen)

    def __getitem__(self, name: str) -> Sighting:
        return self._seen[name]

    @property
    def torn(self) -> int:
        """How many were still, but lack the end that their type must have."""
        return sum(seen.verdict is Wholeness.TORN for seen in self._seen.values())

    def look(self, files: Mapping[str, Fingerprint], closed: Container[str], now: float) -> None:
        """Compare a new listing with the last one."""
        self._empty = 0 if files else self._empty + 1
        if not files and self._empty < _BELIEVED:
            return
        self._seen = {name: self._next(name, state, name in closed, now) for name, state in files.items()}

    def _next(self, name: str, state: Fingerprint, closed: bool, now: float) -> Sighting:
        seen = self._seen.get(name)
        if seen is None or seen.fingerprint != state:
            return Sighting(state, now, closed)
        seen.closed |= closed
        return seen

    def forget(self, name: str) -> None:
        """The file has left the folder."""
        self._seen.pop(name, None)

    def put_off(self, name: str, now: float) -> float:
        """Taking it failed by our own fault: again later (I9). Returns when."""
        seen = self._seen.get(name)
        if not seen:
            return now
        seen.retry_at = now + min(_RETRY * 2**seen.failures, _LONGEST_RETRY)
        seen.failures = min(seen.failures + 1, 8)
        return seen.retry_at

    def due_at(self, name: str) -> float:
        """From when on the file, if it stays as it is, may be read, taken or given up."""
        seen = self._seen[name]
        if seen.verdict is Wholeness.TORN:
            wait = self._folder.patience
        elif seen.closed and seen.verdict is not Wholeness.UNKNOWN:
            wait = self._folder.quiet_whole
        else:
            wait = self._folder.quiet
        return max(seen.since + wait, seen.retry_at)

    def due(self, now: float, flying: Container[str]) -> tuple[list[str], float]:
        """The names that are due, longest still first, and the next moment at which one will be.

        Those in `flying` were offered already.
        """
        ends = {name: self.due_at(name) for name in self._seen if name not in flying}
        ready = sorted((name for name in ends if ends[name] <= now), key=self._order)
        return ready, min((end for end in ends.values() if end > now), default=float("inf"))

    def _order(self, name: str) -> tuple[float, int, str]:
        seen = self._seen[name]
        return seen.since, seen.fingerprint.mtime_ns, name
