"""The control desk: how webhooks go out, and what Stripe's dashboard or a bank would do.

Programs post forms and get JSON; browsers get a page and are sent back to it.
"""

from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.connection import Request
from litestar.params import FromPath
from litestar.response import Response

from portal.core.money import Money
from portal.demo.stripe_standin import site
from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.acts import clocks, disputing, refunding, renewing, sessions, settling
from portal.demo.stripe_standin.behaviour import Behaviour
from portal.demo.stripe_standin.faults import Fault
from portal.demo.stripe_standin.inputs import AccountHere, BehaviourHere, DeliveriesHere
from portal.demo.stripe_standin.params import Params, RefundCreate
from portal.demo.stripe_standin.reading import read
from portal.demo.stripe_standin.showing import plan, written_day
from portal.demo.stripe_standin.store import Thing
from portal.payments.values import from_stripe
from portal.web.rendering import see_other

_SHOWN = 20
_MOST_DAYS = 800
_LATEST = (
    "SELECT d.id, d.event, d.state, d.tries, d.note, json_extract(o.body, '$.type') AS type, o.created "
    "FROM delivery d JOIN object o ON o.id = d.event ORDER BY d.id DESC LIMIT ?"
)


class ControlDesk(Controller):
    path = "/_control"
    opt = {"public": True}
    include_in_schema = False

    @get("/")
    async def show(self, account: AccountHere, behaviour: BehaviourHere) -> Response[str]:
        return _page(account, behaviour)

    @get("/state")
    async def state(self, account: AccountHere, behaviour: BehaviourHere) -> dict[str, Any]:
        counts = {
            row["state"]: row["n"] for row in account.store.rows("SELECT state, count(*) AS n FROM delivery GROUP BY 1")
        }
        return {"behaviour": msgspec.to_builtins(behaviour), "deliveries": counts}

    @post("/behaviour")
    async def behave(
        self, request: Request[Any, Any, Any], account: AccountHere, behaviour: BehaviourHere
    ) -> Response[Any]:
        """Set everything anew: what is not named is as it was at the start."""
        sent = {name: value for name, value in (await request.form()).items() if value != ""}
        try:
            wanted = msgspec.convert(sent, Behaviour, strict=False)
        except msgspec.ValidationError as problem:
            return _refused(request, account, behaviour, str(problem))
        for name in Behaviour.__struct_fields__:
            setattr(behaviour, name, getattr(wanted, name))
        return _done(request, msgspec.to_builtins(behaviour))

    @post("/deliver")
    async def deliver(self, request: Request[Any, Any, Any], deliveries: DeliveriesHere) -> Response[Any]:
        """Send everything that waits, now."""
        return _done(request, {"delivered": msgspec.to_builtins(await deliveries.deliver())})

    @post("/events/{event_id:str}/delivery")
    async def send_again(
        self,
        request: Request[Any, Any, Any],
        account: AccountHere,
        deliveries: DeliveriesHere,
        event_id: FromPath[str],
    ) -> Response[Any]:
        account.fetch("event", event_id)
        return _done(request, {"queued": deliveries.send_again(event_id)})

    @post("/payments/{intent_id:str}/outcome")
    async def settle(
        self, request: Request[Any, Any, Any], account: AccountHere, intent_id: FromPath[str]
    ) -> Response[Any]:
        """`outcome=succeed` or `fail`, for a delayed debit."""
        succeed = await _succeeds(request)
        with account.store.transaction():
            return _done(request, settling.settle_debit(account, intent_id, succeed=succeed))

    @post("/payments/{intent_id:str}/refunds")
    async def refund(
        self, request: Request[Any, Any, Any], account: AccountHere, intent_id: FromPath[str]
    ) -> Response[Any]:
        """A refund made in the dashboard: nothing in it says what it is for."""
        sent = {name: value for name, value in (await request.form()).items() if value != ""}
        params = read({**sent, "payment_intent": intent_id}, RefundCreate)
        with account.store.transaction():
            return _done(request, refunding.create(account, params))

    @post("/payments/{intent_id:str}/dispute")
    async def dispute(
        self, request: Request[Any, Any, Any], account: AccountHere, intent_id: FromPath[str]
    ) -> Response[Any]:
        intent = account.fetch("payment_intent", intent_id)
        with account.store.transaction():
            charge = account.fetch("charge", intent["latest_charge"] or "", "charge")
            return _done(request, disputing.open_dispute(account, charge))

    @post("/disputes/{dispute_id:str}/outcome")
    async def decide(
        self, request: Request[Any, Any, Any], account: AccountHere, dispute_id: FromPath[str]
    ) -> Response[Any]:
        """`outcome=succeed`: the shop wins."""
        won = await _succeeds(request)
        with account.store.transaction():
            return _done(request, disputing.close_dispute(account, dispute_id, won=won))

    @post("/refunds/{refund_id:str}/outcome")
    async def settle_refund(
        self, request: Request[Any, Any, Any], account: AccountHere, refund_id: FromPath[str]
    ) -> Response[Any]:
        succeed = await _succeeds(request)
        with account.store.transaction():
            return _done(request, refunding.settle(account, refund_id, succeed=succeed))

    @post("/subscriptions/{subscription_id:str}/time")
    async def advance(
        self, request: Request[Any, Any, Any], account: AccountHere, subscription_id: FromPath[str]
    ) -> Response[Any]:
        """Let time go by for a subscription and its customer: `days`, or `to=next` thing that falls due, or the `renewal`."""
        found = account.fetch("subscription", subscription_id, "subscription")
        if found["status"] == "canceled":
            raise Fault("This subscription is over: time does nothing to it any more.", param="subscription")
        sent = await request.form()
        days, to = str(sent.get("days") or ""), str(sent.get("to") or "")
        if to not in ("next", "renewal") and not (days.isdecimal() and 1 <= int(days) <= _MOST_DAYS):
            raise Fault(f"Say how far: to=next, to=renewal, or days from 1 to {_MOST_DAYS}.", param="days")
        with account.store.transaction():
            clock = clocks.clock_of(account, found)
            until = _until(account, clock, found, to, days)
            return _done(request, clocks.run(account, clock, max(until, clock["frozen_time"])))

    @post("/sessions/{session_id:str}/expiry")
    async def expire(
        self, request: Request[Any, Any, Any], account: AccountHere, session_id: FromPath[str]
    ) -> Response[Any]:
        with account.store.transaction():
            return _done(request, sessions.expire(account, Params(), session_id))


