"""Importing files: all are read, then each is compared with what is stored and saved through the ordinary commands."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

import msgspec

from portal.accounts.actors import PORTAL, Actor
from portal.core import db
from portal.core.importing import opening
from portal.core.importing.outcomes import Progress, silent
from portal.core.importing.values import Refusal, Unreadable
from portal.core.settings import current
from portal.events import commands
from portal.events.batch import Batch
from portal.events.importing import fields, formats, moves, planning, repeats
from portal.events.importing.moves import Told
from portal.events.importing.outcomes import FileReport, ImportReport
from portal.events.importing.planning import Known, Plan
from portal.events.importing.repeats import Read
from portal.events.importing.twins import Twins
from portal.events.importing.values import HORIZON, Context, Row
from portal.events.values import EventFacts, Outcome, Saved

CHUNK = 500
CALLED_OFF = "Its calendar does not have this date any more."
OLDER = "an older revision than what is stored, which stays as it is"
_TAKE_TURNS = "SELECT pg_advisory_xact_lock(hashtext('portal import'))"
_AS_PLANNED = """
SELECT e.id FROM event e JOIN unnest($1::bigint[], $2::text[]) AS p (id, key) ON p.id = e.id AND p.key = e.source_key
"""


async def import_file(path: str | Path, *, now: datetime, **options: object) -> ImportReport:
    """Import one file, folder or (as `-`) standard input; see `import_files`."""
    return await import_files([path], now=now, **options)  # type: ignore[arg-type]


async def import_files(
    paths: Iterable[str | Path],
    *,
    now: datetime,
    actor: Actor = PORTAL,
    source: str = "",
    format: str = "",
    credit: str = "",
    timezone: str = "",
    horizon: timedelta = HORIZON,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Import files, folders or standard input.

    `source`, `format` and `credit` are told by the content where not given; times without a zone are taken in
    `timezone`, by default the portal's. The same event in several files is taken from the first, or from the newest
    where they say how new they are. A second run changes nothing that has not changed in the files.
    """
    tell = progress or silent
    begun = perf_counter()
    context = Context.at(
        now, horizon=horizon, source=source, credit=credit, timezone=timezone or current().site_timezone
    )
    report = ImportReport(dry_run=dry_run)
    reads = []
    for opened in opening.open_all(paths):
        tell(f"Reading {opened.name}", 0, 0)
        reads.append(_read(opened, context, formats.Format(format) if format else None))
        report.files.append(reads[-1].file)
    repeats.settle(reads)
    saving = _Saving(repeats.told_by(reads), context, actor=actor, dry_run=dry_run, tell=tell)
    for read in reads:
        await saving.save(read)
    await saving.note_what_is_missing(report)
    report.seconds = perf_counter() - begun
    return report


def _read(opened: opening.Opened, context: Context, kind: formats.Format | None) -> Read:
    file = FileReport(opened.name, fault=opened.fault)
    if opened.fault:
        return Read(file)
    try:
        known, context, reading = formats.read(opened.name, opened.data, context, kind)
    except Unreadable as reason:
        file.fault = str(reason)
        return Read(file)
    file.format, file.source = known.value, context.source
    file.records, file.merged = reading.records, len(reading.merged)
    file.refusals, file.notes = reading.refusals, reading.notes
    if not reading.records:
        file.fault = "there is no event in it"
    rows = [_from(row, opening.told_as(opened.name)) for row in reading.rows if not _is_ours(row, file)]
    return Read(file, rows, reading.series)


def _is_ours(row: Row, file: FileReport) -> bool:
    """Refuse what links to a page of ours: our own export, which would list our own events a second time."""
    ours, address = fields.bare_address(f"{current().base_url}/events/"), fields.bare_address(row.facts.url)
    if not address.startswith(f"{ours}/"):
        return False
    page = address.removeprefix(ours)
    file.refusals.append(Refusal(row.line, row.facts.title[:80], f"it is an event of this portal: /events{page}"))
    return True


def _from(row: Row, file: str) -> Row:
    """The row with the file it stands in."""
    origin = msgspec.structs.replace(row.facts.origin, file=file)
    return msgspec.structs.replace(row, facts=msgspec.structs.replace(row.facts, origin=origin))


