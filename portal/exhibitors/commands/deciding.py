"""The organiser says yes or no to an application, and what an exhibitor may do; either side ends it.

Of each decision the company hears by mail (`exhibitors.tell`), in the transaction that makes it.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from portal.core.jobs import enqueue
from portal.exhibitors.bookings import Difference
from portal.exhibitors.commands.booking import give_back_holds
from portal.exhibitors.commands.codes import follow_codes
from portal.exhibitors.commands.giving import end_booked
from portal.exhibitors.permissions import can_apply, can_organise
from portal.exhibitors.queries.bookings import PAYS_PACKAGE
from portal.exhibitors.tables.exhibiting import ExhibitorState, Right
from portal.payments.commands.questions import ask

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
_END = """
UPDATE exhibitor SET state = $2::text, ended_at = $3, decision_note = CASE WHEN $4::text = '' THEN decision_note ELSE $4 END,
    decided_by = CASE WHEN $2::text = 'cancelled' THEN $5 ELSE decided_by END, version = version + 1
WHERE id = $1 AND state = $6 RETURNING id
"""
_TERMS = """
UPDATE exhibitor SET rights = $2, passes = $3, guests = $5, version = version + 1
WHERE id = $1 AND state = 'accepted' AND version = $4 RETURNING id
"""
_HAND_OUT = """
UPDATE exhibitor x SET rights = p.rights, passes = p.passes, guests = NULL, version = x.version + 1
FROM exhibition_package p WHERE p.id = x.package AND p.id = $1 AND p.event = $2 AND x.state = 'accepted'
    AND (x.rights <> p.rights OR x.passes <> p.passes OR x.guests <> p.guests) RETURNING x.id
"""
_OTHER_PACKAGE = """
SELECT p.id, p.name, p.price, p.most, p.rights, p.passes FROM exhibition_package p JOIN exhibitor x ON x.event = p.event
WHERE x.id = $1 AND p.slug = $2 AND p.id <> x.package FOR UPDATE OF p
"""
_WHOSE = """
SELECT x.state, p.name AS package, c.name AS company FROM exhibitor x JOIN exhibition_package p ON p.id = x.package
JOIN company c ON c.id = x.company WHERE x.id = $1 FOR UPDATE OF x
"""
_INTO = """
UPDATE exhibitor SET package = $2, rights = CASE WHEN $3 THEN $4::varchar[] ELSE rights END,
    passes = CASE WHEN $3 THEN $5 ELSE passes END, guests = CASE WHEN $3 THEN NULL ELSE guests END, version = version + 1
