"""Whom a letter is from and whom it is for, as MAIL and RCPT tell it, and why one of them was declined."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from watchers.smtp import address, replies
from watchers.smtp.limits import Guest
from watchers.smtp.replies import Fault, Hangup

if TYPE_CHECKING:
    from watchers.smtp.door import Door


class Envelope:
    """The envelopes of one session, one after the other."""

    def __init__(self, door: Door, guest: Guest) -> None:
        self.sender: address.Sender | None = None
        self.recipients: tuple[str, ...] = ()
        self.letters = self.refused = 0
        self._door, self._guest, self._limits = door, guest, door.limits
        self._declined: bytes | None = None  # with what, where it was the last MAIL or RCPT

    def reset(self) -> None:
        """Forget the letter that was begun."""
        self.sender, self.recipients, self._declined = None, (), None

    def closed(self) -> None:
        """The letter inside came to its end, however that was."""
        self.letters += 1
        self.reset()

    def mail(self, argument: str, now: float) -> bytes:
        """The reply to MAIL at `now` (the loop's clock). Raises `Fault` and `Hangup`."""
        return self._weighed(lambda: self._begin(argument, now))

    def rcpt(self, argument: str) -> bytes:
        """The reply to RCPT. Raises as `mail` does."""
        return self._weighed(lambda: self._add(argument))

    def incomplete(self) -> bytes:
        """The reply to DATA where no recipient was accepted. Raises `Fault` where none was declined either."""
        reply = self._behind(replies.RECIPIENT_FIRST)
        self._declined = None
        return reply

    def _weighed(self, obey: Callable[[], bytes]) -> bytes:
        """What `obey` says; where that declines, it is counted, and kept for what comes behind it."""
        try:
            reply = obey()
        except Fault as fault:
            self._declined = fault.reply
            raise
        except Exception:  # our own fault: what is pipelined behind hears the same, then it goes on up
            self._declined = replies.OUR_FAULT
            raise
        self._declined = None if reply in (replies.SENDER_OK, replies.RECIPIENT_OK) else reply
        if self._declined is not None:
            self.refused += 1
        if self.refused > self._limits.refused:
            raise Hangup(replies.TOO_MANY_REFUSED)
        return reply

    def _begin(self, argument: str, now: float) -> bytes:
        if self.sender is not None:
            raise Fault(replies.ONE_LETTER)
        sender = address.sender(argument)
        if self._guest.network and self.letters >= self._limits.letters:
            raise Hangup(replies.TOO_MANY_LETTERS)
        if sender.size > self._limits.message:
            return replies.TOO_BIG % self._limits.message
        if self._door.space.short():
            return replies.NO_SPACE
        if not self._door.porter.letter(self._guest, now):
            return replies.LETTERS_TOO_FAST
        self.sender = sender
        return replies.SENDER_OK

    def _add(self, argument: str) -> bytes:
        if self.sender is None:
            return self._behind(replies.MAIL_FIRST)
        recipient = address.recipient(argument, utf8=self.sender.utf8)
        if len(self.recipients) >= self._limits.recipients:
            return replies.TOO_MANY_RECIPIENTS
        known = self._door.known(recipient)
        if not known:
            return replies.NO_MAILBOX_YET if known is None else replies.NO_SUCH_MAILBOX
        self.recipients += (recipient,)
        return replies.RECIPIENT_OK

    def _behind(self, reply: bytes) -> bytes:
        """For RCPT or DATA without what must come before: no fault where that was sent, and declined (RFC 2920)."""
        if self._declined is None:
            raise Fault(reply)
        return self._declined if self.sender is None else reply
