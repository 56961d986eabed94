"""The only list of what the portal is made of: routers, jobs, recurring work, and who handles which purchase."""

from collections.abc import Sequence

import msgspec
from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from portal.accounts.guards import provide_actor
from portal.core import rate_limits
from portal.core.clock import now
from portal.core.jobs import Job, Recurring
from portal.core.settings import Settings
from portal.notifications import jobs as mail
from portal.notifications.pages import MailPreferences
from portal.web import assets, health
from portal.web.page_cache import PageCache


class Services(msgspec.Struct):
    """What lives as long as the process."""

    settings: Settings
    pages: PageCache


def services(settings: Settings) -> Services:
    return Services(settings=settings, pages=PageCache())


def dependencies(made: Services) -> dict[str, Provide]:
    """What handlers may ask for by name, besides `now`."""
    return {"actor": Provide(provide_actor)}


def routers(made: Services) -> Sequence[ControllerRouterHandler]:
    """Every route of the portal."""
    return [assets.router(), health.router(), MailPreferences]


def jobs(made: Services) -> list[Job]:
    """Everything the worker can be asked to do."""
    return [
        Job("notifications.deliver", mail.deliverer(mail.transport(made.settings), made.settings.mail_from)),
    ]


def recurring(made: Services) -> list[Recurring]:
    """Everything the worker does by the clock."""
    return [
        Recurring("rate-limits-sweep", "*/10 * * * *", _sweep_rate_limits),
        Recurring("mail-sweep", "* * * * *", mail.sweeper(made.settings)),
    ]


async def _sweep_rate_limits() -> None:
    await rate_limits.sweep(now=now())
