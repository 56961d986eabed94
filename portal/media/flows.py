"""Files taken in and swept out: the network and the disk around the commands. Never called inside a transaction."""

import asyncio
import hashlib
import shutil
import tempfile
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from portal.accounts.actors import Actor
from portal.core import clock
from portal.core.errors import Invalid
from portal.core.settings import Settings
from portal.media import queries, rules
from portal.media.commands import NewFile, claim_blob, keep_file, note_gone, note_written, sweep
from portal.media.examining import Examiner, NotTaken
from portal.media.storage import Storage
from portal.media.tables import FileKind, Visibility
from portal.media.values import File, Owner, Rendition, Served
from portal.web.forms import Upload

_PREFIX = "portal-media-"


class Media:
    """Everything that needs both storage and the database.

    A form with several files stores them for an owner without a key and attaches them in the command that writes the
    rest: when one is refused, the others are swept.
    """

    def __init__(self, storage: Storage, examiner: Examiner, *, most_bytes: int) -> None:
        self.storage = storage
        self.examiner = examiner
        self.most_bytes = most_bytes

    @classmethod
    def of(cls, settings: Settings) -> "Media":
        return cls(Storage(settings), Examiner(), most_bytes=settings.media_max_mb * 1_000_000)

    async def store_image(
        self, upload: Upload, *, owner: Owner, actor: Actor, now: datetime, visibility: Visibility = Visibility.PUBLIC
    ) -> File:
        """Make a picture anew in a few widths and keep those; raises Invalid with the upload's field."""
        self._check_size(upload)
        with tempfile.TemporaryDirectory(prefix=_PREFIX) as name:
            folder = Path(name)
            source = folder / "source"
            sha256 = await asyncio.to_thread(_copy, upload.file, source)
            try:
                picture = await self.examiner.remake(source, folder)
            except NotTaken as refused:
                raise Invalid({upload.field: str(refused)}) from refused
            renditions = {}
            for made in picture.made:
                blob, size = await self._put(folder / made.name)
                renditions[blob] = Rendition(made.name, "image/webp", size, made.width, made.height)
        new = NewFile(
            kind=FileKind.IMAGE, name=rules.file_name(upload.name), content_type=picture.content_type, bytes=upload.size,
            sha256=sha256, owner=owner, visibility=visibility, renditions=renditions,
            width=picture.width, height=picture.height,
        )  # fmt: skip
        return await self._kept(new, actor, now)

    async def store_document(
        self, upload: Upload, *, owner: Owner, actor: Actor, now: datetime, visibility: Visibility = Visibility.PUBLIC,
        most_bytes: int = 0,
    ) -> File:  # fmt: skip
        """Check a document and keep it as it is; raises Invalid with the upload's field. `most_bytes`: other than usual."""
        self._check_size(upload, most_bytes)
        name = rules.file_name(upload.name)
        if fault := rules.document_fault(name):
            raise Invalid({upload.field: fault})
        end = rules.ending(name)
        with tempfile.TemporaryDirectory(prefix=_PREFIX) as folder:
            source = Path(folder) / "source"
            sha256 = await asyncio.to_thread(_copy, upload.file, source)
            try:
                pages = await self.examiner.look_at(source, end)
            except NotTaken as refused:
                raise Invalid({upload.field: str(refused)}) from refused
            blob, size = await self._put(source)
        content_type = rules.DOCUMENTS[end]
        new = NewFile(
            kind=FileKind.DOCUMENT, name=name, content_type=content_type, bytes=size, sha256=sha256, owner=owner,
            visibility=visibility, renditions={blob: Rendition(rules.address_name(name), content_type, size)}, pages=pages,
        )  # fmt: skip
        return await self._kept(new, actor, now)

    async def read(self, served: Served, part: rules.Span | None = None) -> AsyncIterator[bytes]:
        """The bytes of a rendition, or a part of them, in pieces; raises FileNotFoundError."""
        return await self.storage.read(served.blob, part)

    async def sweep(self) -> None:
        """Let go of what nobody uses. What a crash leaves half swept goes the next time."""
        for blob_id, key in await sweep(now=clock.now()):
            await self.storage.delete(key)
            await note_gone(blob_id=blob_id)

    def _check_size(self, upload: Upload, most_bytes: int = 0) -> None:
        if fault := rules.size_fault(upload.size, most_bytes or self.most_bytes):
            raise Invalid({upload.field: fault})

    async def _put(self, path: Path) -> tuple[int, int]:
        """Bring a file's bytes into storage, unless they are there; its blob and size."""
        size, sha256 = await asyncio.to_thread(_measure, path)
        claim = await claim_blob(sha256=sha256, size=size, now=clock.now())
        if not claim.written:
            await self.storage.put(claim.key, path)
            await note_written(blob_id=claim.id, now=clock.now())
        return claim.id, size

    async def _kept(self, new: NewFile, actor: Actor, now: datetime) -> File:
        key = await keep_file(new=new, actor=actor, now=now)
        return (await queries.by_keys([key]))[key]


def _copy(file: BinaryIO, target: Path) -> str:
    file.seek(0)
    with target.open("wb") as to:
        shutil.copyfileobj(file, to, 1024 * 1024)
    return _measure(target)[1]


def _measure(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
