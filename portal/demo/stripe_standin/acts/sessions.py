"""Opening, closing and running out of Checkout Sessions."""

import msgspec

from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.acts import taxing
from portal.demo.stripe_standin.acts.wording import amount_in_words, merged
from portal.demo.stripe_standin.faults import Fault, missing_parameter, missing_thing
from portal.demo.stripe_standin.objects import catalog
from portal.demo.stripe_standin.objects.sessions import session
from portal.demo.stripe_standin.params import (
    IntentData,
    LineItem,
    MetadataUpdate,
    Params,
    PriceData,
    SessionCreate,
    SubscriptionData,
)
from portal.demo.stripe_standin.reading import check_email, check_url
from portal.demo.stripe_standin.store import Thing
from portal.payments.values import LEAST, MOST, STEPS

_SOONEST, _LATEST = 30 * 60, 24 * 3600
_MOST_LINES = 100
_CURRENCIES = set(
    """
    aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf
    chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg
    huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk
    mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub
    rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx usd uyu uzs vnd
    vuv wst xaf xcd xof xpf yer zar zmw
    """.split()  # noqa: SIM905 - a list of this length is easier to check as words
)


def create(account: Account, params: SessionCreate) -> Thing:
    """Open a page to pay at, or to subscribe."""
    _check(account, params)
    now = account.now()
    customer = account.store.get("customer", params.customer or "") or {"email": None, "tax_exempt": "none"}
    subscribes = params.mode == "subscription"
    given = params.subscription_data or SubscriptionData()
    taxed = [item.tax_rates or given.default_tax_rates for item in params.line_items]
    lines = [_line(account, item, at, taxed[at], customer["tax_exempt"]) for at, item in enumerate(params.line_items)]
    currency = lines[0]["currency"]
    _check_lines(lines, subscribes=subscribes)
    amount = sum(line["amount_total"] for line in lines)
    _check_amount(amount, currency)
    made = session(
        address=account.settings.address,
        currency=currency,
        amount=amount,
        email=params.customer_email or customer["email"],
        now=now,
        adaptive_pricing={"enabled": params.adaptive_pricing.enabled},
        amount_subtotal=sum(line["amount_subtotal"] for line in lines),
        cancel_url=params.cancel_url,
        client_reference_id=params.client_reference_id,
        customer=params.customer,
        customer_creation=None if params.customer or subscribes else params.customer_creation or "if_required",
        customer_email=params.customer_email,
        expires_at=params.expires_at or now + _LATEST,
        locale=params.locale,
        metadata=params.metadata,
        mode=params.mode,
        payment_method_collection=params.payment_method_collection or ("always" if subscribes else "if_required"),
        submit_type=params.submit_type,
        success_url=params.success_url,
        total_details={
            "amount_discount": 0, "amount_shipping": 0, "amount_tax": sum(line["amount_tax"] for line in lines),
        },
    )  # fmt: skip
    if params.payment_method_types:
        made["payment_method_types"] = list(params.payment_method_types)
        made["payment_method_configuration_details"] = None
    hidden = {
        "line_items": lines,
        "tax_rates": [item.tax_rates for item in params.line_items],
        "payment_intent_data": msgspec.to_builtins(params.payment_intent_data or IntentData()),
        "subscription_data": msgspec.to_builtins(given),
    }
    account.store.put(made, hidden)
    return made


def update(account: Account, params: MetadataUpdate, session_id: str) -> Thing:
    found = account.fetch("checkout.session", session_id, "session")
    found["metadata"] = merged(found["metadata"], params.metadata)
    account.store.put(found)
    return found


def expire(account: Account, params: Params, session_id: str) -> Thing:
    """Close the page before its time."""
    found = account.fetch("checkout.session", session_id, "session")
    if found["status"] != "open":
        raise Fault(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status '
            f"of `{found['status']}`.",
            kept=True,
        )
    return close(account, found)


def close(account: Account, found: Thing) -> Thing:
    """The session is over, unpaid; a payment somebody tried is cancelled with it."""
    found |= {"status": "expired", "url": None}
    account.store.put(found)
    intent = intent_of(account, found)
    if intent is not None:
        intent |= {
            "status": "canceled", "canceled_at": account.now(), "cancellation_reason": "expired",
            "next_action": None,
        }  # fmt: skip
        account.store.put(intent)
        account.tell("payment_intent.canceled", intent)
    account.tell("checkout.session.expired", found)
    return found


def sweep(account: Account) -> int:
    """Close what has run out of time; how many."""
    now = account.now()
    open_now = account.store.find("checkout.session", equal={"status": "open"})
    over = [found for found in open_now if found["expires_at"] <= now]
    for found in over:
        close(account, found)
    return len(over)


def intent_of(account: Account, found: Thing) -> Thing | None:
    """The payment somebody has tried; a subscription's session does not show it."""
    hidden = account.store.hidden(found["id"])
    return account.store.get("payment_intent", found["payment_intent"] or hidden.get("payment_intent", ""))


