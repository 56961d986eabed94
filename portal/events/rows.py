"""List rows as HTML, rendered once per version of an event and kept per process."""

from collections import OrderedDict
from collections.abc import Sequence

from markupsafe import Markup

from portal.core import db
from portal.events.queries import listing
from portal.events.rules import words
from portal.events.values import Hit, Row
from portal.web.rendering import render

_MOST_KEPT = 3000
_MOST_TOPICS = 3
_kept: OrderedDict[tuple[str, int, int], Markup] = OrderedDict()


async def of(hits: Sequence[Hit]) -> dict[int, Markup]:
    """The row of each event, by its id. Reads only events that were not shown in this version yet."""
    base = db.DB.config["dsn"]
    shown: dict[int, Markup] = {}
    unknown: list[int] = []
    for hit in hits:
        kept = _kept.get((base, hit.id, hit.version))
        if kept is None:
            unknown.append(hit.id)
        else:
            shown[hit.id] = kept
    if unknown:
        for row in await listing.rows(unknown):
            shown[row.id] = _kept[base, row.id, row.version] = rendered(row)
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
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
