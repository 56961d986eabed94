"""A company's page at an event, as everybody sees it, and as its own people do before."""

from typing import Any

from litestar import Request
from litestar.response import Response

from portal.core import json_ld
from portal.core.settings import current
from portal.directory.tables.companies import CompanyState
from portal.events.inputs import SaveButtons
from portal.events.rules.states import time_words
from portal.exhibitors.desks.queries.showing import Shown
from portal.exhibitors.desks.rules import LANGUAGES
from portal.exhibitors.public import Exhibition, Stand
from portal.exhibitors.rules import finding
from portal.exhibitors.rules.whereabouts import beside, near
from portal.exhibitors.tables.desk import ItemKind
from portal.media import queries as media
from portal.media.tables import Visibility
from portal.web.rendering import markup, page


async def stand_page(
    request: Request[Any, Any, Any], exhibition: Exhibition, stand: Stand, shown: Shown, saving: SaveButtons, *,
    preview: str = "",
) -> Response[str]:  # fmt: skip
    """The page; a `preview` leads back to that desk and is its people’s alone."""
    at = {hall for _, hall in stand.booths}
    linked = finding.schema_org_stand(exhibition, stand, base_url=current().base_url)
    return page(
        request, "exhibitors/stand.html", section="events", private=bool(preview), preview=preview,
        exhibition=exhibition, x=stand, halls=[hall for hall in exhibition.halls if hall.slug in at],
        linked=markup(json_ld.encoded(linked)), time=times(exhibition), address=address(exhibition), saving=saving,
        near=near, beside=beside,
        **await _content(shown),
    )  # fmt: skip


async def _content(shown: Shown) -> dict[str, Any]:
    products, posts = shown.of(ItemKind.PRODUCT), shown.of(ItemKind.POST)
    keys = [shown.profile.logo, *(one.image for one in products), *(one.file for one in shown.brochures)]
    found = await media.by_keys([key for key in keys if key])
    return {
        "shown": shown, "products": products, "posts": posts,
        # What the company's plan does not show stays unseen here, too.
        "files": {key: file for key, file in found.items() if file.visibility is Visibility.PUBLIC},
        "languages": [LANGUAGES[code] for code in shown.languages if code in LANGUAGES],
        "profile_there": shown.company_state in (CompanyState.PUBLIC, CompanyState.CLOSED),
    }  # fmt: skip


def address(exhibition: Exhibition) -> Any:
    """Where a booth on the plan leads: to whoever stands there."""
    known = {one.slug for one in exhibition.stands}
    return lambda spot: (
        f"/events/{exhibition.slug}/exhibitors/{spot.company_slug}" if spot.company_slug in known else ""
    )


def times(exhibition: Exhibition) -> str:
    """When the event takes place, in its own zone."""
    return time_words(exhibition.starts_at, exhibition.ends_at, exhibition.timezone, all_day=False)
