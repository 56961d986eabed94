"""How many events each choice of each filter would give, under all the other filters, in one statement.

The answer is kept per process for as long as the content's version is the same; the version comes from the database
with the rows of every list, so that a change counts at once.
"""

from datetime import date

import msgspec

from portal.core import changes, db, times
from portal.core.keeping import Kept
from portal.events.queries.conditions import DIMENSIONS, Conditions
from portal.events.rules.filters import Filters
from portal.events.rules.months import SEASON, season_start
from portal.events.values import Day, Week

_MOST_CITIES = 30
# An event with free and paid tickets is found as either.
_PRICED = """base, unnest(ARRAY[
    CASE WHEN is_free THEN 'free' END, CASE WHEN NOT is_free OR price_from > 0 THEN 'paid' END]) AS price"""


class TopicCount(msgspec.Struct, frozen=True, array_like=True):
    slug: str
    name: str
    count: int


class CityCount(msgspec.Struct, frozen=True, array_like=True):
    """A city by its most usual spelling."""

    name: str
    count: int
    chosen: bool


class Facets(msgspec.Struct, frozen=True):
    """Counts for everything a list can be narrowed to. `by_month` counts what was found, the others what could be.

    `months` counts what begins in each, whatever the dates asked for; `ends` what ends in each, up to the end asked for;
    `starts` what begins in each, from the beginning asked for. `loosened` says how many there would be without one filter.
    """

    version: int
    total: int
    online: int
    running: int
    first_on: date | None
    last_on: date | None
    by_month: dict[str, int]
    months: dict[str, int]
    starts: dict[str, int]
    ends: dict[str, int]
    weeks: list[Week]
    country: dict[str, int]
    city: list[CityCount]
    topic: list[TopicCount]
    format: dict[str, int]
    price: dict[str, int]
    kind: dict[str, int]
    loosened: dict[str, int]
    month: date
    days: list[Day]

    def topic_name(self, slug: str) -> str:
        """What a topic is called; empty for one we do not know."""
        return next((topic.name for topic in self.topic if topic.slug == slug), "")


decode = msgspec.json.Decoder(Facets).decode
_kept: Kept[Facets] = Kept(300)


async def counted(filters: Filters, *, today: date, version: int) -> Facets:
    """The facets at a version of the content."""
    key = (filters, today, version)
    kept = _kept.get(key)
    if kept is not None:
        return kept
    conditions = Conditions(filters, today=today)
    facets = decode(await db.fetch_value(statement(conditions), *conditions.values))
    return _kept.put((filters, today, facets.version), facets)


async def counted_now(filters: Filters, *, today: date) -> Facets:
    """The facets of the content as it is now, for pages that show no rows."""
    return await counted(filters, today=today, version=await changes.version("events"))


