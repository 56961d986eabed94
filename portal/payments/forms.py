"""What people type so that they can be sent an invoice. Shape and syntax only."""

from typing import Annotated

import msgspec

from portal.core import countries
from portal.core.errors import Invalid
from portal.payments.buying import Buyer
from portal.payments.rules import terms
from portal.payments.tables import VatCheck
from portal.payments.vat import checked
from portal.web.forms import Filled, Sent, bind, field


class Invoicing(msgspec.Struct):
    """Who gets the invoice."""

    company: Annotated[str, field("Company", max_length=200)]
    street: Annotated[str, field("Street and number", max_length=200)]
    postal_code: Annotated[str, field("Postcode", max_length=20)]
    city: Annotated[str, field("City", max_length=120)]
    country: Annotated[str, field("Country", max_length=2, min_length=2, wrong="Please choose a country.")]
    vat_id: Annotated[str, field("VAT ID", max_length=30)] = ""
    po_number: Annotated[str, field("Purchase-order number", max_length=60)] = ""


class Terms(msgspec.Struct):
    """The box beside the publisher's terms; its value is the address they stand at."""

    terms: Annotated[str, field("Terms", max_length=1000)] = ""


class Contact(msgspec.Struct):
    """Whom an invoice goes to."""

    name: Annotated[str, field("Your name", kind="name", max_length=200)]
    email: Annotated[str, field("Email for invoices", kind="email")]


class Billed(msgspec.Struct, frozen=True):
    """Who buys, checked, and the terms that were accepted."""

    buyer: Buyer
    terms: str


def buyer_of(invoicing: Invoicing, *, email: str, name: str) -> Buyer:
    """The buyer; raises Invalid for a country that is none and a VAT ID that cannot be right."""
    country = invoicing.country.upper()
    if country not in countries.names():
        raise Invalid({"country": "Please choose a country."})
    vat = checked(invoicing.vat_id, country)
    return Buyer(
        email=email, name=name, company=invoicing.company, street=invoicing.street, postal_code=invoicing.postal_code,
        city=invoicing.city, country=country, vat_id=vat.compact if vat else "",
        vat_check=vat.check if vat else VatCheck.NONE, po_number=invoicing.po_number,
    )  # fmt: skip


def read_billing(sent: Sent, *, terms_url: str) -> Filled[Billed]:
    """The whole form of templates/payments/_billing.html, its faults in the order of the page."""
    contact, invoicing, accepted = bind(sent, Contact), bind(sent, Invoicing), bind(sent, Terms)
    values = {**contact.values, **invoicing.values, **accepted.values}
    errors = {**contact.errors, **invoicing.errors}
    buyer = None
    if contact.data is not None and invoicing.data is not None:
        try:
            buyer = buyer_of(invoicing.data, email=contact.data.email, name=contact.data.name)
        except Invalid as refused:
            errors |= refused.fields
    if why := terms.refusal(accepted.values["terms"], terms_url):
        errors["terms"] = why
    return Filled(values, errors, None if buyer is None or errors else Billed(buyer, accepted.values["terms"]))
