"""Filters as SQL conditions over `webinar w` and `event e`, one per dimension, so that each facet can count under the others."""

from datetime import date
from typing import Any

from portal.core import finding, times
from portal.webinars.queries.shared import CERTIFIED, SPONSORED
from portal.webinars.rules.filters import Filters

DIMENSIONS = ("q", "when", "topic", "speaker", "sponsor", "series", "price", "certificate")

# Words are looked for in what the event says, and in the names of who is on stage, who pays, and of the series.
NAMES = f"""
SELECT e.search || to_tsvector('simple', plain_text(n.names)) AS search, e.letters || ' ' || plain_text(lower(n.names)) AS letters
FROM (SELECT concat_ws(' ',
    (SELECT string_agg(s.name || ' ' || s.company_name, ' ') FROM webinar_speaker ws JOIN speaker s ON s.id = ws.speaker
     WHERE ws.webinar = w.id),
    (SELECT string_agg(c.name, ' ') FROM {SPONSORED} WHERE p.webinar = w.id),
    (SELECT s.title FROM series s WHERE s.id = w.series)) AS names) n
"""
_LISTED = {
    "topic": "SELECT FROM event_topic et JOIN topic t ON t.id = et.topic WHERE et.event = e.id AND t.slug",
    "speaker": "SELECT FROM webinar_speaker ws JOIN speaker s ON s.id = ws.speaker WHERE ws.webinar = w.id AND s.slug",
    "sponsor": f"SELECT FROM {SPONSORED} WHERE p.webinar = w.id AND c.slug",
    "series": "SELECT FROM series s WHERE s.id = w.series AND s.slug",
}


class Conditions:
    """SQL for what `filters` ask for on `today`; values become `$n` parameters."""

    def __init__(self, filters: Filters, *, today: date) -> None:
        self.filters, self.today = filters, today
        self.values: list[Any] = []

    def value(self, given: Any) -> str:
        """A parameter for a value."""
        self.values.append(given)
        return f"${len(self.values)}"

    def dimension(self, name: str) -> str:
        """The condition of one dimension; empty when nothing is asked of it."""
        asked = self.filters
        if name in _LISTED and getattr(asked, name):
            return f"EXISTS ({_LISTED[name]} = ANY({self.value(list(getattr(asked, name)))}))"
        match name:
            case "q" if asked.q:
                return f"(SELECT {finding.found_by(asked.q, 'f', self.value)} FROM ({NAMES}) f)"
            case "when":
                return self.when(asked.time)
            case "price" if asked.price:
                return "e.is_free" if asked.price == "free" else "(NOT e.is_free OR e.price_from > 0)"
            case "certificate" if asked.certificate:
                return CERTIFIED
        return ""

    def when(self, time: str) -> str:
        """Which of the lists: what is on or to come, or what can be watched. What is called off stays until its end."""
        if time == "upcoming":
            over = self.value(times.midnight(self.today))
            return f"(w.state IN ('lobby', 'live') OR (w.state = 'scheduled' AND e.ends_at > {over}))"
        if time == "on_demand":
            return "(e.state <> 'cancelled' AND w.replay <> 'none' AND w.state IN ('ended', 'replay'))"
        return ""

    def all(self) -> str:
        """Everything at once, for the rows themselves."""
        return " AND ".join(("e.state <> 'draft'", *(part for name in DIMENSIONS if (part := self.dimension(name)))))

    @property
    def order(self) -> str:
        """What goes on now first, then by date; what can be watched, the newest first."""
        if self.filters.time == "upcoming":
            return "(w.state = 'live') DESC, (w.state = 'lobby') DESC, e.starts_at, e.id"
        return "e.starts_at DESC, e.id DESC" if self.filters.time == "on_demand" else "e.starts_at, e.id"
