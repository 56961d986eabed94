"""Tickets on paper and on the phone, made from values."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from portal.core import countries, qr
from portal.core.errors import Conflict
from portal.core.settings import current
from portal.core.times import clock, day, day_span, zone, zone_short, zone_words
from portal.core.typesetting import dated, typeset
from portal.events.tables import EventFormat
from portal.registration.rules.ticket_codes import grouped, ticket_payload
from portal.registration.tables import OrderState, SeatState
from portal.registration.values.orders import OrderRecord, SeatRecord


async def ticket_pdf(
    order: OrderRecord,
    seats: Sequence[SeatRecord],
    *,
    phone: bool = False,
) -> bytes:
    """The tickets of `seats`, a page each: A4 to fold, or with `phone` a narrow page that fills a screen.

    Raises Conflict for a seat that is not confirmed and for an event or order that was called off.
    """
    if not seats or order.state is not OrderState.CONFIRMED or any(s.state is not SeatState.CONFIRMED for s in seats):
        raise Conflict("There is no ticket for a place that is not confirmed.")
    if not order.is_on:
        raise Conflict("This event was called off, so its tickets are no longer printed.")
    several = len(seats) > 1
    data = {
        "title": f"{'Tickets' if several else 'Ticket'}: {order.event_title}",
        "dated": dated(order.confirmed_at or order.held_at),
        "phone": phone,
        "event": _event(order),
        "order": _order(order),
        # Drawing the codes is the longest part after typesetting itself.
        "tickets": await asyncio.to_thread(_tickets, order, seats),
    }
    return await typeset("ticket", data)


def _tickets(order: OrderRecord, seats: Sequence[SeatRecord]) -> list[dict[str, Any]]:
    return [_ticket(order, seat) for seat in seats]


def _ticket(order: OrderRecord, seat: SeatRecord) -> dict[str, Any]:
    confirmed = [s.id for s in order.seats if s.state is SeatState.CONFIRMED]
    drawn, quiet = qr.drawn(ticket_payload(order.event_id, seat.code))
    return {
        "count": f"Ticket {confirmed.index(seat.id) + 1} of {len(confirmed)}",
        "name": seat.name,
        "company": seat.company,
        "type": seat.ticket_name,
        "code": grouped(seat.code),
        "qr": drawn,
        "quiet": quiet,
        "page": _page(order, seat),
    }


def _order(order: OrderRecord) -> dict[str, Any]:
    settings = current()
    return {
        "number": order.number,
        "booked_by": f"Booked by {order.contact_name}" if order.contact_name else "",
        "account_url": f"{settings.base_url}/account/orders",
        "account_text": f"{settings.base_url.partition('://')[2]}/account/orders",
    }


def _page(order: OrderRecord, seat: SeatRecord) -> dict[str, str]:
    """The page behind a ticket's link: the order's for somebody who placed it for themselves alone, else the seat's.

    A ticket is handed on, and several are forwarded together: they must not open the order of somebody else.
    """
    base = current().base_url
    if order.active_seats == (seat,) and seat.email in ("", order.email):
        return {"words": "Open the page of your order", "url": base + order.path}
    return {"words": "Open the page of this ticket", "url": base + seat.path}


def _event(order: OrderRecord) -> dict[str, Any]:
    online = order.event_format != EventFormat.IN_PERSON
    on_site = order.event_format != EventFormat.ONLINE
    town = f"{order.postal_code} {order.city}".strip()
    lines = [order.venue_name, order.street, town, countries.name(order.country)] if on_site else []
    parts = [order.place or (countries.name(order.country) if on_site else ""), "online" if online else ""]
    place = ", and ".join(part for part in parts if part)
    return {
        "title": order.event_title,
        "place": place[:1].upper() + place[1:],
        "address": [line for line in lines if line],
        "on_site": on_site,
        "online": online,
        "directions": order.directions if on_site else "",
        "show": "Show this at the door, on the phone or on paper."
        if on_site
        else "Keep this code: it proves your place.",
        **_when(order),
    }


def _when(order: OrderRecord) -> dict[str, str]:
    """Date and time in the event's zone. The end is exclusive: midnight still belongs to the day before."""
    local = zone(order.timezone)
    first = order.starts_at.astimezone(local).date()
    last = (order.ends_at - timedelta(microseconds=1)).astimezone(local).date()
    short, words = zone_short(order.timezone, order.starts_at), zone_words(order.timezone, order.starts_at)
    start, end = clock(order.starts_at, order.timezone), clock(order.ends_at, order.timezone)
    later = zone_short(order.timezone, order.ends_at)
    ends = "" if order.all_day or first == last else f", ends {end}{'' if later == short else ' ' + later}"
    if order.all_day:
        label, time, words = "Time", "All day", ""
    elif first == last:
        label, time = "Time", f"{start}–{end} {short}"
    else:
        label, time = "Starts", f"{start} {short}"
    return {
        "date": day_span(first, last),
        "date_short": _short_span(first, last),
        "days": _weekdays(first, last, "EEEE") + ends,
        "days_short": _weekdays(first, last, "EEE") + ends,
        "time_label": label,
        "time": time,
        "zone": words,
    }


def _weekdays(first: date, last: date, pattern: str) -> str:
    return day(first, pattern) if first == last else f"{day(first, pattern)} to {day(last, pattern)}"


def _short_span(first: date, last: date) -> str:
    if first == last:
        return day(first, "d MMM y")
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last, 'd MMM y')}"
    return f"{day(first, 'd MMM' if first.year == last.year else 'd MMM y')} – {day(last, 'd MMM y')}"
