"""The waiting list: offers, and what those in line are told."""

from functools import partial

from portal.core import clock, db
from portal.events.queries.history import changed_since
from portal.notifications.commands.outbox import queue_mail
from portal.registration import emails
from portal.registration.commands import waiting
from portal.registration.queries.waiting import waiting_place_by_id
from portal.registration.tables import OrderState


async def offer_places(event: int) -> None:
    await waiting.offer_places(event_id=event, now=clock.now())


async def tell_waiting_joined(entry: int, again: str = "") -> None:
    """`again` makes it a new mail, one a day, for somebody who joins although they stand in line."""
    await _tell_waiting(entry, partial(emails.waiting_joined, again=again))


async def tell_waiting_offer(entry: int) -> None:
    await _tell_waiting(entry, emails.waiting_offer)


async def tell_waiting_changed(version: int, entry: int) -> None:
    """Somebody in line hears what has changed since the event's `version`, or that there is nothing to wait for.

    Not so who has left meanwhile, nor who is paying: that order's mail says it.
    """
    place = await waiting_place_by_id(entry)
    if place is None or (place.left_at is not None and not place.called_off) or place.offer_state == OrderState.PAYING:
        return
    changes = await changed_since(place.event_id, version - 1, after=place.joined_at)
    if not changes:
        return
    async with db.transaction():
        await queue_mail(message=emails.waiting_changed(place, changes), now=clock.now())


async def _tell_waiting(entry: int, compose: emails.WaitingMail) -> None:
    place = await waiting_place_by_id(entry)
    if place is None or place.left_at is not None:
        return
    async with db.transaction():
        await queue_mail(message=compose(place), now=clock.now())
