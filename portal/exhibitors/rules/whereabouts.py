"""Where a booth is, in words: beside what, near which entrance. Pure."""

from portal.exhibitors.plans import DrawnFeature, Hall, Spot

_NEAR, _BESIDE = 1000, 60
"""Centimetres from edge to edge."""


def near(hall: Hall, spot: Spot) -> str:
    """`near Entrance South and Coffee`: at most the two nearest of what is no booth; empty where nothing is near."""
    by_distance = sorted((_gap(one, spot), one.label) for one in hall.features)
    names = [label for gap, label in by_distance if gap <= _NEAR][:2]
    return f"near {' and '.join(names)}" if names else ""


def beside(hall: Hall, spot: Spot) -> list[str]:
    """The labels of the booths that touch it, or nearly so."""
    return [one.label for one in hall.spots if one.id != spot.id and _gap(one, spot) <= _BESIDE]


def _gap(one: DrawnFeature | Spot, spot: Spot) -> float:
    """From edge to edge, 0 where they touch or overlap."""
    aside = max(one.x - (spot.x + spot.width), spot.x - (one.x + one.width), 0)
    below = max(one.y - (spot.y + spot.height), spot.y - (one.y + one.height), 0)
    return float((aside**2 + below**2) ** 0.5)
