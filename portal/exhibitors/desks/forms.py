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
