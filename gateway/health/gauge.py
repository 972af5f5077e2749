"""Measures what may block: a thread that asks again and again, so that nobody else waits for database or disk."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

log = logging.getLogger("saraban.health")

T = TypeVar("T")

LINGER = 1.0  # seconds at the end for a measurement that is on its way


class Gauge(Generic[T]):
    """The last answer of `measure`, and how old it is. Arguments: `name` of its thread; `every`, seconds."""

    def __init__(self, name: str, every: float, measure: Callable[[], T], first: T) -> None:
        self._every, self._measure = every, measure
        self._last = (first, time.monotonic())
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def last(self) -> tuple[T, float]:
        """The last answer, and when it came (`time.monotonic()`)."""
        return self._last

    def start(self) -> None:
        """Begin to measure."""
        self._last = (self._last[0], time.monotonic())
        self._thread.start()

    def stop(self) -> None:
        """Ask no more. Nothing is lost where it hangs, so it is soon left alone."""
        self._ending.set()
        self._thread.join(LINGER)

    def _run(self) -> None:
        self._turn()
        while not self._ending.wait(self._every):
            self._turn()

    def _turn(self) -> None:
        try:
            self._last = (self._measure(), time.monotonic())
        except Exception as fault:  # the age of the last answer tells it
            log.debug("not measured: %s", type(fault).__name__)
