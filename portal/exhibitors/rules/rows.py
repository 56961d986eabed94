"""A hall drawn in rows: `B01–B12, 3 × 3 m, aisle 3 m, prices 2,400`. Pure.

A line is a row from left to right; the next one stands below it, behind the aisle (3 m unless said otherwise). `gap 1 m` parts
the booths of a row, `package Gold` keeps them for one package, `from 4 m` begins the row further right.
"""

import re
from collections.abc import Mapping

from portal.core.text import folded, one_line
from portal.exhibitors.plans import Drawing, DrawnBooth, Refused
from portal.exhibitors.rules.laying import clash
from portal.exhibitors.rules.measures import length, price
from portal.exhibitors.rules.sheets import Read

MARGIN = 200
_AISLE = 300
_MOST = 500
_NUMBERS = re.compile(r"(.*?)(\d{1,5})\s*(?:-|–|—|\bto\b)\s*(.*?)(\d{1,5})", re.IGNORECASE)
_SINGLE = re.compile(r"[^,]{1,20}")
_SIZE = re.compile(r"(\S+)\s*(?:×|x|\*|by)\s*(\S+?)\s*m?", re.IGNORECASE)
_WORDS = re.compile(r"(aisle|gap|from|package|prices?|note)\s+(.+)", re.IGNORECASE)


def read_rows(text: str, *, currency: str, packages: Mapping[str, str], top: int = MARGIN) -> Read:
    """The hall of these lines, from `top` on. `packages`: slugs by folded name and slug."""
    booths: list[DrawnBooth] = []
    refused: list[Refused] = []
    y = top
    for number, line in enumerate(text.split("\n"), 1):
        if not one_line(line):
            continue
        row = _row(one_line(line), y, currency, packages)
        if isinstance(row, str):
            refused.append(Refused(f"Line {number}", row))
            continue
        made, aisle = row
        if len(booths) + len(made) > _MOST:
            refused.append(Refused(f"Line {number}", f"At most {_MOST} booths are drawn at once."))
            break
        why = next((f"{one.label}: {found}" for one in made if (found := clash(one, booths))), "")
        if why:
            refused.append(Refused(f"Line {number}", why))
            continue
        booths += made
        y += made[0].height + aisle
    if not booths:
        return Read(
            refused=tuple(refused), fault="There is no row of booths in it. Write B01–B12, 3 × 3 m, prices 2400."
        )
    return Read(Drawing(tuple(booths)), tuple(refused))


def _row(line: str, y: int, currency: str, packages: Mapping[str, str]) -> tuple[list[DrawnBooth], int] | str:
    first, *parts = [part.strip() for part in re.split(r"[;,]\s+|;", line)]
    labels = _labels(first)
    if isinstance(labels, str):
        return labels
    size: tuple[int | None, int | None] = (None, None)
    given: dict[str, str] = {}
    for part in parts:
        told = _WORDS.fullmatch(part)
        if told is not None:
            given[told[1].lower().rstrip("s")] = told[2].strip()
        elif (sides := _SIZE.fullmatch(part)) is not None:
            size = length(sides[1]), length(sides[2])
        else:
            return f"“{part}” is not understood."
    width, height = size
    if not width or not height:
        return "The size of a booth is missing, such as 3 × 3 m."
    lengths = {"aisle": _AISLE, "gap": 0, "from": MARGIN}
    for name in lengths:
        if name in given:
            found = length(given[name])
            if found is None:
                return f"“{name} {given[name]}” is no length in metres."
            lengths[name] = found
    cost = price(given["price"], currency) if "price" in given else None
    if "price" in given and cost is None:
        return f"“{given['price']}” is no price in {currency}."
    package = packages.get(folded(given.get("package", "")), "")
    if "package" in given and not package:
        return f"There is no package called “{given['package']}”."
    return [
        DrawnBooth(
            label=label, x=lengths["from"] + n * (width + lengths["gap"]), y=y, width=width, height=height, price=cost,
            package=package, note=given.get("note", "")[:200],
        )
        for n, label in enumerate(labels)
    ], lengths["aisle"]  # fmt: skip


def _labels(text: str) -> list[str] | str:
    """`B01–B12` as twelve labels, each as long as the first; one alone as itself."""
    found = _NUMBERS.fullmatch(text)
    if found is None:
        return [text] if _SINGLE.fullmatch(text) else "The labels are missing, such as B01–B12."
    begin, low, end, high = found[1].strip(), found[2], found[3].strip(), found[4]
    if end not in ("", begin):
        return f"A row has labels of one letter: {begin}{low} and {end}{high} do not go together."
    if int(high) < int(low):
        return f"{high} comes before {low}."
    labels = [f"{begin}{number:0{len(low)}d}" for number in range(int(low), int(high) + 1)]
    return labels if len(labels) <= _MOST else f"At most {_MOST} booths are drawn at once."
