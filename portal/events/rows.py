"""List rows as HTML, rendered once per version of an event and kept per process."""

from collections.abc import Sequence

from markupsafe import Markup

from portal.events.keeping import Kept
from portal.events.queries import listing
from portal.events.rules import words
from portal.events.values import Hit, Row
from portal.web.rendering import render

_MOST_TOPICS = 3
_kept: Kept[Markup] = Kept(3000)


async def of(hits: Sequence[Hit]) -> dict[int, Markup]:
    """The row of each event, by its id. Reads only events that were not shown in this version yet."""
    kept = {hit.id: _kept.get((hit.id, hit.version)) for hit in hits}
    shown = {event_id: row for event_id, row in kept.items() if row is not None}
    if unknown := [event_id for event_id, row in kept.items() if row is None]:
        for row in await listing.rows(unknown):
            shown[row.id] = _kept.put((row.id, row.version), rendered(row))
    return shown


def rendered(row: Row) -> Markup:
    """One event as a list row."""
    return Markup(  # noqa: S704 - from our own template, which escapes
        render(
            "events/_row.html",
            e=row,
            where=words.where(row),
            price=words.price(row),
            first_day=words.first_day(row),
            topics=list(row.topics.values())[:_MOST_TOPICS],
        )
    )
