"""Importing a programme: read, then taken over and released through the ordinary commands, in one transaction."""

import asyncio
from datetime import datetime
from pathlib import Path
from time import perf_counter

import msgspec

from portal.accounts.actors import PORTAL, Actor
from portal.core import db, times
from portal.core.errors import NotFound
from portal.core.importing import opening
from portal.core.importing.values import Unreadable
from portal.core.settings import current
from portal.core.text import slug
from portal.events import commands as events
from portal.events.tables import EventFormat, EventState
from portal.events.values import EventFacts, VenueFacts
from portal.programme.commands.releasing import release
from portal.programme.commands.saving import save_programme
from portal.programme.importing import formats
from portal.programme.importing.outcomes import FileReport, ImportReport
from portal.programme.importing.values import Context, Reading
from portal.programme.queries import drafts
from portal.programme.rules.changes import Change, changes
from portal.programme.values import ProgrammeFacts

SOURCE = "programme"
"""The source of events that are made for an imported programme."""
_EVENT = "SELECT id, timezone, slug FROM event WHERE slug = $1"
_MADE = "SELECT id, timezone, slug FROM event WHERE source = $1 AND source_key = $2"


class Target(msgspec.Struct, frozen=True):
    """Whose programme it is: an event by its address, or, with none, one that is made from what the file says."""

    event: str = ""
    timezone: str = ""


class _OnlyTried(Exception):
    """Takes everything back at the end of a dry run."""


async def import_programme(
    path: str | Path,
    *,
    now: datetime,
    target: Target,
    actor: Actor = PORTAL,
    source: str = "",
    credit: str = "",
    format: str = "",
    draft: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """Import one file. What it changes is released at once, unless it is to stay a `draft`.

    `source` is by default the kind of file; sessions are known by it and their own key. A dry run does all of it and takes
    it back. Raises NotFound for an event that is not there.
    """
    begun = perf_counter()
    opened = list(opening.open_all([path]))
    report = ImportReport(dry_run=dry_run)
    file = FileReport(
        opened[0].name if opened else str(path), fault=opened[0].fault if opened else "there is no file in it"
    )
    report.files.append(file)
    if len(opened) > 1:
        file.fault = "a programme is one file, not a folder of several"
    if not file.fault:
        known = formats.Format(format) if format else None
        await _import(opened[0].data, file, known, target, now, actor, source, credit, draft=draft, dry_run=dry_run)
    report.seconds = perf_counter() - begun
    return report


async def import_upload(
    name: str, data: bytes, *, event: str, source: str, draft: bool, dry_run: bool, actor: Actor, now: datetime
) -> tuple[FileReport, list[Change]]:
    """Import a file that somebody sent, into the programme of this event; what it came to, and what is other in the draft
    than before.
    """
    opened = opening.opened(name, data)
    file, differences = FileReport(opened.name, fault=opened.fault), list[Change]()
    if not file.fault:
        await _import(
            opened.data,
            file,
            None,
            Target(event),
            now,
            actor,
            source,
            "",
            draft=draft,
            dry_run=dry_run,
            told=differences,
        )
    return file, differences


async def _import(
    data: bytes, file: FileReport, known: formats.Format | None, target: Target, now: datetime, actor: Actor,
    source: str, credit: str, *, draft: bool, dry_run: bool, told: list[Change] | None = None,
) -> None:  # fmt: skip
    try:
        context = Context(times.zone(await _zone(target)))
        kind, reading = await asyncio.to_thread(formats.read, data, context, known)
        if not reading.rows:
            raise Unreadable("none of its sessions can be taken; the first because " + reading.refusals[0].reason)
    except Unreadable as reason:
        file.fault = str(reason)
        return
    file.format, file.source = kind.value, source or kind.value
    file.records, file.merged, file.refusals = reading.records, len(reading.merged), reading.refusals
    facts = ProgrammeFacts(
        source=file.source, credit=credit, rooms=reading.rooms, tracks=tuple(reading.tracks),
        sessions=tuple(row.facts for row in reading.rows),
    )  # fmt: skip
    try:
        async with db.transaction():
            event_id, file.event = await _event(target, reading, actor, now)
            before = [] if told is None else await drafts.draft(event_id)
            saved = await save_programme(actor=actor, event_id=event_id, facts=facts, now=now)
            file.created, file.changed, file.unchanged = saved.created, saved.changed, saved.unchanged
            file.cancelled = saved.cancelled
            if told is not None:
                told += changes(before, await drafts.draft(event_id))
            if not draft and (released := await release(actor=actor, event_id=event_id, now=now)):
                file.release, file.log = released.number, len(released.changes)
            if dry_run:
                raise _OnlyTried
    except _OnlyTried:
        pass


async def _zone(target: Target) -> str:
    if target.timezone or not target.event:
        return target.timezone or current().site_timezone
    row = await db.fetch_one(_EVENT, target.event)
    if row is None:
        raise NotFound(f"There is no event at /events/{target.event}.")
    return str(row["timezone"])


async def _event(target: Target, reading: Reading, actor: Actor, now: datetime) -> tuple[int, str]:
    """The event, as a draft of one’s own where it has to be made: found again by the title of its conference."""
    if target.event:
        row = await db.fetch_one(_EVENT, target.event)
        assert row is not None
        return row["id"], row["slug"]
    said = reading.conference
    title = said.title or "Imported programme"
    if row := await db.fetch_one(_MADE, SOURCE, slug(title)):
        return row["id"], row["slug"]
    times_ = [
        (row.facts.starts_at, row.facts.ends_at) for row in reading.rows if row.facts.starts_at and row.facts.ends_at
    ]
    place = VenueFacts(name=said.venue, city=said.city) if said.venue or said.city else None
    facts = EventFacts(
        title=title, starts_at=min(start for start, _ in times_), ends_at=max(end for _, end in times_),
        timezone=said.zone or await _zone(target), state=EventState.DRAFT, venue=place,
        format=EventFormat.IN_PERSON if place else EventFormat.ONLINE, source=SOURCE, source_key=slug(title),
    )  # fmt: skip
    event_id = await events.save_event(actor=actor, facts=facts, now=now)
    return event_id, str(await db.fetch_value("SELECT slug FROM event WHERE id = $1", event_id))
