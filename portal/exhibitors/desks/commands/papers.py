"""Documents of the organiser for exhibitors, version by version, and who says to have read them."""

from datetime import datetime

import msgspec

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from portal.core.jobs import enqueue_many
from portal.core.overtaking import not_overtaken
from portal.core.text import safe_html
from portal.core.urgency import Urgency
from portal.exhibitors.desks.commands.access import locked
from portal.exhibitors.desks.commands.answering import papers_read
from portal.exhibitors.desks.commands.calendars import follow_tasks
from portal.exhibitors.desks.queries import papers as queries
from portal.exhibitors.desks.queries import tasks as task_queries
from portal.exhibitors.permissions import can_organise
from portal.exhibitors.tables.exhibiting import Right
from portal.media import commands as media
from portal.media.values import Owner

OWNER = "exhibition"
"""The kind of owner that documents of an event have; its key is the event’s number."""
MOST_PAPERS = 60


class PaperDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A document as the organiser names it; `packages` none for all."""

    title: str
    note: str = ""
    packages: tuple[int, ...] = ()


_ADD = """
INSERT INTO exhibition_paper (event, position, title, note, packages, version)
VALUES ($1, (SELECT count(*) FROM exhibition_paper WHERE event = $1), $2, $3, $4, 1) RETURNING id
"""
_CHANGE = """
UPDATE exhibition_paper SET title = $2, note = $3, packages = $4, version = version + 1 WHERE id = $1 RETURNING id
"""
_VERSION = """
INSERT INTO exhibition_paper_version (paper, number, file, changes, at, by, account)
VALUES ($1, (SELECT coalesce(max(number), 0) + 1 FROM exhibition_paper_version WHERE paper = $1), $2, $3, $4, $5,
    $6) RETURNING id
"""


# What was done by reading stays done without the document.
_KEEP_READINGS = """
INSERT INTO exhibitor_task_answer (task, exhibitor, state, text, note, at, by, account, decided_by)
SELECT DISTINCT ON (t.id, r.exhibitor) t.id, r.exhibitor, 'accepted', '', '', r.at, coalesce(a.name, ''), r.account, ''
FROM exhibitor_task t JOIN paper_reading r ON r.version = (
    SELECT v.id FROM exhibition_paper_version v WHERE v.paper = t.paper ORDER BY v.number DESC LIMIT 1)
LEFT JOIN account a ON a.id = r.account WHERE t.paper = $1 ORDER BY t.id, r.exhibitor, r.at
ON CONFLICT (task, exhibitor) DO NOTHING
"""


async def save_paper(
    *, actor: Actor, event_id: int, draft: PaperDraft, now: datetime, file: str = "", changes: str = "",
    paper_id: int | None = None, seen: str = "",
) -> int:  # fmt: skip
    """Add a document, or change one; its id. With the key of a `file` that waits to be attached there is a new version: it is to
    be read anew, and those are told whose task or reading it was. Raises Invalid by field, Conflict when somebody else was
    faster, NotFound.
    """
    if not can_organise(actor):
        raise Forbidden("Only organisers and editors give documents to exhibitors.")
    async with db.transaction():
        await db.execute("SELECT FROM event WHERE id = $1 FOR NO KEY UPDATE", event_id)
        stored = None if paper_id is None else await queries.paper(event_id, paper_id)
        if paper_id is not None:
            if stored is None:
                raise NotFound("There is no such document (any more).")
            not_overtaken(seen, PaperDraft(title=stored.title, note=stored.note, packages=stored.packages))
        elif not file:
            raise Invalid({"upload": "Please choose a file."})
        known = {number for number, _ in await task_queries.packages(event_id)}
        if set(draft.packages) - known:
            raise Invalid({"packages": "One of these packages is not this event’s. Please choose anew."})
        if stored is None and await queries.count(event_id) >= MOST_PAPERS:
            raise Invalid({"title": f"An event has {MOST_PAPERS} documents at most."})
        saved = int(
            await db.fetch_value(
                _ADD if stored is None else _CHANGE, paper_id or event_id, draft.title, draft.note, list(draft.packages)
            )
        )
        if file:
            await media.attach(keys=[file], owner=Owner(OWNER, str(event_id)), actor=actor, now=now)
            version = await db.fetch_value(_VERSION, saved, file, changes, now, actor.name, actor.account_id or None)
            await enqueue_many(
                "exhibitors.tell_version",
                [{"exhibitor": one, "version": version} for one in await queries.concerned(saved, now=now)],
                urgency=Urgency.ONE_OF_MANY,
            )
        await follow_tasks(now=now, event_id=event_id)
        await audit.record(
            actor=actor.label, verb="save document", kind="event", key=event_id, now=now, document=saved, new=bool(file)
        )
    return saved


async def withdraw_paper(*, actor: Actor, event_id: int, paper_id: int, now: datetime) -> None:
    """Give a document to nobody any more. Tasks to read it are to be ticked instead; who has read it has done them."""
    if not can_organise(actor):
        raise Forbidden("Only organisers and editors give documents to exhibitors.")
    async with db.transaction():
        if await queries.paper(event_id, paper_id) is None:
            raise NotFound("There is no such document (any more).")
        await db.execute("UPDATE exhibition_paper SET withdrawn_at = $2 WHERE id = $1", paper_id, now)
        await db.execute(_KEEP_READINGS, paper_id)
        await db.execute("UPDATE exhibitor_task SET paper = NULL WHERE paper = $1", paper_id)
        await follow_tasks(now=now, event_id=event_id)
        await audit.record(
            actor=actor.label, verb="withdraw document", kind="event", key=event_id, now=now, document=paper_id
        )


async def read_paper(*, actor: Actor, exhibitor_id: int, version_id: int, now: datetime) -> None:
    """Say to have read a version of a document; any of the company’s people may, each for themselves. Raises NotFound."""
    async with db.transaction():
        here = await locked(actor, exhibitor_id, right=Right.DOCUMENTS, editing=False)
        given = await queries.of_exhibitor(exhibitor_id)
        if version_id not in {one.version_id for one in given}:
            raise NotFound("There is a newer version of this document, or it is not there any more.")
        await papers_read(version_id, exhibitor_id, actor, now)
        await follow_tasks(now=now, event_id=here["event"], exhibitor_id=exhibitor_id)


async def save_practical(*, actor: Actor, event_id: int, text: str, seen: str, now: datetime) -> None:
    """Tell every exhibitor this on the first page of its desk (Markdown). Raises Conflict when somebody else was faster, or no
    exhibition is set up.
    """
    if not can_organise(actor):
        raise Forbidden("Only organisers and editors tell exhibitors something.")
    async with db.transaction():
        row = await db.fetch_one("SELECT practical FROM exhibition WHERE event = $1 FOR UPDATE", event_id)
        if row is None:
            raise Conflict("Please set the exhibition up first, under Terms.")
        not_overtaken(seen, row["practical"])
        await db.execute(
            "UPDATE exhibition SET practical = $2, practical_html = $3 WHERE event = $1",
            event_id,
            text,
            safe_html(text),
        )
        await audit.record(actor=actor.label, verb="save practical", kind="event", key=event_id, now=now)
