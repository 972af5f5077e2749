"""The bell of a watched folder: tells soon what a scan would find later. It may fall silent at any time."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue

from watchdog.events import FileClosedEvent, FileMovedEvent, FileSystemEvent, FileSystemEventHandler
from watchdog.observers.api import BaseObserver

log = logging.getLogger(__name__)
# It writes an error line whenever it is stopped, and what it loses the scan finds.
logging.getLogger("watchdog").setLevel(logging.CRITICAL)


class Bell(FileSystemEventHandler):
    """Names of files that were closed after writing, or renamed into place. Local folders on Linux only."""

    def __init__(self, wake: Callable[[], None]) -> None:
        """`wake` is called from another thread at each event."""
        self._wake = wake
        self._names: SimpleQueue[str] = SimpleQueue()
        self._observer: BaseObserver | None = None
        self._folder: tuple[int, int] | None = None
        self._complained = False

    @property
    def ringing(self) -> bool:
        """Whether something happened since `heard`."""
        return not self._names.empty()

    def heard(self) -> set[str]:
        """The names since the last call."""
        names = set()
        with suppress(Empty):
            while True:
                names.add(self._names.get_nowait())
        return names

    def hang(self, path: str) -> None:
        """See that the folder now at `path` is watched: it may be a new one, and a watch may have died."""
        with suppress(OSError):
            status = os.stat(path)
            folder = status.st_dev, status.st_ino
            if self._alive() and folder == self._folder:
                return
            self.take_down()
            self._observer, self._folder = self._watch(path), folder

    def take_down(self) -> None:
        """Stop watching."""
        if self._observer:
            self._observer.stop()
            self._observer.join()
            self._observer = None

    def dispatch(self, event: FileSystemEvent) -> None:
        """Called by watchdog, in its thread. A file that left has no destination."""
        path = event.dest_path if isinstance(event, FileMovedEvent) else event.src_path
        if path:
            self._names.put(os.path.basename(os.fsdecode(path)))
            self._wake()

    def _alive(self) -> bool:
        return bool(
            self._observer
            and self._observer.is_alive()
            and all(emitter.is_alive() for emitter in self._observer.emitters)
        )

    def _watch(self, path: str) -> BaseObserver | None:
        observer = None
        try:
            observer = _observer()
            observer.schedule(self, path, event_filter=[FileClosedEvent, FileMovedEvent])
            observer.start()
        except Exception as error:
            if observer:
                with suppress(Exception):
                    observer.stop()
            if not self._complained:
                log.warning("no events from %s, scans alone find its files: %s", path, error)
            self._complained = True
            return None
        return observer


def _observer() -> BaseObserver:
    # Importing this fails where there is no inotify.
    from watchdog.observers.inotify import InotifyFullEmitter
    from watchdog.observers.inotify_c import InotifyConstants, Mask

    class Emitter(InotifyFullEmitter):
        """Tells a file moved in apart from one just begun, and asks for nothing else.

        Watchdog would ask for files that leave as well, and hold everything back for half a second after each of
        our own moves, in case it comes back under another name.
        """

        def get_event_mask_from_filter(self) -> Mask:
            wanted = (InotifyConstants.IN_CLOSE_WRITE, InotifyConstants.IN_MOVED_TO, InotifyConstants.IN_DELETE_SELF)
            return Mask(sum(wanted))

    return BaseObserver(Emitter)
