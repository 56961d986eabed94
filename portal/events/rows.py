"""List rows as HTML, rendered once per version of an event and kept per process."""

from collections.abc import Sequence

from markupsafe import Markup

from portal.core.keeping import Kept
from portal.events.rules import words
from portal.events.values import Row
from portal.web.rendering import markup, render

_MOST_TOPICS = 3
_kept: Kept[Markup] = Kept(3000)


def of(rows: Sequence[Row]) -> Markup:
    """The rows of these events, in their order."""
    return markup("".join([_kept.get((row.id, row.version)) or _made(row) for row in rows]))


def _made(row: Row) -> Markup:
    return _kept.put((row.id, row.version), rendered(row))


def rendered(row: Row) -> Markup:
    """One event as a list row."""
    return markup(
        render(
            "events/_row.html",
            e=row,
            where=words.where(row),
            price=words.price(row),
            first_day=words.first_day(row),
            topics=list(row.topics.values())[:_MOST_TOPICS],
        )
    )
