"""Products, prices and the lines of a session."""

from portal.demo.stripe_standin.ids import new_id
from portal.demo.stripe_standin.store import Thing


def product(*, name: str, description: str | None, images: list[str], metadata: dict[str, str], now: int) -> Thing:
    """What a session's inline `product_data` becomes: a product nobody else can buy."""
    return {
        "id": new_id("prod_", 14),
        "object": "product",
        "active": False,
        "created": now,
        "default_price": None,
        "description": description,
        "images": images,
        "livemode": False,
        "marketing_features": [],
        "metadata": metadata,
        "name": name,
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "type": "service",
        "unit_label": None,
        "updated": now,
        "url": None,
    }


def price(*, product_id: str, currency: str, unit_amount: int, tax_behavior: str, now: int) -> Thing:
    return {
        "id": new_id("price_1"),
        "object": "price",
        "active": False,
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
        "tax_behavior": tax_behavior,
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": unit_amount,
        "unit_amount_decimal": str(unit_amount),
    }


def line_item(*, name: str, priced: Thing, quantity: int, metadata: dict[str, str]) -> Thing:
    amount = priced["unit_amount"] * quantity
    return {
        "id": new_id("li_1"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": priced["currency"],
        "description": name,
        "metadata": metadata,
        "price": priced,
        "quantity": quantity,
    }
