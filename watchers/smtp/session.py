"""What an SMTP and an LMTP session understand, command by command (RFC 5321, RFC 2033)."""

from __future__ import annotations

import asyncio
import logging
from contextlib import nullcontext
from traceback import extract_tb
from typing import ClassVar

from ledger.errors import Refused, Unavailable
from ledger.values import Channel, Intake
from watchers.smtp import address, replies
from watchers.smtp.content import Content
from watchers.smtp.envelope import Envelope
from watchers.smtp.limits import Guest
from watchers.smtp.replies import Fault, Gone, Hangup
from watchers.smtp.wire import Wire

log = logging.getLogger(__name__)

_WEB = frozenset({"GET", "POST", "PUT", "HEAD", "CONNECT", "OPTIONS", "DELETE", "PATCH", "TRACE", "PRI"})
_IDLE = {"RSET": replies.OK, "NOOP": replies.OK, "VRFY": replies.NOT_VERIFIED, "HELP": replies.HELP}


class SmtpSession(Wire):
    """One SMTP client, from greeting to good-bye."""

    protocol: ClassVar[str] = "ESMTP"
    channel: ClassVar[Channel] = Channel.SMTP
    greetings: ClassVar[frozenset[str]] = frozenset({"EHLO", "HELO"})

    guest: Guest
    peer: str  # as the log names it: an address, or the socket file that has none
    _envelope: Envelope
    _greeted = False
    _faulty = False  # we were at fault once
    _errors = _idle = 0

    async def _handle_client(self) -> None:
        """The whole session; aiosmtpd starts it with the connection."""
        self.guest = self.door.porter.guest(self.transport.get_extra_info("peername"))
        self.peer = self.guest.address or str(self.transport.get_extra_info("sockname") or "")
        self._envelope = Envelope(self.door, self.guest)
        refusal = self.door.enter(self)
        last = b"vanished"
        try:
            if refusal is not None:
                raise Hangup(refusal, linger=False)
            await self.greet(stranger=bool(self.guest.network))
            while True:
                await self._next()
                # Whoever says much at once, and whatever goes wrong, the others have their turn.
                await asyncio.sleep(0)
        except Hangup as end:
            last = end.reply
            await self.leave(end)
        except Gone:
            pass
        finally:
            facts = (self.peer, self._envelope.letters, self._envelope.refused, self._errors, last.decode())
            log.info("session ended peer=%s letters=%d refused=%d errors=%d last=%s", *facts)
            if refusal is None:
                self.door.left(self)
            self.close()

    async def _next(self) -> None:
        """Read one command and obey it. What is wrong with us twice in a session ends it."""
        try:
            await self._obey(await self.line())
        except Fault as fault:
            await self._blame(fault.reply)
        except (Hangup, Gone):
            raise
        except Exception as error:
            reply = (await self.handle_exception(error)).encode()
            if self._faulty:
                raise Hangup(replies.OUR_FAULT_AGAIN) from None
            self._faulty = True
            self.say(reply)

    async def handle_exception(self, error: Exception) -> str:
        """Our own fault, whatever it is, is temporary, and nobody outside learns more (P-2)."""
        where = extract_tb(error.__traceback__)[-1]
        place = f"{where.name}:{where.lineno}"
        log.error("failed peer=%s error=%s at=%s", self.peer, type(error).__name__, place)
        return replies.OUR_FAULT.decode()

    async def _obey(self, line: bytes) -> None:
        word, _, rest = line.partition(b" ")
        verb = word.decode("ascii", "replace").upper()
        if verb in _WEB or (verb and not "A" <= verb[0] <= "Z"):
            raise Hangup(replies.NOT_SMTP)
        argument = _text(rest)
        match verb:
            case "MAIL":
                if not self._greeted:
                    raise Fault(replies.GREET_FIRST)
                self.say(self._envelope.mail(argument, self.loop.time()))
            case "RCPT":
                self.say(self._envelope.rcpt(argument))
            case "DATA":
                await self._data(argument)
            case "QUIT":
                raise Hangup(replies.GOOD_BYE, linger=False)
            case "STARTTLS":
                await self._starttls(argument)
            case "EXPN" | "AUTH" | "ETRN" | "TURN" | "BDAT":
                raise Fault(replies.NOT_OFFERED)
            case _ if verb in self.greetings:
                self.say(self._greet(verb, argument))
            case _ if verb in _IDLE:
                self._count_idle()
                if verb == "RSET":
                    self._envelope.reset()
                self.say(_IDLE[verb])
            case _:
                raise Fault(replies.NOT_A_COMMAND)

    async def _blame(self, reply: bytes) -> None:
        """The client broke the rules: patiently at first, then slower, then no more."""
        self._errors += 1
        if self._errors >= self.limits.errors or self.door.porter.stressed:
            self.say(reply)
            raise Hangup(replies.TOO_MANY_ERRORS)
        if self._errors > self.limits.patient_errors:
            await asyncio.sleep(self.limits.error_delay)
        self.say(reply)

    def _count_idle(self) -> None:
        self._idle += 1
        # RSET after what we declined is no idling: each of those earns one, and has a limit of its own.
        if self._idle > self.limits.idle_commands + self._envelope.refused:
            raise Hangup(replies.TOO_MANY_IDLE)

    def _greet(self, verb: str, argument: str) -> bytes:
        if not argument or len(argument) > 255:
            raise Fault(replies.GREETING_SYNTAX)
        self.expect_silence()
        self._count_idle()
        self._envelope.reset()
        self._greeted = True
        offers = [self.hostname]
        if verb != "HELO":
            offers += [
                "PIPELINING",
                f"SIZE {self.limits.message}",
                "8BITMIME",
                "SMTPUTF8",
                "ENHANCEDSTATUSCODES",
            ]
            if self.tls_context is not None and not self.secured:
                offers.append("STARTTLS")
        return replies.several(250, offers)

    async def _data(self, argument: str) -> None:
        """Take the letter itself; the answer comes after it is safe (P-1)."""
        if argument:
            raise Fault(replies.NO_ARGUMENT)
        sender = self._envelope.sender
        if sender is None or not self._envelope.recipients:
            self.say(self._envelope.incomplete())
            return
        self.expect_silence()
        self.say(replies.GO_ON)
        content = Content(self.limits, self.door.room)
        try:
            await self.receive(content)
            reply = await self._take(content, sender)
        finally:
            content.close()
        self._answer(reply)
        self._envelope.closed()
        self._idle = 0

    def _answer(self, reply: bytes) -> None:
        self.say(reply)

    async def _take(self, content: Content, sender: address.Sender) -> bytes:
        """The reply to the final dot."""
        try:
            if content.fault is not None:
                return self._not_kept(content.fault)
            async with self.door.room.turn if content.spooled else nullcontext():
                return await self._offer(content.whole(), sender.address)
        except Refused as error:
            sentence = error.sentence("en")
            log.info("refused peer=%s reason=%s", self.peer, replies.shown(sentence))
            return replies.refused(sentence, utf8=sender.utf8)
        except Exception as error:
            return (await self.handle_exception(error)).encode()

    def _not_kept(self, fault: bytes) -> bytes:
        if fault is replies.NO_SPACE:
            self.door.space.ran_out()
        log.info("not taken peer=%s reply=%s", self.peer, fault.decode())
        return fault

    async def _offer(self, content: bytes, sender: str) -> bytes:
        peer, recipients = self.guest.address, self._envelope.recipients
        taking = self.door.take(
            Intake(self.channel, self.channel.value, content, self.door.clock(), sender, recipients, peer)
        )
        try:
            # A session that is cancelled must not cancel the commit (finding 6).
            number = await asyncio.shield(asyncio.wrap_future(taking))
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            raise Unavailable from None
        facts = (number, self.peer, sender, len(recipients), len(content))
        log.info("taken intake=%d peer=%s sender=%s recipients=%d size=%d", *facts)
        return replies.taken(number)

    async def _starttls(self, argument: str) -> None:
        """Go on encrypted and begin anew (RFC 3207)."""
        if self.tls_context is None:
            raise Fault(replies.NOT_OFFERED)
        if self.secured:
            raise Fault(replies.TLS_ALREADY)
        if argument:
            raise Fault(replies.NO_ARGUMENT)
        self.expect_silence()
        self.say(replies.START_TLS)
        await self.start_tls(self.tls_context)
        self._envelope.reset()
        self._greeted = False


class LmtpSession(SmtpSession):
    """The same for a mail server of the house: LHLO, and one reply for each recipient (RFC 2033, P-7)."""

    protocol: ClassVar[str] = "LMTP"
    channel: ClassVar[Channel] = Channel.LMTP
    greetings: ClassVar[frozenset[str]] = frozenset({"LHLO"})

    def _answer(self, reply: bytes) -> None:
        for _ in self._envelope.recipients:
            self.say(reply)


def _text(argument: bytes) -> str:
    """Raises `Fault` for controls and for what is not UTF-8."""
    try:
        text = argument.strip(b" ").decode()
    except UnicodeDecodeError:
        raise Fault(replies.BAD_CHARACTERS) from None
    if text.isascii() and not text.isprintable():
        raise Fault(replies.BAD_CHARACTERS)
    return text
