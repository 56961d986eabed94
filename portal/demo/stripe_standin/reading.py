"""Parameters into their types, or Stripe's refusal.

What Stripe does not know is refused as Stripe refuses it; what Stripe knows and the stand-in does not speak is
refused by name, so that nothing is silently ignored.
"""

import re
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from email_validator import EmailNotValidError, validate_email

from portal.demo.stripe_standin.faults import (
    Fault,
    empty_parameter,
    missing_parameter,
    unknown_parameters,
    unspoken,
)
from portal.demo.stripe_standin.params import SessionCreate

# Known to Stripe, not spoken here. Array indexes are left out: `line_items[price]`.
_UNSPOKEN = set(
    """
    add_invoice_items after_expiration allow_promotion_codes application_fee_percent automatic_tax balance
    billing_address_collection billing_cycle_anchor billing_mode billing_schedules billing_scheme billing_thresholds
    branding_settings business_name cancel_at cash_balance collection_method consent_collection currency_options
    custom_fields custom_text custom_unit_amount customer_account customer_details customer_update days_until_due
    default_source discounts excluded_payment_method_types individual_name integration_identifier invoice_creation
    invoice_items invoice_now invoice_prefix invoice_settings issuer managed_payments mandate marketing_features
    name_collection next_invoice_sequence on_behalf_of optional_items origin_context package_dimensions
    pause_collection payment_method payment_method_configuration payment_method_data payment_method_options
    payment_settings pending_invoice_item_interval permissions phone_number_collection preferred_locales
    preview_mode prorate redirect_on_completion return_url saved_payment_method_options schedule schedule_details
    setup_intent_data shippable shipping shipping_address_collection shipping_options source tax tax_id_collection
    tiers tiers_mode transfer_data transform_quantity trial_from_plan trial_settings unit_amount_decimal
    wallet_options line_items[adjustable_quantity] line_items[dynamic_tax_rates]
    line_items[price_data][unit_amount_decimal] line_items[price_data][product_data][tax_code]
    line_items[price_data][product_data][unit_label] items[price_data] items[discounts] items[billing_thresholds]
    items[clear_usage] items[metadata] payment_intent_data[application_fee_amount]
    payment_intent_data[capture_method] payment_intent_data[on_behalf_of] payment_intent_data[setup_future_usage]
    payment_intent_data[shipping] payment_intent_data[statement_descriptor] payment_intent_data[transfer_data]
    payment_intent_data[transfer_group] recurring[meter] recurring[usage_type]
    subscription_data[application_fee_percent] subscription_data[billing_cycle_anchor]
    subscription_data[billing_mode] subscription_data[invoice_settings] subscription_data[on_behalf_of]
    subscription_data[proration_behavior] subscription_data[transfer_data] subscription_data[trial_end]
    subscription_data[trial_period_days] subscription_data[trial_settings] subscription_details[billing_cycle_anchor]
    subscription_details[cancel_at] subscription_details[cancel_now] subscription_details[items][price_data]
    subscription_details[resume_at] subscription_details[trial_end]
    invoice_settings[rendering_options] instructions_email origin refund_application_fee reverse_transfer connect
    api_version collected_information line_items payment_link transfer_group payout delivery_success fraud_details
    current_period_end current_period_start due_date forgive
    """.split()  # noqa: SIM905 - easier to check as words
)
_MAY_BE_EMPTY = {
    "description",
    "email",
    "name",
    "phone",
    "metadata",
    "address",
    "tax_exempt",
    "lookup_key",
    "nickname",
    "footer",
    "default_payment_method",
    "default_tax_rates",
    "statement_descriptor",
    "unit_label",
    "url",
    "tax_code",
    "default_return_url",
    "business_profile[headline]",
    "features[subscription_cancel][cancellation_reason][options]",
    "cancellation_details[comment]",
    "cancellation_details[feedback]",
    "invoice_settings[default_payment_method]",
    *(f"address[{name}]" for name in ("city", "country", "line1", "line2", "postal_code", "state")),
}
_LIMITS = {"metadata": (50, 40, 500)}
_T = TypeVar("_T")


def read(given: dict[str, Any], shape: type[_T]) -> _T:
    """The parameters in their types. Raises Fault as Stripe words it."""
    _no_empty(given, "", allow_unset=not issubclass(shape, SessionCreate))
    try:
        params = msgspec.convert(given, shape, strict=False)
    except msgspec.ValidationError as problem:
        raise _fault(str(problem), given) from None
    _plain_numbers(given, params, "")
    _check_metadata(given, "")
    return params


