"""How facts become rows: a whole chunk of events in a handful of statements. Used by `commands` alone.

Every function expects a transaction in progress.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain, count
from typing import Any

import msgspec

from portal.calendars import commands as calendars
from portal.core import db, text
from portal.core.jobs import enqueue, enqueue_many
from portal.core.settings import current
from portal.events.rules import calendar, states
from portal.events.tables import EventFormat, EventKind, EventState
from portal.events.values import EventFacts, VenueFacts

_STORED = f"""
SELECT e.*, e.venue AS venue_id, {calendar.VENUE_COLUMNS}
FROM event e LEFT JOIN venue v ON v.id = e.venue
WHERE e.id IN (SELECT unnest($1::bigint[]) UNION
               SELECT x.id FROM event x JOIN unnest($2::text[], $3::text[]) AS k (source, key)
                   ON x.source = k.source AND x.source_key = k.key)
ORDER BY e.id FOR NO KEY UPDATE OF e
"""


async def stored(ids: Iterable[int] = (), *, sourced: Sequence[tuple[str, str]] = ()) -> list[Mapping[str, Any]]:
    """Events with their venues, locked in the order of their ids."""
    sources, keys = [source for source, _ in sourced], [key for _, key in sourced]
    return list(await db.fetch(_STORED, list(ids), sources, keys))


_ADD_VENUES = """
INSERT INTO venue AS v (name, street, postal_code, city, region, country, latitude, longitude, directions)
SELECT name, street, postal_code, city, region, country, latitude, longitude, directions
FROM jsonb_populate_recordset(NULL::venue, $1::jsonb)
ORDER BY country, city, name, street, postal_code, directions
ON CONFLICT (name, street, postal_code, city, country, md5(directions)) DO UPDATE SET
    region = coalesce(nullif(excluded.region, ''), v.region),
    latitude = coalesce(excluded.latitude, v.latitude),
    longitude = coalesce(excluded.longitude, v.longitude)
RETURNING id, name, street, postal_code, city, country, directions
"""

VenueKey = tuple[str | None, ...]
_TOLD = ("name", "street", "postal_code", "city", "country", "directions")


def venue_key(venue: VenueFacts) -> VenueKey:
    """What makes it another venue; where it lies on the map is added to what is known."""
    return tuple(getattr(venue, name) for name in _TOLD)


async def add_venues(venues: Iterable[VenueFacts | None]) -> dict[VenueKey, int]:
    """Store venues not known yet, complete the others, and give the id of each."""
    wanted = {venue_key(venue): venue for venue in venues if venue is not None}
    if not wanted:
        return {}
    rows = await db.fetch(_ADD_VENUES, _json(list(wanted.values())))
    return {tuple(row[name] for name in _TOLD): row["id"] for row in rows}


_ADD_TOPICS = """
INSERT INTO topic (slug, name) SELECT * FROM unnest($1::text[], $2::text[]) ORDER BY 1
ON CONFLICT (slug) DO NOTHING
"""
_LINK_TOPICS = """
WITH wanted AS (
    SELECT l.event, t.id AS topic
    FROM unnest($1::bigint[], $2::text[]) AS l (event, slug) JOIN topic t USING (slug)
), gone AS (
    DELETE FROM event_topic et WHERE et.event = ANY($3::bigint[])
        AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.event = et.event AND w.topic = et.topic)
)
INSERT INTO event_topic (event, topic) SELECT DISTINCT event, topic FROM wanted ON CONFLICT DO NOTHING
"""


async def link_topics(topics: Mapping[int, Sequence[str]]) -> None:
    """Make these the topics of these events; new names become new topics."""
    if not topics:
        # Even a statement that touches no row would tell every process that public content has changed.
        return
    names: dict[str, str] = {}
    for name in (name for these in topics.values() for name in these):
        names.setdefault(text.slug(name, fallback="topic"), name)
    if names:
        await db.execute(_ADD_TOPICS, list(names), list(names.values()))
    pairs = [(event, text.slug(name, fallback="topic")) for event, these in topics.items() for name in these]
    await db.execute(_LINK_TOPICS, [e for e, _ in pairs], [s for _, s in pairs], list(topics))


_TAKEN = """
SELECT slug, id FROM event WHERE slug = ANY($1::text[])
UNION ALL SELECT slug, event FROM event_former_slug WHERE slug = ANY($1::text[])
"""


async def free_slugs(wishes: Sequence[Sequence[str]], *, owners: Sequence[int | None]) -> list[str]:
    """One address for each list of wishes, all different and none in use by another event, now or formerly.

    Holds back other givers until commit.
    """
    await db.execute("SELECT pg_advisory_xact_lock(hashtext('event slugs'))")
    rows = await db.fetch(_TAKEN, [slug for these in wishes for slug in these])
    taken: dict[str, int | None] = {row["slug"]: row["id"] for row in rows}
    given = []
    for these, owner in zip(wishes, owners, strict=True):
        numbered = (f"{these[-1]}-{number}" for number in count(2))
        found = next(
            slug for slug in chain(these, numbered)
            if slug not in taken or (owner is not None and taken[slug] == owner)
        )  # fmt: skip
        taken[found] = None
        given.append(found)
    return given


_KEEP_FORMER = """
WITH renamed AS (SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[]) AS r (event, former, slug)),
taken_back AS (DELETE FROM event_former_slug f USING renamed r WHERE f.slug = r.slug AND f.event = r.event)
INSERT INTO event_former_slug (slug, event) SELECT former, event FROM renamed
"""


async def keep_former_slugs(renamed: Mapping[int, tuple[str, str]]) -> None:
    """Let old addresses lead to the new: event id to (former, new)."""
    if renamed:
        formers, slugs = [former for former, _ in renamed.values()], [slug for _, slug in renamed.values()]
        await db.execute(_KEEP_FORMER, list(renamed), formers, slugs)


def columns(facts: EventFacts, venue_id: int | None, *, digest: str) -> dict[str, Any]:
    """The columns that facts fill in directly."""
    words = [*facts.topics, facts.organiser_name, facts.summary]
    if facts.venue:
        words += [facts.venue.name, facts.venue.region, states.place_words(facts.format, facts.venue)]
    own = ("title", "summary", "description", "kind", "format", "starts_at", "ends_at", "timezone", "all_day")
    more = ("organiser_name", "url", "online_url", "language", "image", "credit", "is_free", "price_from")
    last = ("price_currency", "sponsor", "source", "source_key")
    return {
        **{name: getattr(facts, name) for name in (*own, *more, *last)},
        "description_html": text.safe_html(facts.description),
        "venue": venue_id,
        "organisation": facts.organisation_id,
        "search_words": " ".join(dict.fromkeys(word for word in words if word)),
        "source_digest": digest,
    }


_SET = (
    "slug", "title", "summary", "description", "description_html", "kind", "format", "state", "starts_at",
    "ends_at", "timezone", "all_day", "first_starts_at", "first_place", "change_note", "venue",
    "organisation", "organiser_name", "url", "online_url", "language", "image", "credit", "is_free",
    "price_from", "price_currency", "search_words", "sponsor", "published_at", "changed_at", "version",
    "source", "source_key", "source_digest", "source_said",
)  # fmt: skip
_INSERT = (
    f"INSERT INTO event ({', '.join(_SET)}) SELECT {', '.join(_SET)} "
    "FROM jsonb_populate_recordset(NULL::event, $1::jsonb) RETURNING id, slug"
)
_UPDATE = (
    f"UPDATE event e SET {', '.join(f'{name} = n.{name}' for name in _SET)} "
    "FROM jsonb_populate_recordset(NULL::event, $1::jsonb) n WHERE e.id = n.id"
)


async def insert(rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Add events; gives the id of each slug."""
    return {row["slug"]: row["id"] for row in await db.fetch(_INSERT, _json(rows))} if rows else {}


