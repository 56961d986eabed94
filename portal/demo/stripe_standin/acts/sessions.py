"""Opening, closing and running out of Checkout Sessions."""

import msgspec

from portal.core.money import written
from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.faults import Fault
from portal.demo.stripe_standin.objects import catalog
from portal.demo.stripe_standin.objects.sessions import session
from portal.demo.stripe_standin.params import LineItem, MetadataUpdate, Params, SessionCreate
from portal.demo.stripe_standin.reading import check_email, check_url
from portal.demo.stripe_standin.store import Thing
from portal.payments.values import LEAST, MOST, STEPS, from_stripe

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
    """Open a page to pay at."""
    _check(account, params)
    now = account.now()
    lines = [_line(account, item, at, now) for at, item in enumerate(params.line_items)]
    currency = lines[0]["currency"]
    if any(line["currency"] != currency for line in lines):
        raise Fault("Checkout Sessions must have all line items in the same currency.", param="line_items")
    amount = sum(line["amount_total"] for line in lines)
    _check_amount(amount, currency)
    intent = msgspec.to_builtins(params.payment_intent_data)
    made = session(
        address=account.settings.address,
        currency=currency,
        amount=amount,
        email=params.customer_email or _email_of(account, params.customer),
        now=now,
        adaptive_pricing={"enabled": params.adaptive_pricing.enabled},
        cancel_url=params.cancel_url,
        client_reference_id=params.client_reference_id,
        customer=params.customer,
        customer_creation=None if params.customer else params.customer_creation,
        customer_email=params.customer_email,
        expires_at=params.expires_at or now + _LATEST,
        locale=params.locale,
        metadata=params.metadata,
        submit_type=params.submit_type,
        success_url=params.success_url,
    )
    if params.payment_method_types:
        made["payment_method_types"] = list(params.payment_method_types)
        made["payment_method_configuration_details"] = None
    account.store.put(made, {"line_items": lines, "payment_intent_data": intent})
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
    if found["payment_intent"]:
        intent = account.fetch("payment_intent", found["payment_intent"])
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


def merged(before: dict[str, str], given: dict[str, str] | str) -> dict[str, str]:
    """Metadata after an update: empty values take keys away, an empty text takes them all."""
    if isinstance(given, str):
        return {}
    return {key: value for key, value in {**before, **given}.items() if value != ""}


def amount_in_words(amount: int, currency: str) -> str:
    return written(from_stripe(amount, currency), currency.upper(), "en_US")


def _check(account: Account, params: SessionCreate) -> None:
    if params.mode != "payment" or params.ui_mode != "hosted_page":
        raise Fault("The local stand-in for Stripe speaks mode=payment on a hosted_page only.", param="mode")
    if not 1 <= len(params.line_items) <= _MOST_LINES:
        raise Fault(f"You can have between 1 and {_MOST_LINES} line items.", param="line_items")
    check_url(params.success_url, "success_url")
    if params.cancel_url:
        check_url(params.cancel_url, "cancel_url")
    if params.customer and params.customer_email:
        raise Fault("You may only specify one of these parameters: customer, customer_email.", param="customer")
    if params.customer_email:
        check_email(params.customer_email, "customer_email")
    if params.customer:
        account.fetch("customer", params.customer, "customer", status=400)
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


def _line(account: Account, item: LineItem, at: int, now: int) -> Thing:
    given, data = item.price_data, item.price_data.product_data
    currency = given.currency.lower()
    if currency not in _CURRENCIES:
        raise Fault(f"Invalid currency: {currency}.", param=f"line_items[{at}][price_data][currency]")
    step = STEPS.get(currency.upper(), 1)
    if given.unit_amount % step:
        raise Fault(
            f"Invalid unit_amount: amounts in {currency} must be a multiple of {step}.",
            code="parameter_invalid_integer",
            param=f"line_items[{at}][price_data][unit_amount]",
        )
    made = catalog.product(
        name=data.name, description=data.description, images=data.images, metadata=data.metadata, now=now
    )
    priced = catalog.price(
        product_id=made["id"],
        currency=currency,
        unit_amount=given.unit_amount,
        tax_behavior=given.tax_behavior,
        now=now,
    )
    account.store.put(made)
    account.store.put(priced)
    return catalog.line_item(name=data.name, priced=priced, quantity=item.quantity, metadata=item.metadata)


def _email_of(account: Account, customer_id: str | None) -> str | None:
    if customer_id is None:
        return None
    email: str | None = account.fetch("customer", customer_id)["email"]
    return email
