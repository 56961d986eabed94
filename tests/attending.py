"""What tests about places hold: a browser on the portal, the worker, and a mail server that really takes mail."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
from icalendar import Calendar

from portal import wiring, worker
from portal.accounts.actors import PORTAL
from portal.accounts.commands import ensure_account
from portal.calendars import queries as calendar_queries
from portal.calendars.commands import feed_address
from portal.core import clock, db
from portal.core.settings import Settings
from portal.events.commands import cancel_event, move_event, reinstate_event
from portal.events.rules.calendar import VENUE_COLUMNS, venue_of
from portal.events.tables import EventFormat
from tests.factories.registration import Shop
from tests.notifications.receiver import Receiver

AMARA = {"first_name": "Amara", "last_name": "Okonjo", "email": "amara@brennhof.example"}
ME = {**AMARA, "s1_who": "me"}


def named(number: int, email: str, first: str = "Bob", last: str = "Vos") -> dict[str, str]:
    """The details form's fields of a seat for somebody else."""
    return {f"s{number}_who": "named", f"s{number}_first_name": first, f"s{number}_last_name": last,
            f"s{number}_email": email}  # fmt: skip


class Attending:
    """Buyers' and attendees' hands, and everything behind the page."""

    def __init__(self, client: httpx.AsyncClient, receiver: Receiver) -> None:
        self.client = client
        self.receiver = receiver
        self.services = wiring.services(Settings(portal_env="test", smtp_url=receiver.url))  # type: ignore[call-arg]

    async def register(self, shop: Shop, count: int = 1, **details: str) -> str:
        """A confirmed order of places that cost nothing; gives its address. Nothing is mailed yet."""
        ticket = f"ticket_{shop.tickets['Seat']}"
        held = await self.client.post(f"/events/{shop.slug}/orders", data={ticket: str(count)})
        assert held.status_code == 303, held.text
        path = str(held.headers["location"].removesuffix("/details"))
        later = {f"s{n}_who": "later" for n in range(2, count + 1)}
        answer = await self.client.post(f"{path}/details", data={**ME, **later, **details})
        assert (answer.status_code, answer.headers.get("location")) == (303, path), answer.text
        return path

    async def work(self) -> None:
        """Let the worker do everything that is due; mails reach the mail server."""
        await worker.drain(self.services)

    async def move(self, shop: Shop, by: timedelta = timedelta(), **changed: Any) -> None:
        """Move the event by some time, or change what `move_event` knows."""
        row = await db.fetch_one(
            f"SELECT e.*, e.venue AS venue_id, {VENUE_COLUMNS} FROM event e LEFT JOIN venue v ON v.id = e.venue "
            "WHERE e.id = $1",
            shop.event_id,
        )
        assert row is not None
        plan: dict[str, Any] = {
            "starts_at": row["starts_at"] + by, "ends_at": row["ends_at"] + by, "timezone": row["timezone"],
            "all_day": row["all_day"], "format": EventFormat(row["format"]), "venue": venue_of(row),
        }  # fmt: skip
        await move_event(
            actor=PORTAL, event_id=shop.event_id, version=row["version"], now=clock.now(), **{**plan, **changed}
        )

    async def call_off(self, shop: Shop, reason: str = "") -> None:
        version = await self.version(shop)
        await cancel_event(actor=PORTAL, event_id=shop.event_id, version=version, reason=reason, now=clock.now())

    async def put_on_again(self, shop: Shop) -> None:
        await reinstate_event(actor=PORTAL, event_id=shop.event_id, version=await self.version(shop), now=clock.now())

    async def version(self, shop: Shop) -> int:
        return int(await db.fetch_value("SELECT version FROM event WHERE id = $1", shop.event_id))

    async def seats(self, path: str) -> list[Mapping[str, Any]]:
        """The order's seats, by position."""
        secret = path.rpartition("/")[2]
        return list(
            await db.fetch(
                "SELECT s.* FROM seat s JOIN seat_order o ON o.id = s.seat_order WHERE o.secret = $1 ORDER BY position",
                secret,
            )
        )

    async def mails(self) -> list[tuple[str, str]]:
        """(recipient, the subject's first words) of every mail, oldest first."""
        rows = await db.fetch("SELECT recipient, subject FROM mail ORDER BY id")
        return [(row["recipient"], row["subject"].partition(":")[0]) for row in rows]

    async def text_to(self, recipient: str) -> str:
        """The text of the newest mail to somebody, on one line."""
        text = await db.fetch_value("SELECT text FROM mail WHERE recipient = $1 ORDER BY id DESC LIMIT 1", recipient)
        return " ".join(str(text).split())

    async def messages(self, recipient: str) -> list[Calendar]:
        """The calendar messages somebody's mails carried, oldest first."""
        rows = await db.fetch(
            "SELECT p.content FROM mail_part p JOIN mail m ON m.id = p.mail WHERE m.recipient = $1 AND p.alternative "
            "ORDER BY m.id",
            recipient,
        )
        return [Calendar.from_ical(row["content"]) for row in rows]

    async def told(self, recipient: str) -> list[tuple[str, int]]:
        """(method, SEQUENCE) of those messages."""
        return [(str(one["METHOD"]), int(one.walk("VEVENT")[0]["SEQUENCE"])) for one in await self.messages(recipient)]

    async def ledger(self, shop: Shop) -> list[tuple[str, int, bool]]:
        """(address, revision held, whether that is the newest) of everybody the ledger knows."""
        found = await calendar_queries.holders("event", str(shop.event_id))
        return [(holder.address, holder.number, holder.newest) for holder in found]

    async def feed(self, email: str) -> str:
        """The address of somebody's own feed."""
        account_id = await ensure_account(email=email, name="Somebody", now=clock.now())
        secret = await feed_address(kind="person", key=str(account_id), now=clock.now())
        return f"/calendars/mine/{secret}.ics"
