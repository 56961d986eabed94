"""Files made for tests: pictures of all kinds, documents good and bad."""

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image, ImageCms, ImageDraw
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject, TextStringObject

from portal.web.forms import Upload


def upload(content: bytes, name: str = "logo.png", field: str = "file") -> Upload:
    return Upload(field, name, io.BytesIO(content))


def photo(size: tuple[int, int] = (1200, 600), mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right, with more colours between than a drawing has."""
    gradient = Image.linear_gradient("L").rotate(90).resize(size)
    other = Image.linear_gradient("L").resize(size)
    red, blue = gradient.point(lambda level: 255 - level), gradient
    return Image.merge("RGB", (red, other, blue)).convert(mode)


def logo(size: tuple[int, int] = (400, 200)) -> Image.Image:
    """A disc on nothing."""
    drawn = Image.new("RGBA", size, (0, 0, 0, 0))
    ImageDraw.Draw(drawn).ellipse(
        (size[0] // 4, size[1] // 4, size[0] * 3 // 4, size[1] * 3 // 4), fill=(200, 30, 30, 255)
    )
    return drawn


def saved(picture: Image.Image, kind: str = "PNG", **more: Any) -> bytes:
    to = io.BytesIO()
    picture.save(to, kind, **more)
    return to.getvalue()


def opened(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def profile(swapped: bool = False) -> bytes:
    """The colour profile sRGB, or one whose red is sRGB's green and the other way round."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    if swapped:
        made = made.replace(b"rXYZ", b"????").replace(b"gXYZ", b"rXYZ").replace(b"????", b"gXYZ")
    return made


def pdf(pages: int = 3, **root: Any) -> bytes:
    """A PDF of blank pages; `root` adds to its catalogue."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    for key, value in root.items():
        writer.root_object[NameObject(f"/{key}")] = value
    to = io.BytesIO()
    writer.write(to)
    return to.getvalue()


def action(kind: str, **more: Any) -> DictionaryObject:
    made = DictionaryObject({NameObject("/S"): NameObject(f"/{kind}")})
    made.update({NameObject(f"/{key}"): TextStringObject(value) for key, value in more.items()})
    return made


def hidden_script_pdf() -> bytes:
    """A script in a packed object stream, so that the bytes of the file never say its name."""
    packed = b"5 0 <</S /JavaScript /JS (app.alert(1))>>"
    stream = StreamObject()
    stream.set_data(packed)
    body = bytearray(b"%PDF-1.7\n")
    places = {}
    squeezed = stream.flate_encode().get_data()
    parts = {
        1: b"<</Type /Catalog /Pages 2 0 R /OpenAction 5 0 R>>",
        2: b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        3: b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]>>",
        4: b"<</Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d>>\nstream\n%s\nendstream"
        % (len(squeezed), squeezed),
    }
    for number, part in parts.items():
        places[number] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    start = len(body)
    rows = b"\x00\x00\x00\x00" + b"".join(b"\x01" + places[n].to_bytes(2, "big") + b"\x00" for n in range(1, 5))
    rows += b"\x02\x00\x04\x00" + b"\x01" + start.to_bytes(2, "big") + b"\x00"
    body += b"6 0 obj\n<</Type /XRef /Size 7 /W [1 2 1] /Root 1 0 R /Length %d>>\nstream\n%s\nendstream\nendobj\n" % (
        len(rows), rows,
    )  # fmt: skip
    return bytes(body) + b"startxref\n%d\n%%%%EOF" % start


def locked_pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt("secret", algorithm="RC4-128")
    to = io.BytesIO()
    writer.write(to)
    return to.getvalue()


def kids(*values: Any) -> ArrayObject:
    return ArrayObject(values)


def packed(entries: dict[str, str | bytes]) -> bytes:
    to = io.BytesIO()
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return to.getvalue()


def docx(**more: str | bytes) -> bytes:
    return packed({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>", **more})


def docx_bomb() -> bytes:
    """Says of a part that it unpacks to 400 MB."""
    return docx(**{"word/media/x": b"\0" * 1_234_567}).replace(
        struct.pack("<I", 1_234_567), struct.pack("<I", 400_000_000)
    )


def odt(**more: str | bytes) -> bytes:
    return packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>", **more})


def bomb_png(width: int = 30_000, height: int = 30_000) -> bytes:
    """A small file that says it is large."""
    honest = saved(Image.new("1", (8, 8)))
    head = struct.pack(">II", width, height) + honest[24:29]
    return honest[:16] + head + struct.pack(">I", zlib.crc32(b"IHDR" + head)) + honest[33:]
