"""What the worker does with the outbox."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog

from portal.core import clock
from portal.core.jobs import Job
from portal.core.settings import Settings, current
from portal.notifications import links, rules
from portal.notifications.commands import outbox
from portal.notifications.sending import mime, smtp
from portal.notifications.tables import MailState
from portal.notifications.values import Answer, Outgoing, Stage

_log = structlog.get_logger("mail")


def deliveries(settings: Settings) -> list[Job]:
    """Delivery over two ways to the mail server: one for codes, which people wait for, one for everything else.

    Each with connections of its own, and the second with a bound on the jobs it can keep waiting, so that neither a
    slow server nor a thousand mails stand before a code. Raises ValueError when `SMTP_URL` cannot be read.
    """
    everything, now = rules.JOBS
    return [
        Job(everything, deliverer(transport(settings, connections=3), settings.mail_from), at_once=20),
        Job(now, deliverer(transport(settings, connections=2), settings.mail_from)),
    ]


def transport(settings: Settings, *, connections: int) -> smtp.Transport:
    """A way to the mail server of the settings; raises ValueError when `SMTP_URL` cannot be read."""
    server = smtp.read_url(settings.smtp_url) if settings.smtp_url else None
    hello = urlsplit(settings.base_url).hostname or "localhost"
    return smtp.Transport(server, hello=hello, connections=connections)


def deliverer(way: smtp.Transport, sender: str) -> Callable[..., Awaitable[None]]:
    """The handler of a delivery job; raises ValueError when `sender` is no address."""
    mime.envelope_sender(sender)

    async def handler(*, mail: int) -> None:
        await deliver(mail_id=mail, way=way, sender=sender, clock=clock.now)

    return handler


def sweeper(settings: Settings) -> Callable[[], Awaitable[None]]:
    """Recurring work: mails that are overdue without a job get one, once there is a mail server."""

    async def handler() -> None:
        if settings.smtp_url and (found := await outbox.sweep(now=clock.now())):
            _log.warning("overdue mails without a job", mails=found)

    return handler


async def drop_old_contents() -> None:
    """Recurring work: what mails said, and their files, are kept for `MAIL_KEEP_DAYS`; the record stays."""
    await outbox.drop_contents(before=clock.now() - timedelta(days=current().mail_keep_days))


async def deliver(*, mail_id: int, way: smtp.Transport, sender: str, clock: Callable[[], datetime]) -> MailState | None:
    """One try of one mail; None when there was nothing to do. Without a mail server, mail waits."""
    if not way.configured:
        return None
    async with way.turn():
        mail = await outbox.claim(mail_id=mail_id, now=clock())
        if mail is None:
            return None
        answer = await _try(mail, way, sender)
        state = await outbox.record_answer(mail=mail, answer=answer, now=clock())
    _log.info("mail tried", mail=mail.id, attempt=mail.attempt, state=state, stage=answer.stage, code=answer.code)
    return state


async def _try(mail: Outgoing, way: smtp.Transport, sender: str) -> Answer:
    one_click = links.preferences(mail.recipient, mail.topic) if rules.optional(mail.topic) else ""
    try:
        content = mime.build(mail, sender=sender, one_click=one_click)
        recipient = rules.sendable(mail.recipient)
        return await way.send(content, sender=mime.envelope_sender(sender), recipient=recipient)
    except mime.CannotBuild as error:
        return Answer(Stage.PORTAL, 0, f"This mail cannot be sent: {error}.")
    except Exception as error:
        _log.error("mail broke", mail=mail.id, error=type(error).__name__, exc_info=error)
        return Answer(Stage.CONNECTION, 0, "Something broke on our side while sending.")
