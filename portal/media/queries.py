"""Files by key and by owner. Deleted ones are never found."""

from collections.abc import Sequence
from typing import Any

import msgspec

from portal.core import db
from portal.media.rules import blob_key
from portal.media.tables import FileKind, Visibility
from portal.media.values import File, Owner, Rendition, Served

_FILES = """
SELECT f.key, f.kind, f.name, f.content_type, f.bytes, f.width, f.height, f.pages, f.owner_kind, f.owner_key, f.visibility,
    json_agg(json_build_object('name', r.name, 'content_type', r.content_type, 'bytes', r.bytes, 'width', r.width,
        'height', r.height) ORDER BY r.width, r.id) AS renditions
FROM stored_file f JOIN stored_rendition r ON r.file = f.id
WHERE f.deleted_at IS NULL AND {condition} GROUP BY f.id ORDER BY f.id LIMIT 1000
"""
_BY_KEYS = _FILES.format(condition="f.key = ANY($1)")
_OF_OWNER = _FILES.format(condition="f.owner_kind = $1 AND f.owner_key = $2")


async def by_keys(keys: Sequence[str]) -> dict[str, File]:
    """The files of those keys that are there, in one query."""
    return {row["key"]: _file(row) for row in await db.fetch(_BY_KEYS, list(keys))} if keys else {}


async def of_owner(owner: Owner) -> list[File]:
    """All files of one owner, the oldest first."""
    return [_file(row) for row in await db.fetch(_OF_OWNER, owner.kind, owner.key)]


async def bytes_of(owner: Owner) -> int:
    """How much an owner has uploaded and not deleted."""
    return int(
        await db.fetch_value(
            "SELECT coalesce(sum(bytes), 0) FROM stored_file WHERE owner_kind = $1 AND owner_key = $2 AND deleted_at IS NULL",
            owner.kind, owner.key,
        )
    )  # fmt: skip


_BLOB = """
SELECT b.id, b.sha256 FROM stored_rendition r JOIN stored_file f ON f.id = r.file JOIN stored_blob b ON b.id = r.blob
WHERE f.key = $1 AND r.name = $2
"""


async def served(key: str, name: str) -> Served | None:
    """What is under an address, whoever may read it."""
    file = (await by_keys([key])).get(key)
    rendition = next((made for made in file.renditions if made.name == name), None) if file else None
    blob = await db.fetch_one(_BLOB, key, name)
    if file is None or rendition is None or blob is None:
        return None
    return Served(file, rendition, blob["sha256"], blob_key(blob["id"], blob["sha256"]))


def _file(row: Any) -> File:
    told = dict(row)
    return File(
        kind=FileKind(told.pop("kind")),
        visibility=Visibility(told.pop("visibility")),
        owner=Owner(told.pop("owner_kind"), told.pop("owner_key")),
        renditions=tuple(msgspec.json.decode(told.pop("renditions"), type=list[Rendition])),
        **told,
    )
