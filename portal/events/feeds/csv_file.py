"""Events as CSV (RFC 4180)."""

import csv
import io
from collections.abc import Sequence

from portal.core.settings import current
from portal.events.queries.exports import Full
from portal.events.rules import states

COLUMNS = (
    "slug", "title", "state", "format", "kind", "starts_at", "ends_at", "timezone", "all_day", "starts_on", "ends_on",
    "place", "city", "country", "latitude", "longitude", "topics", "organiser", "free", "price_from_minor", "currency",
    "sponsor", "language", "url", "organiser_url", "credit", "summary",
)  # fmt: skip


def written(events: Sequence[Full]) -> str:
    """One line an event. A cell that a spreadsheet would take for a formula gets an apostrophe in front."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(COLUMNS)
    for event in events:
        writer.writerow([_cell(value) for value in _values(event)])
    return sheet.getvalue()


def _cell(value: object) -> object:
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} and not isinstance(value, int | float) else text


def _values(event: Full) -> tuple[object, ...]:
    row, place = event.row, event.place
    return (
        row.slug, row.title, row.state.value, row.format.value, row.kind.value,
        row.starts_at.isoformat(), row.ends_at.isoformat(), row.timezone, row.all_day,
        row.starts_on.isoformat(), row.ends_on.isoformat(),
        states.place_words(row.format, place), row.city, row.country,
        place.latitude if place else None, place.longitude if place else None,
        "; ".join(row.topics.values()), row.organiser_name, row.is_free, row.price_from, row.price_currency,
        row.sponsor, row.language, f"{current().base_url}/events/{row.slug}", row.url, event.credit, row.summary,
    )  # fmt: skip
