"""What staff type when they set registration up: as typed, and as facts."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from babel.numbers import list_currencies

from portal.registration.tables import QuestionKind
from portal.registration.values.offers import TicketOffer
from portal.registration.values.setup import FOR_EVER, QuestionFacts, QuestionSetup, Rules, TicketSetup
from portal.web import amounts, moments
from portal.web.forms import Filled, Sent, bind, field

_MOST_OPTIONS, _LONGEST_OPTION = 40, 120


class RulesForm(msgspec.Struct):
    """The rules of an event's registration; `on_demand` says whether the moment counts."""

    version: Annotated[str, field("Version", max_length=20)] = ""
    company_mail_only: Annotated[str, field("Company addresses only")] = ""
    approval: Annotated[str, field("Staff decide who comes")] = ""
    recording_choice: Annotated[str, field("Live or recording")] = ""
    on_demand: Annotated[Literal["no", "until", "ever"], field("After the event", kind="choice")] = "no"
    on_demand_until: Annotated[str, field("Until", max_length=32)] = ""


def read_rules(sent: Sent, zone: str) -> Filled[Rules]:
    form = bind(sent, RulesForm)
    until, wrong = moments.moment(str(form.value("on_demand_until")), zone)
    errors = dict(form.errors)
    if form.value("on_demand") == "until":
        wrong = wrong or ("" if until else moments.NO_MOMENT)
        errors |= {"on_demand_until": wrong} if wrong else {}
    if form.data is None or errors:
        return Filled(form.values, errors)
    data = form.data
    given = {"no": None, "until": until, "ever": FOR_EVER}[data.on_demand]
    return Filled(
        form.values, {},
        Rules(
            version=data.version, company_mail_only=bool(data.company_mail_only), approval=bool(data.approval),
            recording_choice=bool(data.recording_choice), on_demand_until=given,
        ),
    )  # fmt: skip


def filled_rules(rules: Rules, zone: str) -> Filled[Any]:
    until = rules.on_demand_until
    ever = until is not None and until >= FOR_EVER
    return Filled({
        "version": rules.version,
        **{name: "yes" if getattr(rules, name) else "" for name in ("company_mail_only", "approval", "recording_choice")},
        "on_demand": "no" if until is None else "ever" if ever else "until",
        "on_demand_until": "" if ever else moments.shown(until, zone),
    })  # fmt: skip


class QuestionForm(msgspec.Struct):
    """A question; `options` are its choices, one a line."""

    kind: Annotated[QuestionKind, field("Kind of answer", kind="choice")]
    label: Annotated[str, field("Question")]
    version: Annotated[str, field("Version", max_length=20)] = ""
    help: Annotated[str, field("Explanation", max_length=300)] = ""
    options: Annotated[str, field("Choices", kind="text")] = ""
    required: Annotated[str, field("Must be answered")] = ""


def read_question(sent: Sent) -> Filled[QuestionFacts]:
    form = bind(sent, QuestionForm)
    if form.data is None:
        return Filled(form.values, form.errors)
    data = form.data
    options = tuple(dict.fromkeys(line for line in data.options.split("\n") if line))
    chosen = data.kind in (QuestionKind.CHOICE, QuestionKind.CHOICES)
    if chosen and (why := _option_fault(options)):
        return Filled(form.values, {"options": why})
    facts = QuestionFacts(
        kind=data.kind,
        label=data.label,
        help=data.help,
        options=options if chosen else (),
        required=bool(data.required),
    )
    return Filled(form.values, {}, facts)


def _option_fault(options: Sequence[str]) -> str:
    if len(options) < 2:
        return "Please give at least two choices, one a line."
    if len(options) > _MOST_OPTIONS:
        return f"Please give {_MOST_OPTIONS} choices at most."
    long = next((option for option in options if len(option) > _LONGEST_OPTION), "")
    return f"Please keep a choice under {_LONGEST_OPTION} characters: “{long[:40]}…”" if long else ""


def filled_question(question: QuestionSetup) -> Filled[Any]:
    return Filled({
        "version": question.version, "kind": question.kind.value, "label": question.label, "help": question.help,
        "options": "\n".join(question.options), "required": "yes" if question.required else "",
    })  # fmt: skip


