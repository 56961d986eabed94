"""Meetings at the demo's congress: the demo's exhibitor publishes times, its attendee has asked for one, another is fixed. By the
ordinary commands.
"""

from datetime import datetime, time, timedelta
from typing import Any

from portal.accounts.actors import PORTAL, Actor
from portal.accounts.tables import MemberRole
from portal.core import db, times
from portal.core.jobs import withdraw
from portal.core.settings import current
from portal.demo.seed.orders import attendee
from portal.demo.seed.people import ACCOUNTS
from portal.directory.queries import companies
from portal.exhibitors.commands.applying import apply_to_exhibit
from portal.exhibitors.commands.deciding import accept as let_in
from portal.exhibitors.commands.offering import PackageFacts, Terms, save_package, set_up
from portal.exhibitors.meetings.commands import answering, approaching, areas, asking
from portal.exhibitors.meetings.commands.publishing import publish_times
from portal.exhibitors.meetings.queries import openings, requests, visitors
from portal.exhibitors.meetings.values import Visitor
from portal.exhibitors.queries import desks
from portal.exhibitors.tables.exhibiting import ExhibitorState, Right
from portal.exhibitors.values import AtEvent
from portal.payments.buying import Buyer
from portal.registration.commands.holding import hold_seats
from portal.registration.commands.ordering import Attendee, save_details
from portal.registration.queries.orders import order_by_id
from portal.registration.queries.tickets import tickets

EVENT, COMPANY = "fill-finish-forum-vienna", "isarwerk-biologics"
_TICKET = "Exhibition only"
_OTHERS = """
SELECT s.claim_secret FROM seat s JOIN seat_order o ON o.id = s.seat_order AND o.state = 'confirmed'
WHERE o.event = $1 AND s.state = 'confirmed' AND s.named_at IS NOT NULL AND s.email NOT IN ('', $2)
    AND s.company <> '' AND s.company NOT ILIKE 'isarwerk%' ORDER BY s.id LIMIT 1
"""
_OPEN = _OTHERS.replace("LIMIT 1", "LIMIT 3 OFFSET 1")
_ABOUT = ("A second source for lyophilised vials, 50,000 a year", "", "Isolators that take ready-to-use cartridges")
_TOPIC = (
    "We fill 200,000 two-millilitre vials a year in Ulm and look for a second source. Can your isolator line take them?"
)
_OTHER_TOPIC = "Lyophilisation of small batches: what is the shortest campaign you plan?"


async def seed_meetings(*, now: datetime) -> None:
    """Once; what became of it later is left as it is."""
    if await db.fetch_value("SELECT 1 FROM audit_entry WHERE verb = 'seed' AND kind = 'demo' AND key = 'meetings'"):
        return
    event = await db.fetch_one("SELECT id, starts_at, timezone FROM event WHERE slug = $1", EVENT)
    assert event is not None
    async with db.transaction():
        await _area(event, now)
        stand, anselm = await _stand(event["id"], now)
        boxes = [at for day in range(3) for at in _half_hours(event, day, 9 if day == 0 else 10, 13)]
        await publish_times(
            actor=anselm, exhibitor_id=stand.id, account_id=anselm.account_id, boxes=boxes, slot_minutes=30, pause_minutes=0,
            about="Tech transfer, isolator lines, lyophilisation", now=now,
        )  # fmt: skip
        await _fix(stand, anselm, event["id"], now)
        amara = await _amara(event["id"], now)
        await _open(event["id"], now)
        asked = await _ask(stand, amara, (3, 9, 14), _TOPIC, now)
        await withdraw("meetings.tell_request", request=asked, mark="round-1")
        await db.execute(
            "INSERT INTO audit_entry (at, actor, verb, kind, key, facts) VALUES ($1, 'portal', 'seed', 'demo', 'meetings', '{}')",
            now,
        )


def _half_hours(event: Any, day: int, first: int, last: int) -> list[datetime]:
    zone = times.zone(event["timezone"])
    date = event["starts_at"].astimezone(zone).date() + timedelta(days=day)
    start = datetime.combine(date, time(first), zone)
    return [start + timedelta(minutes=30 * n) for n in range((last - first) * 2)]


async def _area(event: Any, now: datetime) -> None:
    """Four tables in hall B, from ten to three on each day."""
    boxes = [at for day in range(3) for at in _half_hours(event, day, 10, 15)]
    await areas.save_area(
        actor=PORTAL, event_id=event["id"], name="Meeting lounge", place="Hall B, behind the open stage", answer_hours=72,
        boxes=boxes, now=now,
    )  # fmt: skip
    names = [f"Lounge {number}" for number in range(1, 5)]
    await areas.add_tables(actor=PORTAL, event_id=event["id"], names=names, place="", now=now)


