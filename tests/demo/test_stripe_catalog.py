"""Products, prices, tax rates and tax ids: made, changed, found, refused."""

from typing import Any

import pytest

from tests.demo.billing import Billing, refused
from tests.demo.conftest import Receiver
from tests.stripe_server import StripeServer


@pytest.fixture
def billing(stripe: StripeServer, receiver: Receiver) -> Billing:
    return Billing(stripe, receiver)


async def test_products(billing: Billing) -> None:
    made = await billing.post(
        "products", name="Premium", id="premium", metadata={"plan": "premium"},
        default_price_data={"currency": "eur", "unit_amount": 9900, "recurring": {"interval": "month"}},
        expand=["default_price"],
    )  # fmt: skip
    assert (made["id"], made["active"], made["default_price"]["unit_amount"]) == ("premium", True, 9900)
    changed = await billing.post("products/premium", name="Premium plan", active=False, description="All of it")
    assert (changed["name"], changed["active"], changed["description"]) == ("Premium plan", False, "All of it")
    other = await billing.post("products", name="Enhanced")
    assert [one["id"] for one in (await billing.get("products", active=True))["data"]] == [other["id"]]
    assert [one["id"] for one in (await billing.get("products", ids=["premium"]))["data"]] == ["premium"]
    assert await billing.told() == ["product.created", "price.created", "product.updated", "product.created"]
    assert refused(await billing.call("POST", "products", name="x", id="premium"))["code"] == "resource_already_exists"
    assert (await billing.call("DELETE", "products/premium")).status_code == 400
    assert (await billing.delete(f"products/{other['id']}"))["deleted"] is True


async def test_prices_are_found_by_their_keys(billing: Billing) -> None:
    monthly = await billing.price(4900, lookup_key="enhanced_month_eur", nickname="Enhanced")
    yearly = await billing.price(49000, "year", lookup_key="enhanced_year_eur")
    found = await billing.get(
        "prices", lookup_keys=["enhanced_month_eur", "enhanced_year_eur"], active=True, expand=["data.product"]
    )
    assert [price["id"] for price in found["data"]] == [yearly["id"], monthly["id"]]
    assert found["data"][1]["product"]["name"] == "Plan at 4900"
    assert [one["id"] for one in (await billing.get("prices", recurring={"interval": "year"}))["data"]] == [
        yearly["id"]
    ]
    assert (await billing.get("prices", type="one_time"))["data"] == []
    answer = await billing.call(
        "POST", "prices", currency="eur", unit_amount=5900, lookup_key="enhanced_month_eur", product=monthly["product"]
    )
    assert refused(answer)["param"] == "lookup_key"
    newer = await billing.post(
        "prices", currency="eur", unit_amount=5900, lookup_key="enhanced_month_eur", product=monthly["product"],
        transfer_lookup_key=True,
    )  # fmt: skip
    assert [one["id"] for one in (await billing.get("prices", lookup_keys=["enhanced_month_eur"]))["data"]] == [
        newer["id"]
    ]
    assert (await billing.post(f"prices/{monthly['id']}", active=False))["active"] is False
    answer = await billing.call(
        "POST", "checkout/sessions", mode="subscription", success_url="https://shop.example",
        line_items=[{"price": monthly["id"], "quantity": 1}],
    )  # fmt: skip
    assert refused(answer)["param"] == "line_items[0][price]"


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"currency": "zzz"}, "currency"),
        ({"unit_amount": "1.5"}, "unit_amount"),
        ({"recurring": {"interval": "fortnight"}}, "recurring[interval]"),
        ({"recurring": {"interval": "month", "usage_type": "metered"}}, "recurring[usage_type]"),
        ({"product": "prod_nowhere"}, "product"),
        ({"product": ""}, "product"),
        ({"billing_scheme": "tiered"}, "billing_scheme"),
    ],
)
async def test_prices_that_are_refused(billing: Billing, given: dict[str, Any], param: str) -> None:
    product = await billing.post("products", name="Premium")
    wanted = {"currency": "eur", "unit_amount": 100, "product": product["id"]}
    answer = await billing.call("POST", "prices", **(wanted | given))
    assert (answer.status_code, refused(answer)["param"]) == (400, param)


