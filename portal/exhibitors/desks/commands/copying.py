"""What a company showed at another event is shown again."""

from datetime import datetime
from itertools import accumulate

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import NotFound
from portal.exhibitors.desks.commands import files
from portal.exhibitors.desks.commands.access import locked
from portal.exhibitors.desks.commands.showing import MOST_OWN
from portal.exhibitors.desks.queries import showing as queries
from portal.exhibitors.tables.exhibiting import Right
from portal.media import commands as media
from portal.media import queries as media_queries

# What is written here already stays; only what is empty is filled.
_TEXTS = """
UPDATE exhibitor x SET headline = coalesce(nullif(x.headline, ''), o.headline),
    about = CASE WHEN x.about = '' THEN o.about ELSE x.about END,
    about_html = CASE WHEN x.about = '' THEN o.about_html ELSE x.about_html END,
    languages = CASE WHEN x.languages = '{}' THEN o.languages ELSE x.languages END,
    host_name = CASE WHEN x.host_email = '' AND x.host_name = '' THEN o.host_name ELSE x.host_name END,
    host_role = CASE WHEN x.host_email = '' AND x.host_name = '' THEN o.host_role ELSE x.host_role END,
    host_email = CASE WHEN x.host_email = '' AND x.host_name = '' THEN o.host_email ELSE x.host_email END
FROM exhibitor o WHERE x.id = $1 AND o.id = $2
"""
_ITEMS = """
WITH own AS (SELECT count(*) AS n FROM exhibitor_item WHERE exhibitor = $1 AND source = ''), wanted AS (
    SELECT i.*, row_number() OVER (PARTITION BY i.source <> '' ORDER BY i.position, i.id) AS nth FROM exhibitor_item i
    WHERE i.exhibitor = $2 AND NOT EXISTS (SELECT FROM exhibitor_item k
        WHERE k.exhibitor = $1 AND k.kind = i.kind AND k.source = i.source AND k.title = i.title))
INSERT INTO exhibitor_item (exhibitor, kind, position, source, title, text, text_html, url)
SELECT $1, w.kind, CASE WHEN w.source = '' THEN own.n + w.nth - 1 ELSE w.position END, w.source, w.title, w.text, w.text_html,
    w.url
FROM wanted w, own WHERE w.source <> '' OR own.n + w.nth <= $3
"""


_BROCHURES = """
SELECT f.title, f.file, f.shown, s.bytes FROM exhibitor_file f JOIN stored_file s ON s.key = f.file AND s.deleted_at IS NULL
WHERE f.exhibitor = $2 AND NOT f.for_organiser AND f.replaced_at IS NULL
    AND NOT EXISTS (SELECT FROM exhibitor_file k WHERE k.exhibitor = $1 AND NOT k.for_organiser AND k.title = f.title)
ORDER BY f.at, f.id LIMIT $3
"""


async def copy_show(*, actor: Actor, exhibitor_id: int, source_id: int, now: datetime) -> str:
    """Fill what is empty with what the company showed at another event, and add what it showed there; that event’s name.

    Raises NotFound for what is not another part of the same company.
    """
    async with db.transaction():
        here = await locked(actor, exhibitor_id)
        names = {one.exhibitor_id: one.event for one in await queries.before(exhibitor_id)}
        if source_id not in names:
            raise NotFound("Your company showed nothing there.")
        await db.execute(_TEXTS, exhibitor_id, source_id)
        await db.execute(_ITEMS, exhibitor_id, source_id, MOST_OWN)
        if Right.DOCUMENTS in here["rights"]:
            await _copy_brochures(actor, exhibitor_id, source_id, now)
        await audit.record(
            actor=actor.label, verb="copy show", kind="exhibitor", key=exhibitor_id, now=now, source=source_id
        )
    return names[source_id]


async def _copy_brochures(actor: Actor, exhibitor_id: int, source_id: int, now: datetime) -> None:
    """As many as there is room for, the oldest first; those that were shown are shown here, too."""
    there = await db.fetch_value(
        "SELECT count(*) FROM exhibitor_file WHERE exhibitor = $1 AND replaced_at IS NULL", exhibitor_id
    )
    wanted = await db.fetch(_BROCHURES, exhibitor_id, source_id, max(0, files.MOST_FILES - there))
    sizes = accumulate(
        (row["bytes"] for row in wanted), initial=await media_queries.bytes_of(files.owner(exhibitor_id))
    )
    fitting = [row for row, size in zip(wanted, list(sizes)[1:], strict=True) if size <= files.MOST_BYTES]
    copies = await media.copy(
        keys=[row["file"] for row in fitting], source=files.owner(source_id), target=files.owner(exhibitor_id), actor=actor,
        now=now,
    )  # fmt: skip
    for row in fitting:
        if row["file"] in copies:
            await files.keep(actor, exhibitor_id, row["title"], copies[row["file"]], shown=row["shown"], now=now)
    await files.follow_brochures(exhibitor_id=exhibitor_id)
