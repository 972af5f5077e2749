"""Bytes to text whatever their label says; the result never holds U+FFFD, a lone surrogate or a control.

UTF-8 is tried first, because labels lie both ways; every Thai name means cp874, because the quotes of Windows
and 0xA0 stand in mails labelled tis-620; a Latin or missing label gives way to what can only be Thai.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from functools import lru_cache

from charset_normalizer import from_bytes

_THAI_LABEL = re.compile(r"(?:x-)?(?:(?:ms|cp|ibm|windows|win|dos)?-?874|tis-?620|iso-?8859-?11|iso-ir-166|thai)")
_KNOWN = re.compile(r"ascii|utf|iso|cp\d|koi8|mac|gb|hz|big5|euc|shift|johab|ptcp|kz|hp-roman")
_SEVEN_BIT = ("iso2022", "utf-7", "hz", "utf-16", "utf-32")  # codecs that give ASCII bytes another meaning
_WIDE = frozenset({"gb18030", "big5hkscs", "cp932", "cp949", "euc_jp", "johab"})
_LATIN = frozenset({"", "ascii", "cp1252", "iso8859-15", "mac-roman"})
# What is really sent under these names: Windows' additions, or the larger set.
_WIDER = {
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso2022_jp": "iso2022_jp_ext",
}
_ALIASES = {"ks-c-5601-1987": "cp949", "unicode-1-1-utf-7": "utf-7", "utf8mb4": "utf-8"}
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_GUESSES = ["cp874", "cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "gb18030", "big5"]
_GUESSES += ["cp932", "euc_jp", "cp949"]
_SAMPLE = 16 * 1024  # bytes that a guess looks at
_ENOUGH = 16  # bytes beyond ASCII that make chance unlikely

_SYLLABLE = re.compile("[เ-ไ]?[ก-ฮ][ัิ-ฺ็-๎]{0,3}[ะาำๅๆฯ]{0,2}")
_THAI = re.compile("[ก-๛]+")
_CONTROLS = bytes({*range(32), 127} - {*b"\t\n\r\f"})
_HIGH = bytes(range(128, 256))
_CONTROL_SET, _UNSHOWABLE_SET = "\x00-\x08\x0b\x0e-\x1f\x7f-\x9f", "\ud800-\udfff\ufffd"
_UNWANTED, _UNSHOWABLE = re.compile(f"[{_CONTROL_SET}]"), re.compile(f"[{_UNSHOWABLE_SET}]")
_ODD = re.compile(f"[{_CONTROL_SET}{_UNSHOWABLE_SET}]")


def _question_mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "?", error.end


codecs.register_error("saraban.question_mark", _question_mark)


def decode(content: bytes, label: str, problems: list[str]) -> str:
    """`content` as text; what was wrong with `label`, or with single characters, goes into `problems`."""
    codec = codec_of(label)
    if content.isascii() and not codec.startswith(_SEVEN_BIT) and b"\x1b$" not in content:
        return content.translate(None, _CONTROLS).decode("ascii")
    text, used, whole = _decode(content, codec)
    if used != codec and (label or used != "utf-8"):
        _note(problems, f"{label or 'no charset'}: read as {used}")
    shown = clean(text)
    if not whole or (shown is not text and _UNSHOWABLE.search(text)):
        _note(problems, f"{label or 'no charset'}: characters that could not be read")
    return shown


def clean(text: str) -> str:
    """`text` without controls; "?" for what stands for no character."""
    return _UNSHOWABLE.sub("?", _UNWANTED.sub("", text)) if _ODD.search(text) else text


@lru_cache(maxsize=256)
def codec_of(label: str) -> str:
    """Python's codec for a charset label as mails write it; "" for a label that names none."""
    name = label.lower().rpartition("charset=")[2].strip(" \t\"'").replace("_", "-")
    name = re.split(r"[\s;,\"'*]", name, maxsplit=1)[0]
    if _THAI_LABEL.match(name):
        return "cp874"
    bare = name.removeprefix("x-")
    for candidate in (_ALIASES.get(name, name), bare, bare.replace("-", ""), re.sub(r"-[ei]$", "", bare)):
        try:
            found = codecs.lookup(candidate).name if candidate else ""
        except (LookupError, ValueError):
            continue
        if _KNOWN.match(found):
            return _WIDER.get(found, found)
    return ""


def _decode(content: bytes, codec: str) -> tuple[str, str, bool]:
    """The text, the codec that gave it, and whether every byte had a meaning in it."""
    for candidate in _candidates(content, codec):
        try:
            return content.decode(candidate), candidate.removesuffix("-sig"), True
        except UnicodeError:
            continue
    codec = codec or "cp1252"
    return content.decode(codec, "saraban.question_mark"), codec, False


def _candidates(content: bytes, codec: str) -> Iterator[str]:
    """The codecs to try, likeliest first."""
    yield from (name for mark, name in _BOMS if content.startswith(mark))
    if b"\x1b$" in content and not codec.startswith("iso2022"):
        yield "iso2022_jp_ext"
    if codec.startswith(_SEVEN_BIT) or (codec in _WIDE and _high(content) < _ENOUGH):
        yield codec  # few bytes of Chinese are UTF-8 by chance, many never
    yield "utf-8"
    if codec == "utf-8" and _mostly_utf8(content):
        return
    if codec in _LATIN or codec == "utf-8":
        yield from ("cp874",) if _only_thai(content) else ()
    if codec not in ("", "ascii", "utf-8"):
        yield codec
        return
    sample = content[:_SAMPLE]
    best = from_bytes(sample, cp_isolation=_GUESSES).best() if _high(sample) >= _ENOUGH else None
    yield best.encoding if best else "cp1252"


def _high(content: bytes) -> int:
    return len(content) - len(content.translate(None, _HIGH))


def _mostly_utf8(content: bytes) -> bool:
    """UTF-8 with damage here and there, such as a character cut in two by a line limit."""
    text = content.decode("utf-8", "saraban.question_mark")
    damaged = text.count("?") - content.count(b"?")
    return damaged * 4 <= sum(character > "\x7f" for character in text[:_SAMPLE])


def _only_thai(content: bytes) -> bool:
    """Whether the high bytes form Thai syllables in cp874, as those of no other language do for long."""
    text = content[:_SAMPLE].decode("cp874", "ignore")
    runs = _THAI.findall(text)
    letters = sum(map(len, runs))
    syllables = sum(len(found) for run in runs for found in _SYLLABLE.findall(run))
    return letters >= 3 * len(runs) > 0 and syllables >= 0.9 * letters


def _note(problems: list[str], problem: str) -> None:
    if problem not in problems:
        problems.append(problem)
