"""What stands around a list of companies and follows from its filters and counts alone: choices, as HTML, kept per version."""

from collections.abc import Sequence

import msgspec
from markupsafe import Markup

from portal.core import countries
from portal.core.keeping import Kept
from portal.directory.queries.facets import Facets
from portal.directory.queries.listing import Found
from portal.directory.rules import filters as filter_rules
from portal.directory.rules.filters import FACETS, Facet, Filters, Parsed
from portal.directory.tables.companies import TermKind
from portal.web.rendering import markup, render

_FIRST, _MOST = 6, 48
KIND_PATHS: dict[TermKind, str] = {
    kind: kind.value.replace("_", "-") for kind in TermKind if kind is not TermKind.FIGURE
}


class Option(msgspec.Struct, frozen=True):
    """A choice in a filter: what it is called and how many companies it would give. `under` marks a narrower word."""

    value: str
    text: str
    count: int
    chosen: bool
    under: bool = False


class Choices(msgspec.Struct, frozen=True):
    """A filter with what it offers: `first` always shown, `rest` behind a fold; `left` more have a page of their own."""

    facet: Facet
    first: list[Option]
    rest: list[Option]
    left: int
    path: str


_kept: Kept[Markup] = Kept(300)


def fields_of(parsed: Parsed, found: Found) -> Markup:
    """The facets as form fields."""
    key = (parsed.filters, found.context.today, found.version)
    kept = None if parsed.problems else _kept.get(key)
    if kept is not None:
        return kept
    made = markup(
        render(
            "directory/facets.html",
            filters=parsed.filters,
            problems=parsed.problems,
            choices=choices(parsed.filters, found),
            rules=filter_rules,
            cities=[place.name for place in found.facets.city],
        )
    )
    return made if parsed.problems else _kept.put(key, made)


def choices(asks: Filters, found: Found) -> list[Choices]:
    """Every filter that offers something, or of which something is chosen."""
    made = []
    for facet in FACETS:
        options = _options(facet, asks, found.facets, found.context.names)
        if not options:
            continue
        chosen = [option for option in options if option.chosen]
        others = sorted((option for option in options if not option.chosen), key=lambda option: not option.under)
        shown = [*chosen, *others]
        first, rest = shown[: max(_FIRST, len(chosen))], shown[max(_FIRST, len(chosen)) :]
        path = f"/companies/{KIND_PATHS[facet.kind]}" if facet.kind else ""
        # Words have a page with all of them; countries and places have not.
        most = _MOST if path else len(rest)
        made.append(Choices(facet, first, rest[:most], len(rest) - min(most, len(rest)), path))
    return made


def _options(facet: Facet, asks: Filters, facets: Facets, names: dict[str, str]) -> list[Option]:
    chosen: tuple[str, ...] = getattr(asks, facet.key)
    if facet.kind is not None:
        known = {t.slug: t for t in facets.term if t.kind is facet.kind}
        # Of words that lie below others, only the uppermost and those right below a chosen one.
        shown = [
            t for t in known.values() if not t.parent or t.parent in chosen or t.slug in chosen or t.parent not in known
        ]
        options = [Option(t.slug, t.name, t.count, t.slug in chosen, t.parent in chosen) for t in shown]
        missing = [slug for slug in chosen if slug not in known]
        return [*options, *(Option(s, names.get(f"{facet.kind}:{s}", s), 0, True) for s in missing)]
    if facet.key == "country":
        counts = {**dict.fromkeys(chosen, 0), **facets.country}
        return _by_count([Option(code, countries.name(code), n, code in chosen) for code, n in counts.items()])
    if facet.key == "size":
        return [
            Option(value, words, facets.size.get(value, 0), value in chosen)
            for value, words in filter_rules.SIZES.items()
            if facets.size.get(value) or value in chosen
        ]
    places = facets.region if facet.key == "region" else facets.city
    folded = {value.casefold() for value in chosen}
    options = [Option(p.name, p.name, p.count, p.name.casefold() in folded) for p in places]
    known_names = {option.value.casefold() for option in options}
    return [*options, *(Option(value, value, 0, True) for value in chosen if value.casefold() not in known_names)]


def _by_count(options: Sequence[Option]) -> list[Option]:
    return sorted(options, key=lambda option: (-option.count, option.text))
