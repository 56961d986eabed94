"""Issuing certificates, taking them back, and giving new ones."""

from collections.abc import Sequence
from datetime import datetime

from portal.accounts.actors import PORTAL, Actor
from portal.core import audit, db, times
from portal.core.errors import Conflict, NotFound
from portal.core.jobs import enqueue, enqueue_many
from portal.core.tokens import readable
from portal.core.urgency import Urgency
from portal.webinars.queries import certificates, ledger, rooms
from portal.webinars.queries.ledger import Entry
from portal.webinars.rules.certificate_numbers import make
from portal.webinars.rules.earning import Verdict
from portal.webinars.values import Room

REPLACED = "Replaced by a new certificate."

# A place has one certificate at a time, and whoever was faster has made it (`certificate_standing`).
_ISSUE = """
INSERT INTO certificate (webinar, seat, rule, number, email, name, company, title, held_on, minutes, credit, issued_at,
    revoked_reason, reason_is_public)
SELECT $1, x.seat, x.rule, x.number, x.email, x.name, x.company, $2, $3, x.minutes, x.credit, $4, '', false
FROM unnest($5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[], $11::int[], $12::text[])
    AS x (seat, rule, number, email, name, company, minutes, credit)
ON CONFLICT DO NOTHING RETURNING id, number, seat
"""
_LONGEST = {"name": 250, "company": 200}


async def issue(*, webinar_id: int, seat_ids: Sequence[int], now: datetime) -> list[int]:
    """Issue certificates to those of these places that have earned one and have none; each is mailed once. Returns their ids.
    Nobody who had one taken back is given another by this.
    """
    issued: list[int] = []
    async with db.transaction():
        room = await _room(webinar_id)
        measured = await ledger.measure(room)
        found = [(entry, measured.verdict(entry)) for entry in await ledger.of_seats(webinar_id, seat_ids, now)]
        earned = [(entry, verdict) for entry, verdict in found if verdict.earned and entry.number is None]
        issued += await _issue(room, earned, PORTAL, now)
    return issued


async def issue_own(*, webinar_id: int, seat_id: int, now: datetime) -> str:
    """Somebody asks for their certificate; gives its number, also of one there is already. Raises Conflict saying what is
    missing, or that it was taken back.
    """
    async with db.transaction():
        entry, verdict, room = await _entry(webinar_id, seat_id, now)
        if entry.certificate:
            return entry.certificate
        if entry.revoked:
            raise Conflict("Your certificate was taken back. Please write to us if you think this is wrong.")
        _refuse_unearned(verdict)
        await _issue(room, [(entry, verdict)], PORTAL, now)
        again = await ledger.of_seat(webinar_id, seat_id, now)
    assert again is not None
    return again.certificate


async def issue_anew(*, webinar_id: int, seat_id: int, actor: Actor, now: datetime) -> str:
    """A new certificate in the place of one that is wrong or was taken back, with the name and minutes of now; gives its
    number. Raises Conflict where it is not earned.
    """
    async with db.transaction():
        entry, verdict, room = await _entry(webinar_id, seat_id, now)
        _refuse_unearned(verdict)
        if entry.certificate:
            await _revoke(entry.certificate, REPLACED, True, actor, now)
        await _issue(room, [(entry, verdict)], actor, now)
        again = await ledger.of_seat(webinar_id, seat_id, now)
    if again is None or not again.certificate or again.certificate == entry.certificate:
        raise Conflict("Somebody else issued a certificate for this place just now.")
    return again.certificate


async def revoke(*, number: str, reason: str, public: bool, actor: Actor, now: datetime) -> None:
    """Take a certificate back, with the reason its holder reads, and everybody who checks it where it is `public`. Raises
    Conflict when it was taken back already, NotFound for no certificate.
    """
    async with db.transaction():
        certificate_id = await _revoke(number, reason, public, actor, now)
        await enqueue("webinars.tell_revoked", certificate=certificate_id)


async def _revoke(number: str, reason: str, public: bool, actor: Actor, now: datetime) -> int:
    done: int | None = await db.fetch_value(
        "UPDATE certificate SET revoked_at = $2, revoked_reason = $3, reason_is_public = $4 "
        "WHERE number = $1 AND revoked_at IS NULL RETURNING id",
        number, now, reason, public,
    )  # fmt: skip
    if done is None:
        if await certificates.by_number(number) is None:
            raise NotFound("There is no such certificate.")
        raise Conflict("This certificate was taken back already.")
    await audit.record(
        actor=actor.label, verb="revoked", kind="certificate", key=number, now=now, reason=reason, public=public
    )  # fmt: skip
    return done


async def _issue(room: Room, earned: Sequence[tuple[Entry, Verdict]], actor: Actor, now: datetime) -> list[int]:
    rows = [
        (entry.seat_id, verdict.rule.id, make(readable), entry.email, entry.name[: _LONGEST["name"]],
         entry.company[: _LONGEST["company"]], verdict.minutes, verdict.rule.credit)
        for entry, verdict in earned if verdict.rule is not None
    ]  # fmt: skip
    if not rows:
        return []
    held_on = times.day((room.live_at or room.starts_at).astimezone(times.zone(room.timezone)).date())
    made = await db.fetch(_ISSUE, room.id, room.title[:250], held_on, now, *map(list, zip(*rows, strict=True)))
    await audit.record_many(
        actor=actor.label, verb="issued", kind="certificate", now=now,
        facts={row["number"]: {"webinar": room.id, "seat": row["seat"]} for row in made},
    )  # fmt: skip
    await enqueue_many(
        "webinars.send_certificate", [{"certificate": row["id"]} for row in made], urgency=Urgency.ONE_OF_MANY
    )
    return [row["id"] for row in made]


async def _entry(webinar_id: int, seat_id: int, now: datetime) -> tuple[Entry, Verdict, Room]:
    room = await _room(webinar_id)
    entry = await ledger.of_seat(webinar_id, seat_id, now)
    if entry is None:
        raise NotFound("There is no such place at this webinar.")
    return entry, (await ledger.measure(room)).verdict(entry), room


def _refuse_unearned(verdict: Verdict) -> None:
    if verdict.rule is None:
        raise Conflict("There is no certificate for this webinar.")
    if verdict.missing:
        raise Conflict("Not earned yet: " + " ".join(one.words for one in verdict.missing))
    if not verdict.earned:
        raise Conflict("Certificates are made when the webinar is over.")


async def _room(webinar_id: int) -> Room:
    room = await rooms.by_id(webinar_id)
    if room is None:
        raise NotFound("There is no such webinar.")
    return room