def _plain_numbers(given: Any, made: Any, where: str) -> None:
    """Numbers are digits and switches are words: `15.00`, `1e3` and `1` for true are read by msgspec, not by Stripe."""
    if isinstance(given, dict):
        for name, value in given.items():
            inner = made[name] if isinstance(made, dict) else getattr(made, name)
            _plain_numbers(value, inner, _inside(where, name))
    elif isinstance(given, list):
        for at, (value, inner) in enumerate(zip(given, made, strict=True)):
            _plain_numbers(value, inner, f"{where}[{at}]")
    elif isinstance(made, bool):
        if given not in ("true", "false"):
            raise Fault(f"Invalid boolean: {given}", param=where)
    elif isinstance(made, int) and not re.fullmatch(r"-?[0-9]+", given):
        raise Fault(f"Invalid integer: {given}", code="parameter_invalid_integer", param=where)


def check_url(url: str, param: str) -> None:
    parts = urlsplit(url.replace("{CHECKOUT_SESSION_ID}", "cs_test"))
    if parts.scheme not in ("http", "https") or not parts.netloc or re.search(r"\s", url):
        raise Fault("Not a valid URL", code="url_invalid", param=param)


def check_email(email: str, param: str) -> None:
    try:
        validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise Fault(f"Invalid email address: {email}", code="email_invalid", param=param) from None


def _fault(problem: str, given: dict[str, Any]) -> Fault:
    said, _, path = problem.partition(" - at `")
    where = _bracketed(path.rstrip("`").removeprefix("$"))
    if match := re.search(r"unknown field `(.+)`", said):
        name = _inside(where, match[1])
        return unspoken(name) if re.sub(r"\[\d+\]", "", name) in _UNSPOKEN else unknown_parameters([name])
    if match := re.search(r"missing required field `(.+)`", said):
        return missing_parameter(_inside(where, match[1]))
    value = _at(given, where)
    if "Expected `int`" in said or "Expected `int | " in said:
        return _bad_number(said, value, where)
    if "Invalid enum value" in said or "Expected `bool`" in said:
        return Fault(f"Invalid {where}: {value!r} is not one of the values it takes", param=where)
    if "length <=" in said:
        return Fault(
            f"Invalid string: {str(value)[:40]}…; must be shorter",
            code="parameter_invalid_string",
            param=where,
        )
    return Fault(f"Invalid {'array' if 'array' in said else 'object'}", param=where)


def _bad_number(said: str, value: Any, where: str) -> Fault:
    code = "parameter_invalid_integer"
    if ">= " in said:
        least = said.rsplit(">= ", 1)[1]
        return Fault(f"This value must be greater than or equal to {least}.", code=code, param=where)
    if "<= " in said:
        most = said.rsplit("<= ", 1)[1]
        words = f"This value must be less than or equal to {most} (it currently is '{value}')."
        return Fault(words, code=code, param=where)
    return Fault(f"Invalid integer: {value}", code=code, param=where)


def _bracketed(path: str) -> str:
    """`.line_items[0].price_data` as `line_items[0][price_data]`."""
    steps = re.findall(r"[^.\[\]]+", path)
    return "" if not steps else steps[0] + "".join(f"[{step}]" for step in steps[1:])


def _inside(where: str, name: str) -> str:
    return f"{where}[{name}]" if where else name


def _at(given: Any, where: str) -> Any:
    for step in re.findall(r"[^\[\]]+", where):
        if isinstance(given, list) and step.isdecimal() and int(step) < len(given):
            given = given[int(step)]
        elif isinstance(given, dict) and step in given:
            given = given[step]
        else:
            return None
    return given


def _no_empty(given: Any, where: str, *, allow_unset: bool) -> None:
    """Empty texts unset what can be unset, and are a mistake everywhere else."""
    items = given.items() if isinstance(given, dict) else enumerate(given) if isinstance(given, list) else ()
    for name, value in items:
        here = _inside(where, str(name))
        in_metadata = "metadata" in re.findall(r"[^\[\]]+", where)
        if value == "" and not in_metadata and not (allow_unset and _may_be_empty(here)):
            raise empty_parameter(here)
        _no_empty(value, here, allow_unset=allow_unset)


def _may_be_empty(here: str) -> bool:
    return here in _MAY_BE_EMPTY or here.endswith("[tax_rates]") or here == "subscription_details[default_tax_rates]"


def _check_metadata(given: Any, where: str) -> None:
    if isinstance(given, list):
        for at, value in enumerate(given):
            _check_metadata(value, f"{where}[{at}]")
    if not isinstance(given, dict):
        return
    most, longest_key, longest_value = _LIMITS["metadata"]
    for name, value in given.items():
        here = _inside(where, name)
        if name != "metadata" or not isinstance(value, dict):
            _check_metadata(value, here)
            continue
        if len(value) > most:
            raise Fault(f"You can have up to {most} metadata keys; this has {len(value)}.", param=here)
        for key, text in value.items():
            if len(key) > longest_key:
                raise Fault(f"Metadata keys can have up to {longest_key} characters.", param=here)
            if len(text) > longest_value:
                words = f"Metadata values can have up to {longest_value} characters"
                given_words = f"but you passed in a value that is {len(text)} characters."
                raise Fault(f"{words}, {given_words}", param=f"{here}[{key}]")
