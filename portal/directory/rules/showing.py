"""What a plan shows of a profile. Facts are never behind payment: only what adorns them is counted. Pure.

How much each plan shows stands in the table of plans (`placements.rules.plans`).
"""

from collections import Counter

import msgspec

from portal.directory.values import Profile, ProfilePost
from portal.placements.rules.plans import Feature, amount
from portal.placements.tables import Plan


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much of each is shown; None is without a limit. What is not named here is always shown."""

    gallery: int | None = None
    products: int | None = None
    documents: int | None = None
    videos: int | None = None
    contacts: int | None = None
    posts_a_month: int | None = None
    action: bool = True
    statistics_weeks: int | None = None
    benchmark: bool = True


def limits_of(plan: Plan) -> Limits:
    """What the table of plans says."""
    features = {
        "gallery": Feature.GALLERY, "products": Feature.PRODUCTS, "documents": Feature.DOCUMENTS,
        "videos": Feature.VIDEOS, "contacts": Feature.CONTACTS, "posts_a_month": Feature.POSTS,
        "action": Feature.ACTION, "statistics_weeks": Feature.STATISTICS, "benchmark": Feature.BENCHMARK,
    }  # fmt: skip
    return msgspec.convert({name: amount(plan, feature) for name, feature in features.items()}, Limits)


EVERYTHING = Limits()
_COUNTED = ("gallery", "products", "documents", "videos", "contacts")
_WORDS = {
    "gallery": ("picture", "pictures"), "products": ("product", "products"), "documents": ("document", "documents"),
    "videos": ("video", "videos"), "contacts": ("contact", "contacts"), "posts": ("piece of news", "pieces of news"),
}  # fmt: skip


def shown(profile: Profile, limits: Limits) -> Profile:
    """The profile as visitors see it: the first of each list as its owner ordered them."""
    cut = {name: getattr(profile, name)[: getattr(limits, name)] for name in _COUNTED}
    button = {} if limits.action else {"action_label": "", "action_url": ""}
    return msgspec.structs.replace(profile, **cut, **button, posts=_posts(profile, limits.posts_a_month))


def _posts(profile: Profile, a_month: int | None) -> tuple[ProfilePost, ...]:
    """The newest first, of each month at most so many."""
    newest = sorted(profile.posts, key=lambda post: (post.on, post.id), reverse=True)
    if a_month is None:
        return tuple(newest)
    of_month: Counter[tuple[int, int]] = Counter()
    kept = []
    for post in reversed(newest):
        month = (post.on.year, post.on.month)
        of_month[month] += 1
        if of_month[month] <= a_month:
            kept.append(post)
    return tuple(reversed(kept))


def kept_back(profile: Profile, limits: Limits) -> list[str]:
    """What a plan does not show of it, for its owner: `3 pictures`, `your button`."""
    seen = shown(profile, limits)
    found = []
    for name, (one, many) in _WORDS.items():
        if missing := len(getattr(profile, name)) - len(getattr(seen, name)):
            found.append(f"{missing} {one if missing == 1 else many}")
    if profile.action_label and not seen.action_label:
        found.append(f"your button “{profile.action_label}”")
    return found
