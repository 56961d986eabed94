"""Places in line."""

from datetime import datetime
from typing import Any

import msgspec

from portal.core import db
from portal.events.tables import EventState
from portal.registration.values.orders import CALLED_OFF


class WaitingPlace(msgspec.Struct, frozen=True):
    """Where a party stands in line; position 1 is next, of all who wait for the same places.

    `offer_secret` leads to the held order of an offer.
    """

    id: int
    secret: str
    email: str
    name: str
    party_size: int
    joined_at: datetime
    left_at: datetime | None
    left_reason: str
    offered_at: datetime | None
    offer_secret: str | None
    offer_until: datetime | None
    offer_state: str | None
    position: int
    ticket_name: str
    event_id: int
    event_slug: str
    event_title: str
    event_state: str

    @property
    def called_off(self) -> bool:
        """Whether the line was closed because the event was called off."""
        return self.left_at is not None and self.left_reason == CALLED_OFF

    @property
    def event_is_public(self) -> bool:
        return self.event_state != EventState.DRAFT


# Which entries w count: those in line, and those whose offer is open or being paid.
STANDING = """(w.left_at IS NULL AND (w.offered_at IS NULL OR EXISTS (
    SELECT FROM seat_order o WHERE o.id = w.offered_order AND o.state IN ('held', 'requested', 'paying'))))"""


async def those_waiting(event_id: int) -> list[int]:
    """The entries of everybody in the event's lines or with an offer, in the order they came."""
    rows = await db.fetch(
        "SELECT w.id FROM waiting_entry w JOIN ticket_type t ON t.id = w.ticket_type "
        f"WHERE t.event = $1 AND {STANDING} ORDER BY w.id",
        event_id,
    )
    return [row["id"] for row in rows]


_WAITING = """
SELECT w.id, w.secret, w.email, w.name, w.party_size, w.joined_at, w.left_at, w.left_reason, w.offered_at,
    o.secret AS offer_secret, o.holds_until AS offer_until, o.state AS offer_state, t.name AS ticket_name,
    e.id AS event_id, e.slug AS event_slug, e.title AS event_title, e.state AS event_state,
    (SELECT 1 + count(*) FROM waiting_entry b WHERE b.id < w.id AND b.left_at IS NULL AND b.offered_at IS NULL
        AND b.ticket_type IN (SELECT y.ticket_type FROM ticket_quota x JOIN ticket_quota y ON y.quota = x.quota
            WHERE x.ticket_type = w.ticket_type))::int AS position
FROM waiting_entry w JOIN ticket_type t ON t.id = w.ticket_type JOIN event e ON e.id = t.event
LEFT JOIN seat_order o ON o.id = w.offered_order WHERE """


async def waiting_place(secret: str) -> WaitingPlace | None:
    return await _one_waiting("w.secret = $1", secret)


async def waiting_place_by_id(entry: int) -> WaitingPlace | None:
    return await _one_waiting("w.id = $1", entry)


async def _one_waiting(where: str, value: Any) -> WaitingPlace | None:
    row = await db.fetch_one(_WAITING + where, value)
    return None if row is None else msgspec.convert(dict(row), WaitingPlace)
