"""Invoices, credit notes and their reversals: gapless numbers, content frozen at issue. Called inside the act."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from portal.core import db, times
from portal.core.money import exchanged
from portal.core.settings import current
from portal.payments.buying import Line, Totals
from portal.payments.commands.questions import ask
from portal.payments.rules.sums import CHARGED, totals
from portal.payments.rules.supply import explanation, invoice_currency
from portal.payments.tables import InvoiceKind, TaxTreatment

_NEXT = """
INSERT INTO invoice_series AS s (name, last) VALUES ($1, 1)
ON CONFLICT (name) DO UPDATE SET last = s.last + 1 RETURNING last
"""
_SERIES = {InvoiceKind.INVOICE: "R", InvoiceKind.CREDIT_NOTE: "C", InvoiceKind.REVERSAL: "S"}


async def issue_invoice(*, purchase_id: int, now: datetime) -> str:
    """Write the invoice of a paid purchase and return its number."""
    purchase = await _purchase(purchase_id)
    lines = list((await purchase_lines(purchase_id)).values())
    sums = totals(lines, TaxTreatment(purchase["tax_treatment"]), currency=purchase["currency"])
    facts = {"tax_in": await _tax_elsewhere(purchase, sums.tax, now)}
    return await _write(InvoiceKind.INVOICE, purchase, lines, sums, facts, None, now)


async def issue_credit_note(*, refund_id: int, now: datetime) -> str | None:
    """Write the credit note of a refund of lines; None when no invoice was ever issued, or the note exists."""
    refund = await db.fetch_one(
        "SELECT r.purchase, r.reason, r.sums, i.number, i.issued_at, i.content->'tax_in' AS tax_in FROM refund r "
        "JOIN invoice i ON i.purchase = r.purchase AND i.kind = 'invoice' "
        "WHERE r.id = $1 AND NOT EXISTS (SELECT FROM invoice WHERE refund = r.id)",
        refund_id,
    )
    rows = await db.fetch("SELECT line, quantity, net FROM refund_line WHERE refund = $1 ORDER BY line", refund_id)
    if refund is None or not rows:
        return None
    lines = await purchase_lines(refund["purchase"])
    back = [_going_back(lines[row["line"]], row["quantity"], row["net"]) for row in rows]
    sums = msgspec.json.decode(refund["sums"], type=Totals)
    purchase = await _purchase(refund["purchase"])
    # What is taken back is taken back at the rate it was stated at.
    tax_in = msgspec.json.decode(refund["tax_in"])
    if tax_in is not None:
        tax_in = _stated(sums.tax, purchase["currency"], tax_in["currency"], Decimal(tax_in["rate"]))
    facts = {
        **_corrects(refund["number"], refund["issued_at"]), "reason": refund["reason"], "tax_in": tax_in,
    }  # fmt: skip
    return await _write(InvoiceKind.CREDIT_NOTE, purchase, back, sums, facts, refund_id, now)


async def reverse_credit_note(*, refund_id: int, now: datetime) -> str | None:
    """The money could not be sent: take its credit note back; None when there is none, or it was taken back already."""
    note = await db.fetch_one(
        "SELECT number, issued_at, content FROM invoice n WHERE refund = $1 AND kind = 'credit_note' "
        "AND NOT EXISTS (SELECT FROM invoice WHERE refund = $1 AND kind = 'reversal')",
        refund_id,
    )
    if note is None:
        return None
    purchase_id = await db.fetch_value("SELECT purchase FROM refund WHERE id = $1", refund_id)
    content = {
        **msgspec.json.decode(note["content"]), **_corrects(note["number"], note["issued_at"]),
        "reason": "The money could not be sent back.",
    }  # fmt: skip
    return await _keep(InvoiceKind.REVERSAL, purchase_id, content, refund_id, now)


def _going_back(line: Line, quantity: int, net: int) -> Line:
    if not quantity:
        return msgspec.structs.replace(line, quantity=1, unit_net=net, detail="Part of the price")
    return msgspec.structs.replace(line, quantity=quantity, unit_net=net // quantity)


def _corrects(number: str, issued_at: datetime) -> dict[str, str]:
    return {"corrects": number, "corrects_date": _local(issued_at).date().isoformat()}


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
    collected = kind is not InvoiceKind.INVOICE or purchase["collected"] in (None, purchase["total"])
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
        "note": explanation(treatment, purchase["tax_country"], purchase["country"]),
        # Only what was collected to the cent is said to be paid.
        "paid_at": purchase["paid_at"].isoformat() if purchase["paid_at"] and collected else None,
        "method": purchase["method"],
        "evidence": {
            "country": purchase["country"], "card_country": purchase["card_country"], "vat_id": purchase["vat_id"],
            "vat_check": purchase["vat_check"], "tax_country": purchase["tax_country"], "supply": purchase["supply"],
            "vat_checked_at": purchase["vat_checked_at"].isoformat() if purchase["vat_checked_at"] else None,
        },
        **facts,
    }  # fmt: skip
    return await _keep(kind, purchase["id"], content, refund_id, now)


async def _keep(
    kind: InvoiceKind, purchase_id: int, content: dict[str, Any], refund_id: int | None, now: datetime
) -> str:
    series = f"{current().order_prefix}-{_SERIES[kind]}{_local(now).year}"
    # The counter's row stays locked until commit, so a rollback gives the number back: no gaps.
    number = f"{series}-{await db.fetch_value(_NEXT, series):05d}"
    await db.execute(
        "INSERT INTO invoice (number, kind, purchase, refund, issued_at, content) VALUES ($1, $2, $3, $4, $5, $6::jsonb)",
        number, kind.value, purchase_id, refund_id, now, msgspec.json.encode(content).decode(),
    )  # fmt: skip
    return number


async def _tax_elsewhere(purchase: Any, tax: int, now: datetime) -> dict[str, Any] | None:
    """The VAT in the currency the law wants it in, with the rate as evidence; None when that is the sale's own."""
    settings = current()
    treatment = TaxTreatment(purchase["tax_treatment"])
    wanted = invoice_currency(treatment, purchase["tax_country"], settings.seller_country)
    if not wanted or wanted == purchase["currency"] or not tax:
        return None
    rate = settings.exchange_rate(purchase["currency"], wanted)
    if rate is None:
        await ask(
            reference=f"exchange:{purchase['id']}", purchase_id=purchase["id"], now=now,
            sentence=f"VAT on this purchase must be stated in {wanted} as well, and EXCHANGE_RATES has no rate for it.",
        )  # fmt: skip
        return None
    return _stated(tax, purchase["currency"], wanted, rate)


def _stated(tax: int, currency: str, wanted: str, rate: Decimal) -> dict[str, Any]:
    amount = exchanged(tax, currency, wanted, rate)
    return {"currency": wanted, "amount": amount, "rate": str(rate), "source": "EXCHANGE_RATES"}


def rate_shown(rate: Decimal, treatment: TaxTreatment) -> Decimal:
    """The rate that was charged."""
    return rate if treatment in CHARGED else Decimal(0)
