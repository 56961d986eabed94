"""What payments know of a person, what may be forgotten, and what tax law keeps."""

from datetime import datetime
from typing import Any

from portal.core import countries, db
from portal.core.money import Money
from portal.core.settings import current
from portal.payments.rules import words

_PURCHASES = """
SELECT p.title, p.state, p.currency, p.total, p.refunded, p.buyer_name, p.company, p.street, p.postal_code, p.city, p.country,
    p.vat_id, p.po_number, p.created_at, p.paid_at, p.method,
    array(SELECT number FROM invoice i WHERE i.purchase = p.id ORDER BY i.id) AS invoices
FROM purchase p WHERE p.email = $1 ORDER BY p.id LIMIT 5000
"""


LABELS = {
    "title": "For", "total": "To pay", "refunded": "Sent back", "buyer_name": "Name", "postal_code": "Postcode",
    "vat_id": "VAT ID", "po_number": "Purchase-order number", "created_at": "Ordered", "paid_at": "Paid", "method": "Paid by",
}  # fmt: skip


async def known_about(email: str) -> list[dict[str, Any]]:
    """Purchases with the invoices written for them."""
    return [_told(dict(row)) for row in await db.fetch(_PURCHASES, email)]


def _told(row: dict[str, Any]) -> dict[str, Any]:
    currency = row.pop("currency")
    return {
        "what": "Purchase",
        **row,
        "total": Money(row["total"], currency),
        "refunded": Money(row["refunded"], currency) if row["refunded"] else None,
        "country": countries.name(row["country"]),
        "method": words.method(row["method"]),
    }


async def forget(email: str, now: datetime) -> str:
    """Erase what has no invoice. Invoices, and the purchases behind them, are kept as the law demands."""
    async with db.transaction():
        kept = await db.fetch_value(
            "SELECT count(*) FROM invoice i JOIN purchase p ON p.id = i.purchase WHERE p.email = $1", email
        )
        gone = db.affected(
            await db.execute(
                "UPDATE purchase p SET email = '', buyer_name = '', company = '', street = '', postal_code = '', city = '', "
                "vat_id = '', po_number = '' WHERE email = $1 AND state IN ('void', 'returned') "
                "AND NOT EXISTS (SELECT FROM invoice WHERE purchase = p.id)",
                email,
            )
        )
    words = f"{gone} unpaid purchase{'' if gone == 1 else 's'} no longer {'names' if gone == 1 else 'name'} anybody."
    if kept:
        words += (
            f" {kept} invoice{'' if kept == 1 else 's'}, with the purchases behind, must be kept for "
            f"{current().invoices_kept_years} years, as tax law demands."
        )
    return words
