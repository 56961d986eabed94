"""A company asks to exhibit, and the organiser says yes or no."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from portal.exhibitors.permissions import can_apply, can_organise

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
# The package is the lock: two that are accepted at once count each other.
_PACKAGE = (
    "SELECT p.most FROM exhibition_package p JOIN exhibitor x ON x.package = p.id WHERE x.id = $1 FOR UPDATE OF p"
)
_IN_PACKAGE = """
SELECT count(*) FROM exhibitor WHERE state = 'accepted' AND package = (SELECT package FROM exhibitor WHERE id = $1)
"""
_ACCEPT = """
UPDATE exhibitor x SET state = 'accepted', rights = p.rights, passes = p.passes, decided_at = $2, decided_by = $3,
    decision_note = $4, version = x.version + 1
FROM exhibition_package p WHERE p.id = x.package AND x.id = $1 AND x.state = 'applied' RETURNING x.id
"""
_DECLINE = """
UPDATE exhibitor SET state = 'declined', decided_at = $2, decided_by = $3, decision_note = $4, ended_at = $2,
    version = version + 1
WHERE id = $1 AND state = 'applied' RETURNING id
"""


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
        await audit.record(
            actor=actor.label, verb="apply to exhibit", kind="exhibitor", key=made, now=now, package=package
        )
    return int(made)


async def accept(*, actor: Actor, exhibitor_id: int, note: str, now: datetime) -> None:
    """Let a company exhibit, with the rights and passes of its package.

    Raises NotFound, Forbidden, or Conflict when it is decided already or the package has no place left.
    """
    await _decide(actor, exhibitor_id, note, now, accepted=True)


async def decline(*, actor: Actor, exhibitor_id: int, note: str, now: datetime) -> None:
    """Say no; `note` is what the company is told. Raises as `accept` does."""
    await _decide(actor, exhibitor_id, note, now, accepted=False)


async def _decide(actor: Actor, exhibitor_id: int, note: str, now: datetime, *, accepted: bool) -> None:
    if not can_organise(actor):
        raise Forbidden("Only organisers and editors decide who exhibits.")
    async with db.transaction():
        package = await db.fetch_one(_PACKAGE, exhibitor_id)
        if package is None:
            raise NotFound("There is no such application.")
        most = package["most"]
        if accepted and most is not None and await db.fetch_value(_IN_PACKAGE, exhibitor_id) >= most:
            raise Conflict(f"All {most} places of this package are taken.")
        done = await db.fetch_value(_ACCEPT if accepted else _DECLINE, exhibitor_id, now, actor.label, note)
        if done is None:
            raise Conflict("This application is decided already.")
        verb = "accept exhibitor" if accepted else "decline exhibitor"
        await audit.record(actor=actor.label, verb=verb, kind="exhibitor", key=exhibitor_id, now=now)
