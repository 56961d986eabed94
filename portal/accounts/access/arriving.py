"""What other packages do when somebody signs in: what a browser had before becomes theirs."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from litestar.connection import Request
from litestar.di import NamedDependency
from litestar.response import Response

from portal.accounts.access import cookies
from portal.accounts.access.values import Entered

Arrival: TypeAlias = Callable[[Request[Any, Any, Any], Response[Any], int, datetime], Awaitable[None]]
"""Called with the request, the answer, the account and the time, once the session is there."""
Arrivals: TypeAlias = NamedDependency[Sequence[Arrival]]
"""In their order; composed in wiring."""


async def let_in(
    request: Request[Any, Any, Any], answer: Response[Any], entered: Entered, arrivals: Sequence[Arrival], now: datetime
) -> Response[Any]:
    """Hand the new session to the browser, and let others know who arrived."""
    for arrive in arrivals:
        await arrive(request, answer, entered.account_id, now)
    return cookies.let_in(answer, entered)
