"""How many webinars each choice of each filter would give, under all the other filters, in one statement."""

from datetime import date

import msgspec

from portal.core import db
from portal.webinars.queries.conditions import DIMENSIONS, Conditions
from portal.webinars.queries.shared import CERTIFIED, SPONSORED
from portal.webinars.rules.filters import LISTS, Filters

_MOST = 200


class Choice(msgspec.Struct, frozen=True, array_like=True):
    slug: str
    name: str
    count: int


class Facets(msgspec.Struct, frozen=True):
    """Counts for everything a list can be narrowed to. `when` counts each of the lists, `loosened` what there would be
    without one filter.
    """

    total: int
    live: int
    when: dict[str, int]
    topic: list[Choice]
    speaker: list[Choice]
    sponsor: list[Choice]
    series: list[Choice]
    price: dict[str, int]
    certificate: int
    loosened: dict[str, int]

    def name_of(self, facet: str, slug: str) -> str:
        """What a value is called; empty for one we do not know."""
        return next((one.name for one in getattr(self, facet) if one.slug == slug), "")


# Each list: what a webinar `b` of the base is linked to (`k`), and where slug and name of that stand.
_LINKS = {
    "topic": ("SELECT et.topic AS k FROM event_topic et WHERE et.event = b.event", "topic", "name"),
    "speaker": ("SELECT ws.speaker AS k FROM webinar_speaker ws WHERE ws.webinar = b.id", "speaker", "name"),
    "sponsor": (f"SELECT c.id AS k FROM {SPONSORED} WHERE p.webinar = b.id", "company", "name"),
    "series": ("SELECT b.series AS k WHERE b.series IS NOT NULL", "series", "title"),
}
_decode = msgspec.json.Decoder(Facets).decode


async def counted(filters: Filters, *, today: date) -> Facets:
    c = Conditions(filters, today=today)
    statement = _statement(c)
    return _decode(await db.fetch_value(statement, *c.values))


def _statement(c: Conditions) -> str:
    checks = {name: check for name in DIMENSIONS if (check := c.dimension(name))}
    flags = "".join(f", coalesce({check}, false) AS {name}_ok" for name, check in checks.items())

    def under(skipped: str = "") -> str:
        """The conditions of all dimensions but one."""
        return " AND ".join(f"b.{name}_ok" for name in checks if name != skipped) or "true"

    def listed(name: str) -> str:
        links, table, title = _LINKS[name]
        chosen = c.value(list(getattr(c.filters, name)))
        return f"""(
    WITH x AS (SELECT l.k, count(*) AS n FROM base b CROSS JOIN LATERAL ({links}) l WHERE {under(name)} GROUP BY 1)
    SELECT coalesce(json_agg(json_build_array(slug, name, n) ORDER BY lower(name), slug), '[]') FROM (
        SELECT t.slug, t.{title} AS name, coalesce(x.n, 0) AS n
        FROM (SELECT k FROM x UNION SELECT id FROM {table} WHERE slug = ANY({chosen}::text[])) i
        JOIN {table} t ON t.id = i.k LEFT JOIN x ON x.k = i.k ORDER BY n DESC, t.id LIMIT {_MOST}) y)"""

    upcoming, on_demand = c.when("upcoming"), c.when("on_demand")
    loosened = ", ".join(f"'{name}', (SELECT count(*) FROM base b WHERE {under(name)})" for name in checks)
    lists = "".join(f"'{name}', {listed(name)}, " for name in LISTS)
    return f"""
WITH base AS MATERIALIZED (
    SELECT w.id, w.series, w.state, e.id AS event, e.is_free, e.price_from, {CERTIFIED} AS certified,
        coalesce({upcoming}, false) AS upcoming, coalesce({on_demand}, false) AS on_demand{flags}
    FROM webinar w JOIN event e ON e.id = w.event WHERE e.state <> 'draft'
)
SELECT json_build_object(
    'total', (SELECT count(*) FROM base b WHERE {under()}),
    'live', (SELECT count(*) FROM base b WHERE {under()} AND b.state = 'live'),
    'when', (SELECT json_build_object('upcoming', count(*) FILTER (WHERE b.upcoming),
        'on_demand', count(*) FILTER (WHERE b.on_demand), 'all', count(*)) FROM base b WHERE {under("when")}),
    {lists}
    'price', (SELECT json_build_object('free', count(*) FILTER (WHERE b.is_free),
        'paid', count(*) FILTER (WHERE NOT b.is_free OR b.price_from > 0)) FROM base b WHERE {under("price")}),
    'certificate', (SELECT count(*) FROM base b WHERE {under("certificate")} AND b.certified),
    'loosened', json_build_object({loosened})
)::text
"""
