"""Portraits of the demo’s speakers, drawn: flat, from the front, in the house’s colours, each with one vermilion spot."""

import asyncio
import io
from datetime import datetime

import msgspec
from PIL import Image, ImageDraw

from portal.accounts.actors import PORTAL
from portal.core import db
from portal.media.flows import Media
from portal.media.values import Owner
from portal.speakers.commands import PHOTOS, set_photo
from portal.web.forms import Upload

_SIZE = 960
_SPOT = "#d9512c"


class Look(msgspec.Struct, frozen=True):
    """`hair` is how it is worn: short, long, bun, bob."""

    ground: str
    coat: str
    skin: str
    colour: str
    hair: str
    glasses: bool = False
    beard: bool = False


LOOKS = {
    "Marit Solheim": Look("#cfe3e6", "#12525f", "#f0c9ac", "#c9a46a", "bob"),
    "Ercole Banfi": Look("#e4e0d6", "#3b4a52", "#d9a47f", "#8c8f90", "short", glasses=True, beard=True),
    "Judith Kerkhoven": Look("#d8e4dc", "#6a4a63", "#efc7b0", "#6b4530", "bun"),
    "Dr. Anselm Oyelaran": Look("#dbe5ea", "#1d6b78", "#7a4b33", "#1f1a18", "short", glasses=True),
    "Chiara Bonfanti": Look("#e8dfe2", "#27505e", "#e3b291", "#2b211d", "long"),
    "Henrike Vos": Look("#e3e3ea", "#0f4a55", "#eec5ab", "#8a3f2a", "long", glasses=True),
}


def drawn(look: Look) -> Image.Image:
    """Twice as large as it is kept, so that its edges are smooth."""
    picture = Image.new("RGB", (_SIZE, _SIZE), look.ground)
    pen = ImageDraw.Draw(picture)
    if look.hair == "long":
        pen.rounded_rectangle((270, 220, 690, 760), radius=190, fill=look.colour)
    if look.hair == "bob":
        pen.rounded_rectangle((268, 215, 692, 590), radius=180, fill=look.colour)
    if look.hair == "bun":
        pen.ellipse((390, 90, 570, 270), fill=look.colour)
    pen.rounded_rectangle((150, 710, 810, 1300), radius=230, fill=look.coat)
    pen.rounded_rectangle((405, 560, 555, 790), radius=70, fill=look.skin)
    pen.polygon(((405, 712), (555, 712), (480, 850)), fill=look.skin)
    pen.ellipse((310, 230, 650, 660), fill=look.skin)
    if look.beard:
        pen.chord((310, 230, 650, 664), 12, 168, fill=look.colour)
        pen.ellipse((380, 440, 580, 560), fill=look.skin)
    pen.pieslice((290, 200, 670, 620), 186, 354, fill=look.colour)
    pen.ellipse((330, 312, 630, 520), fill=look.skin)
    for middle in (412, 548):
        pen.ellipse((middle - 13, 432, middle + 13, 458), fill="#26211f")
        if look.glasses:
            pen.ellipse((middle - 52, 394, middle + 52, 498), outline="#26211f", width=10)
    if look.glasses:
        pen.line((464, 440, 496, 440), fill="#26211f", width=10)
    pen.arc((420, 505, 540, 585), 25, 155, fill="#8f4a3a", width=11)
    pen.ellipse((610, 860, 660, 910), fill=_SPOT)
    return picture.resize((_SIZE // 2, _SIZE // 2), Image.Resampling.LANCZOS)


async def seed_portraits(*, media: Media, now: datetime) -> None:
    """Once; a portrait that was taken off later stays off."""
    if await db.fetch_value("SELECT 1 FROM audit_entry WHERE verb = 'seed' AND kind = 'demo' AND key = 'portraits'"):
        return
    rows = await db.fetch("SELECT id, name, slug FROM speaker WHERE name = ANY($1) AND photo = ''", list(LOOKS))
    await asyncio.gather(*(_hang(row["id"], row["name"], row["slug"], media, now) for row in rows))
    await db.execute(
        "INSERT INTO audit_entry (at, actor, verb, kind, key, facts) VALUES ($1, 'portal', 'seed', 'demo', 'portraits', '{}')",
        now,
    )


async def _hang(speaker_id: int, name: str, slug: str, media: Media, now: datetime) -> None:
    stored = io.BytesIO()
    drawn(LOOKS[name]).save(stored, "PNG")
    owner = Owner(PHOTOS, str(speaker_id))
    file = await media.store_image(Upload("photo", f"{slug}.png", stored), owner=owner, actor=PORTAL, now=now)
    await set_photo(actor=PORTAL, speaker_id=speaker_id, photo=file.key, now=now)
