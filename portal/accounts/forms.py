"""What is typed about an account."""

from typing import Annotated

import msgspec

from portal.web.forms import field


class Profile(msgspec.Struct):
    name: Annotated[str, field("Your name", kind="name", max_length=120, missing="Please type your name.")]
    timezone: Annotated[str, field("Time zone", max_length=64, missing="Please choose a time zone.")]
