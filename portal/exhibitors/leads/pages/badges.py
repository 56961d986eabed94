"""`/b/{code}`: where a badge’s QR code leads any phone’s camera. Exhibitors’ teams come to their scanning page; to everybody else
each code, a real one or not, says the same and nothing of anybody.
"""

from typing import Any

from litestar import Request, get
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import MaybeActor
from portal.exhibitors.queries import desks
from portal.exhibitors.tables.exhibiting import Right
from portal.registration.queries.badges import by_badge
from portal.registration.rules.badges import read_badge
from portal.web.rendering import page, see_other


@get("/b/{code:str}", opt={"public": True}, include_in_schema=False)
async def badge_page(request: Request[Any, Any, Any], code: FromPath[str], actor: MaybeActor) -> Response[Any]:
    """Nothing is kept by opening it."""
    badge = read_badge(code)
    stands = []
    if badge is not None and actor is not None and actor.memberships:
        found = await by_badge(badge)
        if found is not None:
            stands = await desks.of_team(list(actor.memberships), found.event_id)
    ways = [(one.company_name, f"{one.address}/scan/badges/{badge}") for one in stands if one.may(Right.SCAN)]
    if len(ways) == 1:
        return see_other(ways[0][1])
    return page(
        request, "exhibitors/leads/badge.html", private=True, headers={"X-Robots-Tag": "noindex"}, ways=ways,
        signed_in=actor is not None, path_here=f"/b/{badge or ''}",
    )  # fmt: skip
