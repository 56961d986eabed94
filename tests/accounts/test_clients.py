"""Which network a request is counted for, and browsers in words."""

from collections.abc import Callable, Iterator

import pytest
import structlog
from litestar.connection import Request
from litestar.types import HTTPScope

from portal.core.settings import current
from portal.web import clients
from tests.accounts.conftest import FIREFOX, IPHONE
from tests.core.test_settings import REAL


@pytest.fixture
def proxies(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    def trusted(count: int) -> None:
        monkeypatch.setenv("TRUSTED_PROXIES", str(count))
        current.cache_clear()

    yield trusted
    monkeypatch.undo()
    current.cache_clear()


def request(peer: str | None, *forwarded: str) -> Request:
    scope: HTTPScope = {  # type: ignore[typeddict-item]
        "type": "http",
        "client": (peer, 1) if peer else None,
        "headers": [(b"x-forwarded-for", line.encode()) for line in forwarded],
    }
    return Request(scope)


def test_without_trusted_proxies_the_header_is_not_believed() -> None:
    assert clients.network(request("192.0.2.1", "198.51.100.9")) == "192.0.2.1"


@pytest.mark.parametrize(
    ("count", "forwarded", "network"),
    [
        (1, ("198.51.100.9",), "198.51.100.9"),
        (1, ("6.6.6.6, 198.51.100.9",), "198.51.100.9"),
        (1, ("6.6.6.6", "198.51.100.9"), "198.51.100.9"),
        (2, ("6.6.6.6, 198.51.100.9, 10.0.0.2",), "198.51.100.9"),
        (2, ("198.51.100.9",), "192.0.2.1"),
        (1, ("nonsense",), "192.0.2.1"),
        (1, (), "192.0.2.1"),
        (1, ("198.51.100.9:4711",), "198.51.100.9"),
        (1, ("[2001:db8:1:2ff::9]:4711",), "2001:db8:1:200::/56"),
        (1, ("2001:db8:1:2ff::9",), "2001:db8:1:200::/56"),
        (1, ("::ffff:198.51.100.9",), "198.51.100.9"),
    ],
)
def test_trusted_proxies_are_read_from_the_right(
    proxies: Callable[[int], None], count: int, forwarded: tuple[str, ...], network: str
) -> None:
    proxies(count)
    assert clients.network(request("192.0.2.1", *forwarded)) == network


def test_production_behind_an_unnamed_proxy_says_so_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(**changes: str) -> int:
        for name, value in changes.items():
            monkeypatch.setenv(name, value)
        current.cache_clear()
        clients._tell_of_proxy.cache_clear()
        with structlog.testing.capture_logs() as logged:
            for _ in range(3):
                clients.network(request("192.0.2.1"))
                clients.network(request("192.0.2.1", "198.51.100.9"))
        return sum("TRUSTED_PROXIES is 0" in entry["event"] for entry in logged)

    assert told() == 0
    assert told(**REAL) == 1
    assert told(TRUSTED_PROXIES="1") == 0
    monkeypatch.undo()
    current.cache_clear()
    clients._tell_of_proxy.cache_clear()


def test_a_customer_with_many_ipv6_addresses_is_one_network() -> None:
    told = {clients.network(request(f"2001:db8:0:1{n:02x}::{n}")) for n in range(40)}
    assert told == {"2001:db8:0:100::/56"}


def test_the_site_around_a_network() -> None:
    told = {name: clients.around(name) for name in ("2001:db8:1:200::/56", "198.51.100.9", "unknown")}
    assert told == {"2001:db8:1:200::/56": "2001:db8:1::/48", "198.51.100.9": "198.51.100.9", "unknown": "unknown"}


def test_no_peer_is_a_network_too() -> None:
    assert clients.network(request(None)) == "unknown"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (IPHONE, "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 SamsungBrowser/27.0 Chrome/125.0", "Samsung Internet on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15", "Safari on macOS"),
        ("curl/8.5.0", "An unknown browser"),
        ("", "An unknown browser"),
    ],
)  # fmt: skip
def test_browsers_in_words(agent: str, words: str) -> None:
    assert clients.browser(agent) == words
