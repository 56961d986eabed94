"""What may be handed in, how files are named, and what a request for a part of one gets."""

import re
from datetime import timedelta
from pathlib import PurePosixPath

import msgspec

from portal.core.text import one_line, slug

UNATTACHED = timedelta(days=1)
"""How long a file waits for an owner."""
CLAIMED = timedelta(hours=1)
"""How long bytes wait for a file: no upload takes so long."""
RESTORABLE = timedelta(days=30)
"""How long a deleted file can be brought back."""

IMAGES_WANTED = "Please choose a JPEG, PNG, WebP, GIF or AVIF picture."
DOCUMENTS_WANTED = (
    "Please choose a PDF, a Word, Excel or PowerPoint file (DOCX, XLSX, PPTX), an OpenDocument file (ODT, ODS, ODP), "
    "CSV or plain text."
)

DOCUMENTS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "csv": "text/csv; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
}
"""What documents may end in, and what they are served as."""

_INSTEAD = {
    **dict.fromkeys(("doc", "dot", "rtf"), "Word’s old format. Please save it as DOCX or PDF."),
    **dict.fromkeys(("xls", "xlt"), "Excel’s old format. Please save it as XLSX or PDF."),
    **dict.fromkeys(("ppt", "pps"), "PowerPoint’s old format. Please save it as PPTX or PDF."),
    **dict.fromkeys(
        ("docm", "dotm", "xlsm", "xltm", "xlsb", "pptm", "ppsm", "potm"),
        "an office file with macros. Please save it without macros, as DOCX, XLSX or PPTX.",
    ),
}
_INLINE = {"application/pdf"}


def blob_key(blob_id: int, sha256: str) -> str:
    """Where a blob's bytes are: by content, and told apart from an older blob that is being dropped."""
    return f"{sha256[:2]}/{sha256}-{blob_id}"


def file_name(typed: str) -> str:
    """The name of an uploaded file as it is kept: no folders, no control characters, 200 characters at most."""
    last = re.split(r"[/\\]", one_line(typed))[-1].strip(" .")
    last = re.sub(r'[<>:"|?*]', "_", last) or "file"
    if len(last) <= 200:
        return last
    end = PurePosixPath(last).suffix[:12]
    return last[: 200 - len(end)] + end


def ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower().removeprefix(".")


def document_fault(name: str) -> str:
    """Why a document of that name is not taken; empty when it may be."""
    end = ending(name)
    if end in DOCUMENTS:
        return ""
    return f"This is {_INSTEAD[end]}" if end in _INSTEAD else DOCUMENTS_WANTED


def address_name(name: str) -> str:
    """A document's name in addresses: `Price list (2027).PDF` is `price-list-2027.pdf`."""
    return f"{slug(PurePosixPath(name).stem, fallback='file')}.{ending(name)}"


def size_fault(size: int, most: int) -> str:
    if size == 0:
        return "This file is empty."
    if size > most:
        return f"This file has {megabytes(size)} MB; please keep it under {megabytes(most)} MB."
    return ""


def megabytes(size: int) -> str:
    """`20`, `20.4`, rounded up so that what is too large never looks small enough."""
    tenths = -(-size * 10 // 1_000_000)
    return f"{tenths / 10:g}"


def shown_inline(content_type: str) -> bool:
    """Whether a browser may show it as a page; everything else is downloaded."""
    return content_type.startswith("image/") or content_type in _INLINE


class Span(msgspec.Struct, frozen=True):
    """Bytes `start` up to but without `end`."""

    start: int
    end: int


def span(asked: str, size: int) -> Span | None:
    """The part a Range header asks for (RFC 9110); None when the whole is to be sent, as for several parts at once.

    Raises ValueError when no byte of it is there.
    """
    found = re.fullmatch(r"bytes=(\d{0,19})-(\d{0,19})", asked.strip())
    if found is None or found.group(0) == "bytes=-":
        return None
    first, last = found.groups()
    if not first:
        start, end = max(0, size - int(last)), size
        start = size if int(last) == 0 else start
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
    if start >= size:
        raise ValueError("nothing of that is there")
    return Span(start, end)
