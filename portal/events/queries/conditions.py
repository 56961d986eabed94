"""Filters as SQL conditions, one per dimension, so that each facet can count under the others."""

from datetime import date
from typing import Any

from portal.core import finding, times
from portal.events.rules.filters import Filters

DIMENSIONS = ("dates", "country", "city", "topic", "format", "price", "kind")


class Conditions:
    """SQL for what `filters` ask for on `today`, over `event e` and `venue v`; values become `$n` parameters."""

    def __init__(self, filters: Filters, *, today: date) -> None:
        self.filters, self.today = filters, today
        self.values: list[Any] = []

    def value(self, given: Any) -> str:
        """A parameter for a value."""
        self.values.append(given)
        return f"${len(self.values)}"

    def base(self) -> str:
        """What every facet counts under: public, of the time that is looked at, found by the search words."""
        parts = ["e.state <> 'draft'"]
        match self.when:
            case "upcoming":
                parts.append(f"e.ends_at > {self.value(times.midnight(self.today))}")
            case "past":
                parts.append(f"e.ends_at <= {self.value(times.midnight(self.today))}")
        if self.filters.q:
            parts.append(self.found_by(self.filters.q))
        return " AND ".join(parts)

    @property
    def when(self) -> str:
        """Which time is looked at: what was asked for, or the past when the whole range lies in it."""
        return "past" if self.filters.looks_back(self.today) else self.filters.when or "upcoming"

    def found_by(self, typed: str) -> str:
        """True for events that have every word, as the beginning of one of theirs or else letter by letter."""
        return finding.found_by(typed, "e", self.value)

    def cities(self) -> str:
        """The cities asked for, as they were written and as they are compared."""
        asked = self.value(list(self.filters.city))
        return f"(SELECT c AS written, plain_text(lower(c)) AS key FROM unnest({asked}::text[]) c) a"

    def dimension(self, name: str) -> str:
        """The condition of one dimension; empty when nothing is asked of it."""
        asked = self.filters
        match name:
            case "dates":
                parts = []
                if asked.until:
                    parts.append(f"e.starts_on <= {self.value(asked.until.last)}")
                if asked.since:
                    parts.append(f"e.ends_on >= {self.value(asked.since.first)}")
                return " AND ".join(parts)
            case "country" if asked.country:
                return f"v.country = ANY({self.value(list(asked.country))})"
            case "city" if asked.city:
                return f"v.city_key = ANY(ARRAY(SELECT key FROM {self.cities()}))"
            case "topic" if asked.topic:
                return (
                    "EXISTS (SELECT 1 FROM event_topic et JOIN topic t ON t.id = et.topic "
                    f"WHERE et.event = e.id AND t.slug = ANY({self.value(list(asked.topic))}))"
                )
            case "format" if asked.format:
                wanted = [asked.format] if asked.format == "hybrid" else [asked.format, "hybrid"]
                return f"e.format = ANY({self.value(wanted)})"
            case "price" if asked.price:
                return "e.is_free" if asked.price == "free" else "(NOT e.is_free OR e.price_from > 0)"
            case "kind" if asked.kind:
                return f"e.kind = {self.value(asked.kind)}"
        return ""

    def all(self) -> str:
        """Everything at once, for the rows themselves."""
        return " AND ".join(part for part in (self.base(), *map(self.dimension, DIMENSIONS)) if part)
