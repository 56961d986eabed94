"""Laying a drawing over a plan: what comes, changes and goes, and what sold booths do not allow. Pure."""

from collections.abc import Iterable, Sequence

import msgspec

from portal.exhibitors.plans import Drawing, DrawnBooth, Hall, Refused, Spot, SpotState


class Laying(msgspec.Struct, frozen=True):
    """What becomes of the booths: ids of those that stay, with what they are to be; a price may be new, too."""

    added: tuple[DrawnBooth, ...]
    changed: tuple[tuple[Spot, DrawnBooth], ...]
    unchanged: int
    removed: tuple[Spot, ...]
    refused: tuple[Refused, ...]

    @property
    def does_something(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def laid_over(hall: Hall | None, drawing: Drawing, *, whole: bool) -> Laying:
    """`whole`: what the drawing does not name goes; else it is added to what is there. Booths are known by their labels.

    What somebody has is neither dropped nor made smaller, and nothing is laid over it.
    """
    stored = {one.label: one for one in hall.spots} if hall else {}
    added, changed, refused, unchanged = list[DrawnBooth](), list[tuple[Spot, DrawnBooth]](), list[Refused](), 0
    named = {one.label for one in drawing.booths}
    forbidden = {one.label: why for one in drawing.booths if (why := _forbidden(stored.get(one.label), one))}
    # What stays where it is counts before what is drawn, in whatever order they are.
    settled = [
        one.drawn
        for one in stored.values()
        if one.label in forbidden or (one.label not in named and (not whole or one.is_had))
    ]
    for wish in drawing.booths:
        before = stored.get(wish.label)
        if wish.label in forbidden:
            refused.append(Refused(wish.label, forbidden[wish.label]))
            unchanged += 1
            continue
        if why := clash(wish, settled):
            refused.append(Refused(wish.label, why))
            if before is not None:
                settled.append(before.drawn)
                unchanged += 1
            continue
        settled.append(wish)
        if before is None:
            added.append(wish)
        elif before.drawn == wish:
            unchanged += 1
        else:
            changed.append((before, wish))
    gone = [one for one in stored.values() if one.label not in named and whole]
    refused += [Refused(one.label, f"It stays: {_had(one)}.") for one in gone if one.is_had]
    return Laying(tuple(added), tuple(changed), unchanged, tuple(one for one in gone if not one.is_had), tuple(refused))


def _forbidden(before: Spot | None, wish: DrawnBooth) -> str:
    if before is None or not before.is_had:
        return ""
    if wish.width < before.width or wish.height < before.height:
        return f"It stays {before.size}: {_had(before)}."
    return ""


def _had(spot: Spot) -> str:
    return f"{spot.company_name} {'holds' if spot.state is SpotState.HELD else 'has'} it"


def clash(one: DrawnBooth, others: Iterable[DrawnBooth]) -> str:
    """Why a booth cannot stand beside others: its label is there, or it lies upon one."""
    for other in others:
        if other.label.lower() == one.label.lower():
            return "There is another of this label."
        if (
            one.x < other.x + other.width and other.x < one.x + one.width
            and one.y < other.y + other.height and other.y < one.y + one.height
        ):  # fmt: skip
            return f"It lies upon {other.label}."
    return ""


def hall_size(drawing: Drawing, kept: Sequence[Spot], *, width: int, height: int, margin: int = 200) -> tuple[int, int]:
    """As large as wished, and at least as large as what stands in it; 0 is no wish."""
    wide, deep = drawing.extent
    wide = max([wide, *(one.x + one.width for one in kept)])
    deep = max([deep, *(one.y + one.height for one in kept)])
    return max(width, wide) if width else wide + margin, max(height, deep) if height else deep + margin
