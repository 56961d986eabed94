"""Customers and the person a payment is billed to."""

from typing import Any

import msgspec

from portal.demo.stripe_standin.ids import new_id
from portal.demo.stripe_standin.store import Thing

NO_ADDRESS = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}


class Payer(msgspec.Struct, frozen=True):
    """Who pays, as typed on the payment page."""

    email: str
    name: str
    country: str

    @property
    def address(self) -> dict[str, str | None]:
        return {**NO_ADDRESS, "country": self.country}


def customer(*, now: int, **given: Any) -> Thing:
    """`given` are the properties a caller may set."""
    return {
        "id": new_id("cus_", 14),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": now,
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": new_id("", 8).upper(),
        "invoice_settings": {
            "custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
        **given,
    }  # fmt: skip


def tax_id(*, customer: str, kind: str, value: str, country: str | None, now: int) -> Thing:
    """Numbers of countries Stripe can ask wait for their check; of others nobody can say."""
    checked = kind in ("eu_vat", "gb_vat", "au_abn")
    return {
        "id": new_id("txi_1"),
        "object": "tax_id",
        "country": country,
        "created": now,
        "customer": customer,
        "customer_account": None,
        "livemode": False,
        "owner": {"customer": customer, "customer_account": None, "type": "customer"},
        "type": kind,
        "value": value,
        "verification": {
            "status": "pending" if checked else "unavailable", "verified_address": None, "verified_name": None,
        },
    }  # fmt: skip


def details(email: str | None, payer: Payer | None = None, *, tax_exempt: str = "none") -> Thing:
    """`customer_details` of a session, before and after somebody filled the page in."""
    return {
        "address": payer.address if payer else None,
        "business_name": None,
        "email": payer.email if payer else email,
        "individual_name": None,
        "name": payer.name if payer else None,
        "phone": None,
        "tax_exempt": tax_exempt,
        "tax_ids": [] if payer else None,
    }


def billing(payer: Payer) -> Thing:
    return {"address": payer.address, "email": payer.email, "name": payer.name, "phone": None, "tax_id": None}
