"""Several stored files as one ZIP that is sent while it is made, so that none of them is whole in memory."""

import io
import zipfile
from collections.abc import AsyncIterator, Iterable
from datetime import datetime

from portal.media import queries
from portal.media.flows import Media


class _Sent(io.RawIOBase):
    """What a ZIP is written to: it cannot be gone back in, and what is taken is gone."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:  # type: ignore[no-untyped-def]
        self._waiting += data
        return len(data)

    def take(self) -> bytes:
        taken, self._waiting = bytes(self._waiting), bytearray()
        return taken


async def packed(media: Media, files: Iterable[tuple[str, str]], *, now: datetime) -> AsyncIterator[bytes]:
    """The ZIP of (name in it, key of a document) pairs. What is gone meanwhile is left out; a name that comes again gets a
    number.
    """
    out, given = _Sent(), set()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, key in files:
            file = (await queries.by_keys([key])).get(key)
            found = await queries.served(key, file.renditions[-1].name) if file else None
            if found is None:
                continue
            told, number = name, 2
            while told in given:
                stem, dot, end = name.rpartition(".")
                told, number = f"{stem} ({number}){dot}{end}", number + 1
            given.add(told)
            entry = zipfile.ZipInfo(told, now.timetuple()[:6])
            with archive.open(entry, "w", force_zip64=True) as into:
                async for piece in await media.read(found):
                    into.write(piece)
                    yield out.take()
    yield out.take()
