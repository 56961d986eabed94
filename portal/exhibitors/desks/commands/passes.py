"""Staff passes: an exhibitor gives places to its people, never more than it has."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from portal.accounts.actors import PORTAL, Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.jobs import enqueue
from portal.exhibitors.desks.commands.access import locked
from portal.exhibitors.tables.exhibiting import Right
from portal.registration.commands.giving import give_place, hidden_ticket, pass_on_place, take_place_back
from portal.registration.commands.ordering import Attendee

STAFF_TICKET = "Exhibitor staff"


class Holder(msgspec.Struct, frozen=True):
    """Who has a pass; `role` stands on the badge."""

    first_name: str
    last_name: str
    email: str
    role: str = ""

    @property
    def attendee(self) -> Attendee:
        return Attendee(self.first_name, self.last_name, self.email, self.role)


_GIVEN = """
SELECT p.id, s.id AS seat, s.email, s.first_name, s.last_name, s.job_title
FROM exhibitor_pass p JOIN seat s ON s.id = p.seat AND s.state = 'confirmed' WHERE p.exhibitor = $1 ORDER BY p.id
"""


async def give_pass(*, actor: Actor, exhibitor_id: int, holder: Holder, now: datetime) -> int:
    """Give one of the company’s people a pass; its id. A mail brings the ticket.

    Raises Conflict when all passes are given, or the event is off or over; Invalid for an address that has one.
    """
    async with db.transaction():
        here = await locked(actor, exhibitor_id, right=Right.PASSES)
        given = await db.fetch(_GIVEN, exhibitor_id)
        if len(given) >= here["passes"]:
            raise Conflict(_all_given(here["passes"]))
        _once(given, holder)
        made = await _give(actor, here, holder, now)
    return made  # noqa: RET504


async def give_passes(*, actor: Actor, exhibitor_id: int, holders: Sequence[Holder], now: datetime) -> list[int]:
    """Give all of these people a pass, or nobody. Raises as `give_pass` does; Invalid names everybody who has one."""
    async with db.transaction():
        here = await locked(actor, exhibitor_id, right=Right.PASSES)
        given = await db.fetch(_GIVEN, exhibitor_id)
        known = {row["email"] for row in given}
        if twice := [one.email for one in holders if one.email in known]:
            raise Invalid({"people": f"{', '.join(twice)}: has a pass of yours already."})
        left = here["passes"] - len(given)
        if left < len(holders):
            raise Conflict(
                f"These are {len(holders)} people, and {max(left, 0)} of your {here['passes']} passes are left."
            )
        made = [await _give(actor, here, one, now) for one in holders]
    return made  # noqa: RET504


async def _give(actor: Actor, here: Any, holder: Holder, now: datetime) -> int:
    seat = await give_place(
        event_id=here["event"], ticket_id=await _staff_ticket(here["event"], now), person=holder.attendee,
        company=here["badge"], source=f"exhibitor {here['company']}"[:120], now=now,
    )  # fmt: skip
    made = await db.fetch_value(
        "INSERT INTO exhibitor_pass (exhibitor, seat, given_at, given_by) VALUES ($1, $2, $3, $4) RETURNING id",
        here["id"], seat, now, actor.label,
    )  # fmt: skip
    await _note(actor, "give pass", here["id"], now, made)
    await enqueue("exhibitors.send_pass", made=made, by=actor.name)
    return int(made)


async def pass_on(*, actor: Actor, exhibitor_id: int, pass_id: int, holder: Holder, now: datetime) -> bool:
    """Put another name on a pass; True when it went to another person, who gets a ticket of their own.

    Raises NotFound, Invalid for an address that has another pass, Conflict when somebody came with it.
    """
    async with db.transaction():
        here = await locked(actor, exhibitor_id, right=Right.PASSES)
        given = await db.fetch(_GIVEN, exhibitor_id)
        this = _this(given, pass_id)
        _once([row for row in given if row["id"] != pass_id], holder)
        passed_on = await pass_on_place(seat_id=this["seat"], person=holder.attendee, company=here["badge"], now=now)
        await _note(actor, "pass on pass" if passed_on else "change pass", exhibitor_id, now, pass_id)
        await enqueue("exhibitors.send_pass", made=pass_id, by=actor.name)
    return passed_on


async def take_back(*, actor: Actor, exhibitor_id: int, pass_id: int, now: datetime) -> None:
    """End a pass: it can be given to somebody else. Its holder is told. Raises NotFound, Conflict when somebody came with it."""
    async with db.transaction():
        await locked(actor, exhibitor_id, right=Right.PASSES)
        this = _this(await db.fetch(_GIVEN, exhibitor_id), pass_id)
        await take_place_back(seat_id=this["seat"], reason="taken back by the exhibitor", now=now)
        await _note(actor, "take pass back", exhibitor_id, now, pass_id)


async def send_again(*, actor: Actor, exhibitor_id: int, pass_id: int, now: datetime) -> None:
    """Send a pass’s mail anew, whatever became of the last one."""
    async with db.transaction():
        await locked(actor, exhibitor_id, right=Right.PASSES)
        _this(await db.fetch(_GIVEN, exhibitor_id), pass_id)
        await enqueue("exhibitors.send_pass", made=pass_id, by=actor.name, again=now.strftime("%Y%m%d%H%M%S"))


async def set_badge(*, actor: Actor, exhibitor_id: int, name: str, now: datetime) -> None:
    """Have badges say something else for the company; empty for its name. Passes that are given follow."""
    async with db.transaction():
        here = await locked(actor, exhibitor_id, right=Right.PASSES)
        await db.execute("UPDATE exhibitor SET badge_name = $2 WHERE id = $1", exhibitor_id, name)
        await db.execute(
            "UPDATE seat s SET company = $2 FROM exhibitor_pass p WHERE p.seat = s.id AND p.exhibitor = $1 "
            "AND s.state = 'confirmed'",
            exhibitor_id, name or here["company_name"],
        )  # fmt: skip
        await audit.record(
            actor=actor.label, verb="set badge name", kind="exhibitor", key=exhibitor_id, now=now, name=name
        )


# Companies may be made one with another before the worker comes to it.
_NOW = """
WITH RECURSIVE now AS (
    SELECT n.company, n.former FROM unnest($1::bigint[], $2::text[]) AS n (company, former)
    UNION SELECT c.merged_into, now.former FROM now JOIN company c ON c.id = now.company WHERE c.merged_into IS NOT NULL)
