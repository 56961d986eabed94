"""Fetching the file by which a company proves its website, without being led anywhere else (SSRF).

The name is looked up first, and every address must be public; then the very address that was judged is connected to,
while certificate and `Host` stay those of the name. Redirects are followed by hand, over HTTPS, and only within the
company's registered domain.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urljoin, urlsplit

import httpx
import msgspec

from portal.core.settings import Settings
from portal.directory.flows.names import Names
from portal.directory.rules.claims import FILE_PATH, Found, proof
from portal.directory.rules.domains import Home, ascii_host, host_is_at

_MOST_BYTES = 10_000
_MOST_STEPS = 4
_TRANSLATED = IPv6Network("64:ff9b::/96")


class Unfetched(Exception):
    """There is no file, for a reason in whole sentences."""


class _Page(msgspec.Struct, frozen=True):
    status: int
    location: str = ""
    kind: str = ""
    text: str = ""


class Sites:
    """`port` is for tests: files are then fetched over HTTP at that port, of this machine only."""

    def __init__(
        self, names: Names, *, port: int = 0, patience: float = 12.0, trusted: ssl.SSLContext | None = None
    ) -> None:
        self.names = names
        self.port = port
        self.patience = patience
        self.trusted = trusted

    @classmethod
    def of(cls, settings: Settings, names: Names) -> "Sites":
        return cls(names, port=settings.claim_file_port)

    @property
    def _scheme(self) -> str:
        return "http" if self.port and self.trusted is None else "https"

    async def look(self, home: Home, token: str) -> Found:
        """Whether the file on a company's website holds the proof."""
        address = f"{self._scheme}://{home.host}{FILE_PATH}"
        try:
            async with asyncio.timeout(self.patience):
                page = await self._follow(address, home)
        except Unfetched as reason:
            return Found(holds=False, words=str(reason))
        except TimeoutError:
            return Found(holds=False, words=f"{home.host} did not answer in time.")
        if page.status != 200:
            return Found(holds=False, words=f"{home.host} answered with status {page.status} instead of the file.")
        if proof(token) in (line.strip().strip("\ufeff") for line in page.text.splitlines()):
            return Found(holds=True, words=f"The file at {home.host} holds the line.")
        if "html" in page.kind:
            return Found(holds=False, words=f"{home.host} answered with a web page instead of the file.")
        return Found(holds=False, words=f"There is a file at {home.host}, and no line of it is the one asked for.")

    async def _follow(self, address: str, home: Home) -> _Page:
        for _ in range(_MOST_STEPS):
            page = await self._fetch(address)
            if page.status not in {301, 302, 303, 307, 308}:
                return page
            address = self._next(address, page.location, home)
        raise Unfetched(f"{home.host} leads on from address to address without an end.")

    def _next(self, address: str, location: str, home: Home) -> str:
        try:
            wanted = urlsplit(urljoin(address, location))
            host, port = wanted.hostname or "", wanted.port
        except ValueError:
            raise Unfetched(f"{home.host} leads to an address that cannot be read.") from None
        if wanted.scheme != self._scheme or port is not None or not host_is_at(host, home.domain):
            raise Unfetched(
                f"{home.host} leads elsewhere, to {(host or 'no host')[:80]}. We follow only within {home.domain}."
            )
        return f"{self._scheme}://{ascii_host(host)}{wanted.path or '/'}" + (f"?{wanted.query}" if wanted.query else "")

    async def _fetch(self, address: str) -> _Page:
        parts = urlsplit(address)
        host = parts.hostname or ""
        target = await self._address_of(host)
        shown = f"[{target}]" if target.version == 6 else str(target)
        there = parts._replace(netloc=f"{shown}:{self.port}" if self.port else shown).geturl()
        try:
            async with self._answer(there, host) as answer:
                kind = answer.headers.get("content-type", "").lower()
                text = await _beginning(answer) if answer.status_code == 200 else ""
                return _Page(answer.status_code, answer.headers.get("location", ""), kind, text)
        except httpx.TimeoutException:
            raise Unfetched(f"{host} did not answer in time.") from None
        except httpx.HTTPError as error:
            raise Unfetched(_words(host, error)) from None

    @asynccontextmanager
    async def _answer(self, there: str, host: str) -> AsyncIterator[httpx.Response]:
        async with (
            httpx.AsyncClient(
                trust_env=False, timeout=self.patience / 2, verify=self.trusted or ssl.create_default_context()
            ) as client,
            client.stream(
                "GET", there, headers={"Host": host, "Accept": "text/plain", "Accept-Encoding": "identity"},
                extensions={"sni_hostname": host},
            ) as answer,
        ):  # fmt: skip
            yield answer

    async def _address_of(self, host: str) -> IPv4Address | IPv6Address:
        answer = await self.names.addresses(host)
        if not answer.values:
            raise Unfetched(answer.fault or f"The name servers know no address of {host}.")
        found = [ip_address(value) for value in answer.values]
        if not all(one.is_loopback if self.port else is_public(one) for one in found):
            raise Unfetched(f"{host} leads to an address that is not public. We only ask servers on the internet.")
        return found[0]


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the open internet, whichever way an old one is written into a new one."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _TRANSLATED:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


async def _beginning(answer: httpx.Response) -> str:
    read = b""
    async for piece in answer.aiter_raw(4096):
        read += piece
        if len(read) > _MOST_BYTES:
            raise Unfetched(f"The file is larger than {_MOST_BYTES:,} bytes. It needs one line only.")
    return read.decode("utf-8", "replace")


def _words(host: str, error: httpx.HTTPError) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return f"{host} shows no certificate that is valid for its name, so we cannot be sure to speak with it."
        cause = cause.__cause__ or cause.__context__
    return f"{host} could not be reached."