WHERE id = $1
"""
_PACKAGE_PAID = f"""
SELECT k.package_net, k.currency, k.purchase_id FROM booth_booking k WHERE k.exhibitor = $1 AND {PAYS_PACKAGE}
ORDER BY k.id LIMIT 1
"""
_NO_SUCH = "There is no such application."


async def accept(*, actor: Actor, exhibitor_id: int, note: str, now: datetime) -> None:
    """Let a company exhibit, with the rights and passes of its package.

    Raises NotFound, Forbidden, or Conflict when it is decided already or the package has no place left.
    """
    await _decide(actor, exhibitor_id, note, now, accepted=True)


async def decline(*, actor: Actor, exhibitor_id: int, note: str, now: datetime) -> None:
    """Say no; `note` is what the company is told. Raises as `accept` does."""
    await _decide(actor, exhibitor_id, note, now, accepted=False)


async def _decide(actor: Actor, exhibitor_id: int, note: str, now: datetime, *, accepted: bool) -> None:
    _only_organisers(actor)
    async with db.transaction():
        package = await db.fetch_one(_PACKAGE, exhibitor_id)
        if package is None:
            raise NotFound(_NO_SUCH)
        most = package["most"]
        if accepted and most is not None and await db.fetch_value(_IN_PACKAGE, exhibitor_id) >= most:
            raise Conflict(f"All {most} places of this package are taken.")
        done = await db.fetch_value(_ACCEPT if accepted else _DECLINE, exhibitor_id, now, actor.label, note)
        if done is None:
            raise Conflict("This application is decided already.")
        state = ExhibitorState.ACCEPTED if accepted else ExhibitorState.DECLINED
        await _told(actor, exhibitor_id, state, now)


async def change_package(*, actor: Actor, exhibitor_id: int, package: str, now: datetime) -> None:
    """Put an application or an exhibitor into another package (its slug); an exhibitor gets what that gives. A difference to what
    was paid for the one before becomes a question; what was not paid is charged with its next booth.

    Raises Invalid for a package that is not there or its own, Conflict when it is full or the company no longer counts.
    """
    _only_organisers(actor)
    # What it holds was priced with the package before.
    await give_back_holds(exhibitor_id=exhibitor_id, reason="the package changed", now=now)
    async with db.transaction():
        new = await db.fetch_one(_OTHER_PACKAGE, exhibitor_id, package)
        if new is None:
            raise Invalid({"package": "Please choose another package of this event."})
        x = await db.fetch_one(_WHOSE, exhibitor_id)
        assert x is not None
        if x["state"] not in (ExhibitorState.APPLIED, ExhibitorState.ACCEPTED):
            raise Conflict("It neither exhibits nor waits to. There is nothing to change.")
        counts = x["state"] == ExhibitorState.ACCEPTED
        taken = "SELECT count(*) FROM exhibitor WHERE package = $1 AND state = 'accepted'"
        if counts and new["most"] is not None and await db.fetch_value(taken, new["id"]) >= new["most"]:
            raise Conflict(f"All {new['most']} places of {new['name']} are taken.")
        await db.execute(_INTO, exhibitor_id, new["id"], counts, new["rights"], new["passes"])
        await follow_codes(now=now, exhibitor_id=exhibitor_id)
        paid = await db.fetch_one(_PACKAGE_PAID, exhibitor_id)
        if paid is not None and new["price"] != paid["package_net"]:
            difference = Difference(new["price"] - paid["package_net"], paid["currency"])
            await ask(
                reference=f"package-changed:{exhibitor_id}:{now.isoformat()}", purchase_id=paid["purchase_id"], now=now,
                sentence=f"{x['company']} has the package {new['name']} instead of {x['package']}: {difference.words}.",
            )  # fmt: skip
        if counts:
            await enqueue("exhibitors.tell_package", exhibitor=exhibitor_id, before=x["package"], at=now.isoformat())
        await _note(actor, exhibitor_id, "change package", now, before=x["package"], after=new["name"])


async def withdraw(*, actor: Actor, exhibitor_id: int, now: datetime) -> None:
    """The company does not want it any more. Raises Conflict when it has been decided meanwhile."""
    async with db.transaction():
        owner = await db.fetch_one(
            "SELECT c.organisation FROM exhibitor x JOIN company c ON c.id = x.company WHERE x.id = $1", exhibitor_id
        )
        if owner is None:
            raise NotFound(_NO_SUCH)
        if not can_apply(actor, owner["organisation"]):
            raise Forbidden("Only owners and editors of the company take its application back.")
        await _end(actor, exhibitor_id, ExhibitorState.APPLIED, ExhibitorState.WITHDRAWN, "", now)


async def cancel_exhibitor(*, actor: Actor, exhibitor_id: int, note: str, now: datetime) -> None:
    """End what was accepted: the company loses every right here. `note` is what it is told."""
    _only_organisers(actor)
    # Holds first, for their purchases are locked before anything else; what is being paid goes back when it comes.
    await give_back_holds(exhibitor_id=exhibitor_id, reason="no longer an exhibitor", now=now)
    async with db.transaction():
        if await db.fetch_one(_PACKAGE, exhibitor_id) is None:
            raise NotFound("There is no such exhibitor.")
        await _end(actor, exhibitor_id, ExhibitorState.ACCEPTED, ExhibitorState.CANCELLED, note, now)
    # And what was held between the two.
    await give_back_holds(exhibitor_id=exhibitor_id, reason="no longer an exhibitor", now=now)


async def _end(
    actor: Actor, exhibitor_id: int, before: ExhibitorState, after: ExhibitorState, note: str, now: datetime
) -> None:
    done = await db.fetch_value(_END, exhibitor_id, after.value, now, note, actor.label, before.value)
    if done is None:
        raise Conflict("This has been decided otherwise meanwhile. Please look again.")
    if after is ExhibitorState.CANCELLED:
        await end_booked(exhibitor_id=exhibitor_id, reason="no longer an exhibitor", now=now)
    await _told(actor, exhibitor_id, after, now)


async def set_rights(
    *,
    actor: Actor,
    exhibitor_id: int,
    rights: Collection[Right],
    passes: int,
    guests: int | None,
    version: int,
    now: datetime,
) -> None:
    """What one exhibitor may do, whatever its package gives; `guests` None is as the package has.

    Raises Conflict when it was changed meanwhile.
    """
    _only_organisers(actor)
    async with db.transaction():
        given = [right.value for right in Right if right in rights]
        if await db.fetch_value(_TERMS, exhibitor_id, given, passes, version, guests) is None:
            raise Conflict("Somebody else changed this while you were editing it.")
        await follow_codes(now=now, exhibitor_id=exhibitor_id)
        await _note(actor, exhibitor_id, "set rights of exhibitor", now, rights=given, passes=passes)


async def hand_out(*, actor: Actor, event_id: int, package_id: int, now: datetime) -> int:
    """Give all accepted in a package its rights and passes as they are now; how many of them had others."""
    _only_organisers(actor)
    async with db.transaction():
        changed = [row["id"] for row in await db.fetch(_HAND_OUT, package_id, event_id)]
        for exhibitor_id in changed:
            await follow_codes(now=now, exhibitor_id=exhibitor_id)
        await audit.record(
            actor=actor.label, verb="hand out rights", kind="event", key=event_id, now=now, package=package_id,
            exhibitors=len(changed),
        )  # fmt: skip
    return len(changed)


def _only_organisers(actor: Actor) -> None:
    if not can_organise(actor):
        raise Forbidden("Only organisers and editors decide who exhibits.")


async def _told(actor: Actor, exhibitor_id: int, what: ExhibitorState, now: datetime) -> None:
    await enqueue("exhibitors.tell", exhibitor=exhibitor_id, what=what.value)
    await _note(actor, exhibitor_id, f"exhibitor {what.value}", now)


async def _note(actor: Actor, exhibitor_id: int, verb: str, now: datetime, **facts: Any) -> None:
    await audit.record(actor=actor.label, verb=verb, kind="exhibitor", key=exhibitor_id, now=now, **facts)
