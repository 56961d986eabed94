"""Putting the demo's events into the database, through the ordinary commands. Doing it again adds what is missing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from portal.accounts.actors import PORTAL
from portal.core import db
from portal.demo.seed import own
from portal.demo.seed.taking import Gone, take_places
from portal.events import commands
from portal.events.importing.run import import_files
from portal.registration.commands.offering import follow_sales, offer_tickets

_LISTED_FOR = timedelta(days=190)
_CHANGED = {"moved": timedelta(days=4, hours=3), "cancelled": timedelta(days=12, hours=5)}
DATA = Path(__file__).parent / "data"
LISTED = ("tech-conferences.jsonl", "python-deadlines.yml", "galaxy-eu.jsonl", "nf-core.jsonl")
_CALLED_OFF = {
    "highly-potent-solids-symposium": "Two of the three host sites have closed their suites to visitors.",
    "biologics-capacity-roundtable": "Most of those who had registered were needed at their plants that day.",
}


async def seed_events(*, now: datetime, progress: Callable[[str], None]) -> None:
    """Real events of other organisers, and the publisher's own with tickets and taken places.

    Own events that exist are left as they are, whatever became of them; their dates count from the first time. What is
    there at first was announced and changed over the months before.
    """
    first = not await db.fetch_value("SELECT EXISTS (SELECT FROM event)")
    files = [DATA / name for name in LISTED]
    listed = now - _LISTED_FOR if first else now
    await import_files(files, now=listed, progress=lambda doing, _done, _of: progress(doing))
    known = {row["source_key"] for row in await db.fetch("SELECT source_key FROM event WHERE source = $1", own.SOURCE)}
    missing = [event for event in own.read() if event.key not in known]
    if not missing:
        return
    progress(f"Making {len(missing)} events of our own")
    async with db.transaction():
        gone: list[Gone] = []
        for event in missing:
            event_id = await commands.save_event(
                actor=PORTAL, facts=own.facts(event, now=now), now=own.announced(event, now=now)
            )
            gone += await _sell(event, event_id, now)
            await _change(event, event_id, now)
        progress("Taking places")
        await take_places(gone, now=now)
        await follow_sales(now=now)


async def _change(event: own.OwnEvent, event_id: int, now: datetime) -> None:
    """What happened to an event after it had been announced."""
    if event.moved is not None:
        starts_at, ends_at, zone = own.span(event, now=now, later=event.moved.days)
        await commands.move_event(
            actor=PORTAL, event_id=event_id, version=1, starts_at=starts_at, ends_at=ends_at, timezone=zone,
            venue=own.facts(event, now=now).venue, now=now - _CHANGED["moved"],
        )  # fmt: skip
    if event.state == "cancelled":
        at = now - max(_CHANGED["cancelled"], timedelta(days=2 - event.when.after))
        await commands.cancel_event(actor=PORTAL, event_id=event_id, version=1, reason=_CALLED_OFF[event.key], now=at)


async def _sell(event: own.OwnEvent, event_id: int, now: datetime) -> list[Gone]:
    """Offer the event's tickets; gives the places that are taken already."""
    if event.offer is None:
        return []
    since = own.announced(event, now=now)
    await offer_tickets(actor=PORTAL, event_id=event_id, offer=own.offer(event.offer, now=now), now=since)
    until = min(now, own.span(event, now=now)[0])
    waiting = event.offer.waiting
    return [
        Gone(event_id, ticket.name, ticket.taken, waiting.get(ticket.name, 0), (since, until))
        for ticket in event.offer.tickets
        if ticket.taken or ticket.name in waiting
    ]
