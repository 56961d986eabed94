"""Where bytes lie: a folder of this machine, or whatever else `obstore` reaches."""

from collections.abc import AsyncIterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from obstore.store import LocalStore, ObjectStore, from_url

from portal.core.settings import Settings
from portal.media.rules import Span

_CHUNK_BYTES = 256 * 1024


class Storage:
    """Objects by key. Keys are made by us, never from what people typed."""

    def __init__(self, settings: Settings) -> None:
        self._address = settings.media_url
        self._folder = Path(settings.portal_data).absolute() / "media"

    @cached_property
    def _store(self) -> ObjectStore:
        return from_url(self._address) if self._address else LocalStore(self._folder, mkdir=True)

    async def put(self, key: str, content: bytes | Path) -> None:
        """Write an object, whole or not at all."""
        await self._store.put_async(key, content)

    async def read(self, key: str, part: Span | None = None) -> AsyncIterator[bytes]:
        """An object, or a part of it, in pieces; raises FileNotFoundError before the first."""
        options = {"range": (part.start, part.end)} if part else None
        found = await self._store.get_async(key, options=options)  # type: ignore[arg-type]
        return (bytes(piece) async for piece in found.stream(min_chunk_size=_CHUNK_BYTES))

    async def delete(self, key: str) -> None:
        """Remove an object; one that is not there is no fault."""
        with suppress(FileNotFoundError):
            await self._store.delete_async(key)
