"""`/agenda/stands/{event}`: the stands one noted at an event, in words and as pins on its plan.

The exhibitors’ own pages are the same for everybody: they ask for this as a fragment, and lead here without scripts.
"""

from typing import Any

from litestar import Controller, get
from litestar.connection import Request
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import MaybeActor
from portal.agenda import cookies
from portal.agenda.buttons import form
from portal.agenda.queries import stands as queries
from portal.agenda.rules import stands as rules
from portal.core.errors import NotFound
from portal.exhibitors.desks.pages.stand import address
from portal.exhibitors.queries import public
from portal.web.query_strings import may_be_slug, pairs
from portal.web.rendering import page


class StandPages(Controller):
    path = "/agenda/stands"
    opt = {"public": True}
    include_in_schema = False

    @get("/{slug:str}")
    async def show(self, request: Request[Any, Any, Any], slug: FromPath[str], actor: MaybeActor) -> Response[Any]:
        exhibition = await public.by_slug(slug) if may_be_slug(slug) else None
        if exhibition is None:
            raise NotFound("This event has no exhibitors, or none yet.")
        mine = await cookies.mine_of(request, actor)
        noted = await queries.of_agenda(mine.id, exhibition.event_id) if mine else []
        here = rules.by_event(noted)
        drawn = dict(pairs(request)).get("halls")
        return page(
            request, "agenda/stands.html", block="stands", private=True, exhibition=exhibition,
            halls=[one for one in exhibition.halls if drawn is None or one.slug in drawn.split(",")], drawn=drawn,
            address=address(exhibition), pins=rules.pins(exhibition.halls, noted), noted=here[0] if here else None,
            form=form(f"/agenda/stands/{slug}", own=True),
        )  # fmt: skip
