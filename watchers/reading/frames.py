"""What parent and child say to each other: lengths, JSON for the facts, raw bytes for the documents; no pickle."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Collection
from dataclasses import fields
from datetime import date, datetime
from typing import Any, NamedTuple

from ledger.values import Address, Bounce, Document, Reading, ReadingKind, Secrecy, Urgency

# Lengths of name, sender (NO_SENDER for none) and known hashes; CPU seconds; length of content.
QUESTION = struct.Struct("<IIIdQ")
ANSWER = struct.Struct("<I")  # length of the facts
NO_SENDER = 0xFFFFFFFF
READY = b"+"  # said once, when the child can read
LONGEST = 1 << 30  # bytes of facts, or of one document

_LISTED: dict[str, Callable[..., object]] = {
    **dict.fromkeys(("senders", "recipients", "copies"), Address),
    **dict.fromkeys(("references", "loop_marks", "defects", "charset_problems", "links", "doubtful"), str),
    "bounces": Bounce,
}
_PARSED: dict[str, Callable[[str], object]] = {
    "kind": ReadingKind,
    "urgency": Urgency,
    "secrecy": Secrecy,
    "date": datetime.fromisoformat,
    "letter_date": date.fromisoformat,
}
_DOCUMENT = tuple(one.name for one in fields(Document) if one.name != "content")
_READING = tuple(one.name for one in fields(Reading))


class Asked(NamedTuple):
    """One question: what to read, and how."""

    content: bytes
    name: str
    sender: str | None
    known: tuple[str, ...]  # hashes of runs that are tokens of ours


def question(
    content: bytes, name: str, sender: str | None, cpu_seconds: float, known: Collection[str] = ()
) -> list[bytes]:
    """The pieces to write for one reading."""
    label = name.encode("utf-8", "surrogatepass")
    given = (sender or "").encode("utf-8", "surrogatepass")
    ours = " ".join(sorted(known)).encode()
    length = NO_SENDER if sender is None else len(given)
    head = QUESTION.pack(len(label), length, len(ours), cpu_seconds, len(content))
    return [head + label + given + ours, content]


def answer(reading: Reading) -> list[bytes]:
    """The pieces that tell `reading`: facts, then the bytes of each document."""
    facts = {name: getattr(reading, name) for name in _READING}
    told = json.dumps(facts, default=_plain, ensure_ascii=False).encode()
    return [ANSWER.pack(len(told)) + told, *(document.content for document in reading.documents)]


def facts(told: bytes) -> tuple[dict[str, Any], list[int]]:
    """The facts of an answer, and the lengths of the documents that follow them."""
    found: dict[str, Any] = json.loads(told)
    sizes = [int(document["size"]) for document in found["documents"]]
    if any(not 0 <= size <= LONGEST for size in sizes):
        raise ValueError("a document of impossible size")
    return found, sizes


def reading(found: dict[str, Any], contents: list[bytes]) -> Reading:
    """The reading out of its facts and the bytes of its documents."""
    told = dict(found)
    told["documents"] = tuple(
        Document(**document, content=content) for document, content in zip(found["documents"], contents, strict=True)
    )
    for name, kind in _LISTED.items():
        told[name] = tuple(kind(**one) if isinstance(one, dict) else kind(one) for one in found[name])
    for name, parse in _PARSED.items():
        told[name] = parse(found[name]) if found[name] is not None else None
    return Reading(**told)


def _plain(value: object) -> object:
    if isinstance(value, Document):
        return {name: getattr(value, name) for name in _DOCUMENT}
    if isinstance(value, (Address, Bounce)):
        return {one.name: getattr(value, one.name) for one in fields(value)}
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
