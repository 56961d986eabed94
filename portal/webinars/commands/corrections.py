"""Minutes that staff add or take off."""

from collections.abc import Sequence
from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Invalid
from portal.core.jobs import enqueue
from portal.webinars.queries import ledger

_MOST = 1440
_LONGEST_REASON = 300


async def correct(
    *, webinar_id: int, seat_ids: Sequence[int], minutes: int, reason: str, actor: Actor, now: datetime
) -> int:
    """Add minutes to these places, or take some off, with the reason they read. Corrections stay: another one takes one back.
    A certificate that was issued already does not change by it. Returns how many places; raises Invalid by field.
    """
    wrong = {}
    if minutes == 0 or abs(minutes) > _MOST:
        wrong["minutes"] = f"Please give minutes from 1 to {_MOST}, or below zero to take some off."
    if not reason.strip() or len(reason) > _LONGEST_REASON:
        wrong["reason"] = f"Please say why, in up to {_LONGEST_REASON} characters: the attendee reads it."
    async with db.transaction():
        seats = [entry.seat_id for entry in await ledger.of_seats(webinar_id, seat_ids, now)]
        if not seats:
            wrong["seats"] = "Please choose whose minutes to correct."
        if wrong:
            raise Invalid(wrong)
        await db.execute(
            "INSERT INTO webinar_attendance_correction (webinar, seat, minutes, reason, by, by_name, at) "
            "SELECT $1, seat, $3, $4, $5, $6, $7 FROM unnest($2::bigint[]) AS seat",
            webinar_id, seats, minutes, reason.strip(), actor.account_id or None, actor.name, now,
        )  # fmt: skip
        await audit.record_many(
            actor=actor.label, verb="corrected minutes", kind="attendance", now=now,
            facts={f"{webinar_id}/{seat}": {"minutes": minutes, "reason": reason.strip()} for seat in seats},
        )  # fmt: skip
        await enqueue("webinars.issue_certificates", webinar=webinar_id, seats=seats)
    return len(seats)