class _Saving:
    """The second half of one import."""

    def __init__(self, told: dict[str, Told], context: Context, *, actor: Actor, dry_run: bool, tell: Progress) -> None:
        self.told, self.context, self.now = told, context, context.now
        self.actor, self.dry_run, self.tell = actor, dry_run, tell
        self.twins = Twins()

    async def save(self, read: Read) -> None:
        """Save one file's rows, chunk by chunk."""
        rows, file = read.rows, read.file
        if not rows and not read.series:
            return
        told = self.told.setdefault(file.source, Told(file.source))
        plan = await planning.planned(read, told, now=self.now, until=self.context.until)
        rows = [row for row in rows if row.facts.origin.series not in plan.stale]
        for start in range(0, len(rows), CHUNK):
            chunk = rows[start : start + CHUNK]
            self.tell(f"{'Comparing' if self.dry_run else 'Saving'} {file.name}", start, len(rows))
            answers = await (_foreseen(chunk, plan) if self.dry_run else self._saved(chunk, plan))
            for row, answer in zip(chunk, answers, strict=True):
                _count(row, answer, file)
            new = [row for row, answer in zip(chunk, answers, strict=True) if answer.outcome is Outcome.CREATED]
            await self.twins.look_for(new, file)
        await self._call_off(plan.gone, file)
        if rows:
            self.tell(file.name, len(rows), len(rows))
        file.refusals.sort(key=lambda refusal: refusal.line)
        file.notes.sort(key=lambda note: note.line)

    async def _saved(self, chunk: Sequence[Row], plan: Plan) -> list[Saved]:
        """One chunk in one transaction. Imports take turns, so that two of one file end with one set of events."""
        async with db.transaction():
            await db.execute(_TAKE_TURNS)
            ids = await _still(_ids(chunk, plan))
            answers = await commands.save_events(
                actor=self.actor, facts=_facts(chunk), now=self.now, ids=[known.id if known else None for known in ids]
            )
        return answers  # noqa: RET504

    async def _call_off(self, gone: Sequence[Known], file: FileReport) -> None:
        file.changed += len(gone)
        file.called_off += len(gone)
        if gone and not self.dry_run:
            ids = [event.id for event in gone]
            await commands.call_off_events(actor=self.actor, event_ids=ids, reason=CALLED_OFF, now=self.now)

    async def note_what_is_missing(self, report: ImportReport) -> None:
        """Say of each list what it had once and has no more."""
        for source, told in self.told.items():
            if source == formats.EVERYBODYS or not (missing := await moves.to_come(told, now=self.now)):
                continue
            examples = ", ".join(f"“{event.title}” ({event.starts_at:%Y-%m-%d})" for event in missing)
            more = ", …" if missing[0].total > len(missing) else ""
            remark = (
                f"{missing[0].total:,} to come that it had once are not in it any more; they stay: {examples}{more}"
            )
            last = next(file for file in reversed(report.files) if file.source == source)
            last.notes.append(Refusal(0, source, remark))


def _facts(chunk: Sequence[Row]) -> list[EventFacts]:
    return [row.facts for row in chunk]


def _ids(chunk: Sequence[Row], plan: Plan) -> list[Known | None]:
    return [plan.moved.get(row.facts.source_key or "") for row in chunk]


async def _still(planned: Sequence[Known | None]) -> list[Known | None]:
    """The planned events that nobody has given another key meanwhile."""
    given = [known for known in planned if known]
    if not given:
        return list(planned)
    rows = await db.fetch(_AS_PLANNED, [known.id for known in given], [known.key for known in given])
    still = {row["id"] for row in rows}
    return [known if known and known.id in still else None for known in planned]


async def _foreseen(chunk: Sequence[Row], plan: Plan) -> list[Saved]:
    """What saving would answer, without saving."""
    batch = Batch(_facts(chunk), [known.id if known else None for known in _ids(chunk, plan)])
    async with db.transaction():
        await batch.meet_stored()
    return batch.answers()


def _count(row: Row, answer: Saved, file: FileReport) -> None:
    match answer.outcome:
        case Outcome.CREATED:
            file.created += 1
        case Outcome.CHANGED:
            file.changed += 1
        case Outcome.UNCHANGED:
            file.unchanged += 1
        case Outcome.OLDER:
            file.merged += 1
            file.notes.append(Refusal(row.line, row.facts.title[:80], OLDER))
        case _:
            reason = " ".join(answer.reasons.values())
            file.refusals.append(Refusal(row.line, row.facts.title[:80], reason))
