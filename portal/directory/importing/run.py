"""Importing files of companies: all are read, then saved chunk by chunk, holders before their products."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from time import perf_counter
from typing import ClassVar

from portal.accounts.actors import PORTAL, Actor
from portal.core import times
from portal.core.importing import opening
from portal.core.importing.outcomes import FileReport, ImportReport, Progress, silent
from portal.core.importing.values import Refusal, Unreadable
from portal.directory.commands import importing
from portal.directory.commands.duplicates import find_duplicates
from portal.directory.commands.importing import Outcome, Saved
from portal.directory.commands.successors import follow_successors
from portal.directory.commands.vocabulary import load_vocabulary
from portal.directory.importing import formats
from portal.directory.importing.mapped import Mapping

CHUNK = 500
PRODUCTS = 2500
OLDER = "an older reading of the source than what is stored, which stays as it is"


class CompanyReport(ImportReport):
    """All files of one import of companies and their products."""

    nouns: ClassVar = ("record", "records")
    sums: ClassVar = (*ImportReport.sums, "duplicates")

    duplicates: int = 0

    @property
    def more(self) -> str:
        if not self.duplicates:
            return ""
        pairs = "1 pair of companies looks" if self.duplicates == 1 else f"{self.duplicates:,} pairs of companies look"
        return f" {pairs} like one: see /staff/companies/duplicates."


async def import_companies(
    paths: Iterable[str | Path],
    *,
    now: datetime,
    actor: Actor = PORTAL,
    read_on: date | None = None,
    mapping: Mapping | None = None,
    source: str = "",
    credit: str = "",
    dry_run: bool = False,
    progress: Progress | None = None,
) -> CompanyReport:
    """Import files, folders or standard input. `read_on` is the day the registers were read, today where not given.

    A second run changes nothing that has not changed in the files.
    """
    begun = perf_counter()
    tell = progress or silent
    day = read_on or times.today(now)
    report = CompanyReport(dry_run=dry_run)
    reads: list[tuple[FileReport, formats.Read]] = []
    files: list[FileReport] = []
    for opened in opening.open_all(paths):
        tell(f"Reading {opened.name}", 0, 0)
        file = FileReport(opened.name, fault=opened.fault)
        files.append(file)
        if not opened.fault and (read := _read(opened, file, day, mapping, source, credit)):
            reads.append((file, read))
    report.files = files
    if not dry_run:
        await load_vocabulary()
    saving = _Saving(actor, day, now, dry_run, tell)
    for file, read in reads:
        await saving.companies(file, read)
        await saving.successors(file, read)
    for file, read in reads:
        await saving.products(file, read)
    if not dry_run and report.created + report.changed:
        tell("Looking for duplicates", 0, 0)
        report.duplicates = await find_duplicates(now=now)
    report.seconds = perf_counter() - begun
    return report


def _read(
    opened: opening.Opened, file: FileReport, day: date, mapping: Mapping | None, source: str, credit: str
) -> formats.Read | None:
    try:
        read = formats.read(opened.name, opened.data, read_on=day, mapping=mapping, source=source, credit=credit)
    except Unreadable as reason:
        file.fault = str(reason)
        return None
    reading = read.reading
    file.format, file.source = read.format.value, read.source
    file.records, file.merged = reading.records, len(reading.merged)
    file.refusals, file.notes = reading.refusals, reading.notes
    if not reading.records:
        file.fault = "there is no record in it"
    return read


class _Saving:
    """The second half of one import."""

    def __init__(self, actor: Actor, day: date, now: datetime, dry_run: bool, tell: Progress) -> None:
        self.actor, self.day, self.now, self.dry_run, self.tell = actor, day, now, dry_run, tell
        self.holders: dict[str, set[str]] = {}

    async def companies(self, file: FileReport, read: formats.Read) -> None:
        rows = read.reading.rows
        self.holders.setdefault(read.source, set()).update(row.key for row in rows)
        for start in range(0, len(rows), CHUNK):
            chunk = rows[start : start + CHUNK]
            self.tell(f"{self._doing} {file.name}", start, len(rows))
            answers = await importing.save_companies(
                actor=self.actor, source=read.source, credit=read.credit, rows=chunk, read_on=self.day, now=self.now,
                dry_run=self.dry_run,
            )  # fmt: skip
            _count(file, [(row.line, row.said.profile.name) for row in chunk], answers)
        self._done(file, len(rows))

    async def successors(self, file: FileReport, read: formats.Read) -> None:
        """Let what the register withdrew lead to what took its place."""
        if self.dry_run or not any(row.said.successor for row in read.reading.rows):
            return
        self.tell("Following successors", 0, 0)
        if count := await follow_successors(actor=self.actor, source=read.source, now=self.now):
            file.notes.append(Refusal(0, read.source, f"withdrawn and merged into their successors: {count:,}"))

    async def products(self, file: FileReport, read: formats.Read) -> None:
        products = read.reading.products
        holders = frozenset(self.holders[read.source]) if self.dry_run else frozenset[str]()
        for start in range(0, len(products), PRODUCTS):
            chunk = products[start : start + PRODUCTS]
            self.tell(f"{self._doing} {file.name}", start, len(products))
            answers = await importing.save_products(
                actor=self.actor, source=read.source, products=chunk, read_on=self.day, dry_run=self.dry_run,
                holders=holders,
            )  # fmt: skip
            _count(file, [(product.line, product.name) for product in chunk], answers)
        if products:
            count, names = await importing.no_longer_listed(source=read.source, products=products)
            if count:
                some = ", ".join(name[:60] for name in names)
                file.notes.append(Refusal(0, read.source, f"stored and no longer listed, kept: {count:,} ({some})"))
        self._done(file, len(products))

    @property
    def _doing(self) -> str:
        return "Comparing" if self.dry_run else "Saving"

    def _done(self, file: FileReport, count: int) -> None:
        if count:
            self.tell(file.name, count, count)
        file.refusals.sort(key=lambda refusal: refusal.line)
        file.notes.sort(key=lambda note: note.line)


def _count(file: FileReport, rows: Sequence[tuple[int, str]], answers: Sequence[Saved]) -> None:
    for (line, name), answer in zip(rows, answers, strict=True):
        match answer.outcome:
            case Outcome.CREATED:
                file.created += 1
            case Outcome.CHANGED:
                file.changed += 1
            case Outcome.UNCHANGED:
                file.unchanged += 1
            case Outcome.OLDER:
                file.merged += 1
                file.notes.append(Refusal(line, name[:80], OLDER))
            case Outcome.REFUSED:
                file.refusals.append(Refusal(line, name[:80], " ".join(answer.reasons)))
        if answer.kept:
            words = ", ".join(field.replace("_", " ") for field in answer.kept)
            file.notes.append(Refusal(line, name[:80], f"kept as people wrote it here: {words}"))
