"""A company as a row of a list, and a paid place apart from it."""

from collections.abc import Sequence
from datetime import date

import msgspec

from portal.core import countries, times
from portal.directory.queries.conditions import Context
from portal.directory.queries.listing import Row
from portal.directory.rules import fact_rows, freshness, reasons
from portal.directory.rules.ranking import Evidence
from portal.directory.rules.reasons import Why
from portal.directory.tables.companies import TermKind
from portal.directory.values import Profile

_MOST_TAGS, _MOST_LINES = 5, 4


class Card(msgspec.Struct, frozen=True):
    """What a row shows. `ends` says which certificate runs out soon; `lines` are (label, value); `run` stands
    over the first of companies that are equal.
    """

    slug: str
    name: str
    initials: str
    logo: str
    place: str
    tagline: str
    verified: bool
    claimed: bool
    checked: bool
    ends: str
    tags: list[str]
    lines: list[tuple[str, str]]
    why: Why
    run: str = ""


def cards(rows: Sequence[Row], context: Context, *, after: Evidence | None = None) -> list[Card]:
    """The rows of a page; `after` is the one behind it."""
    before = rows[0].above if rows else None
    runs = reasons.runs([row.evidence for row in rows], before=before.evidence if before else None, after=after)
    return [card(row, context, run, elsewhere=not at) for at, (row, run) in enumerate(zip(rows, runs, strict=True))]


def card(row: Row, context: Context, run: str = "", *, elsewhere: bool = False) -> Card:
    """`elsewhere`: the company above is on the page before."""
    profile, ending = row.profile, row.evidence.ends
    above = None
    if row.above:
        above = (f"{row.above.name} (on the page before)" if elsewhere else row.above.name, row.above.evidence)
    ends = ""
    if ending and ending.expires_on:
        ends = f"{row.terms.get(ending.term, 'Certificate')} ends {times.day(ending.expires_on, 'd MMM')}"
    return Card(
        slug=row.slug,
        name=row.name,
        initials=initials(row.name),
        logo=profile.logo,
        place=place(profile),
        tagline=profile.tagline,
        verified=row.verified,
        claimed=row.claimed,
        checked=freshness.checked(profile.facts, context.today),
        ends=ends,
        tags=tags(row, context.asked.terms),
        lines=lines(profile, row.terms, context.today),
        why=reasons.why(
            row.evidence, filters=context.filters.count, names=row.terms, today=context.today, above=above
        ),
        run=run,
    )  # fmt: skip


def place(profile: Profile) -> str:
    """City and country, as far as they are known."""
    return ", ".join(part for part in (profile.city, countries.name(profile.country)) if part)


def initials(name: str) -> str:
    """Two letters that stand where a logo is missing."""
    words = [word for word in name.split() if word[:1].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or "?"


def tags(row: Row, wanted: frozenset[str]) -> list[str]:
    """What it offers, what was asked for first."""
    kinds = (TermKind.CAPABILITY, TermKind.DOSAGE_FORM, TermKind.CATEGORY)
    facts = [fact.term for kind in kinds for fact in row.profile.facts if fact.kind is kind]
    order = sorted(dict.fromkeys(facts), key=lambda term: term not in wanted)
    return [row.terms[term] for term in order if term in row.terms][:_MOST_TAGS]


def lines(profile: Profile, names: dict[str, str], today: date) -> list[tuple[str, str]]:
    """Key figures, and since when there is room."""
    found = {names[f.term]: f.value for f in profile.facts if f.kind is TermKind.FIGURE and f.value and f.term in names}
    free = next((fact_rows.free(fact.free_from, today) for fact in profile.facts if fact.free_from), "")
    most = _MOST_LINES - bool(free)
    return [*list(found.items())[:most], *([("Free from", free)] if free else [])]
