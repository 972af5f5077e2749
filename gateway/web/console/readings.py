"""What intakes say, read once for a page and all that it shows: body, files, pictures (P-8)."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace

from gateway.masked import MaskedReader
from gateway.pipeline import UNREADABLE
from ledger.intakes import IntakeRow
from ledger.originals import Originals
from ledger.values import Channel, Reading
from watchers.reading import documents, rescue, sniff

MOST, BYTES, SECONDS = 32, 64 << 20, 300.0


class Readings:
    """A few readings kept for a few minutes. Rights are the caller's to ask, each time anew.

    Arguments: at most `most` readings, `size` bytes of files, `seconds` of age.
    """

    def __init__(
        self,
        originals: Originals,
        reader: MaskedReader,
        *,
        most: int = MOST,
        size: int = BYTES,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._originals, self._reader = originals, reader
        self._most, self._size, self._seconds, self._clock = most, size, seconds, clock
        self._kept: OrderedDict[int, tuple[float, Future[Reading]]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, intake: IntakeRow) -> Reading:
        """What the intake says; several threads that ask at once wait for one reading.

        Errors: `Unavailable`, `OriginalMissing`, `OriginalDamaged`.
        """
        with self._lock:
            self._forget_old()
            known = self._kept.get(intake.id)
            if known is None:
                promise: Future[Reading] = Future()
                self._kept[intake.id] = (self._clock(), promise)
            else:
                promise = known[1]
        if known is None:
            self._read(intake, promise)
        return promise.result()

    def content(self, intake: IntakeRow) -> bytes:
        """The original. Errors: `OriginalMissing`, `OriginalDamaged`."""
        return intake.content if intake.content is not None else self._originals.get(intake.sha256)

    def is_mail(self, intake: IntakeRow) -> bool:
        """Whether it is a mail: what came by mail always is, a file by its name and beginning."""
        return intake.channel is not Channel.FOLDER or sniff.is_mail(self.content(intake), intake.name)

    def _read(self, intake: IntakeRow, promise: Future[Reading]) -> None:
        try:
            promise.set_result(self._reading(intake))
        except BaseException as fault:  # whatever it is: others wait for this promise, and must not wait for ever
            with self._lock:
                self._kept.pop(intake.id, None)
            promise.set_exception(fault)
            if not isinstance(fault, Exception):
                raise
        with self._lock:
            self._make_room()

    def _reading(self, intake: IntakeRow) -> Reading:
        """A letter that stopped a reading process once does not get another; all that it has is its original."""
        content, defects = self.content(intake), intake.defects.splitlines()
        stopped = next((defect for defect in defects if defect.startswith(UNREADABLE)), "")
        if stopped:
            found = rescue.reading(content, intake.name, stopped.partition(": ")[2])
        else:
            sender = intake.sender if intake.channel is not Channel.FOLDER else None
            found = self._reader.read(content, name=intake.name, sender=sender)
        if not any(defect.startswith(UNREADABLE) for defect in found.defects):
            return found
        name = intake.name or f"ต้นฉบับ-{intake.id}.eml"
        return replace(found, documents=(documents.document(name, "", content),))

    def _forget_old(self) -> None:
        now = self._clock()
        old = [key for key, (at, promise) in self._kept.items() if promise.done() and now - at > self._seconds]
        for key in old:
            del self._kept[key]

    def _make_room(self) -> None:
        """Drop the oldest that are read, until what is left fits; one always stays."""
        done = [(key, _size(promise)) for key, (_, promise) in self._kept.items() if promise.done()]
        size = sum(one for _, one in done)
        for key, one in done[:-1]:
            if len(self._kept) <= self._most and size <= self._size:
                return
            del self._kept[key]
            size -= one


def _size(promise: Future[Reading]) -> int:
    if promise.exception() is not None:
        return 0
    reading = promise.result()
    return len(reading.text) + len(reading.html) + sum(document.size for document in reading.documents)
