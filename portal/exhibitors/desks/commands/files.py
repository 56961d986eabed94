"""Files of an exhibitor: what it hands in to the organiser, and brochures it shows."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Invalid, NotFound
from portal.exhibitors.desks.commands.access import locked
from portal.exhibitors.tables.exhibiting import Right
from portal.media import commands as media
from portal.media import queries as media_queries
from portal.media.values import Owner

OWNER = "exhibitor"
"""The kind of owner that an exhibitor’s stored files have; its key is the exhibitor’s number."""
MOST_FILES = 40
MOST_BYTES = 250_000_000
_ADD = """
INSERT INTO exhibitor_file (exhibitor, for_organiser, title, file, shown, state, note, at, by, account, decided_by)
VALUES ($1, $2, $3, $4, $5, 'given', '', $6, $7, $8, '') RETURNING id
"""


def owner(exhibitor_id: int) -> Owner:
    return Owner(OWNER, str(exhibitor_id))


async def hand_in(*, actor: Actor, exhibitor_id: int, title: str, file: str, now: datetime, task_id: int) -> int:
    """Keep a file for the organiser, in the transaction that answers the task. What was handed in for it before is kept as
    replaced where the organiser decided on it; else nobody needs it any more.
    """
    before = await db.fetch_one(
        "UPDATE exhibitor_file SET replaced_at = $3 WHERE id = (SELECT file FROM exhibitor_task_answer "
        "WHERE task = $1 AND exhibitor = $2) RETURNING id, file, decided_at",
        task_id, exhibitor_id, now,
    )  # fmt: skip
    if before is not None and before["decided_at"] is None:
        await db.execute("DELETE FROM exhibitor_file WHERE id = $1", before["id"])
        await media.delete(keys=[before["file"]], owner=owner(exhibitor_id), actor=actor, now=now)
    await _attach(actor, exhibitor_id, file, now)
    return int(
        await db.fetch_value(_ADD, exhibitor_id, True, title, file, False, now, actor.name, actor.account_id or None)
    )


async def add_brochure(*, actor: Actor, exhibitor_id: int, title: str, file: str, shown: bool, now: datetime) -> int:
    """Keep a brochure; everybody may read it when it is `shown`. Raises Invalid for one too many."""
    async with db.transaction():
        await locked(actor, exhibitor_id, right=Right.DOCUMENTS)
        await _attach(actor, exhibitor_id, file, now)
        made = await keep(actor, exhibitor_id, title, file, shown=shown, now=now)
        await follow_brochures(exhibitor_id=exhibitor_id)
        await audit.record(
            actor=actor.label, verb="add brochure", kind="exhibitor", key=exhibitor_id, now=now, shown=shown
        )
    return made


async def keep(actor: Actor, exhibitor_id: int, title: str, file: str, *, shown: bool, now: datetime) -> int:
    """Note a brochure whose stored file is the exhibitor's already."""
    return int(
        await db.fetch_value(_ADD, exhibitor_id, False, title, file, shown, now, actor.name, actor.account_id or None)
    )


async def show_brochure(*, actor: Actor, exhibitor_id: int, file_id: int, shown: bool, now: datetime) -> None:
    """Let everybody read a brochure, or nobody but the company and the organiser."""
    async with db.transaction():
        await locked(actor, exhibitor_id, right=Right.DOCUMENTS)
        tag = await db.execute(
            "UPDATE exhibitor_file SET shown = $3 WHERE id = $1 AND exhibitor = $2 AND NOT for_organiser "
            "AND replaced_at IS NULL",
            file_id, exhibitor_id, shown,
        )  # fmt: skip
        if not db.affected(tag):
            raise NotFound("There is no such brochure (any more).")
        await follow_brochures(exhibitor_id=exhibitor_id)
        await audit.record(
            actor=actor.label, verb="show brochure" if shown else "hide brochure", kind="exhibitor", key=exhibitor_id, now=now
        )  # fmt: skip


async def remove_brochure(*, actor: Actor, exhibitor_id: int, file_id: int, now: datetime) -> None:
    """Take a brochure away."""
    async with db.transaction():
        await locked(actor, exhibitor_id, right=Right.DOCUMENTS)
        key = await db.fetch_value(
            "DELETE FROM exhibitor_file WHERE id = $1 AND exhibitor = $2 AND NOT for_organiser RETURNING file",
            file_id, exhibitor_id,
        )  # fmt: skip
        if key is None:
            raise NotFound("There is no such brochure (any more).")
        await media.delete(keys=[key], owner=owner(exhibitor_id), actor=actor, now=now)
        await audit.record(actor=actor.label, verb="remove brochure", kind="exhibitor", key=exhibitor_id, now=now)


async def _attach(actor: Actor, exhibitor_id: int, file: str, now: datetime) -> None:
    there = await db.fetch_value(
        "SELECT count(*) FROM exhibitor_file WHERE exhibitor = $1 AND replaced_at IS NULL", exhibitor_id
    )
    if there >= MOST_FILES:
        raise Invalid({"upload": f"An exhibitor has {MOST_FILES} files at most. Please remove a brochure first."})
    await media.attach(keys=[file], owner=owner(exhibitor_id), actor=actor, now=now)
    if await media_queries.bytes_of(owner(exhibitor_id)) > MOST_BYTES:
        raise Invalid({"upload": f"An exhibitor’s files have {MOST_BYTES // 1_000_000} MB at most in all."})


# What everybody may read: brochures that are shown, of companies that exhibit and have the right, at events that are announced.
_PUBLIC = """
SELECT x.id, coalesce(array_agg(f.file) FILTER (WHERE f.shown AND x.state = 'accepted' AND 'documents' = ANY(x.rights)
    AND e.state IN ('published', 'moved')), '{}') AS keys
FROM exhibitor_file f JOIN exhibitor x ON x.id = f.exhibitor JOIN event e ON e.id = x.event
WHERE NOT f.for_organiser AND ($1::bigint IS NULL OR x.id = $1) GROUP BY x.id ORDER BY x.id
"""


async def follow_brochures(*, exhibitor_id: int | None = None) -> None:
    """Open to everybody what is public by now, and nothing else; of one exhibitor, or of all."""
    for row in await db.fetch(_PUBLIC, exhibitor_id):
        await media.show(kind=OWNER, owners=[str(row["id"])], keys=row["keys"])
