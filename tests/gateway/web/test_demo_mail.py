"""The demo's web mail: what it lists, finds and shows."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest

from gateway.web.demo_mail import Line
from gateway.web.mailbox import MailboxView
from tests.gateway.web.mails import write
from tests.gateway.web.office import OFFICE, ORDINARY
from tests.gateway.web.site import Site, site


def test_an_empty_mailbox_says_what_to_do(demo: tuple[Site, Path]) -> None:
    text = demo[0].get("/demo/mail").text
    assert "ยังไม่มีจดหมาย" in text
    assert "ตัวอย่าง — จดหมายเหล่านี้ไม่ได้ถูกส่งออกไปจริง" in text


def test_mails_are_listed_newest_first_and_appear_as_they_are_written(demo: tuple[Site, Path]) -> None:
    web, folder = demo
    write(folder, "old", subject="หนังสือเก่า", minutes_ago=5)
    write(folder, "new", subject="หนังสือใหม่")
    text = web.get("/demo/mail").text
    assert text.index("หนังสือใหม่") < text.index("หนังสือเก่า")
    assert "14 ส.ค. 2569 10:47 น." in text
    write(folder, "newest", subject="หนังสือล่าสุด", minutes_ago=-1)
    assert "หนังสือล่าสุด" in web.get("/demo/mail").text


def test_mails_are_filtered_by_recipient_and_by_words(demo: tuple[Site, Path]) -> None:
    web, folder = demo
    write(folder, "a", to="กลุ่มการเงิน <Finance@esao.example>", subject="เรื่องเงิน")
    write(folder, "b", to="policy@esao.example", subject="เรื่องแผน", text="ประชุม วันจันทร์")
    assert "เรื่องแผน" not in web.get("/demo/mail?to=finance@esao.example").text
    assert "เรื่องเงิน" not in web.get("/demo/mail?to=POLICY@esao.example&q=").text
    found = web.get("/demo/mail?q=%E0%B8%88%E0%B8%B1%E0%B8%99%E0%B8%97%E0%B8%A3%E0%B9%8C%20POLICY").text
    assert "เรื่องแผน" in found
    assert "เรื่องเงิน" not in found
    assert "ไม่พบจดหมาย" in web.get("/demo/mail?q=nothing").text


def test_a_long_list_is_turned_page_by_page(demo: tuple[Site, Path]) -> None:
    web, folder = demo
    for number in range(51):
        write(folder, f"m{number:02}", subject=f"ฉบับที่ {number:02}.", minutes_ago=number)
    first, second = web.get("/demo/mail?q="), web.get("/demo/mail?q=&page=1")
    assert "ฉบับที่ 49." in first.text
    assert "ฉบับที่ 50." not in first.text
    assert 'href="?q=&page=1"' in unescape(first.text)
    assert "ฉบับที่ 50." in second.text
    assert web.get("/demo/mail?page=99999").status == web.get("/demo/mail?page=-1").status == 200


def test_a_mail_is_shown_as_html_text_headers_and_file(demo: tuple[Site, Path]) -> None:
    web, folder = demo
    path = write(folder, "one", text="ข้อความล้วนของจดหมาย", html="<b>เนื้อความ</b>")
    page = web.get("/demo/mail/one").text
    assert OFFICE in page
    assert 'src="/demo/mail/one/body" sandbox="allow-popups ' in page
    assert "<b>เนื้อความ</b>" in web.get("/demo/mail/one/body").text
    assert "ข้อความล้วนของจดหมาย" in web.get("/demo/mail/one?view=text").text
    assert "finance@esao.example" in web.get("/demo/mail/one?view=headers").text
    saved = web.get("/demo/mail/one/eml")
    assert saved.body == path.read_bytes()
    assert saved.headers["Content-Disposition"].startswith("attachment;")


def test_a_mail_without_html_opens_as_text(demo: tuple[Site, Path]) -> None:
    web, folder = demo
    write(folder, "plain", html="", text="มีแต่ข้อความ")
    assert "มีแต่ข้อความ" in web.get("/demo/mail/plain?view=html").text


@pytest.mark.parametrize("name", ["nothing", "..%2f..%2fetc%2fpasswd", "..%2Fone", "%00", "one.eml"])
def test_a_mail_is_looked_up_and_never_made_into_a_path(demo: tuple[Site, Path], name: str) -> None:
    web, folder = demo
    write(folder, "one")
    assert {web.get(f"/demo/mail/{name}{part}").status for part in ("", "/body", "/eml")} == {404}


def test_the_links_of_a_mail_open_beside_it(demo: tuple[Site, Path]) -> None:
    web, folder = demo
    write(folder, "one", html=f'<a href="http://127.0.0.1/r/{ORDINARY}" style="color:#0b5d66;position:fixed">เปิด</a>')
    body = web.get("/demo/mail/one/body").text
    assert f'href="http://127.0.0.1/r/{ORDINARY}"' in body
    assert 'target="_blank"' in body
    assert 'rel="noopener noreferrer"' in body
    assert 'style="color:#0b5d66"' in body


def test_a_file_that_is_no_mail_is_listed_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "odd.eml").write_bytes(b"From: a@[\r\nSubject: =?x-unknown?Q?=E0?=\r\nTo: =?bad\r\n\r\n\xff\xfe body")
    (tmp_path / "none.eml").write_bytes(b"")
    (tmp_path / "folder.eml").mkdir()
    (tmp_path / "half.eml.tmp").write_bytes(b"Subject: not yet\r\n\r\n")
    assert {letter.id for letter in MailboxView(tmp_path).letters()} == {"odd", "none"}


def test_a_folder_that_is_not_there_yet_is_an_empty_mailbox(tmp_path: Path) -> None:
    box = MailboxView(tmp_path / "later")
    assert (box.letters(), box.mailboxes()) == ([], [])


def test_a_long_name_of_a_sender_is_put_together_without_gaps(tmp_path: Path) -> None:
    write(tmp_path, "one")
    (letter,) = MailboxView(tmp_path).letters()
    assert letter.sender == f"{OFFICE} <saraban@esao.example>"


def test_the_start_page_tells_what_runs_and_shows_the_last_mails(tmp_path: Path) -> None:
    write(tmp_path, "one")
    with site(mail=tmp_path, story=lambda: [Line("หนังสือรับ", "5")]) as web:
        text = web.get("/").text
        assert "<dt>หนังสือรับ</dt><dd>5</dd>" in text
        assert 'href="/demo/mail/one"' in text
        assert "Open the demo mail" in web.get("/?lang=en").text


def test_without_a_demo_there_is_no_mail_to_look_at(web: Site) -> None:
    assert web.get("/demo/mail").status == web.get("/").status == 404