async def update(rows: Sequence[dict[str, Any]]) -> None:
    """Write events back, every column of them."""
    if rows:
        await db.execute(_UPDATE, _json(rows))


async def set_columns(event_id: int, **values: Any) -> None:
    """Change some columns of one event."""
    names = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, 2))
    await db.execute(f"UPDATE event SET {names} WHERE id = $1", event_id, *values.values())


async def note_source_lacks(event_id: int) -> None:
    """Remember that the source does not have the event, so that its coming back is news."""
    await db.execute(
        "UPDATE event SET source_digest = '', source_said = source_said || '{\"state\": \"cancelled\"}' WHERE id = $1",
        event_id,
    )


_FOR_ENTRIES = f"""
SELECT e.id, e.slug, e.title, e.summary, e.sponsor, e.state, e.format, e.starts_at, e.ends_at, e.timezone, e.all_day,
       e.online_url, e.venue AS venue_id, {calendar.VENUE_COLUMNS},
       array(SELECT t.name FROM event_topic et JOIN topic t ON t.id = et.topic
             WHERE et.event = e.id ORDER BY t.name) AS topics
FROM event e LEFT JOIN venue v ON v.id = e.venue
WHERE e.id = ANY($1::bigint[]) AND e.published_at IS NOT NULL
"""


async def announce(ids: Sequence[int], *, now: datetime) -> None:
    """Bring the calendar entries of these events up to date, and have those of their sessions follow. Drafts that never were
    public have none.
    """
    rows = await db.fetch(_FOR_ENTRIES, list(ids))
    base_url = current().base_url
    entries = {str(row["id"]): calendar.entry_of(row, base_url=base_url) for row in rows}
    if entries:
        await calendars.publish_many(kind="event", entries=entries, now=now)
        await enqueue("programme.follow_events", events=[row["id"] for row in rows])


_TO_TELL = "SELECT id AS event, version FROM event WHERE id = ANY($1) AND ($2 OR ends_at > $3) ORDER BY id"


async def tell_attendees(ids: Iterable[int], *, now: datetime, over_too: bool = False) -> None:
    """Have registration tell those who hold a place, exhibitors their teams, and agendas those who saved it, that something has
    changed.

    Of events that are over nobody is told, unless `over_too`.
    """
    rows = await db.fetch(_TO_TELL, list(ids), over_too, now)
    await enqueue_many("registration.event_changed", [dict(row) for row in rows])
    await enqueue_many("exhibitors.event_changed", [dict(row) for row in rows])
    await enqueue_many("agenda.follow", [{"event": row["event"]} for row in rows])


def _json(rows: Any) -> str:
    return msgspec.json.encode(rows).decode()


def standing_of(row: Mapping[str, Any]) -> states.Standing:
    """Where a stored event stands."""
    return states.Standing(
        state=EventState(row["state"]),
        starts_at=row["starts_at"],
        timezone=row["timezone"],
        all_day=row["all_day"],
        place=states.place_words(EventFormat(row["format"]), calendar.venue_of(row)),
        first_starts_at=row["first_starts_at"],
        first_place=row["first_place"],
    )


def concerns_attendees(row: Mapping[str, Any]) -> bool:
    """True where somebody may hold a place of ours."""
    return row["kind"] == EventKind.OWN and row["published_at"] is not None
