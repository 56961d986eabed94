"""Files as they are sent: public ones for ever, private ones to whom the owning package lets."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias
from urllib.parse import quote

from litestar import Router, get
from litestar.connection import Request
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Response, Stream

from portal.core.errors import NotFound
from portal.media import queries, rules
from portal.media.flows import Media
from portal.media.tables import Visibility
from portal.media.values import File, Served
from portal.web.asking import header

Reader = Callable[[File, Request[Any, Any, Any]], Awaitable[bool]]
"""Says whether whoever asks may read a private file."""
Readers = Mapping[str, Reader]
"""Who may read private files, by the kind of their owner. Without an entry, nobody may."""
MediaStore: TypeAlias = NamedDependency[Media]
"""Where files are kept: `media: MediaStore`."""
MOST_SENT = 64_000_000
"""So many bytes are taken of a form with a file. More than a file may have (`MEDIA_MAX_MB`): one that is too large gets its
message beside the field, and what else was typed is kept."""

# Nothing a file holds runs, loads or is framed, even where a browser takes it for a page. Viewers of PDFs may save.
_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-downloads"
_NOT_THERE = "There is no such file, or it is not open to you."


@get("/{key:str}/{name:str}", opt={"public": True}, include_in_schema=False)
async def stored_file(
    request: Request[Any, Any, Any],
    key: FromPath[str],
    name: FromPath[str],
    media: MediaStore,
    readers: NamedDependency[Readers],
) -> Response[Any]:
    found = await queries.served(key, name)
    if found is None or not await _may_read(found.file, request, readers):
        raise NotFound(_NOT_THERE)
    return await _sent(request, media, found)


async def sent(request: Request[Any, Any, Any], media: Media, file: File) -> Response[Any]:
    """A document as the answer to whoever may have it by the rules of its owner's package."""
    found = await queries.served(file.key, file.renditions[-1].name)
    if found is None:
        raise NotFound(_NOT_THERE)
    answer = await _sent(request, media, found)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


async def content_of(media: Media, key: str) -> bytes:
    """A small document whole, for a page that serves it by rules of its own; raises NotFound."""
    file = (await queries.by_keys([key])).get(key)
    found = await queries.served(file.key, file.renditions[-1].name) if file else None
    if found is None:
        raise NotFound(_NOT_THERE)
    return b"".join([piece async for piece in await media.read(found)])


async def _sent(request: Request[Any, Any, Any], media: Media, found: Served) -> Response[Any]:
    told = _headers(found)
    kind = found.rendition.content_type.partition(";")[0]  # Litestar says the charset of texts itself
    if told["ETag"].encode() in header(request.scope, b"if-none-match"):
        return Response(None, status_code=304, headers=told)
    part, status = None, 200
    size = found.rendition.bytes
    if _part_asked(request, told["ETag"]):
        try:
            part = rules.span(header(request.scope, b"range").decode("latin-1"), size)
        except ValueError:
            told["Content-Range"] = f"bytes */{size}"
            return Response(b"", status_code=416, headers=told, media_type=kind)
    if part is not None:
        status = 206
        told["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{size}"
    told["Content-Length"] = str(part.end - part.start if part else size)
    content = await media.read(found, part)
    return Stream(content, status_code=status, headers=told, media_type=kind)


async def _may_read(file: File, request: Request[Any, Any, Any], readers: Readers) -> bool:
    if file.visibility is Visibility.PUBLIC:
        return True
    reader = readers.get(file.owner.kind)
    return reader is not None and bool(file.owner.key) and await reader(file, request)


def _part_asked(request: Request[Any, Any, Any], etag: str) -> bool:
    unless = header(request.scope, b"if-range")
    return bool(header(request.scope, b"range")) and (not unless or unless == etag.encode())


def _headers(found: Served) -> dict[str, str]:
    public = found.file.visibility is Visibility.PUBLIC
    return {
        "Cache-Control": "public, max-age=31536000, immutable" if public else "private, no-store",
        "ETag": f'"{found.sha256[:32]}"',
        "Accept-Ranges": "bytes",
        "Content-Security-Policy": _POLICY,
        "Content-Disposition": _disposition(found),
        "Cross-Origin-Resource-Policy": "cross-origin" if public else "same-origin",
    }


def _disposition(found: Served) -> str:
    """Shown or downloaded, under the name it was uploaded by (RFC 6266)."""
    how = "inline" if rules.shown_inline(found.rendition.content_type) else "attachment"
    plain = found.rendition.name
    full = found.file.name if found.file.kind == "document" else plain
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(full, safe='')}"


def router(readers: Readers) -> Router:
    """The routes of stored files; the dependency `media` is the application's."""
    return Router(
        "/media", route_handlers=[stored_file], dependencies={"readers": Provide(lambda: readers, sync_to_thread=False)}
    )
