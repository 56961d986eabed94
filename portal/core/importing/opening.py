"""Files, folders and standard input as bytes, unpacked within bounds; bytes as text."""

import codecs
import gzip
import re
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

import msgspec

from portal.core.importing.values import STRAY

MOST_BYTES = 32 * 1024 * 1024
STDIN = "-"
_SUFFIXES = {
    ".ics", ".ical", ".icalendar", ".ifb", ".vcs", ".json", ".jsonl", ".ndjson", ".yml", ".yaml",
    ".csv", ".tsv", ".txt",
}  # fmt: skip
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_SPELLED = re.compile(r"[^\x00-\x7f\udc80-\udcff]")
_COPY = re.compile(r"(?:[ _-]*\(\d{1,3}\)|[ _-]+(?:copy|kopie)(?:[ _-]*\d{1,3})?)+$", re.IGNORECASE)


def told_as(name: str) -> str:
    """The name a file was given by whoever made it: without folders, and without `(1)` or `- Copy` of a second copy."""
    path = PurePosixPath(name)
    return (_COPY.sub("", path.stem) or path.stem) + path.suffix


class Opened(msgspec.Struct, frozen=True):
    """A file's name (without `.gz`) and content, or why there is none."""

    name: str
    data: bytes = b""
    fault: str = ""


def found(sources: Iterable[str | Path]) -> list[tuple[str, Path | None]]:
    """The files meant by names of files and folders, in a fixed order; None stands for standard input.

    In folders, hidden files and those of other kinds are passed over.
    """
    files: list[tuple[str, Path | None]] = []
    for source in sources:
        if str(source) == STDIN:
            files.append(("standard input", None))
            continue
        path = Path(source)
        if not path.is_dir():
            files.append((path.name, path))
            continue
        for inner in sorted(path.rglob("*")):
            place = inner.relative_to(path)
            if any(part.startswith(".") for part in place.parts) or not inner.is_file():
                continue
            if Path(inner.name.removesuffix(".gz")).suffix.lower() in _SUFFIXES:
                files.append((place.as_posix(), inner))
    return files


def open_all(sources: Iterable[str | Path]) -> Iterator[Opened]:
    """Each file with its content, one at a time."""
    for name, path in found(sources):
        yield _opened(name, path)


def _opened(name: str, path: Path | None) -> Opened:
    try:
        if path is None:
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with path.open("rb") as file:
                data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return Opened(name, fault="there is no such file")
    except OSError as error:
        return Opened(name, fault=f"it cannot be read: {error.strerror or type(error).__name__}")
    return opened(name, data)


def opened(name: str, data: bytes) -> Opened:
    """The content of a file that is here already."""
    plain = name[:-3] if name.lower().endswith(".gz") else name
    if data[:2] == b"\x1f\x8b":
        return _unpacked(plain, data)
    if len(data) > MOST_BYTES:
        return Opened(plain, fault=f"it is larger than {MOST_BYTES >> 20} MiB")
    return Opened(plain, data) if data.strip() else Opened(plain, fault="it is empty")


def _unpacked(name: str, packed: bytes) -> Opened:
    """The content of a gzip file; reading stops at the bound, however much a small file would unpack to."""
    out, rest = bytearray(), packed
    try:
        while rest[:2] == b"\x1f\x8b":
            member = zlib.decompressobj(wbits=31)
            out += member.decompress(rest, MOST_BYTES + 1 - len(out))
            if len(out) > MOST_BYTES:
                return Opened(name, fault=f"unpacked, it is larger than {MOST_BYTES >> 20} MiB")
            if not member.eof:
                raise EOFError
            rest = member.unused_data
    except (zlib.error, EOFError, gzip.BadGzipFile):
        return Opened(name, fault="its gzip packing is broken")
    return Opened(name, bytes(out)) if out.strip() else Opened(name, fault="it is empty")


def text_of(data: bytes) -> str:
    """Bytes as text with LF line ends: by byte-order mark, UTF-16 by its zeros, UTF-8, else Windows-1252.

    JSON is UTF-8, and so is a text with letters that only UTF-8 spells. Bytes that are not stay in it as they are (lone
    surrogates), for the reader to refuse their record: see `values.stray`.
    """
    text = _decoded(data)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "surrogateescape" if encoding == "utf-8-sig" else "replace")
    sample = data[:2000]
    for encoding, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if len(sample) >= 8 and zeros.count(0) > len(zeros) * 0.7 and sample.count(0) < len(sample) * 0.6:
            return data.decode(encoding, "replace")
    text = data.decode("utf-8", "surrogateescape")
    if not STRAY.search(text) or _SPELLED.search(text) or data.lstrip()[:1] in {b"{", b"["}:
        return text
    return data.decode("cp1252", "replace")


def as_utf8(data: bytes) -> bytes:
    """The same bytes unless they are UTF-16, UTF-32 or marked: iCalendar is unfolded before it is decoded."""
    marked = any(data.startswith(mark) for mark, _ in _BOMS)
    return _decoded(data).encode("utf-8", "surrogateescape") if marked or b"\x00" in data[:200] else data