def _check(account: Account, params: SessionCreate) -> None:
    if params.mode == "setup" or params.ui_mode != "hosted_page":
        raise Fault(
            "The local stand-in for Stripe speaks mode=payment and mode=subscription on a hosted_page only.",
            param="mode",
        )
    foreign = ("payment_intent_data", "customer_creation") if params.mode == "subscription" else ("subscription_data",)
    for name in foreign:
        if getattr(params, name) is not None:
            raise Fault(f"You can not pass `{name}` in `{params.mode}` mode.", param=name)
    if not 1 <= len(params.line_items) <= _MOST_LINES:
        raise Fault(f"You can have between 1 and {_MOST_LINES} line items.", param="line_items")
    check_url(params.success_url, "success_url")
    if params.cancel_url:
        check_url(params.cancel_url, "cancel_url")
    if params.customer and params.customer_email:
        raise Fault("You may only specify one of these parameters: customer, customer_email.", param="customer")
    if params.customer_email:
        check_email(params.customer_email, "customer_email")
    if params.customer and account.fetch("customer", params.customer, "customer", status=400).get("deleted"):
        raise missing_thing("customer", params.customer, "customer", status=400)
    if params.expires_at is not None:
        _check_expiry(params.expires_at - account.now())


def _check_expiry(ahead: int) -> None:
    if ahead < _SOONEST:
        words = "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."
        raise Fault(words, param="expires_at")
    if ahead > _LATEST:
        words = "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation."
        raise Fault(words, param="expires_at")


def _check_amount(amount: int, currency: str) -> None:
    least = LEAST.get(currency.upper(), 50 * STEPS.get(currency.upper(), 1))
    if amount < least:
        raise Fault(
            "The Checkout Session's total amount due must add up to at least "
            f"{amount_in_words(least, currency)} {currency}",
            code="amount_too_small",
        )
    if amount > MOST:
        raise Fault(
            "The Checkout Session's total amount due must be no more than "
            f"{amount_in_words(MOST, currency)} {currency}",
            code="amount_too_large",
        )


def _check_lines(lines: list[Thing], *, subscribes: bool) -> None:
    if any(line["currency"] != lines[0]["currency"] for line in lines):
        raise Fault("Checkout Sessions must have all line items in the same currency.", param="line_items")
    repeated = [line["price"]["recurring"] for line in lines if line["price"]["recurring"]]
    if repeated and not subscribes:
        raise Fault(
            "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only "
            "one-time prices.",
            param="line_items",
        )
    if subscribes and not repeated:
        raise Fault("You must provide at least one recurring price in `subscription` mode.", param="line_items")
    if any(one != repeated[0] for one in repeated):
        raise Fault("Checkout does not support multiple prices with different billing intervals.", param="line_items")


def _line(account: Account, item: LineItem, at: int, tax_rates: list[str], exempt: str | None) -> Thing:
    param = f"line_items[{at}]"
    if (item.price is None) == (item.price_data is None):
        raise missing_parameter(f"{param}[price]")
    if item.price_data is not None:
        priced = _made_on_the_way(account, item.price_data, f"{param}[price_data]")
    else:
        priced = account.fetch("price", item.price or "", f"{param}[price]", status=400)
        if not priced["active"]:
            words = f"The price specified is inactive. This field only accepts active prices: {priced['id']}."
            raise Fault(words, param=f"{param}[price]")
    rates = taxing.rates_of(account, tax_rates, f"{param}[tax_rates]")
    return catalog.line_item(
        name=str(account.fetch("product", priced["product"]).get("name", "Product")),
        priced=priced,
        quantity=item.quantity,
        metadata=item.metadata,
        **taxing.sums(taxing.taxes(priced["unit_amount"] * item.quantity, rates, exempt)),
    )


def _made_on_the_way(account: Account, given: PriceData, param: str) -> Thing:
    """A price for this session only, of a product that may be for this session only too."""
    check_price(given.currency, given.unit_amount, param)
    product_id, data, now = given.product, given.product_data, account.now()
    if (product_id is None) == (data is None):
        raise missing_parameter(f"{param}[product_data]")
    if data is not None:
        made = catalog.product(name=data.name, now=now, active=False, description=data.description, images=data.images,
                               metadata=data.metadata)  # fmt: skip
        account.store.put(made)
        product_id = made["id"]
    product = account.fetch("product", product_id or "", f"{param}[product]", status=400)
    again = given.recurring
    priced = catalog.price(
        product_id=product["id"], currency=given.currency.lower(), unit_amount=given.unit_amount, now=now, active=False,
        tax_behavior=given.tax_behavior,
        recurring=catalog.recurring(interval=again.interval, interval_count=again.interval_count) if again else None,
    )  # fmt: skip
    account.store.put(priced)
    return priced


def check_price(given: str, unit_amount: int, param: str) -> None:
    """Stripe charges this currency, and in such steps."""
    currency = given.lower()
    if currency not in _CURRENCIES:
        raise Fault(f"Invalid currency: {currency}.", param=_inside(param, "currency"))
    step = STEPS.get(currency.upper(), 1)
    if unit_amount % step:
        raise Fault(
            f"Invalid unit_amount: amounts in {currency} must be a multiple of {step}.",
            code="parameter_invalid_integer",
            param=_inside(param, "unit_amount"),
        )


def _inside(where: str, name: str) -> str:
    return f"{where}[{name}]" if where else name
