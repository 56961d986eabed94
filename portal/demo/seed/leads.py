"""Badges that were scanned: two exhibitors, one of them the demo's, and the demo's attendee among those who agreed, at an event
that is over and at one that is on, where more can be. By the ordinary commands, at the hours of those days.
"""

from datetime import datetime, timedelta

import msgspec

from portal.accounts.actors import PORTAL, Actor
from portal.core import db
from portal.core.jobs import withdraw
from portal.core.settings import current
from portal.demo.seed.orders import PAST
from portal.demo.seed.people import ACCOUNTS
from portal.directory.queries import companies
from portal.exhibitors.commands.applying import apply_to_exhibit
from portal.exhibitors.commands.deciding import accept
from portal.exhibitors.commands.offering import PackageFacts, Terms, save_package, set_up
from portal.exhibitors.leads import commands
from portal.exhibitors.leads.rules import digest, usual
from portal.exhibitors.queries import desks
from portal.exhibitors.tables.exhibiting import ExhibitorState, Right
from portal.exhibitors.values import AtEvent
from portal.leads.chain.tables import Rating
from portal.leads.chain.values import Noted
from portal.payments.buying import Buyer
from portal.registration.commands.holding import hold_seats
from portal.registration.commands.ordering import Attendee, save_details
from portal.registration.queries.orders import order_by_id
from portal.registration.queries.tickets import tickets
from portal.registration.rules.badges import badge_code


class Met(msgspec.Struct, frozen=True):
    """One whose badge was scanned, so many minutes after the event began, and what was noted. `who` is one of `_CAME`; what is to
    be done is `due` so many days from now.
    """

    who: int
    minutes: int
    noted: Noted = Noted()
    due: int = 7


_CAME = (
    Buyer(email=ACCOUNTS[0].email, name=ACCOUNTS[0].name, company="Brennhof Pharma GmbH"),
    Buyer(email="f.dewit@rijnmond-biologics.example", name="Fenna de Wit", company="Rijnmond Biologics"),
    Buyer(email="t.zielinski@vistula-pharma.example", name="Tomasz Zieliński", company="Vistula Pharma"),
    Buyer(email="maeve.donnellan@kilmore.example", name="Maeve Donnellan", company="Kilmore Sterile Works"),
    Buyer(email="i.wouters@ardennes.example", name="Ilse Wouters", company="Ardennes Containment"),
    Buyer(email="rasmus@silkeborg.example", name="Rasmus Eriksen", company="Silkeborg Syringe Co."),
)
"""The first has a place at the event that is over; the others take one."""
_ON = "open-house-hamburg"
"""Where scanning is open whenever the demo was first started."""
_MET_NOW = {
    "isarwerk-biologics": (Met(1, 190), Met(2, 260, Noted(rating=Rating.WARM, tags=("vials",)))),
    "tessin-lyo": (),
}
_JOBS = (
    "Head of external manufacturing", "Supply planner", "Head of procurement", "Process engineer", "Quality manager",
    "Working student",
)  # fmt: skip
_MET = {
    "isarwerk-biologics": (
        Met(0, 95, Noted(rating=Rating.HOT, note="Tech transfer of a 2 ml vial from Ulm; wants to see the isolator line.",
                              tags=("tech transfer", "vials"),
                              answers={"Vials a year": "1 to 10 million", "Who else decides?": "Quality, in Ulm"},
                              follow_up="Send the transfer checklist"), due=-1),
        Met(1, 112, Noted(rating=Rating.WARM, note="Compares quotes until the spring.", tags=("vials",))),
        Met(2, 171),
        Met(5, 204, Noted(rating=Rating.COLD, tags=("student",))),
        Met(3, 266, Noted(rating=Rating.WARM, tags=("lyophilisation",), follow_up="Invite to the line trial")),
        Met(0, 318),
        Met(4, 1530, Noted(rating=Rating.HOT, note="Budget is approved.", follow_up="Call about the slot in October")),
    ),
    "tessin-lyo": (Met(0, 240), Met(3, 251, Noted(rating=Rating.HOT, tags=("lyophilisation",)))),
}  # fmt: skip
_ASKED = {
    "isarwerk-biologics": (
        ("Vials a year", ("under 1 million", "1 to 10 million", "more")), ("Needed from", ("this year", "next year", "later")),
        ("Who else decides?", ()),
    ),
}  # fmt: skip
_EVENT = "SELECT id, starts_at FROM event WHERE slug = $1"
_SEATS = """
SELECT s.email, s.claim_secret FROM seat s JOIN seat_order o ON o.id = s.seat_order AND o.state = 'confirmed'
WHERE o.event = $1 AND s.state = 'confirmed' AND s.named_at IS NOT NULL AND s.email <> '' ORDER BY s.id
"""
_OWNERS = """
SELECT a.id AS account_id, a.email, a.name, m.organisation FROM membership m JOIN account a ON a.id = m.account
WHERE m.organisation = $1 AND m.role = 'owner' ORDER BY a.id LIMIT 1
"""


