"""What a sent form of the editor carries besides its fields: choices of a clash, which button, files."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.connection import Request

from portal.accounts.actors import Actor
from portal.accounts.guards import actor_of
from portal.core.errors import Invalid
from portal.core.settings import current as settings
from portal.directory import permissions
from portal.directory.commands import filing_limits
from portal.directory.commands.filing import owner_of
from portal.directory.queries import companies, drafts
from portal.directory.rules import wording
from portal.directory.rules.merging import Clash
from portal.directory.rules.wording import Question
from portal.directory.values import Profile
from portal.media import queries as files
from portal.media.flows import Media
from portal.media.rules import ending
from portal.media.tables import Visibility
from portal.media.values import File, Owner
from portal.web.forms import Upload
from portal.web.inputs import Now

Sent = Mapping[str, Sequence[Any]]
_CHOICE = "choice."
PICTURES = "image/jpeg,image/png,image/webp,image/gif,image/avif"
CERTIFICATES = ".pdf"
DOCUMENTS = ".pdf,.docx,.xlsx,.pptx,.odt,.ods,.odp,.csv,.txt"


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


async def with_file(
    sent: Sent,
    name: str,
    key: str,
    *,
    taken: str,
    company_id: int,
    media: Media,
    actor: Actor,
    network: str,
    now: Now,
) -> str:
    """The key of the file a form means: a new one of what is `taken`, the kept one, or none. Raises Invalid with the
    field, and RateLimited.

    A new one is stored at once, so that it is not lost when something else on the form is refused; it is nobody's until a
    draft names it, and swept when none does.
    """
    uploads = [value for value in sent.get(f"{name}_upload", ()) if getattr(value, "filename", "")]
    owner = owner_of(company_id)
    if uploads:
        upload = Upload(name, uploads[0].filename, uploads[0].file)
        if taken == CERTIFICATES and ending(upload.name) != "pdf":
            raise Invalid({name: "Please choose the certificate as PDF."})
        await _may_store(upload, owner, actor, network, now)
        store = media.store_image if taken == PICTURES else media.store_document
        stored = await store(upload, owner=Owner(owner.kind), actor=actor, now=now, visibility=Visibility.PRIVATE)
        return stored.key
    if line(sent, f"{name}_remove"):
        return ""
    if key:
        found = (await files.by_keys([key])).get(key)
        if found is None or found.owner not in {owner, Owner(owner.kind)}:
            raise Invalid({name: "This file is not there any more. Please choose it again."})
    return key


async def _may_store(upload: Upload, owner: Owner, actor: Actor, network: str, now: Now) -> None:
    """So many files a day, and so much for each company."""
    most = settings().company_files_mb * 1_000_000
    if await files.bytes_of(owner) + upload.size > most:
        said = f"The files of this company fill the {settings().company_files_mb} MB it has. Please remove some first."
        raise Invalid({upload.field: said})
    await filing_limits.before_file(company=owner.key, account_id=actor.account_id, network=network, now=now)


async def may_read_file(file: File, request: Request[Any, Any, Any]) -> bool:
    """What is not published is for those who edit the profile."""
    company = await companies.by_id(int(file.owner.key))
    return company is not None and permissions.can_edit(await actor_of(request), company.organisation_id)
