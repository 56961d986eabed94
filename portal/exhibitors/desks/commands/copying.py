"""What a company showed at another event is shown again."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import NotFound
from portal.exhibitors.desks.commands.access import locked
from portal.exhibitors.desks.commands.showing import MOST_OWN
from portal.exhibitors.desks.queries import showing as queries

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


async def copy_show(*, actor: Actor, exhibitor_id: int, source_id: int, now: datetime) -> str:
    """Fill what is empty with what the company showed at another event, and add what it showed there; that event’s name.

    Raises NotFound for what is not another part of the same company.
    """
    async with db.transaction():
        await locked(actor, exhibitor_id)
        names = {one.exhibitor_id: one.event for one in await queries.before(exhibitor_id)}
        if source_id not in names:
            raise NotFound("Your company showed nothing there.")
        await db.execute(_TEXTS, exhibitor_id, source_id)
        await db.execute(_ITEMS, exhibitor_id, source_id, MOST_OWN)
        await audit.record(
            actor=actor.label, verb="copy show", kind="exhibitor", key=exhibitor_id, now=now, source=source_id
        )
    return names[source_id]
