"""What an office can set: `saraban.toml`, then the environment; strict, typed, every fault named with its place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from gateway.settings.model import Settings
from gateway.settings.older import modernise
from gateway.settings.outline import tables, values
from gateway.settings.sample import sample
from gateway.settings.sentences import fault
from gateway.settings.sources import Draft, add_variables, find, open_secrets, read_file
from ledger.errors import Fault, SettingsWrong

__all__ = ["Settings", "load", "sample"]

_FOLLOWS = "default_factory_not_called"  # a default that hangs on a setting which is wrong: no fault of its own


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Read the settings: the file (`path`, else SARABAN_CONFIG, else ./saraban.toml), then `environ`.

    Without any file, the environment must at least name the folder of the data. Raises `SettingsWrong` with every
    fault that was found.
    """
    draft = _draft(find(path, environ), environ)
    if draft.faults:
        raise SettingsWrong(draft.faults)
    for source in (open_secrets, add_variables, open_secrets):
        source(draft, environ)
    older = modernise(draft)
    settings = _checked(draft)
    if draft.faults or settings is None:
        raise SettingsWrong(draft.faults)
    return settings.with_older(older)


def _draft(file: Path | None, environ: Mapping[str, str]) -> Draft:
    if file:
        return read_file(file)
    nowhere = Fault(
        0,
        "saraban.toml",
        "ไม่พบไฟล์การตั้งค่าในโฟลเดอร์นี้ ให้สร้างด้วย saraban init หรือบอกที่อยู่ด้วย --config",
        "there is none in this folder: make one with saraban init, or name it with --config",
    )
    return Draft(faults=[] if environ.get("SARABAN_DATA") else [nowhere])


def _checked(draft: Draft) -> Settings | None:
    # Sections that nobody wrote are read all the same: their relative paths start from the file's folder.
    tree = {table: {} for table, _ in tables() if table not in ("", "folders")} | draft.tree
    try:
        settings = Settings.model_validate(tree, context={"folder": draft.folder})
    except ValidationError as wrong:
        told = [error for error in wrong.errors(include_url=False) if error["type"] != _FOLLOWS]
        draft.faults += dict.fromkeys(fault(error, draft.where(error["loc"])) for error in told)
        return None
    origins = {".".join(map(str, key)): draft.origins.get(key, "default") for key, _, _ in values(settings)}
    return settings.with_origins(origins)
