"""What is kept of where somebody came from. Pure."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from portal.core.text import one_line

_MOST = 120
_ODD = re.compile(r"[^\w.+~ -]+")


def tidied(typed: str) -> str:
    """A source as it is stored: letters, digits and a few marks in lower case, so that reports can count it."""
    return one_line(_ODD.sub(" ", one_line(typed[:1000]))).lower()[:_MOST].strip()


def campaign(query: Mapping[str, str]) -> str:
    """The source an address names."""
    return tidied(query.get("utm_source", ""))


def host(address: str, *, own: str) -> str:
    """The site an address belongs to, without `www.`; empty for our own, and for what is no address of the web."""
    try:
        parts = urlsplit(address)
        found = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    return tidied(found) if parts.scheme in ("http", "https") and found not in ("", own.removeprefix("www.")) else ""
