"""Pictures: what is taken, what of it goes on, what is refused."""

from datetime import datetime

import pytest
from PIL import Image

from portal.accounts.actors import PORTAL
from portal.core import db
from portal.core.errors import Invalid
from portal.media import queries
from portal.media.examining import Examiner
from portal.media.flows import Media
from portal.media.values import File, Owner
from tests.media import made

BRENN = Owner("company", "7")


async def stored(media: Media, content: bytes, now: datetime, name: str = "logo.png") -> File:
    return await media.store_image(made.upload(content, name), owner=BRENN, actor=PORTAL, now=now)


async def bytes_of(media: Media, file: File, name: str = "") -> bytes:
    served = await queries.served(file.key, name or file.renditions[-1].name)
    assert served is not None
    return b"".join([piece async for piece in await media.read(served)])


async def refusal(media: Media, content: bytes, now: datetime, name: str = "logo.png") -> str:
    with pytest.raises(Invalid) as refused:
        await stored(media, content, now, name)
    assert list(refused.value.fields) == ["file"]
    assert await db.fetch_value("SELECT count(*) FROM stored_file") == 0
    return refused.value.fields["file"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
async def test_every_kind_becomes_webp_in_all_widths(database: str, media: Media, now: datetime, kind: str) -> None:
    file = await stored(media, made.saved(made.photo((2000, 1000)), kind), now, "Vial line.bin")
    assert (file.name, file.content_type) == ("Vial line.bin", f"image/{kind.lower()}")
    assert [(form.name, form.width, form.height) for form in file.renditions] == [
        ("96.webp", 96, 48), ("320.webp", 320, 160), ("960.webp", 960, 480), ("1600.webp", 1600, 800),
    ]  # fmt: skip
    assert (file.width, file.height) == (1600, 800)
    for form in file.renditions:
        content = await bytes_of(media, file, form.name)
        picture = made.opened(content)
        assert (picture.format, picture.mode, picture.size) == ("WEBP", "RGB", (form.width, form.height))
        assert len(content) == form.bytes
        red, _, blue = picture.getpixel((2, form.height // 2))
        assert red > 200 > blue


async def test_nothing_is_made_larger_than_it_is(database: str, media: Media, now: datetime) -> None:
    small = await stored(media, made.saved(made.photo((320, 17))), now)
    assert [form.name for form in small.renditions] == ["96.webp", "320.webp"]
    dot = await stored(media, made.saved(Image.new("RGB", (1, 1))), now)
    assert [(form.name, form.height) for form in dot.renditions] == [("1.webp", 1)]
    line = await stored(media, made.saved(Image.new("RGB", (5000, 2))), now)
    assert (line.width, line.height) == (1600, 1)


@pytest.mark.parametrize("drawn", ["RGBA", "P", "LA"])
async def test_transparent_logos_stay_so(database: str, media: Media, now: datetime, drawn: str) -> None:
    file = await stored(media, made.saved(made.logo().convert(drawn), "PNG"), now)
    picture = made.opened(await bytes_of(media, file))
    assert picture.mode == "RGBA"
    assert picture.getpixel((1, 1))[3] == 0
    assert picture.getpixel((200, 100))[3] == 255
    if drawn == "RGBA":
        assert picture.getpixel((200, 100)) == (200, 30, 30, 255)


async def test_only_pixels_go_on_and_they_stand_upright(database: str, media: Media, now: datetime) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "taken by Amara"
    exif.get_ifd(0x8825)[2] = (50.0, 30.0, 1.0)
    told = {"exif": exif, "xmp": b"<x>secret xmp</x>", "icc_profile": made.profile()}
    content = made.saved(made.photo((400, 200)), "JPEG", comment=b"secret comment", **told)
    assert b"Amara" in content
    assert b"secret xmp" in content
    file = await stored(media, content, now)
    assert (file.width, file.height) == (200, 400)
    kept = await bytes_of(media, file)
    assert [word for word in (b"Amara", b"secret", b"Exif", b"EXIF", b"ICCP", b"XMP") if word in kept] == []
    picture = made.opened(kept)
    # Turned a quarter clockwise: what was left is now above.
    assert picture.getpixel((100, 5))[0] > 200 > picture.getpixel((100, 395))[0]


async def test_colours_are_moved_to_srgb(database: str, media: Media, now: datetime) -> None:
    red, green = (200, 30, 30), (30, 200, 30)
    for profile, seen in ((made.profile(), red), (made.profile(swapped=True), green), (b"nonsense", red)):
        file = await stored(media, made.saved(Image.new("RGB", (50, 50), red), icc_profile=profile), now)
        assert made.opened(await bytes_of(media, file)).getpixel((5, 5)) == pytest.approx(seen, abs=2)
    file = await stored(media, made.saved(made.logo().convert("RGBA"), icc_profile=made.profile(swapped=True)), now)
    picture = made.opened(await bytes_of(media, file))
    assert (picture.getpixel((1, 1))[3], picture.getpixel((200, 100))) == (0, pytest.approx((30, 200, 30, 255), abs=2))
    print_colours = made.saved(made.photo((50, 50), "CMYK"), "JPEG", icc_profile=made.profile())
    assert made.opened(await bytes_of(media, await stored(media, print_colours, now))).mode == "RGB"


@pytest.mark.parametrize("mode", ["CMYK", "L"])
async def test_print_and_grey_pictures(database: str, media: Media, now: datetime, mode: str) -> None:
    file = await stored(media, made.saved(made.photo((300, 100), mode), "JPEG"), now)
    assert made.opened(await bytes_of(media, file)).mode == "RGB"


async def test_sixteen_bits_of_grey_keep_their_light(database: str, media: Media, now: datetime) -> None:
    file = await stored(media, made.saved(Image.new("I;16", (20, 20), 0x8000)), now)
    assert made.opened(await bytes_of(media, file)).getpixel((3, 3)) == (127, 127, 127)


async def test_what_hangs_behind_a_picture_is_left_behind(database: str, media: Media, now: datetime) -> None:
    tail = b"<script>alert(1)</script>" + made.docx()
    for kind in ("PNG", "GIF", "JPEG"):
        file = await stored(media, made.saved(made.logo().convert("RGB"), kind) + tail, now)
        kept = await bytes_of(media, file)
        assert b"script" not in kept
        assert b"PK\x03\x04" not in kept


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "SVG drawings"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?><!-- x --><svg/>", "SVG drawings"),
        (b"GIF89a<svg onload=alert(1)>", "SVG drawings"),
        (b"plain words", "not a picture"),
        (b"MZ\x90\x00" * 50, "not a picture"),
        (made.saved(made.photo((20, 20)), "BMP"), "not a picture"),
        (made.saved(made.photo((20, 20)), "TIFF"), "not a picture"),
        (made.pdf(1), "not a picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
        (made.saved(made.photo())[:1500], "damaged"),
        (made.saved(made.photo(), "JPEG")[:2000], "damaged"),
        (made.saved(made.photo(), "WEBP")[:300], "not a picture"),
        (made.saved(made.photo())[:20], "not a picture"),
        (made.bomb_png(), "40 megapixels"),
        (made.bomb_png(2**31 - 1, 1), "40 megapixels"),
        (b"", "empty"),
    ],
)  # fmt: skip
async def test_what_is_no_picture_is_refused(
    database: str, now: datetime, media: Media, content: bytes, says: str
) -> None:
    assert says in await refusal(media, content, now)


async def test_memory_and_time_are_bounded(database: str, now: datetime, media: Media) -> None:
    large = made.saved(Image.new("RGB", (6000, 6000)), compress_level=1)
    media.examiner = Examiner(memory=250_000_000)
    assert "unpacks to more" in await refusal(media, large, now)
    media.examiner = Examiner(seconds=0)
    assert "damaged" in await refusal(media, large, now)


async def test_too_many_bytes(database: str, now: datetime, media: Media) -> None:
    media.most_bytes = 20_000_000
    assert await refusal(media, b"x" * 20_000_001, now) == "This file has 20.1 MB; please keep it under 20 MB."
