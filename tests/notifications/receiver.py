"""A real SMTP server on the loopback, in the test's own event loop. It can be told to refuse."""

import asyncio
from collections.abc import Awaitable, Callable
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from ssl import SSLContext

from aiosmtpd.smtp import SMTP, Envelope, Session

Reply = str | None


class Receiver:
    """`refuse_recipient` and `refuse_content` give a reply for a mail, or None to take it."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.connections = 0
        self.refuse_recipient: Callable[[str], Reply] = lambda address: None
        self.refuse_content: Callable[[Envelope], Reply] = lambda envelope: None
        self.before_answer: Callable[[], Awaitable[None]] | None = None
        self.port = 0
        self._server: asyncio.Server | None = None

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if (reply := self.refuse_recipient(address)) is not None:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if (reply := self.refuse_content(envelope)) is not None:
            return reply
        self.taken.append(envelope)
        if self.before_answer is not None:
            await self.before_answer()
        return f"250 2.0.0 queued as {len(self.taken)}"

    def _connected(self, **options: object) -> SMTP:
        self.connections += 1
        return SMTP(self, hostname="mx.test", **options)

    async def start(self, *, tls: SSLContext | None = None, **options: object) -> None:
        """Listen on a free port, with `tls` from the first byte; `options` are those of aiosmtpd."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: self._connected(**options), "127.0.0.1", 0, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def messages(self) -> list[EmailMessage]:
        """What was taken, parsed."""
        return [message_from_bytes(taken.content, policy=policy.default) for taken in self.taken]  # type: ignore[misc]


def words(part: Message) -> str:
    """The text of a part, with the line ends of Python."""
    return part.get_content().replace("\r\n", "\n")  # type: ignore[attr-defined,no-any-return]
