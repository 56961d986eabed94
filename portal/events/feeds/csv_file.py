"""Events as CSV (RFC 4180)."""

from collections.abc import Sequence

from portal.core.money import Money
from portal.core.settings import current
from portal.events.queries.exports import Full
from portal.events.values import VenueFacts
from portal.web.open_data import table

COLUMNS = (
    "slug", "title", "status", "format", "kind", "starts_at", "ends_at", "timezone", "all_day", "starts_on", "ends_on",
    "venue", "street", "postal_code", "city", "region", "country", "latitude", "longitude", "topics", "organiser", "free",
    "price", "currency", "sponsor", "language", "url", "organiser_url", "credit", "summary",
)  # fmt: skip


def written(events: Sequence[Full]) -> str:
    """One line an event."""
    return table(COLUMNS, map(_values, events))


def _values(event: Full) -> tuple[object, ...]:
    row, place = event.row, event.place or VenueFacts()
    price = None if row.price_from is None else Money(row.price_from, row.price_currency).decimal
    return (
        row.slug, row.title, row.state.value, row.format.value, row.kind.value,
        row.starts_at.isoformat(), row.ends_at.isoformat(), row.timezone, row.all_day,
        row.starts_on.isoformat(), row.ends_on.isoformat(),
        place.name, place.street, place.postal_code, place.city, place.region, place.country, place.latitude,
        place.longitude, "; ".join(row.topics.values()), row.organiser_name, row.is_free, price, row.price_currency,
        row.sponsor, row.language, f"{current().base_url}/events/{row.slug}", row.url, event.credit, row.summary,
    )  # fmt: skip
