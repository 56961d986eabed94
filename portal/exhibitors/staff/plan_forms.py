"""What staff type about halls and booths. Shape and syntax only; lengths are metres in forms, centimetres in values."""

from typing import Annotated, Any

import msgspec

from portal.core.text import folded
from portal.exhibitors.plans import FEATURES, Drawing, DrawnBooth, Hall, Spot, metres
from portal.exhibitors.queries.offers import Offer
from portal.exhibitors.rules.measures import length, price
from portal.web import amounts
from portal.web.forms import Filled, Sent, Upload, bind, blank, field

_NO_LENGTH = "Please give metres, such as 3 or 2.5."


class DrawForm(msgspec.Struct):
    """Rows that are typed, or a file; `whole` is yes where what is not named goes."""

    name: Annotated[str, field("Name of the hall", max_length=120)]
    file: Annotated[Upload | None, field("Spreadsheet", kind="file")] = None
    rows: Annotated[str, field("Rows", kind="text", max_length=20000)] = ""
    width: Annotated[str, field("Width", max_length=10)] = ""
    height: Annotated[str, field("Depth", max_length=10)] = ""
    whole: Annotated[str, field("What becomes of what is there", max_length=3)] = ""
    version: Annotated[int | None, field("", ge=1, le=2**62)] = None


class KeepForm(msgspec.Struct):
    """A drawing that was looked at; it comes back as it was shown."""

    name: Annotated[str, field("Name of the hall", max_length=120)]
    drawing: Annotated[str, field("Drawing", kind="secret", max_length=2_000_000)]
    width: Annotated[int, field("Width", ge=0, le=100_000)] = 0
    height: Annotated[int, field("Depth", ge=0, le=100_000)] = 0
    whole: Annotated[str, field("", max_length=3)] = ""
    version: Annotated[int | None, field("", ge=1, le=2**62)] = None


class HallForm(msgspec.Struct):
    name: Annotated[str, field("Name of the hall", max_length=120)]
    version: Annotated[int, field("", ge=1, le=2**62)]
    public: Annotated[str, field("Public", max_length=3)] = ""


class BoothForm(msgspec.Struct):
    label: Annotated[str, field("Label", max_length=20)]
    x: Annotated[str, field("From the left", max_length=10)]
    y: Annotated[str, field("From the top", max_length=10)]
    width: Annotated[str, field("Width", max_length=10)]
    height: Annotated[str, field("Depth", max_length=10)]
    price: Annotated[str, field("Price, net", max_length=20)] = ""
    package: Annotated[str, field("Package", max_length=80)] = ""
    note: Annotated[str, field("Note", max_length=200)] = ""
    on_sale: Annotated[str, field("Companies can take it", max_length=3)] = ""


class PlaceForm(msgspec.Struct):
    """Where a booth was dragged to, in centimetres."""

    x: Annotated[int, field("From the left", ge=0, le=100_000)]
    y: Annotated[int, field("From the top", ge=0, le=100_000)]


def packages_by_name(offer: Offer) -> dict[str, str]:
    """Slugs by what a package may be called in a sheet."""
    return {folded(name): one.slug for one in offer.packages for name in (one.name, one.slug)}


def read_size(form: Filled[Any]) -> tuple[dict[str, int], dict[str, str]]:
    """Width and depth of a hall in centimetres, 0 where nothing was typed, and what is wrong."""
    sizes, errors = {"width": 0, "height": 0}, {}
    for name in sizes:
        typed = str(form.value(name))
        found = length(typed) if typed else 0
        if found is None:
            errors[name] = _NO_LENGTH
        sizes[name] = found or 0
    return sizes, errors


def packed(drawing: Drawing) -> str:
    return msgspec.json.encode(drawing).decode()


def unpacked(text: str) -> Drawing | None:
    """What a preview gave along; None where somebody made something else of it."""
    try:
        drawing = msgspec.json.decode(text, type=Drawing)
    except msgspec.DecodeError:
        return None
    sound = all(
        one.width > 0 and one.height > 0 and one.x >= 0 and one.y >= 0 and (one.price is None or one.price >= 0)
        and 0 < len(one.label) <= 20 and len(one.note) <= 200
        for one in drawing.booths
    )  # fmt: skip
    fine = all(
        one.width > 0 and one.height > 0 and one.x >= 0 and one.y >= 0 and len(one.label) <= 80 and one.kind in FEATURES
        for one in drawing.features
    )  # fmt: skip
    return drawing if sound and fine else None


def filled_booth(spot: Spot, currency: str) -> Filled[Any]:
    return blank(
        label=spot.label, x=metres(spot.x), y=metres(spot.y), width=metres(spot.width), height=metres(spot.height),
        price="" if spot.price is None else amounts.shown(spot.price, currency), package=spot.package_slug, note=spot.note,
        on_sale="yes" if spot.on_sale else "",
    )  # fmt: skip


def new_booth(hall: Hall) -> Filled[Any]:
    return blank(x=metres(0), y=metres(hall.height), width="3", height="3", on_sale="yes")


def read_booth(sent: Sent, offer: Offer) -> tuple[Filled[Any], DrawnBooth | None, bool]:
    """The form, the booth that was meant, and whether it is on sale."""
    form = bind(sent, BoothForm)
    errors = dict(form.errors)
    sizes: dict[str, int] = {}
    for name in ("x", "y", "width", "height"):
        found = length(str(form.value(name)))
        if name not in errors and (found is None or (not found and name in ("width", "height"))):
            errors[name] = _NO_LENGTH
        sizes[name] = found or 0
    typed = str(form.value("price"))
    cost = price(typed, offer.currency) if typed else None
    if typed and cost is None:
        errors["price"] = "Please give an amount such as 2400, or nothing where it is not sold."
    if form.value("package") and form.value("package") not in {one.slug for one in offer.packages}:
        errors["package"] = "Please choose from the list."
    filled: Filled[Any] = Filled(form.values, errors, form.data)
    if errors or form.data is None:
        return filled, None, False
    given = form.data
    booth = DrawnBooth(label=given.label, price=cost, package=given.package, note=given.note, **sizes)
    return filled, booth, bool(given.on_sale)
