"""How often one may try, and who is never kept out by what strangers do. The reasons are in docs/decisions/0005.

Everything is counted per address *and* network, or per network, in short windows; where an address's own count is full,
networks that have not tried yet still have one try each. A browser that was signed in to the address before (a known
device) has a count of its own, which nobody else can use up. An address without an account is treated like one with.
"""

import secrets
from datetime import datetime, timedelta

from portal.accounts.access.values import Browser
from portal.accounts.rules import CODE_TRIES
from portal.core.errors import RateLimited
from portal.core.rate_limits import Limit, forget, spend
from portal.core.tokens import signature, signature_matches
from portal.web.clients import around

PASSWORD_HERE = Limit("password-here", 10, timedelta(minutes=15))
PASSWORD_NETWORK = Limit("password-network", 200, timedelta(minutes=15))
PASSWORD_SITE = Limit("password-site", 800, timedelta(minutes=15))
PASSWORD_STRANGERS = Limit("password-strangers", 100, timedelta(hours=1))
PASSWORD_FIRSTS = Limit("password-firsts", 100, timedelta(hours=1))
PASSWORD_DEVICE = Limit("password-device", 10, timedelta(minutes=15))
PASSWORD_AGAIN = Limit("password-again", 10, timedelta(minutes=15))
CODE_HERE = Limit("code-here", 5, timedelta(hours=1))
CODE_NETWORK = Limit("code-network", 60, timedelta(hours=1))
CODE_SITE = Limit("code-site", 240, timedelta(hours=1))
CODE_STRANGERS = Limit("code-strangers", 20, timedelta(hours=1))
CODE_FIRSTS = Limit("code-firsts", 40, timedelta(hours=1))
CODE_DEVICE = Limit("code-device", 10, timedelta(hours=1))
CODE_FULL_TRIES = Limit("code-full-tries", 20, timedelta(days=1))
"""Codes a day for strangers' browsers that may be mistyped; later ones have a single try."""

INVITATIONS = Limit("invitations", 30, timedelta(hours=1))


def device_cookie(email: str) -> str:
    """What marks a browser as one that was signed in to `email`."""
    nonce = secrets.token_urlsafe(12)
    return f"{nonce}.{signature('device', f'{nonce}:{email}')}"


def _device(browser: Browser, email: str) -> str:
    nonce, _, given = browser.device.partition(".")
    return nonce if nonce and signature_matches("device", f"{nonce}:{email}", given) else ""


def _subject(email: str, network: str = "") -> str:
    """An address must not lie readable in the table of limits."""
    return f"{signature('limit', email)}:{network}"


async def before_password(*, email: str, browser: Browser, now: datetime) -> None:
    """Count a try at a password; raises RateLimited when there were too many."""
    if device := _device(browser, email):
        await spend(PASSWORD_DEVICE, device, now=now)
        return
    here = await spend(PASSWORD_HERE, _subject(email, around(browser.network)), now=now)
    await _spend_network(PASSWORD_NETWORK, PASSWORD_SITE, browser.network, now=now)
    try:
        await spend(PASSWORD_STRANGERS, _subject(email), now=now)
    except RateLimited:
        if here > 1:
            raise
        await spend(PASSWORD_FIRSTS, _subject(email), now=now)


async def _spend_network(narrow: Limit, wide: Limit, network: str, *, now: datetime) -> None:
    """Count for the network, and for the /48 it lies in: whoever holds that has 256 of them."""
    await spend(narrow, network, now=now)
    if (site := around(network)) != network:
        await spend(wide, site, now=now)


async def after_right_password(*, email: str, browser: Browser) -> None:
    """A right password clears the count of where it was typed."""
    if device := _device(browser, email):
        await forget(PASSWORD_DEVICE, device)
    else:
        await forget(PASSWORD_HERE, _subject(email, around(browser.network)))


async def before_password_again(*, account_id: int, now: datetime) -> None:
    """Count a try at the current password by somebody signed in: an open browser must not be able to guess it."""
    await spend(PASSWORD_AGAIN, str(account_id), now=now)


async def before_code(*, email: str, browser: Browser, now: datetime) -> int:
    """Count a code asked for, and return how many tries it has; raises RateLimited when there were too many."""
    if device := _device(browser, email):
        await spend(CODE_DEVICE, device, now=now)
        return CODE_TRIES
    here = await spend(CODE_HERE, _subject(email, around(browser.network)), now=now)
    await _spend_network(CODE_NETWORK, CODE_SITE, browser.network, now=now)
    try:
        await spend(CODE_STRANGERS, _subject(email), now=now)
    except RateLimited:
        if here > 1:
            raise
        await spend(CODE_FIRSTS, _subject(email), now=now)
        return 1
    try:
        await spend(CODE_FULL_TRIES, _subject(email), now=now)
    except RateLimited:
        return 1
    return CODE_TRIES
