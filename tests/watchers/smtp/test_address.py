"""Envelope addresses have one form, and nothing odd gets through."""

from __future__ import annotations

import pytest

from watchers.smtp import address
from watchers.smtp.replies import Fault


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("FROM:<School@Example.TEST>", "School@example.test"),
        ("from: <a@b.test>", "a@b.test"),
        ("FROM: a@b.test", "a@b.test"),
        ("FROM:<>", ""),
        ("FROM:<@relay.test,@other.test:a@b.test>", "a@b.test"),
        ('FROM:<"a.b"@c.test>', "a.b@c.test"),
        ("FROM:<saraban+finance@office.test>", "saraban+finance@office.test"),
        ("FROM:<a@[192.0.2.1]>", "a@[192.0.2.1]"),
        ("FROM:<a@[IPv6:2001:DB8::1]>", "a@[ipv6:2001:db8::1]"),
        ("FROM:<สารบรรณ@ไทย.test> SMTPUTF8", "สารบรรณ@xn--o3cw4h.test"),
        ("FROM:<a@ไทย.test> SMTPUTF8", "a@xn--o3cw4h.test"),
        ("FROM:<cafe\u0301@b.test> SMTPUTF8", "café@b.test"),
        ("FROM:<prvs=1=a/b#c'd@b.test> BODY=8BITMIME", "prvs=1=a/b#c'd@b.test"),
    ],
)
def test_a_sender_has_one_form(said, meant):
    assert address.sender(said).address == meant


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("", "501 5.5.4"),
        ("<a@b.test>", "501 5.5.4"),
        ("FROM:", "501 5.5.4"),
        ("FROM:<a@b.test", "501 5.5.4"),
        ("FROM:<a@b.test>x", "501 5.5.4"),
        ("FROM:<a b@c.test>", "553 5.1.3"),
        ("FROM:<a>", "553 5.1.3"),
        ("FROM:<@b.test>", "553 5.1.3"),
        ("FROM:<a@>", "553 5.1.3"),
        ("FROM:<a@-b.test>", "553 5.1.3"),
        ("FROM:<a@b..test>", "553 5.1.3"),
        ("FROM:<a\rb@c.test>", "553 5.1.3"),
        ("FROM:<a\0@c.test>", "553 5.1.3"),
        ("FROM:<a(b)@c.test>", "553 5.1.3"),
        ('FROM:<"a b"@c.test>', "553 5.1.3"),
        ("FROM:<" + "a" * 400 + "@c.test>", "553 5.1.3"),
        ("FROM:<ก@b.test>", "553 5.6.7"),
        ("FROM:<a@ไทย.test>", "553 5.6.7"),
        ("FROM:<a\u202e@b.test> SMTPUTF8", "553 5.1.3"),
        ("FROM:<ก\u00a0ข@b.test> SMTPUTF8", "553 5.1.3"),
        ("FROM:<ก,ข@b.test> SMTPUTF8", "553 5.1.3"),
        ("FROM:<ก@> SMTPUTF8", "553 5.1.3"),
        ("FROM:<a@" + "ก" * 80 + ".test> SMTPUTF8", "553 5.1.3"),
        ("FROM:<a@b.test> SIZE=ten", "555 5.5.4"),
        ("FROM:<a@b.test> SIZE=" + "9" * 30, "555 5.5.4"),
        ("FROM:<a@b.test> SIZE=1 SIZE=2", "555 5.5.4"),
        ("FROM:<a@b.test> BODY=BINARYMIME", "555 5.5.4"),
        ("FROM:<a@b.test> SMTPUTF8=yes", "555 5.5.4"),
        ("FROM:<a@b.test> RET=FULL", "555 5.5.4"),
        ("FROM:<a@b.test> =x", "555 5.5.4"),
    ],
)
def test_a_bad_sender_is_the_clients_fault(said, code):
    with pytest.raises(Fault) as caught:
        address.sender(said)
    assert caught.value.reply.decode().startswith(code)


def test_a_sender_may_announce_size_and_body():
    assert address.sender("FROM:<a@b.test> size=1024 body=8BITMIME") == address.Sender("a@b.test", False, 1024)


@pytest.mark.parametrize(
    ("said", "meant"),
    [("TO:<Postmaster>", "postmaster"), ("TO:<a+b@C.test>", "a+b@c.test"), ("to: a@b.test", "a@b.test")],
)
def test_a_recipient_has_one_form(said, meant):
    assert address.recipient(said, utf8=False) == meant


@pytest.mark.parametrize(
    ("said", "code"), [("TO:<>", "501"), ("TO:<a@b.test> NOTIFY=NEVER", "555"), ("FROM:<a@b.test>", "501")]
)
def test_a_bad_recipient_is_the_clients_fault(said, code):
    with pytest.raises(Fault) as caught:
        address.recipient(said, utf8=False)
    assert caught.value.reply.decode().startswith(code)
