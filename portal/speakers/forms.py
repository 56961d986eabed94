"""The form of a person who speaks."""

from typing import Annotated

import msgspec

from portal.core.overtaking import mark
from portal.speakers.values import OwnFacts, Speaker
from portal.web.forms import Filled, Upload, blank, field

PICTURES = "image/jpeg,image/png,image/webp,image/gif,image/avif"
MOST_BYTES = 26_000_000
"""A form with a picture in it."""


class SpeakerForm(msgspec.Struct):
    """`profile` names a company of the directory, by its address or its name. `seen` is the mark of what was opened."""

    name: Annotated[str, field("Name", kind="name")]
    job_title: Annotated[str, field("Job title")] = ""
    company_name: Annotated[str, field("Company, as it is shown")] = ""
    profile: Annotated[str, field("Profile in the directory", max_length=300)] = ""
    email: Annotated[str, field("Email", kind="email")] = ""
    website: Annotated[str, field("Website", max_length=500)] = ""
    links: Annotated[str, field("Further links", kind="text", max_length=3000)] = ""
    bio: Annotated[str, field("About", kind="text", max_length=6000)] = ""
    photo: Annotated[Upload | None, field("Photo", kind="file")] = None
    no_photo: Annotated[str, field("Take the photo off")] = ""
    seen: Annotated[str, field("", max_length=40)] = ""


class OwnForm(msgspec.Struct):
    """What a person says of themselves."""

    job_title: Annotated[str, field("Job title")] = ""
    company_name: Annotated[str, field("Company, as it is shown")] = ""
    website: Annotated[str, field("Website", max_length=500)] = ""
    links: Annotated[str, field("Further links", kind="text", max_length=3000)] = ""
    bio: Annotated[str, field("About you", kind="text", max_length=6000)] = ""
    photo: Annotated[Upload | None, field("Photo", kind="file")] = None
    no_photo: Annotated[str, field("Take the photo off")] = ""
    seen: Annotated[str, field("", max_length=40)] = ""

    @property
    def facts(self) -> OwnFacts:
        return OwnFacts(**{name: getattr(self, name) for name in OwnFacts.__struct_fields__})


def own_filled(speaker: Speaker) -> Filled[OwnForm]:
    return blank(**msgspec.structs.asdict(speaker.own), seen=mark(speaker.own))


def filled(speaker: Speaker) -> Filled[SpeakerForm]:
    """The form as a person fills it."""
    plain = ("name", "job_title", "company_name", "email", "website", "links", "bio")
    profile = f"/companies/{speaker.company_slug}" if speaker.company_slug else ""
    return blank(**{name: getattr(speaker, name) for name in plain}, profile=profile, seen=mark(speaker.facts))