def statement(c: Conditions) -> str:
    """One SELECT that gives the facets as JSON, for `decode`."""
    base, today = c.base(), c.value(c.today)
    checks = {name: c.dimension(name) for name in DIMENSIONS}
    active = [name for name, check in checks.items() if check]

    def under(skipped: str = "") -> str:
        """The conditions of all dimensions but one."""
        return " AND ".join(f"{name}_ok" for name in active if name != skipped) or "true"

    flags = "".join(f", coalesce({checks[name]}, false) AS {name}_ok" for name in active)
    since = c.filters.since.first if c.filters.since else c.today
    season = c.value(season_start(c.filters, c.today))
    chosen, weeks, month = c.value(list(c.filters.topic)), c.value(SEASON * 7), c.value(since.replace(day=1))
    loosened = ", ".join(f"'{name}', (SELECT count(*) FROM base WHERE {under(name)})" for name in active)
    running = f"(starts_on < {today} AND starts_at < {c.value(times.midnight(c.today))})"
    to_come = f"NOT {running}" if c.when == "upcoming" else "true"
    begun = f"ends_on >= {c.value(c.filters.since.first)}" if c.filters.since else "true"
    ended = f"starts_on <= {c.value(c.filters.until.last)}" if c.filters.until else "true"
    looks_ahead = "true" if c.when == "past" or c.filters.since else "false"
    return f"""
WITH base AS MATERIALIZED (
    SELECT e.id, e.title, e.starts_on, e.ends_on, e.starts_at, greatest(e.starts_on, {today}::date) AS shown_on, e.format, e.kind,
           e.is_free, e.price_from, e.sponsor, e.sponsor <> '' AS sponsored, v.country, v.city, v.city_key{flags}
    FROM event e LEFT JOIN venue v ON v.id = e.venue WHERE {base}
), found AS (
    SELECT * FROM base WHERE {under()}
), shown AS (
    SELECT CASE WHEN {looks_ahead} THEN {month}::date
           ELSE coalesce((SELECT date_trunc('month', min(shown_on))::date FROM found), {month}::date) END AS month
), topics AS (
    SELECT et.topic, count(*) AS n FROM base b JOIN event_topic et ON et.event = b.id
    WHERE {under("topic")} GROUP BY 1
), cities AS (
    SELECT city_key, mode() WITHIN GROUP (ORDER BY city) AS name, count(*) AS n FROM base
    WHERE {under("city")} AND city <> '' GROUP BY 1
)
SELECT json_build_object(
    'version', (SELECT version FROM content_version WHERE tag = 'events'),
    'total', (SELECT count(*) FROM found),
    'online', (SELECT count(*) FROM found WHERE format <> 'in_person'),
    'running', (SELECT count(*) FROM found WHERE {running}),
    'first_on', (SELECT min(starts_on) FROM found),
    'last_on', (SELECT max(starts_on) FROM found),
    'by_month', {_counts("to_char(starts_on, 'YYYY-MM')", "found", to_come)},
    'months', {_counts("to_char(starts_on, 'YYYY-MM')", "base", under("dates"))},
    'starts', {_counts("to_char(starts_on, 'YYYY-MM')", "base", f"{under('dates')} AND {begun}")},
    'ends', {_counts("to_char(ends_on, 'YYYY-MM')", "base", f"{under('dates')} AND {ended}")},
    'weeks', (SELECT coalesce(json_agg(json_build_array(monday, room, online, paid) ORDER BY monday), '[]') FROM (
        SELECT date_trunc('week', starts_on)::date AS monday,
               count(*) FILTER (WHERE format <> 'online' AND NOT sponsored) AS room,
               count(*) FILTER (WHERE format = 'online' AND NOT sponsored) AS online,
               count(*) FILTER (WHERE sponsored) AS paid
        FROM base
        WHERE starts_on >= {season}::date AND starts_on < {season}::date + {weeks}::int AND {under("dates")}
        GROUP BY 1) w),
    'country', {_counts("country", "base", under("country") + " AND country IS NOT NULL")},
    'city', (SELECT coalesce(json_agg(json_build_array(name, n, chosen) ORDER BY name), '[]') FROM (
        SELECT coalesce(c.name, a.written) AS name, coalesce(c.n, 0) AS n, a.key IS NOT NULL AS chosen
        FROM cities c FULL JOIN (SELECT key, min(written) AS written FROM {c.cities()} GROUP BY 1) a ON a.key = c.city_key
        ORDER BY chosen DESC, n DESC, name LIMIT {_MOST_CITIES + len(c.filters.city)}) x),
    'topic', (SELECT coalesce(json_agg(json_build_array(t.slug, t.name, coalesce(n, 0)) ORDER BY t.name), '[]')
              FROM topic t LEFT JOIN topics ON topics.topic = t.id WHERE n > 0 OR t.slug = ANY({chosen}::text[])),
    'format', {_counts("format", "base", under("format"))},
    'price', {_counts("price", _PRICED, under("price") + " AND price IS NOT NULL")},
    'kind', {_counts("kind", "base", under("kind"))},
    'loosened', json_build_object({loosened}),
    'month', (SELECT month FROM shown),
    'days', {_days("shown, base", under("dates"))}
)::text
"""


_kept_days: Kept[list[Day]] = Kept(300)
_decode_days = msgspec.json.Decoder(list[Day]).decode


async def days(filters: Filters, month: date, *, today: date, version: int) -> list[Day]:
    """The days of another month on which something could be found, at a version of the content."""
    key = (filters, month, today, version)
    if (kept := _kept_days.get(key)) is not None:
        return kept
    c = Conditions(filters.without("from").without("to").with_(when=Conditions(filters, today=today).when), today=today)
    shown = f"(SELECT {c.value(month)}::date AS month) shown"
    base = f"(SELECT e.* FROM event e LEFT JOIN venue v ON v.id = e.venue WHERE {c.all()}) base"
    found = await db.fetch_value(f"SELECT {_days(f'{shown}, {base}', 'true')}::text", *c.values)
    return _kept_days.put(key, _decode_days(found))


def _days(tables: str, condition: str) -> str:
    """An array of the days of the month in `shown`, each with what the events of `base` give it."""
    return f"""(SELECT coalesce(json_agg(json_build_array(day, n, title) ORDER BY day), '[]') FROM (
        SELECT day::date AS day, count(*) AS n,
               min(CASE WHEN sponsor <> '' THEN title || ' (sponsored by ' || sponsor || ')' ELSE title END) AS title
        FROM {tables}, generate_series(
            greatest(starts_on, month), least(ends_on, month + interval '1 month' - interval '1 day'), '1 day') AS day
        WHERE starts_on < month + interval '1 month' AND ends_on >= month AND {condition} GROUP BY 1) d)"""


def _counts(value: str, table: str, condition: str) -> str:
    """An object from each value to its count."""
    return (
        f"(SELECT coalesce(json_object_agg(value, n), '{{}}') FROM "
        f"(SELECT {value} AS value, count(*) AS n FROM {table} WHERE {condition} GROUP BY 1) x)"
    )
