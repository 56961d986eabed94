"""How much of each list a company's plan has room for."""

from typing import Any

from portal.directory.values import Profile, ProfilePost
from portal.placements.permissions import limit
from portal.placements.rules.plans import NAMES, Feature
from portal.placements.tables import Plan

_FEATURES = {
    "products": Feature.PRODUCTS, "gallery": Feature.GALLERY, "documents": Feature.DOCUMENTS,
    "videos": Feature.VIDEOS, "contacts": Feature.CONTACTS, "posts": Feature.POSTS,
}  # fmt: skip


def fault(plan: Plan, of: str, item: Any, profile: Profile) -> str:
    """Why an item cannot be added; empty when there is room. What is there already stays (a smaller plan keeps data)."""
    most = limit(plan, _FEATURES[of]) if of in _FEATURES else None
    there = getattr(profile, of)
    a_month = ""
    if isinstance(item, ProfilePost):
        there = [post for post in there if (post.on.year, post.on.month) == (item.on.year, item.on.month)]
        a_month = " a month"
    if most is None or len(there) < most:
        return ""
    if not most:
        return f"The {NAMES[plan]} plan has no room for this; a larger plan has."
    return f"The {NAMES[plan]} plan has room for {most}{a_month}. Remove one first, or choose a larger plan."
