"""What a plan allows; serves guard, command and template alike."""

from portal.placements.rules.plans import Feature, amount
from portal.placements.tables import Plan


def allowed(plan: Plan, feature: Feature) -> bool:
    """Whether a plan has the feature at all."""
    given = amount(plan, feature)
    return given is None or bool(given)


def limit(plan: Plan, feature: Feature) -> int | None:
    """How much of it; None without a limit."""
    given = amount(plan, feature)
    return None if given is None else int(given)


def within(plan: Plan, feature: Feature, count: int) -> bool:
    """Whether `count` of it are allowed."""
    most = limit(plan, feature)
    return most is None or count <= most
