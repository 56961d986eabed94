"""Importing a programme: read, then taken over and released through the ordinary commands, in one transaction."""

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec

from portal.accounts.actors import PORTAL, Actor
from portal.core import db, times
from portal.core.errors import Conflict, NotFound
from portal.core.importing import opening
from portal.core.importing.values import Unreadable
from portal.core.settings import current
from portal.core.text import slug
from portal.events import commands as events
from portal.events.tables import EventFormat, EventState
from portal.events.values import EventFacts, VenueFacts
from portal.programme.commands.releasing import release
from portal.programme.commands.saving import save_programme
from portal.programme.importing import formats, own_files
from portal.programme.importing.outcomes import FileReport, ImportReport, line
from portal.programme.importing.values import Context, Reading
from portal.programme.public import day_of
from portal.programme.queries import drafts
from portal.programme.rules.changes import Change, changes
from portal.programme.values import ProgrammeFacts, Saved

SOURCE = "programme"
"""The source of events that are made for an imported programme."""
_ROW = "SELECT id, timezone, slug, starts_on, ends_on FROM event"
_EVENT = f"{_ROW} WHERE slug = $1"
_BY_ID = f"{_ROW} WHERE id = $1"
_MADE = f"{_ROW} WHERE source = $1 AND source_key = $2"
_SOURCES = "SELECT DISTINCT source FROM programme_session WHERE event = $1 AND source_key IS NOT NULL ORDER BY source"
_SAY_NOTHING = {
    "standard-input", "schedule", "programme", "program", "sessions", "talks", "timetable", "agenda", "export", "data", "events",
    "calendar", "file", "import", "download",
}  # fmt: skip


class Target(msgspec.Struct, frozen=True):
    """Whose programme it is: an event by its address, or, with none, one that is made from what the file says; then `title` is
    what it is called, where the file’s own words are not to be taken.
    """

    event: str = ""
    timezone: str = ""
    title: str = ""


class How(msgspec.Struct, frozen=True, kw_only=True):
    """`source` is by default the one the programme has, or else the kind of file; sessions are known by it and their own key.
    What changes is released at once, unless it is to stay a `draft`. A dry run does all of it and takes it back. `edition` is
    that of the draft somebody looked at, if it has to be that one still.
    """

    source: str = ""
    credit: str = ""
    format: str = ""
    draft: bool = False
    edition: int | None = None
    dry_run: bool = False


class _OnlyTried(Exception):
    """Takes everything back at the end of a dry run."""


async def import_programme(
    path: str | Path, *, now: datetime, target: Target, actor: Actor = PORTAL, how: How | None = None
) -> ImportReport:
    """Import one file. Raises NotFound for an event that is not there."""
    begun, how = perf_counter(), how or How()
    report = ImportReport(dry_run=how.dry_run)
    found = list(islice(opening.open_all([path]), 2))
    if len(found) == 1:
        report.files.append((await import_opened(found[0], target=target, how=how, actor=actor, now=now))[0])
    else:
        report.files.append(FileReport(str(path), fault="a programme is one file, not a folder"))
    report.seconds = perf_counter() - begun
    return report


async def import_opened(
    opened: opening.Opened, *, target: Target, how: How, actor: Actor, now: datetime
) -> tuple[FileReport, list[Change]]:
    """Import what is opened already; what it came to, and what is other in the draft than before. Raises NotFound."""
    file = FileReport(opened.name, fault=opened.fault)
    if file.fault:
        return file, []
    try:
        context = Context(times.zone(await _zone(target)))
        known = formats.Format(how.format) if how.format else None
        kind, reading = await asyncio.to_thread(formats.read, opened.data, context, known)
        if not reading.rows:
            raise Unreadable("none of its sessions can be taken; the first because " + reading.refusals[0].reason)
        file.format, file.records = kind.value, reading.records
        file.merged, file.refusals, file.notes = len(reading.merged), reading.refusals, reading.notes
        return file, await _taken(file, reading, target, how, actor, now)
    except (Unreadable, Conflict) as reason:
        return FileReport(opened.name, format=file.format, source=file.source, fault=str(reason)), []


