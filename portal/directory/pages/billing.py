"""Who buys for a company, as far as it is known: what was given last, else what profile and account say."""

from typing import Any

import msgspec

from portal.core.settings import current
from portal.directory.pages.managing import Managed
from portal.payments.subscriptions import queries


async def known_buyer(managed: Managed) -> dict[str, Any]:
    """Values for the form of templates/payments/_billing.html."""
    buyer = await queries.last_buyer("company", str(managed.company.id), since=managed.company.claimed_at)
    if buyer is not None:
        known: dict[str, Any] = msgspec.to_builtins(buyer)
        return known
    profile = managed.company.profile
    return {
        "name": managed.actor.name, "email": managed.actor.email, "company": managed.company.name,
        "street": profile.street, "postal_code": profile.postal_code, "city": profile.city,
        "country": profile.country or current().seller_country,
    }  # fmt: skip
