"""Choosing a plan, and what its buyer is told as it changes."""

from datetime import datetime, timedelta

from portal.accounts.actors import Actor
from portal.core import db
from portal.core.errors import Invalid
from portal.core.jobs import enqueue
from portal.core.settings import current
from portal.payments.buying import Buyer
from portal.payments.rules.supply import supply
from portal.payments.subscriptions.commands.opening import open_subscription
from portal.payments.subscriptions.queries import Reminder, near_a_date
from portal.payments.subscriptions.rules import charges
from portal.payments.subscriptions.tables import Interval, SubscriptionState
from portal.payments.subscriptions.values import Change, Offer, SubscriptionHandler, Wanted
from portal.placements.rules import offering
from portal.placements.tables import Plan
from portal.placements.values import Notice

KIND = "company"


async def choose_plan(
    *, actor: Actor, key: str, name: str, offer: Offer, buyer: Buyer, return_path: str, terms: str, now: datetime
) -> int:
    """Begin a plan for a company; returns the subscription that is to be paid. `terms` is where the terms stand that were
    accepted.

    Raises Conflict when there is a paid plan already, Invalid for a sum that cannot be collected.
    """
    how = supply(
        online=True, event_country="", seller_country=current().seller_country, buyer_country=buyer.country,
        vat_check=buyer.vat_check,
    )  # fmt: skip
    rate = how.rate if how.rate is not None else offering.home_rate(current())
    return await open_subscription(
        actor=actor,
        wanted=Wanted(
            kind=KIND, key=key, title=f"{offer.name}, {name}"[:250], offer=offer, buyer=buyer, treatment=how.treatment,
            tax_country=how.country, tax_rate=rate if charges(how.treatment) else offering.NO_RATE, return_path=return_path,
        ),
        terms=terms,
        now=now,
    )  # fmt: skip


def offer_of(plan: Plan, interval: Interval) -> Offer:
    """A plan as it is sold today; raises Invalid where it is not."""
    found = offering.offer(plan, interval, current().site_currency)
    if found is None:
        raise Invalid({"plan": "This plan cannot be bought here. Please choose another."})
    return found


async def _changed(change: Change) -> None:
    """Ask for the mails a change calls for. Runs inside the settling transaction."""
    before, after = change.before, change.after
    states = before.state, after.state
    match states:
        case SubscriptionState.PENDING, SubscriptionState.ACTIVE | SubscriptionState.GRACE:
            await _notify(change.subscription_id, Notice.STARTED, "", change.now)
        case _, SubscriptionState.ENDED if before.started_at is not None:
            await _notify(change.subscription_id, Notice.ENDED, "", change.now)
            return
        case SubscriptionState.GRACE, SubscriptionState.ACTIVE:
            await _notify(change.subscription_id, Notice.RECOVERED, _mark(before.grace_began), change.now)
    if after.state is SubscriptionState.GRACE and before.state is not SubscriptionState.GRACE:
        await _notify(change.subscription_id, Notice.FAILED, _mark(after.grace_began), change.now)
    if before.state is SubscriptionState.PENDING:
        return
    if (after.plan, after.interval) != (before.plan, before.interval):
        await _notify(
            change.subscription_id, Notice.CHANGED, f"{after.plan} {after.interval} {_mark(change.now)}", change.now
        )
    elif after.next_plan and (after.next_plan, after.next_interval) != (before.next_plan, before.next_interval):
        await _notify(
            change.subscription_id, Notice.CHANGE_NOTED, f"{after.next_plan} {after.next_interval} {_mark(change.now)}",
            change.now,
        )  # fmt: skip
    # In a time of grace no period is paid for whose end could be promised.
    if after.ends_at is not None and before.ends_at is None and after.state is not SubscriptionState.GRACE:
        await _notify(change.subscription_id, Notice.CANCELLED, _mark(change.now), change.now)


PLANS = SubscriptionHandler(kind=KIND, changed=_changed)


async def remind(*, now: datetime) -> int:
    """Ask for the mails that a date calls for: renewals, and what is left of the time to pay. Gives their number."""
    settings = current()
    ahead = {
        Interval.MONTH: timedelta(days=settings.renewal_notice_days_monthly),
        Interval.YEAR: timedelta(days=settings.renewal_notice_days_yearly),
    }
    asked = last = 0
    while near := await near_a_date(KIND, now + max(ahead.values()), after=last):
        for one in near:
            notice, mark = _due(one, ahead[one.interval], now)
            if notice is not None:
                async with db.transaction():
                    asked += await _notify(one.id, notice, mark, now)
        last = near[-1].id
    return asked


def _due(one: Reminder, ahead: timedelta, now: datetime) -> tuple[Notice | None, str]:
    if one.state is SubscriptionState.GRACE:
        assert one.grace_began is not None
        assert one.grace_until is not None
        notice = offering.grace_notice(one.grace_began, one.grace_until, now)
        return notice, _mark(one.grace_began)
    if one.period_end is not None and now < one.period_end <= now + ahead:
        return Notice.RENEWAL, _mark(one.period_end)
    return None, ""


def _mark(at: datetime | None) -> str:
    return at.isoformat() if at is not None else ""


async def _notify(subscription_id: int, notice: Notice, mark: str, now: datetime) -> bool:
    """Ask for a mail, once per mark; whether it was asked for now."""
    made = await db.fetch_value(
        "INSERT INTO plan_notice (subscription, what, mark, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING id",
        subscription_id, notice.value, mark, now,
    )  # fmt: skip
    if made is None:
        return False
    await enqueue("placements.tell_plan", notice=made)
    return True
