"""How often a company was looked at: by week, what was left out and why, and the middle of its categories."""

from collections import defaultdict
from datetime import date, timedelta

import msgspec

from portal.core import db
from portal.directory.queries.companies import FRESH
from portal.directory.rules.statistics import LEAST_COMPANIES, Median, Week, weeks_of
from portal.directory.tables.audience import Kind, Left

_WEEKS = """
SELECT date_trunc('week', day)::date AS week, kind, sum(times) AS times FROM company_day
WHERE company = $1 AND reason = '' AND day >= $2 AND day < $3 GROUP BY 1, 2
"""
_LEFT = """
SELECT kind, reason, sum(times) AS times FROM company_day
WHERE company = $1 AND reason <> '' AND day >= $2 AND day < $3 GROUP BY 1, 2
"""


class LeftOut(msgspec.Struct, frozen=True):
    """How often something was left out of the count for one reason."""

    kind: Kind
    reason: Left
    times: int


async def weeks(company_id: int, *, first: date, count: int) -> list[Week]:
    """`count` weeks from a Monday on, the empty ones too."""
    found: dict[date, dict[Kind, int]] = defaultdict(dict)
    for row in await db.fetch(_WEEKS, company_id, first, first + timedelta(weeks=count)):
        found[row["week"]][Kind(row["kind"])] = int(row["times"])
    return weeks_of(first, count, found)


async def left_out(company_id: int, *, first: date, count: int) -> list[LeftOut]:
    """What did not count in those weeks."""
    rows = await db.fetch(_LEFT, company_id, first, first + timedelta(weeks=count))
    return [LeftOut(Kind(row["kind"]), Left(row["reason"]), int(row["times"])) for row in rows]


# Companies of a category that nobody looked at count with nothing: the middle is that of all of them.
_MEDIANS = f"""
WITH mine AS (SELECT DISTINCT t.id, t.name FROM fact f JOIN term t ON t.id = f.term
              WHERE f.company = $1 AND t.kind = 'category' AND {FRESH.format(day="$4")}),
peers AS (SELECT DISTINCT m.id, m.name, f.company FROM mine m JOIN fact f ON f.term = m.id
          JOIN company c ON c.id = f.company AND c.state = 'public'
          WHERE {FRESH.format(day="$4")}),
counted AS (
    SELECT p.id, p.name, p.company, x.kind, coalesce(sum(d.times), 0) AS times
    FROM peers p CROSS JOIN unnest($5::text[], $6::text[]) AS x (kind, counts)
    LEFT JOIN company_day d ON d.company = p.company AND d.reason = '' AND d.day >= $2 AND d.day < $3
        AND d.kind = ANY (string_to_array(x.counts, ','))
    GROUP BY 1, 2, 3, 4)
SELECT name, kind, count(*) AS companies, percentile_cont(0.5) WITHIN GROUP (ORDER BY times) AS middle
FROM counted GROUP BY id, name, kind HAVING count(*) >= {LEAST_COMPANIES} ORDER BY name, kind
"""


async def medians(
    company_id: int, *, first: date, count: int, day: date, groups: dict[str, list[Kind]]
) -> list[Median]:
    """The middle of each of its categories that has enough companies, for each group of kinds."""
    rows = await db.fetch(
        _MEDIANS, company_id, first, first + timedelta(weeks=count), day, list(groups),
        [",".join(kinds) for kinds in groups.values()],
    )  # fmt: skip
    return [Median(row["name"], row["kind"], int(row["companies"]), float(row["middle"])) for row in rows]


class LaneMonth(msgspec.Struct, frozen=True):
    """What paid places brought in a month, in all categories together: what counted, and what was left out."""

    month: date
    shown: int
    shown_left: int
    followed: int
    followed_left: int


_LANES = """
SELECT date_trunc('month', day)::date AS month,
    coalesce(sum(times) FILTER (WHERE kind = 'lane' AND reason = ''), 0) AS shown,
    coalesce(sum(times) FILTER (WHERE kind = 'lane' AND reason <> ''), 0) AS shown_left,
    coalesce(sum(times) FILTER (WHERE kind = 'lane_click' AND reason = ''), 0) AS followed,
    coalesce(sum(times) FILTER (WHERE kind = 'lane_click' AND reason <> ''), 0) AS followed_left
FROM company_day WHERE company = $1 AND kind IN ('lane', 'lane_click') AND day >= $2 GROUP BY 1 ORDER BY 1 DESC LIMIT 24
"""


async def lane_months(company_id: int, *, since: date) -> list[LaneMonth]:
    """The latest two years from a day on, the newest month first."""
    rows = await db.fetch(_LANES, company_id, since)
    return [msgspec.convert(dict(row), LaneMonth, strict=False) for row in rows]
