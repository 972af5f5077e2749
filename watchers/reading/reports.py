"""Delivery reports that machines can read (RFC 3464, RFC 6533), malformed ones included."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ledger.values import Bounce
from watchers.reading.parsed import Parsed, Part

ENCLOSED = frozenset({"message/rfc822", "message/global", "message/news"})
RETURNED = ENCLOSED | {"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"}
_ATOM = r"[^\s@<>\"',;:()\[\]]"
ADDRESS = rf"{_ATOM}{{1,200}}@{_ATOM}{{0,253}}[^\s@<>\"',;:()\[\].]"
DIAGNOSTIC_CHARACTERS = 500
FIELDS = 256 * 1024  # characters of a report that are read
GENERIC = re.compile(r"[45]\.0\.0|[45]\.4\.7")  # says no more than failed, or expired

_CODE = r"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?!\.?[0-9])"
_STATUS = re.compile(rf"(?<![0-9.]){_CODE}")
_AFTER_REPLY = re.compile(rf"(?<![0-9.])[45][0-9]{{2}}[- ]+[\"'(#]*{_CODE}")
_FIELD = re.compile(r"^[ \t]*([A-Za-z][\w-]{0,60}):[ \t]*(.*(?:\n[ \t].*)*)", re.MULTILINE)
_ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")
_BY_ACTION = {"failed": "5.0.0", "delayed": "4.0.0"}
_BY_CLASS = {"2": "delivered", "4": "delayed", "5": "failed"}


@dataclass(frozen=True, slots=True)
class Report:
    """The recipients of a delivery report. `complete`: each one says what was done with the mail."""

    bounces: tuple[Bounce, ...]
    complete: bool


def own_parts(message: Parsed) -> list[Part]:
    """The parts of the mail itself, without those of mails enclosed in it."""
    inside: list[bool] = []
    for part in message.parts:
        parent = part.parent
        inside.append(parent >= 0 and (inside[parent] or message.parts[parent].media_type in ENCLOSED))
    return [part for part, hidden in zip(message.parts, inside, strict=True) if not hidden]


def read(text: str) -> Report:
    """The per-recipient groups in the fields of a report; what lies between them is passed over."""
    groups = [group for group in _groups(text[:FIELDS]) if "final-recipient" in group or "original-recipient" in group]
    return Report(tuple(map(_bounce, groups)), all("action" in group for group in groups))


def status(text: str) -> str:
    """The enhanced status code (RFC 3463) in an answer: the last one after a reply code, or else the first; or ""."""
    answers = _AFTER_REPLY.findall(text)
    if answers:
        return str(answers[-1])
    return match[1] if (match := _STATUS.search(text)) else ""


def more_exact(declared: str, said: str) -> str:
    """The status to believe: what the other server said outweighs the summary, unless that changes its class."""
    code = status(said)
    return code if code and declared[:1] in ("", code[0]) else declared


def _groups(text: str) -> Iterator[dict[str, str]]:
    """Fields of each paragraph, names in lower case, values unfolded; the first of two counts."""
    for paragraph in re.split(r"\n[ \t]*\n", text):
        fields = ((name.lower(), " ".join(value.split())) for name, value in _FIELD.findall(paragraph))
        yield dict(reversed(list(fields)))


def _bounce(group: dict[str, str]) -> Bounce:
    said = group.get("diagnostic-code", "")
    declared = match[1] if (match := _STATUS.search(group.get("status", ""))) else ""
    code = more_exact(declared, said)
    word = group.get("action", "").lower()
    action = next((name for name in _ACTIONS if word[:4] == name[:4]), _BY_CLASS.get(code[:1], ""))
    code = code or _BY_ACTION.get(action, "")
    recipient = group.get("final-recipient") or group.get("original-recipient", "")
    return Bounce(_address(recipient), code, action, said[:DIAGNOSTIC_CHARACTERS])


def _address(field: str) -> str:
    """The address of "rfc822; a@b"; what has no @ stays as it is."""
    match = re.search(ADDRESS, field.rpartition(";")[2]) or re.search(ADDRESS, field)
    return match[0] if match else field.rpartition(";")[2].strip(" <>\"'")
