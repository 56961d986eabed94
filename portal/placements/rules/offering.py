"""Plans as they are offered for money, and when their buyers are reminded. Pure."""

from datetime import datetime, timedelta
from decimal import Decimal

from portal.core.settings import Settings
from portal.payments.rules.supply import STANDARD_RATES
from portal.payments.subscriptions.tables import Interval
from portal.payments.subscriptions.values import Offer
from portal.placements.rules.plans import NAMES, price
from portal.placements.tables import Plan
from portal.placements.values import Notice

NO_RATE = Decimal(0)
_ONE_WEEK = timedelta(days=7)
_LAST_CALL = timedelta(days=2)
_EVERY = {Interval.MONTH: "monthly", Interval.YEAR: "yearly"}


def home_rate(settings: Settings) -> Decimal:
    """VAT in per cent on what the publisher itself sells at home."""
    if settings.seller_tax_rate:
        return Decimal(settings.seller_tax_rate)
    return STANDARD_RATES.get(settings.seller_country, NO_RATE)


def offer(plan: Plan, interval: Interval, currency: str) -> Offer | None:
    """A plan with its price; None where it is not sold."""
    net = price(plan, interval, currency)
    if net is None:
        return None
    name = f"{NAMES[plan]} profile, paid {_EVERY[interval]}"
    return Offer(plan=plan.value, name=name, interval=interval, currency=currency, net=net)


def grace_notice(began: datetime, until: datetime, now: datetime) -> Notice | None:
    """The reminder that is due in a time of grace, besides the mail of its first day. A short one has only the last."""
    if until - _LAST_CALL <= now < until:
        return Notice.GRACE_LAST
    if began + _ONE_WEEK <= now < until - _LAST_CALL:
        return Notice.GRACE_WEEK
    return None
