"""What registration knows of a person, and forgetting it."""

import re
from datetime import datetime
from typing import Any

import msgspec

from portal.core import db
from portal.registration.commands.lapsing import give_back, offer_freed

_SEAT = re.compile(r"^s(\d+)_")
_ORDERS = """
SELECT o.number, e.title, o.state, o.contact_name, o.held_at, o.requested_at, o.decided_at, o.decision_note,
    o.confirmed_at, o.source, o.terms_url, o.terms_accepted_at, nullif(o.draft, '{}') AS typed FROM seat_order o
JOIN event e ON e.id = o.event WHERE o.email = $1 ORDER BY o.id LIMIT 5000
"""
_SEATS = """
SELECT o.number, e.title, s.first_name, s.last_name, s.job_title, s.company, s.state, s.watching, s.checked_in_at, (
    SELECT json_object_agg(q.label, a.answer ORDER BY q.position, q.id) FROM seat_answer a
    JOIN registration_question q ON q.id = a.question WHERE a.seat = s.id) AS answers FROM seat s
JOIN seat_order o ON o.id = s.seat_order JOIN event e ON e.id = o.event WHERE s.email = $1 ORDER BY s.id LIMIT 5000
"""
_WAITING = """
SELECT e.title, w.name, w.party_size, w.joined_at, w.left_at FROM waiting_entry w
JOIN ticket_type t ON t.id = w.ticket_type JOIN event e ON e.id = t.event WHERE w.email = $1 ORDER BY w.id LIMIT 5000
"""
_UNCONFIRMED = "SELECT id FROM seat_order WHERE email = $1 AND state IN ('held', 'requested') ORDER BY id"


LABELS = {
    "number": "Order", "title": "Event", "contact_name": "Name", "held_at": "Places held", "typed": "Typed so far",
    "terms_url": "Terms accepted", "terms_accepted_at": "Accepted", "checked_in_at": "Came in", "party_size": "Places",
    "requested_at": "Asked the organiser", "decided_at": "Decided", "decision_note": "The organiser’s words",
    "source": "Came from", "watching": "Takes part", "answers": "Answers",
    "joined_at": "In line since", "left_at": "Left the line", "vat_id": "VAT ID", "po_number": "Purchase-order number",
    "postal_code": "Postcode",
}  # fmt: skip


async def known_about(email: str) -> list[dict[str, Any]]:
    """Orders placed with the address, places in its name, waiting lists it stood on."""
    found = []
    for what, sql in (("Order", _ORDERS), ("Place", _SEATS), ("Waiting list", _WAITING)):
        for row in await db.fetch(sql, email):
            told = {"what": what, **row}
            if typed := told.get("typed"):
                told["typed"] = {
                    _SEAT.sub(r"attendee_\1_", name): value
                    for name, value in msgspec.json.decode(typed).items()
                    if value
                }
            if answers := told.get("answers"):
                told["answers"] = msgspec.json.decode(answers)
            found.append(told)
    return found


async def forget(email: str, now: datetime) -> str:
    """Take names and address out of orders and places; what was merely held for the address goes back on sale."""
    async with db.transaction():
        lines = await db.fetch(
            "UPDATE waiting_entry SET email = '', name = '', left_at = coalesce(left_at, $2), "
            "left_reason = CASE WHEN left_at IS NULL THEN 'erased' ELSE left_reason END WHERE email = $1 "
            "RETURNING ticket_type",
            email, now,
        )  # fmt: skip
        for row in await db.fetch(_UNCONFIRMED, email):
            await give_back(order_id=row["id"], now=now)
        orders = db.affected(
            await db.execute(
                "UPDATE seat_order SET email = '', contact_name = '', account = NULL, draft = '{}', decision_note = '' "
                "WHERE email = $1",
                email,
            )
        )
        await db.execute("DELETE FROM seat_answer a USING seat s WHERE s.id = a.seat AND s.email = $1", email)
        await db.execute("UPDATE companion SET address = '' WHERE address = $1", email)
        seats = db.affected(
            await db.execute(
                "UPDATE seat SET first_name = '', last_name = '', email = '', job_title = '', company = '', named_at = NULL "
                "WHERE email = $1",
                email,
            )
        )
        await offer_freed([row["ticket_type"] for row in lines])
    return (
        f"Name, address and answers are taken out of {_count(orders, 'order')} and {_count(seats, 'place')}, and off every "
        "waiting list. Places themselves stay with their orders until somebody gives them up."
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
