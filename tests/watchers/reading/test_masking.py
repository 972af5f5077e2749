"""What is read has no link of ours, wherever in a mail it stands; files are handed out without them."""

from __future__ import annotations

import zipfile
from base64 import b64encode
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from io import BytesIO
from quopri import encodestring
from typing import Any

import pytest
from fpdf import FPDF

from ledger.letters import token_hash
from ledger.masks import MARK, PLAIN_MARK, Mask
from ledger.values import Reading
from tests.watchers.reading.test_tnef import attribute, file, properties, variable, winmail
from watchers.reading import copies, own, packed, printed, read, rescue

TOKEN = "wL3-q_7Rk2ZyT0aVbN8cXd5eFgH1iJ4mKoPsQuWxY9z"
LINK = f"https://saraban.office.example/r/{TOKEN}"
HASH = token_hash(TOKEN)


OURS = frozenset({HASH})  # what the ledger says when it is asked


def asked() -> Mask:
    return Mask(OURS)


def opened(**told: Any) -> packed.Opening:
    return packed.Opening(OURS, **told)


def mail(text: str = "เรียน ผอ.", subject: str = "ตอบรับ", html: str = "") -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = "a@school.example", "saraban@office.example", subject
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def attached(content: bytes, name: str, kind: str = "application/octet-stream") -> bytes:
    message = mail()
    message.add_attachment(content, *kind.split("/"), filename=name)
    return message.as_bytes()


def passed_on(inner: EmailMessage, text: str = "") -> bytes:
    message = mail(text)
    message.add_attachment(inner)
    return message.as_bytes()


def said(reading: Reading) -> str:
    """Everything of a reading that is kept or shown, but the bytes of its files."""
    names = [(document.name, document.stored_name) for document in reading.documents]
    return repr((reading, reading.html, names))


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

PLACES = {
    "text": mail(f"> {LINK}").as_bytes(),
    "html": mail("ดู", html=f'<p><a href="{LINK}">เปิด</a> {LINK[:50]}<wbr>{LINK[50:]}</p>').as_bytes(),
    "subject": mail(subject=f"Fwd: {LINK}").as_bytes(),
    "name of the sender": b"From: =?utf-8?B?%b?= <a@school.example>\r\nSubject: x\r\n\r\n" % b64encode(LINK.encode()),
    "file name": attached(b"%PDF-1.4", f"saraban_r_{TOKEN}.pdf"),
    "enclosed mail": passed_on(mail(f"เปิด {LINK}", subject=f"{LINK}")),
    "mail enclosed in an enclosed one": passed_on(message_from_bytes(passed_on(mail(LINK)), policy=SMTP)),
    "eml file": attached(mail(LINK).as_bytes(), "fwd.eml"),
    "text file": attached(LINK.encode(), "note.txt", "text/plain"),
    "base64 text": b"Subject: x\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64encode(LINK.encode()),
    "quoted-printable": b"Subject: x\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    + encodestring(LINK.encode()),
}


@pytest.mark.parametrize("content", PLACES.values(), ids=PLACES)
def test_a_reading_has_no_link_and_says_which_was_there(content: bytes) -> None:
    reading = read(content, sender="a@school.example", known=OURS)
    assert TOKEN not in said(reading)
    assert reading.links == (HASH,)
    assert not reading.defects


