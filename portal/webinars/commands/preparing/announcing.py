"""A webinar announced: its event, its tickets and its room, made together; and the event's facts changed together."""

from datetime import datetime

import msgspec

from portal.accounts.actors import Actor
from portal.core import db
from portal.events import commands as events
from portal.events.queries import staff as event_queries
from portal.events.rules.changes import plan_of
from portal.events.tables import EventFormat, EventState
from portal.events.values import EventFacts, EventTexts
from portal.registration.commands.asking import set_rules
from portal.registration.commands.offering import offer_tickets
from portal.registration.values.offers import EventOffer
from portal.registration.values.setup import FOR_EVER, Rules
from portal.webinars.commands.making import make_webinar
from portal.webinars.commands.preparing.acts import allow
from portal.webinars.values import RoomSettings

_RULES = Rules(recording_choice=True, on_demand_until=FOR_EVER)
"""Who registers says whether live or with the recording, also once it is over."""


class Time(msgspec.Struct, frozen=True):
    """When, and the zone it is announced in."""

    starts_at: datetime
    ends_at: datetime
    timezone: str


async def announce(
    *, actor: Actor, texts: EventTexts, time: Time, offer: EventOffer, organiser: str, now: datetime
) -> int:
    """Make an online event with what it sells and with a room; a draft until somebody publishes it. Gives the webinar.

    Raises Invalid by field.
    """
    allow(actor)
    async with db.transaction():
        facts = EventFacts(
            **msgspec.structs.asdict(texts), **msgspec.structs.asdict(time), format=EventFormat.ONLINE,
            state=EventState.DRAFT, organiser_name=organiser,
        )  # fmt: skip
        event_id = await events.save_event(actor=actor, facts=facts, now=now)
        await offer_tickets(actor=actor, event_id=event_id, offer=offer, now=now)
        await set_rules(actor=actor, event_id=event_id, rules=_RULES, now=now)
        made = await make_webinar(event_id=event_id, settings=RoomSettings(), actor=actor, now=now)
    return int(made)


async def save_facts(
    *, actor: Actor, event_id: int, version: int, texts: EventTexts, time: Time, now: datetime
) -> bool:
    """Change what a webinar's event says, and when it is, in one step. False when nothing is different.

    Raises Invalid by field, Conflict with what somebody else changed since the editor looked (`version`).
    """
    allow(actor)
    async with db.transaction():
        described = await events.describe_event(actor=actor, event_id=event_id, version=version, texts=texts, now=now)
        stored = await event_queries.one(event_id)
        assert stored is not None
        plan = plan_of(stored)
        moved = (plan.starts_at, plan.ends_at, plan.timezone) != (time.starts_at, time.ends_at, time.timezone)
        if moved:
            await events.move_event(
                actor=actor, event_id=event_id, version=stored["version"], starts_at=time.starts_at, ends_at=time.ends_at,
                timezone=time.timezone, venue=plan.venue, now=now,
            )  # fmt: skip
    return described or moved
