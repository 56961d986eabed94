"""Products, prices, tax rates and the lines of a session."""

from typing import Any

from portal.demo.stripe_standin.ids import new_id
from portal.demo.stripe_standin.store import Thing


def product(*, name: str, now: int, **given: Any) -> Thing:
    """`given` are the properties a caller may set."""
    return {
        "id": new_id("prod_", 14),
        "object": "product",
        "active": True,
        "created": now,
        "default_price": None,
        "description": None,
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": {},
        "name": name,
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "type": "service",
        "unit_label": None,
        "updated": now,
        "url": None,
        **given,
    }


def price(*, product_id: str, currency: str, unit_amount: int, now: int, **given: Any) -> Thing:
    """`recurring` in `given` makes it one that is charged again and again."""
    return {
        "id": new_id("price_1"),
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": now,
        "currency": currency,
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": product_id,
        "recurring": None,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring" if given.get("recurring") else "one_time",
        "unit_amount": unit_amount,
        "unit_amount_decimal": str(unit_amount),
        **given,
    }


def recurring(*, interval: str, interval_count: int) -> Thing:
    return {"interval": interval, "interval_count": interval_count, "meter": None, "usage_type": "licensed"}


def tax_rate(*, display_name: str, inclusive: bool, percentage: float, now: int, **given: Any) -> Thing:
    return {
        "id": new_id("txr_1"),
        "object": "tax_rate",
        "active": True,
        "country": None,
        "created": now,
        "description": None,
        "display_name": display_name,
        "effective_percentage": percentage,
        "flat_amount": None,
        "inclusive": inclusive,
        "jurisdiction": None,
        "jurisdiction_level": None,
        "livemode": False,
        "metadata": {},
        "percentage": percentage,
        "rate_type": "percentage",
        "state": None,
        "tax_type": None,
        **given,
    }


def line_item(
    *, name: str, priced: Thing, quantity: int, metadata: dict[str, str], exclusive: int = 0, inclusive: int = 0
) -> Thing:
    """A line of a session; the taxes on top of its price and within it."""
    amount = priced["unit_amount"] * quantity
    return {
        "id": new_id("li_1"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": exclusive + inclusive,
        "amount_total": amount + exclusive,
        "currency": priced["currency"],
        "description": name,
        "metadata": metadata,
        "price": priced,
        "quantity": quantity,
    }
