"""Who sponsors what, and what is free."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from portal.core import db
from portal.placements.rules.sponsoring import SLOTS
from portal.placements.tables import SlotState
from portal.placements.values import SPONSORED, BookingRecord, Cell, Lane, Pick, Sold

_EXPLANATION = "Paid places, at most three a month. They never change the list below."
# A hold that has run out takes nothing, whether the sweeper has met it or not.
_TAKEN = "(s.state = 'booked' OR (s.state = 'held' AND (b.state = 'paying' OR b.holds_until > $1)))"


async def sponsors(category: str, month: date) -> list[str]:
    """Keys of the companies that sponsor a category in a month, by slot."""
    return list((await sponsored([category], month)).get(category, ()))


async def sponsored(categories: Sequence[str], month: date) -> dict[str, tuple[str, ...]]:
    """The same for several categories, in one query."""
    rows = await db.fetch(
        "SELECT category, array_agg(key ORDER BY slot) AS keys FROM sponsorship "
        "WHERE category = ANY($1::text[]) AND month = $2 AND state = 'booked' AND kind = 'company' GROUP BY category",
        list(categories), month.replace(day=1),
    )  # fmt: skip
    return {row["category"]: tuple(row["keys"]) for row in rows}


async def lane(category: str, month: date) -> Lane | None:
    """The paid lane of a category’s page; None when nobody has booked it."""
    return lane_of(await sponsors(category, month))


def lane_of(keys: Sequence[str]) -> Lane | None:
    """The lane that shows these sponsors."""
    return Lane(label=SPONSORED, explanation=_EXPLANATION, sponsors=tuple(keys)) if keys else None


async def calendar(
    categories: Sequence[str], months: Sequence[date], *, kind: str, key: str, now: datetime
) -> dict[Pick, Cell]:
    """What is free, held and taken, as (kind, key) sees it. Every category and month has its cell."""
    rows = await db.fetch(
        "SELECT s.category, s.month, count(*) AS taken, count(*) FILTER (WHERE s.state = 'held') AS held, "
        "max(s.state) FILTER (WHERE s.kind = $4 AND s.key = $5) AS own "
        "FROM sponsorship s JOIN sponsor_booking b ON b.id = s.booking "
        f"WHERE s.category = ANY($2::text[]) AND s.month = ANY($3::date[]) AND {_TAKEN} GROUP BY 1, 2",
        now, list(categories), list(months), kind, key,
    )  # fmt: skip
    cells = {Pick(category, month): Cell(SLOTS, 0, None) for category in categories for month in months}
    for row in rows:
        own = SlotState(row["own"]) if row["own"] else None
        cells[Pick(row["category"], row["month"])] = Cell(SLOTS - row["taken"], row["held"], own)
    return cells


_BOOKING = """
SELECT b.id, b.number, b.kind, b.key, b.title, b.state, b.currency, b.discount, b.return_path, b.purchase_id, b.held_at,
    b.holds_until, b.booked_at, b.end_reason,
    (SELECT coalesce(json_agg(json_build_object('category', s.category, 'category_name', s.category_name, 'month', s.month,
        'slot', s.slot, 'list_net', s.list_net, 'net', s.net, 'state', s.state) ORDER BY s.category_name, s.month, s.id), '[]')
     FROM sponsorship s WHERE s.booking = b.id) AS slots
FROM sponsor_booking b WHERE
"""


_SINCE = "($4::timestamptz IS NULL OR b.held_at >= $4)"


async def booking(number: str, *, kind: str, key: str, since: datetime | None = None) -> BookingRecord | None:
    """A booking of (kind, key), made at any time or since then; somebody else’s number finds nothing."""
    rows = await db.fetch(
        _BOOKING + f"b.number = $1 AND b.kind = $2 AND b.key = $3 AND {_SINCE}", number, kind, key, since
    )
    return _records(rows)[0] if rows else None


async def booking_by_id(booking_id: int) -> BookingRecord | None:
    rows = await db.fetch(_BOOKING + "b.id = $1", booking_id)
    return _records(rows)[0] if rows else None


async def bookings(kind: str, key: str, *, since: datetime | None = None, limit: int = 100) -> list[BookingRecord]:
    """What (kind, key) has booked or holds, ever or since then; newest first. What came to nothing is left out."""
    rows = await db.fetch(
        _BOOKING + f"b.kind = $1 AND b.key = $2 AND b.state <> 'lapsed' AND {_SINCE} ORDER BY b.id DESC LIMIT $3",
        kind, key, limit, since,
    )  # fmt: skip
    return _records(rows)


async def sold(month: date, *, limit: int = 500) -> list[Sold]:
    """Places of a month and those after it that are paid for, by month and category."""
    rows = await db.fetch(
        "SELECT s.month, s.category_name, s.slot, s.net, b.number, b.title, b.currency FROM sponsorship s "
        "JOIN sponsor_booking b ON b.id = s.booking WHERE s.state = 'booked' AND s.month >= $1 "
        "ORDER BY s.month, s.category_name, s.slot LIMIT $2",
        month.replace(day=1), limit,
    )  # fmt: skip
    return [msgspec.convert(dict(row), Sold) for row in rows]


def _records(rows: Sequence[object]) -> list[BookingRecord]:
    return [
        msgspec.convert(
            {**(told := dict(row)), "slots": msgspec.json.decode(told["slots"])},  # type: ignore[call-overload]
            BookingRecord,
            strict=False,
        )
        for row in rows
    ]
