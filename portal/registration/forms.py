"""What people type when they register. Shape and syntax only."""

from typing import Annotated, Any, Literal

import msgspec

from portal.core.errors import Invalid
from portal.payments.buying import Buyer
from portal.payments.forms import Invoicing, Terms, buyer_of
from portal.payments.rules import terms
from portal.registration.commands.ordering import Attendee
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


class Named(msgspec.Struct):
    """A name for a seat, typed by whoever comes."""

    first_name: Annotated[str, field("First name", kind="name", max_length=100)]
    last_name: Annotated[str, field("Last name", kind="name", max_length=100)]
    email: Annotated[str, field("Work email", kind="email")]
    job_title: Annotated[str, field("Job title", max_length=150)] = ""
    company: Annotated[str, field("Company", max_length=200)] = ""


class AskColleague(msgspec.Struct):
    email: Annotated[str, field("Colleague’s work email", kind="email")]


class CodeForm(msgspec.Struct):
    code: Annotated[str, field("Promo code", max_length=40, missing="Please type the code.")]


class OrderAddress(msgspec.Struct):
    """Where an order is looked after from."""

    email: Annotated[str, field("Email address", kind="email")]


class WaitingForm(msgspec.Struct):
    ticket_type: Annotated[int, field("Ticket", kind="choice")]
    name: Annotated[str, field("Your name", kind="name")]
    email: Annotated[str, field("Work email", kind="email")]
    party_size: Annotated[int, field("Places", ge=1, le=20, wrong="Please give a number from 1 to 20.")] = 1


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


def read_details(sent: Sent, *, seats: int, paid: bool, terms_url: str = "") -> Filled[Details]:
    """The whole details form, its faults in the order of the page. Seat fields are prefixed `s1_`, `s2_`, …

    `terms_url` is where the terms stand that must be accepted, if any.
    """
    contact, accepted = bind(sent, Contact), bind(sent, Terms)
    values, errors = {**contact.values, **accepted.values}, dict(contact.errors)
    attendees = []
    for number in range(1, seats + 1):
        filled = _seat(sent, number)
        values |= {f"s{number}_{name}": value for name, value in filled.values.items()}
        errors |= {f"s{number}_{name}": text for name, text in filled.errors.items()}
        if filled.data is not None and contact.data is not None:
            attendees.append(_attendee(filled.data, contact.data))
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


def _seat(sent: Sent, number: int) -> Filled[SeatForm]:
    """One seat's fields. Only those that the choice shows can be wrong."""
    prefix = f"s{number}_"
    own = {name.removeprefix(prefix): values for name, values in sent.items() if name.startswith(prefix)}
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


def _attendee(seat: SeatForm, contact: Contact) -> Attendee:
    match seat.who:
        case "me":
            return Attendee(contact.first_name, contact.last_name, contact.email, contact.job_title)
        case "named":
            return Attendee(seat.first_name, seat.last_name, seat.email, seat.job_title)
        case "asked":
            return Attendee(email=seat.email)
        case _:
            return Attendee()


def _buyer(contact: Contact, invoicing: Invoicing | None) -> Buyer:
    name = f"{contact.first_name} {contact.last_name}"
    if invoicing is None:
        return Buyer(email=contact.email, name=name, company=contact.company)
    return buyer_of(invoicing, email=contact.email, name=name)