def _until(account: Account, clock: Thing, subscription: Thing, to: str, days: str) -> int:
    if to == "next":
        return renewing.next_due(account, clock["id"]) or int(clock["frozen_time"])
    if to == "renewal":
        return int(subscription["items"]["data"][0]["current_period_end"]) + renewing.DRAFT_SECONDS
    return int(clock["frozen_time"]) + int(days) * 86400


async def _succeeds(request: Request[Any, Any, Any]) -> bool:
    outcome = (await request.form()).get("outcome")
    if outcome not in ("succeed", "fail"):
        raise Fault("Invalid outcome: must be succeed or fail", param="outcome")
    return bool(outcome == "succeed")


def _done(request: Request[Any, Any, Any], said: Thing) -> Response[Any]:
    return see_other("/_control") if site.wants_page(request) else Response(said, status_code=200)


def _refused(request: Request[Any, Any, Any], account: Account, behaviour: Behaviour, why: str) -> Response[Any]:
    if site.wants_page(request):
        return _page(account, behaviour, fault=why, status=422)
    return Response({"error": {"type": "invalid_request_error", "message": why}}, status_code=400)


def _page(account: Account, behaviour: Behaviour, *, fault: str = "", status: int = 200) -> Response[str]:
    store = account.store
    payments = [
        {
            "id": intent["id"],
            "status": intent["status"],
            "amount": Money(from_stripe(intent["amount"], intent["currency"]), intent["currency"].upper()),
            "charge": store.get("charge", intent["latest_charge"] or ""),
        }
        for intent in store.find("payment_intent", limit=_SHOWN)
    ]
    return site.page(
        "control.html",
        status=status,
        fault=fault,
        behaviour=behaviour,
        payments=payments,
        refunds=store.find("refund", limit=_SHOWN),
        disputes=store.find("dispute", limit=_SHOWN),
        plans=[_plan(account, found) for found in store.find("subscription", limit=_SHOWN)],
        sessions=store.find("checkout.session", equal={"status": "open"}, limit=_SHOWN),
        deliveries=store.rows(_LATEST, _SHOWN),
        shop=account.settings.shop_name,
    )


def _plan(account: Account, subscription: Thing) -> dict[str, Any]:
    clock = account.store.get("test_helpers.test_clock", subscription["test_clock"] or "")
    customer = account.fetch("customer", subscription["customer"])
    shown = plan(account, subscription)
    return shown | {"who": customer.get("email") or customer["id"], "now": clock and written_day(clock["frozen_time"])}
