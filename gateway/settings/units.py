"""Durations, sizes, folders and addresses as people write them in settings, and back again."""

from __future__ import annotations

import re
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError, PydanticKnownError

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB

_DURATIONS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}
_SIZES = {"GiB": GIB, "MiB": MIB, "KiB": KIB, "GB": 10**9, "MB": 10**6, "KB": 10**3, "B": 1}
_SIZES_FOLDED = {unit.lower(): size for unit, size in _SIZES.items()}
_PART = re.compile(r"(?<!\d)((?>\d+))(?>\s*)((?>[a-z]+))(?>\s*)")
_OCTAL = re.compile("0?[0-7]{3}")
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


def duration(written: object) -> timedelta:
    """Read "5m", "1h 30m", "180d" or "0". Raises `PydanticCustomError` when the unit is missing or unknown."""
    if isinstance(written, timedelta):
        return written
    text = str(written).strip().lower()
    parts = _PART.findall(text)
    if text == "0":
        return timedelta(0)
    if not parts or _PART.sub("", text) or any(unit not in _DURATIONS for _, unit in parts):
        raise PydanticCustomError("duration", "write a number and a unit, such as 30s, 5m, 2h or 180d")
    return sum((int(number) * _DURATIONS[unit] for number, unit in parts), timedelta(0))


def size(written: object) -> int:
    """Read "35MiB", "64 KiB", "25MB" or "0" as bytes. Raises `PydanticCustomError` like `duration`."""
    text = str(written).strip().lower()
    part = _PART.fullmatch(text)
    if text == "0":
        return 0
    if not part or part[2] not in _SIZES_FOLDED:
        raise PydanticCustomError("size", "write a number and a unit, such as 64KiB, 35MiB or 1GiB")
    return int(part[1]) * _SIZES_FOLDED[part[2]]


def write_duration(length: timedelta) -> str:
    """The shortest exact way to write `length`: "5m", "4000s", "180d"."""
    exact = ((length // unit, name) for name, unit in _DURATIONS.items() if length and not length % unit)
    return "".join(map(str, min(exact, default=("0", ""))))


def write_size(count: int) -> str:
    """The shortest exact way to write `count` bytes: "35MiB", "25MB"."""
    exact = ((count // unit, name) for name, unit in _SIZES.items() if count and not count % unit)
    return "".join(map(str, min(exact, default=("0", ""))))


def gigabytes(count: int) -> str:
    """`count` bytes for people: "77.82 GB", of 1000 million bytes each."""
    return f"{count / 10**9:.2f} GB"


def is_loopback(host: str) -> bool:
    """Whether `host` names this machine itself, by number or as "localhost"."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _lasting(length: timedelta) -> timedelta:
    if not length:
        raise PydanticCustomError("lasting", "must be longer than 0")
    return length


def _no_truth_value(written: object) -> object:
    if isinstance(written, bool):
        raise PydanticKnownError("int_type")
    return written


def _none_if_empty(written: object) -> object:
    return None if written == "" else written


def _absolute(path: Path | None, info: ValidationInfo) -> Path | None:
    folder = (info.context or {}).get("folder", Path())
    return path and folder / path.expanduser()


def _split(written: object) -> object:
    if isinstance(written, str):
        return [part.strip() for part in written.split(",") if part.strip()]
    return written


def _network(written: object) -> IPv4Network | IPv6Network:
    try:
        return ip_network(str(written), strict=False)
    except ValueError:
        raise PydanticCustomError("network", "write an address or a network, such as 10.0.0.0/8") from None


def _octal(written: str) -> str:
    if not _OCTAL.fullmatch(written):
        raise PydanticCustomError("octal", 'write three octal digits in quotes, such as "0660"')
    return written


def _mailbox(written: str) -> str:
    if written and not _MAILBOX.fullmatch(written):
        raise PydanticCustomError("mailbox", "write one mail address, such as saraban@office.example")
    return written


Duration = Annotated[timedelta, BeforeValidator(duration), AfterValidator(_lasting)]
Size = Annotated[int, BeforeValidator(size)]
Whole = Annotated[int, BeforeValidator(_no_truth_value)]
Port = Annotated[Whole, Field(ge=0, le=65535)]
Place = Annotated[Path, AfterValidator(_absolute), Field(validate_default=True)]
"""A path; a relative one counts from the settings file's folder."""
PlaceOrNone = Annotated[Path | None, BeforeValidator(_none_if_empty), AfterValidator(_absolute)]
Listed = BeforeValidator(_split)
"""Marks a list that a variable may give with commas."""
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]
Octal = Annotated[str, AfterValidator(_octal)]
Mailbox = Annotated[str, AfterValidator(_mailbox)]
