"""Reading PDFs back: their words and claims, and what a scanner sees in their pictures."""

import io
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdf
import pytest

needs_a_scanner = pytest.mark.skipif(
    not (shutil.which("pdftoppm") and shutil.which("zbarimg")),
    reason="reading QR codes back needs pdftoppm (poppler-utils) and zbarimg (zbar-tools)",
)
_PDF_A = re.compile(r"<pdfaid:part>(\d)</pdfaid:part><pdfaid:conformance>(\w)</pdfaid:conformance>")
_PDF_UA = re.compile(r"<pdfuaid:part>(\d)</pdfuaid:part>")


def pages(pdf: bytes) -> list[str]:
    """The text of each page, line by line."""
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def count(pdf: bytes) -> int:
    """How many pages there are."""
    return len(pypdf.PdfReader(io.BytesIO(pdf)).pages)


def squeezed(text: str) -> str:
    """Text without blanks: where lines were broken does not count."""
    return "".join(text.split())


def standards(pdf: bytes) -> list[str]:
    """The standards the file says it keeps: `PDF/A-2A`, `PDF/UA-1`."""
    said = pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    archive = [f"PDF/A-{part}{level}" for part, level in _PDF_A.findall(said)]
    return archive + [f"PDF/UA-{part}" for part in _PDF_UA.findall(said)]


def links(pdf: bytes) -> list[str]:
    """The addresses behind links, in order."""
    marks = [mark.get_object() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages for mark in page.get("/Annots", [])]
    return [str(mark["/A"]["/URI"]) for mark in marks]


def pictures(pdf: bytes) -> list[str]:
    """What screen readers say of each picture."""
    found: list[str] = []

    def walk(node: object) -> None:
        if isinstance(node, list):
            for part in node:
                walk(part.get_object())
        elif isinstance(node, dict):
            if node.get("/S") == "/Figure":
                found.append(str(node.get("/Alt")))
            walk(node["/K"].get_object() if "/K" in node else None)

    walk(pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"].get_object())
    return found


def scanned(pdf: bytes, *, dots_per_inch: int = 150) -> list[str]:
    """What a scanner reads on each page."""
    seen = []
    with _drawn(pdf, dots_per_inch, "-png") as pictures:
        for picture in pictures:
            command = ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", picture]
            seen.append(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())
    return seen


def blackest_widths(pdf: bytes) -> list[float]:
    """How wide, in millimetres, the part of each page is that is black without a tint: its QR code."""
    widths = []
    with _drawn(pdf, 100, "-gray") as pictures:
        for picture in pictures:
            _, size, _, dots = picture.read_bytes().split(b"\n", 3)
            across = int(size.split()[0])
            rows = [dots[start : start + across] for start in range(0, len(dots), across)]
            dark = [(row.index(0), row.rindex(0)) for row in rows if 0 in row]
            widths.append((max(last for _, last in dark) - min(first for first, _ in dark)) / 100 * 25.4)
    return widths


@contextmanager
def _drawn(pdf: bytes, dots_per_inch: int, kind: str) -> Iterator[list[Path]]:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "document.pdf"
        source.write_bytes(pdf)
        subprocess.run(["pdftoppm", kind, "-r", str(dots_per_inch), source, Path(folder) / "page"], check=True)
        yield sorted(Path(folder).glob("page*"))
