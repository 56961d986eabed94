"""A document looked at: whether it is what its name says, and whether it does anything by itself."""

import html
import re
import zipfile
from collections.abc import Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any, BinaryIO

from pypdf import PdfReader, apply_configuration
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from portal.media.workshop.refusing import Refused

_MOST_UNPACKED = 300_000_000
_MOST_ENTRIES = 10_000
_OFFICE = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
_OPEN_DOCUMENT = {
    "odt": b"application/vnd.oasis.opendocument.text",
    "ods": b"application/vnd.oasis.opendocument.spreadsheet",
    "odp": b"application/vnd.oasis.opendocument.presentation",
}
_MACROS = re.compile(
    r"(^|/)(vbaproject\.bin|vbadata\.xml|activex/.*|macrosheets/.*|dialogsheets/.*)$|^(basic|scripts)/.+", re.IGNORECASE
)
_REMOTE_TEMPLATE = re.compile(r"attachedTemplate[^>]*TargetMode=|TargetMode=[^>]*attachedTemplate", re.IGNORECASE)
_BINARY = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
_OTHER_KINDS = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"MZ",
    b"\x7fELF",
    b"GIF8",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"{\\rtf",
)
_ACTS = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm"}
_ACTING_KEYS = {"/JS", "/JavaScript", "/XFA"}


def look_at(source: Path, end: str) -> dict[str, Any]:
    """What is known of the document; raises Refused."""
    if end == "pdf":
        return {"pages": _pdf(source)}
    if end in ("csv", "txt", "vtt"):
        _text(source)
        if end == "vtt" and not source.read_bytes().removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT"):
            raise Refused("other")
    else:
        _office(source, end)
    return {"pages": None}


def _pdf(source: Path) -> int:
    with source.open("rb") as file:
        if file.read(5) != b"%PDF-":
            raise Refused("other")
        # Also where no table of contents leads to.
        with mmap(file.fileno(), 0, access=ACCESS_READ) as content:
            if any(content.find(act) >= 0 for act in (b"/JavaScript", b"/Launch")):
                raise Refused("acts")
        # A film within is one piece, as long as the file at most.
        with apply_configuration(maximum_declared_stream_length=source.stat().st_size):
            return _pages(file)


def _pages(file: BinaryIO) -> int:
    try:
        reader = PdfReader(file, strict=False)
        if reader.is_encrypted:
            raise Refused("locked")
        pages = len(reader.pages)
        acts = any(_acts(found) for found in _objects(reader))
    except (Refused, MemoryError):
        raise
    except Exception as error:
        raise Refused("damaged") from error
    if acts:
        raise Refused("acts")
    if not pages:
        raise Refused("damaged")
    return pages


def _objects(reader: PdfReader) -> Iterator[Any]:
    """Every dictionary of the file, those inside others too."""
    numbered = {(number, generation) for generation, table in reader.xref.items() for number in table}
    numbered |= {(number, 0) for number in reader.xref_objStm}
    waiting: list[Any] = [reader.trailer]
    for number, generation in numbered:
        waiting.append(reader.get_object(IndirectObject(number, generation, reader)))
        while waiting:
            found = waiting.pop()
            if isinstance(found, DictionaryObject):
                yield found
                waiting += [found.raw_get(key) for key in found]
            elif isinstance(found, ArrayObject):
                waiting += list(found)


def _acts(found: DictionaryObject) -> bool:
    subtype = found.raw_get("/S") if "/S" in found else ""
    return str(subtype) in _ACTS or not _ACTING_KEYS.isdisjoint(found)


def _office(source: Path, end: str) -> None:
    with source.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            raise Refused("other")
    try:
        with zipfile.ZipFile(source) as packed:
            _packed(packed, end)
    except (Refused, MemoryError):
        raise
    except Exception as error:
        raise Refused("damaged") from error


def _packed(packed: zipfile.ZipFile, end: str) -> None:
    entries = packed.infolist()
    # Films and pictures are as large outside as they are inside.
    most = max(_MOST_UNPACKED, 2 * sum(entry.compress_size for entry in entries))
    if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > most:
        raise Refused("large")
    names = {entry.filename for entry in entries}
    if any(entry.flag_bits & 1 for entry in entries) or "EncryptedPackage" in names:
        raise Refused("locked")
    if any(_MACROS.search(name) for name in names):
        raise Refused("macros")
    if end in _OFFICE:
        if not {"[Content_Types].xml", _OFFICE[end]} <= names:
            raise Refused("other")
        if "macroEnabled" in _written(packed, "[Content_Types].xml"):
            raise Refused("macros")
        settings = [name for name in names if name.lower().endswith("settings.xml.rels")]
        if any(_REMOTE_TEMPLATE.search(_written(packed, name)) for name in settings):
            raise Refused("macros")
    elif "mimetype" not in names or _small(packed, "mimetype").strip() != _OPEN_DOCUMENT[end]:
        raise Refused("other")


def _written(packed: zipfile.ZipFile, name: str) -> str:
    """The ASCII of a part, however it is encoded and escaped."""
    return html.unescape(_small(packed, name).replace(b"\0", b"").decode("latin-1"))


def _small(packed: zipfile.ZipFile, name: str) -> bytes:
    with packed.open(name) as part:
        return part.read(2_000_000)


def _text(source: Path) -> None:
    content = source.read_bytes()
    if content.startswith(_OTHER_KINDS):
        raise Refused("other")
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused("encoding") from error
    if _BINARY.search(words):
        raise Refused("other")
