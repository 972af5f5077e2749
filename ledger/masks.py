"""Our own links are masked in all that comes in: whoever finds one in a quoted mail would acknowledge by it (P-21).

What may be a link is looked for by its shape: `/r/` or `/join/` before the 43 letters of a token, however a mail
program writes them: percent-encoded, as HTML references, wrapped and quoted, cut by tags, inside a scanner's link;
besides, 43 such letters in a row, also within a longer run or with something between them behind the path. All of it is
doubtful and counts when its hash is that of a token of ours: other offices run this program too, and other sites have
such paths, and their links must reach whoever they were sent to.

No I/O; the time is linear in the length of the text.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from collections.abc import Collection, Iterator
from hashlib import sha256

MARK = "[ลิงก์ลงทะเบียนรับ]"
PLAIN_MARK = "[receipt link]"  # where a charset has no Thai
SHORTEST = 43  # letters of a token
MOST = 500  # links and lone runs that are asked for; no letter has more, so the rest is masked unasked
GUESSES = 4_000  # pieces of longer runs, and what stands apart, that are asked for; data has more, and stays as it is

_LETTER = r"[A-Za-z0-9_-]"
_SLASH = r"(?>\\?/|%(?:25){0,4}2[Ff]|=2F|&(?:amp;){0,4}(?:#0{0,5}47|#[xX]0{0,5}2[fF]|sol);|\\u002[fF])"
_UNSEEN = r"[\u00ad\u200b-\u200d\u2060\ufeff]|&(?:shy|#0{0,5}173|#[xX]0{0,5}[aA][dD]|#0{0,5}8203|#[xX]200[bB]);"
_WRAP = r"=?[ \t]{0,80}\r?\n[ \t]{0,80}(?:(?:[A-Za-z]{0,4}[>|:]|&gt;)[ \t]{0,8}){0,20}"
_STUCK = rf"(?>{_UNSEEN}|<[^<>]{{0,120}}>|{_WRAP})"
_GLUE = rf"(?>{_STUCK}{{0,6}})"
_HEX = r"(?:2[dD]|3\d|[46][1-9a-fA-F]|5[\daAfF]|7[\daA])"  # any letter of a token, by its number
_DECIMAL = r"(?:45|4[89]|5[0-7]|6[5-9]|[78]\d|9[057-9]|1[01]\d|12[0-2])"
_REFERRED = rf"&(?:amp;){{0,4}}(?:#0{{0,5}}{_DECIMAL};|#[xX]0{{0,5}}{_HEX};|lowbar;)"
_UNIT = rf"(?>{_LETTER}|%(?:25){{0,4}}{_HEX}|={_HEX}|\\_|\\u00{_HEX}|{_REFERRED})"
# Whatever may stand between letters of a token that are asked for: no letter, or who is quoted.
_QUOTED = r"[\r\n\u2028\u2029][^<>\r\n]{0,40}(?:>|&gt;)"
_BETWEEN = rf"(?><[^<>]{{0,120}}>|{_QUOTED}|(?!{_UNIT})(?:&[A-Za-z]{{2,8}};|[^A-Za-z0-9_-]))"
_END = re.compile(rf"_{{0,2}}(?!{_LETTER})|__;")  # emphasis, and what a scanner puts behind a link, is no part of it


def _spelt(letter: str) -> str:
    """A pattern for a letter in each of its spellings."""
    number = f"(?i:{ord(letter):x})"
    referred = f"&(?:amp;){{0,4}}#(?:0{{0,5}}{ord(letter)}|[xX]0{{0,5}}{number});"
    return rf"(?>{letter}|%(?:25){{0,4}}{number}|={number}|\\u00{number}|{referred})"


_SIGN = re.compile(r"[/\\%=&]")  # with which a slash begins; looked for first, since few texts have many
_WAYS = f"(?:{_spelt('r')}|{''.join(map(_spelt, 'join'))})"
_ANCHOR = re.compile(rf"{_SLASH}{_GLUE}{_WAYS}(?={_GLUE}{_SLASH}())")
_TOKEN = re.compile(rf"(?>(?:{_GLUE}{_UNIT}){{43}})")
_IN_PIECES = re.compile(rf"(?>(?:(?>{_BETWEEN}{{0,300}}){_UNIT}){{43}})")
_EACH = re.compile(rf"{_STUCK}|({_UNIT})")
_EACH_PIECE = re.compile(rf"{_BETWEEN}|({_UNIT})")
_WINDOW = 1_000  # characters in which a token must end, with what stands between its letters

# URL Defense writes "/" as "_", and the two odd letters by their numbers; so do names of saved pages.
_UNDERLINED = re.compile(rf"_(?:r|join)_((?>(?>-2D|-5F|{_LETTER}){{43}}))")
_NUMBERED = re.compile(r"-(2D|5F)")
_BASE64 = re.compile(r"aHR0c[A-Za-z0-9+/_-]{55,3000}={0,2}")  # "http" in a scanner's link
_INSIDE = re.compile(rf"/(?:r|join)/({_LETTER}{{43}})")
_RUN = re.compile(rf"(?>{_LETTER}{{43,}})")
_LONGEST_RUN = 300  # letters; what is longer is no token with words beside it
_OF_LINKS = r"[!#$%&*+,\-./0-9:;=?@A-Z\\_a-z~]"
_RUNS_ON = re.compile(rf"(?!&(?:[gl]t|quot|nbsp|apos|#\d+);)[/?#&%=;_]{_OF_LINKS}{{0,2000}}")
_DRAWN_BACK = re.compile(rf"{_OF_LINKS}*")
_LONGEST_HEAD = 500  # characters of a scanner's link before ours
_SCHEME = re.compile(r"https?(?:[:%&=\\-])", re.I)

Span = tuple[int, int, str]  # from, to, token


class Mask:
    """Masks the texts of one arrival, and keeps in mind what it found.

    Arguments: `known`, the hashes of what is doubtful and a token of ours. Afterwards `links` has the hash of each
    link that was masked, `doubtful` those for the ledger to say whether they are ours (`tokens.sought`).
    """

    def __init__(self, known: Collection[str] = ()) -> None:
        self._known = frozenset(known)
        self.links: set[str] = set()
        self.doubtful: set[str] = set()
        self._runs: set[str] = set()  # of the doubtful ones, those that have the shape or stand alone
        self._pieced = 0  # paths behind which pieces were looked for

    def text(self, text: str, mark: str = MARK) -> str:
        """`text` with a mark in place of each link; twice is the same as once."""
        return text if len(text) < SHORTEST else self._marked(text, [*self._shapes(text), *self._runs_of(text)], mark)

    def shapes(self, text: str) -> str:
        """`text` with a mark in place of each link; what stands by itself, without a path, is not asked for."""
        return text if len(text) < SHORTEST else self._marked(text, [*self._shapes(text)], MARK)

    def _marked(self, text: str, spans: list[Span], mark: str) -> str:
        spans.sort()
        pieces, at = [], 0
        for start, end, token in spans:
            self.links.add(hashed(token))
            if start >= at:
                pieces += [text[at:start], mark]
            at = max(at, end)
        return "".join([*pieces, text[at:]]) if spans else text

    def _shapes(self, text: str) -> Iterator[Span]:
        for sign in _SIGN.finditer(text):
            if anchor := _ANCHOR.match(text, sign.start()):
                yield from self._behind(text, sign.start(), anchor.end(1))
        for found in _UNDERLINED.finditer(text):
            token = _NUMBERED.sub(lambda odd: "-" if odd[1] == "2D" else "_", found[1])
            if self._counts(token, ends=_END.match(text, found.end())):
                yield _whole(text, found.start(), found.end(), token)
        for found in _BASE64.finditer(text):
            for token in filter(self.is_ours, _tokens_inside(found[0])):
                yield _whole(text, found.start(), found.end(), token)

    def _runs_of(self, text: str) -> Iterator[Span]:
        for run in _RUN.finditer(text):
            for token, at, alone in _tokens_of(run[0]) if len(run[0]) <= _LONGEST_RUN else ():
                if self._counts(token, ends=alone):
                    yield run.start() + at, run.start() + at + SHORTEST, token

    def _behind(self, text: str, start: int, at: int) -> Iterator[Span]:
        """The link whose path begins at `start` and ends at `at`."""
        if found := _TOKEN.match(text, at, at + _WINDOW):
            token = _letters(_EACH, found[0])
            if self._counts(token, ends=_END.match(text, found.end())):
                yield _whole(text, start, found.end(), token)
                return
        self._pieced += 1
        if self._pieced > GUESSES:
            return
        if found := _IN_PIECES.match(text, at, at + _WINDOW):
            token = _letters(_EACH_PIECE, found[0])
            if self._is_guessed(token):
                yield _whole(text, start, found.end(), token)

    def is_ours(self, token: str) -> bool:
        """Whether what may be a token is one of ours, as far as is known; beyond `MOST` it counts as one."""
        name = hashed(token)
        if name not in self._runs and len(self._runs) >= MOST:
            return True
        self._runs.add(name)
        self.doubtful.add(name)
        return name in self._known

    def _counts(self, token: str, *, ends: object) -> bool:
        """Letters that go on may be anything: as many of them are not masked unasked."""
        return self.is_ours(token) if ends else self._is_guessed(token)

    def _is_guessed(self, token: str) -> bool:
        room = len(self.doubtful) < MOST + GUESSES
        if not room and not self._known:
            return False
        name = hashed(token)
        if room:
            self.doubtful.add(name)
        return name in self._known


def hashed(token: str) -> str:
    """What the ledger keeps of a token (5.2)."""
    return sha256(token.encode()).hexdigest()


def _letters(each: re.Pattern[str], written: str) -> str:
    """The token of what stands in the text for it."""
    return "".join(map(_letter, filter(None, each.findall(written))))


def _letter(unit: str) -> str:
    """The letter that a unit stands for."""
    if len(unit) == 1 or unit == "\\_":
        return unit[-1]
    if unit.endswith("lowbar;"):
        return "_"
    before, _, number = unit.rstrip(";").rpartition("#")
    if not before:
        return chr(int(unit[-2:], 16))
    return chr(int(number[1:], 16) if number[0] in "xX" else int(number))


def _whole(text: str, start: int, end: int, token: str) -> Span:
    """The link from its beginning to its end, as far as they stand in one piece."""
    before = text[max(0, start - _LONGEST_HEAD) : start]
    backwards = _DRAWN_BACK.match(before[::-1])
    head = before[len(before) - backwards.end() :] if backwards else ""
    if scheme := _SCHEME.search(head):
        start -= len(head) - scheme.start()
    further = _RUNS_ON.match(text, end)
    return start, further.end() - len(_trailing(further[0])) if further else end, token


def _trailing(tail: str) -> str:
    """The marks that end a sentence, not a link."""
    return tail[len(tail.rstrip(".,;:!?")) :]


def _tokens_inside(encoded: str) -> list[str]:
    bare = encoded.rstrip("=").translate(str.maketrans("+/", "-_"))
    whole = bare[:-1] if len(bare) % 4 == 1 else bare
    return _INSIDE.findall(urlsafe_b64decode(whole + "=" * (-len(whole) % 4)).decode("latin-1"))


def _tokens_of(run: str) -> Iterator[tuple[str, int, bool]]:
    """What in a run may be a token, where, and whether it stands alone there: all of it, or what lines set apart."""
    for at in range(len(run) - SHORTEST + 1):
        end = at + SHORTEST
        alone = (not at or run[at - 1] in "_-") and (end == len(run) or run[end] in "_-")
        yield run[at:end], at, alone