async def seed_leads(*, now: datetime) -> None:
    """Once; what became of it later is left as it is."""
    if await db.fetch_value("SELECT 1 FROM audit_entry WHERE verb = 'seed' AND kind = 'demo' AND key = 'leads'"):
        return
    async with db.transaction():
        await _event(PAST[0], _CAME[1:], _MET, now)
        await _event(_ON, _CAME, _MET_NOW, now)
        await db.execute(
            "INSERT INTO audit_entry (at, actor, verb, kind, key, facts) VALUES ($1, 'portal', 'seed', 'demo', 'leads', '{}')",
            now,
        )


async def _event(slug: str, come: tuple[Buyer, ...], met: dict[str, tuple[Met, ...]], now: datetime) -> None:
    """Who came to an event, who exhibited there, and whom those met."""
    event = await db.fetch_one(_EVENT, slug)
    assert event is not None
    announced = event["starts_at"] - timedelta(days=60)
    for buyer in come:
        await _come(event["id"], buyer, _JOBS[_CAME.index(buyer)], announced)
    seats = {row["email"]: row["claim_secret"] for row in await db.fetch(_SEATS, event["id"])}
    terms = Terms(open=True, until=None, intro="", terms_url="", contact_email="", currency="EUR")
    await set_up(actor=PORTAL, event_id=event["id"], terms=terms, now=announced)
    facts = PackageFacts(name="Stand", rights=tuple(Right), passes=2, price=0)
    await save_package(actor=PORTAL, event_id=event["id"], facts=facts, now=announced)
    for company, scanned in met.items():
        if (stand := await _stand(company, event["id"], announced)) is not None:
            await commands.save_questions(
                exhibitor=stand[0], actor=stand[1], questions=_ASKED.get(company, ()), now=announced
            )
            await _scan(*stand, scanned, seats, now)


async def _come(event_id: int, buyer: Buyer, job: str, at: datetime) -> None:
    """Somebody took a place in those days. Their mail of then is nobody’s any more."""
    [ticket] = await tickets(event_id, now=at)
    hold = await hold_seats(event_id=event_id, wanted={ticket.id: 1}, code="", actor=None, now=at)
    order = await order_by_id(hold.order_id)
    assert order is not None
    first, _, last = buyer.name.partition(" ")
    await save_details(
        order=order, buyer=buyer, attendees=[Attendee(first, last, buyer.email, job)], draft={}, actor=None, now=at,
        terms=current().terms_url,
    )  # fmt: skip
    await withdraw("registration.send_confirmation", order=hold.order_id)


async def _stand(slug: str, event_id: int, at: datetime) -> tuple[AtEvent, Actor] | None:
    """A company exhibits; nobody hears of it now. None for one that nobody has claimed."""
    company = await companies.by_slug(slug)
    owner = await db.fetch_one(_OWNERS, company.organisation_id) if company is not None else None
    if company is None or owner is None:
        return None
    roles = {owner["organisation"]: "owner"}
    actor = msgspec.convert(
        {"account_id": owner["account_id"], "email": owner["email"], "name": owner["name"], "memberships": roles}, Actor
    )
    made = await apply_to_exhibit(
        actor=actor, event_id=event_id, package="stand", company_id=company.id, contact_name=actor.name,
        contact_email=actor.email, wishes="", now=at,
    )  # fmt: skip
    await accept(actor=PORTAL, exhibitor_id=made, note="", now=at)
    for state in (ExhibitorState.APPLIED, ExhibitorState.ACCEPTED):
        await withdraw("exhibitors.tell", exhibitor=made, what=state.value)
    exhibitor = await desks.by_id(made)
    assert exhibitor is not None
    return exhibitor, actor


async def _scan(exhibitor: AtEvent, actor: Actor, met: tuple[Met, ...], seats: dict[str, str], now: datetime) -> None:
    read = digest(usual(current().site_name, exhibitor.company_name))
    for one in met:
        secret = seats.get(_CAME[one.who].email)
        if secret is None:
            continue
        at = exhibitor.starts_at + timedelta(minutes=one.minutes)
        kept = await commands.scan(
            exhibitor=exhibitor, actor=actor, badge=badge_code(secret), read=read, at=at, now=at + timedelta(seconds=2)
        )
        if one.noted == Noted():
            continue
        noted = one.noted
        if noted.follow_up:
            by_when = (now + timedelta(days=one.due)).date()
            noted = msgspec.structs.replace(noted, follow_up_by=by_when, follow_up_who=actor.account_id)
        await commands.note(
            exhibitor=exhibitor, actor=actor, code=kept.code, noted=noted, version=None, now=at + timedelta(minutes=2),
            adding=True,
        )  # fmt: skip
