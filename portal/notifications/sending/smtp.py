"""Handing mails to the mail server of `SMTP_URL`.

A few connections at a time, each used for many mails while there are mails to send, all closed when the last
one is done: nothing stays open between jobs.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
import msgspec

from portal.notifications.values import Answer, Stage

_MOST_MAILS_EACH = 100
_SECONDS_PER_ANSWER = 30.0
_SECONDS_PER_TRY = 120.0
_NO_SMTPUTF8 = "Our mail server cannot send to addresses with other letters than A to Z before the @ (no SMTPUTF8)."
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class Server(msgspec.Struct, frozen=True):
    """Where and how mail is handed over."""

    host: str
    port: int
    username: str = ""
    password: str = ""
    implicit_tls: bool = False
    starttls: bool = True

    def __repr__(self) -> str:
        return f"Server({self.host}:{self.port})"


def read_url(url: str) -> Server:
    """`smtp://user:password@host:587` (STARTTLS), `smtps://user:password@host:465` (TLS from the start).

    STARTTLS is demanded, with a valid certificate. Two exceptions: a server on this machine, and
    `?starttls=no` for a relay in a private network, which then gets no password. `?starttls=yes` demands it
    on this machine too. User and password are percent-encoded. Raises ValueError, without the password in it.
    """
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise ValueError("SMTP_URL: the port must be a number") from None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("SMTP_URL must look like smtp://user:password@host:587 or smtps://host:465")
    implicit = parts.scheme == "smtps"
    said = parse_qs(parts.query).get("starttls", [""])[-1]
    if said not in {"", "yes", "no"}:
        raise ValueError("SMTP_URL: starttls must be yes or no")
    local = parts.hostname in _LOOPBACK
    starttls = not implicit and (said == "yes" or (said == "" and not local))
    if parts.password and not (implicit or starttls or local):
        raise ValueError("SMTP_URL: a password is only sent over TLS; leave out starttls=no")
    return Server(
        host=parts.hostname,
        port=port or (465 if implicit else 587),
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        implicit_tls=implicit,
        starttls=starttls,
    )


class _Line:
    """One connection."""

    def __init__(self, client: aiosmtplib.SMTP) -> None:
        self.client = client
        self.mails = 0

    @property
    def usable(self) -> bool:
        return self.client.is_connected and self.mails < _MOST_MAILS_EACH


class Transport:
    """The way to one mail server, shared by all deliveries of a process. Belongs to one event loop."""

    def __init__(
        self,
        server: Server | None,
        *,
        hello: str = "localhost",
        tls: ssl.SSLContext | None = None,
        connections: int = 4,
        seconds_per_answer: float = _SECONDS_PER_ANSWER,
    ) -> None:
        self._server = server
        self._hello = hello
        self._tls = tls
        self._seconds = seconds_per_answer
        self._turns = asyncio.Semaphore(connections)
        self._present = 0
        self._idle: list[_Line] = []

    @property
    def configured(self) -> bool:
        return self._server is not None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until a connection may be used; claim the mail only then. The last one out closes up."""
        self._present += 1
        try:
            async with self._turns:
                yield
        finally:
            self._present -= 1
            if self._present == 0:
                await self._close()

    async def send(self, content: bytes, *, sender: str, recipient: str) -> Answer:
        """Hand one mail over, within a `turn`, and say what the server answered."""
        progress = [Stage.CONNECTION]
        try:
            async with asyncio.timeout(_SECONDS_PER_TRY):
                return await self._send(content, sender, recipient, progress)
        except aiosmtplib.SMTPResponseException as refusal:
            return Answer(progress[-1], refusal.code, _told(refusal.message))
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as trouble:
            # An answer missing after the last dot may hide an acceptance: tried again, same Message-ID.
            return Answer(progress[-1], 0, _trouble(trouble, progress[-1]))

    async def _send(self, content: bytes, sender: str, recipient: str, progress: list[Stage]) -> Answer:
        line, fresh = await self._line()
        clean = False
        try:
            plain = recipient.isascii()
            if not plain and not line.client.supports_extension("smtputf8"):
                return Answer(Stage.PORTAL, 0, _NO_SMTPUTF8)
            progress.append(Stage.SENDER)
            try:
                await self._from(line, sender, plain)
            except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPSenderRefused) as lost:
                if fresh or getattr(lost, "code", 421) != 421:
                    raise
                # The server had closed a connection that was kept: once more on a new one.
                line = await self._open()
                await self._from(line, sender, plain)
            progress.append(Stage.RECIPIENT)
            await line.client.rcpt(recipient, encoding="ascii" if plain else "utf-8")
            progress.append(Stage.CONTENT)
            line.mails += 1
            reply = await line.client.data(content)
            clean = True
            return Answer(Stage.CONTENT, reply.code, _told(reply.message))
        except asyncio.CancelledError:
            line.client.close()
            raise
        finally:
            await self._put_back(line, clean=clean)

    async def _from(self, line: _Line, sender: str, plain: bool) -> None:
        await line.client.mail(sender, options=[] if plain else ["SMTPUTF8"])

    async def _line(self) -> tuple[_Line, bool]:
        while self._idle:
            line = self._idle.pop()
            if line.usable:
                return line, False
            line.client.close()
        return await self._open(), True

    async def _open(self) -> _Line:
        server = self._server
        assert server is not None
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username or None,
            password=server.password or None,
            local_hostname=self._hello,
            timeout=self._seconds,
            use_tls=server.implicit_tls,
            start_tls=server.starttls,
            tls_context=self._tls,
        )
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            await client.ehlo()
        return _Line(client)

    async def _put_back(self, line: _Line, *, clean: bool) -> None:
        if not clean and line.client.is_connected:
            try:
                await line.client.rset()
            except (aiosmtplib.SMTPException, OSError, TimeoutError):
                line.client.close()
        if line.usable:
            self._idle.append(line)
        else:
            await _quit(line)

    async def _close(self) -> None:
        while self._idle:
            await _quit(self._idle.pop())


async def _quit(line: _Line) -> None:
    if line.client.is_connected:
        try:
            await line.client.quit(timeout=2)
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            line.client.close()


def _told(message: str) -> str:
    return " ".join(message.split())


_PLACES = {
    Stage.CONNECTION: "while connecting",
    Stage.SENDER: "after the sender",
    Stage.RECIPIENT: "after the recipient",
    Stage.CONTENT: "after the mail itself",
}


def _trouble(error: Exception, stage: Stage) -> str:
    """What went wrong without an answer, for people; without names of hosts."""
    place = _PLACES[stage]
    cause = error.__cause__ or error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return "The mail server’s certificate is not valid for its name."
    if isinstance(error, TimeoutError):
        return f"The mail server did not answer in time, {place}."
    if isinstance(cause, ConnectionRefusedError):
        return "The mail server took no connection."
    if isinstance(error, aiosmtplib.SMTPServerDisconnected):
        return f"The mail server hung up {place}."
    if isinstance(cause, ssl.SSLError) or "STARTTLS" in str(error):
        return "The mail server offers no encryption (STARTTLS)."
    return f"The mail server could not be reached ({type(cause).__name__}), {place}."
