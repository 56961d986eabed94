"""Orders and seats as values, without a database."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from portal.registration.tables import OrderState, SeatState
from portal.registration.values.orders import OrderRecord, SeatRecord

CODES = [f"7Q4K22M9{first}{second}" for first in "DEFGHJKMNPQRSTVWXYZ" for second in "XYZ"]


def make_seat(position: int = 1, **changed: Any) -> SeatRecord:
    """A confirmed, named seat."""
    facts: dict[str, Any] = {
        "id": 100 + position, "position": position, "state": SeatState.CONFIRMED, "ticket_type": 1,
        "ticket_name": "Conference, 3 days", "tax_rate": Decimal(20), "list_net": 109000, "net": 98100,
        "code": CODES[position - 1], "claim_secret": f"claim-{position}", "first_name": "Amara",
        "last_name": "Okonjo-Reuter", "email": "amara@brennhof.example", "job_title": "Head of filling",
        "company": "Brennhof Pharma GmbH", "named_at": None,
    }  # fmt: skip
    return SeatRecord(**facts | changed)


def make_order(*seats: SeatRecord, **changed: Any) -> OrderRecord:
    """A confirmed order of a three-day event on site."""
    facts: dict[str, Any] = {
        "id": 1, "version": "1", "number": "SL-26-004817", "secret": "the-secret-of-the-order", "state": OrderState.CONFIRMED,
        "email": "amara@brennhof.example", "contact_name": "Amara Okonjo-Reuter",
        "held_at": datetime(2026, 11, 22, 15, 31, 8, tzinfo=UTC), "holds_until": None,
        "confirmed_at": datetime(2026, 11, 22, 15, 44, 53, tzinfo=UTC), "ended_at": None, "end_reason": "",
        "left_after_hold": 72, "purchase_id": 1, "account_id": None, "currency": "EUR", "code_id": None, "code": "",
        "code_label": "", "event_id": 7, "event_slug": "fill-finish-forum", "event_title": "Fill & Finish Forum Vienna",
        "event_state": "published", "event_format": "in_person",
        "starts_at": datetime(2027, 2, 9, 7, 15, tzinfo=UTC), "ends_at": datetime(2027, 2, 11, 16, 0, tzinfo=UTC),
        "timezone": "Europe/Vienna", "all_day": False, "online_url": "https://rooms.example/secret-room",
        "venue_name": "Donauhalle Wien", "street": "Uferstrasse 14", "postal_code": "1220", "city": "Vienna",
        "country": "AT", "directions": "", "organiser_name": "Sterile Line", "image": "",
    }  # fmt: skip
    return OrderRecord(seats=seats or (make_seat(),), **facts | changed)
