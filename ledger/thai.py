"""One spelling for Thai text that looks the same (attack 24): for matching only."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_UNSEEN = re.compile(f"[{_INVISIBLE}]")
_LINE_END = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]{2,}|[^\S\n ]")
# Old Thai fonts keep shifted shapes of letters and marks here; PDF text brings them along.
_SHAPES = (
    "ฐ\u0e34\u0e35\u0e36\u0e37\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e48\u0e49\u0e4a\u0e4b\u0e4cญ"
    "\u0e31\u0e4d\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e38\u0e39\u0e3a"
)
_ALIKE = {chr(0xF700 + place): shape for place, shape in enumerate(_SHAPES)}
_ALIKE |= dict(zip("๐๑๒๓๔๕๖๗๘๙ๅ", "0123456789า", strict=True))
_VOWELS, _TONES = "\u0e31\u0e34-\u0e3a\u0e47", "\u0e48-\u0e4b"
_MARKS = f"{_VOWELS}{_TONES}\u0e4c-\u0e4e"
# What is in order already, one vowel and one tone, is most of all Thai: it is passed over without a call.
_CLUSTER = re.compile(f"(?![{_VOWELS}][{_TONES}\u0e4c](?![{_MARKS}]))[{_MARKS}]{{2,}}")
_UNLIKE = re.compile(f"[{''.join(_ALIKE)}]")
_AM_TONES = re.compile(f"\u0e33([{_TONES}]+)")
_NIKHAHIT_AA = re.compile(f"\u0e4d([{_MARKS}]*)\u0e32")
# Composing sorts each run of marks in time that grows with its square. A run of `_PILE` has 8 marks where every 16th
# character is looked at, whatever surrounds it, so that ordinary text costs next to nothing.
_PILE, _STRIDE = 128, 16
# Three Tibetan vowels are no marks by themselves, and are taken apart into two before they are sorted.
_ANY_MARK = "\u0f73\u0f75\u0f81" + "".join(mark for mark in map(chr, range(0x20000)) if unicodedata.combining(mark))
_PILE_SEEN = re.compile(f"[{_ANY_MARK}]{{{_PILE // _STRIDE}}}")
_PILED = re.compile(f"(?<![{_ANY_MARK}])([{_ANY_MARK}]{{30}})[{_ANY_MARK}]{{{_PILE - 30},}}")
_ORDER = dict.fromkeys("\u0e48\u0e49\u0e4a\u0e4b", 1) | {"\u0e4c": 2, "\u0e4d": 3, "\u0e4e": 4}


def canonical(text: str) -> str:
    """`text` in one spelling: equal to the eye becomes equal in code, and stays so when asked again.

    SARA AM from NIKHAHIT and SARA AA, vowel before tone, each mark once, แ from two เ, Arabic digits, nothing
    invisible, single spaces, line ends as \\n, otherwise NFC. Upper and lower case stay apart.
    """
    plain = _LINE_END.sub("\n", _UNSEEN.sub("", text))
    plain = _UNLIKE.sub(lambda match: _ALIKE[match[0]], plain)
    plain = composed(plain).replace("เเ", "แ")
    plain = _AM_TONES.sub("\\1\u0e33", plain)
    plain = _CLUSTER.sub(_in_order, plain)
    plain = _NIKHAHIT_AA.sub("\\1\u0e33", plain)
    return _SPACES.sub(" ", plain)


def composed(text: str) -> str:
    """`text` in NFC, in linear time: of 128 and more marks in a row, which no script has, thirty stay (UAX #15)."""
    if len(text) >= _PILE and _PILE_SEEN.search(text[::_STRIDE]):
        text = _PILED.sub("\\1", text)
    return unicodedata.normalize("NFC", text)


def _in_order(cluster: re.Match[str]) -> str:
    return "".join(sorted(set(cluster[0]), key=lambda mark: (_ORDER.get(mark, 0), mark)))
