"""The demo's mail server. It takes every mail, but for three names that let you see what goes wrong in real life.

`bounce@…` is refused for good, `later@…` is put off once for each mail, `slow@…` never answers.
"""

import asyncio
import hashlib
from email import message_from_bytes
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from portal.demo.mailbox.store import MailStore

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_MOST_BYTES = 30_000_000
_LONGER_THAN_ANYBODY_WAITS = 180


class _Clerk:
    """Decides on each mail; the names of the methods are aiosmtpd's."""

    def __init__(self, store: MailStore) -> None:
        self._store = store
        self._put_off: set[str] = set()

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        match _name(address):
            case "bounce":
                return "550 5.1.1 There is no such mailbox (bounce@ is always refused)"
            case "slow":
                await asyncio.sleep(_LONGER_THAN_ANYBODY_WAITS)
                return "451 4.4.2 Too slow"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        recipients = [str(address) for address in envelope.rcpt_tos]
        if any(_name(address) == "later" for address in recipients) and self._first_time(content):
            return "451 4.7.1 Busy at the moment, please come back later (later@ is put off once)"
        key = self._store.keep(content, sender=envelope.mail_from or "", recipients=recipients)
        return f"250 2.0.0 Kept in the demo mailbox as {key}"

    def _first_time(self, content: bytes) -> bool:
        named = message_from_bytes(content).get("Message-ID")
        mark = str(named or hashlib.sha256(content).hexdigest())
        first = mark not in self._put_off
        self._put_off.add(mark)
        return first


def _name(address: str) -> str:
    return address.partition("@")[0].partition("+")[0].lower()


class MailServer:
    """A running server; `port` is the real one when 0 was asked for."""

    def __init__(self, server: asyncio.Server, lines: set[SMTP]) -> None:
        self._server = server
        self._lines = lines
        self.port: int = server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Take no more mail and hang up."""
        self._server.close()
        for line in list(self._lines):
            if isinstance(line.transport, asyncio.Transport):
                line.transport.abort()
        await self._server.wait_closed()


async def start_smtp(host: str, port: int, folder: str | Path) -> MailServer:
    """Take mail at `host:port` into `folder`, in the running loop.

    Raises OSError when the port is taken, ValueError for a host others could reach, RuntimeError in production.
    """
    if host not in _LOOPBACK:
        raise ValueError("the mail server of the demo is for this machine only")
    clerk = _Clerk(MailStore(folder))
    lines: set[SMTP] = set()

    class Line(SMTP):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            lines.add(self)
            super().connection_made(transport)

        def connection_lost(self, error: Exception | None) -> None:
            lines.discard(self)
            super().connection_lost(error)

    def answer() -> SMTP:
        return Line(clerk, hostname="demo-mailbox", enable_SMTPUTF8=True, data_size_limit=_MOST_BYTES)

    return MailServer(await asyncio.get_running_loop().create_server(answer, host, port), lines)
