"""What the form for many certificates says: the order, what all have in common, and the names; it travels as text.

A list is a name a line, after a tab what for, after another a remark. An uploaded list becomes such text, so that
preview and act read the same thing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from gateway.printed import Name, NameList, names_from, names_from_text
from gateway.printed.recipients import has_citizen_id
from gateway.printed.tables import LARGEST
from gateway.web.console import typed
from gateway.web.console.asked import Asked
from gateway.web.forms import Form
from ledger.content import CERTIFICATE, FIELDS, LONGEST, ORDER, Content
from ledger.errors import Fault, FieldsWrong, Refused
from ledger.registering import MOST_AT_ONCE

LIST = "list"  # the field of an uploaded list
LARGEST_TEXT = 900_000  # bytes of a list as it travels on, within what a form may have
_WRITTEN = ("subject", "letter_date", "remark")


@dataclass(frozen=True, slots=True)
class Batch:
    """Read and fit for a preview. `text`: the list as it travels on."""

    names: tuple[Name, ...]
    problems: tuple[Fault, ...]  # what a person should look at
    text: str
    common: Content
    order: Content | None

    def key(self, form_key: str) -> str:
        """What names this act: the same form with the same list takes its numbers once, a changed list new ones."""
        told = repr((form_key, self.order, self.certificates))
        return sha256(told.encode()).hexdigest() if form_key else ""

    @property
    def certificates(self) -> list[Content]:
        """One for each name; what a line says itself goes before what all have in common."""
        return [
            replace(
                self.common,
                recipient=one.name,
                subject=one.subject or self.common.subject,
                remark=one.remark or self.common.remark,
            )
            for one in self.names
        ]


def read(asked: Asked, ordered: bool, today: date) -> Batch:
    """The batch of a form. Arguments: `ordered`, whether it has an order. Errors: `FieldsWrong` with every fault."""
    problems: dict[str, str] = {}
    listed = _listed(asked, problems)
    common = _content(asked.form, "", problems, today)
    order = _content(asked.form, "order_", problems, today) if ordered else None
    if order is not None and not order.subject:
        problems["order_subject"] = "โปรดใส่ชื่อเรื่อง"
    if order is not None and not common.subject:
        common = replace(common, subject=order.subject)
    text = asked.form.get("names", "") if listed is None else written(listed.names)
    found = _parsed(text, problems)
    _look(found.names, common, problems)
    if len(text.encode()) > LARGEST_TEXT:
        problems["names"] = "รายชื่อยาวเกินไป โปรดแบ่งออกเป็นหลายครั้ง"
    if problems:
        raise FieldsWrong(**problems)
    return Batch(found.names, listed.problems if listed else found.problems, text, common, order)


def merged(asked: Asked) -> Form:
    """The form with an uploaded list in its text, so that nothing is lost when it is shown again."""
    for _, file in asked.files:
        file.file.seek(0)
    listed = _listed(asked, {})
    return asked.form if listed is None else {**asked.form, "names": written(listed.names)}


def written(names: Iterable[Name]) -> str:
    """Names as text."""
    return "\n".join("\t".join((one.name, one.subject, one.remark)).rstrip("\t") for one in names)


def _listed(asked: Asked, problems: dict[str, str]) -> NameList | None:
    """The uploaded list after the pasted one, if there is any."""
    files = [file for name, file in asked.files if name == LIST]
    if not files:
        return None
    pasted = _parsed(asked.form.get("names", ""), problems)
    try:
        found = names_from(files[0].file.read(LARGEST + 1), files[0].filename or "")
    except Refused as fault:
        problems[LIST] = fault.sentence()
        return None
    return NameList(pasted.names + found.names, pasted.problems + found.problems)


def _parsed(text: str, problems: dict[str, str]) -> NameList:
    try:
        return names_from_text(text)
    except Refused as fault:
        problems["names"] = fault.sentence()
        return NameList((), ())


def _content(form: Form, prefix: str, problems: dict[str, str], today: date) -> Content:
    kind = ORDER if prefix else CERTIFICATE
    plain = {name: form.get(prefix + name, "") for name in _WRITTEN if name in FIELDS[kind]}
    try:
        content = typed.content(plain, kind, today)
    except FieldsWrong as fault:
        problems.update({prefix + name: sentence for name, sentence in fault.problems.items()})
        return Content()
    for name in ("subject", "remark"):
        if len(getattr(content, name)) > LONGEST:
            problems[prefix + name] = "ข้อความยาวเกิน 1,000 ตัวอักษร โปรดย่อให้สั้นลง"
    return content


def _look(names: tuple[Name, ...], common: Content, problems: dict[str, str]) -> None:
    """What keeps a list from being numbered."""
    if not names:
        problems.setdefault("names", "โปรดใส่รายชื่ออย่างน้อยหนึ่งชื่อ")
    elif len(names) > MOST_AT_ONCE:
        problems["names"] = "รายชื่อเกิน 1,000 ชื่อ โปรดแบ่งออกเป็นหลายครั้ง"
    elif theirs := [at for at, one in enumerate(names, 1) if has_citizen_id(one)]:
        problems["names"] = f"{', '.join(map(str, theirs[:10]))}: มีเลขประจำตัวประชาชนในรายชื่อลำดับนี้ โปรดลบออก"
    elif any(len(part) > LONGEST for one in names for part in (one.name, one.subject, one.remark)):
        problems["names"] = "รายชื่อมีข้อความยาวเกิน 1,000 ตัวอักษร โปรดย่อให้สั้นลง"
    if not common.subject and not all(one.subject for one in names):
        problems["subject"] = "โปรดใส่เรื่องหรือรายการ"
