"""A name server and websites on the loopback, with real sockets, in the test's own event loop. Both can misbehave."""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from ssl import SSLContext
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from portal.directory.flows.claims import Proofs
from portal.directory.flows.names import Names
from portal.directory.flows.sites import Sites
from portal.directory.rules.domains import Home

UDP_BYTES = 1232
HOME = Home("www.isarwerk.example", "isarwerk.example")
TOKEN = "kT3vPq9_x"


class NameServer(asyncio.DatagramProtocol):
    """Answers from `records`: `{"isarwerk.example": {"TXT": ["a text"], "A": ["127.0.0.1"]}}`. A name that is not there
    does not exist; one in `silent` gets no answer, one in `broken` an error. Long answers go over TCP."""

    def __init__(self) -> None:
        self.records: dict[str, dict[str, list[str]]] = {}
        self.silent: set[str] = set()
        self.broken: set[str] = set()
        self.asked: list[tuple[str, str, str]] = []
        self.address = ("", 0)
        self.transport: Any = None
        self.closed = asyncio.Event()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()

    def datagram_received(self, data: bytes, sender: Any) -> None:
        if (answer := self._answer(data, "udp")) is not None:
            wire = answer.to_wire(max_size=65535)
            if len(wire) > UDP_BYTES:
                answer.answer.clear()
                answer.flags |= dns.flags.TC
                wire = answer.to_wire()
            self.transport.sendto(wire, sender)

    async def by_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            if (answer := self._answer(await reader.readexactly(length), "tcp")) is not None:
                wire = answer.to_wire(max_size=65535)
                writer.write(struct.pack("!H", len(wire)) + wire)
                await writer.drain()
        finally:
            await _closed(writer)

    def _answer(self, data: bytes, way: str) -> dns.message.Message | None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind, way))
        if name in self.silent:
            return None
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if name in self.broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
            return answer
        if name not in self.records:
            answer.set_rcode(dns.rcode.NXDOMAIN)
            return answer
        while (there := self.records.get(name, {})).get("CNAME"):
            answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", there["CNAME"][0] + "."))
            name = there["CNAME"][0]
        if values := there.get(kind):
            shown = [_quoted(value) for value in values] if kind == "TXT" else values
            answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", kind, *shown))
        return answer


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


def _quoted(text: str) -> str:
    """A text in parts of at most 255 bytes, as zone files have it."""
    parts = [text[start : start + 255] for start in range(0, len(text), 255)] or [""]
    return " ".join('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in parts)


@asynccontextmanager
async def name_server() -> AsyncIterator[NameServer]:
    loop = asyncio.get_running_loop()
    server, tcp = NameServer(), None
    while tcp is None:
        transport, _ = await loop.create_datagram_endpoint(lambda server=server: server, local_addr=("127.0.0.1", 0))
        server.address = transport.get_extra_info("sockname")
        try:
            tcp = await asyncio.start_server(server.by_tcp, *server.address)
        except OSError:
            # Somebody else has this port for TCP: both need the same.
            transport.close()
            await server.closed.wait()
            server = NameServer()
    try:
        yield server
    finally:
        transport.close()
        await server.closed.wait()
        tcp.close()
        await tcp.wait_closed()


Handler = Callable[[str, str], Awaitable[bytes]]


class Website:
    """Websites of any name at one port. `pages` gives raw answers by (host, path); others are 404."""

    def __init__(self) -> None:
        self.pages: dict[tuple[str, str], bytes | list[bytes]] = {}
        self.asked: list[tuple[str, str]] = []
        self.port = 0
        self.stall: asyncio.Event | None = None

    def put(self, host: str, body: str, *, path: str = "/.well-known/tradefloor.txt", kind: str = "text/plain") -> None:
        content = body.encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
        self.pages[host, path] = head.encode() + content

    def lead(self, host: str, to: str, *, path: str = "/.well-known/tradefloor.txt", status: int = 301) -> None:
        head = f"HTTP/1.1 {status} Moved\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        self.pages[host, path] = head.encode()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            path = head.split(" ")[1]
            host = next(line[6:] for line in head.split("\r\n") if line.lower().startswith("host: ")).rsplit(":", 1)[0]
            self.asked.append((host, path))
            if self.stall is not None:
                await self.stall.wait()
            found = self.pages.get(
                (host, path), b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            for piece in [found] if isinstance(found, bytes) else found:
                writer.write(piece)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            await _closed(writer)


@asynccontextmanager
async def website(*, tls: SSLContext | None = None) -> AsyncIterator[Website]:
    site = Website()
    server = await asyncio.start_server(site.answer, "127.0.0.1", 0, ssl=tls)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        if site.stall is not None:
            site.stall.set()
        server.close()
        await server.wait_closed()


def proofs(names: NameServer, port: int = 0, patience: float = 3.0) -> Proofs:
    """Looking for proofs where only this name server is asked."""
    asked = Names([names.address], patience=patience)
    return Proofs(asked, Sites(asked, port=port, patience=patience))
