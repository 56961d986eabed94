"""What is typed at a desk, and about desks."""

from typing import Annotated

import msgspec

from portal.web.forms import field


class HolderForm(msgspec.Struct):
    """Who gets a pass."""

    first_name: Annotated[str, field("First name", kind="name", max_length=100)]
    last_name: Annotated[str, field("Last name", kind="name", max_length=100)]
    email: Annotated[str, field("Work email", kind="email")]
    role: Annotated[str, field("Role on the badge", max_length=150)] = ""


class BadgeForm(msgspec.Struct):
    """What badges say for the company."""

    badge: Annotated[str, field("Company on the badges", kind="name", max_length=200)] = ""


class AllowanceForm(msgspec.Struct):
    """What an exhibitor may give."""

    passes: Annotated[int, field("Staff passes", ge=0, le=1000, wrong="Please give a number from 0 to 1,000.")]
    guests: Annotated[int, field("Guests", ge=0, le=10000, wrong="Please give a number from 0 to 10,000.")] = 0
