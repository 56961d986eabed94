"""The report of a webinar of 5,000 people with five stays each, beside others: what the database needs for each statement."""

import time
from collections.abc import Callable
from typing import Any

from portal.core import clock, db
from portal.webinars.queries import rooms
from portal.webinars.queries.report import attendance, figures, registrations, taking_part
from portal.webinars.reporting import report, sections
from portal.webinars.rules.report.tables import written
from tests.factories import webinars
from tests.webinars.report import crowds

PEOPLE, STAYS, OTHERS, PEOPLE_OF_OTHERS = 5000, 5, 6, 800
_ROUNDS = 5


async def measure(tell: Callable[[str, Any], None]) -> dict[str, Any]:
    """Milliseconds by EXPLAIN ANALYZE, statement by statement, and of the whole page; the least of a few rounds."""
    made = await crowds.over(PEOPLE, STAYS)
    for _ in range(OTHERS):
        await crowds.over(PEOPLE_OF_OTHERS, STAYS)
    await _answers(made)
    await db.execute("ANALYZE")
    room = await rooms.by_id(made.webinar_id)
    assert room is not None
    now = clock.now()
    found = await report(room, now)
    assert (found.own.registered, found.peers.ids != []) == (PEOPLE, True)
    asked = await _statements(lambda: _page(room.id))
    spent = {}
    for number, (sql, values) in enumerate(asked):
        times = [await _explained(sql, values) for _ in range(_ROUNDS)]
        spent[f"{number + 1:2} {_what(sql)}"] = round(min(times), 1)
    for name, ms in spent.items():
        tell(name, f"{ms} ms")
    whole = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        await _page(room.id)
        whole.append(1000 * (time.perf_counter() - began))
    results = {
        "statements": len(asked), "database_ms": round(sum(spent.values()), 1), "page_ms": round(min(whole), 1),
        "people": PEOPLE, "stays_each": STAYS, "others": f"{OTHERS} of {PEOPLE_OF_OTHERS}",
        "figures_of_all_ms": round(await _timed(lambda: figures.figures([room.id, *found.peers.ids], now)), 1),
    }  # fmt: skip
    for name, value in results.items():
        tell(name, value)
    return {**results, "by_statement": spent}


async def _answers(made: webinars.Webinar) -> None:
    """Four polls that two in three answered, four things that every fourth took."""
    places = "FROM seat s JOIN seat_order o ON o.id = s.seat_order WHERE o.event = $2 AND s.id %"
    for _ in range(4):
        poll, [option, *_] = await webinars.poll(made, webinars.PollKind.SINGLE, "Yes", "No", state="closed")
        await db.execute(
            f"INSERT INTO webinar_poll_answer (poll, seat, option, several, at) SELECT $1, s.id, $3, false, now() {places} 3 < 2",
            poll, made.event_id, option,
        )  # fmt: skip
        taken = await webinars.resource(made)
        await db.execute(
            f"INSERT INTO webinar_resource_taken (resource, seat, at) SELECT $1, s.id, now() {places} 4 = 0", taken,
            made.event_id,
        )  # fmt: skip
    await db.execute(
        "UPDATE webinar_poll p SET opened_at = w.live_at, closed_at = w.live_at + interval '9 minutes' "
        "FROM webinar w WHERE w.id = p.webinar"
    )


async def _page(webinar_id: int) -> str:
    """All that the page does after its reader is known."""
    room = await rooms.by_id(webinar_id)
    assert room is not None
    found = await report(room, clock.now())
    parts = await sections(found)
    return "".join(
        f"{written(value, column.kind)}"
        for part in parts
        for table in part.tables
        for row in table.rows
        for value, column in zip(row, table.columns, strict=True)
    )


async def _statements(act: Callable[[], Any]) -> list[tuple[str, tuple[Any, ...]]]:
    """What a page asks the database."""
    seen: list[tuple[str, tuple[Any, ...]]] = []
    async with db.transaction():
        line = db.current_connection()
        line.add_query_logger(lambda record: seen.append((record.query, record.args)))
        await act()
    return [one for one in seen if "SELECT" in one[0]]


async def _explained(sql: str, values: tuple[Any, ...]) -> float:
    rows = await db.fetch(f"EXPLAIN (ANALYZE, TIMING OFF) {sql}", *values)
    return float(rows[-1][0].removeprefix("Execution Time: ").removesuffix(" ms"))


async def _timed(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    await act()
    return 1000 * (time.perf_counter() - began)


def _what(sql: str) -> str:
    """What our code calls a statement."""
    names = [
        f"{module.__name__.rpartition('.')[2]}{name.lower().replace('_', ' ')}"
        for module in (figures, registrations, attendance, taking_part)
        for name, value in vars(module).items()
        if value == sql
    ]
    return names[0] if names else "room"
