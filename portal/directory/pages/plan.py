"""`/companies/{slug}/manage/plan`: an owner chooses a plan, sees what it costs until when, changes and cancels it."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Controller, get, post
from litestar.connection import Request
from litestar.params import FromQuery
from litestar.response import Redirect, Response

from portal.accounts.guards import signed_in
from portal.core import countries
from portal.core.errors import Conflict, DomainError, Invalid, RateLimited
from portal.core.rate_limits import Limit, spend
from portal.core.settings import current
from portal.directory import permissions
from portal.directory.commands.ownership import while_owned
from portal.directory.pages.billing import known_buyer
from portal.directory.pages.inputs import SubscriptionsHere
from portal.directory.pages.managing import MANAGE, Managed, ManagedCompany, managed, managed_page
from portal.payments.forms import read_billing
from portal.payments.rules import words
from portal.payments.subscriptions import queries
from portal.payments.subscriptions.queries import SubscriptionRecord
from portal.payments.subscriptions.rules import is_debit
from portal.payments.subscriptions.tables import Interval, InvoiceState, SubscriptionState
from portal.payments.subscriptions.values import Preview
from portal.payments.values import GatewayError, GatewayRefused
from portal.placements.commands.subscribing import KIND, choose_plan, offer_of
from portal.placements.emails import plan_name
from portal.placements.pages import plan_table
from portal.placements.queries.plans import plan_of
from portal.placements.rules import plans
from portal.placements.tables import Plan
from portal.web.forms import Filled, bind, blank, field, sent
from portal.web.inputs import Now
from portal.web.rendering import see_other

_ACTS = Limit("company-plan", tries=40, per=timedelta(minutes=10))
_UNREACHABLE = "Stripe cannot be reached just now. Nothing was changed; please try again."
_REFUSED = (
    "Stripe did not do this: the bank declined, or wants the payment confirmed. Nothing was changed. Another card can be "
    "given on Stripe’s page, below."
)
_RUNNING = (SubscriptionState.ACTIVE, SubscriptionState.GRACE)


class PlanForm(msgspec.Struct):
    """A plan and how it is paid."""

    plan: Annotated[Plan, field("Plan", kind="choice", missing="Please choose a plan.")]
    interval: Annotated[Interval, field("Payment", kind="choice", missing="Please choose how to pay.")]


class ChangeForm(PlanForm):
    """The same, and the moment its price was worked out for."""

    at: Annotated[int, field("Time", ge=0)] = 0


class PlanPages(Controller):
    """Only owners of the organisation get this far."""

    path = f"{MANAGE}/plan"
    guards = [signed_in]
    dependencies = managed(
        permissions.can_own, "Only an owner of the organisation buys plans. An owner can change your role."
    )
    include_in_schema = False

    @get()
    async def show(
        self,
        request: Request,
        managed: ManagedCompany,
        now: Now,
        subscriptions: SubscriptionsHere,
        returned: FromQuery[str] = "",
        plan: FromQuery[str] = "",
        interval: FromQuery[str] = "",
    ) -> Response[Any]:
        record = await _record(managed)
        if returned and record is not None:
            record = await _ask_stripe(subscriptions, record, now)
        if record is not None and record.state is SubscriptionState.PENDING:
            plan, interval = plan or record.plan, interval or record.interval.value
        form = await _prefilled(managed, plan, interval)
        return await _page(request, managed, record, now, form, returned=returned)

    @post()
    async def choose(
        self, request: Request, managed: ManagedCompany, now: Now, subscriptions: SubscriptionsHere
    ) -> Response[Any]:
        """Begin a plan: on to Stripe's page."""
        given = await sent(request)
        wanted, billed = bind(given, PlanForm), read_billing(given, terms_url=current().terms_url)
        form: Filled[Any] = Filled({**wanted.values, **billed.values}, {**wanted.errors, **billed.errors})
        record = await _record(managed)
        if wanted.data is None or billed.data is None:
            return await _page(request, managed, record, now, form, status=422)
        try:
            await spend(_ACTS, str(managed.company.id), now=now)
            offer = offer_of(wanted.data.plan, wanted.data.interval)
            async with while_owned(managed.company.id, managed.company.organisation_id):
                subscription_id = await choose_plan(
                    actor=managed.actor, key=_key(managed), name=managed.company.name,
                    offer=offer, buyer=billed.data.buyer,
                    return_path=managed.address("plan"), terms=billed.data.terms, now=now,
                )  # fmt: skip
            return Redirect(await subscriptions.start(subscription_id, product=offer.name), status_code=303)
        except Invalid as refused:
            return await _page(request, managed, record, now, form.refuse(refused), status=422)
        except RateLimited as wait:
            return await _page(request, managed, record, now, form.refuse(Invalid({"": wait.message})), status=429)
        except (Conflict, GatewayError) as problem:
            return see_other(managed.address("plan"), notice=_words(problem))

    @get("/change")
    async def look_at_change(
        self,
        request: Request,
        managed: ManagedCompany,
        now: Now,
        subscriptions: SubscriptionsHere,
        plan: FromQuery[str] = "",
        interval: FromQuery[str] = "",
    ) -> Response[Any]:
        """What a change costs, before anybody agrees to it."""
        form = bind({"plan": [plan], "interval": [interval]}, ChangeForm)
        record, choice = await _wanted(managed, form.data)
        if record is None or choice is None:
            return see_other(managed.address("plan"), notice="This change cannot be made now.")
        try:
            await spend(_ACTS, str(managed.company.id), now=now)
            return await _change_page(request, managed, subscriptions, record, choice, now)
        except (Conflict, GatewayError, RateLimited) as problem:
            return see_other(managed.address("plan"), notice=_words(problem))

    @post("/change")
    async def change(
        self, request: Request, managed: ManagedCompany, now: Now, subscriptions: SubscriptionsHere
    ) -> Response[Any]:
        form = bind(await sent(request), ChangeForm)
        record, choice = await _wanted(managed, form.data)
        if form.data is None or record is None or choice is None:
            return see_other(managed.address("plan"), notice="This change cannot be made now.")
        try:
            await spend(_ACTS, str(managed.company.id), now=now)
            at = datetime.fromtimestamp(min(form.data.at, int(now.timestamp())), UTC) if choice.at_once else None
            await subscriptions.change(record, offer_of(choice.plan, choice.interval), at=at)
        except (Conflict, GatewayError, RateLimited) as problem:
            return see_other(managed.address("plan"), notice=_words(problem))
        record = await _record(managed)
        done = record is not None and (record.plan, record.interval) == (choice.plan, choice.interval)
        if choice.at_once and not done:
            return see_other(managed.address("plan"), notice="The payment has not gone through yet. Please pay below.")
        return see_other(
            managed.address("plan"), notice=_changed(choice) if choice.at_once else "Noted for the end of the period."
        )

    @post("/cancellation")
    async def cancel(self, managed: ManagedCompany, now: Now, subscriptions: SubscriptionsHere) -> Response[Any]:
        """Let it end with what is paid for."""
        return await _set_end(managed, subscriptions, now, ends=True)

    @post("/continuation")
    async def carry_on(self, managed: ManagedCompany, now: Now, subscriptions: SubscriptionsHere) -> Response[Any]:
        """Take the cancellation back."""
        return await _set_end(managed, subscriptions, now, ends=False)

    @post("/stripe")
    async def stripe_page(self, managed: ManagedCompany, now: Now, subscriptions: SubscriptionsHere) -> Response[Any]:
        """On to Stripe's own page for card, invoices and cancelling."""
        record = await _record(managed)
        try:
            await spend(_ACTS, str(managed.company.id), now=now)
            if record is None:
                raise Conflict("There is nothing at Stripe to look after yet.")
            return Redirect(await subscriptions.portal(record), status_code=303)
        except (Conflict, GatewayError, RateLimited) as problem:
            return see_other(managed.address("plan"), notice=_words(problem))

    @post("/check")
    async def check(self, managed: ManagedCompany, now: Now, subscriptions: SubscriptionsHere) -> Response[Any]:
        """Ask Stripe now, and mend what differs."""
        record = await _record(managed)
        try:
            await spend(_ACTS, str(managed.company.id), now=now)
            if record is not None:
                await subscriptions.settle(record.id)
        except (Conflict, GatewayError, RateLimited) as problem:
            return see_other(managed.address("plan"), notice=_words(problem))
        return see_other(managed.address("plan"), notice="Checked. This page shows how it stands.")


