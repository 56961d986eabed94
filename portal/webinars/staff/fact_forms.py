"""The form of a webinar’s event: what it says and when it is; for a new one, what it sells too."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfoNotFoundError

import msgspec

from portal.core import times
from portal.core.settings import current
from portal.events.rules.pictures import ART
from portal.events.staff.forms import Version
from portal.events.values import EventTexts
from portal.placements.rules.offering import home_rate
from portal.registration.values.offers import EventOffer, QuotaOffer, TicketOffer
from portal.web import amounts, moments
from portal.web.forms import Filled, blank, field
from portal.webinars.commands.preparing.announcing import Time

MOST_MINUTES = 24 * 60
PICTURES = [("", "One that fits the topics"), *((name, name.replace("_", " ").capitalize()) for name in ART)]
_MINUTES = field("Minutes", ge=5, le=MOST_MINUTES, wrong=f"Please give minutes from 5 to {MOST_MINUTES}.")
_FIELD_OF = {"starts_at": "starts", "ends_at": "minutes"}
_SEPARATORS = re.compile(r"\s*[,;\n]\s*")


class FactsForm(msgspec.Struct):
    """`starts` is a local time of `timezone`, `topics` are names with commas between."""

    title: Annotated[str, field("Title", max_length=250)]
    starts: Annotated[str, field("Start", max_length=32)]
    minutes: Annotated[int, _MINUTES]
    timezone: Annotated[str, field("Time zone", max_length=64)]
    summary: Annotated[str, field("Summary", max_length=400)] = ""
    description: Annotated[str, field("Description", kind="text", max_length=20_000)] = ""
    topics: Annotated[str, field("Topics", max_length=1000)] = ""
    language: Annotated[str, field("Language", max_length=60)] = ""
    image: Annotated[str, field("Picture", max_length=40)] = ""
    past: Annotated[str, field("In the past")] = ""
    version: Version = 0


class NewForm(FactsForm):
    """With one kind of ticket; more are made with the event’s registration."""

    admission: Annotated[Literal["free", "paid"], field("Admission", kind="choice")] = "free"
    price: Annotated[str, field("Price", max_length=16)] = ""
    tax_rate: Annotated[str, field("VAT", max_length=6)] = ""
    ticket: Annotated[str, field("Name of the ticket", max_length=120)] = "Live seat"
    places: Annotated[int, field("Places", ge=1, le=1_000_000, wrong="Please give a number of places, at least 1.")] = (
        1000
    )


def texts_of(data: FactsForm) -> EventTexts:
    topics = tuple(dict.fromkeys(name for name in _SEPARATORS.split(data.topics) if name))
    plain = ("title", "summary", "description", "language", "image")
    return EventTexts(**{name: getattr(data, name) for name in plain}, topics=topics)


def time_of(form: Filled[Any], *, now: datetime, until: datetime | None = None) -> Time | None:
    """When it is to be; None, with the errors beside their fields, where that cannot be. What lies ahead (`until`, or a new
    webinar) goes into the past only when its editor says that this is meant.
    """
    data = form.data
    if data is None:
        return None
    try:
        times.zone(data.timezone)
    except ZoneInfoNotFoundError:
        form.errors["timezone"] = "Please choose a time zone from the list, such as Europe/Vienna."
        return None
    starts_at, wrong = moments.moment(data.starts, data.timezone)
    if starts_at is None:
        form.errors["starts"] = wrong or moments.NO_MOMENT
        return None
    ends_at = starts_at + timedelta(minutes=data.minutes)
    if ends_at <= now and (until is None or now < until) and not data.past:
        form.errors["past"] = "The new time is over already. If that is right, tick this box and save again."
        return None
    return Time(starts_at, ends_at, data.timezone)


def offer_of(form: Filled[NewForm]) -> EventOffer | None:
    """What is sold; None, with the errors beside their fields, where that cannot be."""
    data, currency = form.data, current().site_currency
    if data is None:
        return None
    paid = data.admission == "paid"
    price, wrong_price = amounts.amount(data.price, currency) if paid else (0, "")
    rate, wrong_rate = amounts.percent(data.tax_rate) if paid else (home_rate(current()), "")
    if paid and not price and not wrong_price:
        wrong_price = "Please give the price, or let the webinar be free."
    form.errors.update({name: wrong for name, wrong in (("price", wrong_price), ("tax_rate", wrong_rate)) if wrong})
    if wrong_price or wrong_rate or price is None:
        return None
    ticket = TicketOffer(data.ticket, price, ("Seats",), tax_rate=rate)
    return EventOffer(currency=currency, quotas=(QuotaOffer("Seats", data.places),), tickets=(ticket,))


def beside(fields: Mapping[str, str]) -> dict[str, str]:
    """What a command refused, under the names of the form’s fields. What the tickets cannot be stands at the price."""
    known = {*FactsForm.__struct_fields__, *NewForm.__struct_fields__, "", *_FIELD_OF}
    return {_FIELD_OF.get(name, name if name in known else "price"): words for name, words in fields.items()}


def filled(stored: Mapping[str, Any], topics: list[str]) -> Filled[FactsForm]:
    """The form as an event fills it."""
    plain = ("title", "timezone", "summary", "description", "language", "image", "version")
    minutes = int((stored["ends_at"] - stored["starts_at"]).total_seconds() // 60)
    return blank(
        **{name: stored[name] for name in plain}, starts=moments.shown(stored["starts_at"], stored["timezone"]),
        minutes=minutes, topics=", ".join(topics),
    )  # fmt: skip
