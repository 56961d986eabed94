"""Documents: what is taken as it is, what is refused and in which words."""

import struct
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject, TextStringObject

from portal.accounts.actors import PORTAL
from portal.core import db
from portal.core.errors import Invalid
from portal.media import queries
from portal.media.flows import Media
from portal.media.values import File, Owner
from portal.media.workshop.documents import look_at
from tests.media import made

BRENN = Owner("company", "7")
_REMOTE = '<R Type="attachedTemplate" TargetMode="External"/>'
SHEET = {"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<w/>"}
SLIDES = {"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<w/>"}


async def stored(media: Media, content: bytes, name: str, now: datetime) -> File:
    return await media.store_document(made.upload(content, name), owner=BRENN, actor=PORTAL, now=now)


@pytest.mark.parametrize(
    ("content", "name", "address"),
    [
        (made.pdf(3), "Price list (2027).PDF", "price-list-2027.pdf"),
        (made.docx(), "Prüfbericht.docx", "prufbericht.docx"),
        (made.packed(SHEET), "Sheet.xlsx", "sheet.xlsx"),
        (made.packed(SLIDES), "制药.pptx", "zhi-yao.pptx"),
        (made.odt(), "a.odt", "a.odt"),
        (made.packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "a.ods", "a.ods"),
        (made.packed({"mimetype": "application/vnd.oasis.opendocument.presentation"}), "a.odp", "a.odp"),
        ("\ufeffName;Größe\r\nVial;2".encode(), "list.csv", "list.csv"),
        (b"plain words", "-- ...txt", "file.txt"),
    ],
)
async def test_good_documents_are_kept_as_they_are(
    database: str, media: Media, now: datetime, content: bytes, name: str, address: str
) -> None:
    file = await stored(media, content, name, now)
    (form,) = file.renditions
    assert (form.name, form.bytes, file.pages) == (address, len(content), 3 if name.endswith("PDF") else None)
    served = await queries.served(file.key, address)
    assert served is not None
    assert b"".join([piece async for piece in await media.read(served)]) == content


