"""Header blocks: where they end, their lines, and what is cut off before anything reads them (attack 5)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from watchers.reading import limits, words
from watchers.reading.parsed import Headers

_BLANK = re.compile(rb"\n\r?\n")
_HEADER = re.compile(rb"([!-9;-~]+)[ \t]*:((?:[^\n]*\n[ \t])*[^\n]*\n?)")
_MBOX = (b"From ", b">From ")


@dataclass(frozen=True, slots=True)
class Block:
    """One header block, within the limits; the body begins at `body`."""

    raw: tuple[tuple[str, bytes], ...]  # as they came
    body: int
    named: dict[str, list[bytes]] = field(default_factory=dict)  # unfolded; names in lower case

    def first(self, name: str) -> bytes:
        """The first header of that (lower case) name, unfolded, or b""."""
        return self.named[name][0] if name in self.named else b""

    def decoded(self, charset: str, problems: list[str]) -> Headers:
        """The headers as a person reads them; `charset` is that of raw 8-bit bytes."""
        return tuple((name, words.text(words.unfold(value), charset, problems)) for name, value in self.raw)


def read(content: bytes, start: int, end: int, defects: list[str]) -> Block:
    """The header block at the head of content[start:end]; what exceeds a limit is cut off and named."""
    if content.startswith((b"\n", b"\r\n"), start, end):
        return Block((), content.index(b"\n", start) + 1)
    blank = _BLANK.search(content, start, end)
    stop = blank.start() + 1 if blank else end
    limit = _limit(content, start, stop, defects)
    raw: list[tuple[str, bytes]] = []
    at = start
    while at < limit:
        found = _HEADER.match(content, at, limit)
        if found:
            raw.append((found[1].decode("ascii"), _shortened(found, defects)))
            at = found.end()
        elif content.startswith(_MBOX, at):
            at = content.find(b"\n", at, limit) + 1 or limit
        else:
            defects.append("no_blank_line_after_header")
            return _block(raw, at)
    return _block(raw, blank.end() if blank else end)


def _block(raw: list[tuple[str, bytes]], body: int) -> Block:
    named: dict[str, list[bytes]] = {}
    for name, value in raw:
        named.setdefault(name.lower(), []).append(words.unfold(value))
    return Block(tuple(raw), body, named)


def _limit(content: bytes, start: int, stop: int, defects: list[str]) -> int:
    """Where reading stops: at whole lines within the size and the number of lines allowed."""
    if stop - start > limits.HEADER_BLOCK:
        defects.append("header_block_too_long")
        stop = content.rfind(b"\n", start, start + limits.HEADER_BLOCK) + 1 or start + limits.HEADER_BLOCK
    if content.count(b"\n", start, stop) > limits.HEADER_LINES:
        defects.append("too_many_header_lines")
        at = start
        for _ in range(limits.HEADER_LINES):
            at = content.index(b"\n", at) + 1
        stop = at
    return stop


def _shortened(found: re.Match[bytes], defects: list[str]) -> bytes:
    value = found[2]
    if len(value) > limits.HEADER:
        defects.append(f"header_too_long: {found[1][:50].decode('ascii')}")
        return value[: limits.HEADER]
    return value
