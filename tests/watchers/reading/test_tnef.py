"""Outlook's winmail.dat: files to the byte, names in Thai, and streams that break off."""

from __future__ import annotations

import struct

import pytest

from watchers.reading import read, tnef

NAME = "หนังสือราชการ ที่ ๑.pdf"
CONTENT = b"%PDF-1.4\n" + bytes(range(256)) + b"\0\0\0"  # what ends in zeros must keep them


def attribute(level: int, name: int, value: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, 6, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def variable(kind: int, name: int, value: bytes) -> bytes:
    return struct.pack("<HHII", kind, name, 1, len(value)) + value + bytes(-len(value) % 4)


def properties(*each: bytes) -> bytes:
    return struct.pack("<I", len(each)) + b"".join(each)


def winmail(*attributes: bytes) -> bytes:
    codepage = attribute(1, 0x9007, struct.pack("<II", 874, 0))
    return tnef.SIGNATURE + b"\1\0" + codepage + b"".join(attributes)


def file(*told: bytes, title: bytes = b"short.pdf\0") -> bytes:
    return attribute(2, 0x9002, bytes(14)) + attribute(2, 0x8010, title) + b"".join(told)


LONG_NAME = variable(0x1F, 0x3707, (NAME + "\0").encode("utf-16-le"))
NUMBER = struct.pack("<HHI", 3, 0x0E20, 7)
NAMED = struct.pack("<HH", 3, 0x8001) + bytes(16) + struct.pack("<III", 0, 5, 7)


def test_files_keep_every_byte_and_their_long_thai_name() -> None:
    stream = winmail(
        file(attribute(2, 0x800F, CONTENT), attribute(2, 0x9005, properties(NUMBER, NAMED, LONG_NAME))),
        file(attribute(2, 0x800F, b"second"), title="สอง.txt\0".encode("cp874")),
        file(
            attribute(2, 0x9005, properties(variable(0x102, 0x3701, CONTENT), variable(0x1E, 0x370E, b"Image/PNG\0")))
        ),
    )
    mail = b"Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: binary\r\n\r\n" + stream
    found = read(mail)
    assert [(one.name, one.content) for one in found.documents] == [
        (NAME, CONTENT),
        ("สอง.txt", b"second"),
        ("short.pdf", CONTENT),
    ]
    assert found.documents[2].media_type == "image/png"
    assert found.defects == ()


def test_the_text_inside_is_the_text_where_there_is_no_other() -> None:
    plain = winmail(attribute(1, 0x9003, properties(variable(0x1E, 0x1000, "เรียน".encode("cp874")))))
    head = b"Content-Type: application/ms-tnef\r\n\r\n"
    assert read(head + plain).text == "เรียน"
    html = winmail(attribute(1, 0x9003, properties(variable(0x102, 0x1013, b"<p>one<p>two"))))
    assert read(head + html).text == "one\ntwo"


def test_files_of_an_embedded_message_are_found() -> None:
    inner = winmail(file(attribute(2, 0x800F, CONTENT)))
    outer = winmail(file(attribute(2, 0x9005, properties(variable(0x0D, 0x3701, bytes(16) + inner)))))
    assert CONTENT in [one.content for one in tnef.read(outer, []).files]


@pytest.mark.parametrize("length", [0, 3, 6, 20, 60, 120, 300])
def test_a_stream_that_breaks_off_is_kept_as_it_is_and_named(length: int) -> None:
    stream = winmail(file(attribute(2, 0x800F, CONTENT), attribute(2, 0x9005, properties(LONG_NAME))))[:length]
    found = read(b"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n" + stream)
    assert len(found.documents) == 1
    assert found.defects in (("tnef",), ())