def _key(managed: Managed) -> str:
    return str(managed.company.id)


async def _record(managed: Managed) -> SubscriptionRecord | None:
    """The plan of this owner: what a former one bought runs out, and is not shown to the next."""
    record = await queries.latest(KIND, _key(managed))
    since = managed.company.claimed_at
    return record if record is not None and (since is None or record.created_at >= since) else None


async def _ask_stripe(subscriptions: SubscriptionsHere, record: SubscriptionRecord, now: Now) -> SubscriptionRecord:
    """On the way back from Stripe's page: look at once, so that nobody has to wait for the webhook."""
    try:
        await spend(_ACTS, record.key, now=now)
        await subscriptions.settle(record.id)
    except (GatewayError, Conflict, RateLimited):
        return record
    return await queries.record(record.id) or record


async def _wanted(managed: Managed, form: PlanForm | None) -> tuple[SubscriptionRecord | None, plans.Choice | None]:
    """The running plan and what it can be changed to; None for what cannot be chosen now."""
    record = await _record(managed)
    if form is None or record is None or record.state is not SubscriptionState.ACTIVE:
        return record, None
    return record, next((c for c in _choices(record) if (c.plan, c.interval) == (form.plan, form.interval)), None)


def _choices(record: SubscriptionRecord) -> list[plans.Choice]:
    """One thing at a time: while a smaller plan waits for the period's end, only that can be taken back."""
    if record.state is not SubscriptionState.ACTIVE or record.plan not in set(Plan):
        return []
    plan = Plan(record.plan)
    if record.next_plan:
        return [plans.Choice(plan, record.interval, at_once=False)]
    if record.ends_at is not None:
        return []
    return plans.choices(plan, record.interval)


