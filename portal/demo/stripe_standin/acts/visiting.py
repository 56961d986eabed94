"""What a person does in the billing portal and on the page of an invoice."""

from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.acts import changing, charging, invoicing, subscribing
from portal.demo.stripe_standin.acts.paying import CHALLENGED, CLOSED, FAILED, PAID, Outcome
from portal.demo.stripe_standin.billing_params import Farewell, SubscriptionCancel, SubscriptionUpdate
from portal.demo.stripe_standin.cards import BY_NUMBER, CardInput
from portal.demo.stripe_standin.objects import portal
from portal.demo.stripe_standin.objects.customers import Payer
from portal.demo.stripe_standin.store import Thing

RUNNING = ("active", "past_due", "unpaid", "trialing", "incomplete")


def offer_card(account: Account, customer: Thing, card: CardInput, payer: Payer, *, page: str) -> tuple[Outcome, Thing]:
    """Put a card on file; the bank may want to ask on `page` first. Nothing is charged."""
    setup = portal.setup(customer=customer["id"], now=account.now())
    account.store.put(setup)
    account.tell("setup_intent.created", setup)
    method = charging.keep_card(account, card, payer)
    setup["payment_method"] = method["id"]
    after = account.store.hidden(method["id"])["after"]
    if after.startswith("challenge"):
        step = {"redirect_to_url": {"return_url": page, "url": page}, "type": "redirect_to_url"}
        setup |= {"status": "requires_action", "next_action": step}
        account.store.put(setup)
        account.tell("setup_intent.requires_action", setup)
        return CHALLENGED, setup
    if after == "decline":
        why = charging.decline_of(account, method)
        error = {
            "code": why.code, "doc_url": f"https://stripe.com/docs/error-codes/{why.code.replace('_', '-')}",
            "message": why.message, "payment_method": method, "type": "card_error",
        }  # fmt: skip
        return _refused(account, setup, error, why.field), setup
    return _kept(account, setup), setup


def answer_bank(account: Account, setup: Thing, *, approved: bool) -> Outcome:
    if setup["status"] != "requires_action":
        return CLOSED
    if approved:
        return _kept(account, setup | {"next_action": None})
    error = {
        "code": "setup_intent_authentication_failure",
        "doc_url": "https://stripe.com/docs/error-codes/setup-intent-authentication-failure",
        "message": charging.AUTHENTICATION_FAILED,
        "payment_method": account.fetch("payment_method", setup["payment_method"]),
        "type": "invalid_request_error",
    }
    return _refused(account, setup, error, "number")


def leave(account: Account, subscription: Thing, configuration: Thing, words: Farewell | None) -> Thing:
    """Cancel, at the period's end or at once, as the portal is set up."""
    if configuration["features"]["subscription_cancel"]["mode"] == "immediately":
        return changing.cancel(account, SubscriptionCancel(cancellation_details=words), subscription["id"])
    wanted = SubscriptionUpdate(cancel_at_period_end=True, cancellation_details=words)
    return changing.update(account, wanted, subscription["id"])


def come_back(account: Account, subscription: Thing) -> Thing:
    return changing.update(account, SubscriptionUpdate(cancel_at_period_end=False), subscription["id"])


def pay_invoice(account: Account, invoice: Thing, card: CardInput, payer: Payer) -> Outcome:
    """Pay an open invoice by a card typed on its page; the card on file stays what it is."""
    invoicing.billed(account, invoice)
    intent = invoicing.intent_of(account, invoice)
    if invoice["status"] != "open" or intent["status"] in ("processing", "succeeded"):
        return CLOSED
    method = charging.keep_card(account, card, payer)
    after = account.store.hidden(method["id"])["after"]
    intent |= {"payment_method": method["id"], "last_payment_error": None, "next_action": None}
    if after.startswith("challenge"):
        page = invoice["hosted_invoice_url"]
        charging.challenge(account, intent, page=page, back=page)
        return CHALLENGED
    if after in ("decline", "decline_later"):
        return _declined(account, invoice, intent, method, authenticated=False)
    return _paid(account, invoice, intent, method, authenticated=False)


def answer_bank_for(account: Account, invoice: Thing, *, approved: bool) -> Outcome:
    """The 3-D Secure question of an invoice's payment."""
    intent = invoicing.intent_of(account, invoice)
    if invoice["status"] != "open" or intent["status"] != "requires_action":
        return CLOSED
    method = account.fetch("payment_method", intent["payment_method"])
    if not approved:
        charging.fail_authentication(account, intent)
        invoicing.mark_failed(account, invoice, scheduled=False)
        return Outcome(FAILED, charging.AUTHENTICATION_FAILED, "number")
    intent["next_action"] = None
    if BY_NUMBER[account.store.hidden(method["id"])["number"]].decline is not None:
        return _declined(account, invoice, intent, method, authenticated=True)
    return _paid(account, invoice, intent, method, authenticated=True)


def _declined(account: Account, invoice: Thing, intent: Thing, method: Thing, *, authenticated: bool) -> Outcome:
    why = charging.decline_of(account, method)
    charging.decline(account, intent, method, why, authenticated=authenticated)
    invoicing.mark_failed(account, invoice, scheduled=False)
    return Outcome(FAILED, why.message, why.field)


def _paid(account: Account, invoice: Thing, intent: Thing, method: Thing, *, authenticated: bool) -> Outcome:
    if method["customer"] is None:
        subscribing.attach(account, method, account.fetch("customer", invoice["customer"]))
    charging.tell(account, charging.succeed(account, intent, method, authenticated=authenticated), intent)
    invoicing.mark_paid(account, invoice, tries=1)
    return PAID


def _kept(account: Account, setup: Thing) -> Outcome:
    """On file: for the customer, and for every subscription that runs."""
    customer = account.fetch("customer", setup["customer"])
    method = account.fetch("payment_method", setup["payment_method"])
    setup["status"] = "succeeded"
    account.store.put(setup)
    subscribing.attach(account, method, customer)
    account.tell("setup_intent.succeeded", setup)
    settings = {**customer["invoice_settings"], "default_payment_method": method["id"]}
    account.change(customer, "customer.updated", invoice_settings=settings)
    for found in account.store.find("subscription", equal={"customer": customer["id"]}, one_of={"status": RUNNING}):
        account.change(found, "customer.subscription.updated", default_payment_method=method["id"])
    return PAID


def _refused(account: Account, setup: Thing, error: Thing, field: str) -> Outcome:
    setup |= {
        "status": "requires_payment_method", "last_setup_error": error, "payment_method": None, "next_action": None,
    }  # fmt: skip
    account.store.put(setup)
    account.tell("setup_intent.setup_failed", setup)
    return Outcome(FAILED, error["message"], field)
