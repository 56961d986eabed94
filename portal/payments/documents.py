"""Invoices and credit notes on paper, made from what was frozen when they were issued."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal

from portal.core import countries, money
from portal.core.settings import current
from portal.core.times import day, zone
from portal.core.typesetting import dated, typeset
from portal.payments.queries import InvoiceRecord
from portal.payments.rules import words
from portal.payments.tables import InvoiceKind, TaxTreatment

NAMES = {
    InvoiceKind.INVOICE: "Invoice", InvoiceKind.CREDIT_NOTE: "Credit note",
    InvoiceKind.REVERSAL: "Cancellation of a credit note",
}  # fmt: skip
_TOTALS = {
    InvoiceKind.INVOICE: "Total", InvoiceKind.CREDIT_NOTE: "Total credited", InvoiceKind.REVERSAL: "Total no longer credited",
}  # fmt: skip


async def invoice_pdf(record: InvoiceRecord) -> bytes:
    """The document with every particular of Article 226 of Directive 2006/112/EC and § 14 UStG."""
    content = record.content
    name = NAMES[record.kind]
    data = {
        "title": f"{name} {record.number}",
        "dated": dated(record.issued_at),
        "name": name,
        "number": record.number,
        "corrects": _corrects(record),
        "facts": _facts(record),
        "subject": content["title"],
        "supply": content["supply"],
        "seller": _seller(content["seller"]),
        "buyer": {"lines": _buyer(content["buyer"])},
        "lines": [_line(line, content["currency"]) for line in content["lines"]],
        "sums": _sums(record),
        "note": " ".join(said for said in (content["note"], _stated_in(content)) if said),
        "payment": _payment(record),
    }
    return await typeset("invoice", data)


def _party(name: str, address: list[str], country: str) -> list[str]:
    lines = (line.strip() for line in (name, *address, countries.name(country)))
    return [line for line in lines if line]


def _seller(seller: dict[str, str]) -> dict[str, Any]:
    marks = [f"VAT ID {seller['vat_id']}" if seller["vat_id"] else "", seller["email"]]
    return {
        "lines": _party(seller["name"], seller["address"].splitlines(), seller["country"]),
        "marks": [mark for mark in marks if mark],
        "email": seller["email"],
    }


def _buyer(buyer: dict[str, str]) -> list[str]:
    town = f"{buyer['postal_code']} {buyer['city']}"
    people = [buyer["company"], buyer["buyer_name"]] if buyer["company"] else [buyer["buyer_name"]]
    return _party(people[0], [*people[1:], buyer["street"], town], buyer["country"])


def _facts(record: InvoiceRecord) -> list[tuple[str, str]]:
    content = record.content
    facts = [
        ("Number", record.number),
        ("Date of issue", _date(record.issued_at)),
        ("Order", content["order"]),
        ("Your order number", content["buyer"]["po_number"]),
        ("Your VAT ID", content["buyer"]["vat_id"]),
        ("Our VAT ID", content["seller"]["vat_id"]),
    ]
    return [(label, value) for label, value in facts if value]


def _corrects(record: InvoiceRecord) -> str:
    content = record.content
    if "corrects" not in content:
        return ""
    verb = "Cancels credit note" if record.kind is InvoiceKind.REVERSAL else "Corrects invoice"
    told = f"{verb} {content['corrects']} of {day(date.fromisoformat(content['corrects_date']))}."
    reason = content.get("reason", "")
    return f"{told} Reason: {reason}" if reason else told


def _line(line: dict[str, Any], currency: str) -> dict[str, str]:
    return {
        "description": line["description"],
        "detail": line["detail"],
        "quantity": str(line["quantity"]),
        "unit": _amount(line["unit_net"], currency),
        "rate": words.rate(Decimal(line["tax_rate"])),
        "net": _amount(line["net"], currency),
    }


def _sums(record: InvoiceRecord) -> dict[str, Any]:
    content = record.content
    currency = content["currency"]
    return {
        "net": _amount(content["net"], currency),
        "taxes": [(_tax_label(tax, content), _amount(tax["tax"], currency)) for tax in content["taxes"]],
        "label": _TOTALS[record.kind],
        "gross": _amount(content["gross"], currency),
        "currency": currency,
    }


def _stated_in(content: dict[str, Any]) -> str:
    """VAT in the currency the law wants it in (Article 230)."""
    stated = content.get("tax_in")
    if not stated:
        return ""
    rate = format_decimal(Decimal(stated["rate"]).normalize(), locale="en", decimal_quantization=False)
    return (
        f"VAT in {stated['currency']}: {_amount(stated['amount'], stated['currency'])}, "
        f"at {rate} {stated['currency']} for 1 {content['currency']}."
    )


def _tax_label(tax: dict[str, Any], content: dict[str, Any]) -> str:
    return words.tax(
        TaxTreatment(content["treatment"]), Decimal(tax["rate"]), content["evidence"]["tax_country"],
        _amount(tax["net"], content["currency"]),
    )  # fmt: skip


def _payment(record: InvoiceRecord) -> str:
    content = record.content
    by = words.method(content["method"])
    if record.kind is InvoiceKind.REVERSAL:
        return "The amount could not be sent back. We will find another way."
    if record.kind is InvoiceKind.CREDIT_NOTE:
        return f"The amount goes back the way it was paid: {by}." if by else "The amount goes back the way it was paid."
    if content["paid_at"] is None:
        return ""
    paid = f"Paid on {_date(datetime.fromisoformat(content['paid_at']))}"
    return f"{paid} by {by}. Nothing is left to pay." if by else f"{paid}. Nothing is left to pay."


def _amount(minor: int, currency: str) -> str:
    return money.written(minor, currency, current().site_locale)


def _date(at: datetime) -> str:
    return day(at.astimezone(zone(current().site_timezone)).date())