async def _taken(
    file: FileReport, reading: Reading, target: Target, how: How, actor: Actor, now: datetime
) -> list[Change]:
    told: list[Change] = []
    try:
        async with db.transaction():
            event = await _event(target, reading, file, actor, now)
            file.event = event["slug"]
            _judge(reading, event)
            before = await drafts.draft(event["id"])
            saved = await _saved(file, reading, event, how, actor, now)
            file.created, file.changed, file.unchanged = saved.created, saved.changed, saved.unchanged
            file.cancelled = saved.cancelled
            for title, held in saved.kept:
                reading.note(0, title, f"stays as it is written here: {', '.join(held)}")
            told = changes(before, await drafts.draft(event["id"]))
            file.changes = [line(one, event["timezone"]) for one in told] if before else []
            if not how.draft and (released := await release(actor=actor, event_id=event["id"], now=now)):
                file.release, file.log = released.number, len(released.changes)
            if how.dry_run:
                raise _OnlyTried
    except _OnlyTried:
        pass
    return told


def _judge(reading: Reading, event: Mapping[str, Any]) -> None:
    """A file of another year or event is told by its days."""
    zone = times.zone(event["timezone"])
    days = {day_of(row.facts.starts_at, zone) for row in reading.rows if row.facts.starts_at}
    if days and not any(event["starts_on"] <= day <= event["ends_on"] for day in days):
        own = times.day_span(event["starts_on"], event["ends_on"])
        reading.note(0, "", f"nothing in it is on a day of the event, {own}: it begins on {min(days):%Y-%m-%d}")


async def _saved(
    file: FileReport, reading: Reading, event: Mapping[str, Any], how: How, actor: Actor, now: datetime
) -> Saved:
    if await own_files.is_own(reading, event):
        raise Unreadable(
            "it was taken from this very programme, and would undo what was changed here since; change sessions here, or where "
            "they come from"
        )
    file.source = how.source or await _source(event["id"]) or file.format
    facts = ProgrammeFacts(
        source=file.source, credit=how.credit, rooms=reading.rooms, tracks=tuple(reading.tracks),
        sessions=tuple(row.facts for row in reading.rows),
    )  # fmt: skip
    return await save_programme(actor=actor, event_id=event["id"], facts=facts, edition=how.edition, now=now)


async def _source(event_id: int) -> str:
    """The one source of a programme that is here; empty where there is none yet."""
    names = [row["source"] for row in await db.fetch(_SOURCES, event_id)]
    if len(names) > 1:
        raise Unreadable(f"this programme has several sources, {', '.join(names)}; say by name which of them this is")
    return names[0] if names else ""


async def _zone(target: Target) -> str:
    if target.timezone or not target.event:
        return target.timezone or current().site_timezone
    row = await db.fetch_one(_EVENT, target.event)
    if row is None:
        raise NotFound(f"There is no event at /events/{target.event}.")
    return str(row["timezone"])


async def _event(target: Target, reading: Reading, file: FileReport, actor: Actor, now: datetime) -> Any:
    """The event’s row, as a draft of one’s own where it has to be made: found again by its title."""
    if target.event:
        row = await db.fetch_one(_EVENT, target.event)
        assert row is not None
        return row
    said = reading.conference
    title = target.title or said.title or named_by(file.name)
    if not title:
        raise Unreadable("it does not say what the conference is called, nor does its name; give the event’s title")
    if row := await db.fetch_one(_MADE, SOURCE, slug(title)):
        return row
    times_ = [
        (row.facts.starts_at, row.facts.ends_at) for row in reading.rows if row.facts.starts_at and row.facts.ends_at
    ]
    place = VenueFacts(name=said.venue, city=said.city) if said.venue or said.city else None
    facts = EventFacts(
        title=title, starts_at=min(start for start, _ in times_), ends_at=max(end for _, end in times_),
        timezone=said.zone or await _zone(target), state=EventState.DRAFT, venue=place,
        format=EventFormat.IN_PERSON if place else EventFormat.ONLINE, source=SOURCE, source_key=slug(title),
    )  # fmt: skip
    made = await db.fetch_one(_BY_ID, await events.save_event(actor=actor, facts=facts, now=now))
    assert made is not None
    return made


def named_by(file: str) -> str:
    """What a conference is called by the name of its file; nothing where that says only what is in it."""
    stem = opening.told_as(file).partition(".")[0]
    words = re.sub(r"[\W_]+", " ", stem).strip()
    return "" if not words or slug(words) in _SAY_NOTHING else words[:1].upper() + words[1:200]
