"""Mail after mail over one connection, pipelined where the server allows it (RFC 2920)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from ledger.values import AnswerKind, Mail
from mailers import headers
from mailers.connection import Broken, Connection, Reply, Timeouts

# Refusals that speak of how we signed in: the settings are wrong, not the mail (I9).
_OURS = frozenset({530, 534, 535, 538})
_CLOSING = 421


class Waiting(Protocol):
    """The mails that wait, shared by all connections."""

    stopped: bool

    def take(self) -> Mail | None: ...

    def give_back(self, mail: Mail) -> None: ...

    def answer(self, mail: Mail, kind: AnswerKind, text: str) -> None: ...


class Conversation:
    """One connection at work. The final dot of a mail and the envelope of the next leave in one write."""

    def __init__(self, connection: Connection, waiting: Waiting, timeouts: Timeouts) -> None:
        self._connection = connection
        self._waiting = waiting
        self._timeouts = timeouts
        self._pipelining = connection.has_extn("pipelining")
        self._mail: Mail | None = None
        self._next: Mail | None = None
        self._refusal: Reply | None = None
        self._handing = 0  # bytes of text and final dot that are on their way
        self.carried = 0  # mails on which the server gave its word
        self.trouble = ""  # why it ended early

    def run(self, first: Mail) -> None:
        """Send `first` and what waits. Every mail taken is answered or given back, however this ends."""
        try:
            self._mail = self._fit(first)
            self._write(b"", self._mail)
            while self._mail:
                self._send(self._mail)
                self._mail, self._next = self._next, None
            self._connection.leave()
        except Broken as trouble:
            self._abandon(str(trouble))
        except BaseException:
            self._abandon("การส่งหยุดกลางคัน (sending was interrupted)")
            raise
        finally:
            self._connection.close()

    def _send(self, mail: Mail) -> None:
        if self._waiting.stopped:
            raise Broken("หยุดส่งก่อนถึงฉบับนี้ (stopped before this mail)")
        self._refusal, ready = self._offer(mail)
        self._next = self._fit(self._waiting.take())
        if not ready:
            assert self._refusal
            self._answer(mail, self._refusal)
            self._reset()
            return
        # A server that wants text though it refused everybody gets none (RFC 2920 section 3.1).
        self._connection.expect_silence()
        text = b".\r\n" if self._refusal else _stuffed(mail.content) + b".\r\n"
        self._handing = len(text)
        self._write(text, self._next)
        reply = _understood(self._connection.read(self._timeouts.final), 2)
        self._handing = 0
        self._answer(mail, self._refusal or reply)

    def _offer(self, mail: Mail) -> tuple[Reply | None, bool]:
        """The first refusal, if any, and whether the server now waits for the text."""
        refusal = None
        commands = (b"", b"", b"") if self._pipelining else self._envelope(mail)
        for command, wanted in zip(commands, (2, 2, 3), strict=True):
            if command:
                self._connection.write(command)
            reply = self._connection.read(self._timeouts.data if wanted == 3 else self._timeouts.command)
            if reply.code == _CLOSING:
                raise Broken(str(reply))
            ready = _understood(reply, wanted).code == 354
            refusal = refusal or (reply if reply.code >= 400 else None)
            if refusal and command:
                break
        return refusal, ready

    def _envelope(self, mail: Mail) -> Iterator[bytes]:
        sender, recipient = headers.address(mail.sender), headers.address(mail.recipient)
        size = f" SIZE={len(mail.content)}" if self._connection.has_extn("size") else ""
        wide = "" if (sender + recipient).isascii() else " SMTPUTF8"
        yield f"MAIL FROM:<{sender}>{size}{wide}\r\n".encode()
        yield f"RCPT TO:<{recipient}>\r\n".encode()
        yield b"DATA\r\n"

    def _fit(self, mail: Mail | None) -> Mail | None:
        """`mail`, or the next that an envelope can carry; the others are answered here."""
        while mail and (problem := self._problem(mail)):
            self._waiting.answer(mail, AnswerKind.PERMANENT, problem)
            mail = self._waiting.take()
        return mail

    def _problem(self, mail: Mail) -> str:
        sender, recipient = headers.address(mail.sender), headers.address(mail.recipient)
        if not recipient or (mail.sender and not sender):
            return "ที่อยู่อีเมลไม่ถูกต้อง โปรดแก้ไขในทะเบียนหน่วยงาน (not a mail address)"
        if not (sender + recipient).isascii() and not self._connection.has_extn("smtputf8"):
            return "เซิร์ฟเวอร์ส่งเมลไม่รองรับที่อยู่ที่ไม่ใช่อักษรโรมัน โปรดใช้ที่อยู่อื่น (SMTPUTF8 not offered)"
        return ""

    def _reset(self) -> None:
        """End a transaction that was begun but refused, so that the next can begin."""
        if self._next:
            self._write(b"RSET\r\n", self._next)
            self._connection.read(self._timeouts.command)

    def _write(self, ending: bytes, following: Mail | None) -> None:
        begin = self._envelope(following) if following and self._pipelining else ()
        if content := b"".join((ending, *begin)):
            self._connection.write(content)

    def _answer(self, mail: Mail, reply: Reply) -> None:
        self._mail = None
        self.carried += reply.code != _CLOSING
        self._waiting.answer(mail, _kind(reply), str(reply))

    def _abandon(self, why: str) -> None:
        """Account for the mails in our hands when the connection broke."""
        self.trouble = why
        if self._next:
            self._waiting.give_back(self._next)
        if not self._mail:
            return
        if self._handing and self._refusal:
            self._waiting.answer(self._mail, _kind(self._refusal), str(self._refusal))
        elif self._handing:
            gone = self._connection.written >= self._handing
            self._waiting.answer(self._mail, AnswerKind.UNKNOWN if gone else AnswerKind.TEMPORARY, why)
        elif self.carried:
            self._waiting.give_back(self._mail)
        else:
            self._waiting.answer(self._mail, AnswerKind.TEMPORARY, why)


def _understood(reply: Reply, wanted: int) -> Reply:
    """`reply`, when it is a refusal or of the class that the command calls for. Errors: Broken."""
    if reply.code < 400 and reply.code // 100 != wanted:
        raise Broken(f"เซิร์ฟเวอร์ตอบไม่ตรงกับคำสั่ง (out of step): {reply}")
    return reply


def _kind(reply: Reply) -> AnswerKind:
    if reply.code < 400:
        return AnswerKind.SENT
    return AnswerKind.PERMANENT if reply.code >= 500 and reply.code not in _OURS else AnswerKind.TEMPORARY


def _stuffed(content: bytes) -> bytes:
    """Dots at line starts doubled (RFC 5321 section 4.5.2), the last line ended."""
    if content.startswith(b".") or b"\r\n." in content:
        content = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]
    return content if content.endswith(b"\r\n") else content + b"\r\n"
