"""What subscriptions know of a person, what may be forgotten, and what tax law keeps."""

from datetime import datetime
from typing import Any

from portal.core import countries, db
from portal.core.settings import current
from portal.payments.rules import words

_KNOWN = """
SELECT s.title, s.state, s.plan, s.buyer_name, s.company, s.street, s.postal_code, s.city, s.country, s.vat_id, s.po_number,
    s.started_at, s.ended_at, s.method,
    array(SELECT number FROM subscription_invoice i WHERE i.subscription = s.id AND number <> '' ORDER BY i.id) AS invoices
FROM subscription s WHERE s.email = $1 ORDER BY s.id LIMIT 5000
"""
LABELS = {
    "title": "For", "buyer_name": "Name", "postal_code": "Postcode", "vat_id": "VAT ID",
    "po_number": "Purchase-order number", "started_at": "Began", "ended_at": "Ended", "method": "Paid by",
}  # fmt: skip


async def known_about(email: str) -> list[dict[str, Any]]:
    """Plans chosen with the address, with the invoices Stripe wrote for them."""
    return [
        {
            "what": "Plan", **row, "country": countries.name(row["country"]), "method": words.method(row["method"]),
        }
        for row in await db.fetch(_KNOWN, email)
    ]  # fmt: skip


async def forget(email: str, now: datetime) -> str:
    """Erase what has no invoice. Invoices, and the subscriptions behind them, are kept as the law demands."""
    async with db.transaction():
        gone = db.affected(
            await db.execute(
                "UPDATE subscription s SET email = '', buyer_name = '', company = '', street = '', postal_code = '', city = '', "
                "vat_id = '', po_number = '' WHERE email = $1 AND state = 'ended' "
                "AND NOT EXISTS (SELECT FROM subscription_invoice WHERE subscription = s.id)",
                email,
            )
        )
        kept = await db.fetch_value("SELECT count(*) FROM subscription WHERE email = $1", email)
    told = (
        "1 plan that was never paid no longer names anybody."
        if gone == 1
        else f"{gone} plans that were never paid no longer name anybody."
    )
    if kept:
        told += (
            f" {kept} plan{'' if kept == 1 else 's'} with invoices must be kept for {current().invoices_kept_years} years, as "
            "tax law demands; the invoices themselves are at Stripe. A plan of a company that others look after goes on until "
            "it is cancelled."
        )
    return told
