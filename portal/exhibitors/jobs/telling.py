"""Telling those concerned what became of an application."""

from portal.core import clock, db
from portal.core.jobs import enqueue_many
from portal.core.settings import current
from portal.core.urgency import Urgency
from portal.directory.queries import claims
from portal.events.queries.history import changed_since
from portal.exhibitors import emails
from portal.exhibitors.commands import booking, giving
from portal.exhibitors.desks.commands.calendars import follow_tasks
from portal.exhibitors.queries import applications, desks, offers
from portal.exhibitors.tables.exhibiting import ExhibitorState
from portal.exhibitors.values import AtEvent
from portal.notifications.commands.outbox import queue_mail

_BOOKED = """
SELECT k.id FROM booth_booking k JOIN exhibitor x ON x.id = k.exhibitor WHERE x.event = $1 AND k.state = 'booked'
"""
_HAS_PAID = """
SELECT EXISTS (SELECT FROM booth_booking k JOIN purchase p ON p.id = k.purchase_id WHERE k.exhibitor = $1 AND p.state = 'paid'
    AND p.total > p.refunded)
"""


async def tell(exhibitor: int, what: str) -> None:
    """The state an exhibitor came into: to its contact, the owners of the company, and the organiser where they must know;
    and to calendars that have, or are to have, its tasks. What has been decided otherwise since is told by its own job.
    """
    at = await desks.by_id(exhibitor)
    found = await applications.dossier(at.event_id, exhibitor) if at is not None else None
    if at is None or found is None or found.state is not ExhibitorState(what):
        return
    about = ("exhibitor", str(exhibitor))
    messages = [
        emails.message(
            emails.to_company(found), key=f"exhibitor-{exhibitor}-{what}-{address}", recipient=address,
            path=emails.page_of(found), name=name, about=about,
        )
        for address, name in (await readers(at, contact=(found.contact_email, found.contact_name))).items()
    ]  # fmt: skip
    told = emails.to_organiser(found)
    if told is not None:
        recipient = await organiser_of(at.event_id)
        path = f"/staff/events/{at.event_id}/exhibitors/{exhibitor}"
        key = f"exhibitor-{exhibitor}-{what}-organiser"
        messages.append(emails.message(told, key=key, recipient=recipient, path=path, name="", about=about))
    now = clock.now()
    async with db.transaction():
        for message in messages:
            await queue_mail(message=message, now=now)
        await follow_tasks(now=now, event_id=at.event_id, exhibitor_id=exhibitor)


async def tell_package(exhibitor: int, before: str, at: str) -> None:
    """An exhibitor has another package: to its contact and the owners."""
    here = await desks.by_id(exhibitor)
    found = await applications.dossier(here.event_id, exhibitor) if here is not None else None
    if here is None or found is None or found.state is not ExhibitorState.ACCEPTED or found.package == before:
        return
    told, path, about = emails.package_changed(found, before), emails.page_of(found), ("exhibitor", str(exhibitor))
    async with db.transaction():
        for address, name in (await readers(here, contact=(found.contact_email, found.contact_name))).items():
            key = f"exhibitor-{exhibitor}-package-{at}-{address}"
            message = emails.message(told, key=key, recipient=address, path=path, name=name, about=about)
            await queue_mail(message=message, now=clock.now())


async def organiser_of(event_id: int) -> str:
    """Who hears of it on the organiser's side: whom companies ask."""
    offer = await offers.of_event(event_id)
    return (offer.contact_email if offer else "") or current().contact_email


async def event_changed(event: int, version: int) -> None:
    """An event moved or was called off: one job for each exhibitor. Of one that is off, holds end, and what was paid is put
    before a person.
    """
    now = clock.now()
    off = await db.fetch_value("SELECT state NOT IN ('published', 'moved') FROM event WHERE id = $1", event)
    rows = await db.fetch("SELECT id FROM exhibitor WHERE event = $1 AND state IN ('applied', 'accepted')", event)
    async with db.transaction():
        await enqueue_many(
            "exhibitors.tell_event_changed", [{"exhibitor": row["id"], "version": version} for row in rows],
            urgency=Urgency.ONE_OF_MANY,
        )  # fmt: skip
        if off:
            booked = await db.fetch(_BOOKED, event)
            await giving.ask_for_paid([row["id"] for row in booked], "The event is cancelled", now)
    if off:
        for row in rows:
            await booking.give_back_holds(exhibitor_id=row["id"], reason="the event is cancelled", now=now)


async def tell_event_changed(exhibitor: int, version: int) -> None:
    """Tell those of a company what has changed about the event since its `version`, in the words staff saw."""
    at = await desks.by_id(exhibitor)
    found = await applications.dossier(at.event_id, exhibitor) if at is not None else None
    if at is None or found is None or found.state not in (ExhibitorState.APPLIED, ExhibitorState.ACCEPTED):
        return
    changes = await changed_since(at.event_id, version - 1)
    if not changes:
        return
    told = emails.event_changed(found, changes, paid=bool(await db.fetch_value(_HAS_PAID, exhibitor)))
    async with db.transaction():
        for address, name in (await readers(at, contact=(found.contact_email, found.contact_name))).items():
            key = f"exhibitor-{exhibitor}-event-{changes[-1].version}-{address}"
            path, about = emails.page_of(found), ("exhibitor", str(exhibitor))
            message = emails.message(told, key=key, recipient=address, path=path, name=name, about=about)
            await queue_mail(message=message, now=clock.now())


async def readers(at: AtEvent, *, contact: tuple[str, str]) -> dict[str, str]:
    """Who hears of it on the company's side, by address: the contact it gave, and its owners."""
    owners = await claims.owners(at.organisation_id) if at.organisation_id is not None else []
    named = {contact[0].lower(): contact[1]} if contact[0] else {}
    return {**named, **{one.email.lower(): one.name for one in owners}}
