"""Files of a form: at most five, each of an allowed type by name and by content, each described (F24, C6).

One wrong file refuses the whole form with a sentence for each; nothing is saved, and no number is used.
"""

from __future__ import annotations

from dataclasses import replace

from gateway.web.console.asked import Asked
from gateway.web.console.bodies import FILE_BYTES
from gateway.web.forms import one_line
from ledger.errors import FieldsWrong
from ledger.values import Document
from watchers.reading import documents, sniff
from watchers.reading.filename import extension, title

MOST = 5
ENDINGS = ("doc", "docx", "pdf", "xls", "xlsx", "pptx", "odt", "ods", "gif", "jpg", "jpeg", "png", "zip", "rar")
ACCEPT = ",".join(f".{ending}" for ending in ENDINGS)
DESCRIPTION_LENGTH = 200

_OPEN = "application/vnd.openxmlformats-officedocument."
_REAL = {
    "pdf": {sniff.PDF},
    "doc": {"application/msword", sniff.OLE, "text/rtf"},
    "xls": {"application/vnd.ms-excel", sniff.OLE},
    "docx": {_OPEN + "wordprocessingml.document"},
    "xlsx": {_OPEN + "spreadsheetml.sheet"},
    "pptx": {_OPEN + "presentationml.presentation"},
    "odt": {"application/vnd.oasis.opendocument.text"},
    "ods": {"application/vnd.oasis.opendocument.spreadsheet"},
    "gif": {"image/gif"},
    "jpg": {"image/jpeg"},
    "jpeg": {"image/jpeg"},
    "png": {"image/png"},
    "zip": {sniff.ZIP},
    "rar": {"application/vnd.rar"},
}


def read(asked: Asked, field: str = "files") -> list[Document]:
    """The documents of a form, in order, with what the form calls them.

    Errors: `FieldsWrong` for `field`, one sentence a file.
    """
    described = asked.lists.get("description", [])
    found, problems = [], []
    files = [file for name, file in asked.files if name == field]
    for position, file in enumerate(files):
        content = file.file.read(FILE_BYTES + 1)
        name = file.filename or ""
        document = documents.document(name, file.content_type or "", content, number=position + 1)
        if fault := _fault(document, len(content)):
            problems.append(f"{document.stored_name}: {fault}")
        said = one_line(described[position])[:DESCRIPTION_LENGTH] if position < len(described) else ""
        found.append(replace(document, description=said or title(document.stored_name)))
    if len(files) > MOST:
        problems.append(TOO_MANY)
    if problems:
        raise FieldsWrong(**{field: "\n".join(problems)})
    return found


TOO_MANY = "แนบไฟล์ได้ไม่เกิน 5 ไฟล์ต่อครั้ง โปรดแนบที่เหลือในครั้งต่อไป"
EMPTY = "ไฟล์ว่างเปล่า โปรดเลือกไฟล์ใหม่"
TOO_LARGE = "ไฟล์ใหญ่เกิน 20,000 KB โปรดลดขนาดหรือแบ่งเป็นหลายไฟล์"
WRONG_KIND = "แนบไฟล์ชนิดนี้ไม่ได้ ใช้ได้เฉพาะ doc docx pdf xls xlsx pptx odt ods gif jpg png zip rar"
NOT_ITSELF = "เนื้อไฟล์ไม่ตรงกับนามสกุล โปรดตรวจว่าเปิดไฟล์ได้ แล้วบันทึกเป็นไฟล์ใหม่"


def _fault(document: Document, size: int) -> str:
    ending = extension(document.name)
    if ending not in ENDINGS:
        return WRONG_KIND
    if not size:
        return EMPTY
    if size > FILE_BYTES:
        return TOO_LARGE
    return "" if document.sniffed_type in _REAL[ending] and not document.withheld else NOT_ITSELF
