"""What the server says: replies of RFC 5321 with the enhanced codes of RFC 3463, in one place."""

from __future__ import annotations

from typing import Final

OK: Final = b"250 2.0.0 OK"
SENDER_OK: Final = b"250 2.1.0 Sender OK"
RECIPIENT_OK: Final = b"250 2.1.5 Recipient OK"
GO_ON: Final = b"354 End the letter with <CR><LF>.<CR><LF>"
START_TLS: Final = b"220 2.0.0 Ready to start TLS"
GOOD_BYE: Final = b"221 2.0.0 Good bye"
NOT_VERIFIED: Final = b"252 2.1.5 Not verified here; send the letter and see"
HELP: Final = b"214 2.0.0 See RFC 5321"

HOUSE_FULL: Final = b"421 4.3.2 Too many connections; please try again in a minute"
TOO_MANY_CONNECTIONS: Final = b"421 4.7.0 Too many connections from your address; try again in a minute"
CLOSING: Final = b"421 4.3.2 Going down for a moment; please try again later"
TIMED_OUT: Final = b"421 4.4.2 Time is up; please connect again"
TOO_SLOW: Final = b"421 4.4.2 The letter comes too slowly; please try again"
TOO_MANY_ERRORS: Final = b"421 4.7.0 Too many errors"
TOO_MANY_IDLE: Final = b"421 4.7.0 Too many commands without a letter"
TOO_MANY_LETTERS: Final = b"421 4.7.0 Enough letters for one session; please connect again"
TOO_MANY_REFUSED: Final = b"421 4.7.0 Too many letters and recipients refused"
OUR_FAULT_AGAIN: Final = b"421 4.3.0 Something is wrong with us; please connect again later"
LETTERS_TOO_FAST: Final = b"450 4.7.1 Too many letters from your address; please try again in a minute"
OUR_FAULT: Final = b"451 4.3.0 The letter could not be taken just now; please try again later"
NO_MAILBOX_YET: Final = b"451 4.3.5 No mailbox is set up here yet; please try again later"
NO_SPACE: Final = b"452 4.3.1 Storage is full; please try again later"
TOO_MANY_RECIPIENTS: Final = b"452 4.5.3 Too many recipients; please send the letter to the others again"

NOT_A_COMMAND: Final = b"500 5.5.2 Command not recognized"
LINE_TOO_LONG: Final = b"500 5.5.2 Line too long"
NOT_CRLF: Final = b"500 5.5.2 A line must end with <CR><LF>"
BAD_CHARACTERS: Final = b"501 5.5.2 Control characters and bytes that are not UTF-8 are not allowed"
NO_ARGUMENT: Final = b"501 5.5.4 This command takes no argument"
GREETING_SYNTAX: Final = b"501 5.5.4 Say your host name behind the greeting"
MAIL_SYNTAX: Final = b"501 5.5.4 Syntax: MAIL FROM:<address> [parameters]"
RCPT_SYNTAX: Final = b"501 5.5.4 Syntax: RCPT TO:<address>"
NOT_OFFERED: Final = b"502 5.5.1 Command not offered here"
GREET_FIRST: Final = b"503 5.5.1 Say EHLO, or LHLO for LMTP, first"
ONE_LETTER: Final = b"503 5.5.1 A letter is already begun"
MAIL_FIRST: Final = b"503 5.5.1 Say MAIL first"
RECIPIENT_FIRST: Final = b"503 5.5.1 No recipient was accepted"
TLS_ALREADY: Final = b"503 5.5.1 TLS is already in use"
NOT_SMTP: Final = b"521 5.7.0 Only mail is spoken here"
NO_SUCH_MAILBOX: Final = b"550 5.1.1 No such mailbox here"
TOO_BIG: Final = b"552 5.3.4 The letter is larger than %d bytes"
BAD_ADDRESS: Final = b"553 5.1.3 The address is not well-formed"
ADDRESS_NOT_ASCII: Final = b"553 5.6.7 An address beyond ASCII needs SMTPUTF8"
SPOKE_TOO_SOON: Final = b"554 5.5.0 You spoke before it was your turn"
LETTER_LINE_TOO_LONG: Final = b"554 5.6.0 A line of the letter is longer than %d bytes"
UNKNOWN_PARAMETER: Final = b"555 5.5.4 Parameter not recognized"


class ReplyError(Exception):
    """Whatever ends a command early; `reply` is the last word on it."""

    def __init__(self, reply: bytes) -> None:
        super().__init__(reply)
        self.reply = reply


class Fault(ReplyError):
    """The client broke the rules; these are counted."""


class Hangup(ReplyError):
    """The session ends here. `linger`: the client may still be talking, so let the reply arrive."""

    def __init__(self, reply: bytes, *, linger: bool = True) -> None:
        super().__init__(reply)
        self.linger = linger


class Gone(Exception):
    """The client is away; there is nobody to tell."""


def several(code: int, lines: list[str]) -> bytes:
    """One reply of several lines."""
    marks = ["-"] * (len(lines) - 1) + [" "]
    return "\r\n".join(f"{code}{mark}{line}" for mark, line in zip(marks, lines, strict=True)).encode()


def taken(intake: int) -> bytes:
    """The letter is safe, under this number."""
    return b"250 2.0.0 Taken as %d" % intake


def refused(sentence: str, *, utf8: bool) -> bytes:
    """The sender must change something, `sentence` says what. `utf8`: SMTPUTF8 was asked for (RFC 6531)."""
    text = shown(sentence, 400)
    if not (text.isascii() or utf8):
        text = "The office does not accept this letter"
    return b"550 5.7.1 " + text.encode("utf-8", "replace")


def shown(text: str, most: int = 200) -> str:
    """`text` fit for one line of a log or reply: no controls, at most `most` characters (attack 34)."""
    text = text[:most]
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
