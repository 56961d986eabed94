"""How often agendas may be changed and made."""

from datetime import datetime, timedelta
from typing import Any

from litestar.connection import Request

from portal.agenda.commands.opening import Visitor
from portal.core.rate_limits import Limit, spend
from portal.core.tokens import signature
from portal.web import clients

SAVING = Limit("agenda-save", 240, timedelta(minutes=10))
SAVING_NETWORK = Limit("agenda-save-network", 6000, timedelta(minutes=10))
MAKING = Limit("agenda-make", 3000, timedelta(hours=1))
"""New agendas from one network, in which a whole congress may sit."""


async def before_saving(request: Request[Any, Any, Any], visitor: Visitor, *, now: datetime) -> None:
    """Count a change of an agenda; raises RateLimited when there were too many."""
    network = clients.network(request)
    await spend(SAVING_NETWORK, network, now=now)
    if visitor.account is None and not visitor.name:
        await spend(MAKING, network, now=now)
    else:
        await spend(SAVING, str(visitor.account or signature("agenda limit", visitor.name)), now=now)
