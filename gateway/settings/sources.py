"""Where settings come from: the file with the line of each key, the environment, and files that hold secrets."""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.settings.outline import Key, pointing_to, secrets, variables
from gateway.settings.sentences import misplaced, misspelt
from ledger.errors import Fault

HERE = Path("saraban.toml")
# A cluster adds the second and third kind for every service whose name begins with "saraban".
_OTHER = re.compile(
    r"SARABAN_(CONFIG=.*|\w*(SERVICE_(HOST|PORT)|PORT_\d+_(TCP|UDP)).*|\w*PORT=(tcp|udp)://.*)", re.DOTALL
)


@dataclass(slots=True)
class Draft:
    """Settings as they were written, before anything is checked."""

    file: Path | None = None
    tree: dict[str, Any] = field(default_factory=dict)
    origins: dict[Key, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """What relative paths start from."""
        return self.file.absolute().parent if self.file else Path.cwd()

    def put(self, key: Key, value: object, origin: str) -> None:
        """Set one value; where the file has something else than a table, that stays, to be reported."""
        *path, name = key
        table: Any = self.tree
        for part in path:
            table = table.setdefault(part, {})
            if not isinstance(table, dict):
                return
        table[name] = value
        self.origins[key] = origin

    def at(self, key: Key) -> object:
        """What was written for `key`, None where nothing was."""
        return _at(self.tree, key)

    def where(self, key: Key) -> str:
        """The place of `key`, or of the nearest table around it that was written."""
        while key and key not in self.origins:
            key = key[:-1]
        return self.origins.get(key) or str(self.file or "saraban.toml")


def find(path: Path | None, environ: Mapping[str, str]) -> Path | None:
    """The settings file: `path`, else SARABAN_CONFIG, else ./saraban.toml; None where there is none of them.

    A folder stands for the saraban.toml inside it.
    """
    named = path or (Path(environ["SARABAN_CONFIG"]) if environ.get("SARABAN_CONFIG") else None)
    if named is None:
        return HERE if HERE.exists() else None
    return named / HERE if named.is_dir() else named


def read_file(path: Path) -> Draft:
    """Read `path`. What cannot be read, is no TOML, or shows a secret to others (attack 35), is a fault."""
    draft = Draft(path)
    try:
        # Notepad marks its files with a byte order mark.
        text = path.read_text("utf-8-sig")
        draft.tree = tomllib.loads(text)
    except FileNotFoundError:
        th = "ไม่พบไฟล์การตั้งค่านี้ ให้ตรวจที่อยู่ หรือสร้างใหม่ด้วย saraban init"
        draft.faults.append(Fault(0, str(path), th, "is not there: look at its place, or make it with saraban init"))
    except OSError as error:
        draft.faults.append(Fault(0, str(path), f"อ่านไม่ได้: {error.strerror}", f"cannot be read: {error.strerror}"))
    except UnicodeDecodeError:
        draft.faults.append(Fault(0, str(path), "ต้องบันทึกไฟล์นี้เป็น UTF-8", "save this file as UTF-8"))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        where = f"{path}:{line[1]}" if line else str(path)
        draft.faults.append(Fault(0, where, f"ไม่ถูกรูปแบบ TOML: {error}", f"this is not TOML: {error}"))
    else:
        draft.origins = {key: f"{path}:{line}" for key, line in locate(text).items()}
        if open_to_others(path):
            shown = (secret for secret in secrets() if _at(draft.tree, secret))
            draft.faults += (_exposed(draft.where(secret), path) for secret in shown)
    return draft


def locate(text: str) -> dict[Key, int]:
    """The line of every table and key of a TOML text. The parser itself tells where each statement ends."""
    found: dict[Key, int] = {}
    table: Key = ()
    statement: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        statement.append(line)
        try:
            parsed = tomllib.loads("\n".join(statement))
        except tomllib.TOMLDecodeError:
            continue
        first = number - len(statement) + 1
        keys = [(*table, *key) for key in _keys(parsed)]
        if line.lstrip().startswith("[") and first == number:
            *_, table = _keys(parsed)
            while table in found and isinstance(table[-1], int):
                table = (*table[:-1], table[-1] + 1)
            keys = [table[:depth] for depth in range(1, len(table) + 1)]
        found = dict.fromkeys(keys, first) | found
        statement.clear()
    return found


def add_variables(draft: Draft, environ: Mapping[str, str]) -> None:
    """Let the environment override the file. A variable of ours that sets nothing is a fault."""
    known = variables()
    for name in sorted(environ):
        if name in known:
            draft.put(known[name], environ[name], name)
        elif name.startswith("SARABAN_FOLDERS"):
            draft.faults.append(misplaced(name))
        elif name.startswith("SARABAN_") and not _OTHER.fullmatch(f"{name}={environ[name]}"):
            draft.faults.append(misspelt(name, name, known))


def open_secrets(draft: Draft, environ: Mapping[str, str]) -> None:
    """Put the content of the file that a `…_file` names in the place of its secret."""
    for secret in secrets():
        pointer = pointing_to(secret)
        named, origin = _at(draft.tree, pointer), draft.origins.pop(pointer, "")
        if origin:
            del draft.tree[str(pointer[0])][pointer[1]]
        if named:
            path = draft.folder / Path(str(named)).expanduser()
            draft.put(secret, _content(draft, origin, path, environ), origin)


def _content(draft: Draft, origin: str, path: Path, environ: Mapping[str, str]) -> str:
    if open_to_others(path) and path.parent != Path(environ.get("CREDENTIALS_DIRECTORY", "/")):
        draft.faults.append(_exposed(origin, path))
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "UTF-8"
        draft.faults.append(Fault(0, origin, f"อ่านไฟล์ {path} ไม่ได้: {reason}", f"{path} cannot be read: {reason}"))
        return ""


def open_to_others(path: Path) -> bool:
    """Whether anybody but its owner may touch the file at `path`."""
    return path.exists() and bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _exposed(origin: str, path: Path) -> Fault:
    return Fault(
        0,
        origin,
        f"ผู้ใช้อื่นของเครื่องอ่านรหัสผ่านใน {path} ได้ ให้สั่ง chmod 600 {path}",
        f"others on this machine can read the password in {path}: run chmod 600 {path}",
    )


def _at(tree: object, key: Key) -> object:
    for part in key:
        tree = tree.get(part) if isinstance(tree, dict) else None
    return tree


def _keys(parsed: object) -> Iterator[Key]:
    rows = parsed.items() if isinstance(parsed, dict) else enumerate(parsed) if isinstance(parsed, list) else ()
    for name, value in rows:
        yield (name,)
        yield from ((name, *key) for key in _keys(value))
