"""Clients that leave: at which moment of a session, and how."""

from __future__ import annotations

import socket
import struct
from contextlib import suppress

from tests.watchers.smtp.house import Talk

PAUSES = (0.0, 0.001, 0.002, 0.004)  # seconds before they leave: the commit is not begun, running, done
GROUP = b"RCPT TO:<a@b.test>\r\n" * 900


MOMENTS = [
    "the banner",
    "the greeting",
    "MAIL",
    "RCPT",
    "many RCPT",
    "DATA",
    "half a letter",
    "the dot",
    "the next MAIL",
    "QUIT",
]
_SILENT = {"the banner", "half a letter"}  # nothing is answered to these


def _hello(talk: Talk) -> str:
    return "LHLO client.test" if talk.greeting.endswith("LMTP") else "EHLO client.test"


def _steps(talk: Talk, letter: bytes, recipient: str) -> dict[str, bytes]:
    return {
        "the banner": b"",
        "the greeting": _hello(talk).encode() + b"\r\n",
        "MAIL": b"MAIL FROM:<a@b.test>\r\n",
        "RCPT": f"RCPT TO:<{recipient}>\r\n".encode(),
        "many RCPT": GROUP,
        "DATA": b"DATA\r\n",
        "half a letter": letter[: len(letter) // 2],
        "the dot": letter[len(letter) // 2 :] + b".\r\n",
        "the next MAIL": b"MAIL FROM:<a@b.test>\r\n",
        "QUIT": b"QUIT\r\n",
    }


def go(talk: Talk, moment: str, letter: bytes, recipient: str = "office@example.test") -> list[str]:
    """Say everything up to `moment` and hear each answer but that to the last; what was heard.

    `letter` is stuffed already and its last line has its end. Many RCPT are said only where they come last.
    """
    heard = []
    for name, said in _steps(talk, letter, recipient).items():
        if name == "many RCPT" != moment:
            continue
        talk.send(said)
        if name == moment:
            break
        if name not in _SILENT:
            heard.append(talk.reply())
    return heard


def reset(talk: Talk) -> list[str]:
    """RST."""
    talk.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    talk.close()
    return []


def end(talk: Talk) -> list[str]:
    """FIN; RST follows where something was left unread."""
    talk.close()
    return []


def fall_silent(talk: Talk) -> list[str]:
    """FIN, and still listen to the end."""
    talk.socket.shutdown(socket.SHUT_WR)
    heard = []
    with suppress(ConnectionResetError):
        while reply := talk.reply():
            heard.append(reply)
    talk.close()
    return heard


def said_to_be_taken(heard: list[str]) -> bool:
    return any(reply.startswith("250 2.0.0 Taken") for reply in heard)
