"""Files of an enquiry taken in: around the command, never inside its transaction."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePosixPath

from portal.accounts.actors import Actor
from portal.directory.enquiries.commands.sending import FILES, GUEST
from portal.media.flows import Media
from portal.media.rules import ending
from portal.media.tables import Visibility
from portal.media.values import Owner
from portal.web.forms import Upload

_PICTURES = frozenset({"jpg", "jpeg", "png", "webp", "gif", "avif"})


async def keep_files(
    media: Media, uploads: Sequence[Upload], *, actor: Actor | None, blind: bool, now: datetime
) -> list[str]:
    """Store them for an enquiry that is still to be written; their keys. Raises Invalid.

    Pictures are made anew, which leaves out what cameras wrote into them. In a blind enquiry documents lose their names.
    """
    keys = []
    for n, upload in enumerate(uploads, 1):
        name = f"attachment-{n}{PurePosixPath(upload.name).suffix.lower()}" if blind else upload.name
        named = Upload(upload.field, name, upload.file)
        store = media.store_image if ending(upload.name) in _PICTURES else media.store_document
        file = await store(named, owner=Owner(FILES), actor=actor or GUEST, now=now, visibility=Visibility.PRIVATE)
        keys.append(file.key)
    return keys
