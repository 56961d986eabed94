"""Invoices and credit notes: gapless numbers, content frozen at issue. Called inside the transaction of the act."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from portal.core import db, times
from portal.core.settings import current
from portal.payments import rules
from portal.payments.buying import Line, Totals
from portal.payments.tables import InvoiceKind, TaxTreatment

_NEXT = """
INSERT INTO invoice_series AS s (name, last) VALUES ($1, 1)
ON CONFLICT (name) DO UPDATE SET last = s.last + 1 RETURNING last
"""


async def issue_invoice(*, purchase_id: int, now: datetime) -> str:
    """Write the invoice of a paid purchase and return its number."""
    purchase = await _purchase(purchase_id)
    lines = list((await purchase_lines(purchase_id)).values())
    sums = rules.totals(lines, TaxTreatment(purchase["tax_treatment"]))
    return await _write(InvoiceKind.INVOICE, purchase, lines, sums, {}, None, now)


async def issue_credit_note(*, refund_id: int, now: datetime) -> str | None:
    """Write the credit note of a refund of lines; None when no invoice was ever issued, or the note exists."""
    refund = await db.fetch_one("SELECT purchase, amount, reason FROM refund WHERE id = $1", refund_id)
    assert refund is not None
    original = await db.fetch_one(
        "SELECT number, issued_at FROM invoice WHERE purchase = $1 AND kind = 'invoice'", refund["purchase"]
    )
    done = await db.fetch_value("SELECT number FROM invoice WHERE refund = $1", refund_id)
    if original is None or done is not None:
        return None
    rows = await db.fetch("SELECT line, quantity FROM refund_line WHERE refund = $1 ORDER BY line", refund_id)
    if not rows:
        return None
    purchase = await _purchase(refund["purchase"])
    lines = await purchase_lines(refund["purchase"])
    earlier = await db.fetch(
        "SELECT l.line, sum(l.quantity)::int AS quantity FROM refund_line l JOIN refund r ON r.id = l.refund "
        "WHERE r.purchase = $1 AND r.id < $2 AND r.state <> 'failed' GROUP BY 1",
        refund["purchase"], refund_id,
    )  # fmt: skip
    wanted = {row["line"]: row["quantity"] for row in rows}
    already = {row["line"]: row["quantity"] for row in earlier}
    sums = rules.returned(lines, already, wanted, TaxTreatment(purchase["tax_treatment"]))
    back = [msgspec.structs.replace(lines[line], quantity=count) for line, count in wanted.items()]
    facts = {
        "corrects": original["number"], "corrects_date": _local(original["issued_at"]).date().isoformat(),
        "reason": refund["reason"],
    }  # fmt: skip
    return await _write(InvoiceKind.CREDIT_NOTE, purchase, back, sums, facts, refund_id, now)


def _local(at: datetime) -> datetime:
    """In the seller's own zone: invoices are dated by its calendar."""
    return at.astimezone(times.zone(current().site_timezone))


async def purchase_lines(purchase_id: int) -> dict[int, Line]:
    """Lines by row id, in order."""
    rows = await db.fetch(
        "SELECT id, key, description, detail, quantity, list_net, unit_net, tax_rate FROM purchase_line "
        "WHERE purchase = $1 ORDER BY position",
        purchase_id,
    )
    return {
        row["id"]: Line(
            key=row["key"], description=row["description"], detail=row["detail"], quantity=row["quantity"],
            list_net=row["list_net"], unit_net=row["unit_net"], tax_rate=row["tax_rate"],
        )
        for row in rows
    }  # fmt: skip


async def _purchase(purchase_id: int) -> Any:
    return await db.fetch_one("SELECT * FROM purchase WHERE id = $1", purchase_id)


async def _write(
    kind: InvoiceKind,
    purchase: Any,
    lines: list[Line],
    sums: Totals,
    facts: dict[str, Any],
    refund_id: int | None,
    now: datetime,
) -> str:
    settings = current()
    treatment = TaxTreatment(purchase["tax_treatment"])
    series = f"{settings.order_prefix}-{'C' if kind is InvoiceKind.CREDIT_NOTE else 'R'}{_local(now).year}"
    # The counter's row stays locked until commit, so a rollback gives the number back: no gaps.
    number = f"{series}-{await db.fetch_value(_NEXT, series):05d}"
    content = {
        "seller": {
            "name": settings.seller_name, "address": settings.seller_address, "country": settings.seller_country,
            "vat_id": settings.seller_vat_id, "email": settings.contact_email,
        },
        "buyer": {
            key: purchase[key]
            for key in ("buyer_name", "company", "street", "postal_code", "city", "country", "email", "vat_id", "po_number")
        },
        "title": purchase["title"],
        "supply": purchase["supply"],
        "order": purchase["key"],
        "currency": purchase["currency"],
        "lines": [
            {
                "description": line.description, "detail": line.detail, "quantity": line.quantity,
                "unit_net": line.unit_net, "net": line.net, "tax_rate": str(rate_shown(line.tax_rate, treatment)),
            }
            for line in lines
        ],
        "taxes": [{"rate": str(tax.rate), "net": tax.net, "tax": tax.tax} for tax in sums.taxes],
        "net": sums.net,
        "tax": sums.tax,
        "gross": sums.gross,
        "treatment": treatment.value,
        "note": rules.EXPLANATIONS[treatment],
        "paid_at": purchase["paid_at"].isoformat() if purchase["paid_at"] else None,
        "method": purchase["method"],
        "evidence": {
            "country": purchase["country"], "vat_id": purchase["vat_id"], "vat_check": purchase["vat_check"],
            "vat_checked_at": purchase["vat_checked_at"].isoformat() if purchase["vat_checked_at"] else None,
            "supply": purchase["supply"],
        },
        **facts,
    }  # fmt: skip
    await db.execute(
        "INSERT INTO invoice (number, kind, purchase, refund, issued_at, content) VALUES ($1, $2, $3, $4, $5, $6::jsonb)",
        number, kind.value, purchase["id"], refund_id, now, msgspec.json.encode(content).decode(),
    )  # fmt: skip
    return number


def rate_shown(rate: Decimal, treatment: TaxTreatment) -> Decimal:
    """The rate that was charged."""
    return rate if treatment is TaxTreatment.STANDARD else Decimal(0)
