"""Promo codes as staff type them."""

from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec

from portal.core.overtaking import mark
from portal.registration.values.setup import CodeFacts
from portal.web import amounts, moments
from portal.web.forms import Filled, Sent, bind, field

GIVES = [
    ("percent", "So many per cent off", ""), ("amount", "An amount off the order", ""),
    ("nothing", "Nothing off", "It only shows hidden tickets."),
]  # fmt: skip


class CodeForm(msgspec.Struct):
    """`gives` says which of the two numbers counts."""

    code: Annotated[str, field("Code", max_length=40)]
    label: Annotated[str, field("What buyers read beside it", max_length=120)] = ""
    gives: Annotated[Literal["percent", "amount", "nothing"], field("Gives", kind="choice")] = "percent"
    percent_off: Annotated[str, field("Per cent off", max_length=6)] = ""
    amount_off: Annotated[str, field("Amount off", max_length=16)] = ""
    max_uses: Annotated[int | None, field("Orders", ge=1, le=1_000_000, wrong="Please give a number from 1 on.")] = None
    valid_from: Annotated[str, field("From", max_length=32)] = ""
    valid_until: Annotated[str, field("Until", max_length=32)] = ""
    tickets: Annotated[list[int], field("Tickets")] = []
    seen: Annotated[str, field("", max_length=40)] = ""


def read_code(sent: Sent, zone: str, currency: str) -> Filled[CodeFacts]:
    """What the code shall be. `currency` is what the event is sold in; empty where nothing is sold yet."""
    form = bind(sent, CodeForm)
    errors, gives = dict(form.errors), form.value("gives") or "percent"
    percent, amount = Decimal(0), None
    if gives == "percent":
        percent, why = amounts.percent(str(form.value("percent_off")), whole=True)
        why = why or ("" if percent else "Please say how many per cent, up to 100.")
        errors |= {"percent_off": why} if why else {}
    elif gives == "amount":
        amount, why = amounts.amount(str(form.value("amount_off")), currency or "EUR")
        why = why or ("" if amount else "Please say how much.")
        errors |= {"amount_off": why} if why else {}
    times = {}
    for name in ("valid_from", "valid_until"):
        times[name], why = moments.moment(str(form.value(name)), zone)
        errors |= {name: why} if why else {}
    data = form.data
    if data is None or errors:
        return Filled(form.values, errors)
    facts = CodeFacts(
        code=data.code.upper(), label=data.label, percent_off=percent, amount_off=amount or 0, max_uses=data.max_uses,
        valid_from=times["valid_from"], valid_until=times["valid_until"], tickets=tuple(sorted(set(data.tickets))),
    )  # fmt: skip
    return Filled(form.values, {}, facts)


def filled_code(facts: CodeFacts, zone: str, currency: str) -> Filled[Any]:
    return Filled({
        "code": facts.code, "label": facts.label, "seen": mark(facts),
        "gives": "percent" if facts.percent_off else "amount" if facts.amount_off else "nothing",
        "percent_off": f"{facts.percent_off.normalize():f}" if facts.percent_off else "",
        "amount_off": amounts.shown(facts.amount_off, currency or "EUR") if facts.amount_off else "",
        "max_uses": "" if facts.max_uses is None else facts.max_uses,
        "valid_from": moments.shown(facts.valid_from, zone), "valid_until": moments.shown(facts.valid_until, zone),
        "tickets": [str(ticket) for ticket in facts.tickets],
    })  # fmt: skip
