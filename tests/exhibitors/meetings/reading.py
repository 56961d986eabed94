"""What somebody's mails about meetings say, and what they carry for calendars."""

from icalendar import Calendar

from portal.core import db


async def said(address: str) -> str:
    """The texts of all of them, on one line."""
    rows = await db.fetch(
        "SELECT text FROM mail WHERE recipient = $1 AND about_kind IN ('meeting', 'meeting request') ORDER BY id",
        address,
    )
    return " ".join(" ".join(row["text"] for row in rows).split())


async def messages(address: str) -> list[Calendar]:
    rows = await db.fetch(
        "SELECT p.content FROM mail_part p JOIN mail m ON m.id = p.mail WHERE m.recipient = $1 AND m.about_kind = 'meeting' "
        "AND p.alternative ORDER BY m.id",
        address,
    )
    return [Calendar.from_ical(row["content"]) for row in rows]


async def told(address: str) -> list[tuple[str, int]]:
    """(method, SEQUENCE) of those messages."""
    return [(str(one["METHOD"]), int(one.walk("VEVENT")[0]["SEQUENCE"])) for one in await messages(address)]


async def subjects(address: str) -> list[str]:
    """Their subjects, oldest first, up to a colon."""
    rows = await db.fetch(
        "SELECT subject FROM mail WHERE recipient = $1 AND about_kind IN ('meeting', 'meeting request') ORDER BY id",
        address,
    )
    return [row["subject"].partition(":")[0] for row in rows]
