"""`/events/{slug}`: one event; with `.ics` behind it a file to open, with `/calendar.ics` a calendar to subscribe to."""

from datetime import date
from typing import Any

import msgspec
from litestar import Controller, Request, get
from litestar.params import FromPath
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_301_MOVED_PERMANENTLY
from markupsafe import Markup

from portal.calendars import feeds, links
from portal.calendars import queries as calendars
from portal.calendars.values import Entry, Feed, Revision
from portal.core.errors import NotFound
from portal.core.settings import current
from portal.core.times import today
from portal.events.forms import may_be_slug
from portal.events.keeping import Kept
from portal.events.queries import single
from portal.events.rules import pictures, schema_org, words
from portal.events.rules.words import FORMATS
from portal.events.tables import EventKind, EventState
from portal.events.values import Detail, Row
from portal.web import assets
from portal.web.inputs import Now
from portal.web.page_cache import PageRule
from portal.web.rendering import markup, page, render


class EventPages(Controller):
    path = "/events"
    opt = {"public": True, "page": PageRule(tags=("events", "calendars"), shared=True)}
    include_in_schema = False

    @get("/{slug:str}")
    async def show(self, request: Request[Any, Any, Any], slug: FromPath[str], now: Now) -> Response[Any]:
        if slug.endswith(".ics"):
            return await _calendar(request, slug.removesuffix(".ics"), now)
        detail = await single.by_slug(slug) if may_be_slug(slug) else None
        if detail is None:
            return await _elsewhere(slug)
        row = detail.row
        around = await _around(row, today(now), detail.events_version)
        revision = await _revision(row.id, detail.calendars_version)
        art = pictures.art(detail.image, row.slug, row.topics.values())
        share = pictures.share(art)
        image = current().base_url + assets.url(share)
        is_over = row.ends_at <= now
        linked = schema_org.event(
            detail, base_url=current().base_url, image=image, currency=current().site_currency, is_over=is_over
        )
        trail = schema_org.trail(detail, base_url=current().base_url)
        return page(
            request,
            "events/detail.html",
            section="events",
            event=detail,
            e=row,
            around=around,
            revision=revision,
            add=add_links(row.slug, revision) if revision else None,
            art=art,
            words=words,
            share=share,
            linked=markup(schema_org.encoded([linked, trail])),
            description=markup(detail.description_html),
            is_open=row.kind is EventKind.OWN and row.state is not EventState.CANCELLED and not is_over,
            is_over=is_over,
            **_words(detail),
        )

    @get("/{slug:str}/calendar.ics")
    async def subscription(self, request: Request[Any, Any, Any], slug: FromPath[str], now: Now) -> Response[Any]:
        return await _calendar(request, slug, now, subscribed=True)


class Around(msgspec.Struct, frozen=True):
    """What stands below an event, as HTML, and whether it names others on the same topics."""

    html: Markup
    has_like: bool


_around_kept: Kept[Around] = Kept(1000)


async def _around(row: Row, day: date, version: int) -> Around:
    """The neighbours of an event, made once for each version of the content."""
    key = (row.id, day, version)
    if (kept := _around_kept.get(key)) is not None:
        return kept
    found = await single.neighbours(row.id, today=day)
    html = markup(render("events/around.html", e=row, around=found, words=words))
    return _around_kept.put(key, Around(html, bool(found.like)))


_kept: Kept[Revision] = Kept(1000)


async def _revision(event_id: int, version: int) -> Revision | None:
    """The newest revision of the event's calendar entry."""
    found = _kept.get((event_id, version))
    if found is None:
        found = (await calendars.current("event", [str(event_id)])).get(str(event_id))
    return _kept.put((event_id, version), found) if found else None


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
        "note": words.without_was(detail.change_note),
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
