"""What is typed about whose a company is."""

from typing import Annotated

import msgspec

from portal.accounts.tables import MemberRole
from portal.directory.tables.companies import ClaimWay
from portal.web.forms import Upload, field


class StartClaim(msgspec.Struct):
    """`organisation` is the id of one of the claimant's, or empty for a new one. Of `plan` only what is sold counts."""

    way: Annotated[
        ClaimWay,
        field("How you prove it", kind="choice", missing="Please choose how you prove it.", wrong="Please choose one."),
    ]
    email: Annotated[str, field("Your address there", kind="email")] = ""
    organisation: Annotated[str, field("Your organisation", max_length=19)] = ""
    organisation_name: Annotated[str, field("Its name", kind="name", max_length=120)] = ""
    plan: Annotated[str, field("Plan", max_length=2000)] = ""


class HandIn(msgspec.Struct):
    document: Annotated[Upload, field("Document", kind="file", max_length=1, missing="Please choose a PDF.")]


class AskToJoin(msgspec.Struct):
    note: Annotated[str, field("Who you are", max_length=400)] = ""


class Answer(msgspec.Struct):
    """`no`, or a role to invite with."""

    answer: Annotated[str, field("Answer", max_length=10, missing="Please choose.")]

    @property
    def role(self) -> MemberRole | None:
        return next((role for role in MemberRole if role.value == self.answer), None)


class Object(msgspec.Struct):
    objection: Annotated[
        str, field("What is wrong with it", max_length=400, missing="Please say what is wrong with it.")
    ]


class Decide(msgspec.Struct):
    reason: Annotated[str, field("Reason", max_length=400)] = ""


class Transfer(msgspec.Struct):
    """`to` is an organisation's id, `new` for one of the person in `email`, `nobody`."""

    to: Annotated[str, field("New owner", max_length=19, missing="Please choose the new owner.")]
    reason: Annotated[str, field("Reason", max_length=400, missing="Please say why. The former owners read it.")]
    email: Annotated[str, field("Address", max_length=254)] = ""
