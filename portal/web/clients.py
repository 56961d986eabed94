"""Who is on the other end of a request: the network it came from, and its browser in words."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import structlog
from litestar.connection import ASGIConnection

from portal.core.settings import current

_log = structlog.get_logger("clients")
Address = IPv4Address | IPv6Address

_UNKNOWN = "unknown"
_IPV6_CUSTOMER_BITS = 56
_IPV6_SITE_BITS = 48
_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("YaBrowser/", "Yandex Browser"),
    ("FxiOS/", "Firefox"), ("Firefox/", "Firefox"), ("CriOS/", "Chrome"), ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("Macintosh", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def network(connection: ASGIConnection) -> str:
    """What limits are counted by: an IPv4 address, or the /56 an IPv6 customer is given; `unknown` without either.

    `X-Forwarded-For` counts only as far as `TRUSTED_PROXIES` proxies of ours wrote it, read from the right; whatever
    stands further left came from the client and may be made up.
    """
    peer = connection.client.host if connection.client else ""
    told = [part for line in connection.headers.getall("x-forwarded-for", []) for part in line.split(",")]
    trusted = current().trusted_proxies
    if told and not trusted and current().production:
        _tell_of_proxy()
    # A shorter list than proxies means the request took another way in: only the peer is certain then.
    found = _address(told[-trusted]) if 0 < trusted <= len(told) else None
    return _network_of(found or _address(peer))


@lru_cache(maxsize=1)
def _tell_of_proxy() -> None:
    """Once in a process, for whoever reads the logs after setting the portal up."""
    _log.error(
        "requests carry X-Forwarded-For, and TRUSTED_PROXIES is 0: if a proxy of yours writes it, all visitors share one "
        "count of tries and keep each other out"
    )


def around(network: str) -> str:
    """The /48 around an IPv6 network: the most that one customer commonly holds. Anything else is all there is."""
    try:
        return str(IPv6Network(network).supernet(new_prefix=_IPV6_SITE_BITS))
    except ValueError:
        return network


def _address(text: str) -> Address | None:
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def _network_of(address: Address | None) -> str:
    if address is None:
        return _UNKNOWN
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((address, _IPV6_CUSTOMER_BITS), strict=False))


def user_agent(connection: ASGIConnection) -> str:
    """What the browser says it is, fit for storing."""
    said = connection.headers.get("user-agent", "")
    return "".join(c for c in said if c.isprintable())[:300]


def browser(agent: str) -> str:
    """A user agent in words: `Firefox on Windows`. People read it to recognise their own."""
    name = next((words for sign, words in _BROWSERS if sign in agent), "")
    system = next((words for sign, words in _SYSTEMS if sign in agent), "")
    if not name and not system:
        return "An unknown browser"
    return f"{name or 'An unknown browser'} on {system}" if system else name