def test_the_word_behind_a_link_in_html_is_no_part_of_it() -> None:
    html = f'<p>ดู <a href="{LINK}">{LINK}</a><b>See</b> <a href="x">here</a>.</p>'.encode()
    found = read(b"Subject: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html, known=OURS)
    assert (found.text, found.links) == (f"ดู {MARK} See here.", (HASH,))


def test_the_diagnostic_of_a_bounce_has_none() -> None:
    report = (
        b"From: MAILER-DAEMON@x.example\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\nMIME-Version: 1.0\r\n\r\n'
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
        b"Final-Recipient: rfc822; s@school.example\r\nAction: failed\r\nStatus: 5.7.1\r\n"
        b"Diagnostic-Code: smtp; 554 5.7.1 blocked: %b\r\n\r\n--b--\r\n" % LINK.encode()
    )
    (bounce,) = read(report, sender="", known=OURS).bounces
    assert bounce.diagnostic == f"smtp; 554 5.7.1 blocked: {MARK}"


def test_what_nothing_could_read_shows_none_either() -> None:
    assert rescue.reading(f"Subject: {LINK}\n\nx".encode(), "", "crash", OURS).subject == MARK


def test_a_mail_of_our_own_is_read_as_it_is() -> None:
    assert LINK in own(mail(LINK).as_bytes()).text


def test_masking_leaves_identity_and_files_as_they_came() -> None:
    content = attached(LINK.encode(), "note.txt", "text/plain")
    masked, bare = read(content, known=OURS), own(content)
    assert (masked.identity, masked.documents) == (bare.identity, bare.documents)


COPIED = {
    "text": (f"เปิด {LINK}\n".encode(), "x.txt", f"เปิด {MARK}\n".encode()),
    "text of a Thai charset": (f"เปิด {LINK}".encode("tis-620"), "x.txt", f"เปิด {PLAIN_MARK}".encode("tis-620")),
    "text in two bytes a letter": (LINK.encode("utf-16"), "x.txt", MARK.encode("utf-16")),
    "text with a byte order mark": (LINK.encode("utf-8-sig"), "x.txt", MARK.encode("utf-8-sig")),
    "HTML": (f'<html><a href="{LINK}">'.encode(), "x.html", f'<html><a href="{MARK}">'.encode()),
    "PDF": (
        f"%PDF-1.4 /URI ({LINK}) %%EOF".encode(),
        "x.pdf",
        f"%PDF-1.4 /URI (https://saraban.office.example/r/{'x' * 43}) %%EOF".encode(),
    ),
    "Outlook's own file": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + LINK.encode("utf-16-le"),
        "x.msg",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + LINK.replace(TOKEN, "x" * 43).encode("utf-16-le"),
    ),
}


@pytest.mark.parametrize(("content", "name", "handed_out"), COPIED.values(), ids=COPIED)
def test_a_file_is_handed_out_without_links(content: bytes, name: str, handed_out: bytes) -> None:
    mask = asked()
    assert copies.copy(content, name, mask) == handed_out
    assert mask.links == {HASH}


def test_a_mail_under_another_name_is_taken_apart_as_well() -> None:
    message = mail(LINK)
    message.replace_header("Content-Transfer-Encoding", "base64")
    message.set_payload(b64encode(LINK.encode()).decode())
    shown = message_from_bytes(copies.copy(message.as_bytes(), "saved.dat", asked()), policy=default)
    assert shown.get_content().strip() == MARK


@pytest.mark.parametrize("encoding", ["7bit", "base64", "quoted-printable"])
@pytest.mark.parametrize("depth", [0, 1, 2])
def test_a_mail_is_handed_out_without_links_in_any_of_its_parts(encoding: str, depth: int) -> None:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = f"เรื่อง {LINK}"
    message.set_content(f"> {LINK}\n> again", cte=encoding)
    message.add_alternative(f"<a href='{LINK}'>x</a>", subtype="html", cte=encoding)
    message.add_attachment(LINK.encode(), "text", "plain", filename="note.txt")
    for _ in range(depth):
        around = mail("ส่งต่อ")
        around.add_attachment(message)
        message = around
    mask = asked()
    copy = copies.copy(message.as_bytes(), "letter.eml", mask)
    decoded = "\n".join(
        str(part["subject"]) + (part.get_content() if part.get_content_maintype() == "text" else "")
        for part in message_from_bytes(copy, policy=default).walk()
    )
    assert TOKEN.encode() not in copy
    assert TOKEN not in decoded
    assert decoded.count(MARK) + decoded.count(PLAIN_MARK) == 4
    assert mask.links == {HASH}


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (passed_on(mail("ไม่มีลิงก์", subject="ก" * 80)), "letter.eml"),
        (attached(bytes(range(256)) * 40, "x.bin"), "letter.eml"),
        (b"From: a\nno header at all\n\nTo: b", "odd.eml"),
        (bytes(range(256)), "x.bin"),
        ("ข้อความ\r\n".encode("tis-620"), "x.txt"),
        (b"", "x.txt"),
    ],
)
def test_what_has_no_link_is_handed_out_byte_for_byte(content: bytes, name: str) -> None:
    assert copies.copy(content, name, asked()) == content


def zipped(**members: str | bytes) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return made.getvalue()


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def office(body: str, target: str = "") -> bytes:
    xml = '<?xml version="1.0"?>'
    types = f"{xml}<Types/>"
    rels = f'{xml}<Relationships><Relationship Target="{target}"/></Relationships>'
    return zipped(types_xml=types, word__document_xml=f"{xml}<w:p>{body}</w:p>", word__rels=rels, word__a_png=PICTURE)


PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
CUT = f"<w:r><w:t>{LINK[:50]}</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>{LINK[50:]}</w:t></w:r>"


