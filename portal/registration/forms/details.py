"""The choice of tickets, and the details of an order."""

from typing import Annotated, Any, Literal

import msgspec

from portal.core.errors import Invalid
from portal.payments.buying import Buyer
from portal.payments.forms import Invoicing, Terms, buyer_of
from portal.payments.rules import terms
from portal.registration.commands.ordering import Attendee
from portal.registration.forms.answers import Answers, read_answers
from portal.registration.forms.places import AskColleague, Named
from portal.registration.values.orders import OrderRecord
from portal.web.forms import Filled, Sent, bind, field


class Contact(msgspec.Struct):
    """Who places the order."""

    first_name: Annotated[str, field("First name", kind="name", max_length=100)]
    last_name: Annotated[str, field("Last name", kind="name", max_length=100)]
    email: Annotated[str, field("Work email", kind="email")]
    job_title: Annotated[str, field("Job title", max_length=150)] = ""
    company: Annotated[str, field("Company", max_length=200)] = ""


class SeatForm(msgspec.Struct):
    """Who sits on one seat: the contact, somebody named here, a colleague who is asked, or nobody yet."""

    who: Annotated[Literal["me", "named", "asked", "later"], field("Who comes", kind="choice")]
    first_name: Annotated[str, field("First name", kind="name", max_length=100)] = ""
    last_name: Annotated[str, field("Last name", kind="name", max_length=100)] = ""
    email: Annotated[str, field("Work email", max_length=254)] = ""
    job_title: Annotated[str, field("Job title", max_length=150)] = ""


class CodeForm(msgspec.Struct):
    code: Annotated[str, field("Promo code", max_length=40, missing="Please type the code.")]


class Details(msgspec.Struct):
    """The details page, checked: ready for `save_details`."""

    buyer: Buyer
    attendees: list[Attendee]
    terms: str


def read_selection(sent: Sent) -> tuple[dict[int, int], dict[str, str]]:
    """Wanted places per ticket type id from fields `ticket_<id>`, and errors by field."""
    wanted: dict[int, int] = {}
    errors: dict[str, str] = {}
    for name, values in sent.items():
        kind = name.removeprefix("ticket_")
        if kind == name or not kind.isdecimal() or len(kind) > 15:
            continue
        typed = str(values[0]).strip() if values and isinstance(values[0], str) else ""
        if not typed:
            continue
        if not typed.isdecimal() or not typed.isascii() or len(typed) > 4:
            errors[name] = "Please type a number of places."
        else:
            wanted[int(kind)] = int(typed)
    return wanted, errors


def read_details(sent: Sent, order: OrderRecord, *, terms_url: str = "", over: bool = False) -> Filled[Details]:
    """The whole details form, its faults in the order of the page. Seat fields are prefixed `s1_`, `s2_`, …

    `terms_url` is where the terms stand that must be accepted, if any; `over`: the event is.
    """
    paid = any(seat.net for seat in order.active_seats)
    contact, accepted = bind(sent, Contact), bind(sent, Terms)
    values, errors = {**contact.values, **accepted.values}, dict(contact.errors)
    attendees = []
    for number in range(1, len(order.active_seats) + 1):
        own = _own(sent, number)
        filled = _seat(own, number)
        asked = read_answers(
            own, order.questions, recording=order.recording_choice and not over,
            asked=filled.value("who") in _ANSWERING,
        )  # fmt: skip
        values |= {f"s{number}_{name}": value for name, value in {**filled.values, **asked.values}.items()}
        errors |= {f"s{number}_{name}": text for name, text in {**filled.errors, **asked.errors}.items()}
        if filled.data is not None and asked.data is not None and contact.data is not None:
            attendees.append(_attendee(filled.data, contact.data, asked.data))
    invoicing: Filled[Invoicing] | None = bind(sent, Invoicing) if paid else None
    if invoicing is not None:
        values |= invoicing.values
        errors |= invoicing.errors
    buyer = None
    if contact.data is not None:
        try:
            buyer = _buyer(contact.data, invoicing.data if invoicing is not None else None)
        except Invalid as refused:
            errors |= refused.fields
    if why := terms.refusal(accepted.values["terms"], terms_url):
        errors["terms"] = why
    good = None if buyer is None or errors else Details(buyer, attendees, accepted.values["terms"])
    return Filled(values, errors, good)


# Whoever is not known yet answers on the page of the place.
_ANSWERING = ("me", "named")


def _own(sent: Sent, number: int) -> Sent:
    """The fields of one seat, by their plain names."""
    prefix = f"s{number}_"
    return {name.removeprefix(prefix): values for name, values in sent.items() if name.startswith(prefix)}


def _seat(own: Sent, number: int) -> Filled[SeatForm]:
    """One seat's fields. Only those that the choice shows can be wrong."""
    shown = bind({"who": ["me" if number == 1 else "later"], **own}, SeatForm)
    if why := shown.error("who"):
        return Filled(shown.values, {"who": why})
    who = shown.values["who"]
    needed: type[Any] | None = {"named": Named, "asked": AskColleague}.get(who)
    if needed is None:
        return Filled(shown.values, {}, SeatForm(who))
    strict = bind(own, needed)
    if strict.data is None:
        return Filled(shown.values, strict.errors)
    typed = {name: getattr(strict.data, name) for name in _SEAT_FIELDS if hasattr(strict.data, name)}
    return Filled(shown.values, {}, SeatForm(who, **typed))


_SEAT_FIELDS = ("first_name", "last_name", "email", "job_title")


def _attendee(seat: SeatForm, contact: Contact, answers: Answers) -> Attendee:
    match seat.who:
        case "me":
            return Attendee(
                contact.first_name, contact.last_name, contact.email, contact.job_title, answers.given, answers.watching
            )
        case "named":
            return Attendee(
                seat.first_name, seat.last_name, seat.email, seat.job_title, answers.given, answers.watching
            )
        case "asked":
            return Attendee(email=seat.email)
        case _:
            return Attendee()


def _buyer(contact: Contact, invoicing: Invoicing | None) -> Buyer:
    name = f"{contact.first_name} {contact.last_name}"
    if invoicing is None:
        return Buyer(email=contact.email, name=name, company=contact.company)
    return buyer_of(invoicing, email=contact.email, name=name)
