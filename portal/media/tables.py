"""Blobs by their content, the files people know them as, and the renditions a file is served in."""

from enum import StrEnum

from piccolo.columns import BigInt, BigSerial, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.accounts.tables import Account
from portal.core.columns import one_of
from portal.core.db import DB


class Visibility(StrEnum):
    """Who may read a file: everybody, or whom the owning package lets."""

    PUBLIC = "public"
    PRIVATE = "private"


class FileKind(StrEnum):
    """How a file is treated: made anew, or checked and kept as it is."""

    IMAGE = "image"
    DOCUMENT = "document"


class StoredBlob(Table, tablename="stored_blob", db=DB):
    """Bytes in storage under `sha256` and `id`. One blob in use per content: a partial unique index holds it.

    The row comes before the bytes (`written_at`) and goes after them (`dropped_at`), so that nothing in storage is ever
    without one; bytes stored again while their old blob is being dropped get a new blob.
    """

    id = BigSerial(primary_key=True)
    sha256 = Varchar(length=64)
    bytes = BigInt()
    wanted_at = Timestamptz(help_text="when it was last asked for; unused ones are dropped some time after")
    written_at = Timestamptz(null=True, default=None)
    dropped_at = Timestamptz(null=True, default=None)


class StoredFile(Table, tablename="stored_file", db=DB):
    """A file as people know it. `key` is its public name; a file without an `owner_key` waits to be attached."""

    id = BigSerial(primary_key=True)
    key = Varchar(length=32, unique=True)
    kind = Varchar(length=10)
    name = Varchar(length=200, help_text="as uploaded, cleaned")
    content_type = Varchar(length=100, help_text="of what was uploaded")
    bytes = BigInt(help_text="of what was uploaded")
    sha256 = Varchar(length=64, help_text="of what was uploaded")
    width = Integer(null=True, default=None)
    height = Integer(null=True, default=None)
    pages = Integer(null=True, default=None)
    owner_kind = Varchar(length=40)
    owner_key = Varchar(length=80)
    visibility = Varchar(length=10)
    created_by = ForeignKey(Account, on_delete=OnDelete.set_null, null=True, default=None)
    created_at = Timestamptz()
    deleted_at = Timestamptz(null=True, default=None)
    kind_known = one_of("kind", FileKind)
    visibility_known = one_of("visibility", Visibility)
    stored_file_pictures_have_sides = Check(
        "(kind = 'image') = (width IS NOT NULL AND height IS NOT NULL)", name="stored_file_pictures_have_sides"
    )


class StoredRendition(Table, tablename="stored_rendition", db=DB):
    """What a file is served as: a document once, a picture in several widths."""

    id = BigSerial(primary_key=True)
    file = ForeignKey(StoredFile, on_delete=OnDelete.cascade, null=False)
    name = Varchar(length=120, help_text="the last part of its address")
    blob = ForeignKey(StoredBlob, on_delete=OnDelete.restrict, null=False)
    content_type = Varchar(length=100)
    bytes = BigInt()
    width = Integer(null=True, default=None)
    height = Integer(null=True, default=None)
    stored_rendition_once = Unique(["file", "name"], name="stored_rendition_once")
