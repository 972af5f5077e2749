"""A running house: the true daemon as a process of its own, on free ports, in a folder of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self, TypeVar

import sqlalchemy as sa

from gateway.demo.office import MAILBOX
from ledger.database import Database
from tests.mailers.servers import free_port

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
_INSTALLED = Path(sys.executable).with_name("saraban")
COMMAND = (
    [str(_INSTALLED)]
    if _INSTALLED.exists()
    else [sys.executable, "-c", "import sys; sys.argv[0] = 'saraban'; from gateway.cli import main; main()"]
)
PATIENCE = 60.0  # seconds; a deadline for what takes one or two, on a machine that does much else


def eventually(look: Callable[[], T], what: str = "", seconds: float = PATIENCE) -> T:
    """What `look` gives once it is true; asked again and again until the deadline."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"it never came true: {what or look}"
        time.sleep(0.05)
    return found


class House:
    """One demo office in `folder`. Environment variables `SARABAN_…` set what its file does not.

    Whatever it wrote stays in `folder` when a test fails; its log is `house.log` there.
    """

    mailbox = MAILBOX

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.smtp_port, self.http_port = free_port(), free_port()
        self.settings = dict(settings or {})
        self.process: subprocess.Popen[str] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def data(self) -> Path:
        """Database and originals."""
        return self.folder / "data"

    @property
    def drop(self) -> Path:
        """The incoming folder."""
        return self.folder / "incoming"

    @property
    def outbox(self) -> Path:
        """Where mails go out to."""
        return self.folder / "outbox"

    @property
    def log(self) -> str:
        """What the daemon has said on standard error so far."""
        return (self.folder / "house.log").read_text(encoding="utf-8")

    def begin(
        self, *options: str, verb: str = "demo", under: Sequence[str] = (), stderr: int | None = None
    ) -> subprocess.Popen[str]:
        """Start the daemon and wait for nothing. `under`: a program that starts it; `stderr`: instead of the log."""
        if verb == "demo":
            ports = ["--smtp-port", str(self.smtp_port), "--http-port", str(self.http_port)]
            options = ("--dir", str(self.folder), *ports, *(options or ["--no-story"]))
        else:
            options = ("--config", str(self.folder), *options)
        with (self.folder / "house.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*under, *COMMAND, verb, *options],
                stdout=subprocess.PIPE,
                stderr=log if stderr is None else stderr,
                env=self._environment(),
                cwd=ROOT,
                start_new_session=True,
                umask=0o022,  # as a shell has it: the house has one of its own
                text=True,
            )
        return self.process

    def start(self, *options: str, verb: str = "demo", under: Sequence[str] = ()) -> Self:
        """Start the daemon and wait until it serves."""
        process = self.begin(*options, verb=verb, under=under)
        assert process.stdout
        line = process.stdout.readline()
        assert line.startswith("ready "), f"the daemon ended with {process.wait()}:\n{self.log}"
        self.announced = dict(word.partition("=")[::2] for word in line.split()[1:])
        return self

    def stop(self) -> int:
        """End it in good order (SIGTERM). Returns its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once (SIGKILL), and wait until its reading children have seen that."""
        group = self.process.pid if self.process else 0
        self._end(signal.SIGKILL)
        eventually(lambda: not _alive(group), "no process is left of a killed daemon")

    def wait(self) -> int:
        """Wait until it has ended by itself. Returns its exit code."""
        process, self.process = self.process, None
        assert process is not None
        code = process.wait(PATIENCE)
        assert process.stdout
        process.stdout.close()
        return code

    def close(self) -> None:
        """For the end of a test: nothing stays behind but the folder."""
        if self.process is not None:
            group = self.process.pid
            self._end(signal.SIGKILL)
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        print(f"folder: {self.folder}\nend of its log:\n{self.log[-2000:]}")

    def run(self, *words: str | Path, code: int | None = 0) -> str:
        """What a command says; it must leave with `code`, None for any."""
        done = subprocess.run(
            [*COMMAND, *map(str, words), "--config", str(self.folder)],
            capture_output=True,
            text=True,
            env=self._environment(),
            cwd=ROOT,
            check=False,
        )
        assert code in (None, done.returncode), f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def rows(self, *words: str | Path, code: int | None = 0) -> list[dict[str, Any]]:
        """The objects that a command prints with --json."""
        return [json.loads(line) for line in self.run(*words, "--json", code=code).splitlines()]

    def row(self, *words: str | Path, code: int | None = 0) -> dict[str, Any]:
        """The one object that a command prints with --json."""
        (found,) = self.rows(*words, code=code)
        return found

    def ask(self, sql: str) -> list[sa.Row[Any]]:
        """The answer of the database itself, for what is asked many times a second."""
        database = Database(self.data)
        try:
            with database.read() as session:
                return list(session.execute(sa.text(sql)))
        finally:
            database.close()

    def count(self, table_and_condition: str) -> int:
        """How many rows there are."""
        return int(self.ask(f"SELECT count(*) FROM {table_and_condition}")[0][0])

    def settled(self) -> None:
        """Wait until everything taken has its outcome and every mail has left."""
        eventually(lambda: self.count("intakes WHERE settled_at IS NULL") == 0, "all is settled")
        eventually(lambda: self.count("outbox WHERE due IS NOT NULL") == 0, "all mails have left")

    def sound(self) -> dict[str, Any]:
        """`verify` finds no fault."""
        told = self.row("verify")
        assert told["ok"], told["faults"]
        return told

    def _end(self, how: signal.Signals) -> int:
        if self.process is None:
            return 0
        self.process.send_signal(how)
        return self.wait()

    def _environment(self) -> dict[str, str]:
        """Ours, without settings of this machine, and free to keep compiled modules: restarts are many."""
        kept = {name: os.environ[name] for name in os.environ if not name.startswith(("SARABAN_", "PYTHON"))}
        return {**kept, "PYTHONPATH": str(ROOT), **self.settings}


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
