"""The settings seen as a list: which tables there are, what each holds, and what a loaded one says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from gateway.settings.model import Settings
from gateway.settings.units import Size, write_duration, write_size
from gateway.settings.ways_in import Section

Key = tuple[str | int, ...]
"""Where a setting stands: `("smtp", "port")`, `("folders", 0, "path")`."""

_SIZE_MARK = get_args(Size)[1]


def tables() -> Iterator[tuple[str, type[Section]]]:
    """Every table of the file with its section, the nameless top one first."""
    yield "", Settings
    for name, field in Settings.model_fields.items():
        section = _section(field)
        if section is not None:
            yield name, section


def fields(section: type[Section]) -> dict[str, FieldInfo]:
    """The single settings of a section under the names that people write."""
    return {field.alias or name: field for name, field in section.model_fields.items() if _section(field) is None}


def values(settings: Settings) -> Iterator[tuple[Key, FieldInfo, object]]:
    """Every single setting of `settings` with its value."""
    for name, section in tables():
        owner = getattr(settings, name) if name else settings
        rows = enumerate(owner) if isinstance(owner, tuple) else [(None, owner)]
        for index, row in rows:
            table: Key = tuple(part for part in (name, index) if part not in ("", None))
            held = {field.alias or own: getattr(row, own) for own, field in section.model_fields.items()}
            yield from (((*table, key), field, held[key]) for key, field in fields(section).items())


def secrets() -> Iterator[Key]:
    """The settings whose values are never shown."""
    for table, section in tables():
        yield from ((table, name) for name, field in fields(section).items() if field.annotation is SecretStr)


def pointing_to(secret: Key) -> Key:
    """The setting that names a file with this secret inside: relay.password_file."""
    return (*secret[:-1], f"{secret[-1]}_file")


def variables() -> Mapping[str, Key]:
    """Each environment variable that sets something, with what it sets. Folders are for the file alone."""
    keys = [pointing_to(secret) for secret in secrets()]
    for table, section in tables():
        if table != "folders":
            keys += [(table, name) if table else (name,) for name in fields(section)]
    return {"SARABAN_" + "__".join(map(str, key)).upper(): key for key in keys}


def dotted(key: Key) -> str:
    """`key` as people read it, without places in lists: smtp.port, folders.path."""
    return ".".join(part for part in key if isinstance(part, str))


def all_names() -> list[str]:
    """Every name that a settings file may hold, dotted: tables, settings, and pointers to secrets."""
    names = [table for table, _ in tables() if table] + [dotted(pointing_to(secret)) for secret in secrets()]
    for table, section in tables():
        names += [dotted((table, name) if table else (name,)) for name in fields(section)]
    return names


def field_of(name: str) -> FieldInfo:
    """The definition behind a dotted name."""
    table, _, own = name.rpartition(".")
    return fields(dict(tables())[table])[own]


def written(field: FieldInfo, value: object) -> str:
    """`value` as it stands in a settings file; a secret as stars."""
    if isinstance(value, SecretStr):
        return '"********"' if value.get_secret_value() else '""'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, timedelta):
        return f'"{write_duration(value)}"'
    if isinstance(value, int):
        return f'"{write_size(value)}"' if _SIZE_MARK in field.metadata else str(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(written(field, one) for one in value) + "]"
    return '"' + ("" if value is None else str(value)).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _section(field: FieldInfo) -> type[Section] | None:
    for kind in (field.annotation, *get_args(field.annotation)):
        if isinstance(kind, type) and issubclass(kind, Section):
            return kind
    return None
