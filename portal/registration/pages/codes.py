"""Promo codes as visitors type them."""

from datetime import datetime, timedelta
from typing import Any

from litestar.connection import Request

from portal.core.rate_limits import Limit, spend, take_back
from portal.core.text import one_line
from portal.registration.commands.holding import usable_code
from portal.registration.values.tickets import Code
from portal.web.clients import network

_GUESSES = Limit("codes", tries=20, per=timedelta(minutes=10))


async def typed_code(request: Request[Any, Any, Any], event_id: int, typed: str, now: datetime) -> Code | None:
    """The event's code; None when nothing was typed. Every wrong one counts against the network it came from.

    Raises Invalid for `code` when it does not hold, RateLimited after too many, whether right or wrong.
    """
    code = one_line(typed)[:40]
    if not code:
        return None
    await spend(_GUESSES, network(request), now=now)
    found = await usable_code(event_id, code, now)
    await take_back(_GUESSES, network(request))
    return found
