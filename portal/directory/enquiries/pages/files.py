"""Who may open the files of an enquiry, and how pages show them."""

from typing import Any

from litestar.connection import Request

from portal.accounts.guards import actor_of
from portal.directory import permissions
from portal.directory.enquiries.commands.sending import FILES
from portal.directory.enquiries.queries import buyer, staff, supplier
from portal.media.queries import of_owner
from portal.media.values import File, Owner


async def may_read_file(file: File, request: Request[Any, Any, Any]) -> bool:
    """The buyer, members of the companies asked (with `files after a yes`, only then), and staff while it waits for them."""
    actor = await actor_of(request)
    if actor is None:
        return False
    number = file.owner.key
    if await supplier.may_read_files(number, list(actor.memberships)) or await buyer.is_buyer(number, actor):
        return True
    return permissions.can_moderate(actor) and await staff.may_read_files(number)


async def files_of(number: str) -> list[File]:
    return await of_owner(Owner(FILES, number))