ON_PAGE_OPEN = DictionaryObject({NameObject("/O"): made.action("JavaScript", JS="app.alert(1)")})
NAMED = DictionaryObject({NameObject("/JavaScript"): DictionaryObject({NameObject("/Names"): made.kids()})})
NEXT = DictionaryObject(
    {NameObject("/S"): NameObject("/GoTo"), NameObject("/Next"): made.kids(made.action("Launch", F="x"))}
)
FORM = DictionaryObject({NameObject("/XFA"): TextStringObject("x")})


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "a.pdf", "empty"),
        (b"%PDF-1.7\nnonsense", "a.pdf", "damaged"),
        (made.pdf(2)[:400], "a.pdf", "damaged"),
        (b"\n" + made.pdf(1), "a.pdf", "not what its name says"),
        (made.saved(made.logo()) + made.pdf(1), "a.pdf", "not what its name says"),
        (made.docx(), "a.pdf", "not what its name says"),
        (made.pdf(1), "a.docx", "not what its name says"),
        (made.packed(SHEET), "a.docx", "not what its name says"),
        (made.odt(), "a.ods", "not what its name says"),
        (made.packed({"x": "y"}), "a.xlsx", "not what its name says"),
        (made.pdf(1), "a.txt", "not what its name says"),
        (b"MZ\x90 program", "a.csv", "not what its name says"),
        (b"bin\x00ary", "a.txt", "not what its name says"),
        ("Größe".encode("cp1252"), "a.csv", "UTF-8"),
        (b"#!/bin/sh", "a.sh", "Please choose a PDF"),
        (b"<html>", "a.html", "Please choose a PDF"),
        (b"x", "noending", "Please choose a PDF"),
        (made.pdf(1), "a.pdf.exe", "Please choose a PDF"),
        (b"\xd0\xcf\x11\xe0", "a.doc", "Word’s old format"),
        (made.docx(), "a.docm", "macros"),
        (made.docx(**{"word/vbaProject.bin": b"x"}), "a.docx", "macros"),
        (made.docx(**{"word/activeX/activeX1.xml": "x"}), "a.docx", "macros"),
        (made.docx(**{"[Content_Types].xml": "ms-word.document.macroEnabled.main+xml"}), "a.docx", "macros"),
        (made.docx(**{"word/_rels/SETTINGS.XML.RELS": _REMOTE}), "a.docx", "macros"),
        (made.docx(**{"word/_rels/settings.xml.rels": _REMOTE.encode("utf-16")}), "a.docx", "macros"),
        (made.docx(**{"word/_rels/settings.xml.rels": _REMOTE.replace("attached", "&#97;ttached")}), "a.docx", "macros"),
        (made.docx(**{"[Content_Types].xml": "<Types x='macroEnabled'/>".encode("utf-16")}), "a.docx", "macros"),
        (made.docx(**{"word/_rels/settings.xml.rels": _REMOTE}), "a.docx", "macros"),
        (made.odt(**{"Basic/Standard/Module1.xml": "x"}), "a.odt", "macros"),
        (made.docx_bomb(), "a.docx", "unpacks to more"),
        (made.packed({str(n): "" for n in range(10_001)}), "a.docx", "unpacks to more"),
        (made.docx()[:-30], "a.docx", "damaged"),
        (made.pdf(1, OpenAction=made.action("JavaScript", JS="app.alert(1)")), "a.pdf", "runs scripts"),
        (made.pdf(1, OpenAction=made.action("Launch", F="calc.exe")), "a.pdf", "runs scripts"),
        (made.pdf(1, OpenAction=made.action("SubmitForm", F="https://x.example")), "a.pdf", "runs scripts"),
        (made.pdf(1, OpenAction=NEXT), "a.pdf", "runs scripts"),
        (made.pdf(1, AA=ON_PAGE_OPEN), "a.pdf", "runs scripts"),
        (made.pdf(1, Names=NAMED), "a.pdf", "runs scripts"),
        (made.pdf(1, AcroForm=FORM), "a.pdf", "runs scripts"),
        (made.pdf(1).replace(b"/Type /Catalog", b"/Type /Catalog /X <</S /J#61vaScript>>"), "a.pdf", "runs scripts"),
        (made.hidden_script_pdf(), "a.pdf", "runs scripts"),
        (made.locked_pdf(), "a.pdf", "password"),
        (made.pdf(0), "a.pdf", "damaged"),
    ],
)  # fmt: skip
async def test_others_are_refused_beside_the_field(
    database: str, media: Media, now: datetime, content: bytes, name: str, says: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await stored(media, content, name, now)
    assert list(refused.value.fields) == ["file"]
    assert says in refused.value.fields["file"]
    assert await db.fetch_value("SELECT count(*) FROM stored_blob") == 0


async def test_a_pdf_that_only_opens_at_a_page_is_taken(database: str, media: Media, now: datetime) -> None:
    file = await stored(media, made.pdf(1, OpenAction=made.action("GoTo")), "a.pdf", now)
    assert file.pages == 1


def test_a_film_within_is_no_fault(tmp_path: Path) -> None:
    """Neither as one long piece of a PDF, nor as what is as large in the file as it is unpacked."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    film = StreamObject()
    film._data = b"\1" * 76_000_000
    writer.root_object[NameObject("/Film")] = writer._add_object(film)
    writer.write(tmp_path / "film.pdf")
    assert look_at(tmp_path / "film.pdf", "pdf") == {"pages": 1}
    with zipfile.ZipFile(tmp_path / "film.pptx", "w", zipfile.ZIP_STORED) as packed:
        for name, content in SLIDES.items():
            packed.writestr(name, content)
        packed.writestr("ppt/media/film.mp4", b"\1" * 1_234_567)
    said = (tmp_path / "film.pptx").read_bytes().replace(struct.pack("<I", 1_234_567), struct.pack("<I", 400_000_000))
    (tmp_path / "film.pptx").write_bytes(said)
    assert look_at(tmp_path / "film.pptx", "pptx") == {"pages": None}
