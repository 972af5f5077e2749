"""Files of a form: what is taken by name and content, and that one wrong file refuses all of it (F24, C6)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gateway.web.console import uploads
from gateway.web.console.bodies import FILE_BYTES
from ledger import verify
from ledger.letters import DocumentRow
from ledger.registers import EntryRow
from tests.gateway.web.console.house import Client, House, text_of
from tests.gateway.web.console.house import house as opened
from tests.gateway.web.site import Answer

ORDER = "/registers/order/new"
PDF, OLE = b"%PDF-1.4\n%%EOF", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def zipped(*names: str, mimetype: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names or ("ก.txt",):
            archive.writestr(name, "x")
    return out.getvalue()


_OPEN = "application/vnd.oasis.opendocument."
GOOD = {
    "pdf": PDF,
    "doc": OLE + "WordDocument".encode("utf-16-le"),
    "docx": zipped("[Content_Types].xml", "word/document.xml"),
    "xls": OLE + "Workbook".encode("utf-16-le"),
    "xlsx": zipped("xl/workbook.xml"),
    "pptx": zipped("ppt/presentation.xml"),
    "odt": zipped(mimetype=_OPEN + "text"),
    "ods": zipped(mimetype=_OPEN + "spreadsheet"),
    "gif": b"GIF89a" + b"\0" * 20,
    "jpg": b"\xff\xd8\xff\xe0" + b"\0" * 20,
    "jpeg": b"\xff\xd8\xff\xe0" + b"\0" * 20,
    "png": b"\x89PNG\r\n\x1a\n" + b"\0" * 20,
    "zip": zipped(),
    "rar": b"Rar!\x1a\x07\x00" + b"\0" * 20,
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("uploads")) as made:
        yield made


@pytest.fixture
def clerk(house: House) -> Client:
    return house.signed_in("office.plain")


def send(clerk: Client, *files: tuple[str, bytes], **fields: Any) -> Answer:
    return clerk.upload(ORDER, {"subject": "แต่งตั้งกรรมการ", **fields}, list(files))


def stored(house: House, answer: Answer) -> list[DocumentRow]:
    """What lies at the line that a form made."""
    key = int(answer.headers["Location"].split("/")[2].partition("?")[0])
    with house.database.read() as session:
        wanted = sa.select(DocumentRow).where(DocumentRow.letter_id == session.get_one(EntryRow, key).letter_id)
        return list(session.execute(wanted.order_by(DocumentRow.position)).scalars())


def lines(house: House) -> int:
    with house.database.read() as session:
        return session.execute(sa.select(sa.func.count(EntryRow.id))).scalar_one()


def refused(house: House, clerk: Client, *files: tuple[str, bytes]) -> str:
    """What the page says; no number is used and nothing that was typed is lost."""
    before, newest = lines(house), house.originals
    kept = len(list(newest.names()))
    answer = send(clerk, *files)
    assert answer.status == 422, answer.text
    assert lines(house) == before
    assert len(list(newest.names())) == kept
    assert "แต่งตั้งกรรมการ" in answer.text
    return text_of(answer)


def test_every_ending_of_the_form_is_tried_here() -> None:
    assert set(GOOD) == set(uploads.ENDINGS)


@pytest.mark.parametrize("ending", GOOD)
def test_each_kind_is_taken_by_name_and_content(house: House, clerk: Client, ending: str) -> None:
    (document,) = stored(house, clerk_sent := send(clerk, (f"คำสั่งที่ ๑.{ending}", GOOD[ending])))
    assert clerk_sent.status == 303
    assert (document.name, document.description) == (f"คำสั่งที่ ๑.{ending}", "คำสั่งที่ ๑")
    assert (document.size, document.withheld) == (len(GOOD[ending]), "")
    assert house.originals.get(document.sha256) == GOOD[ending]


@pytest.mark.parametrize("ending", GOOD)
def test_no_kind_is_taken_for_another(house: House, clerk: Client, ending: str) -> None:
    wrong = PDF if ending != "pdf" else GOOD["png"]
    assert uploads.NOT_ITSELF in refused(house, clerk, (f"ก.{ending}", wrong))
    assert uploads.NOT_ITSELF in refused(house, clerk, (f"ก.{ending}", b"MZ\x90\0" + b"\0" * 99))


@pytest.mark.parametrize(
    "name", ["ก.exe", "ก.html", "ก.svg", "ก.pdf.exe", "ก.docm", "ก.js", "ก.txt", "ก.pdf.", "ก.7z", "ก.ppt", "ก.lnk"]
)
def test_other_endings_are_not_taken(house: House, clerk: Client, name: str) -> None:
    if name == "ก.pdf.":
        assert [one.name for one in stored(house, send(clerk, (name, PDF)))] == ["ก.pdf"]
    else:
        assert uploads.WRONG_KIND in refused(house, clerk, (name, PDF))


def test_a_document_with_macros_is_not_taken_under_an_innocent_name(house: House, clerk: Client) -> None:
    assert uploads.NOT_ITSELF in refused(house, clerk, ("ก.docx", zipped("word/document.xml", "word/vbaProject.bin")))


def test_capital_endings_and_paths_are_no_hindrance(house: House, clerk: Client) -> None:
    (one, two) = stored(house, send(clerk, ("SCAN.PDF", PDF), ("C:\\แฟ้ม\\ลับ.pdf", PDF + b"2")))
    assert (one.name, two.name) == ("SCAN.PDF", "ลับ.pdf")


def test_a_file_has_twenty_thousand_kilobytes_and_no_byte_more(house: House, clerk: Client) -> None:
    full = PDF + b"\0" * (FILE_BYTES - len(PDF))
    (document,) = stored(house, send(clerk, ("ใหญ่.pdf", full)))
    assert document.size == FILE_BYTES == 20_480_000
    assert uploads.TOO_LARGE in refused(house, clerk, ("ใหญ่.pdf", full + b"\0"))


def test_five_files_are_taken_and_six_are_not(house: House, clerk: Client) -> None:
    files = [(f"ไฟล์ที่ {n}.pdf", PDF + str(n).encode()) for n in range(1, 7)]
    assert [document.name for document in stored(house, send(clerk, *files[:5]))] == [name for name, _ in files[:5]]
    assert uploads.TOO_MANY in refused(house, clerk, *files)


def test_one_wrong_file_refuses_all_and_each_is_named(house: House, clerk: Client) -> None:
    said = refused(house, clerk, ("ดี.pdf", PDF), ("ร้าย.exe", b"MZ"), ("ว่าง.pdf", b""), ("ปลอม.png", PDF))
    assert f"ร้าย.exe: {uploads.WRONG_KIND}" in said
    assert f"ว่าง.pdf: {uploads.EMPTY}" in said
    assert f"ปลอม.png: {uploads.NOT_ITSELF}" in said
    assert "ดี.pdf:" not in said


def test_the_faults_are_told_in_english_too(clerk: Client) -> None:
    said = text_of(clerk.upload(f"{ORDER}?lang=en", {"subject": "x"}, [("ร้าย.exe", b"MZ")]))
    assert "ร้าย.exe: This type cannot be attached" in said
    assert uploads.WRONG_KIND not in said


def test_each_file_has_the_description_that_was_typed_beside_it(house: House, clerk: Client) -> None:
    answer = send(
        clerk, ("ก_1.pdf", PDF + b"1"), ("ข.pdf", PDF + b"2"), ("ค.pdf", PDF + b"3"),
        description=["", "  ฉบับ\nลงนาม ", "ย" * 500],
    )  # fmt: skip
    said = [document.description for document in stored(house, answer)]
    assert said == ["ก 1", "ฉบับ ลงนาม", "ย" * uploads.DESCRIPTION_LENGTH]


def test_names_that_would_deceive_are_shown_as_they_are(house: House, clerk: Client) -> None:
    (document,) = stored(house, send(clerk, ("ก\u202efdp.pdf", PDF)))
    assert "\u202e" not in document.name


def test_a_form_without_files_needs_none(house: House, clerk: Client) -> None:
    assert stored(house, send(clerk)) == []


def test_files_that_come_later_keep_the_same_rules(house: House, clerk: Client) -> None:
    answer = send(clerk, ("ก.pdf", PDF))
    address = answer.headers["Location"].partition("?")[0]
    wrong = clerk.upload(f"{address}/files", {}, [("ข.pdf", PDF + b"2"), ("ค.exe", b"MZ")])
    assert (wrong.status, uploads.WRONG_KIND in text_of(wrong)) == (422, True)
    none = clerk.upload(f"{address}/files", {}, [])
    assert (none.status, "โปรดเลือกไฟล์ก่อน" in text_of(none)) == (422, True)
    assert clerk.upload(f"{address}/files", {"description": "ลงนาม"}, [("ข.pdf", PDF + b"2")]).status == 303
    assert [document.description for document in stored(house, answer)] == ["ก", "ลงนาม"]
    with house.database.read() as session:
        assert list(verify.faults(session, house.originals)) == []
