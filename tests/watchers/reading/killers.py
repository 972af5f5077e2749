"""Mails made to stop a parser: those of which Python's own falls, and those aimed at ours."""

from __future__ import annotations

HEAD = b"Subject: s\r\nTo: x@example.test\r\n"
HTML = b"Content-Type: text/html\r\n\r\n"
MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"

KILLERS: dict[str, bytes] = {
    "half an address literal": b"From: a@[\r\n" + HEAD + b"\r\nx",
    "an empty Message-ID": b"Message-ID: <>\r\n" + HEAD + b"\r\nx",
    "500 nested comments": b"From: " + b"(" * 500 + b"a" + b")" * 500 + b" <a@example.test>\r\n" + HEAD + b"\r\nx",
    "20,000 encoded words": b"Subject: " + b"=?utf-8?q?a?= " * 20_000 + b"\r\n\r\nx",
    "20,000 folded encoded words": b"Subject: " + b"=?utf-8?q?a?=\r\n " * 20_000 + b"\r\n\r\nx",
    "50,000 parameters": b"Content-Type: text/plain" + b"; a=b" * 50_000 + b"\r\n\r\nx",
    "50,000 numbered parameters": b"Content-Type: text/plain"
    + b"".join(b";\r\n a*%d*=b" % number for number in range(50_000))
    + b"\r\n\r\nx",
    "100,000 parts": MIXED + b"--b\r\n\r\nx\r\n" * 100_000 + b"--b--",
    "nesting 5,000 deep": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (number, number) for number in range(5_000)
    ),
    "50,000 mails in mails": b"Content-Type: message/rfc822\r\n\r\n" * 50_000,
    "100,000 header lines": b"A: b\r\n" * 100_000 + b"\r\nx",
    "a header of 10 MB": b"A: " + b"x" * 10_000_000 + b"\r\n\r\nx",
    "100,000 addresses": b"From: " + b"a@example.test," * 100_000 + b"\r\n\r\nx",
    "quotes that never close": b"From: " + b'"\\' * 8_000 + b"\r\nTo: " + b'"\\' * 8_000 + b"\r\n\r\nx",
    "a megabyte of NUL": b"\0" * 1_000_000,
    "nothing but CR": b"\r" * 1_000_000,
    "nothing but LF": b"\n" * 1_000_000,
    "two million <": HTML + b"<" * 2_000_000,
    "tags that never close": HTML + b'<a "' * 500_000,
    "comments that never close": HTML + b"<!--" * 500_000,
    "scripts that never close": HTML + b"<script>" * 300_000,
    "comments before no markup": b"Content-Type: image/png\r\n\r\n" + b"<!-- -->" * 100_000,
    "boundaries without parts": MIXED + b"\r\n--b" * 500_000,
    "boundaries without a boundary": b"Content-Type: multipart/mixed\r\n\r\n" + b"\r\n--bbbbbbbbbb" * 100_000,
    "base64 of padding only": b"Content-Transfer-Encoding: base64\r\n\r\n" + b"a=" * 500_000,
    "a broken uuencode": b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\n" + b"~\n" * 500_000,
    "every high byte": HEAD + b"\r\n" + bytes(range(128, 256)) * 10_000,
    "half of UTF-7": b"Content-Type: text/plain; charset=utf-7\r\n\r\n" + b"+" * 1_000_000,
    "a codec that is none": b"Content-Type: text/plain; charset=punycode\r\n\r\n" + b"a-" + b"z\xff" * 100_000,
    "a winmail.dat of promises": b"Content-Type: application/ms-tnef\r\n\r\n\x78\x9f\x3e\x22\0\0"
    + b"\2\x05\x90\0\0\4\0\0\0\xff\xff\xff\x7f\0\0" * 100_000,
    "a name of marks": b'Content-Disposition: attachment; filename="' + b"\xcc\x81" * 7_000 + b'"\r\n\r\nx',
    "half a million letter numbers": HEAD + b"\r\n" + b"1/" * 500_000,
}
