"""`/events/{slug}`: one event; with `.ics` behind it a file to open, with `/calendar.ics` a calendar to subscribe to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, Request, get
from litestar.params import FromPath
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_301_MOVED_PERMANENTLY

from portal.calendars import feeds, links
from portal.calendars import queries as calendars
from portal.calendars.values import Entry, Feed, Revision
from portal.core import json_ld
from portal.core.errors import NotFound
from portal.core.keeping import Kept
from portal.core.settings import current
from portal.core.times import today
from portal.events.inputs import EventParts, FindPart, Saving
from portal.events.queries import single
from portal.events.rules import pictures, schema_org, words
from portal.events.rules.words import FORMATS
from portal.events.tables import EventFormat, EventKind, EventState
from portal.events.values import Detail
from portal.web import assets
from portal.web.inputs import Now
from portal.web.page_cache import PageRule
from portal.web.query_strings import may_be_slug
from portal.web.rendering import markup, page, render


class EventPages(Controller):
    path = "/events"
    opt = {"public": True, "page": PageRule(tags=single.TAGS, shared=True)}
    include_in_schema = False

    @get("/{slug:str}")
    async def show(
        self, request: Request[Any, Any, Any], slug: FromPath[str], now: Now, event_parts: EventParts, saving: Saving
    ) -> Response[Any]:
        if slug.endswith(".ics"):
            return await _calendar(request, slug.removesuffix(".ics"), now)
        detail = await single.by_slug(slug) if may_be_slug(slug) else None
        if detail is None:
            return await _elsewhere(slug)
        about = await _about(detail, now, event_parts)
        return page(
            request, "events/detail.html", section="events", event=detail, e=detail.row, **about,
            save=saving.button("event", detail.row.id, detail.row.title, large=True), saving=saving.form(f"/events/{slug}"),
        )  # fmt: skip

    @get("/{slug:str}/calendar.ics")
    async def subscription(self, request: Request[Any, Any, Any], slug: FromPath[str], now: Now) -> Response[Any]:
        return await _calendar(request, slug, now, subscribed=True)


_kept: Kept[dict[str, Any]] = Kept(1000)


async def _about(detail: Detail, now: datetime, event_parts: Sequence[FindPart]) -> dict[str, Any]:
    """What the page says besides the event's own columns, made once for each version of the content."""
    row, day, is_over = detail.row, today(now), detail.row.ends_at <= now
    on_demand = is_over and detail.on_demand_until is not None and detail.on_demand_until > now
    key = (row.id, day, is_over, on_demand, detail.versions)
    if (kept := _kept.get(key)) is not None:
        return kept
    neighbours = await single.neighbours(row.id, today=day)
    revision = (await calendars.current("event", [str(row.id)])).get(str(row.id))
    art = pictures.art(detail.image, row.slug, row.format, row.topics.values())
    share = pictures.share(art)
    image = current().base_url + assets.url(share)
    linked = schema_org.event(
        detail, base_url=current().base_url, image=image, currency=current().site_currency, is_over=is_over
    )
    parts = [part for find in event_parts if (part := await find(row, now)) is not None]
    for part in parts:
        linked |= part.facts
    trail = schema_org.trail(detail, base_url=current().base_url)
    made = {
        "around": markup(render("events/around.html", e=row, around=neighbours, words=words)),
        "has_like": bool(neighbours.like),
        "revision": revision,
        "add": add_links(row.slug, revision) if revision else None,
        "art": art,
        "words": words,
        "share": share,
        "linked": markup(json_ld.encoded([linked, trail, *(more for part in parts for more in part.linked)])),
        "above": markup("".join(render(part.template, block="above", **part.values) for part in parts)),
        "below": markup("".join(render(part.template, block="below", **part.values) for part in parts)),
        "description": markup(detail.description_html),
        "is_open": row.kind is EventKind.OWN and row.state is not EventState.CANCELLED and (not is_over or on_demand),
        "is_over": is_over,
        "is_off": row.state is EventState.CANCELLED,
        **_words(detail),
    }
    return _kept.put(key, made)


def _words(detail: Detail) -> dict[str, Any]:
    row = detail.row
    return {
        "days": words.days(row),
        "hours": words.hours(row),
        "zone": words.zone(row),
        "price": words.price(row),
        "format": FORMATS[row.format],
        "was": words.was(row),
        "description_line": words.in_a_line(row),
        "note": words.in_short(detail.change_note),
        "place_name": words.place_name(detail.place),
        "has_venue": row.format is not EventFormat.ONLINE and words.is_a_venue(detail.place),
        "address_lines": words.address_lines(detail.place),
        "map_address": words.map_address(detail.place),
    }


async def _elsewhere(slug: str) -> Response[Any]:
    target = await single.moved_to(slug) if may_be_slug(slug) else None
    if target is None:
        raise NotFound("There is no such event. It may never have been announced, or was taken back.")
    return Redirect(f"/events/{target}", status_code=HTTP_301_MOVED_PERMANENTLY)


class AddLinks(msgspec.Struct, frozen=True):
    """The ways one event gets into a calendar."""

    file: str
    webcal: str
    google: str
    outlook: str
    office: str


def add_links(slug: str, revision: Revision) -> AddLinks:
    entry: Entry = revision.entry
    return AddLinks(
        file=f"/events/{slug}.ics",
        webcal=links.webcal(current().base_url + _subscription(slug)),
        google=links.google(entry),
        outlook=links.outlook_com(entry),
        office=links.office_365(entry),
    )


def _subscription(slug: str) -> str:
    return f"/events/{slug}/calendar.ics"


async def _calendar(request: Request[Any, Any, Any], slug: str, now: Now, *, subscribed: bool = False) -> Response[Any]:
    """One event as a calendar: a file to open once, without a calendar's name, or an address to subscribe to."""
    event = await single.id_and_title(slug) if may_be_slug(slug) else None
    if event is None:
        target = await single.moved_to(slug) if may_be_slug(slug) else None
        if target is None:
            raise NotFound("There is no such event.")
        address = _subscription(target) if subscribed else f"/events/{target}.ics"
        return Redirect(address, status_code=HTTP_301_MOVED_PERMANENTLY)
    feed = Feed(
        kind="event",
        keys=(str(event[0]),),
        name=event[1] if subscribed else "",
        address=current().base_url + _subscription(slug) if subscribed else "",
        filename=slug,
    )
    return await feeds.answer(request, feed, now=now)
