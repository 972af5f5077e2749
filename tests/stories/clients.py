"""The mail programs of Debian that run without a window, each answering and passing on a mail of ours by itself.

neomutt and alpine want a terminal and get one, on which somebody quick types; s-nail takes its commands from a file.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SENDER = "clerk@obec.example"
TAB, SEND = "\t", "\x18"
_IDLE = 1.0  # seconds of silence after which a program waits for a key
_LONGEST = 60.0

_NEOMUTT = """\
set from="{sender}" use_from=yes sendmail="{folder}/take" editor="{folder}/edit" include=yes fast_reply=yes
set folder="{folder}" record="" realname="x"
set abort_unmodified=no abort_nosubject=no copy=no sendmail_wait=0 charset=utf-8 wait_key=no quit=yes
set mime_forward={attached} forward_quote=yes
"""
_ALPINE = """\
user-domain=obec.example
sendmail-path={folder}/take
mail-directory={folder}
default-fcc=""
last-version-used=6.26
feature-list=prefer-plain-text,include-text-in-reply,include-header-in-reply,quit-without-confirm,send-without-confirm
character-set=UTF-8
keyboard-character-set=UTF-8
"""


def answers(mail: bytes, folder: Path, to: str) -> Iterator[tuple[str, bytes]]:
    """What each program makes of `mail`: its name with what it did, and the mail that it sends `to` that address."""
    folder.mkdir()
    box = folder / "box"
    box.write_bytes(b"From x@y Mon Nov 30 00:00:00 2026\n" + mail.replace(b"\r\n", b"\n") + b"\n\n")
    _script(folder / "take", 'cat > "$OUT"')
    _script(folder / "edit", "printf 'รับทราบ\\n' >> \"$1\"")
    for done, command in {
        "reply": "reply 1\nรับทราบ",
        "forward": f"forward 1 {to}\nส่งต่อ",
        "forward attached": f"set forward-as-attachment\nforward 1 {to}\nส่งต่อ",
    }.items():
        yield f"s-nail, {done}", _s_nail(folder, command)
    for done, keys, attached in (
        ("reply", "<reply><send-message><quit>", "no"),
        ("forward", f"<forward-message>{to}<enter><send-message><quit>", "no"),
        ("forward attached", f"<forward-message>{to}<enter><send-message><quit>", "yes"),
    ):
        yield f"neomutt, {done}", _neomutt(folder, keys, attached)
    for done, typed in {"reply": ["r", "y", "n", SEND, "y", "q"], "forward": ["f", to + TAB, SEND, "y", "q"]}.items():
        yield f"alpine, {done}", _alpine(folder, typed)


def _script(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
    path.chmod(0o755)


def _environment(folder: Path) -> dict[str, str]:
    out = folder / "out"
    out.unlink(missing_ok=True)
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "xterm", "LC_ALL": "C.UTF-8", "OUT": str(out)}


def _s_nail(folder: Path, command: str) -> bytes:
    settings = [f"mta={folder}/take", "sendwait", f"from={SENDER}", "quote=allbodies", "indentprefix=> "]
    options = [word for setting in settings for word in ("-S", setting)]
    subprocess.run(
        ["s-nail", "-:/", "-#", *options, "-R", "-f", str(folder / "box")],
        input=f"{command}\n~.\n".encode(),
        env=_environment(folder),
        capture_output=True,
        timeout=_LONGEST,
        check=True,
    )
    return (folder / "out").read_bytes()


def _neomutt(folder: Path, keys: str, attached: str) -> bytes:
    settings = folder / "neomuttrc"
    settings.write_text(_NEOMUTT.format(sender=SENDER, folder=folder, attached=attached), encoding="utf-8")
    words = ["-n", "-F", str(settings), "-R", "-f", str(folder / "box"), "-e", f'push "{keys}"']
    with _terminal() as (ours, theirs):
        _type(ours, subprocess.Popen(["neomutt", *words], env=_environment(folder), **theirs), [])
    return (folder / "out").read_bytes()


def _alpine(folder: Path, typed: Sequence[str]) -> bytes:
    settings = folder / "pinerc"
    settings.write_text(_ALPINE.format(folder=folder), encoding="utf-8")
    words = ["-p", str(settings), "-f", str(folder / "box"), "-i"]
    with _terminal() as (ours, theirs):
        _type(ours, subprocess.Popen(["alpine", *words], env=_environment(folder), **theirs), typed)
    return (folder / "out").read_bytes()


@contextmanager
def _terminal() -> Iterator[tuple[int, dict[str, Any]]]:
    """A terminal of thirty lines: our end, and how a program is put on the other."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    try:
        yield ours, {"stdin": theirs, "stdout": theirs, "stderr": theirs, "start_new_session": True}
    finally:
        os.close(ours)
        os.close(theirs)


def _type(terminal: int, program: subprocess.Popen[bytes], keys: Sequence[str]) -> None:
    """Type each of `keys` once the program waits; it ends by itself."""
    end = time.monotonic() + _LONGEST
    try:
        for key in keys:
            _until_silent(terminal)
            os.write(terminal, key.encode())
        while program.poll() is None and time.monotonic() < end:
            _until_silent(terminal, 0.1)
    finally:
        program.kill()
        program.wait()


def _until_silent(terminal: int, patience: float = _IDLE) -> None:
    while select.select([terminal], [], [], patience)[0]:
        try:
            if not os.read(terminal, 65536):
                return
        except OSError:  # the program has gone
            return
