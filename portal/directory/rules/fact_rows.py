"""Facts as a page tells them: in words, with their age, their source and what is left of them. Pure."""

import re
from collections.abc import Mapping
from datetime import date
from urllib.parse import urlsplit

import msgspec

from portal.core import countries, times
from portal.directory.rules.freshness import ENDS_SOON, Freshness, freshness
from portal.directory.rules.reasons import hours
from portal.directory.tables.companies import FactSource, TermKind
from portal.directory.values import Profile, ProfileFact, ProfileSite

_FIRST_NUMBER = re.compile(r"(\d(?:[\d.,\u202f\u00a0]*\d)?(?:\s?[–-]\s?\d[\d.,]*)?\+?),?\s*(.*)", re.DOTALL)
_TONES = {Freshness.FRESH: "ok", Freshness.AGEING: "warn", Freshness.STALE: "bad", Freshness.EXPIRED: "bad"}
_SOURCES = {
    FactSource.COMPANY: "the company", FactSource.REGISTER: "a public register", FactSource.EDITOR: "our editors",
}  # fmt: skip
_DAYS_A_MONTH = 30.44
_FREE = {"now": "Now", "on request": "On request"}


class FactRow(msgspec.Struct, frozen=True):
    """A fact in words. `note` says what its age means; `source` who says so, at `source_url` where that is known."""

    fact: ProfileFact
    slug: str
    name: str
    where: str
    free: str
    freshness: Freshness
    tone: str
    note: str
    source: str
    source_url: str

    @property
    def address(self) -> str:
        """The page of the word, with every company that it is said of."""
        return f"/companies/{self.fact.kind.value.replace('_', '-')}/{self.slug}"

    @property
    def is_hidden(self) -> bool:
        """Whether filters pass it over."""
        return self.freshness in {Freshness.STALE, Freshness.EXPIRED}


_LONGEST = 3 * 365
"""For so many days a certificate is given as a rule."""


class CertificateRow(msgspec.Struct, frozen=True):
    """A certificate: when it ends and what is left until then, in words and in per cent of three years."""

    row: FactRow
    ends: str
    left: str
    tone: str
    percent: int = 0


class Figure(msgspec.Struct, frozen=True):
    """A key figure: the number large, what it counts small, and since when that is known."""

    name: str
    large: str
    small: str
    dated: str
    tone: str


def rows(profile: Profile, names: Mapping[str, str], today: date) -> dict[TermKind, list[FactRow]]:
    """All facts by what they are about, as the profile orders them; those that left the filters stand last."""
    sites = {site.id: place(site) for site in profile.sites}
    found: dict[TermKind, list[FactRow]] = {kind: [] for kind in TermKind}
    for fact in profile.facts:
        found[fact.kind].append(_row(fact, names, sites, today))
    return {kind: sorted(these, key=lambda row: row.is_hidden) for kind, these in found.items()}


def _row(fact: ProfileFact, names: Mapping[str, str], sites: Mapping[str, str], today: date) -> FactRow:
    state = freshness(fact, today)
    return FactRow(
        fact=fact,
        slug=fact.term.split(":", 1)[1],
        name=names.get(fact.term, fact.term.split(":", 1)[1]),
        where=sites.get(fact.site, ""),
        free=free(fact.free_from, today),
        freshness=state,
        tone=_TONES[state],
        note=_note(fact, state),
        source=_source(fact),
        source_url=fact.source_url,
    )


def place(site: ProfileSite) -> str:
    """A site in a word: its name, or its city."""
    return site.name or site.city or countries.name(site.country)


def free(value: str, today: date) -> str:
    """From when there is capacity: `Jun 2027`, `Now`, `On request`."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return _FREE.get(value, "")
    return "Now" if day <= today else times.day(day, "MMM y")


def _note(fact: ProfileFact, state: Freshness) -> str:
    match state:
        case Freshness.AGEING:
            return "due for a check"
        case Freshness.STALE:
            return "hidden from filters"
        case Freshness.EXPIRED:
            return f"ended {times.day(fact.expires_on, 'd MMM y')}, hidden from filters" if fact.expires_on else ""
        case _:
            return ""


def _source(fact: ProfileFact) -> str:
    host = (urlsplit(fact.source_url).hostname or "").removeprefix("www.") if fact.source_url else ""
    if fact.source is FactSource.REGISTER and host:
        return host
    return _SOURCES[fact.source]


def certificate(row: FactRow, today: date) -> CertificateRow:
    """How long a certificate still counts."""
    ends = row.fact.expires_on
    if ends is None:
        tone = "bad" if row.is_hidden else ""
        return CertificateRow(row, "no end given", row.note, tone)
    days = (ends - today).days
    tone = "bad" if days < 0 or row.is_hidden else "warn" if days <= ENDS_SOON.days else "ok"
    left = row.note if row.freshness is Freshness.STALE else time_left(days)
    return CertificateRow(row, times.day(ends, "d MMM y"), left, tone, max(0, min(100, days * 100 // _LONGEST)))


def time_left(days: int) -> str:
    """`15 months left`, `70 days left`, `ends today`, `ended`."""
    if days < 0:
        return "ended, hidden from filters"
    if days == 0:
        return "ends today"
    if days <= ENDS_SOON.days:
        return f"{days} day{'s' if days > 1 else ''} left"
    return f"{int(days / _DAYS_A_MONTH)} months left"


def figures(profile: Profile, given: list[FactRow], response_hours: int | None = None) -> list[Figure]:
    """Key figures: what the company counts itself, then what its profile tells anyway, and what is measured here."""
    found = [_figure(row) for row in given if not row.is_hidden]
    if profile.sites:
        countries_of = {site.country for site in profile.sites if site.country}
        where = f"in {len(countries_of)} countries" if len(countries_of) > 1 else "in one country"
        found.append(Figure("Sites", str(len(profile.sites)), where if countries_of else "", "", ""))
    if profile.staff:
        found.append(Figure("Staff", profile.staff.value.replace("-", "–"), "people", "", ""))
    if response_hours is not None:
        number, _, unit = hours(response_hours).partition(" ")
        found.append(Figure("Answers requests in", number, f"{unit}, measured here", "", ""))
    return found


def _figure(row: FactRow) -> Figure:
    value = row.fact.value or (f"{row.fact.number:,}" if row.fact.number is not None else "")
    match = _FIRST_NUMBER.match(value)
    large, unit = (match[1], match[2]) if match else (value, "")
    small = ", ".join(part for part in (unit, row.fact.detail) if part)
    dated = times.day(row.fact.confirmed_on, "MMM y") if row.fact.confirmed_on else ""
    return Figure(row.name, large or "—", small, dated, row.tone)
