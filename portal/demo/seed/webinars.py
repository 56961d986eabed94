"""Rooms for the demo's webinars: those to come, those with a recording, and one that is live whenever the demo starts."""

from datetime import datetime, timedelta
from decimal import Decimal

from portal.accounts.actors import PORTAL
from portal.core import db, times
from portal.core.settings import current
from portal.demo.seed import own
from portal.demo.seed.loading import DATA
from portal.demo.seed.orders import attendee
from portal.demo.seed.taking import Gone, take_places
from portal.events.commands import save_event
from portal.events.tables import EventFormat
from portal.events.values import EventFacts
from portal.payments.buying import Buyer
from portal.registration.commands.asking import set_rules
from portal.registration.commands.holding import hold_seats
from portal.registration.commands.offering import offer_tickets
from portal.registration.commands.ordering import Attendee, save_details
from portal.registration.queries.orders import order_by_id
from portal.registration.queries.tickets import tickets
from portal.registration.values.offers import EventOffer, QuotaOffer, TicketOffer
from portal.registration.values.setup import FOR_EVER, Rules
from portal.webinars.commands.making import make_webinar
from portal.webinars.commands.recordings import publish_recording, save_recording, save_transcript
from portal.webinars.commands.reminding import set_reminder
from portal.webinars.rules import transcripts
from portal.webinars.rules.reminders import STEPS
from portal.webinars.rules.transcripts import Chapter
from portal.webinars.tables.rooms import ReplayAccess, VideoSource
from portal.webinars.values import RoomSettings

_MINUTE = "/static/demo/clip/film.m3u8"
_HOUR = "/static/demo/clip/hour.m3u8"
_CLINIC = "annex-1-clinic"
_CHAPTERS = [
    Chapter(0, "Welcome"), Chapter(10, "Forty inspections, 118 findings"), Chapter(20, "Strategies without rooms"),
    Chapter(30, "Gloves"), Chapter(40, "What helped"), Chapter(50, "Your questions"),
]  # fmt: skip
_OPEN = {"change-control-across-three-sites"}


async def seed_rooms(*, now: datetime) -> None:
    """A room for each online event of the publisher that has none; those that are over have a recording."""
    rows = await db.fetch(
        "SELECT e.id, e.slug, e.ends_at <= $2 AS over FROM event e LEFT JOIN webinar w ON w.event = e.id "
        "WHERE e.source = $1 AND e.format = 'online' AND e.state <> 'cancelled' AND w.id IS NULL ORDER BY e.id",
        own.SOURCE, now,
    )  # fmt: skip
    for row in rows:
        replay = ReplayAccess.OPEN if row["slug"] in _OPEN else ReplayAccess.GATED
        settings = RoomSettings(source=VideoSource.HLS, source_url=_HOUR, replay=replay)
        webinar = await _make(row["id"], settings, now=now)
        if row["over"]:
            await _record(webinar, now=now)
            await _on_demand(row["id"], now=now)


async def keep_clinic(*, now: datetime) -> None:
    """A clinic that began ten minutes ago, unless one is on: whoever starts the demo finds something live."""
    if await db.fetch_value(
        "SELECT 1 FROM event WHERE source = $1 AND source_key LIKE $2 || '%' AND starts_at <= $3 AND ends_at > $4",
        own.SOURCE, _CLINIC, now, now + timedelta(minutes=15),
    ):  # fmt: skip
        return
    zone = times.zone(current().site_timezone)
    start = (now - timedelta(minutes=10)).replace(second=0, microsecond=0)
    day = start.astimezone(zone)
    event_id = await save_event(
        actor=PORTAL, now=now - timedelta(days=30),
        facts=EventFacts(
            title=f"Annex 1 clinic, {times.day(day.date(), 'd MMMM')}", starts_at=start, ends_at=start + timedelta(hours=1),
            timezone=current().site_timezone, format=EventFormat.ONLINE, topics=("Aseptic processing", "Inspection"),
            summary="Bring the finding that keeps coming back. Two former inspectors say what they would have liked to read.",
            description="An hour of questions, the most wanted first. The recording stays for those who registered.",
            organiser_name=current().site_name, language="English", image="inspect", source=own.SOURCE,
            source_key=f"{_CLINIC}-{day:%Y-%m-%d-%H%M}", slug=f"{_CLINIC}-{day:%Y-%m-%d-%H%M}",
        ),
    )  # fmt: skip
    offer = EventOffer(
        currency="EUR", quotas=(QuotaOffer("Seats", 1000),), codes=(),
        tickets=(TicketOffer("Live seat", 0, ("Seats",), tax_rate=Decimal(19), max_per_order=5),),
    )  # fmt: skip
    await offer_tickets(actor=PORTAL, event_id=event_id, offer=offer, now=now - timedelta(days=30))
    settings = RoomSettings(source=VideoSource.HLS, source_url=_HOUR, simulated=True)
    webinar = await _make(event_id, settings, now=now)
    await save_recording(
        webinar_id=webinar, source=VideoSource.HLS, url=_HOUR, seconds=3600, language="en", chapters=[], actor=PORTAL, now=now,
    )  # fmt: skip
    await take_places([Gone(event_id, "Live seat", 64, on_sale=(now - timedelta(days=20), start))], now=now)
    await _register(event_id, now=now)


async def _make(event_id: int, settings: RoomSettings, *, now: datetime) -> int:
    webinar = await make_webinar(event_id=event_id, settings=settings, actor=PORTAL, now=now)
    for kind in STEPS:
        # Hundreds of invented people have places: their mail would bury the newcomer's own.
        await set_reminder(webinar_id=webinar, kind=kind, is_on=False, words="", actor=PORTAL, now=now)
    return webinar


async def _register(event_id: int, *, now: datetime) -> None:
    """The demo's attendee has a place in it, and nobody's mailbox hears of it: it is on already."""
    actor = await attendee()
    [ticket] = await tickets(event_id, now=now)
    hold = await hold_seats(event_id=event_id, wanted={ticket.id: 1}, code="", actor=actor, now=now)
    order = await order_by_id(hold.order_id)
    assert order is not None
    first, _, last = actor.name.partition(" ")
    await save_details(
        order=order, buyer=Buyer(email=actor.email, name=actor.name, company="Brennhof Pharma"), draft={}, actor=actor, now=now,
        attendees=[Attendee(first, last, actor.email, "Head of external manufacturing")], terms=current().terms_url,
    )  # fmt: skip


async def _on_demand(event_id: int, *, now: datetime) -> None:
    """Whoever comes late registers for the recording."""
    seat = TicketOffer("Live seat", 0, ("Seats",), tax_rate=Decimal(19), max_per_order=5)
    offer = EventOffer(currency="EUR", quotas=(QuotaOffer("Seats", 1000),), codes=(), tickets=(seat,))
    await offer_tickets(actor=PORTAL, event_id=event_id, offer=offer, now=now)
    await set_rules(
        actor=PORTAL, event_id=event_id, rules=Rules(recording_choice=True, on_demand_until=FOR_EVER), now=now
    )


async def _record(webinar_id: int, *, now: datetime) -> None:
    await save_recording(
        webinar_id=webinar_id, source=VideoSource.HLS, url=_MINUTE, seconds=60, language="en", chapters=_CHAPTERS,
        actor=PORTAL, now=now,
    )  # fmt: skip
    cues = transcripts.read((DATA / "transcript.vtt").read_bytes(), field="file", seconds=60)
    await save_transcript(webinar_id=webinar_id, cues=cues, actor=PORTAL, now=now)
    await publish_recording(webinar_id=webinar_id, actor=PORTAL, now=now)
