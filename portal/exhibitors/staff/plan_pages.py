"""What pages about halls show."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar.connection import Request
from litestar.response import Response

from portal.core.errors import NotFound
from portal.exhibitors.plans import DrawnBooth, Hall, Refused, Spot, SpotState
from portal.exhibitors.queries import plans
from portal.exhibitors.queries.offers import Offer
from portal.exhibitors.rules.laying import Laying, hall_size
from portal.exhibitors.rules.sheets import Read
from portal.exhibitors.staff.frame import staff_page
from portal.web.forms import Filled, blank
from portal.web.inputs import Now


async def the_hall(event_id: int, plan_id: int, now: Now) -> Hall:
    found = await plans.hall(event_id, plan_id, now)
    if found is None:
        raise NotFound("There is no such hall of this event.")
    return found


def drawing(
    request: Request[Any, Any, Any], offer: Offer, hall: Hall | None, form: Filled[Any], *, status: int = 200,
    refused: Sequence[Refused] = (),
) -> Response[Any]:  # fmt: skip
    """The form by which a hall is drawn or read."""
    return staff_page(
        request, "exhibitors/staff/drawing.html", offer, "plans", status=status, hall=hall, form=form, refused=refused
    )


def preview(
    request: Request[Any, Any, Any], offer: Offer, hall: Hall | None, laying: Laying, found: Read, *, name: str, drawing: str,
    whole: bool, width: int, height: int,
) -> Response[Any]:  # fmt: skip
    """The hall as it would be, and what would become of what is there."""
    kept = [one for one in hall.spots if one not in laying.removed] if hall else []
    changed = {before.id: wish for before, wish in laying.changed}
    wide, deep = hall_size(
        found.drawing, kept, width=width or (hall.width if hall else 0), height=height or (hall.height if hall else 0)
    )
    spots = [_wished(one, changed.get(one.id)) for one in kept] + [
        _new(n, one) for n, one in enumerate(laying.added, 1)
    ]
    features = found.drawing.features if whole or hall is None else (*hall.features, *found.drawing.features)
    would = Hall(
        id=0,
        slug="",
        name=name,
        width=wide,
        height=deep,
        public=False,
        version=0,
        spots=tuple(spots),
        features=features,
    )
    return staff_page(
        request, "exhibitors/staff/preview.html", offer, "plans", hall=hall, would=would, laying=laying,
        refused=[*found.refused, *laying.refused], drawing=drawing, whole=whole, width=width, height=height,
        nowhere=lambda _: "",
    )  # fmt: skip


def hall_page(
    request: Request[Any, Any, Any], offer: Offer, hall: Hall, *, form: Filled[Any] | None = None, status: int = 200
) -> Response[Any]:
    given = blank(name=hall.name, public="yes" if hall.public else "", version=hall.version)
    return staff_page(
        request, "exhibitors/staff/hall.html", offer, "plans", status=status, hall=hall, form=form or given,
        at=(at := f"{offer.path}/plans/{hall.id}"), booth_address=lambda spot: f"{at}/booths/{spot.id}",
    )  # fmt: skip


def _wished(spot: Spot, wish: DrawnBooth | None) -> Spot:
    if wish is None:
        return spot
    return msgspec.structs.replace(
        spot, x=wish.x, y=wish.y, width=wish.width, height=wish.height, price=wish.price, note=wish.note
    )


def _new(number: int, one: DrawnBooth) -> Spot:
    state = SpotState.CLOSED if one.price is None else SpotState.FREE
    return Spot(
        id=-number, label=one.label, x=one.x, y=one.y, width=one.width, height=one.height, price=one.price, package_id=None,
        package=one.package, package_slug=one.package, on_sale=True, note=one.note, state=state,
    )  # fmt: skip
