"""A company asks to exhibit, or staff enter one that agreed elsewhere."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Forbidden, Invalid
from portal.core.jobs import enqueue
from portal.exhibitors.permissions import can_apply, can_organise
from portal.exhibitors.tables.exhibiting import ExhibitorState

_OFFERED = """
SELECT p.id, x.open AND p.on_offer AND (x.applications_until IS NULL OR x.applications_until > $3) AND e.ends_at > $3
    AND e.state IN ('published', 'moved') AS open
FROM exhibition_package p JOIN exhibition x ON x.event = p.event JOIN event e ON e.id = p.event
WHERE p.event = $1 AND p.slug = $2
"""
_OWNER = "SELECT organisation AS organisation_id, state FROM company WHERE id = $1 FOR SHARE"
_APPLY = """
INSERT INTO exhibitor (event, company, package, state, rights, passes, contact_name, contact_email, wishes, headline, about,
    about_html, applied_at, applied_by, decided_by, decision_note, version)
SELECT p.event, $2, p.id, 'applied', '{}', 0, $3, $4, $5, '', '', '', $6, $7, '', '', 1 FROM exhibition_package p WHERE p.id = $1
ON CONFLICT (event, company) WHERE state IN ('applied', 'accepted') DO NOTHING RETURNING id
"""
_ENTER = """
INSERT INTO exhibitor (event, company, package, state, rights, passes, contact_name, contact_email, wishes, headline, about,
    about_html, applied_at, applied_by, decided_at, decided_by, decision_note, version)
SELECT p.event, $2, p.id, 'accepted', p.rights, p.passes, $3, $4, '', '', '', '', $5, $6, $5, $6, '', 1
FROM exhibition_package p WHERE p.id = $1
ON CONFLICT (event, company) WHERE state IN ('applied', 'accepted') DO NOTHING RETURNING id
"""
# The package is the lock: whoever comes second counts the first (a subquery beside the lock would not).
_PACKAGE = "SELECT id, most FROM exhibition_package WHERE event = $1 AND slug = $2 FOR UPDATE"
_IN_PACKAGE = "SELECT count(*) FROM exhibitor WHERE package = $1 AND state = 'accepted'"


async def apply_to_exhibit(
    *,
    actor: Actor,
    event_id: int,
    package: str,
    company_id: int,
    contact_name: str,
    contact_email: str,
    wishes: str,
    now: datetime,
) -> int:
    """Ask to exhibit in a package (its slug); the id of the application.

    Raises Forbidden for whom the company is not in the care of, Invalid for a package that is not offered, Conflict when the
    company has applied or exhibits already.
    """
    async with db.transaction():
        company = await db.fetch_one(_OWNER, company_id)
        if company is None or not can_apply(actor, company["organisation_id"]):
            raise Forbidden("Only owners and editors of a company apply for it.")
        offered = await db.fetch_one(_OFFERED, event_id, package, now)
        if offered is None or not offered["open"]:
            raise Invalid({"package": "This package is not offered now."})
        made = await db.fetch_value(
            _APPLY, offered["id"], company_id, contact_name, contact_email, wishes, now, actor.label
        )
        if made is None:
            raise Conflict("Your company has applied already, or exhibits at this event.")
        await enqueue("exhibitors.tell", exhibitor=made, what=ExhibitorState.APPLIED.value)
        await audit.record(
            actor=actor.label, verb="apply to exhibit", kind="exhibitor", key=made, now=now, package=package
        )
    return int(made)


async def enter(
    *, actor: Actor, event_id: int, package: str, company_id: int, contact_name: str, contact_email: str, now: datetime
) -> int:
    """Staff put a company of the directory on the list that agreed elsewhere; it exhibits at once. The exhibitor's id.

    Raises Invalid for a package or company that is not there, Conflict when it exhibits already or the package is full.
    """
    if not can_organise(actor):
        raise Forbidden("Only organisers and editors decide who exhibits.")
    async with db.transaction():
        known = await db.fetch_value("SELECT 1 FROM company WHERE id = $1 AND state = 'public' FOR SHARE", company_id)
        if known is None:
            raise Invalid({"company": "There is no such company in the directory."})
        row = await db.fetch_one(_PACKAGE, event_id, package)
        if row is None:
            raise Invalid({"package": "Please choose a package."})
        if row["most"] is not None and await db.fetch_value(_IN_PACKAGE, row["id"]) >= row["most"]:
            raise Conflict(f"All {row['most']} places of this package are taken.")
        made = await db.fetch_value(_ENTER, row["id"], company_id, contact_name, contact_email, now, actor.label)
        if made is None:
            raise Conflict("This company has applied already, or exhibits at this event.")
        await enqueue("exhibitors.tell", exhibitor=made, what=ExhibitorState.ACCEPTED.value)
        await audit.record(
            actor=actor.label, verb="enter exhibitor", kind="exhibitor", key=made, now=now, package=package
        )
    return int(made)
