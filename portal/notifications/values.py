"""What goes into the outbox, and what the outbox tells."""

from datetime import datetime
from enum import StrEnum

import msgspec

from portal.notifications.tables import MailState, Reason


class Part(msgspec.Struct, frozen=True):
    """An attachment; with `alternative` another form of the body, such as `text/calendar; method=REQUEST`."""

    filename: str
    content_type: str
    content: bytes
    alternative: bool = False


class Message(msgspec.Struct, frozen=True):
    """A mail to one address. `key` names it for ever: queueing it a second time does nothing.

    `about_kind` and `about_key` say which thing it is about (`order`, `17`), so that its page can show what
    became of the mail.
    """

    key: str
    topic: str
    recipient: str
    subject: str
    text: str
    html: str
    parts: tuple[Part, ...] = ()
    about_kind: str = ""
    about_key: str = ""
    reply_to: str = ""


class MailRecord(msgspec.Struct, frozen=True):
    """What became of a mail. `answer` is the mail server's own sentence, or why it was never asked."""

    id: int
    topic: str
    recipient: str
    subject: str
    state: MailState
    attempts: int
    answer: str
    queued_at: datetime
    next_try_at: datetime | None
    answered_at: datetime | None

    @property
    def domain(self) -> str:
        """Where the mail goes, as people know it: `brennhof.example`."""
        return self.recipient.rpartition("@")[2]

    @property
    def waiting(self) -> bool:
        return self.state in {MailState.QUEUED, MailState.DEFERRED}


class Outgoing(msgspec.Struct, frozen=True):
    """A mail claimed for one try. The same row makes the same bytes at every try."""

    id: int
    attempt: int
    topic: str
    recipient: str
    reply_to: str
    subject: str
    text: str
    html: str
    message_id: str
    queued_at: datetime
    parts: tuple[Part, ...] = ()


class Stage(StrEnum):
    """How far a try came. `portal`: no server was asked, because the mail cannot be sent at all."""

    PORTAL = "portal"
    CONNECTION = "connection"
    SENDER = "sender"
    RECIPIENT = "recipient"
    CONTENT = "content"


class Answer(msgspec.Struct, frozen=True):
    """The end of one try: the server's code and words, or code 0 and what went wrong without a reply."""

    stage: Stage
    code: int
    words: str

    @property
    def line(self) -> str:
        """As it is kept and shown: `250 2.0.0 queued as 4F2A1`."""
        return f"{self.code} {self.words}".strip() if self.code else self.words


class Verdict(StrEnum):
    """What an answer means for the mail."""

    ACCEPTED = "accepted"
    LATER = "later"
    REFUSED = "refused"
    ADDRESS_REFUSED = "address refused"
    ADDRESS_DOUBTED = "address doubted"
    IMPOSSIBLE = "impossible"


class Suppressed(msgspec.Struct, frozen=True):
    """Why an address gets no mail on a topic (`*`: on any)."""

    topic: str
    reason: Reason
    detail: str
    since: datetime


class TopicChoice(msgspec.Struct, frozen=True):
    """A topic the reader may switch on and off."""

    topic: str
    title: str
    wanted: bool
