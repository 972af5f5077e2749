"""Where characters lie on the keyboards of Thai offices: US QWERTY, and Kedmanee on the same keys."""

from __future__ import annotations

# Row by row. Each row stands half a key further to the right than the one above it; the first begins one key earlier.
_QWERTY = ("`1234567890-=", "qwertyuiop[]\\", "asdfghjkl;'", "zxcvbnm,./")
_QWERTY_SHIFTED = ("~!@#$%^&*()_+", "QWERTYUIOP{}|", 'ASDFGHJKL:"', "ZXCVBNM<>?")
_KEDMANEE = ("_ๅ/-ภถุึคตจขช", "ๆไำพะัีรนยบลฃ", "ฟหกดเ้่าสวง", "ผปแอิืทมใฝ")
_KEDMANEE_SHIFTED = ("%+๑๒๓๔ู฿๕๖๗๘๙", '๐"ฎฑธํ๊ณฯญฐ,ฅ', "ฤฆฏโฌ็๋ษศซ.", "()ฉฮฺ์?ฒฬฦ")

Key = tuple[int, int]  # row, column
_TOUCHING: frozenset[Key] = frozenset({(0, 1), (0, -1), (1, 0), (1, -1), (-1, 0), (-1, 1)})
_NEAR = _TOUCHING | {(1, 1), (-1, -1)}


def _keys(*layouts: tuple[str, ...]) -> dict[str, Key]:
    return {
        character: (row, column - (row == 0))
        for layout in layouts
        for row, characters in enumerate(layout)
        for column, character in enumerate(characters)
    }


LATIN = _keys(_QWERTY_SHIFTED, _QWERTY)
THAI = _keys(_KEDMANEE_SHIFTED, _KEDMANEE)

_TO_LATIN = str.maketrans("".join(_KEDMANEE + _KEDMANEE_SHIFTED), "".join(_QWERTY + _QWERTY_SHIFTED))
_TO_THAI = str.maketrans("".join(_QWERTY + _QWERTY_SHIFTED), "".join(_KEDMANEE + _KEDMANEE_SHIFTED))


def other_layout(text: str) -> str:
    """What the same keys write when the keyboard is switched to the other language."""
    is_thai = any("\u0e00" < character < "\u0e7f" for character in text)
    return text.translate(_TO_LATIN if is_thai else _TO_THAI)


def walk(text: str, start: int) -> int:
    """How many characters from `start` lie on keys that touch one after the other, or nearly do; 1: too few to tell.

    Four that touch are a walk (qwer, 1qaz); with steps to the far corner (q1w2e3) six, since words have some too.
    """
    touching = max(_walk(text, start, keys, _TOUCHING) for keys in (LATIN, THAI))
    near = max(_walk(text, start, keys, _NEAR) for keys in (LATIN, THAI))
    return near if near >= 6 else touching if touching >= 4 else 1


def _walk(text: str, start: int, keys: dict[str, Key], steps: frozenset[Key]) -> int:
    end = start + 1
    while end < len(text) and _step(keys.get(text[end - 1]), keys.get(text[end])) in steps:
        end += 1
    return end - start


def _step(one: Key | None, other: Key | None) -> Key | None:
    return (other[0] - one[0], other[1] - one[1]) if one and other else None
