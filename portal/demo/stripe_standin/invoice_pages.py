"""An invoice on its own page: seen, downloaded, and paid where it is open."""

from typing import Any

from litestar import Controller, get, post
from litestar.connection import Request
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from portal.core import countries
from portal.core.errors import Invalid
from portal.core.money import written
from portal.core.settings import current
from portal.core.typesetting import dated, typeset
from portal.demo.stripe_standin import card_form, site
from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.acts import invoicing, paying, visiting
from portal.demo.stripe_standin.card_form import money
from portal.demo.stripe_standin.inputs import AccountHere, DeliveriesHere
from portal.demo.stripe_standin.showing import invoice_row, moment_of, written_day
from portal.demo.stripe_standin.store import Thing
from portal.payments.values import from_stripe
from portal.web.forms import Filled
from portal.web.rendering import see_other


class InvoicePages(Controller):
    path = "/i/{invoice_id:str}"
    opt = {"public": True}
    include_in_schema = False

    @get("/")
    async def show(self, account: AccountHere, invoice_id: FromPath[str], card: FromQuery[str] = "") -> Response[Any]:
        return _show(account, _issued(account, invoice_id), card_form.started(account, card=card))

    @get("/pdf")
    async def pdf(self, account: AccountHere, invoice_id: FromPath[str]) -> Response[bytes]:
        invoice = _issued(account, invoice_id)
        body = await typeset("invoice", _document(account, invoice))
        headers = {
            "Content-Disposition": f'attachment; filename="Invoice-{invoice["number"]}.pdf"',
            "Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff",
        }  # fmt: skip
        return Response(body, media_type="application/pdf", headers=headers)

    @post("/")
    async def pay(
        self,
        request: Request[Any, Any, Any],
        account: AccountHere,
        deliveries: DeliveriesHere,
        invoice_id: FromPath[str],
    ) -> Response[Any]:
        invoice = _issued(account, invoice_id)
        typed = await card_form.read_card(request, account, email=invoice["customer_email"] or "")
        if typed.payer is None or typed.card is None:
            return _show(account, invoice, typed.shown, status=422)
        with account.store.transaction(), account.time_of(invoice["customer"]):
            outcome = visiting.pay_invoice(account, invoice, typed.card, typed.payer)
        return await _after(account, deliveries, invoice_id, outcome, typed.shown)

    @post("/authenticate")
    async def answer(
        self,
        request: Request[Any, Any, Any],
        account: AccountHere,
        deliveries: DeliveriesHere,
        invoice_id: FromPath[str],
    ) -> Response[Any]:
        invoice = _issued(account, invoice_id)
        approved = (await request.form()).get("outcome") == "approve"
        with account.store.transaction(), account.time_of(invoice["customer"]):
            outcome = visiting.answer_bank_for(account, invoice, approved=approved)
        return await _after(account, deliveries, invoice_id, outcome, card_form.started(account))


async def _after(
    account: Account, deliveries: DeliveriesHere, invoice_id: str, outcome: paying.Outcome, form: Filled[Any]
) -> Response[Any]:
    await deliveries.before_answer()
    if outcome.kind == paying.FAILED:
        refused = form.refuse(Invalid({outcome.field or "number": outcome.message}))
        return _show(account, _issued(account, invoice_id), refused, status=402)
    return see_other(f"/i/{invoice_id}")


def _issued(account: Account, invoice_id: str) -> Thing:
    """A draft has no page."""
    found = account.store.get("invoice", invoice_id)
    if found is None or found["number"] is None:
        raise NotFoundException
    return found


def _show(account: Account, invoice: Thing, form: Filled[Any], *, status: int = 200) -> Response[str]:
    intent = invoicing.intent_of(account, invoice) if invoice["status"] == "open" else None
    asked = intent is not None and intent["status"] == "requires_action"
    method = account.store.get("payment_method", (intent or {}).get("payment_method") or "") if asked else None
    return site.page(
        "invoice.html",
        status=status,
        invoice=invoice,
        row=invoice_row(invoice),
        lines=[_line(line) for line in invoice["lines"]["data"]],
        taxes=[(_rate(account, tax), money(tax["amount"], invoice["currency"])) for tax in invoice["total_taxes"]],
        subtotal=money(invoice["subtotal"], invoice["currency"]),
        credit=money(invoice["amount_due"] - invoice["total"], invoice["currency"]),
        due=money(invoice["amount_due"], invoice["currency"]),
        processing=intent is not None and intent["status"] == "processing",
        asked=method and card_form.shown(method),
        form=card_form.in_order(form),
        shop=account.settings.shop_name,
        **card_form.choices(),
    )


def _line(line: Thing) -> dict[str, Any]:
    return {
        "description": line["description"],
        "period": f"{written_day(line['period']['start'])} to {written_day(line['period']['end'])}",
        "amount": money(line["amount"], line["currency"]),
    }


def _rate(account: Account, tax: Thing) -> str:
    rate = account.fetch("tax_rate", tax["tax_rate_details"]["tax_rate"])
    if tax["taxability_reason"] == "reverse_charge":
        return f"{rate['display_name']}: reverse charge"
    within = ", included" if rate["inclusive"] else ""
    return f"{rate['display_name']} {rate['percentage']:g} %{within}"


def _document(account: Account, invoice: Thing) -> dict[str, Any]:
    """The invoice for the portal's own template."""
    currency = invoice["currency"]

    def amount(value: int) -> str:
        return written(from_stripe(value, currency), currency.upper(), "en")

    address = invoice["customer_address"] or {}
    town = f"{address.get('postal_code') or ''} {address.get('city') or ''}".strip()
    buyer = [invoice["customer_name"], address.get("line1"), address.get("line2"), town, countries.name(address.get("country")),
             invoice["customer_email"]]  # fmt: skip
    facts = [("Number", invoice["number"]), ("Date of issue", written_day(invoice["effective_at"]))]
    facts += [("Your VAT ID", tax_id["value"]) for tax_id in invoice["customer_tax_ids"]]
    lines = invoice["lines"]["data"]
    span = min(line["period"]["start"] for line in lines), max(line["period"]["end"] for line in lines)
    paid_at = invoice["status_transitions"]["paid_at"]
    return {
        "title": f"Invoice {invoice['number']}",
        "dated": dated(moment_of(invoice["effective_at"])),
        "name": "Invoice",
        "number": invoice["number"],
        "corrects": "",
        "facts": facts,
        "subject": "Subscription",
        "supply": " to ".join(written_day(moment) for moment in span),
        "seller": {
            "lines": [account.settings.shop_name, countries.name(account.settings.shop_country)],
            "marks": ["Made by the local stand-in for Stripe"], "email": current().contact_email,
        },
        "buyer": {"lines": [line for line in buyer if line]},
        "lines": [
            {
                "description": line["description"], "detail": _line(line)["period"], "quantity": str(line["quantity"]),
                "unit": amount(int(line["pricing"]["unit_amount_decimal"])), "rate": "", "net": amount(line["amount"]),
            }
            for line in lines
        ],
        "sums": {
            "net": amount(invoice["subtotal"]),
            "taxes": [(_rate(account, tax), amount(tax["amount"])) for tax in invoice["total_taxes"]],
            "label": "Total", "gross": amount(invoice["total"]), "currency": currency.upper(),
        },
        "note": "",
        "payment": f"Paid on {written_day(paid_at)}." if paid_at else f"To pay: {amount(invoice['amount_remaining'])}.",
    }  # fmt: skip
