"""What is stored once, swept, attached, deleted, brought back and forgotten."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from portal.accounts.actors import PORTAL, Actor
from portal.core import clock, db
from portal.core.errors import Conflict, NotFound
from portal.media import commands, queries, rules
from portal.media.flows import Media
from portal.media.values import File, Owner
from tests.accounts.conftest import account
from tests.media import made

BRENN, OTHER, WAITING = Owner("company", "7"), Owner("company", "8"), Owner("company")
PICTURE = made.saved(made.logo())


async def stored(media: Media, owner: Owner = BRENN, actor: Actor = PORTAL, content: bytes = PICTURE) -> File:
    return await media.store_image(made.upload(content), owner=owner, actor=actor, now=clock.now())


def kept(folder: Path) -> list[str]:
    return sorted(path.name.partition("-")[0] for path in (folder / "media").rglob("*") if path.is_file())


async def later(media: Media, after: timedelta) -> None:
    """Let so much time go by, and the sweeper work."""
    await db.execute("UPDATE stored_blob SET wanted_at = wanted_at - $1::interval", after)
    await db.execute(
        "UPDATE stored_file SET created_at = created_at - $1::interval, deleted_at = deleted_at - $1::interval", after
    )
    await media.sweep()


async def test_the_same_bytes_are_stored_once(database: str, folder_media: Media, tmp_path: Path) -> None:
    files = await asyncio.gather(*(stored(folder_media, owner) for owner in (BRENN, OTHER, BRENN, OTHER)))
    assert len({file.key for file in files}) == 4
    assert await db.fetch_value("SELECT count(*) FROM stored_blob") == len(files[0].renditions) == 3
    assert len(kept(tmp_path)) == len(set(kept(tmp_path))) == 3
    assert {file.key for file in await queries.of_owner(BRENN)} == {files[0].key, files[2].key}
    assert set(await queries.by_keys([file.key for file in files] + ["nothing"])) == {file.key for file in files}
    assert await queries.by_keys([]) == {}


async def test_what_nobody_attached_is_swept(database: str, folder_media: Media, tmp_path: Path) -> None:
    file = await stored(folder_media, WAITING)
    attached = await stored(folder_media, WAITING, content=made.saved(made.photo((90, 90))))
    await commands.attach(keys=[attached.key], owner=BRENN, actor=PORTAL, now=clock.now())
    await later(folder_media, timedelta(hours=23))
    assert set(await queries.by_keys([file.key, attached.key])) == {file.key, attached.key}
    assert len(kept(tmp_path)) == 4
    await later(folder_media, timedelta(hours=2))
    assert set(await queries.by_keys([file.key, attached.key])) == {attached.key}
    assert len(kept(tmp_path)) == 1
    assert await db.fetch_value("SELECT count(*) FROM stored_blob") == 1


async def test_bytes_whose_upload_broke_off_are_swept(database: str, folder_media: Media, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"half an upload")
    await folder_media._put(source)
    await folder_media.sweep()
    assert len(kept(tmp_path)) == 1
    await later(folder_media, timedelta(minutes=61))
    assert kept(tmp_path) == []


async def test_bytes_still_used_by_another_file_stay(database: str, folder_media: Media, tmp_path: Path) -> None:
    await stored(folder_media)
    other = await stored(folder_media, OTHER)
    assert await commands.forget(owner=BRENN, actor=PORTAL, now=clock.now()) == 1
    await later(folder_media, timedelta(hours=2))
    assert len(kept(tmp_path)) == 3
    assert await queries.of_owner(OTHER) == [other]
    assert await commands.forget(owner=OTHER, actor=PORTAL, now=clock.now()) == 1
    await later(folder_media, timedelta(hours=2))
    assert kept(tmp_path) == []


async def test_bytes_stored_while_their_old_blob_is_dropped(database: str, folder_media: Media, tmp_path: Path) -> None:
    """The sweep gives a blob up, the same bytes are uploaded, and only then the old ones are removed."""
    await stored(folder_media)
    await commands.forget(owner=BRENN, actor=PORTAL, now=clock.now())
    given_up = await commands.sweep(now=clock.now() + timedelta(hours=2))
    assert len(given_up) == 3
    again = await stored(folder_media)
    for blob_id, key in given_up:
        await folder_media.storage.delete(key)
        await commands.note_gone(blob_id=blob_id)
    assert len(kept(tmp_path)) == 3
    for made_again in again.renditions:
        served = await queries.served(again.key, made_again.name)
        assert served is not None
        assert sum([len(piece) async for piece in await folder_media.read(served)]) == made_again.bytes


async def test_a_file_is_not_kept_without_its_bytes(database: str, media: Media) -> None:
    file = await stored(media)
    claim = await commands.claim_blob(sha256="0" * 64, size=5, now=clock.now())
    new = commands.NewFile(
        kind=file.kind, name="x", content_type="image/png", bytes=5, sha256="0" * 64, owner=BRENN,
        visibility=file.visibility, renditions={claim.id: file.renditions[0]}, width=5, height=5,
    )  # fmt: skip
    with pytest.raises(Conflict):
        await commands.keep_file(new=new, actor=PORTAL, now=clock.now())
    assert await queries.of_owner(BRENN) == [file]


async def test_deleted_files_come_back_for_some_weeks(database: str, media: Media) -> None:
    file = await stored(media)
    await commands.delete(keys=[file.key], owner=OTHER, actor=PORTAL, now=clock.now())
    assert await queries.of_owner(BRENN) == [file]
    await commands.delete(keys=[file.key], owner=BRENN, actor=PORTAL, now=clock.now())
    assert await queries.of_owner(BRENN) == []
    assert await queries.served(file.key, "96.webp") is None
    await later(media, rules.RESTORABLE - timedelta(hours=1))
    await commands.restore(keys=[file.key], owner=BRENN, actor=PORTAL, now=clock.now())
    assert await queries.of_owner(BRENN) == [file]
    await commands.delete(keys=[file.key], owner=BRENN, actor=PORTAL, now=clock.now())
    await later(media, rules.RESTORABLE + timedelta(hours=1))
    with pytest.raises(NotFound):
        await commands.restore(keys=[file.key], owner=BRENN, actor=PORTAL, now=clock.now())
    told = await db.fetch("SELECT verb FROM audit_entry WHERE key = $1 ORDER BY id", file.key)
    assert [row["verb"] for row in told] == ["file deleted", "file restored", "file deleted"]


async def test_only_the_uploader_attaches(database: str, media: Media) -> None:
    amara = Actor(await account("amara@brennhof.example"), "amara@brennhof.example", "Amara")
    mallory = Actor(await account("mallory@other.example"), "mallory@other.example", "Mallory")
    file = await stored(media, WAITING, amara)
    for actor, owner in ((mallory, OTHER), (PORTAL, OTHER), (amara, Owner("enquiry", "7"))):
        with pytest.raises(NotFound):
            await commands.attach(keys=[file.key], owner=owner, actor=actor, now=clock.now())
    await commands.attach(keys=[file.key], owner=BRENN, actor=amara, now=clock.now())
    await commands.attach(keys=[file.key, file.key], owner=BRENN, actor=amara, now=clock.now())
    with pytest.raises(NotFound):
        await commands.attach(keys=[file.key], owner=OTHER, actor=amara, now=clock.now())
    assert [found.key for found in await queries.of_owner(BRENN)] == [file.key]