SELECT company, former FROM now
"""
# Not what the company had badges say instead, and not at events that are over.
_BY_NAME = """
SELECT x.id FROM exhibitor x JOIN event e ON e.id = x.event AND e.ends_at > $2
WHERE x.company = ANY($1::bigint[]) AND x.badge_name = '' ORDER BY x.id FOR UPDATE OF x
"""
# Nor what a holder wrote, nor of who came already.
_FOLLOW = """
UPDATE seat s SET company = c.name FROM unnest($2::bigint[], $3::text[]) AS n (company, former)
JOIN company c ON c.id = n.company JOIN exhibitor x ON x.company = c.id JOIN exhibitor_pass p ON p.exhibitor = x.id
WHERE x.id = ANY($1::bigint[]) AND s.id = p.seat AND s.company = n.former AND s.state = 'confirmed' AND s.checked_in_at IS NULL
"""


async def follow_names(*, former: Sequence[tuple[int, str]], now: datetime) -> None:
    """Let badges that say a company by a former name say what it is called now. Passes that are being given are waited for."""
    async with db.transaction():
        rows = await db.fetch(_NOW, [company for company, _ in former], [name for _, name in former])
        companies, names = [row["company"] for row in rows], [row["former"] for row in rows]
        held = await db.fetch(_BY_NAME, companies, now)
        await db.execute(_FOLLOW, [row["id"] for row in held], companies, names)


def _all_given(passes: int) -> str:
    if passes == 0:
        return "Your package has no staff passes."
    return "Your pass is given." if passes == 1 else f"All {passes} passes are given."


def _once(given: Sequence[Any], holder: Holder) -> None:
    if holder.email in {row["email"] for row in given}:
        raise Invalid({"email": f"{holder.email} has a pass of yours already."})


def _this(given: Sequence[Any], pass_id: int) -> Any:
    found = next((row for row in given if row["id"] == pass_id), None)
    if found is None:
        raise NotFound("There is no such pass (any more).")
    return found


async def _staff_ticket(event_id: int, now: datetime) -> int:
    """The hidden ticket that passes are of, made when the first one is given."""
    row = await db.fetch_one(
        "SELECT x.staff_ticket, x.currency, t.active FROM exhibition x LEFT JOIN ticket_type t ON t.id = x.staff_ticket "
        "WHERE x.event = $1 FOR UPDATE OF x",
        event_id,
    )
    assert row is not None, "an exhibitor applied to it"
    if row["staff_ticket"] is not None:
        if not row["active"]:
            raise Conflict("The organiser has stopped giving out staff passes.")
        return int(row["staff_ticket"])
    made = await hidden_ticket(
        event_id=event_id, name=STAFF_TICKET, description="Given by exhibitors to their people.",
        currency=row["currency"], as_ordinary=False, now=now,
    )  # fmt: skip
    await db.execute("UPDATE exhibition SET staff_ticket = $2 WHERE event = $1", event_id, made)
    return made


async def _note(actor: Actor, verb: str, exhibitor_id: int, now: datetime, pass_id: int) -> None:
    await audit.record(actor=actor.label, verb=verb, kind="exhibitor", key=exhibitor_id, now=now, **{"pass": pass_id})


_OF_GONE = """
SELECT p.id, s.id AS seat FROM exhibitor x JOIN exhibitor_pass p ON p.exhibitor = x.id
JOIN seat s ON s.id = p.seat AND s.state = 'confirmed' AND s.checked_in_at IS NULL
JOIN event e ON e.id = x.event AND e.ends_at > $1 AND e.state IN ('published', 'moved')
WHERE x.state <> 'accepted' ORDER BY p.id LIMIT 500
"""


async def end_of_gone(*, now: datetime) -> None:
    """Companies that exhibit no more: their people’s passes end."""
    for row in await db.fetch(_OF_GONE, now):
        try:
            await take_place_back(seat_id=row["seat"], reason="the company exhibits no more", now=now)
        except Conflict:
            continue  # given up or used meanwhile
        await audit.record(actor=PORTAL.label, verb="take pass back", kind="exhibitor_pass", key=row["id"], now=now)
