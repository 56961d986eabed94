"""What staff type about packages and terms. Shape and syntax only."""

from typing import Annotated, Any

import msgspec
from babel.numbers import list_currencies

from portal.core.overtaking import mark
from portal.exhibitors.commands.offering import PackageFacts, Terms
from portal.exhibitors.queries.offers import Offer, Package
from portal.exhibitors.tables.exhibiting import Right
from portal.web import amounts, moments
from portal.web.forms import Filled, Sent, bind, blank, field

_GUESTS = "Please give a number from 0 to 5000."
_DISCOUNT = "Please give per cents from 1 to 100."
_PASSES = "Please give a number from 0 to 500."
_MOST_LINES = 20


class TermsForm(msgspec.Struct):
    currency: Annotated[str, field("Currency", max_length=3, min_length=3, wrong="Please give a code such as EUR.")]
    open: Annotated[str, field("Companies may apply", max_length=3)] = ""
    until: Annotated[str, field("Applications until", max_length=19)] = ""
    intro: Annotated[str, field("What exhibiting is like", kind="text", max_length=8000)] = ""
    terms_url: Annotated[str, field("Address of the terms", max_length=1000)] = ""
    contact_email: Annotated[str | None, field("Whom to ask", kind="email")] = None
    version: Annotated[int, field("", ge=0, le=2**62)] = 0


def filled_terms(offer: Offer, currency: str) -> Filled[Any]:
    """The form as it is stored; `currency` where nothing is."""
    return blank(
        currency=offer.currency or currency, open="yes" if offer.open or not offer.version else "",
        until=moments.shown(offer.until, offer.timezone), intro=offer.intro, terms_url=offer.terms_url,
        contact_email=offer.contact_email, version=offer.version,
    )  # fmt: skip


def read_terms(sent: Sent, timezone: str) -> tuple[Filled[Any], Terms | None]:
    """The form, and what was meant; None when something is wrong."""
    form = bind(sent, TermsForm)
    errors = dict(form.errors)
    typed = str(form.value("currency")).upper()
    if "currency" not in errors and typed not in list_currencies():
        errors["currency"] = "Please give a code such as EUR."
    until, why = moments.moment(str(form.value("until")), timezone)
    if why:
        errors["until"] = why
    url = str(form.value("terms_url"))
    if url and not url.startswith(("https://", "http://")):
        errors["terms_url"] = "Please give an address that begins with https://."
    filled: Filled[Any] = Filled(form.values, errors, form.data)
    if errors or form.data is None:
        return filled, None
    given = form.data
    return filled, Terms(
        currency=typed, open=bool(given.open), until=until, intro=given.intro, terms_url=url,
        contact_email=given.contact_email or "",
    )  # fmt: skip


class PackageForm(msgspec.Struct):
    name: Annotated[str, field("Name", max_length=120)]
    passes: Annotated[int, field("Staff passes", ge=0, le=500, wrong=_PASSES)]
    summary: Annotated[str, field("In a sentence", max_length=400)] = ""
    includes: Annotated[str, field("What is included", kind="text", max_length=4000)] = ""
    price: Annotated[str, field("Price, net", max_length=16)] = ""
    guests: Annotated[int, field("Tickets for guests", ge=0, le=5000, wrong=_GUESTS)] = 0
    guest_discount: Annotated[int, field("Their discount", ge=1, le=100, wrong=_DISCOUNT)] = 100
    most: Annotated[
        int | None, field("At most", ge=1, le=100_000, wrong="Please give a number from 1, or nothing.")
    ] = None
    rights: Annotated[list[str], field("Rights")] = []
    on_offer: Annotated[str, field("On offer", max_length=3)] = ""
    seen: Annotated[str, field("", max_length=40)] = ""


def filled_package(package: Package, currency: str, seen: Any) -> Filled[Any]:
    return blank(
        name=package.name, passes=package.passes, guests=package.guests, guest_discount=package.guest_discount,
        summary=package.summary,
        includes="\n".join(package.includes),
        price=amounts.shown(package.price, currency) if package.price else "", most=package.most or "",
        rights=[right.value for right in package.rights], on_offer="yes" if package.on_offer else "", seen=mark(seen),
    )  # fmt: skip


def read_package(sent: Sent, currency: str) -> tuple[Filled[Any], PackageFacts | None]:
    form = bind(sent, PackageForm)
    errors = dict(form.errors)
    price, why = amounts.amount(str(form.value("price")), currency)
    if why:
        errors["price"] = why
    lines = tuple(line for line in str(form.value("includes")).split("\n") if line.strip())
    if len(lines) > _MOST_LINES:
        errors["includes"] = f"Please give {_MOST_LINES} lines at most; these are {len(lines)}."
    elif any(len(line) > 200 for line in lines):
        errors["includes"] = "Please keep each line under 200 characters."
    known, unknown = read_rights(form.value("rights", []))
    if unknown:
        errors["rights"] = "Please choose from the list."
    filled: Filled[Any] = Filled(form.values, errors, form.data)
    if errors or form.data is None:
        return filled, None
    given = form.data
    return filled, PackageFacts(
        name=given.name, summary=given.summary, includes=lines, price=price or 0, passes=given.passes, guests=given.guests,
        guest_discount=given.guest_discount,
        most=given.most,
        rights=known, on_offer=bool(given.on_offer),
    )  # fmt: skip


def read_rights(typed: list[str]) -> tuple[tuple[Right, ...], bool]:
    """The rights that were ticked, in their order, and whether something else was among them."""
    return tuple(right for right in Right if right.value in typed), bool(set(typed) - set(Right))


class RightsForm(msgspec.Struct):
    passes: Annotated[int, field("Staff passes", ge=0, le=500, wrong=_PASSES)]
    version: Annotated[int, field("", ge=1, le=2**62)]
    guests: Annotated[int | None, field("Tickets for guests", ge=0, le=5000, wrong=_GUESTS)] = None
    rights: Annotated[list[str], field("Rights")] = []


class OtherPackageForm(msgspec.Struct):
    package: Annotated[str, field("Package", max_length=80, missing="Please choose a package.")]


class DecisionForm(msgspec.Struct):
    note: Annotated[str, field("What the company reads", kind="text", max_length=1000)] = ""
