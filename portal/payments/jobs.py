"""What the worker does about money. Each loads by id and is safe to run twice."""

from datetime import timedelta

import httpx
import msgspec
import structlog

from portal.core import clock, db
from portal.core.settings import current
from portal.payments import queries
from portal.payments.commands.purchases import note_vat_check
from portal.payments.flows import Payments
from portal.payments.tables import VatCheck
from portal.payments.values import GatewayError

_log = structlog.get_logger("payments")


class MoneyJobs:
    """The jobs, bound to the payments they work on."""

    def __init__(self, payments: Payments) -> None:
        self.payments = payments

    async def handle_event(self, event: int) -> None:
        """Act on a stored event: whatever it says, the object is read anew from Stripe."""
        row = await db.fetch_one("SELECT type, payload, handled_at FROM stripe_event WHERE id = $1", event)
        if row is None or row["handled_at"] is not None:
            return
        purchase_id = await _purchase_of(row["payload"])
        if purchase_id is not None:
            if row["type"].startswith(("charge.refund", "refund.")):
                await self.payments.compare_refunds(purchase_id)
            else:
                await self.payments.settle(purchase_id)
        await db.execute("UPDATE stripe_event SET handled_at = $2 WHERE id = $1", event, clock.now())

    async def close_sessions(self, purchase: int) -> None:
        await self.payments.close_sessions(purchase)

    async def send_refund(self, refund: int) -> None:
        await self.payments.send_refund(refund)

    async def sweep(self) -> None:
        """Look after purchases whose webhook never came."""
        if self.payments.gateway is None:
            return
        for purchase_id in await queries.unsettled(now=clock.now(), at_least=timedelta(minutes=1)):
            try:
                await self.payments.settle(purchase_id)
            except GatewayError as error:
                _log.warning("sweep could not settle", purchase=purchase_id, error=type(error).__name__)


async def _purchase_of(payload: str) -> int | None:
    thing = msgspec.json.decode(payload).get("data", {}).get("object", {})
    kind, metadata = thing.get("object"), thing.get("metadata") or {}
    intent = thing.get("id") if kind == "payment_intent" else thing.get("payment_intent")
    if isinstance(intent, dict):
        intent = intent.get("id")
    return await queries.purchase_of_object(
        session_id=thing.get("id", "") if kind == "checkout.session" else "",
        payment_intent=intent or "",
        public_id=str(metadata.get("purchase", "")),
    )


async def check_vat_id(purchase: int) -> None:
    """Ask the EU's register (VIES, REST) about a VAT ID. A register that is down answers nothing: the form counts."""
    address = current().vies_url
    row = await db.fetch_one("SELECT vat_id, vat_check FROM purchase WHERE id = $1", purchase)
    if not address or row is None or not row["vat_id"] or row["vat_check"] != VatCheck.FORM.value:
        return
    country, number = row["vat_id"][:2], row["vat_id"][2:]
    async with httpx.AsyncClient(timeout=10) as client:
        answer = await client.get(f"{address.rstrip('/')}/ms/{country}/vat/{number}")
        answer.raise_for_status()
        said = answer.json()
    if said.get("userError") not in (None, "VALID", "INVALID"):
        # MS_UNAVAILABLE, TIMEOUT and the like: let the queue try again later.
        raise RuntimeError(f"VIES: {said['userError']}")
    found = VatCheck.CONFIRMED if said.get("isValid") else VatCheck.UNKNOWN_TO_REGISTER
    await note_vat_check(purchase_id=purchase, found=found, name=str(said.get("name", "")), now=clock.now())
