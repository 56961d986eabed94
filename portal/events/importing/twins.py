"""Hints at what a person should look at: the same event listed by two sources. Nothing is merged by itself."""

import re
from collections.abc import Sequence
from datetime import date

from portal.core import db, times
from portal.core.importing.values import Refusal
from portal.events.importing.outcomes import FileReport
from portal.events.importing.values import Row
from portal.events.importing.zones import key_of

_SAME_DAY = """
SELECT title, starts_on, source, slug FROM event
WHERE state <> 'draft' AND source <> $1 AND starts_on = ANY($2::date[])
"""
Name = tuple[str, date]


class Twins:
    """Remembers what one import has listed, for dry runs, which store nothing."""

    def __init__(self) -> None:
        self._listed: dict[Name, str] = {}

    async def look_for(self, rows: Sequence[Row], file: FileReport) -> None:
        """Note which of these new events another source has under the same title on the same day."""
        named = [(_name(row.facts.title, _day(row)), row) for row in rows]
        known: dict[Name, str] = {}
        for name, _ in named:
            if self._listed.get(name, file.source) != file.source:
                known[name] = self._listed[name]
        for record in await db.fetch(_SAME_DAY, file.source, list({day for (_, day), _ in named})) if named else ():
            where = record["source"] or "this portal’s own events"
            known[_name(record["title"], record["starts_on"])] = f"{where}: /events/{record['slug']}"
        for name, row in named:
            if where := known.get(name):
                remark = f"an event of this title on this day is listed already, from {where}"
                file.notes.append(Refusal(row.line, row.facts.title, remark))
            self._listed.setdefault(name, file.source)


def _day(row: Row) -> date:
    return row.facts.starts_at.astimezone(times.zone(row.facts.timezone)).date()


def _name(title: str, day: date) -> Name:
    """Title and day for comparing; many lists write the year behind the title, and many do not."""
    without_year = re.sub(r"\b(?:19|20)\d\d\b", " ", title)
    return key_of(without_year) or title.casefold(), day
