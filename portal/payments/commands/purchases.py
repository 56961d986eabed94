"""Opening and pricing purchases, and voiding them when what was to be bought is no longer held."""

from datetime import datetime
from uuid import uuid4

from portal.core import db, money
from portal.core.errors import Conflict, Invalid
from portal.core.jobs import enqueue
from portal.core.settings import current
from portal.payments.buying import Basket
from portal.payments.commands.attempts import withdraw_all, withdraw_stale
from portal.payments.commands.questions import ask
from portal.payments.rules.sums import totals, uncollectable
from portal.payments.tables import PurchaseState, VatCheck
from portal.payments.vat import register_number

_OPEN = """
INSERT INTO purchase (public_id, kind, key, state, currency, net, tax, total, refunded, title, supply, email, buyer_name,
    company, street, postal_code, city, country, vat_id, vat_check, vat_checked_at, po_number, tax_treatment, tax_country,
    return_path, created_at, expires_at, method)
VALUES ($1, $2, $3, 'open', $4, $5, $6, $7, 0, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
    $23, $24, $25, '')
ON CONFLICT (kind, key) DO UPDATE SET currency = excluded.currency, net = excluded.net, tax = excluded.tax,
    total = excluded.total, title = excluded.title, supply = excluded.supply, email = excluded.email,
    buyer_name = excluded.buyer_name, company = excluded.company, street = excluded.street,
    postal_code = excluded.postal_code, city = excluded.city, country = excluded.country, vat_id = excluded.vat_id,
    vat_check = excluded.vat_check, vat_checked_at = excluded.vat_checked_at, po_number = excluded.po_number,
    tax_treatment = excluded.tax_treatment, tax_country = excluded.tax_country, expires_at = excluded.expires_at
WHERE purchase.state = 'open'
RETURNING id
"""


async def open_purchase(*, basket: Basket, now: datetime) -> int:
    """Make the purchase of (kind, key), or price it anew while it is open; returns its id.

    A payment page that says something else by now is closed. Raises Invalid for a sum that cannot be collected, Conflict
    once money is on its way: what is paid for can no longer change.
    """
    sums = totals(basket.lines, basket.treatment, currency=basket.currency)
    if why := uncollectable(sums.gross, basket.currency):
        told = money.written(sums.gross, basket.currency, current().site_locale)
        raise Invalid({"": f"{told} {why}. Please write to {current().contact_email}."})
    buyer = basket.buyer
    async with db.transaction():
        purchase_id = await db.fetch_value(
            _OPEN,
            uuid4(), basket.kind, basket.key, basket.currency, sums.net, sums.tax, sums.gross, basket.title, basket.supply,
            buyer.email, buyer.name, buyer.company, buyer.street, buyer.postal_code, buyer.city, buyer.country,
            buyer.vat_id, buyer.vat_check.value, now if buyer.vat_id else None, buyer.po_number, basket.treatment.value,
            basket.tax_country, basket.return_path, now, basket.expires_at,
        )  # fmt: skip
        if purchase_id is None:
            raise Conflict("This order is already being paid; it can no longer be changed.")
        await db.execute("DELETE FROM purchase_line WHERE purchase = $1", purchase_id)
        async with db.connection() as line_of:
            await line_of.executemany(
                "INSERT INTO purchase_line (purchase, position, key, description, detail, quantity, list_net, unit_net, "
                "tax_rate, refunded_quantity) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)",
                [
                    (purchase_id, n, line.key, line.description, line.detail, line.quantity, line.list_net, line.unit_net,
                     line.tax_rate)
                    for n, line in enumerate(basket.lines, 1)
                ],
            )  # fmt: skip
        await withdraw_stale(purchase_id)
        if buyer.vat_check is VatCheck.FORM and register_number(buyer.vat_id):
            await enqueue("payments.check_vat_id", purchase=purchase_id)
    return int(purchase_id)


async def void_purchase(*, purchase_id: int) -> None:
    """Nothing is held for this purchase any more: close its payment page too. Late money is settled when it comes."""
    async with db.transaction():
        voided = await db.fetch_value(
            "UPDATE purchase SET state = $2 WHERE id = $1 AND state = $3 RETURNING id",
            purchase_id, PurchaseState.VOID.value, PurchaseState.OPEN.value,
        )  # fmt: skip
        if voided:
            await withdraw_all(purchase_id)


async def readdress_purchase(*, purchase_id: int, email: str, return_path: str) -> None:
    """The buyer is reached elsewhere from now on. What was issued stays as it was."""
    await db.execute("UPDATE purchase SET email = $2, return_path = $3 WHERE id = $1", purchase_id, email, return_path)


async def note_vat_check(*, purchase_id: int, vat_id: str, found: VatCheck, name: str, now: datetime) -> None:
    """Keep what the register said of `vat_id`, unless the buyer has given another meanwhile.

    An ID it does not know becomes a question for a person.
    """
    async with db.transaction():
        kept = await db.fetch_value(
            "UPDATE purchase SET vat_check = $3, vat_checked_at = $4 WHERE id = $1 AND vat_id = $2 AND vat_check = 'form' "
            "RETURNING id",
            purchase_id, vat_id, found.value, now,
        )  # fmt: skip
        if kept is not None and found is VatCheck.UNKNOWN_TO_REGISTER:
            await ask(
                reference=f"vat:{purchase_id}:{vat_id}", purchase_id=purchase_id, now=now, facts={"register_name": name},
                sentence=f"The EU’s register does not know the VAT ID {vat_id} given for this purchase.",
            )  # fmt: skip


async def lock_purchase(*, purchase_id: int) -> PurchaseState:
    """Take the purchase's lock in the current transaction: always before the lock of what is bought."""
    return PurchaseState(await db.fetch_value("SELECT state FROM purchase WHERE id = $1 FOR UPDATE", purchase_id))