class TicketForm(msgspec.Struct):
    """A ticket type. Amounts are whole units of the currency, times those of the event's zone."""

    name: Annotated[str, field("Name", max_length=120)]
    currency: Annotated[str, field("Currency", max_length=3)]
    version: Annotated[str, field("Version", max_length=20)] = ""
    description: Annotated[str, field("What it includes", max_length=400)] = ""
    price: Annotated[str, field("Price", max_length=16)] = ""
    regular_price: Annotated[str, field("Regular price", max_length=16)] = ""
    tax_rate: Annotated[str, field("VAT", max_length=6)] = ""
    sale_opens_at: Annotated[str, field("On sale from", max_length=32)] = ""
    sale_closes_at: Annotated[str, field("On sale until", max_length=32)] = ""
    min_per_order: Annotated[int, field("At least", ge=1, le=50, wrong="Please give a number from 1 to 50.")] = 1
    max_per_order: Annotated[int, field("At most", ge=1, le=50, wrong="Please give a number from 1 to 50.")] = 8
    by_code_only: Annotated[str, field("Hidden")] = ""
    extra: Annotated[str, field("Extra")] = ""
    quotas: Annotated[list[int], field("Places")] = []
    places: Annotated[
        int | None, field("Places of its own", ge=0, le=1_000_000, wrong="Please give a number of places.")
    ] = None


class TicketTyped(msgspec.Struct, frozen=True):
    """A ticket type as it shall be, and where its places come from."""

    offer: TicketOffer
    currency: str
    version: str
    quotas: list[int]
    places: int | None


def read_ticket(sent: Sent, zone: str, currency: str = "") -> Filled[TicketTyped]:
    """`currency` is what the event is sold in already."""
    form = bind({**sent, "currency": [currency]} if currency else sent, TicketForm)
    errors = dict(form.errors)
    code = str(form.value("currency")).upper()
    if "currency" not in errors and code not in list_currencies():
        errors["currency"] = "Please give a currency by its three letters, such as EUR."
        code = "EUR"
    minor = {}
    for name in ("price", "regular_price"):
        minor[name], why = amounts.amount(str(form.value(name)), code)
        errors |= {name: why} if why else {}
    rate, why = amounts.percent(str(form.value("tax_rate")))
    errors |= {"tax_rate": why} if why else {}
    times = {}
    for name in ("sale_opens_at", "sale_closes_at"):
        times[name], why = moments.moment(str(form.value(name)), zone)
        errors |= {name: why} if why else {}
    opens, closes = times["sale_opens_at"], times["sale_closes_at"]
    if opens and closes and closes <= opens:
        errors["sale_closes_at"] = "The sale must end after it begins."
    data = form.data
    if data is not None and data.max_per_order < data.min_per_order:
        errors["max_per_order"] = "That is less than the least number of one order."
    if data is None or errors:
        return Filled(form.values, {name: errors[name] for name in form.values if name in errors})
    offer = TicketOffer(
        name=data.name, price=minor["price"] or 0, quotas=(), description=data.description,
        regular_price=minor["regular_price"], tax_rate=rate, **times, min_per_order=data.min_per_order,
        max_per_order=data.max_per_order, by_code_only=bool(data.by_code_only), extra=bool(data.extra),
    )  # fmt: skip
    return Filled(form.values, {}, TicketTyped(offer, code, data.version, data.quotas, data.places))


def filled_ticket(ticket: TicketSetup, zone: str) -> Filled[Any]:
    plain = ("version", "name", "description", "currency", "min_per_order", "max_per_order")
    regular = "" if ticket.regular_price is None else amounts.shown(ticket.regular_price, ticket.currency)
    return Filled({
        **{name: getattr(ticket, name) for name in plain},
        "price": amounts.shown(ticket.price, ticket.currency) if ticket.price else "",
        "regular_price": regular,
        "tax_rate": f"{ticket.tax_rate.normalize():f}",
        "sale_opens_at": moments.shown(ticket.sale_opens_at, zone),
        "sale_closes_at": moments.shown(ticket.sale_closes_at, zone),
        "by_code_only": "yes" if ticket.by_code_only else "",
        "extra": "yes" if ticket.extra else "",
        "quotas": [str(quota) for quota in ticket.quotas],
        "places": "",
    })  # fmt: skip


class QuotaForm(msgspec.Struct):
    name: Annotated[str, field("Name", max_length=120)]
    capacity: Annotated[int, field("Places", ge=0, le=1_000_000, wrong="Please give a number of places.")]
