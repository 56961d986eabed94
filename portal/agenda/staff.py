"""`/staff/events/{id}/forecast`: how full rooms will be, as agendas tell; the same as CSV."""

from typing import Any

from litestar import Controller, Request, get
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import staff
from portal.agenda.queries import forecast as queries
from portal.agenda.rules import forecast as rules
from portal.core import times
from portal.programme.permissions import EDITORS
from portal.programme.public import day_of
from portal.registration.staff.setup import known_event
from portal.web.files import private_file
from portal.web.inputs import Now
from portal.web.open_data import table
from portal.web.rendering import page

_COLUMNS = (
    "Session", "Room", "Starts", "Ends", "First choices", "Of them torn", "Second choices", "Places given", "Holds",
    "Share that comes", "Expected", "At least", "At most", "Per cent of the room", "Says",
)  # fmt: skip


class StaffForecast(Controller):
    path = "/staff/events/{event_id:int}/forecast"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def show(self, request: Request[Any, Any, Any], event_id: FromPath[int], now: Now) -> Response[str]:
        event = await known_event(event_id)
        rate = await queries.came(event.id, now)
        found = [rules.forecast(one, rate.share) for one in await queries.sessions(event.id)]
        zone = times.zone(event.timezone)
        days: dict[Any, list[rules.Forecast]] = {}
        for one in found:
            days.setdefault(day_of(one.session.starts_at, zone), []).append(one)
        return page(
            request, "agenda/forecast.html", private=True, event=event, days=days, rate=rate, reach=await queries.reach(event.id),
            warned=[one for one in found if one.warns], rules=rules,
        )  # fmt: skip

    @get("/sessions.csv")
    async def export(self, event_id: FromPath[int], now: Now) -> Response[bytes]:
        event = await known_event(event_id)
        rate = await queries.came(event.id, now)
        rows = [_row(rules.forecast(one, rate.share), rate) for one in await queries.sessions(event.id)]
        return private_file(table(_COLUMNS, rows).encode(), "text/csv", f"{event.slug}-forecast.csv")


def _row(one: rules.Forecast, rate: rules.Rate) -> tuple[object, ...]:
    s = one.session
    return (
        s.title, s.room, s.starts_at.isoformat(), s.ends_at.isoformat(), s.firsts, s.torn, s.seconds, s.places, s.holds,
        f"{rate.share:.2f}", one.expected, one.low, one.high, one.percent, says(one),
    )  # fmt: skip


def says(one: rules.Forecast) -> str:
    """The forecast in words."""
    if not one.is_forecast:
        return "too few to say"
    if one.session.holds is None:
        return "the room’s size is not known"
    if one.warns:
        return "more than the room holds"
    return "may become too many" if one.might else "fits"
