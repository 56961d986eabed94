"""Plain values about files that cross package borders."""

import msgspec

from portal.media.tables import FileKind, Visibility


class Owner(msgspec.Struct, frozen=True):
    """Whose a file is. Without a `key` it waits to be attached, and is swept when nobody does."""

    kind: str
    key: str = ""


class Rendition(msgspec.Struct, frozen=True):
    """One thing a file is served as."""

    name: str
    content_type: str
    bytes: int
    width: int | None = None
    height: int | None = None


class File(msgspec.Struct, frozen=True):
    """A stored file. `renditions` go from the narrowest picture to the widest; a document has one."""

    key: str
    kind: FileKind
    name: str
    content_type: str
    bytes: int
    width: int | None
    height: int | None
    pages: int | None
    owner: Owner
    visibility: Visibility
    renditions: tuple[Rendition, ...]

    @property
    def address(self) -> str:
        """Where the document, or the widest picture, is."""
        return self._address(self.renditions[-1])

    @property
    def sources(self) -> str:
        """A picture's `srcset`."""
        return ", ".join(f"{self._address(made)} {made.width}w" for made in self.renditions)

    @property
    def words(self) -> str:
        """What a document is: `PDF, 12 pages, 2.3 MB`."""
        kind = self.address.rpartition(".")[2].upper()
        pages = f"{self.pages} page{'s' if self.pages > 1 else ''}" if self.pages else ""
        size = f"{self.bytes / 1_000_000:.1f} MB" if self.bytes >= 100_000 else f"{max(1, self.bytes // 1000)} kB"
        return ", ".join(part for part in (kind, pages, size) if part)

    def at_least(self, width: int) -> str:
        """The address of the narrowest picture that is so wide, or of the widest."""
        return self._address(
            next((made for made in self.renditions if (made.width or 0) >= width), self.renditions[-1])
        )

    def _address(self, made: Rendition) -> str:
        return f"/media/{self.key}/{made.name}"


class Served(msgspec.Struct, frozen=True):
    """One rendition as it is sent: whose it is, what it is, and where its bytes lie."""

    file: File
    rendition: Rendition
    sha256: str
    blob: str
