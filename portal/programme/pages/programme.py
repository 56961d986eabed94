"""`/events/{slug}/programme`: the programme as a list or as a table, its sessions, and what releases changed."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Controller, Request, get
from litestar.params import FromPath
from litestar.response import Response
from markupsafe import Markup

from portal.calendars import links
from portal.calendars import queries as ledger
from portal.calendars.values import Entry
from portal.core import json_ld, qr, times
from portal.core.errors import NotFound
from portal.core.keeping import Kept
from portal.core.settings import current
from portal.core.text import plain
from portal.events.inputs import SaveButtons, Saving
from portal.media import queries as media
from portal.programme.public import Programme, Session, beside, day_of
from portal.programme.queries import public
from portal.programme.rules import current_hour, schedule, schema_org
from portal.programme.rules import filters as rules
from portal.programme.rules.clocks import Clocks
from portal.programme.rules.words import changed, language_name
from portal.programme.tables import SessionKind
from portal.web.inputs import Now
from portal.web.page_cache import PageRule
from portal.web.query_strings import may_be_slug, pairs
from portal.web.rendering import Encoded, environment, markup, page, render

_RULE = PageRule(tags=public.TAGS)
_ZONED = PageRule(tags=public.TAGS, query=frozenset({"zone"}))
# How many rooms fit beside each other on a sheet of A4, and how many there may be on a screen, which scrolls.
_SHEET, _SCREEN = 7, 1000
# A day of more sessions has its hours to jump to.
_LONG = 60
_items: Kept[dict[int, Markup]] = Kept(30)
_whole_days: Kept[Encoded] = Kept(16)
_fields: Kept[Markup] = Kept(60)


class ProgrammePages(Controller):
    path = "/events/{slug:str}/programme"
    opt = {"public": True}
    include_in_schema = False

    @get("/", opt={"page": PageRule(tags=public.TAGS, query=rules.KEYS)})
    async def show(
        self, request: Request[Any, Any, Any], slug: FromPath[str], now: Now, saving: Saving
    ) -> Response[str]:
        return show_programme(request, await _programme(slug), now, saving)

    @get("/changes", opt={"page": _RULE})
    async def changes(self, request: Request[Any, Any, Any], slug: FromPath[str]) -> Response[str]:
        programme = await _programme(slug)
        log = await public.releases(programme.event_id)
        told = [(release, [(one, changed(one, programme.timezone)) for one in release.changes]) for release in log]
        return page(request, "programme/changes.html", section="events", programme=programme, log=told)

    @get("/{session_slug:str}", opt={"page": _ZONED})
    async def session(
        self, request: Request[Any, Any, Any], slug: FromPath[str], session_slug: FromPath[str], now: Now, saving: Saving
    ) -> Response[str]:  # fmt: skip
        return await show_session(request, await _programme(slug), session_slug, now, saving)


def show_programme(
    request: Request[Any, Any, Any], programme: Programme, now: datetime, saving: SaveButtons
) -> Response[str]:
    """The programme as it is asked for, or its draft."""
    filters, problems = rules.parse(pairs(request), programme)
    day = rules.day_shown(filters, programme, day_of(now, programme.zone))
    found = rules.matching(filters, programme.sessions)
    shown = [one for one in found if day is None or one.on == day]
    return page(
        request, "programme/index.html", block="results", status=422 if problems else 200, section="events",
        programme=programme, filters=filters, problems=problems, day=day, found=_count(found), shown=_count(shown),
        days=_drawn_days(shown, programme, filters, day, saving), drawn=drawing(programme, saving, filters.zone),
        fields=_drawn_fields(programme, filters, problems), tabs=_tabs(found, programme),
        on_now=current_hour.on_now(programme, now), is_soon=current_hour.is_soon(programme, now),
        has_workshops=programme.has_workshops, live=_live(shown, programme), clocks=Clocks(programme.timezone, filters.zone),
        zoned_at=shown[0].starts_at if shown else programme.event_starts_at, standing=standing(programme),
        qr=_code(programme.slug), is_wide=filters.view == "grid" and not filters.paper and len(programme.rooms) > _SHEET,
        saving=saving.form(programme.path), **_private(programme),
    )  # fmt: skip


async def show_session(
    request: Request[Any, Any, Any], programme: Programme, session_slug: str, now: datetime, saving: SaveButtons
) -> Response[str]:
    """One session of a programme, or of its draft; raises NotFound for none."""
    one = next((one for one in programme.sessions if one.slug == session_slug), None)
    texts = await public.texts(one.id, is_draft=programme.is_draft) if one is not None else None
    if one is None or texts is None:
        raise NotFound("There is no such session in this programme. It may have been taken out.")
    same_day = [other for other in programme.sessions if other.on == one.on and other.kind is not SessionKind.BREAK]
    in_room = [other for other in same_day if other.room == one.room]
    place = in_room.index(one) if one in in_room else None
    zone = rules.parse([pair for pair in pairs(request) if pair[0] == "zone"], programme)[0].zone
    linked = schema_org.session(programme, one, texts, base_url=current().base_url)
    is_ahead = programme.stands(one) and one.ends_at > now and not programme.is_draft
    revision = (await ledger.current("session", [str(one.id)])).get(str(one.id)) if is_ahead else None
    return page(
        request, "programme/session.html", section="events", programme=programme, s=one, texts=texts,
        before=in_room[place - 1] if place else None,
        after=in_room[place + 1] if place is not None and place + 1 < len(in_room) else None,
        beside=beside(same_day, one)[:12], photos=await media.by_keys([p.photo for p in one.people if p.photo]),
        abstract=markup(texts.abstract_html), description=markup(texts.description_html),
        about=plain(texts.abstract_html or texts.description_html, limit=155) or one.title,
        drawn=drawing(programme, saving, zone),
        save=saving.button("session", one.id, one.title, large=True),
        saving=saving.form(f"{programme.path}/{session_slug}"), add=_add(revision.entry) if revision else [],
        clocks=Clocks(programme.timezone, zone), standing=standing(programme), z=_tail(zone),
        linked=markup(json_ld.encoded(linked)), language=language_name(one.language), **_private(programme),
    )  # fmt: skip


def _private(programme: Programme) -> dict[str, Any]:
    """How a draft is answered: kept by nobody, and in no index."""
    return {"private": True, "headers": {"X-Robots-Tag": "noindex"}} if programme.is_draft else {}


def _add(entry: Entry) -> list[tuple[str, str]]:
    """Calendars that take an entry by a link."""
    return [
        ("Google", links.google(entry)), ("Outlook", links.outlook_com(entry)), ("Office 365", links.office_365(entry)),
    ]  # fmt: skip


async def _programme(slug: str) -> Programme:
    found = await public.by_slug(slug) if may_be_slug(slug) else None
    if found is None:
        raise NotFound("There is no programme of such an event yet.")
    return found


def drawing(programme: Programme, saving: SaveButtons, zone: str = "") -> Callable[..., Markup]:
    """What draws sessions one after the other, as lists show them. Each is drawn once for a version of the programme, and
    for a zone that its links carry on. `anchored`, each has an id to come back to: for the one list of a page that has
    each session once.
    """
    key = (programme.event_id, zone)
    # A draft has changes of its own, which its content’s version does not know.
    if programme.is_draft or (items := _items.get(key, programme.version)) is None:
        macros: Any = environment().get_template("programme/_session.html").module
        tail = _tail(zone)
        items = {
            one.id: macros.item(
                programme.path, one, language_name(one.language), saving.button("session", one.id, one.title), tail
            )
            for one in programme.sessions
        }
        if not programme.is_draft:
            _items.put(key, items, programme.version)
    drawn = items

    def draw(sessions: Iterable[Session], anchored: bool = False) -> Markup:
        if not anchored:
            return markup("".join([drawn[one.id] for one in sessions]))
        return markup(
            "".join([str(drawn[one.id]).replace("<article ", f'<article id="s-{one.id}" ', 1) for one in sessions])
        )

    return draw


def _live(shown: list[Session], programme: Programme) -> list[int]:
    """Whose places left the page asks for once it stands; a draft gives none away."""
    return [
        one.id
        for one in shown
        if one.capacity is not None
        and one.kind is not SessionKind.BREAK
        and not (one.is_cancelled or programme.is_draft)
    ]


def _tail(zone: str) -> str:
    """What carries the reader’s zone on in an address."""
    return f"?{urlencode({'zone': zone})}" if zone else ""


def standing(programme: Programme) -> tuple[str, str, str] | None:
    """What became of the event, as (tone, heading, words) above its programme."""
    if programme.is_cancelled:
        return "bad", "This event is cancelled", "Nothing of this takes place. The programme stays here as it was."
    if not (programme.was_moved or programme.is_moved):
        return None
    if programme.first_starts_at is None and not programme.is_moved:
        return "warn", "This event has moved", "It takes place somewhere else; the event’s page says where."
    told = f"It takes place on {times.day_span(programme.starts_on, programme.ends_on)}."
    if programme.is_moved:
        told += " The times below are those of before; new ones follow."
    return "warn", "This event has moved", told


@lru_cache(256)
def _code(slug: str) -> Markup:
    """The address of the living page, for whoever reads it on paper."""
    return markup(qr.for_page(f"{current().base_url}/events/{slug}/programme"))


def _count(sessions: list[Session]) -> int:
    return sum(one.kind is not SessionKind.BREAK for one in sessions)


def _drawn_days(
    shown: list[Session], programme: Programme, filters: rules.Filters, day: date | None, saving: SaveButtons
) -> Markup | Encoded:
    """What is most of the page; kept where nothing narrows it, which is what most people read."""
    key = (programme.event_id, day, filters.view, filters.zone, filters.paper)
    keeps = not (filters.narrows or programme.is_draft)
    if keeps and (kept := _whole_days.get(key, programme.version)) is not None:
        return kept
    days = _days(shown, programme, grid=filters.view == "grid", paper=bool(filters.paper))
    made = render(
        "programme/_days.html", days=days, programme=programme, filters=filters, drawn=drawing(programme, saving, filters.zone),
        clocks=Clocks(programme.timezone, filters.zone),
        ways_out=[] if days else rules.ways_out(filters, programme.sessions, day),
    )  # fmt: skip
    return _whole_days.put(key, Encoded(made), programme.version) if keeps else markup(made)


def _drawn_fields(programme: Programme, filters: rules.Filters, problems: dict[str, rules.Problem]) -> Markup:
    """What the programme can be narrowed by: a hundred rooms and tracks are the same for most readers."""
    key = (programme.event_id, msgspec.structs.replace(filters, q="", day=""))
    keeps = not (problems or programme.is_draft)
    if keeps and (kept := _fields.get(key, programme.version)) is not None:
        return kept
    made = markup(
        render("programme/_fields.html", filters=filters, choices=_choices(programme, filters), problems=problems)
    )
    return _fields.put(key, made, programme.version) if keeps else made


def _days(shown: list[Session], programme: Programme, *, grid: bool, paper: bool) -> list[dict[str, Any]]:
    by_day: dict[date, list[Session]] = {}
    for one in shown:
        by_day.setdefault(one.on, []).append(one)
    return [_day(on, these, programme, grid=grid, paper=paper) for on, these in by_day.items()]


def _day(on: date, these: list[Session], programme: Programme, *, grid: bool, paper: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"on": on, "count": _count(these), "slots": [], "hours": [], "tables": []}
    if grid:
        return told | {"tables": schedule.tables(these, programme.rooms, widest=_SHEET if paper else _SCREEN)}
    slots, hours = schedule.with_hours(schedule.slots(these), programme.zone)
    return told | {"slots": slots, "hours": hours if len(these) > _LONG else []}


def _tabs(found: list[Session], programme: Programme) -> list[tuple[date, int]]:
    """Each day with how many sessions of it are asked for."""
    counted = Counter(one.on for one in found if one.kind is not SessionKind.BREAK)
    return [(day, counted[day]) for day in programme.days]


def _choices(programme: Programme, filters: rules.Filters) -> dict[str, list[dict[str, Any]]]:
    languages = sorted({one.language for one in programme.sessions if one.language}, key=language_name)
    kinds = [kind for kind in rules.KINDS if any(one.kind is kind for one in programme.sessions)]
    told = {
        "track": [(one.slug, one.name) for one in programme.tracks],
        "room": [(one.slug, one.name) for one in programme.rooms],
        "language": [(code, language_name(code)) for code in languages],
        "kind": [(kind.value, rules.KINDS[kind]) for kind in kinds],
    }
    return {
        name: [
            {"value": value, "text": text, "chosen": getattr(filters, name) == value, "count": 0}
            for value, text in all_
        ]
        for name, all_ in told.items()
        if len(all_) > 1 or getattr(filters, name)
    }
