"""Companies as CSV: one line each, with the facts that count on the day."""

from collections.abc import Sequence
from datetime import date

from portal.core.settings import current
from portal.directory.queries.exports import Full
from portal.directory.rules.freshness import counts
from portal.directory.tables.companies import TermKind
from portal.web.open_data import table

_LISTS = {
    "categories": TermKind.CATEGORY, "capabilities": TermKind.CAPABILITY, "dosage_forms": TermKind.DOSAGE_FORM,
    "routes": TermKind.ROUTE, "therapies": TermKind.THERAPY, "certificates": TermKind.CERTIFICATE,
}  # fmt: skip
COLUMNS = (
    "slug", "name", "other_names", "tagline", "street", "postal_code", "city", "region", "country", "latitude", "longitude",
    "website", "founded", "staff", *_LISTS, "figures", "verified", "claimed", "completeness", "revision", "changed_at", "url",
    "credits",
)  # fmt: skip


def written(companies: Sequence[Full], today: date) -> str:
    """One line a company."""
    return table(COLUMNS, (_values(full, today) for full in companies))


def _values(full: Full, today: date) -> tuple[object, ...]:
    row, p = full.row, full.row.profile
    valid = [fact for fact in p.facts if counts(fact, today)]
    lists = ["; ".join(row.terms.get(f.term, f.term) for f in valid if f.kind is kind) for kind in _LISTS.values()]
    figures = "; ".join(
        f"{row.terms.get(f.term, f.term)}: {f.value}" for f in valid if f.kind is TermKind.FIGURE and f.value
    )
    return (
        row.slug, row.name, "; ".join(other.name for other in p.names), p.tagline, p.street, p.postal_code, p.city, p.region,
        p.country, p.latitude, p.longitude, p.website, p.founded, p.staff.value if p.staff else None, *lists, figures,
        row.verified, row.claimed, row.completeness, row.revision, row.changed_at.isoformat(),
        f"{current().base_url}/companies/{row.slug}", "; ".join(full.credits),
    )  # fmt: skip
