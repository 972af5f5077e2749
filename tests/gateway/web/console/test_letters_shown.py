"""Letters as one looks at them: text, HTML in its frame, files saved or drawn, in the tray and after (5.1)."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from ledger.intakes import IntakeRow
from ledger.letters import DocumentRow
from ledger.originals import digest
from tests.gateway.web.console.house import Client, House, text_of
from tests.gateway.web.console.offers import FORM, HTML, Dropped, faults, hold, mail, pdf, rows


@pytest.fixture
def clerk(house: House) -> Client:
    return house.signed_in("office.central_clerk")


def test_a_mail_is_shown_as_text_and_its_html_only_in_a_closed_frame(house: House, clerk: Client) -> None:
    key = hold(house, mail(html=HTML + "<script>alert(1)</script><img src=http://evil.example/x>"))
    page = clerk.get(f"/tray/{key}")
    assert f'<iframe class="body" src="/tray/{key}/body" sandbox referrerpolicy="no-referrer"' in page.text
    assert "evil.example" not in page.text
    framed = clerk.get(f"/tray/{key}/body")
    policy = framed.headers["Content-Security-Policy"]
    assert policy.split("; ")[:2] == ["sandbox", "default-src 'none'"]
    assert "allow-" not in policy
    assert {"frame-ancestors 'self'", "base-uri 'none'", "form-action 'none'"} <= set(policy.split("; "))
    assert "X-Frame-Options" not in framed.headers
    assert framed.headers["X-Content-Type-Options"] == "nosniff"
    assert framed.headers["Referrer-Policy"] == "no-referrer"
    assert framed.headers["Cache-Control"] == "private, no-store"
    assert "ผู้อำนวยการ" in framed.text
    assert "script" not in framed.text
    assert "<img" not in framed.text


def test_files_are_saved_never_shown_and_withheld_ones_are_not_served(house: House, clerk: Client) -> None:
    files = {"หนังสือ.pdf": pdf(), "โปรแกรม.exe": b"MZ" + b"x" * 99, "\u202egpj.exe": b"MZ", "page.html": b"<html>x"}
    key = hold(house, mail(files=files))
    page = clerk.get(f"/tray/{key}")
    saved = clerk.get(f"/tray/{key}/files/1")
    assert saved.body == files["หนังสือ.pdf"]
    assert saved.headers["Content-Disposition"].startswith("attachment;")
    assert saved.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    for position in (2, 3, 4):
        assert clerk.get(f"/tray/{key}/files/{position}").status == 409
        assert f'href="/tray/{key}/files/{position}"' not in page.text
    for position in (0, 5, 10**30):
        assert clerk.get(f"/tray/{key}/files/{position}").status == 404
    assert "\u202e" not in page.text
    assert "PDF" in text_of(page)


def test_the_original_is_saved_byte_for_byte(house: House, clerk: Client) -> None:
    content = mail(files={"ก.pdf": pdf()})
    answer = clerk.get(f"/tray/{hold(house, content)}/original")
    assert answer.body == content
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert ".eml" in answer.headers["Content-Disposition"]


def test_pages_of_pdfs_and_scans_are_pictures(house: House, clerk: Client) -> None:
    photo = BytesIO()
    Image.new("RGB", (300, 400), "gray").save(photo, "JPEG")
    files = {"หนังสือ.pdf": pdf(3), "สแกน.jpg": photo.getvalue(), "เสีย.pdf": b"%PDF-1.7 x", "ก.txt": b"text"}
    key = hold(house, mail(files=files))
    page = clerk.get(f"/tray/{key}")
    assert page.text.count(f"/tray/{key}/files/1/page/") == 6  # each as picture and as its link
    assert 'width="1240" height="1754"' in page.text
    assert f"/tray/{key}/files/3/page/" not in page.text
    assert "แสดงภาพของไฟล์นี้ไม่ได้" in text_of(page)
    for path in ("1/page/1", "1/page/3", "2/page/1"):
        picture = clerk.get(f"/tray/{key}/files/{path}.png")
        assert picture.headers["Content-Type"] == "image/png"
        assert picture.headers["X-Content-Type-Options"] == "nosniff"
        assert picture.headers["Cache-Control"] == "private, no-store"
        assert picture.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none';")
        assert Image.open(BytesIO(picture.body), formats=["PNG"]).width >= 300
    for path in ("1/page/4", "1/page/0", "1/page/99999999999", "3/page/1", "4/page/1", "9/page/1"):
        assert clerk.get(f"/tray/{key}/files/{path}.png").status == 404


def test_what_nobody_could_read_keeps_its_original_as_its_file(house: House, clerk: Client) -> None:
    content = mail("อ่านไม่ได้")
    key = hold(house, content)
    with house.act() as act:
        act.alter(IntakeRow, key, defects="unreadable: time")
    page = text_of(clerk.get(f"/tray/{key}"))
    assert "ระบบอ่านบางส่วนของรายการนี้ไม่ได้" in page
    assert f"ต้นฉบับ-{key}.eml" in page
    assert clerk.post(f"/tray/{key}/register", FORM).status == 303
    (document,) = rows(house, DocumentRow)
    assert document.sha256 == digest(content)
    assert faults(house) == []


def test_a_registered_letter_shows_its_mail_and_its_pages(house: House, clerk: Client) -> None:
    content = mail(html=HTML, files={"หนังสือ.pdf": pdf(2), "โปรแกรม.exe": b"MZ"})
    clerk.post(f"/tray/{hold(house, content)}/register", FORM)
    page = clerk.get("/entries/1/mail")
    assert "ลงวันที่ 24 พ.ย. 2569" in text_of(page)
    assert '<iframe class="body" src="/entries/1/mail/body" sandbox' in page.text
    assert "allow-" not in clerk.get("/entries/1/mail/body").headers["Content-Security-Policy"]
    assert clerk.get("/entries/1/mail/original").body == content
    view = clerk.get("/entries/1/files/1/view")
    assert view.text.count("<img") == 2
    assert clerk.get("/entries/1/files/1/page/2.png").headers["Content-Type"] == "image/png"
    assert clerk.get("/entries/1/files/1/page/3.png").status == 404
    assert "ไม่มีภาพของไฟล์นี้" in text_of(clerk.get("/entries/1/files/2/view"))
    assert clerk.get("/entries/1/files/9/view").status == 404
    stranger = house.signed_in("s1.director")
    for path in ("mail", "mail/body", "mail/original", "files/1/view", "files/1/page/1.png"):
        assert stranger.get(f"/entries/1/{path}").status == 404


def test_a_secret_letters_mail_is_for_its_readers(house: House, clerk: Client) -> None:
    clerk.post(f"/tray/{hold(house, mail(files={'ก.pdf': pdf()}))}/register", {**FORM, "secrecy": "secret"})
    plain = house.signed_in("office.plain")
    for path in ("mail", "mail/body", "mail/original", "files/1/view", "files/1/page/1.png"):
        assert clerk.get(f"/entries/1/{path}").status == 200
        assert plain.get(f"/entries/1/{path}").status == 403


def test_a_letter_that_came_otherwise_has_no_mail(house: House, clerk: Client) -> None:
    clerk.post(f"/tray/{hold(house, pdf(), dropped=Dropped())}/register", FORM)
    clerk.post("/registers/incoming/new", {**FORM, "key": "k"})
    assert [clerk.get(f"/entries/{entry}/mail").status for entry in (1, 2)] == [404, 404]
    assert clerk.get("/entries/1/files/1/view").text.count("<img") == 1
