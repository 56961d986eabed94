"""A hall from the rows of a spreadsheet: `label, x, y, width, height, price, package, note`, and `kind` for what is no booth.
Pure; lengths are metres from the upper left corner.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from portal.core.text import folded, one_line
from portal.exhibitors.plans import FEATURES, Drawing, DrawnBooth, DrawnFeature, Refused
from portal.exhibitors.rules.laying import clash
from portal.exhibitors.rules.measures import length, price

COLUMNS = ("label", "x", "y", "width", "height", "price", "package", "note", "kind")
MOST_ROWS = 2000
_NAMES = {
    "booth": "label", "stand": "label", "number": "label", "left": "x", "top": "y", "w": "width", "depth": "height",
    "h": "height", "net": "price", "remark": "note", "notes": "note", "type": "kind",
}  # fmt: skip
_LENGTHS = {
    "x": "the distance from the left",
    "y": "the distance from the top",
    "width": "the width",
    "height": "the depth",
}


class Read(msgspec.Struct, frozen=True):
    """What a file came to. `fault`: none of it could be read."""

    drawing: Drawing = Drawing()
    refused: tuple[Refused, ...] = ()
    fault: str = ""


def read_sheet(rows: Iterable[tuple[int, Sequence[str]]], *, currency: str, packages: Mapping[str, str]) -> Read:
    """The hall of numbered rows, the first of them with the columns' names. `packages`: slugs by folded name and slug."""
    listed = [(line, [one_line(cell) for cell in cells]) for line, cells in rows if any(cell.strip() for cell in cells)]
    if not listed:
        return Read(fault="The file is empty.")
    names = [_NAMES.get(folded(name), folded(name)) for name in listed[0][1]]
    missing = [name for name in ("label", "x", "y", "width", "height") if name not in names]
    if missing:
        return Read(fault=f"The first row must name the columns; there is no {' and no '.join(missing)}.")
    if len(listed) - 1 > MOST_ROWS:
        return Read(fault=f"A hall has {MOST_ROWS:,} rows at most; this file has {len(listed) - 1:,}.")
    booths: list[DrawnBooth] = []
    features: list[DrawnFeature] = []
    refused: list[Refused] = []
    for line, cells in listed[1:]:
        told = {name: cell for name, cell in zip(names, cells, strict=False) if cell}
        one = _one(told, currency, packages)
        why = one if isinstance(one, str) else clash(one, booths) if isinstance(one, DrawnBooth) else ""
        if why:
            refused.append(Refused(f"Row {line}" + (f", {told['label']}" if "label" in told else ""), why))
        elif isinstance(one, DrawnBooth):
            booths.append(one)
        elif isinstance(one, DrawnFeature):
            features.append(one)
    if not booths and not features:
        return Read(refused=tuple(refused), fault="No row of this file could be read.")
    return Read(Drawing(tuple(booths), tuple(features)), tuple(refused))


def _one(told: Mapping[str, str], currency: str, packages: Mapping[str, str]) -> DrawnBooth | DrawnFeature | str:
    """What a row says, or why it says nothing."""
    kind = folded(told.get("kind", "")) or "booth"
    label = told.get("label", "")
    if not label:
        return "It has no label."
    sizes = _sizes(told)
    if isinstance(sizes, str):
        return sizes
    if kind in FEATURES:
        return DrawnFeature(kind=kind, label=label[:80], **sizes)
    if kind not in ("booth", "stand"):
        return f"“{kind}” is no kind we know; there are booth, {', '.join(FEATURES)}."
    if len(label) > 20:
        return "A label has 20 characters at most."
    cost = price(told["price"], currency) if "price" in told else None
    if "price" in told and cost is None:
        return f"“{told['price']}” is no price in {currency}."
    package = packages.get(folded(told.get("package", "")), "")
    if told.get("package") and not package:
        return f"There is no package called “{told['package']}”."
    return DrawnBooth(label=label, price=cost, package=package, note=told.get("note", "")[:200], **sizes)


def _sizes(told: Mapping[str, str]) -> dict[str, int] | str:
    """Place and size, or what is wrong with them."""
    sizes: dict[str, int] = {}
    for name, words in _LENGTHS.items():
        found = length(told.get(name, ""))
        if found is None:
            said = told.get(name, "")
            return f"{words.capitalize()} is {f'“{said}”, which is no length in metres' if said else 'missing'}."
        sizes[name] = found
    return sizes if sizes["width"] and sizes["height"] else "It has no area."
