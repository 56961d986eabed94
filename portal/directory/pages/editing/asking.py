"""What a sent form of the editor carries besides its fields: choices of a clash, which button, files."""

from collections.abc import Mapping, Sequence
from typing import Any

from portal.accounts.actors import Actor
from portal.core.errors import Invalid
from portal.directory.queries import drafts
from portal.directory.rules import wording
from portal.directory.rules.merging import Clash
from portal.directory.rules.wording import Question
from portal.directory.values import Profile
from portal.media import queries as files
from portal.media.flows import Media
from portal.media.values import Owner
from portal.web.forms import Upload
from portal.web.inputs import Now

Sent = Mapping[str, Sequence[Any]]
_CHOICE = "choice."
PICTURES = "image/jpeg,image/png,image/webp,image/gif,image/avif"
DOCUMENTS = ".pdf,.docx,.xlsx,.pptx,.odt,.ods,.odp,.csv,.txt"
MOST_BYTES = 26_000_000
"""A form with a file in it."""


def line(sent: Sent, name: str) -> str:
    """One value of a form, as typed."""
    found = next(iter(sent.get(name, ())), "")
    return found if isinstance(found, str) else ""


def choices(sent: Sent) -> dict[str, str]:
    """What was chosen of a clash, by path."""
    return {name.removeprefix(_CHOICE): line(sent, name) for name in sent if name.startswith(_CHOICE)}


async def questions(
    clashes: Sequence[Clash], chosen: Mapping[str, str], *profiles: Profile
) -> tuple[list[Question], wording.Known]:
    """Clashes in words, with what was chosen before."""
    names = wording.known(await drafts.term_names(profiles), *profiles)
    asked = [wording.question(clash, names, profiles) for clash in clashes]
    return asked, names


def owner_of(company_id: int) -> Owner:
    """Whose a company's files are."""
    return Owner("company", str(company_id))


async def with_file(
    sent: Sent, name: str, key: str, *, image: bool, company_id: int, media: Media, actor: Actor, now: Now
) -> str:
    """The key of the file a form means: a new one, the kept one, or none. Raises Invalid with the field.

    A file is stored at once, so that it is not lost when something else on the form is refused.
    """
    uploads = [value for value in sent.get(f"{name}_upload", ()) if getattr(value, "filename", "")]
    owner = owner_of(company_id)
    if uploads:
        upload = Upload(name, uploads[0].filename, uploads[0].file)
        store = media.store_image if image else media.store_document
        return (await store(upload, owner=owner, actor=actor, now=now)).key
    if line(sent, f"{name}_remove"):
        return ""
    if key:
        found = (await files.by_keys([key])).get(key)
        if found is None or found.owner != owner:
            raise Invalid({name: "This file is not there any more. Please choose it again."})
    return key
