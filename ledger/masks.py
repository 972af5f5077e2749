"""Our own links are masked in all that comes in: whoever finds one in a quoted mail would acknowledge by it (P-21).

A link is known by its shape, whatever its host: `/r/` or `/join/` before the 43 letters of a token, however a mail
program writes them: percent-encoded, as HTML references, wrapped and quoted, cut by tags, inside a scanner's link.
Where the shape does not stand, a run of 43 such letters is doubtful: it counts when its hash is that of our token.

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
MOST = 500  # doubtful runs that are asked for; no letter has more, so the rest is masked unasked

_LETTER = r"[A-Za-z0-9_-]"
_SLASH = r"(?>\\?/|%(?:25){0,4}2[Ff]|=2F|&(?:#0{0,5}47|#[xX]0{0,5}2[fF]|sol);|\\u002[fF])"
_UNSEEN = r"[\u00ad\u200b-\u200d\u2060\ufeff]|&(?:shy|#0{0,5}173|#[xX]0{0,5}[aA][dD]|#0{0,5}8203|#[xX]200[bB]);"
_WRAP = r"=?[ \t]{0,80}\r?\n[ \t]{0,80}(?:(?:[A-Za-z]{0,4}[>|:]|&gt;)[ \t]{0,8}){0,20}"
_GLUE = rf"(?>{_UNSEEN}|<[^<>]{{0,120}}>|{_WRAP}){{0,3}}+"
# The two letters that some programs encode, and those that none does.
_REFERRED = r"&(?:#0{0,5}(?:45|95)|#[xX]0{0,5}(?:2[dD]|5[fF])|lowbar);"
_UNIT = rf"(?>{_LETTER}|%(?:25){{0,4}}(?:2[dD]|5[fF])|=(?:2D|5F)|\\_|{_REFERRED})"
_END = rf"(?=_{{0,2}}(?!{_LETTER})|__;)"  # emphasis, and what a scanner puts behind a link, is no part of it

_SIGN = re.compile(r"[/\\%=&]")  # with which a slash begins; looked for first, since few texts have many
_ANCHOR = re.compile(rf"{_SLASH}{_GLUE}(?:r|join)(?={_GLUE}{_SLASH}())")
_TOKEN = re.compile(rf"(?:{_GLUE}{_UNIT}){{43}}+{_END}")
_WINDOW = 600  # characters in which a token must end, with what stands between its letters

# URL Defense writes "/" as "_", and the two odd letters by their numbers; so do names of saved pages.
_UNDERLINED = re.compile(rf"_(?:r|join)_((?>-2D|-5F|{_LETTER}){{43}}+){_END}")
_BASE64 = re.compile(r"aHR0c[A-Za-z0-9+/_-]{55,3000}={0,2}")  # "http" in a scanner's link
_INSIDE = re.compile(rf"/(?:r|join)/({_LETTER}{{43}}){_END}")
_RUN = re.compile(rf"{_LETTER}{{43,}}+")
_LONGEST_RUN = 90  # letters; what is longer is no token with words beside it
_OF_LINKS = r"[!#$%&*+,\-./0-9:;=?@A-Z\\_a-z~]"
_RUNS_ON = re.compile(rf"(?!&(?:[gl]t|quot|nbsp|apos|#\d+);)[/?#&%=;_]{_OF_LINKS}{{0,2000}}")
_DRAWN_BACK = re.compile(rf"{_OF_LINKS}*")
_LONGEST_HEAD = 500  # characters of a scanner's link before ours
_SCHEME = re.compile(r"https?(?:[:%&=\\-])", re.I)
_STUCK = re.compile(_GLUE)
_ENCODED = re.compile(r"%(?:25)*(2[dD]|5[fF])|[=-](2D|5F)|&#[xX]?0*(45|95|2[dD]|5[fF]);|(&lowbar;)|\\(_)")
_NUMBERED = {"2D": "-", "45": "-"}

Span = tuple[int, int, str]  # from, to, token


class Mask:
    """Masks the texts of one arrival, and keeps in mind what it found.

    Arguments: `known`, the hashes of doubtful runs that are tokens of ours. Afterwards `links` has the hash of each
    link that was masked, `doubtful` those of runs that were left, for the ledger to say whether they are ours.
    """

    def __init__(self, known: Collection[str] = ()) -> None:
        self._known = frozenset(known)
        self.links: set[str] = set()
        self.doubtful: set[str] = set()

    def text(self, text: str, mark: str = MARK) -> str:
        """`text` with a mark in place of each link; twice is the same as once."""
        if len(text) < SHORTEST:
            return text
        spans = sorted(self._spans(text))
        pieces, at = [], 0
        for start, end, token in spans:
            self.links.add(hashed(token))
            if start >= at:
                pieces += [text[at:start], mark]
            at = max(at, end)
        return "".join([*pieces, text[at:]]) if spans else text

    def _spans(self, text: str) -> Iterator[Span]:
        for sign in _SIGN.finditer(text):
            anchor = _ANCHOR.match(text, sign.start())
            found = _TOKEN.match(text, anchor.end(1), anchor.end(1) + _WINDOW) if anchor else None
            token = _letters(found[0]) if found else ""
            if found and self._counts(token, wrapped="\n" in found[0]):
                yield _whole(text, sign.start(), found.end(), token)
        for found in _UNDERLINED.finditer(text):
            yield _whole(text, found.start(), found.end(), _letters(found[1]))
        for found in _BASE64.finditer(text):
            if token := _token_inside(found[0]):
                yield _whole(text, found.start(), found.end(), token)
        for run in _RUN.finditer(text):
            for token, at in _tokens_of(run[0]) if len(run[0]) <= _LONGEST_RUN else ():
                if self._is_known(token):
                    yield run.start() + at, run.start() + at + SHORTEST, token

    def _counts(self, token: str, *, wrapped: bool) -> bool:
        """What goes over the end of a line may be words below a short link of somebody else."""
        return not wrapped or _is_random(token) or self._is_known(token)

    def _is_known(self, token: str) -> bool:
        name = hashed(token)
        if name in self._known or len(self.doubtful) >= MOST:
            return True
        self.doubtful.add(name)
        return False


def without_links(text: str) -> str:
    """`text` with a mark in place of whatever has the shape of a link of ours."""
    return Mask().text(text)


def hashed(token: str) -> str:
    """What the ledger keeps of a token (5.2)."""
    return sha256(token.encode()).hexdigest()


def _is_random(token: str) -> bool:
    """A token of 43 letters has capitals, small letters and digits, but for one in a thousand."""
    return all(any(map(test, token)) for test in (str.isupper, str.islower, str.isdigit))


def _letters(written: str) -> str:
    """The token of what stands in the text for it."""
    bare = _STUCK.sub("", written)
    return _ENCODED.sub(lambda found: _NUMBERED.get((found[1] or found[2] or found[3] or "").upper(), "_"), bare)


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


def _token_inside(encoded: str) -> str:
    bare = encoded.rstrip("=").translate(str.maketrans("+/", "-_"))
    whole = bare[:-1] if len(bare) % 4 == 1 else bare
    found = _INSIDE.search(urlsafe_b64decode(whole + "=" * (-len(whole) % 4)).decode("latin-1"))
    return found[1] if found else ""


def _tokens_of(run: str) -> Iterator[tuple[str, int]]:
    """What in a run may be a token, and where: all of it, or what lines set apart."""
    for at in range(len(run) - SHORTEST + 1):
        end = at + SHORTEST
        if (not at or run[at - 1] in "_-") and (end == len(run) or run[end] in "_-"):
            yield run[at:end], at
