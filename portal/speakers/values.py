"""People who speak, as plain values."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeAlias

import msgspec

Follow: TypeAlias = Callable[[int, int], Awaitable[None]]
"""What a package does when two speakers are made one: the number of who stays and of who goes, in the transaction of it."""


class SpeakerFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What staff say of a person. `bio` is Markdown; `company_id` is the profile that `company_name` leads to; `links` are
    addresses, one a line.
    """

    name: str
    email: str = ""
    job_title: str = ""
    company_name: str = ""
    company_id: int | None = None
    bio: str = ""
    website: str = ""
    links: str = ""


class OwnFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a person says of themselves at their desk: all but the name and the address."""

    job_title: str = ""
    company_name: str = ""
    bio: str = ""
    website: str = ""
    links: str = ""


class SpeakerRow(msgspec.Struct, frozen=True, kw_only=True):
    """A person as lists and programmes show them. `photo` is the key of a stored picture, `company_slug` of a public profile."""

    id: int
    slug: str
    name: str
    job_title: str
    company_name: str
    company_slug: str | None
    photo: str

    @property
    def initials(self) -> str:
        """Two letters that stand where a picture is missing; titles such as Dr. do not count."""
        words = [word for word in self.name.split() if not word.endswith(".")] or self.name.split()
        return "".join(word[0] for word in (*words[:1], *words[1:][-1:])).upper()

    @property
    def post(self) -> str:
        """`Head of Quality, Isarwerk Biologics`."""
        return ", ".join(part for part in (self.job_title, self.company_name) if part)


class Speaker(SpeakerRow, frozen=True, kw_only=True):
    """A person with everything that is known. The address is not for the public."""

    email: str
    bio: str
    bio_html: str
    website: str
    links: str
    company_id: int | None
    created_at: datetime
    changed_at: datetime

    @property
    def facts(self) -> SpeakerFacts:
        return SpeakerFacts(**{name: getattr(self, name) for name in SpeakerFacts.__struct_fields__})

    @property
    def own(self) -> OwnFacts:
        return OwnFacts(**{name: getattr(self, name) for name in OwnFacts.__struct_fields__})

    @property
    def addresses(self) -> list[str]:
        """Pages about the person elsewhere, the website first."""
        return list(dict.fromkeys(one for one in (self.website, *self.links.splitlines()) if one))