def test_an_office_file_is_handed_out_without_links() -> None:
    content, mask = office(f"<w:t>{LINK}</w:t>", LINK), opened()
    shown = copies.copy(content, "x.docx", mask)
    was, now = unzipped(content), unzipped(shown)
    blotted = {name: data.replace(TOKEN.encode(), packed.BLOT.encode()) for name, data in was.items()}
    assert TOKEN.encode() in was["word/document.xml"]
    assert now == blotted
    assert mask.links == {HASH}
    assert copies.copy(shown, "x.docx", opened()) == shown


@pytest.mark.parametrize(
    "content",
    [
        office(CUT),
        office(LINK.replace("_", "%5F")),
        office("".join(f"<w:t>{letter}</w:t>" for letter in LINK)),
        zipped(inner_docx=office(CUT)),
        zipped(a_xml=b"<?xml ?>" + b"/r/ " * 2_000_000),
    ],
    ids=["runs", "encoded", "each letter", "in an archive", "too much"],
)
def test_a_file_from_which_a_link_cannot_be_taken_is_not_handed_out(content: bytes) -> None:
    assert copies.looks_through(content)
    with pytest.raises(packed.Hidden):
        copies.copy(content, "x.zip", opened())


@pytest.mark.parametrize(
    "damage", [(b"unread", b"UNREAD"), (b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")]
)
def test_a_member_that_nobody_can_open_hides_no_link_in_the_others(damage: tuple[bytes, bytes]) -> None:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("b.txt", "unread")
        archive.writestr("a.txt", LINK)
    content = made.getvalue().replace(*damage, 1)
    with pytest.raises(packed.Hidden):
        copies.copy(content, "x.zip", opened())
    harmless = content.replace(TOKEN.encode(), b"." * len(TOKEN))
    assert copies.copy(harmless, "x.zip", opened()) == harmless


def test_an_archive_is_handed_out_without_links_in_its_members() -> None:
    members = {"a_txt": f"> {LINK}\n", "b_eml": mail(LINK).as_bytes(), "c_docx": office(LINK), "d_zip": zipped(x=LINK)}
    shown = unzipped(copies.copy(zipped(**members), "x.zip", opened()))
    assert shown["a.txt"].decode() == f"> {MARK}\n"
    assert TOKEN.encode() not in shown["b.eml"]
    assert TOKEN.encode() not in b"".join(unzipped(shown["c.docx"]).values())
    assert unzipped(shown["d.zip"]) == {"x": MARK.encode()}


def test_a_token_alone_in_an_office_file_is_asked_for() -> None:
    mask = packed.Opening()
    content = office(f"<w:t>รหัส {TOKEN}</w:t>")
    assert copies.copy(content, "x.docx", mask) == content
    assert HASH in mask.doubtful
    with pytest.raises(packed.Hidden):
        copies.copy(content, "x.docx", opened())


@pytest.mark.parametrize(
    "content",
    [
        office("<w:t>/r/ ไม่มีลิงก์ https://www.reddit.com/r/thailand</w:t>"),
        zipped(a_txt="x", b_bin=bytes(range(256))),
        zipped(a_txt=LINK)[:-30],
        zipped(a_txt=LINK).replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"),
    ],
    ids=["office", "archive", "broken", "encrypted"],
)
def test_an_archive_without_a_link_or_that_nobody_can_open_is_handed_out_byte_for_byte(content: bytes) -> None:
    assert copies.copy(content, "x.zip", opened()) == content


def behind_its_end(content: bytes) -> bytes:
    return content + LINK.encode()


def named(name: str) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, "x")
    return made.getvalue()


def with_a_comment(content: bytes) -> bytes:
    made = BytesIO(content)
    with zipfile.ZipFile(made, "a") as archive:
        archive.comment = f"see {LINK}".encode()
    return made.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        named(f"office_r_{TOKEN}.html"),
        with_a_comment(zipped(a_txt="x")),
        behind_its_end(zipped(a_txt="x")),
    ],
    ids=["name", "comment", "behind its end"],
)
def test_an_archive_has_no_link_beside_its_members(content: bytes) -> None:
    with pytest.raises(packed.Hidden):
        copies.copy(content, "x.zip", opened())
    assert copies.copy(content, "x.zip", packed.Opening()) == content


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be"])
def test_text_of_two_bytes_a_letter_is_known_without_its_mark(charset: str) -> None:
    words = "เรียน ผู้อำนวยการโรงเรียน ขอส่งลิงก์"
    content = f"{words} {LINK}\n{words}".encode(charset)
    assert copies.copy(content, "x.txt", opened()) == f"{words} {MARK}\n{words}".encode(charset)
    assert copies.copy(content, "x.txt", packed.Opening()) == content


