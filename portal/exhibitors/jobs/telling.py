"""Telling those concerned what became of an application."""

from portal.core import clock, db
from portal.core.settings import current
from portal.directory.queries import claims
from portal.exhibitors import emails
from portal.exhibitors.queries import applications, desks, offers
from portal.exhibitors.tables.exhibiting import ExhibitorState
from portal.exhibitors.values import AtEvent
from portal.notifications.commands.outbox import queue_mail


async def tell(exhibitor: int, what: str) -> None:
    """The state an exhibitor came into: to its contact, the owners of the company, and the organiser where they must know.
    What has been decided otherwise since is told by its own job.
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
        offer = await offers.of_event(at.event_id)
        recipient = (offer.contact_email if offer else "") or current().contact_email
        path = f"/staff/events/{at.event_id}/exhibitors/{exhibitor}"
        key = f"exhibitor-{exhibitor}-{what}-organiser"
        messages.append(emails.message(told, key=key, recipient=recipient, path=path, name="", about=about))
    async with db.transaction():
        for message in messages:
            await queue_mail(message=message, now=clock.now())


async def readers(at: AtEvent, *, contact: tuple[str, str]) -> dict[str, str]:
    """Who hears of it on the company's side, by address: the contact it gave, and its owners."""
    owners = await claims.owners(at.organisation_id) if at.organisation_id is not None else []
    named = {contact[0].lower(): contact[1]} if contact[0] else {}
    return {**named, **{one.email.lower(): one.name for one in owners}}