async def test_tax_rates(billing: Billing) -> None:
    rate = await billing.post(
        "tax_rates",
        display_name="VAT",
        inclusive=False,
        percentage="19",
        country="DE",
        tax_type="vat",
        jurisdiction="DE",
    )
    reduced = await billing.post("tax_rates", display_name="VAT", inclusive=True, percentage="7.5")
    assert (rate["percentage"], rate["effective_percentage"], reduced["percentage"]) == (19, 19, 7.5)
    assert (await billing.post(f"tax_rates/{reduced['id']}", active=False))["active"] is False
    assert [one["id"] for one in (await billing.get("tax_rates", active=True))["data"]] == [rate["id"]]
    assert await billing.told() == ["tax_rate.created", "tax_rate.created", "tax_rate.updated"]
    answer = await billing.call("POST", "tax_rates", display_name="VAT", inclusive=False, percentage="190")
    assert (answer.status_code, refused(answer)["param"]) == (400, "percentage")


async def test_customers_and_their_tax_ids(billing: Billing) -> None:
    customer = await billing.post(
        "customers", email="a@b.example", name="Brennhof Pharma GmbH", tax_exempt="reverse",
        address={"line1": "Hafenstrasse 21", "city": "Ulm", "postal_code": "89077", "country": "DE"},
        tax_id_data=[{"type": "eu_vat", "value": "DE 136695976"}], expand=["tax_ids"],
    )  # fmt: skip
    assert (customer["tax_exempt"], customer["address"]["city"]) == ("reverse", "Ulm")
    assert [(one["value"], one["country"]) for one in customer["tax_ids"]["data"]] == [("DE136695976", "DE")]
    path = f"customers/{customer['id']}"
    swiss = await billing.post(f"{path}/tax_ids", type="ch_vat", value="CHE-123.456.788 MWST")
    assert swiss["verification"]["status"] == "unavailable"
    assert len((await billing.get(f"{path}/tax_ids"))["data"]) == 2
    assert (await billing.get(f"{path}/tax_ids/{swiss['id']}"))["value"] == "CHE123456788MWST"
    assert (await billing.delete(f"{path}/tax_ids/{swiss['id']}"))["deleted"] is True
    assert len((await billing.get(f"{path}/tax_ids"))["data"]) == 1
    changed = await billing.post(path, address={"city": "Neu-Ulm", "line1": ""}, tax_exempt="none")
    assert (changed["address"]["city"], changed["address"]["line1"], changed["address"]["country"]) == (
        "Neu-Ulm",
        None,
        "DE",
    )
    for kind, value in (("eu_vat", "QQ1"), ("nonsense", "DE136695976")):
        assert (await billing.call("POST", f"{path}/tax_ids", type=kind, value=value)).status_code == 400
    assert await billing.told("customer") == [
        "customer.created", "customer.tax_id.created", "customer.tax_id.created", "customer.tax_id.deleted",
        "customer.updated",
    ]  # fmt: skip


async def test_another_customers_things_are_not_found(billing: Billing) -> None:
    mine, yours = [await billing.post("customers", email=f"{name}@b.example") for name in "ab"]
    tax_id = await billing.post(f"customers/{mine['id']}/tax_ids", type="eu_vat", value="DE136695976")
    answer = await billing.call("GET", f"customers/{yours['id']}/tax_ids/{tax_id['id']}")
    assert (answer.status_code, refused(answer)["code"]) == (404, "resource_missing")


async def test_the_same_key_subscribes_and_changes_once(billing: Billing) -> None:
    subscription = await billing.subscribed(await billing.price())
    path = f"/v1/subscriptions/{subscription['id']}"
    first = await billing.stripe.api("POST", path, "cancel_at_period_end=true", idempotency_key="same")
    again = await billing.stripe.api("POST", path, "cancel_at_period_end=true", idempotency_key="same")
    assert (first.content, again.headers["idempotent-replayed"]) == (again.content, "true")
    assert await billing.told() == ["customer.subscription.updated"]