async def _set_end(managed: Managed, subscriptions: SubscriptionsHere, now: Now, *, ends: bool) -> Response[Any]:
    record = await _record(managed)
    try:
        await spend(_ACTS, str(managed.company.id), now=now)
        if record is None:
            raise Conflict("There is no running plan to change.")
        at_once = ends and record.state is SubscriptionState.GRACE
        await subscriptions.cancel(record, ends=ends)
    except (Conflict, GatewayError, RateLimited) as problem:
        return see_other(managed.address("plan"), notice=_words(problem))
    notice = "Cancelled. Nothing more is charged." if ends else "The plan goes on."
    return see_other(managed.address("plan"), notice="Ended. Nothing is charged any more." if at_once else notice)


def _words(problem: Exception) -> str:
    match problem:
        case DomainError():
            return problem.message
        case GatewayRefused():
            return _REFUSED
    return _UNREACHABLE


async def _prefilled(managed: Managed, plan: str, interval: str) -> Filled[Any]:
    known = await known_buyer(managed)
    return blank(**{**known, "plan": plan or Plan.ENHANCED.value, "interval": interval or Interval.YEAR.value})


async def _page(
    request: Request,
    managed: Managed,
    record: SubscriptionRecord | None,
    now: Now,
    form: Filled[Any],
    *,
    status: int = 200,
    returned: str = "",
) -> Response[Any]:
    running = record if record is not None and record.state in _RUNNING else None
    bills = await queries.bills(KIND, _key(managed), since=managed.company.claimed_at)
    latest = await queries.latest(KIND, _key(managed))
    former = latest if record is None and latest is not None and latest.state in _RUNNING else None
    counts = await plan_of(KIND, _key(managed), now)
    return managed_page(
        request, "directory/plan.html", managed, here="plan", status=status, record=record, running=running,
        former=former, form=form, bills=bills,
        paid_now=returned == "yes" and running is not None and running.state is SubscriptionState.ACTIVE,
        left_unpaid=returned == "no" and record is not None and record.state is SubscriptionState.PENDING,
        debit=running is not None and is_debit(running.method),
        owed=next((b for b in bills if running and b.state is InvoiceState.OPEN and b.hosted_url), None),
        force=plan_name(counts.value), plan_name=plan_name,
        choices=_choices(running) if running else [], interval_words=plans.INTERVAL_WORDS,
        method=words.method(running.method) if running else "", under_way=await queries.under_way(record.id) if record else "",
        tax=words.tax(running.tax_treatment, running.tax_rate, running.tax_country) if running else "",
        vat=words.included(running.tax_treatment, running.tax_rate) if running else "",
        offers=_offers(), countries=list(countries.names().items()), **plan_table(),
    )  # fmt: skip


def _changed(choice: plans.Choice) -> str:
    return (
        f"The profile is {plans.NAMES[choice.plan]} from now on, paid by the {plans.INTERVAL_WORDS[choice.interval]}."
    )


def _offers() -> list[tuple[str, str, str]]:
    return [(plan.value, plans.NAMES[plan], "") for plan in plans.PAID]


async def _change_page(
    request: Request, managed: Managed, subscriptions: SubscriptionsHere, record: SubscriptionRecord,
    choice: plans.Choice, now: Now,
) -> Response[Any]:  # fmt: skip
    offer = offer_of(choice.plan, choice.interval)
    preview: Preview | None = None
    if choice.at_once:
        preview = await subscriptions.preview(record, offer, now)
    return managed_page(
        request, "directory/plan_change.html", managed, here="plan", record=record, choice=choice, preview=preview,
        offer_price=record.gross(offer.net), at=int(now.timestamp()), plan_name=plan_name,
        interval_words=plans.INTERVAL_WORDS, tax=words.tax(record.tax_treatment, record.tax_rate, record.tax_country),
        vat=words.included(record.tax_treatment, record.tax_rate),
    )  # fmt: skip
