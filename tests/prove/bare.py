"""A bare Debian beside this one: what debootstrap makes of it, with Python, make and git, and nothing else of ours.

Its mounts and processes live in namespaces of their own, so that nothing is left however a run ends. The sources of
packages are those that this machine uses, as its apt and pip know them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

HOUSE = Path(__file__).parents[2]
BESIDES = "python3,python3-venv,make,git"
WHERE = "/root/saraban"
_NETWORK = ("resolv.conf", "hosts", "hostname")
_INSIDE = """\
mount -t tmpfs tmpfs "$0/dev/shm" && mount -t devpts -o newinstance,ptmxmode=0666 devpts "$0/dev/pts" || exit
for shared in {shared}; do mount --bind -o ro "$shared" "$0$shared" || exit; done
exec /usr/sbin/chroot "$0" sh -c 'cd "$0" && "$@"; exit $?' {where} "$@"
"""


class Bare:
    """One bare machine in `folder`; root's rights are needed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._pip = folder, _pip()
        self._shared = [path for path in _places(self._pip) if path.is_dir()]
        self._begun: list[subprocess.Popen[str]] = []

    def make(self, suite: str) -> None:
        """Install Debian's `suite`, and lay a fresh clone of what is committed here into it."""
        assert os.geteuid() == 0, "A machine of its own is made by root: sudo make prove bare"
        debs = self.folder.with_name("debs")
        debs.mkdir(parents=True, exist_ok=True)
        made = ["debootstrap", "--variant=minbase", f"--include={BESIDES}", f"--cache-dir={debs}"]
        subprocess.run([*made, suite, str(self.folder), mirror()], check=True, stdout=subprocess.DEVNULL)
        for path in filter(Path.exists, (Path("/etc", name) for name in _NETWORK)):
            shutil.copy(path, self.folder / "etc")
        (self.folder / "etc/apt/apt.conf.d/90machine").write_text(_apt(), "utf-8")
        for path in _places(self._pip):
            inside = self.folder / path.relative_to("/")
            (inside if path.is_dir() else inside.parent).mkdir(parents=True, exist_ok=True)
            if path.is_file():
                shutil.copy(path, inside)
        clone = ["git", "clone", "--quiet", "--no-hardlinks", str(HOUSE), f"{self.folder}{WHERE}"]
        subprocess.run(clone, check=True)

    def begin(self, *command: str, log: Path) -> subprocess.Popen[str]:
        """Start a command in the clone. Its words go to `log`, its standard output to who asks."""
        apart = ["unshare", "--mount", "--pid", "--ipc", "--fork", "--kill-child", f"--mount-proc={self.folder}/proc"]
        inside = _INSIDE.format(shared=" ".join(map(str, self._shared)), where=WHERE)
        with log.open("ab") as said:
            process = subprocess.Popen(
                [*apart, "sh", "-c", inside, str(self.folder), *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=said,
                env=self._environment(),
                start_new_session=True,
                text=True,
            )
        self._begun.append(process)
        return process

    def end(self) -> None:
        """Whatever still runs ends with its namespace, and its mounts are gone."""
        for process in self._begun:
            with process:  # its pipe is closed, too
                process.kill()

    def _environment(self) -> dict[str, str]:
        """No language, no /usr/sbin, nothing of ours: as after `su` on a new machine."""
        proxies = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
        return {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/root", **proxies, **self._pip}


@contextmanager
def bare(folder: Path, suite: str) -> Iterator[Bare]:
    """A bare machine that is thrown away at the end."""
    shutil.rmtree(folder, ignore_errors=True)
    machine = Bare(folder)
    try:
        machine.make(suite)
        yield machine
    finally:
        machine.end()
        shutil.rmtree(folder)


def mirror() -> str:
    """Where this machine has Debian from."""
    asked = ["apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)", "Created-By: Packages"]
    told = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    found = re.search(r"(?m)^Debian\|Debian\|(.+)$", told)
    assert found, "This machine's apt knows no Debian: run apt-get update"
    return found[1]


def _apt() -> str:
    """How this machine's apt gets there."""
    told = subprocess.run(["apt-config", "dump", "Acquire"], check=True, capture_output=True, text=True).stdout
    return "".join(re.findall(r"(?m)^Acquire::(?:https?|Check-|Retries).* \"[^\"]+\";\n", told))


def _pip() -> Mapping[str, str]:
    """This machine's pip settings, as variables."""
    asked = [sys.executable, "-m", "pip", "config", "list"]
    told = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    found = re.findall(r"(?m)^(?:global|install|:env:)\.\.?([a-z-]+)='(.*)'$", told)
    return {f"PIP_{name.replace('-', '_').upper()}": value.replace("\\n", " ") for name, value in found}


def _places(settings: Mapping[str, str]) -> list[Path]:
    """The files and folders of this machine that those settings name; beside an index lie its files."""
    words = [word for setting in settings.values() for word in setting.split()]
    named = {Path(word) for word in words} | {Path(urlsplit(word).path).parent for word in words if "file://" in word}
    return sorted(path for path in named if path.is_absolute() and path.exists() and path != Path("/"))