def test_outlooks_file_is_handed_out_without_links() -> None:
    said = attribute(1, 0x9003, properties(variable(0x1F, 0x1000, f"ดู {LINK}".encode("utf-16-le"))))
    stream = winmail(said, file(attribute(2, 0x800F, LINK.encode())))
    blotted = "https://saraban.office.example/r/" + packed.BLOT
    said = attribute(1, 0x9003, properties(variable(0x1F, 0x1000, f"ดู {blotted}".encode("utf-16-le"))))
    assert copies.looks_through(stream)
    expected = winmail(said, file(attribute(2, 0x800F, blotted.encode())))
    assert copies.copy(stream, "winmail.dat", opened()) == expected
    assert copies.copy(stream, "winmail.dat", packed.Opening()) == stream
    for hidden in (zipped(a_txt=LINK), LINK.replace("_", "%5F").encode()):
        with pytest.raises(packed.Hidden):
            copies.copy(winmail(file(attribute(2, 0x800F, hidden))), "winmail.dat", opened())


def test_no_more_is_unpacked_than_there_is_room_for() -> None:
    bomb = zipped(a=bytes(3_000_000), b=bytes(3_000_000))
    with pytest.raises(packed.Hidden):
        copies.copy(bomb, "x.zip", opened(room=5_000_000))
    with pytest.raises(packed.Hidden):
        copies.copy(zipped(inner=bomb), "x.zip", opened(room=5_000_000))


def a_print(words: str = "", target: str = "") -> bytes:
    """A PDF as a browser prints a mail: what is written is compressed, and breaks where a line is full."""
    document = FPDF()
    document.set_font("Helvetica")
    document.add_page()
    document.multi_cell(60, text=words, wrapmode="CHAR")
    document.cell(text="here", link=target)
    return bytes(document.output())


@pytest.mark.parametrize("words", [LINK, f"See {LINK}.", f"> {LINK[:40]}\n> {LINK[40:]}"])
def test_a_link_that_is_printed_in_a_pdf_is_not_handed_out(words: str) -> None:
    content = a_print(words)
    assert TOKEN.encode() not in content
    assert copies.looks_through(content)
    for around, name in ((content, "x.pdf"), (zipped(x_pdf=content), "x.zip"), (attached(content, "x.pdf"), "x.eml")):
        with pytest.raises(packed.Hidden):
            copies.copy(around, name, opened(pages=printed.texts))


def test_an_address_in_a_pdf_is_overwritten_and_a_pdf_without_a_link_stays() -> None:
    linked, bare = a_print("See", LINK), a_print("See https://www.reddit.com/r/thailand", "https://office.example/r/")
    shown = linked.replace(TOKEN.encode(), packed.BLOT.encode())
    assert shown != linked
    assert copies.copy(linked, "x.pdf", opened(pages=printed.texts)) == shown
    assert copies.copy(bare, "x.pdf", opened(pages=printed.texts)) == bare
    assert any("reddit" in text for text in printed.texts(bare))
    assert "https://office.example/r/" in list(printed.texts(bare))


@pytest.mark.parametrize("content", [b"%PDF-1.4 broken", b"%PDF-1.4\n%%EOF", a_print("x")[:300]])
def test_a_pdf_that_cannot_be_opened_is_handed_out_byte_for_byte(content: bytes) -> None:
    assert copies.copy(content, "x.pdf", opened(pages=printed.texts)) == content


def test_a_reading_opens_nothing() -> None:
    content = office(LINK)
    assert copies.copy(content, "x.docx", asked()) == content


@pytest.mark.parametrize(
    ("content", "through"),
    [
        (f"%PDF-1.4 /URI ({LINK}) %%EOF".encode(), True),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + LINK.encode("utf-16-le"), True),
        (OLE + b"/r/ and /join/", False),
        (OLE + b"/r/" * 900, False),
        (OLE + b"/r/" * 2000, True),
        (b"\xff\xd8\xff picture", False),
        (b"MZ program", False),
        (LINK.encode(), True),
        (b"", True),
    ],
)
def test_only_what_may_have_a_link_is_given_to_a_child(content: bytes, through: bool) -> None:
    assert copies.looks_through(content) is through


def test_what_is_nested_too_deeply_is_not_handed_out() -> None:
    content = LINK.encode()
    for _ in range(30):
        content = b"Content-Type: message/rfc822\r\n\r\n" + content
    with pytest.raises(ValueError, match="deep"):
        copies.copy(content, "x.eml", asked())
