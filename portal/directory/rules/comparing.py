"""Up to four companies side by side: what each has, and in which lines they differ."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import msgspec

from portal.core import countries, times
from portal.directory.rules.freshness import Freshness, freshness
from portal.directory.rules.reasons import hours
from portal.directory.tables.companies import TermKind
from portal.directory.values import Profile, ProfileFact

MOST = 4


class Compared(msgspec.Struct, frozen=True):
    """A company to compare."""

    slug: str
    name: str
    profile: Profile
    verified: bool
    completeness: int
    response_hours: int | None


class Cell(msgspec.Struct, frozen=True):
    """What one company has in a line; `since` is a day and `note` what happened or happens then, `tone` how to colour it."""

    text: str = ""
    note: str = ""
    since: str = ""
    tone: str = ""


class Line(msgspec.Struct, frozen=True):
    label: str
    cells: list[Cell]

    @property
    def differs(self) -> bool:
        return len({cell.text for cell in self.cells}) > 1

    @property
    def tells_little(self) -> bool:
        """Whether all have the same in it, or of several only one has anything: a small screen can do without it."""
        having = sum(bool(cell.text) for cell in self.cells)
        return len(self.cells) > 1 and (not self.differs or (having == 1 and len(self.cells) > 2))


class Section(msgspec.Struct, frozen=True):
    title: str
    lines: list[Line]

    @property
    def little(self) -> int:
        """How many of its lines tell little."""
        return sum(line.tells_little for line in self.lines)


_PLAIN: tuple[tuple[str, Callable[[Compared], str]], ...] = (
    ("City", lambda c: c.profile.city),
    ("Country", lambda c: countries.name(c.profile.country)),
    ("People", lambda c: c.profile.staff.value.replace("-", "–") if c.profile.staff else ""),
    ("Founded", lambda c: str(c.profile.founded or "")),
    ("Sites", lambda c: str(len(c.profile.sites) or "")),
    ("Verified", lambda c: "yes" if c.verified else "no"),
    ("Profile filled in", lambda c: f"{c.completeness} percent"),
    ("Answers enquiries in", lambda c: hours(c.response_hours) if c.response_hours is not None else ""),
)
_TITLES = {
    TermKind.CATEGORY: "Categories", TermKind.CAPABILITY: "Capabilities", TermKind.DOSAGE_FORM: "Dosage forms",
    TermKind.ROUTE: "Routes", TermKind.THERAPY: "Therapy areas", TermKind.CERTIFICATE: "Certificates",
    TermKind.FIGURE: "Key figures",
}  # fmt: skip


def table(companies: Sequence[Compared], names: Mapping[str, str], today: date) -> list[Section]:
    """The comparison, without lines in which nobody has anything."""
    plain = [Line(label, [Cell(value(company)) for company in companies]) for label, value in _PLAIN]
    sections = [Section("The company", _filled(plain))]
    for kind, title in _TITLES.items():
        terms = {fact.term for company in companies for fact in company.profile.facts if fact.kind is kind}
        lines = [
            Line(names.get(term, term), [_cell(company, term, today) for company in companies])
            for term in sorted(terms, key=lambda term: names.get(term, term).casefold())
        ]
        sections.append(Section(title, _filled(lines)))
    return [section for section in sections if section.lines]


def _filled(lines: list[Line]) -> list[Line]:
    return [line for line in lines if any(cell.text for cell in line.cells)]


def _cell(company: Compared, term: str, today: date) -> Cell:
    found = [fact for fact in company.profile.facts if fact.term == term]
    if not found:
        return Cell()
    best = max(found, key=lambda fact: (_order(fact, today), fact.confirmed_on or date.min))
    state = freshness(best, today)
    text = best.value or ("ended" if state is Freshness.EXPIRED else "yes")
    if best.expires_on:
        ended = "ended" if state is Freshness.EXPIRED else "until"
        day = times.day(best.expires_on, "d MMM y")
        return Cell(text, ended, day, "bad" if state is Freshness.EXPIRED else "ok")
    tone = {Freshness.FRESH: "ok", Freshness.AGEING: "warn"}.get(state, "bad")
    if best.confirmed_on is None:
        return Cell(text)
    return Cell(text, "confirmed", times.day(best.confirmed_on, "d MMM y"), tone)


def _order(fact: ProfileFact, today: date) -> int:
    return -[Freshness.FRESH, Freshness.AGEING, Freshness.STALE, Freshness.EXPIRED].index(freshness(fact, today))
