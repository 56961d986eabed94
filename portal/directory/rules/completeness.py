"""How complete a profile is: what is there, weighed by what buyers look for first, and what to add next."""

from collections.abc import Callable

import msgspec

from portal.directory.tables.companies import TermKind
from portal.directory.values import Profile


class Part(msgspec.Struct, frozen=True):
    """A part of the profile: what it weighs of 100, and what to do where fewer than `least` are there."""

    name: str
    weight: int
    words: str
    count: Callable[[Profile], int]
    least: int = 1

    def there(self, profile: Profile) -> bool:
        return self.count(profile) >= self.least

    def advice(self, profile: Profile) -> str:
        """What to do, with how many are there already."""
        there = self.count(profile)
        return f"{self.words} {there} of {self.least} {'is' if there == 1 else 'are'} there." if there else self.words


def _facts(kind: TermKind) -> Callable[[Profile], int]:
    return lambda profile: sum(fact.kind is kind for fact in profile.facts)


PARTS = (
    Part("tagline", 8, "Say in one sentence what you do.", lambda p: bool(p.tagline)),
    Part("description", 12, "Describe the company in a few paragraphs.", lambda p: int(len(p.description) >= 200)),
    Part("logo", 6, "Add your logo.", lambda p: bool(p.logo)),
    Part("website", 4, "Add your website.", lambda p: bool(p.website)),
    Part("address", 6, "Complete the postal address.", lambda p: bool(p.street and p.city and p.country)),
    Part("size", 4, "Say how many people work for you and since when.", lambda p: bool(p.staff and p.founded)),
    Part("category", 6, "Choose a category.", _facts(TermKind.CATEGORY)),
    Part("capabilities", 18, "List at least three capabilities.", _facts(TermKind.CAPABILITY), 3),
    Part("certificates", 12, "Add a certificate with its document.", _facts(TermKind.CERTIFICATE)),
    Part("figures", 6, "Add key figures, such as batch size or lead time.", _facts(TermKind.FIGURE), 2),
    Part("sites", 5, "Add your sites.", lambda p: bool(p.sites)),
    Part("contacts", 6, "Name somebody to ask.", lambda p: bool(p.contacts)),
    Part("documents", 4, "Add a brochure.", lambda p: bool(p.documents)),
    Part("pictures", 3, "Add pictures of the plant.", lambda p: bool(p.gallery)),
)


def completeness(profile: Profile) -> int:
    """Percent of the weights that are there."""
    return sum(part.weight for part in PARTS if part.there(profile))


def missing(profile: Profile) -> list[Part]:
    """What to add, the weightiest first."""
    return sorted((part for part in PARTS if not part.there(profile)), key=lambda part: -part.weight)