async def _stand(event_id: int, now: datetime) -> tuple[AtEvent, Actor]:
    """The demo's exhibitor at the congress, let in where it is not yet; nobody hears of it now."""
    account = next(one for one in ACCOUNTS if one.title == "Exhibitor")
    row = await db.fetch_one(
        "SELECT a.id, m.organisation FROM account a JOIN membership m ON m.account = a.id WHERE a.email = $1",
        account.email,
    )
    assert row is not None
    owner = {row["organisation"]: MemberRole.OWNER}
    anselm = Actor(account_id=row["id"], email=account.email, name=account.name, memberships=owner)
    found = await desks.at_event(COMPANY, EVENT)
    if found is not None and found.may(Right.MEETINGS):
        return found, anselm
    company = await companies.by_slug(COMPANY)
    assert company is not None
    await set_up(actor=PORTAL, event_id=event_id, terms=Terms(currency="EUR"), now=now)
    facts = PackageFacts(name="Stand", passes=4, guests=10)
    await save_package(actor=PORTAL, event_id=event_id, facts=facts, now=now)
    made = await apply_to_exhibit(
        actor=anselm, event_id=event_id, package="stand", company_id=company.id, contact_name=anselm.name,
        contact_email=anselm.email, wishes="", now=now,
    )  # fmt: skip
    await let_in(actor=PORTAL, exhibitor_id=made, note="", now=now)
    for state in (ExhibitorState.APPLIED, ExhibitorState.ACCEPTED):
        await withdraw("exhibitors.tell", exhibitor=made, what=state.value)
    stand = await desks.by_id(made)
    assert stand is not None
    return stand, anselm


async def _amara(event_id: int, now: datetime) -> Visitor:
    """The demo's attendee with a place for the exhibition, which costs nothing."""
    actor = await attendee()
    kinds = {kind.name: kind.id for kind in await tickets(event_id, now=now)}
    hold = await hold_seats(event_id=event_id, wanted={kinds[_TICKET]: 1}, code="", actor=actor, now=now)
    order = await order_by_id(hold.order_id)
    assert order is not None
    first, _, last = actor.name.partition(" ")
    await save_details(
        order=order, buyer=Buyer(email=actor.email, name=actor.name, company="Brennhof Pharma GmbH"), draft={}, actor=actor,
        attendees=[Attendee(first, last, actor.email, "Head of external manufacturing")], terms=current().terms_url, now=now,
    )  # fmt: skip
    await withdraw("registration.send_confirmation", order=hold.order_id)
    await db.execute(
        "UPDATE seat SET company = 'Brennhof Pharma GmbH' WHERE seat_order = $1 AND company = ''", hold.order_id
    )
    found = await visitors.by_claim(order.seats[0].claim_secret)
    assert found is not None
    return found


async def _fix(stand: AtEvent, anselm: Actor, event_id: int, now: datetime) -> None:
    """A meeting on the first morning, with one of those who come."""
    visitor = await visitors.by_claim(await db.fetch_value(_OTHERS, event_id, ACCOUNTS[0].email))
    assert visitor is not None
    asked = await _ask(stand, visitor, (1, 2), _OTHER_TOPIC, now)
    found = await requests.by_id(asked)
    assert found is not None
    made = await answering.accept(
        actor=anselm, exhibitor_id=stand.id, request_id=asked, offer_id=found.offers[0].id, now=now
    )
    await withdraw("meetings.tell_request", request=asked, mark="round-1")
    await withdraw("meetings.tell", meeting=made)


async def _open(event_id: int, now: datetime) -> None:
    """Some of those who come want to be asked."""
    for row, about in zip(await db.fetch(_OPEN, event_id, ACCOUNTS[0].email), _ABOUT, strict=False):
        visitor = await visitors.by_claim(row["claim_secret"])
        if visitor is not None:
            await approaching.open_up(visitor=visitor, about=about, now=now)


async def _ask(stand: AtEvent, visitor: Visitor, places: tuple[int, ...], topic: str, now: datetime) -> int:
    """For the slots at these places of those that are open."""
    slots = (await openings.of(stand.id, now=now, seat_id=visitor.seat_id)).slots
    keys = [slots[place].key for place in places]
    return await asking.ask(visitor=visitor, exhibitor_id=stand.id, keys=keys, topic=topic, now=now)
