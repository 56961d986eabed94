"""What editors type of a company they add, or of one that was listed all along."""

from typing import Annotated

import msgspec

from portal.directory.tables.companies import StaffBand
from portal.web.forms import field


class AddCompany(msgspec.Struct):
    """A company's first facts. `seen` are the ids of the companies alike that were looked at; `asked` is the request."""

    name: Annotated[str, field("Name", missing="Please type the company’s name.")]
    country: Annotated[str, field("Country", kind="choice", max_length=2, missing="Please choose the country.")]
    tagline: Annotated[str, field("What it does, in one sentence", max_length=300)] = ""
    website: Annotated[str, field("Website", max_length=500)] = ""
    email: Annotated[str, field("Email", max_length=254)] = ""
    phone: Annotated[str, field("Phone", max_length=40)] = ""
    street: Annotated[str, field("Street")] = ""
    postal_code: Annotated[str, field("Postal code", max_length=20)] = ""
    city: Annotated[str, field("City", max_length=120)] = ""
    region: Annotated[str, field("Region", max_length=120)] = ""
    founded: Annotated[int | None, field("Founded", wrong="Please type a year such as 1987.")] = None
    staff: Annotated[StaffBand | None, field("People who work there", kind="choice")] = None
    category: Annotated[list[str], field("Categories")] = msgspec.field(default_factory=list)
    description: Annotated[str, field("Overview", kind="text", max_length=20_000)] = ""
    seen: Annotated[str, field("What was looked at", max_length=400)] = ""


class NameListed(msgspec.Struct):
    """The company that a request for a missing one is about."""

    listed: Annotated[str, field("Its address", max_length=300, missing="Please paste the company’s address.")]
