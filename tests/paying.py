"""What tests about money hold: the portal with a browser on it, the stand-in for Stripe, the worker."""

import re

import httpx

from portal import worker
from portal.core import db
from portal.payments.jobs import MoneyJobs
from portal.payments.subscriptions.jobs import SubscriptionJobs
from portal.wiring import Services
from tests.factories.registration import Shop
from tests.stripe_server import StripeServer

INVOICE = {
    "company": "Brennhof Pharma GmbH", "street": "Hafenstrasse 21", "postal_code": "89077", "city": "Ulm", "country": "DE",
    "vat_id": "DE136695976", "po_number": "PO-7781",
}  # fmt: skip
CONTACT = {"first_name": "Amara", "last_name": "Okonjo-Reuter", "email": "amara@brennhof.example", "s1_who": "me"}


class Paying:
    """One buyer's hands, and everything behind the page."""

    def __init__(self, client: httpx.AsyncClient, stripe: StripeServer, services: Services) -> None:
        self.client = client
        self.stripe = stripe
        self.services = services

    async def hold(self, shop: Shop, count: int = 1, code: str = "", ticket: str = "Seat") -> str:
        """Take seats; gives the order's address."""
        answer = await self.client.post(
            f"/events/{shop.slug}/orders", data={f"ticket_{shop.tickets[ticket]}": str(count), "code": code}
        )
        assert answer.status_code == 303, answer.text
        return answer.headers["location"].removesuffix("/details")

    async def to_payment(self, path: str, **details: str) -> str:
        """Fill in the details; gives the address of Stripe's page."""
        answer = await self.client.post(f"{path}/details", data={**CONTACT, **INVOICE, **details})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def work(self) -> None:
        """Let the worker do everything that is due."""
        await worker.drain(self.services)

    async def sweep(self) -> None:
        """Let the sweepers look after what is due."""
        await MoneyJobs(self.services.payments, self.services.subscriptions).sweep()
        await SubscriptionJobs(self.services.subscriptions).sweep()

    async def everything_settles(self) -> None:
        """Deliver what Stripe has to say and work it off, until both are quiet."""
        while True:
            said = await self.stripe.deliver_all()
            await self.work()
            if not said:
                return

    async def state(self, path: str) -> tuple[str, str]:
        """(order's state, purchase's state)."""
        row = await db.fetch_one(
            "SELECT o.state AS o, p.state AS p FROM seat_order o LEFT JOIN purchase p ON p.id = o.purchase_id "
            "WHERE o.secret = $1",
            path.rpartition("/")[2],
        )
        assert row is not None
        return row["o"], row["p"]

    async def counts(self) -> dict[str, int]:
        """How many there are of what must come once."""
        row = await db.fetch_one(
            "SELECT (SELECT count(*) FROM invoice) AS invoices, (SELECT count(*) FROM seat WHERE state = 'confirmed') AS seats, "
            "(SELECT count(*) FROM mail WHERE topic = 'orders') AS mails, (SELECT count(*) FROM refund) AS refunds"
        )
        assert row is not None
        return dict(row)


def text_of(page: httpx.Response) -> str:
    """The words of a page on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))
