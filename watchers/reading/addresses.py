"""Mailboxes out of a From, To or Cc header: strict in what is an address, tolerant in what stands around it.

Encoded words are decoded after the split, in names only, so that none can make or change an address; a header
that two readers could read differently gives no address there (attacks 6 and 7).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ledger.values import Address
from watchers.reading import limits, words

_PIECE = re.compile(r'"(?:[^"\\]|\\.){0,256}"|[()<>,;:]|\s+|\\.|\[[^\[\]\s]{0,100}\]|[^\s"()<>,;:\[]+|.', re.S)
_ATOM = r"[^\s\"(),:;<>@\[\]\\\x00-\x1f\x7f]"
_LABEL = r"[^\s\"(),:;<>@\[\]\\.!#$%&'*+/=?^`{|}~\x00-\x1f\x7f]+"
_MAILBOX = re.compile(
    rf'(?:{_ATOM}+|"(?:[^"\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f])+")@(?:{_LABEL}(?:\.{_LABEL})*|\[[^\[\]\s]+\])'
)
_SIMPLE = re.compile(r"(\w+(?: \w+)*) <([\w.+-]+@[\w-]+(?:\.[\w-]+)+)>", re.ASCII)  # most headers, read at once
_SPACED = re.compile(r"\s*(@)\s*|\s+(\.)\s*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.){0,256})"', re.S)
_WORD = re.compile(r'(?:"(?:[^"\\]|\\.){0,256}"|[^\s"])+', re.S)


@dataclass(slots=True)
class _Mailbox:
    """One mailbox as it is being read."""

    outside: list[str] = field(default_factory=list)
    angle: list[str] | None = None
    comment: list[str] = field(default_factory=list)
    doubtful: bool = False

    def address(self) -> str:
        """The address, or "" if there is none or more than one way to read it."""
        if self.doubtful:
            return ""
        if self.angle is None:
            candidates = [word for word in _WORD.findall(self._outside()) if "@" in word]
            found = candidates[0] if len(candidates) == 1 else ""
        else:
            found = "".join("".join(self.angle).split())
            found = found.rpartition(":")[2] if found.startswith("@") else found
        found = found.rstrip(".")
        return found if _MAILBOX.fullmatch(found) and "=?" not in found else ""

    def name(self, address: str, problems: list[str]) -> str:
        """The display name, or the comment that stands for it."""
        outside = self._outside()
        if self.angle is None:
            outside = outside.replace(address, "", 1)
        plain = _QUOTED.sub(lambda found: re.sub(r"\\(.)", r"\1", found[1]), outside)
        shown = " ".join(plain.split()) or " ".join("".join(self.comment).split())
        return " ".join(words.text(shown.encode(), "utf-8", problems).split())

    def _outside(self) -> str:
        """What stands outside brackets, with the spaces that old mailers put around "@" and before "." gone."""
        return _SPACED.sub(r"\1\2", "".join(self.outside))


def read(header: str, problems: list[str], defects: list[str]) -> tuple[Address, ...]:
    """The mailboxes of an unfolded header whose encoded words are still encoded."""
    if simple := _SIMPLE.fullmatch(header):
        return (Address(simple[2], simple[1]),)
    found: list[Address] = []
    for mailbox in _mailboxes(header):
        if len(found) == limits.ADDRESSES:
            defects.append("too_many_addresses")
            break
        if address := mailbox.address():
            found.append(Address(address, mailbox.name(address, problems)))
        elif "@" in "".join(mailbox.outside) or mailbox.angle:
            defects.append("address")
    return tuple(found)


def _mailboxes(header: str) -> list[_Mailbox]:
    """The list split at its commas, groups opened, comments set apart."""
    found = [_Mailbox()]
    depth = 0
    in_angle = False
    for piece in _PIECE.findall(header):
        current = found[-1]
        if depth or piece == "(":
            before, depth = depth, depth + (piece == "(") - (piece == ")")
            if before and depth:
                current.comment.append(piece)
        elif piece == ")":
            current.doubtful = True
        elif piece == "<":
            current.doubtful |= current.angle is not None
            current.angle, in_angle = [], True
        elif piece == ">":
            current.doubtful |= not in_angle
            in_angle = False
        elif piece in ",;" and not (in_angle and _is_route(current.angle)):
            current.doubtful |= in_angle
            found.append(_Mailbox())
            in_angle = False
        elif piece == ":" and not in_angle:
            found[-1] = _Mailbox()  # what stood before was the name of a group
        elif in_angle and current.angle is not None:
            current.angle.append(piece)
        else:
            current.doubtful |= current.angle is not None and "@" in piece
            current.outside.append(piece)
    return found


def _is_route(angle: list[str] | None) -> bool:
    """Inside <@one,@two:mailbox> a comma separates nothing (RFC 5322 section 4.4)."""
    return bool(angle and angle[0].startswith("@"))
