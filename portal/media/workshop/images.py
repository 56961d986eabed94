"""A picture made anew: only its pixels go on, upright, in sRGB, in a few widths as WebP."""

import io
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageOps

from portal.media.workshop.refusing import Refused

WIDTHS = (96, 320, 960, 1600)
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
_MOST_PIXELS = 40_000_000
_LONGEST_SIDE = 20_000
_FEW_COLOURS = 4096

# What is drawn says itself how large it is; that is looked at before anything is unpacked.
Image.MAX_IMAGE_PIXELS = None


def remake(source: Path, folder: Path) -> dict[str, Any]:
    """Write `<width>.webp` for each width into `folder`, never wider than the picture is."""
    picture, content_type = _opened(source)
    made = []
    for width in [width for width in WIDTHS if width < picture.width] + [picture.width]:
        height = max(1, round(picture.height * width / picture.width))
        # resize() and not thumbnail(): a picture is as wide as its name says.
        small = picture.resize((width, height), Image.Resampling.LANCZOS) if width < picture.width else picture
        small.save(folder / f"{width}.webp", "WEBP", method=4, quality=82, lossless=_is_drawn(small), exact=False)
        made.append({"name": f"{width}.webp", "width": width, "height": height})
    return {"content_type": content_type, "width": picture.width, "height": picture.height, "made": made}


def _opened(source: Path) -> tuple[Image.Image, str]:
    with source.open("rb") as file:
        head = file.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<svg", b"<?xml", b"<!doctype svg")) or b"<svg" in head:
        raise Refused("svg")
    try:
        opened = Image.open(source, formats=FORMATS)
    except Exception as error:
        raise Refused("unknown") from error
    if opened.width * opened.height > _MOST_PIXELS or max(opened.size) > _LONGEST_SIDE:
        raise Refused("large")
    content_type = Image.MIME[opened.format or ""]
    try:
        # A photo from a camera need not be unpacked in full.
        opened.draft(None, (WIDTHS[-1], WIDTHS[-1]))
        opened.load()
        return _plain(opened), content_type
    except MemoryError:
        raise
    except Exception as error:
        raise Refused("damaged") from error


def _plain(opened: Image.Image) -> Image.Image:
    """The first frame upright, at most as wide as the widest rendition, in sRGB, without anything beside its pixels."""
    upright = ImageOps.exif_transpose(opened)
    profile = opened.info.get("icc_profile")
    wanted = "RGBA" if upright.has_transparency_data else "RGB"
    if upright.mode.startswith("I"):
        # 16 bits of grey, of which the screen shows the upper 8.
        upright = upright.convert("I").point(lambda grey: grey * (1 / 257)).convert("L")
    if upright.mode in ("P", "PA", "1", "LA", "La", "RGBa"):
        upright = upright.convert(wanted)
    if upright.width > WIDTHS[-1]:
        height = max(1, round(upright.height * WIDTHS[-1] / upright.width))
        upright = upright.resize((WIDTHS[-1], height), Image.Resampling.LANCZOS, reducing_gap=3.0)
    coloured = _in_srgb(upright, profile, wanted).convert(wanted)
    coloured.info.clear()
    return coloured


def _in_srgb(picture: Image.Image, profile: bytes | None, wanted: str) -> Image.Image:
    if not profile:
        return picture
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        moved = ImageCms.profileToProfile(
            picture, own, ImageCms.createProfile("sRGB"), ImageCms.Intent.PERCEPTUAL, wanted
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        # A broken profile, or one for other channels than the picture has.
        return picture
    return moved or picture


def _is_drawn(picture: Image.Image) -> bool:
    """Logos and charts have few colours: kept exactly they stay sharp, and are smaller besides."""
    return picture.getcolors(_FEW_COLOURS) is not None
