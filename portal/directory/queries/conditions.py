"""Filters as SQL conditions over `company c`, one for each dimension, so that each facet can count under the others."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import msgspec

from portal.core import finding
from portal.directory.queries.companies import FRESH
from portal.directory.queries.places import Centre
from portal.directory.queries.terms import Meant
from portal.directory.rules.filters import DAYS, FACET, FACETS, Filters
from portal.directory.rules.ranking import Asked
from portal.directory.tables.companies import TermKind

DIMENSIONS = (*(facet.key for facet in FACETS), "near", "confirmed")


class Context(msgspec.Struct, frozen=True):
    """What is asked for, and what its words mean on a day."""

    filters: Filters
    today: date
    meant: Mapping[str, Meant]
    centre: Centre | None

    @property
    def names(self) -> dict[str, str]:
        return {key: meant.name for key, meant in self.meant.items()}

    @property
    def asked(self) -> Asked:
        """What the merit order goes by: categories have no date and say nothing of merit."""
        dated = [term for term in self.filters.terms if not term.startswith(f"{TermKind.CATEGORY}:")]
        found = (self.meant.get(term) for term in dated)
        return Asked(self.filters.q, tuple(meant.terms if meant else frozenset() for meant in found))

    @property
    def asked_ids(self) -> list[list[int]]:
        """The same filters as ids."""
        dated = [term for term in self.filters.terms if not term.startswith(f"{TermKind.CATEGORY}:")]
        return [list(self.meant[term].ids) if term in self.meant else [] for term in dated]


class Conditions:
    """SQL for what is asked for; values become `$n` parameters."""

    def __init__(self, context: Context) -> None:
        self.context, self.filters = context, context.filters
        self.values: list[Any] = []
        self.day = f"{self.value(context.today)}::date"

    def value(self, given: Any) -> str:
        """A parameter for a value."""
        self.values.append(given)
        return f"${len(self.values)}"

    def fresh(self) -> str:
        """True for a fact `f` that counts, and is as new as was asked for."""
        check = FRESH.format(day=self.day)
        if self.filters.confirmed:
            check += f" AND (f.confirmed_on IS NULL OR f.confirmed_on >= {self.since()})"
        return check

    def since(self) -> str:
        days = DAYS[self.filters.confirmed]
        return f"{self.value(self.context.today - timedelta(days=days))}::date"

    def base(self) -> str:
        """What every facet counts under: public, found by the search words."""
        found = finding.found_by(self.filters.q, "c", self.value) if self.filters.q else ""
        return " AND ".join(part for part in ("c.state = 'public'", found) if part)

    def dimension(self, name: str) -> str:
        """The condition of one dimension; empty when nothing is asked of it."""
        asked = self.filters
        if name == "near":
            return self._near() if asked.near else ""
        if name == "confirmed":
            since = f"f.confirmed_on >= {self.since()}" if asked.confirmed else ""
            return f"c.id IN (SELECT f.company FROM fact f WHERE {self.fresh()} AND {since})" if since else ""
        facet, chosen = FACET[name], list(getattr(asked, name))
        if not chosen:
            return ""
        if facet.kind is not None:
            wanted = [self._ids(f"{facet.kind}:{slug}") for slug in chosen]
            wanted = wanted if facet.every else [[term for ids in wanted for term in ids]]
            return " AND ".join(self._has(ids) for ids in wanted)
        if name == "city":
            return f"c.city_key IN (SELECT plain_text(lower(x)) FROM unnest({self.value(chosen)}::text[]) x)"
        column = {"size": "staff"}.get(name, name)
        return f"c.{column} = ANY({self.value(chosen)})"

    def _ids(self, term: str) -> list[int]:
        found = self.context.meant.get(term)
        return list(found.ids) if found else []

    def _has(self, ids: list[int]) -> str:
        return (
            f"c.id IN (SELECT f.company FROM fact f WHERE f.term = ANY({self.value(ids)}::bigint[]) AND {self.fresh()})"
        )

    def _near(self) -> str:
        """In the city, within the distance, or, where a company's place is not known as a point, in the same region."""
        centre = self.context.centre
        if centre is None:
            return "false"
        country = f"c.country IS NOT DISTINCT FROM {self.value(centre.country)}"
        parts = [f"(c.city_key = {self.value(centre.key)} AND {country})"]
        if centre.latitude is not None and centre.longitude is not None:
            lat, lon = f"{self.value(centre.latitude)}::float", f"{self.value(centre.longitude)}::float"
            angle = f"sind(c.latitude) * sind({lat}) + cosd(c.latitude) * cosd({lat}) * cosd(c.longitude - {lon})"
            # Degrees of arc in kilometres. least() passes over what is not known, so that must be asked first.
            known, most = "c.latitude IS NOT NULL AND c.longitude IS NOT NULL", self.value(self.filters.distance)
            parts.append(f"({known} AND 111.195 * acosd(greatest(-1, least(1, {angle}))) <= {most})")
        regions = f"c.region = ANY({self.value(centre.regions)}::text[])"
        parts.append(f"(c.latitude IS NULL AND {country} AND {regions})")
        return f"({' OR '.join(parts)})"

    def all(self) -> str:
        """Everything at once, for the rows themselves."""
        return " AND ".join(part for part in (self.base(), *map(self.dimension, DIMENSIONS)) if part)
