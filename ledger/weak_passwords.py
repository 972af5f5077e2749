"""Passwords that are too short or easily guessed (NIST SP 800-63B-4; reliability 5.1), told without any network.

No rule asks for capitals, digits or signs. A password is taken apart into the pieces from which a guesser would build
it: common words, the person's own names, years, neighbours on the keyboard, sequences, repetitions. A piece counts as
one or two characters, whatever its length; what is left then decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ledger.common_words import COMMON, both_layouts, folded
from ledger.keyboards import walk

ALONE = 15  # characters when the password is the only factor
WITH_SECOND = 8
MOST = 256
_LEAST = {ALONE: 9, WITH_SECOND: 6}  # what must be left once pieces are counted: more than three words and spaces

TOO_SHORT = "รหัสผ่านต้องยาวอย่างน้อย 15 ตัวอักษร ลองใช้คำหลายคำที่ไม่เกี่ยวกันต่อกัน เว้นวรรคได้"
TOO_SHORT_WITH_SECOND = "รหัสผ่านต้องยาวอย่างน้อย 8 ตัวอักษร"
TOO_LONG = "รหัสผ่านยาวเกิน 256 ตัวอักษร โปรดใช้ให้สั้นลง"
COMMON_WORDS = "รหัสผ่านนี้เดาง่าย เพราะประกอบด้วยคำที่มีผู้ใช้บ่อย โปรดเพิ่มคำอื่นที่ไม่เกี่ยวกัน"
PATTERN = "รหัสผ่านนี้เดาง่าย เพราะเป็นตัวอักษรซ้ำ เรียงลำดับ หรือไล่ตามแป้นพิมพ์ โปรดเพิ่มคำอื่นที่ไม่เกี่ยวกัน"
OWN_NAMES = "รหัสผ่านนี้เดาง่าย เพราะประกอบด้วยชื่อบุคคล ชื่อผู้ใช้ หรือชื่อหน่วยงาน โปรดเพิ่มคำอื่นที่ไม่เกี่ยวกัน"
SENTENCES = (TOO_SHORT, TOO_SHORT_WITH_SECOND, TOO_LONG, COMMON_WORDS, PATTERN, OWN_NAMES)

_THAI_LETTERS = "กขคฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ"
_SEQUENCES = ("0123456789", "๐๑๒๓๔๕๖๗๘๙", "abcdefghijklmnopqrstuvwxyz", _THAI_LETTERS)
_PLACES = {one: (row, place) for row, text in enumerate(_SEQUENCES) for place, one in enumerate(text)}
_YEAR = re.compile("(?:19|20|2[456])[0-9]{2}")
_LIKE_LETTERS = str.maketrans("@4301!5$7", "aaeoiisst")  # p@55w0rd
_TITLES = re.compile("^(?:นางสาว|นาง|นาย|ว่าที่ร้อยตรี|ดร\\.?)")
_WORD = re.compile("[^\\W_]+(?:[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]+[^\\W_]*)*")  # Thai marks are no \w
_LONGEST = 40
_TAIL = 32  # a repetition need not be found in more text than this at once


@dataclass(frozen=True, slots=True)
class _Piece:
    length: int
    cost: int
    sentence: str


def weaknesses(password: str, *, second_factor: bool, about: Sequence[str]) -> str:
    """ "" when the password may be used, else one of `SENTENCES`.

    Arguments: `second_factor` allows a shorter one; `about` holds names that a guesser knows: the person's, the
    login, the organisation's.
    """
    length = MOST + 1 if len(password) > MOST else len(unicodedata.normalize("NFKC", password))
    least = WITH_SECOND if second_factor else ALONE
    if length > MOST:
        return TOO_LONG
    if length < least:
        return TOO_SHORT_WITH_SECOND if second_factor else TOO_SHORT
    left, sentence = _left(folded(password), _own_words(about))
    return sentence if left < _LEAST[least] else ""


def _left(text: str, own: frozenset[str]) -> tuple[int, str]:
    """What the password is worth in characters, and the sentence about the pieces that cover most of it."""
    worth = [0] + [len(text)] * len(text)
    through: list[_Piece | None] = [None] * (len(text) + 1)
    for start in range(len(text)):
        for piece in (_Piece(1, 1, ""), *_pieces(text, start, own)):
            end = start + piece.length
            if worth[start] + piece.cost < worth[end] or through[end] is None:
                worth[end], through[end] = worth[start] + piece.cost, piece
    return worth[-1], _main_sentence(through)


def _main_sentence(through: list[_Piece | None]) -> str:
    """The sentence whose pieces are longest together on the cheapest way to the end."""
    covered: dict[str, int] = {}
    at = len(through) - 1
    while (piece := through[at]) is not None:
        covered[piece.sentence] = covered.get(piece.sentence, 0) + piece.length
        at -= piece.length
    covered.pop("", None)
    return max(covered, key=lambda sentence: covered[sentence], default=PATTERN)


def _pieces(text: str, start: int, own: frozenset[str]) -> Iterator[_Piece]:
    plain = text[start : start + _LONGEST]
    for form in {plain, plain.translate(_LIKE_LETTERS)}:
        for length in range(3, len(form) + 1):
            if form[:length] in own:
                yield _Piece(length, 1, OWN_NAMES)
            elif form[:length] in COMMON:
                yield _Piece(length, 2, COMMON_WORDS)
    if _YEAR.match(text, start):
        yield _Piece(4, 2, COMMON_WORDS)
    if (length := _sequence(text, start)) >= 3:
        yield _Piece(length, 2, PATTERN)
    if (length := walk(text, start)) > 1:
        yield _Piece(length, 1, PATTERN)
    yield from (_Piece(length, 1, PATTERN) for length in _repeated(text, start))


def _sequence(text: str, start: int) -> int:
    """How many characters from `start` go on in even steps through digits or letters, up or down; or stay."""
    end = start + 1
    while end < len(text) and _step(text, end) == _step(text, start + 1) is not None:
        end += 1
    return end - start


def _step(text: str, at: int) -> int | None:
    if text[at] == text[at - 1]:
        return 0
    one, other = _PLACES.get(text[at - 1]), _PLACES.get(text[at])
    near = one and other and one[0] == other[0] and abs(other[1] - one[1]) <= 2
    return other[1] - one[1] if one and other and near else None


def _repeated(text: str, start: int) -> Iterator[int]:
    """Lengths of pieces at `start` that stood before in the same text."""
    for length in range(3, min(_TAIL, len(text) - start) + 1):
        if text.find(text[start : start + length], 0, start + length - 1) < 0:
            return
        yield length


def _own_words(about: Sequence[str]) -> frozenset[str]:
    words: set[str] = set()
    for text in about:
        found = _WORD.findall(folded(text))
        words.update(found, (_TITLES.sub("", word) for word in found))
        words.add("".join(found))
    return both_layouts(words)
