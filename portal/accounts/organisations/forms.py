"""What is typed about organisations and their members."""

from typing import Annotated

import msgspec

from portal.accounts.tables import MemberRole
from portal.web.forms import field


class NewOrganisation(msgspec.Struct):
    name: Annotated[
        str, field("Name of the organisation", kind="name", max_length=120, missing="Please type its name.")
    ]
    country: Annotated[str, field("Country", max_length=2)] = ""


class Invite(msgspec.Struct):
    email: Annotated[str, field("Email address", kind="email", missing="Please type the colleague’s address.")]
    role: Annotated[MemberRole, field("Role", kind="choice", wrong="Please choose one of the roles.")]


class ChangeRole(msgspec.Struct):
    role: Annotated[MemberRole, field("Role", kind="choice", wrong="Please choose one of the roles.")]
