"""Every mail that we can write: one function and one template folder for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from jinja2 import FileSystemLoader, Template
from markupsafe import escape

from ledger.era import BANGKOK, Digits, Language
from ledger.values import LetterFacts, Mail, Notice, NoticeKind, RegisterKind, Secrecy, Urgency
from mailers import headers, mime
from mailers.quoting import quoted
from mailers.wording import HOLES, Wording, harmless

Words = dict[str, object]

_NONE = LetterFacts("", "", RegisterKind.OUTGOING, "", None, None, "", "", "", "", Urgency.NORMAL, Secrecy.ORDINARY)
_LANGUAGES: tuple[Language, ...] = ("th", "en")


class _Templates(NamedTuple):
    subject: Template
    text: Template
    html: Template


class _Draft(NamedTuple):
    """A rendered notice with its holes, the texts as they travel."""

    subject: str
    text: bytes
    html: bytes


class Writer:
    """Writes notices from the templates in a folder; safe to share between threads.

    Arguments: `templates` holds a folder for each NoticeKind with subject, text and html in each language; `digits`
    for numbers and dates of Thai mails ("arabic" or "thai"). Errors: jinja2.TemplateError at once when one is
    missing or cannot be compiled.
    """

    def __init__(self, templates: Path, digits: Digits = "arabic") -> None:
        self._wordings = {language: Wording(language, digits) for language in _LANGUAGES}
        self._templates = {
            (kind, language): found
            for language, wording in self._wordings.items()
            for kind, found in _load(templates, language, wording)
        }
        # A circular is rendered once; its hundreds of mails differ in who holds it and in the link.
        self._draft = lru_cache(maxsize=64)(self._render)

    def write(self, notice: Notice) -> Mail:
        """The mail for `notice`; the same bytes each time (I5). Odd values are made harmless, never refused."""
        language: Language = "en" if notice.language == "en" else "th"
        facts = _permitted(notice.facts or _NONE)
        words = {**_KINDS[notice.kind](notice, facts), **self._wordings[language].marks(facts)}
        own = {HOLES[name]: str(harmless(words[name])) for name in HOLES if words.get(name)}
        words |= {name: hole for name, hole in HOLES.items() if words.get(name)}
        draft = self._draft(notice.kind, language, tuple(words.items()))
        content = mime.compose(
            _fields(notice, _filled(draft.subject.encode(), own).decode(), language),
            _filled(draft.text, own),
            _filled(draft.html, {hole: escape(value) for hole, value in own.items()}),
            f"=_{sha256(notice.message_id.encode(errors='replace')).hexdigest()[:24]}",
        )
        return Mail(
            id=notice.id,
            # Bounces of a letter must come home; nobody may answer the others (P-17).
            sender=notice.sender if notice.kind is NoticeKind.LETTER else "",
            recipient=notice.recipient,
            message_id=headers.message_id(notice.message_id),
            content=content,
            secret=facts.secret,
        )

    def _render(self, kind: NoticeKind, language: Language, words: tuple[tuple[str, object], ...]) -> _Draft:
        subject, text, html = (template.render(words) for template in self._templates[kind, language])
        return _Draft(subject, mime.wire(text), mime.wire(html))


def arrival(notice: Notice, facts: LetterFacts) -> Words:
    """To the group, registry or person that now holds a letter."""
    return {
        **_letter(notice, facts),
        "link": notice.link,
        "renewed": notice.renewed,
        "forwarded_by": notice.forwarded_by,
        "note": "" if facts.secret else notice.note,
    }


def letter(notice: Notice, facts: LetterFacts) -> Words:
    """An outgoing letter to one of its addressees."""
    return {**_letter(notice, facts), "link": notice.link, "renewed": notice.renewed}


def answer(notice: Notice, facts: LetterFacts) -> Words:
    """To the sender: the letter is here, and this is its number. Of their own words only what `quoted` leaves.

    Whoever wrote may not be who is answered: nothing of a stranger leaves in the office's name.
    """
    ours = replace(facts, sender="", recipient="", letter_number="", letter_date=None, summary="", documents=())
    return {**_letter(notice, ours), "subject": quoted(facts.subject), "holder": notice.recipient_name}


def given_up(notice: Notice, facts: LetterFacts) -> Words:
    """To the registry of the writing office: who could not be reached, and why (P-15)."""
    return {**_letter(notice, facts), "link": notice.link, "failed": notice.failed, "count": len(notice.failed)}


def code(notice: Notice, facts: LetterFacts) -> Words:
    """The one-time code that unlocks a secret letter."""
    return {**_letter(notice, facts), "code": notice.code}


def guessed(notice: Notice, facts: LetterFacts) -> Words:
    """To the holder of a secret letter: somebody tried wrong codes, and until when none is taken."""
    return {**_letter(notice, facts), "made_at": notice.made_at, "until": notice.until or notice.made_at}


def invitation(notice: Notice, facts: LetterFacts) -> Words:
    """The link by which somebody chooses a password."""
    return {**_letter(notice, facts), "link": notice.link}


_KINDS: dict[NoticeKind, Callable[[Notice, LetterFacts], Words]] = {
    NoticeKind.ARRIVAL: arrival,
    NoticeKind.LETTER: letter,
    NoticeKind.ANSWER: answer,
    NoticeKind.GIVEN_UP: given_up,
    NoticeKind.CODE: code,
    NoticeKind.GUESSED: guessed,
    NoticeKind.INVITATION: invitation,
}


def _permitted(facts: LetterFacts) -> LetterFacts:
    """A secret letter is announced without a word of what it says, whoever filled the facts (I8)."""
    return replace(facts, subject="", summary="", documents=()) if facts.secret else facts


def _letter(notice: Notice, facts: LetterFacts) -> Words:
    kept = [one for one in facts.documents if one.removed_at is None]
    return {
        "office": facts.organisation or notice.sender_name,
        "phone": facts.phone,
        "holder": notice.holder or notice.recipient_name or notice.recipient,
        "number": facts.number,
        # A letter without an entry of ours is known by its sender's number.
        "register": facts.register if facts.registered_at else RegisterKind.OUTGOING,
        "registered_at": facts.registered_at if facts.register is RegisterKind.INCOMING else None,
        "letter_number": facts.letter_number,
        "letter_date": facts.letter_date,
        "sender": facts.sender,
        "subject": facts.subject,
        "summary": facts.summary,
        "urgency": facts.urgency,
        "documents": tuple(one for one in kept if one.added_at is None),
        "added": tuple(one for one in kept if one.added_at is not None),
        "removed": tuple(one for one in facts.documents if one.removed_at is not None),
    }


def _filled(draft: bytes, own: Mapping[str, str]) -> bytes:
    for hole, value in own.items():  # none brings in the next one's hole, see `harmless`
        draft = draft.replace(hole.encode(), value.encode())
    return draft


def _fields(notice: Notice, subject: str, language: Language) -> list[mime.Field]:
    fields: list[mime.Field] = [
        ("Date", _date(notice.made_at)),
        ("From", headers.mailbox(notice.sender, notice.sender_name)),
        ("To", headers.mailbox(notice.recipient, notice.recipient_name)),
        ("Subject", headers.text(subject)),
        ("Message-ID", b"<%b>" % headers.message_id(notice.message_id).encode()),
        ("In-Reply-To", headers.message_ids((notice.in_reply_to,))),
        ("References", headers.message_ids(notice.references)),
        ("Auto-Submitted", notice.automatic.encode()),
        ("X-Auto-Response-Suppress", b"All"),
        ("X-Saraban-Loop", headers.opaque(notice.loop_mark)),
        ("Content-Language", language.encode()),
    ]
    return [field for field in fields if field[1]]


@lru_cache(maxsize=64)  # the mails of a circular were made at one moment
def _date(moment: datetime) -> bytes:
    return format_datetime(moment.astimezone(BANGKOK)).encode()


def _load(folder: Path, language: Language, wording: Wording) -> list[tuple[NoticeKind, _Templates]]:
    environment = wording.environment(FileSystemLoader(folder))
    forms = (("subject", "txt"), ("text", "txt"), ("html", "html"))
    return [
        (kind, _Templates(*(environment.get_template(f"{kind}/{form}.{language}.{end}") for form, end in forms)))
        for kind in NoticeKind
    ]
