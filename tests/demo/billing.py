"""Hands for tests of subscriptions: raw calls, a small catalogue, and somebody who subscribes."""

from itertools import count
from typing import Any
from urllib.parse import urlencode

import httpx

from portal.demo.stripe_standin.acts import charging
from portal.demo.stripe_standin.cards import check_card
from portal.demo.stripe_standin.objects.customers import Payer
from tests.demo.conftest import Receiver
from tests.stripe_server import StripeServer

DAY = 86400


class Billing:
    """Calls as the SDK makes them; whatever is asked or answered is judged on the way."""

    def __init__(self, stripe: StripeServer, receiver: Receiver) -> None:
        self.stripe = stripe
        self.receiver = receiver
        self._keys = count()

    async def call(self, method: str, path: str, **given: Any) -> httpx.Response:
        body = encoded(given)
        if method != "POST":
            return await self.stripe.api(method, f"/v1/{path}{'?' if body else ''}{body}")
        return await self.stripe.api("POST", f"/v1/{path}", body, idempotency_key=f"k{next(self._keys)}")

    async def post(self, path: str, **given: Any) -> dict[str, Any]:
        return good(await self.call("POST", path, **given))

    async def get(self, path: str, **given: Any) -> dict[str, Any]:
        return good(await self.call("GET", path, **given))

    async def delete(self, path: str, **given: Any) -> dict[str, Any]:
        return good(await self.call("DELETE", path, **given))

    async def price(self, amount: int = 4900, interval: str = "month", **given: Any) -> dict[str, Any]:
        wanted: dict[str, Any] = {
            "currency": "eur", "unit_amount": amount, "recurring": {"interval": interval},
            "product_data": {"name": f"Plan at {amount}"},
        }  # fmt: skip
        return await self.post("prices", **(wanted | given))

    async def session(self, price: dict[str, Any], **given: Any) -> dict[str, Any]:
        wanted: dict[str, Any] = {
            "mode": "subscription", "success_url": "https://shop.example/done",
            "line_items": [{"price": price["id"], "quantity": 1}],
        }  # fmt: skip
        return await self.post("checkout/sessions", **(wanted | given))

    async def subscribed(
        self, price: dict[str, Any], *, card: str = "4242424242424242", **given: Any
    ) -> dict[str, Any]:
        """A subscription somebody has just paid for; what it made Stripe say is out of the way."""
        customer = await self.post("customers", email="amara@brennhof.example", name="Brennhof Pharma GmbH")
        session = await self.session(price, **({"customer": customer["id"]} | given))
        await self.stripe.pay(session["url"], card=card)
        session = await self.get(f"checkout/sessions/{session['id']}")
        await self.told()
        return await self.get(f"subscriptions/{session['subscription']}")

    async def puts_on_file(self, subscription: dict[str, Any], number: str) -> None:
        """Another card for what comes, as the portal's page would keep it."""
        account = self.stripe.standin.account
        card, faults = check_card(number, "12 / 34", "123", account.clock().date())
        assert card is not None, faults
        method = charging.keep_card(account, card, Payer("amara@brennhof.example", "Amara Okonjo", "DE"))
        await self.post(f"payment_methods/{method['id']}/attach", customer=subscription["customer"])
        await self.post(f"subscriptions/{subscription['id']}", default_payment_method=method["id"])
        await self.told()

    async def told(self, *kinds: str) -> list[str]:
        """The types of the events since the last time; only those of `kinds`, where named."""
        self.receiver.deliveries.clear()
        await self.stripe.deliver_all()
        return [said for said in self.receiver.types if not kinds or said.startswith(kinds)]

    async def invoices(self, subscription: dict[str, Any]) -> list[dict[str, Any]]:
        """Newest first."""
        found: list[dict[str, Any]] = (await self.get("invoices", subscription=subscription["id"]))["data"]
        return found

    def event(self, kind: str) -> dict[str, Any]:
        """The latest event of a type among those just told."""
        at = len(self.receiver.types) - 1 - self.receiver.types[::-1].index(kind)
        event: dict[str, Any] = self.receiver.event(at)
        return event


def encoded(given: dict[str, Any]) -> str:
    return urlencode([pair for name, value in given.items() for pair in _pairs(name, value)])


def _pairs(name: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [pair for key, inner in value.items() for pair in _pairs(f"{name}[{key}]", inner)]
    if isinstance(value, list):
        return [pair for at, inner in enumerate(value) for pair in _pairs(f"{name}[{at}]", inner)]
    return [(name, str(value).lower() if isinstance(value, bool) else str(value))]


def good(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def refused(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code >= 400, answer.text
    said: dict[str, Any] = answer.json()["error"]
    return said
