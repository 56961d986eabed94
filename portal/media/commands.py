"""Files and their blobs in the database. The bytes themselves are moved by `flows`, around these."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from operator import itemgetter

import msgspec

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, NotFound
from portal.core.tokens import secret
from portal.media import rules
from portal.media.tables import FileKind, Visibility
from portal.media.values import Owner, Rendition


class Claim(msgspec.Struct, frozen=True):
    """A blob somebody is about to use; `written` when its bytes are in storage already."""

    id: int
    key: str
    written: bool


class NewFile(msgspec.Struct, frozen=True):
    """What is known of a file before it is kept. `renditions` by the blob that holds each."""

    kind: FileKind
    name: str
    content_type: str
    bytes: int
    sha256: str
    owner: Owner
    visibility: Visibility
    renditions: Mapping[int, Rendition]
    width: int | None = None
    height: int | None = None
    pages: int | None = None


_CLAIM = """
INSERT INTO stored_blob AS b (sha256, bytes, wanted_at) VALUES ($1, $2, $3)
ON CONFLICT (sha256) WHERE dropped_at IS NULL DO UPDATE SET wanted_at = greatest(b.wanted_at, excluded.wanted_at)
RETURNING id, written_at IS NOT NULL AS written
"""


async def claim_blob(*, sha256: str, size: int, now: datetime) -> Claim:
    """Ask for a blob of that content; nobody drops it for an hour."""
    row = await db.fetch_one(_CLAIM, sha256, size, now)
    assert row is not None
    return Claim(row["id"], rules.blob_key(row["id"], sha256), row["written"])


async def note_written(*, blob_id: int, now: datetime) -> None:
    """Its bytes are in storage."""
    await db.execute("UPDATE stored_blob SET written_at = coalesce(written_at, $2) WHERE id = $1", blob_id, now)


_KEEP = """
INSERT INTO stored_file (key, kind, name, content_type, bytes, sha256, width, height, pages, owner_kind, owner_key, visibility,
    created_by, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id
"""
_KEEP_RENDITION = """
WITH used AS (
    UPDATE stored_blob SET wanted_at = greatest(wanted_at, $8)
    WHERE id = $2 AND written_at IS NOT NULL AND dropped_at IS NULL RETURNING id)
INSERT INTO stored_rendition (file, blob, name, content_type, bytes, width, height)
SELECT $1, id, $3, $4, $5, $6, $7 FROM used
"""


async def keep_file(*, new: NewFile, actor: Actor, now: datetime) -> str:
    """Keep a file whose bytes are in storage; its key. Raises Conflict when they were swept meanwhile."""
    key = secret()[:22]
    async with db.transaction():
        file_id = await db.fetch_value(
            _KEEP, key, new.kind, new.name, new.content_type, new.bytes, new.sha256, new.width, new.height, new.pages,
            new.owner.kind, new.owner.key, new.visibility, actor.account_id or None, now,
        )  # fmt: skip
        # In one order, so that two uploads of the same bytes never wait for each other.
        for blob_id, made in sorted(new.renditions.items(), key=itemgetter(0)):
            tag = await db.execute(
                _KEEP_RENDITION,
                file_id,
                blob_id,
                made.name,
                made.content_type,
                made.bytes,
                made.width,
                made.height,
                now,
            )
            if not db.affected(tag):
                raise Conflict("The upload took too long. Please send the file again.")
    return key


_COPY = """
WITH pair AS (SELECT f.*, p.copy FROM unnest($1::text[], $2::text[]) AS p (source, copy)
    JOIN stored_file f ON f.key = p.source AND f.owner_kind = $3 AND f.owner_key = $4 AND f.deleted_at IS NULL),
made AS (INSERT INTO stored_file (key, kind, name, content_type, bytes, sha256, width, height, pages, owner_kind, owner_key,
        visibility, created_by, created_at)
    SELECT copy, kind, name, content_type, bytes, sha256, width, height, pages, $5, $6, 'private', $7, $8 FROM pair
    RETURNING id, key),
used AS (UPDATE stored_blob b SET wanted_at = greatest(b.wanted_at, $8) FROM stored_rendition r JOIN pair ON pair.id = r.file
    WHERE r.blob = b.id RETURNING b.id)
INSERT INTO stored_rendition (file, blob, name, content_type, bytes, width, height)
SELECT made.id, r.blob, r.name, r.content_type, r.bytes, r.width, r.height
FROM made JOIN pair ON pair.copy = made.key JOIN stored_rendition r ON r.file = pair.id JOIN used ON used.id = r.blob
"""


async def copy(*, keys: Sequence[str], source: Owner, target: Owner, actor: Actor, now: datetime) -> Mapping[str, str]:
    """Give files of one owner to another, too, private at first; each copy's key by that of what it is a copy of. The bytes
    are there once. What is not the owner's, or gone, is left out.
    """
    copies = {key: secret()[:22] for key in keys}
    async with db.transaction():
        await db.execute(
            _COPY, list(copies), list(copies.values()), source.kind, source.key, target.kind, target.key,
            actor.account_id or None, now,
        )  # fmt: skip
        rows = await db.fetch("SELECT key FROM stored_file WHERE key = ANY($1)", list(copies.values()))
    made = {row["key"] for row in rows}
    return {key: new for key, new in copies.items() if new in made}


async def attach(*, keys: Sequence[str], owner: Owner, actor: Actor, now: datetime) -> None:
    """Give files that wait for an owner to one. Raises NotFound for those that are another's or gone.

    Whoever uploaded a file may attach it, nobody else.
    """
    wanted = set(keys)
    async with db.transaction():
        tag = await db.execute(
            "UPDATE stored_file SET owner_key = $2 WHERE key = ANY($1) AND owner_kind = $3 AND deleted_at IS NULL "
            "AND (owner_key = $2 OR (owner_key = '' AND created_by IS NOT DISTINCT FROM $4 AND created_at > $5))",
            list(wanted), owner.key, owner.kind, actor.account_id or None, now - rules.UNATTACHED,
        )  # fmt: skip
        if db.affected(tag) != len(wanted):
            raise NotFound("One of the files is not there any more. Please upload it again.")


_SHOW = """
UPDATE stored_file SET visibility = CASE WHEN key = ANY($3) THEN 'public' ELSE 'private' END
WHERE owner_kind = $1 AND owner_key = ANY($2) AND (visibility = 'public') <> (key = ANY($3))
"""


async def show(*, kind: str, owners: Sequence[str], keys: Collection[str]) -> None:
    """Of these owners' files, let everybody read those with `keys`, and nobody but whom the package lets the others."""
    await db.execute(_SHOW, kind, list(owners), sorted(keys))


async def hand_over(*, source: Owner, target: Owner, keys: Collection[str] | None = None) -> list[str]:
    """Give files (those with `keys`, or all) of one owner to another, in the caller's transaction; the keys of those."""
    rows = await db.fetch(
        "UPDATE stored_file SET owner_kind = $3, owner_key = $4 WHERE owner_kind = $1 AND owner_key = $2 "
        "AND ($5::text[] IS NULL OR key = ANY($5)) RETURNING key",
        source.kind, source.key, target.kind, target.key, None if keys is None else sorted(keys),
    )  # fmt: skip
    return sorted(row["key"] for row in rows)


async def delete(*, keys: Sequence[str], owner: Owner, actor: Actor, now: datetime) -> None:
    """Take files of one owner out of use at once; `restore` brings them back for some weeks."""
    await _mark("deleted", keys, owner, actor, now)


async def restore(*, keys: Sequence[str], owner: Owner, actor: Actor, now: datetime) -> None:
    """Bring deleted files back. Raises NotFound when one is gone for good."""
    async with db.transaction():
        await _mark("restored", keys, owner, actor, now)
        there = await db.fetch_value(
            "SELECT count(*) FROM stored_file WHERE key = ANY($1) AND owner_kind = $2 AND owner_key = $3 "
            "AND deleted_at IS NULL",
            list(keys), owner.kind, owner.key,
        )  # fmt: skip
        if there != len(set(keys)):
            raise NotFound("One of the files is not there any more. Please upload it again.")


async def forget(*, owner: Owner, actor: Actor, now: datetime) -> int:
    """Remove all files of one owner for good, deleted ones too; how many. Their bytes go with the next sweep."""
    async with db.transaction():
        gone = await db.fetch(
            "DELETE FROM stored_file WHERE owner_kind = $1 AND owner_key = $2 RETURNING key", owner.kind, owner.key
        )
        await _audited("forgotten", [row["key"] for row in gone], owner, actor, now)
    return len(gone)


async def _mark(verb: str, keys: Sequence[str], owner: Owner, actor: Actor, now: datetime) -> None:
    deleted = verb == "deleted"
    async with db.transaction():
        rows = await db.fetch(
            "UPDATE stored_file SET deleted_at = $4 WHERE key = ANY($1) AND owner_kind = $2 AND owner_key = $3 "
            "AND (deleted_at IS NULL) = $5 RETURNING key",
            list(keys), owner.kind, owner.key, now if deleted else None, deleted,
        )  # fmt: skip
        await _audited(verb, [row["key"] for row in rows], owner, actor, now)


async def _audited(verb: str, keys: Sequence[str], owner: Owner, actor: Actor, now: datetime) -> None:
    facts: dict[str | int, dict[str, str]] = {key: {"owner": f"{owner.kind} {owner.key}"} for key in keys}
    await audit.record_many(actor=actor.label, verb=f"file {verb}", kind="stored_file", now=now, facts=facts)


_UNUSED = """
UPDATE stored_blob b SET dropped_at = $1
WHERE dropped_at IS NULL AND wanted_at < $2 AND NOT EXISTS (SELECT FROM stored_rendition WHERE blob = b.id)
"""


async def sweep(*, now: datetime) -> list[tuple[int, str]]:
    """Remove files nobody attached and files deleted long ago, and give up blobs that nothing uses: (id, key) of those
    whose bytes are to go, at most a thousand at a time.
    """
    async with db.transaction():
        await db.execute(
            "DELETE FROM stored_file WHERE (owner_key = '' AND created_at < $1) OR deleted_at < $2",
            now - rules.UNATTACHED, now - rules.RESTORABLE,
        )  # fmt: skip
        await db.execute(_UNUSED, now, now - rules.CLAIMED)
        rows = await db.fetch("SELECT id, sha256 FROM stored_blob WHERE dropped_at IS NOT NULL ORDER BY id LIMIT 1000")
    return [(row["id"], rules.blob_key(row["id"], row["sha256"])) for row in rows]


async def note_gone(*, blob_id: int) -> None:
    """A dropped blob's bytes are out of storage."""
    await db.execute("DELETE FROM stored_blob WHERE id = $1 AND dropped_at IS NOT NULL", blob_id)
