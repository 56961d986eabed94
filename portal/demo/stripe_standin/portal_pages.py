"""The billing portal: plan, card and invoices of a customer, the end of a plan and taking that back."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, get, post
from litestar.connection import Request
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from portal.core.errors import Invalid
from portal.demo.stripe_standin import card_form, site
from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.acts import paying, visiting
from portal.demo.stripe_standin.acts.billing_portal import IDLE_SECONDS
from portal.demo.stripe_standin.billing_params import Farewell
from portal.demo.stripe_standin.faults import missing_thing
from portal.demo.stripe_standin.inputs import AccountHere, DeliveriesHere
from portal.demo.stripe_standin.showing import invoice_row, plan
from portal.demo.stripe_standin.store import Thing
from portal.web.forms import Filled, blank, field, read
from portal.web.rendering import see_other

_SHOWN = 24
_REASONS = {
    "too_expensive": "It is too expensive", "missing_features": "I miss features", "switched_service": "I found something else",
    "unused": "I do not use it enough", "customer_service": "The service could be better",
    "too_complex": "It is too hard to use", "low_quality": "The quality is not what I expected", "other": "Another reason",
}  # fmt: skip
Feedback = Literal[
    "", "customer_service", "low_quality", "missing_features", "other", "switched_service", "too_complex",
    "too_expensive", "unused",
]  # fmt: skip


class LeaveForm(msgspec.Struct):
    feedback: Annotated[Feedback, field("Reason", wrong="Please choose one of the reasons.")] = ""
    comment: Annotated[str, field("Anything else", max_length=500)] = ""


class Visit(msgspec.Struct, frozen=True):
    """Who came, with what errand, and what the portal offers."""

    session: Thing
    customer: Thing
    setup: Thing

    @property
    def path(self) -> str:
        return f"/p/session/{self.session['id']}"

    @property
    def errand(self) -> str:
        return self.session["flow"]["type"] if self.session["flow"] else ""

    def offers(self, feature: str) -> bool:
        return bool(self.setup["features"][feature]["enabled"])


class PortalPages(Controller):
    path = "/p/session/{session_id:str}"
    opt = {"public": True}
    include_in_schema = False

    @get("/")
    async def show(self, account: AccountHere, session_id: FromPath[str]) -> Response[Any]:
        visit = _visit(account, session_id)
        if isinstance(visit, Response):
            return visit
        if visit.errand == "payment_method_update":
            return see_other(f"{visit.path}/card")
        if visit.errand == "subscription_cancel":
            return see_other(
                f"{visit.path}/subscriptions/{visit.session['flow']['subscription_cancel']['subscription']}/end"
            )
        return _home(account, visit)

    @get("/card")
    async def card(self, account: AccountHere, session_id: FromPath[str], card: FromQuery[str] = "") -> Response[Any]:
        visit = _visit(account, session_id, "payment_method_update")
        if isinstance(visit, Response):
            return visit
        return _card(account, visit, card_form.started(account, card=card))

    @post("/card")
    async def keep_card(
        self,
        request: Request[Any, Any, Any],
        account: AccountHere,
        deliveries: DeliveriesHere,
        session_id: FromPath[str],
    ) -> Response[Any]:
        visit = _visit(account, session_id, "payment_method_update")
        if isinstance(visit, Response):
            return visit
        typed = await card_form.read_card(request, account, email=visit.customer["email"] or "")
        if typed.payer is None or typed.card is None:
            return _card(account, visit, typed.shown, status=422)
        page = f"{account.settings.address}{visit.path}/card/authenticate"
        with account.store.transaction(), account.time_of(visit.customer["id"]):
            outcome, setup = visiting.offer_card(account, visit.customer, typed.card, typed.payer, page=page)
            account.store.put(visit.session, {**account.store.hidden(session_id), "setup": setup["id"]})
        await deliveries.before_answer()
        if outcome.kind == paying.FAILED:
            refused = typed.shown.refuse(Invalid({outcome.field or "number": outcome.message}))
            return _card(account, visit, refused, status=402)
        return (
            see_other(f"{visit.path}/card/authenticate")
            if outcome is paying.CHALLENGED
            else _done(account, visit, "card")
        )

    @get("/card/authenticate")
    async def ask(self, account: AccountHere, session_id: FromPath[str]) -> Response[Any]:
        visit = _visit(account, session_id, "payment_method_update")
        if isinstance(visit, Response):
            return visit
        setup = _setup(account, visit)
        if setup is None or setup["status"] != "requires_action":
            return see_other(f"{visit.path}/card")
        return site.page(
            "authenticate.html", action=f"{visit.path}/card/authenticate", wants=None, shop=account.settings.shop_name,
            card=card_form.shown(account.fetch("payment_method", setup["payment_method"])), leads_to=_ways_out(visit),
        )  # fmt: skip

    @post("/card/authenticate")
    async def answer(
        self,
        request: Request[Any, Any, Any],
        account: AccountHere,
        deliveries: DeliveriesHere,
        session_id: FromPath[str],
    ) -> Response[Any]:
        visit = _visit(account, session_id, "payment_method_update")
        if isinstance(visit, Response):
            return visit
        setup = _setup(account, visit)
        if setup is None:
            return see_other(f"{visit.path}/card")
        approved = (await request.form()).get("outcome") == "approve"
        with account.store.transaction(), account.time_of(visit.customer["id"]):
            outcome = visiting.answer_bank(account, setup, approved=approved)
        await deliveries.before_answer()
        if outcome.kind == paying.FAILED:
            refused = card_form.started(account).refuse(Invalid({"number": outcome.message}))
            return _card(account, visit, refused, status=402)
        return _done(account, visit, "card")

    @get("/subscriptions/{subscription_id:str}/end")
    async def ask_to_leave(
        self, account: AccountHere, session_id: FromPath[str], subscription_id: FromPath[str]
    ) -> Response[Any]:
        visit = _visit(account, session_id, "subscription_cancel")
        if isinstance(visit, Response):
            return visit
        found = _own(account, visit, subscription_id)
        if found["cancel_at_period_end"] or found["status"] == "canceled":
            return see_other(visit.path) if not visit.errand else _done(account, visit, "leave")
        return _leave(account, visit, found, blank())

    @post("/subscriptions/{subscription_id:str}/end")
    async def leave(
        self, request: Request[Any, Any, Any], account: AccountHere, deliveries: DeliveriesHere, session_id: FromPath[str],
        subscription_id: FromPath[str],
    ) -> Response[Any]:  # fmt: skip
        visit = _visit(account, session_id, "subscription_cancel")
        if isinstance(visit, Response):
            return visit
        found = _own(account, visit, subscription_id)
        form = await read(request, LeaveForm)
        if form.data is None:
            return _leave(account, visit, found, form, status=422)
        if found["status"] != "canceled" and not found["cancel_at_period_end"]:
            words = Farewell(feedback=form.data.feedback or None, comment=form.data.comment or None)
            with account.store.transaction(), account.time_of(visit.customer["id"]):
                visiting.leave(account, found, visit.setup, words)
            await deliveries.before_answer()
        return _done(account, visit, "leave")

    @post("/subscriptions/{subscription_id:str}/renewal")
    async def come_back(
        self,
        account: AccountHere,
        deliveries: DeliveriesHere,
        session_id: FromPath[str],
        subscription_id: FromPath[str],
    ) -> Response[Any]:
        visit = _visit(account, session_id, "subscription_cancel")
        if isinstance(visit, Response):
            return visit
        found = _own(account, visit, subscription_id)
        if found["status"] != "canceled":
            with account.store.transaction(), account.time_of(visit.customer["id"]):
                visiting.come_back(account, found)
            await deliveries.before_answer()
        return see_other(visit.path)


def _visit(account: Account, session_id: str, feature: str = "") -> Visit | Response[Any]:
    """The visit while it lasts; otherwise the page that says why not. Every look at it makes it last longer."""
    session = account.store.get("billing_portal.session", session_id)
    if session is None:
        return site.message(
            "There is no such page", "The address may be mistyped, or the demo was started anew.", status=404
        )
    now = int(account.clock().timestamp())
    hidden = account.store.hidden(session_id)
    customer = account.fetch("customer", session["customer"])
    if hidden["until"] < now or customer.get("deleted"):
        return site.message(
            "This visit is over", "Open the page anew from where you came.", status=410, way_on=session["return_url"] or "",
            way_on_text=f"Back to {account.settings.shop_name}",
        )  # fmt: skip
    account.store.put(session, {**hidden, "until": now + IDLE_SECONDS})
    visit = Visit(session, customer, account.fetch("billing_portal.configuration", session["configuration"]))
    if feature and not visit.offers(feature):
        return site.message("That cannot be done here", "This page does not offer it.", status=403, way_on=visit.path,
                            way_on_text="Back")  # fmt: skip
    return visit


def _home(account: Account, visit: Visit) -> Response[str]:
    customer, store = visit.customer, account.store
    running = {"status": list(visiting.RUNNING)}
    subscriptions = store.find("subscription", equal={"customer": customer["id"]}, one_of=running)
    defaults = [
        customer["invoice_settings"]["default_payment_method"],
        *(s["default_payment_method"] for s in subscriptions),
    ]
    method = store.get("payment_method", next((one for one in defaults if one), ""))
    found = store.find("invoice", equal={"customer": customer["id"]}, limit=_SHOWN)
    return site.page(
        "portal.html",
        leads_to=_ways_out(visit),
        visit=visit,
        plans=[plan(account, subscription) for subscription in subscriptions],
        method=method and card_form.shown(method),
        invoices=[invoice_row(invoice) for invoice in found if invoice["status"] != "draft"],
        shop=account.settings.shop_name,
    )


def _card(account: Account, visit: Visit, form: Filled[Any], *, status: int = 200) -> Response[str]:
    return site.page(
        "portal_card.html", status=status, leads_to=_ways_out(visit), visit=visit, form=card_form.in_order(form),
        shop=account.settings.shop_name, **card_form.choices(),
    )  # fmt: skip


def _leave(account: Account, visit: Visit, found: Thing, form: Filled[Any], *, status: int = 200) -> Response[str]:
    asks = visit.setup["features"]["subscription_cancel"]["cancellation_reason"]
    options = asks["options"] or list(_REASONS)
    return site.page(
        "portal_leave.html", status=status, leads_to=_ways_out(visit), visit=visit, plan=plan(account, found), form=form,
        reasons=[("", "I would rather not say"), *((one, _REASONS[one]) for one in options)] if asks["enabled"] else [],
        at_once=visit.setup["features"]["subscription_cancel"]["mode"] == "immediately", shop=account.settings.shop_name,
    )  # fmt: skip


def _done(account: Account, visit: Visit, what: str) -> Response[Any]:
    """After an errand the way out it asked for, otherwise the portal's first page."""
    after: Thing = visit.session["flow"]["after_completion"] if visit.session["flow"] else {"type": "portal_homepage"}
    if after["type"] == "redirect":
        return see_other(after["redirect"]["return_url"])
    if after["type"] == "hosted_confirmation":
        told = {"card": "Your card is on file.", "leave": "Your plan is cancelled."}[what]
        words = (after["hosted_confirmation"] or {}).get("custom_message") or told
        return site.message("Done", words, status=200, way_on=visit.session["return_url"] or "",
                            way_on_text=f"Back to {account.settings.shop_name}")  # fmt: skip
    if visit.session["flow"]:
        # The errand is done; what is left is the portal itself.
        account.store.put(visit.session | {"flow": None})
    return see_other(visit.path)


def _own(account: Account, visit: Visit, subscription_id: str) -> Thing:
    found = account.fetch("subscription", subscription_id, "subscription")
    if found["customer"] != visit.customer["id"]:
        raise missing_thing("subscription", subscription_id, "subscription")
    return found


def _setup(account: Account, visit: Visit) -> Thing | None:
    return account.store.get("setup_intent", account.store.hidden(visit.session["id"]).get("setup", ""))


def _ways_out(visit: Visit) -> tuple[str | None, ...]:
    redirect = ((visit.session["flow"] or {}).get("after_completion") or {}).get("redirect") or {}
    return (visit.session["return_url"], redirect.get("return_url"))
