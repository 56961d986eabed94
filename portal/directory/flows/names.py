"""Asking name servers: the texts and the addresses of a name. Answers are values; nothing is raised for what may happen."""

from collections.abc import Sequence

import dns.asyncresolver
import dns.exception
import dns.nameserver
import dns.resolver
import msgspec

from portal.core import setting_types
from portal.core.settings import Settings
from portal.core.text import one_line

_PATIENCE = 6.0
_MOST_RECORDS = 200


class Answer(msgspec.Struct, frozen=True):
    """What name servers said. `fault` is empty, or says in a sentence why there is no answer at all."""

    values: tuple[str, ...] = ()
    fault: str = ""


class Names:
    """Looks names up through the given servers, or the machine's own."""

    def __init__(self, servers: Sequence[tuple[str, int]] = (), *, patience: float = _PATIENCE) -> None:
        self.servers = list(servers)
        self.patience = patience

    @classmethod
    def of(cls, settings: Settings) -> "Names":
        return cls(setting_types.name_servers(settings.name_servers))

    async def texts(self, name: str) -> Answer:
        """The TXT records of a name, each with its parts joined."""
        return await self._ask(name, "TXT")

    async def addresses(self, name: str) -> Answer:
        """The addresses of a name, of both kinds."""
        old, new = await self._ask(name, "A"), await self._ask(name, "AAAA")
        values = old.values + new.values
        return Answer(values, "" if values else old.fault or new.fault)

    async def _ask(self, name: str, kind: str) -> Answer:
        try:
            found = await self._resolver().resolve(name, kind, search=False, lifetime=self.patience)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return Answer()
        except dns.exception.Timeout:
            return Answer(fault=f"The name servers did not answer in time when asked for {name}.")
        except (dns.exception.DNSException, OSError):
            return Answer(fault=f"The name servers answered with an error when asked for {name}.")
        return Answer(tuple(_written(record) for record in list(found)[:_MOST_RECORDS]))

    def _resolver(self) -> dns.asyncresolver.Resolver:
        resolver = dns.asyncresolver.Resolver(configure=not self.servers)
        if self.servers:
            resolver.nameservers = [dns.nameserver.Do53Nameserver(address, port) for address, port in self.servers]
        resolver.timeout = self.patience / 3
        return resolver


def _written(record: object) -> str:
    parts = getattr(record, "strings", None)
    return one_line(b"".join(parts).decode("utf-8", "replace")) if parts is not None else str(record)
