"""Who came to a recorded webinar of the demo, and the certificates of it: earned, missed by minutes, corrected, taken back."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from portal.accounts.actors import PORTAL, Actor
from portal.core import db
from portal.core.jobs import withdraw
from portal.core.settings import current
from portal.demo.seed.orders import attendee
from portal.demo.seed.people import ACCOUNTS
from portal.demo.seed.taking import Gone, take_places
from portal.payments.buying import Buyer
from portal.registration.commands.holding import hold_seats
from portal.registration.commands.offering import offer_tickets
from portal.registration.commands.ordering import Attendee, save_details
from portal.registration.queries.orders import order_by_id
from portal.registration.queries.tickets import tickets
from portal.registration.values.offers import EventOffer, QuotaOffer, TicketOffer
from portal.webinars.commands.certificates import issue, revoke
from portal.webinars.commands.corrections import correct

WEBINAR = "reject-rates-webinar"
_TICKET = "Live seat"
_ROOM = """
SELECT w.id, w.event, w.live_at, w.ended_at FROM webinar w JOIN event e ON e.id = w.event
WHERE e.slug = $1 AND w.ended_at IS NOT NULL
"""
# Most came, some late, some left early, every third one was away in between; the demo's attendee lost the connection.
_CAME = """
WITH seats AS (
    SELECT s.id, w.id AS webinar, w.live_at, s.email = $2 AS own, (row_number() OVER (ORDER BY s.id))::int AS n
    FROM webinar w JOIN seat_order o ON o.event = w.event JOIN seat s ON s.seat_order = o.id AND s.state = 'confirmed'
    WHERE w.id = $1
), stays AS (
    SELECT id, webinar, tstzmultirange(tstzrange(live_at + first, live_at + last))
        - tstzmultirange(tstzrange(live_at + away, live_at + back)) AS spans
    FROM seats, LATERAL (SELECT
        make_interval(secs => CASE WHEN own THEN -140 ELSE n * 97 % 780 - 480 END) AS first,
        make_interval(mins => CASE WHEN own THEN 49 ELSE 26 + n * 17 % 37 END) AS last,
        make_interval(mins => 20) AS away,
        make_interval(mins => CASE WHEN own THEN 26 WHEN n % 3 = 0 THEN 22 + n % 7 ELSE 20 END) AS back) AS x
    WHERE own OR n % 7 <> 3
), pages AS (
    INSERT INTO webinar_attendance_page (webinar, seat, page, gap_seconds, spans)
    SELECT webinar, id, 'demo', 65, spans FROM stays
)
INSERT INTO webinar_attendance (webinar, seat, first_seen, last_seen, here_until, spans)
SELECT webinar, id, lower(spans), upper(spans), upper(spans), spans FROM stays
"""


async def seed_certificates(*, now: datetime) -> None:
    """All of it once; what became of it later is left as it is."""
    async with db.transaction():
        if await db.fetch_value(
            "SELECT 1 FROM audit_entry WHERE verb = 'seed' AND kind = 'demo' AND key = 'certificates'"
        ):
            return
        room = await db.fetch_one(_ROOM, WEBINAR)
        assert room is not None
        amara = await attendee()
        await _take(room, amara)
        await db.execute(_CAME, room["id"], amara.email)
        await _certify(room, amara)
        await db.execute(
            "INSERT INTO audit_entry (at, actor, verb, kind, key, facts) "
            "VALUES ($1, 'portal', 'seed', 'demo', 'certificates', '{}')",
            now,
        )


async def _take(room: Any, amara: Actor) -> None:
    """Places of those days: their mails went out then, and nobody’s mailbox begins with them."""
    before = room["live_at"] - timedelta(days=30)
    offer = EventOffer(
        currency="EUR", quotas=(QuotaOffer("Seats", 1000),), codes=(),
        tickets=(TicketOffer(_TICKET, 0, ("Seats",), tax_rate=Decimal(19), max_per_order=5),),
    )  # fmt: skip
    await offer_tickets(actor=PORTAL, event_id=room["event"], offer=offer, now=before)
    on_sale = (before, room["live_at"])
    await take_places([Gone(room["event"], _TICKET, 58, on_sale=on_sale)], now=room["live_at"])
    ordered = room["live_at"] - timedelta(days=9)
    [ticket] = await tickets(room["event"], now=ordered)
    hold = await hold_seats(event_id=room["event"], wanted={ticket.id: 1}, code="", actor=amara, now=ordered)
    order = await order_by_id(hold.order_id)
    assert order is not None
    first, _, last = amara.name.partition(" ")
    await save_details(
        order=order, buyer=Buyer(email=amara.email, name=amara.name, company="Brennhof Pharma GmbH"), draft={}, actor=amara,
        attendees=[Attendee(first, last, amara.email, "Head of external manufacturing")], terms=current().terms_url, now=ordered,
    )  # fmt: skip
    await withdraw("registration.send_confirmation", order=hold.order_id)


async def _certify(room: Any, amara: Actor) -> None:
    issued_at = room["ended_at"] + timedelta(minutes=16)
    organiser = next(one for one in ACCOUNTS if one.title == "Organiser")
    account = await db.fetch_value("SELECT id FROM account WHERE email = $1", organiser.email)
    judith = Actor(account_id=account, email=organiser.email, name=organiser.name)
    seats = [
        row["seat"] for row in await db.fetch("SELECT seat FROM webinar_attendance WHERE webinar = $1", room["id"])
    ]
    own = await db.fetch_value("SELECT s.id FROM seat s WHERE s.id = ANY($1) AND s.email = $2", seats, amara.email)
    await correct(
        webinar_id=room["id"], seat_ids=[own], minutes=4, reason="Our stream stood still after the break", actor=judith,
        now=issued_at - timedelta(minutes=5),
    )  # fmt: skip
    await withdraw("webinars.issue_certificates", webinar=room["id"], seats=[own])
    for certificate in await issue(webinar_id=room["id"], seat_ids=seats, now=issued_at):
        await withdraw("webinars.send_certificate", certificate=certificate)
    other = await db.fetch_one(
        "SELECT id, number FROM certificate WHERE webinar = $1 AND seat <> $2 ORDER BY id LIMIT 1", room["id"], own
    )
    assert other is not None
    await revoke(
        number=other["number"], reason="A colleague sat at this place for most of the hour", public=False, actor=judith,
        now=issued_at + timedelta(days=2),
    )  # fmt: skip
    await withdraw("webinars.tell_revoked", certificate=other["id"])
