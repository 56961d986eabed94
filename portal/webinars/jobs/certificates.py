"""What the worker does about certificates. Each may run twice."""

from portal.core import clock, db
from portal.notifications.commands.outbox import queue_mail
from portal.webinars.commands import certificates as commands
from portal.webinars.documents.certificates import certificate_pdf
from portal.webinars.emails.certificates import issued, revoked
from portal.webinars.queries import certificates

_AT_ONCE = 500


async def issue_certificates(webinar: int, seats: list[int]) -> None:
    """To those of these places that have earned one and have none."""
    await commands.issue(webinar_id=webinar, seat_ids=seats, now=clock.now())


async def issue_due() -> None:
    """Recurring: whoever has earned a certificate gets it, without asking."""
    for webinar, seats in (await certificates.due(clock.now())).items():
        for start in range(0, len(seats), _AT_ONCE):
            await commands.issue(webinar_id=webinar, seat_ids=seats[start : start + _AT_ONCE], now=clock.now())


async def send_certificate(certificate: int) -> None:
    """The mail with it, once."""
    found = await certificates.by_id(certificate)
    if found is None or not found.stands or not found.email:
        return
    pdf = await certificate_pdf(found)
    async with db.transaction():
        await queue_mail(message=issued(found, pdf), now=clock.now())


async def tell_revoked(certificate: int) -> None:
    """To its holder: it was taken back, and why."""
    found = await certificates.by_id(certificate)
    if found is None or found.stands or not found.email:
        return
    async with db.transaction():
        await queue_mail(message=revoked(found), now=clock.now())
