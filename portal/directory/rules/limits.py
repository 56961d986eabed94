"""How much of each list a company's plan has room for."""

from typing import Any

import msgspec

from portal.directory.values import Profile, ProfilePost


class Limits(msgspec.Struct, frozen=True):
    """Most items of each list; None is without a limit of the plan."""

    plan: str
    products: int | None = None
    gallery: int | None = None
    documents: int | None = None
    videos: int | None = None
    contacts: int | None = None
    posts: int | None = None  # a month


def fault(plan: Limits, of: str, item: Any, profile: Profile) -> str:
    """Why an item cannot be added; empty when there is room. What is there already stays (downgrades keep data)."""
    most = getattr(plan, of, None)
    there = getattr(profile, of)
    a_month = ""
    if isinstance(item, ProfilePost):
        there = [post for post in there if (post.on.year, post.on.month) == (item.on.year, item.on.month)]
        a_month = " a month"
    if most is None or len(there) < most:
        return ""
    if most == 0:
        return f"The {plan.plan} plan has no room for this. A larger plan has."
    return f"The {plan.plan} plan has room for {most}{a_month}. Remove one first, or choose a larger plan."
