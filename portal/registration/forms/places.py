"""Names for places, where an order is looked after from, standing in line."""

from typing import Annotated

import msgspec

from portal.web.forms import field


class Named(msgspec.Struct):
    """A name for a seat, typed by whoever comes."""

    first_name: Annotated[str, field("First name", kind="name", max_length=100)]
    last_name: Annotated[str, field("Last name", kind="name", max_length=100)]
    email: Annotated[str, field("Work email", kind="email")]
    job_title: Annotated[str, field("Job title", max_length=150)] = ""
    company: Annotated[str, field("Company", max_length=200)] = ""


class AskColleague(msgspec.Struct):
    email: Annotated[str, field("Colleague’s work email", kind="email")]


class OrderAddress(msgspec.Struct):
    """Where an order is looked after from."""

    email: Annotated[str, field("Email address", kind="email")]


class WaitingForm(msgspec.Struct):
    ticket_type: Annotated[int, field("Ticket", kind="choice")]
    name: Annotated[str, field("Your name", kind="name")]
    email: Annotated[str, field("Work email", kind="email")]
    party_size: Annotated[int, field("Places", ge=1, le=20, wrong="Please give a number from 1 to 20.")] = 1
