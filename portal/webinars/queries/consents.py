"""Whom a person let be told: each sponsor of a webinar with the words to agree to, and what they said so far."""

from collections.abc import Collection

import msgspec

from portal.core import db
from portal.core.settings import current
from portal.leads.queries import Receipt, newest_wordings, receipts_on
from portal.webinars.queries import stage
from portal.webinars.rules.consent import OCCASION, WORDING, digest, usual


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A sponsor as a person sees it: the sentence that would be agreed to now, and the last receipt, if there is one."""

    company_id: int
    name: str
    note: str
    text: str
    receipt: Receipt | None

    @property
    def standing(self) -> Receipt | None:
        return self.receipt if self.receipt is not None and self.receipt.stands else None

    @property
    def value(self) -> str:
        """What the box sends: whom, and which sentence was read."""
        return f"{self.company_id}.{digest(self.text)}"


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """The sponsors of a webinar, and companies that sponsored it when this person answered."""

    sponsors: list[Choice]
    former: list[Receipt]

    @property
    def open(self) -> list[Choice]:
        return [one for one in self.sponsors if one.standing is None]


async def choices(room_id: int, email: str) -> Choices:
    sponsors = await stage.sponsors(room_id)
    given = await receipts_on(email, OCCASION, str(room_id)) if email else []
    wordings = await newest_wordings(WORDING, [str(one.company_id) for one in sponsors]) if sponsors else {}
    last: dict[int, Receipt] = {}
    for one in given:
        last.setdefault(one.company_id, one)
    publisher = current().site_name
    found = []
    for sponsor in sponsors:
        own = wordings.get(str(sponsor.company_id))
        found.append(
            Choice(
                company_id=sponsor.company_id,
                name=sponsor.name,
                note=sponsor.note,
                text=own.text if own else usual(publisher, sponsor.name),
                receipt=last.pop(sponsor.company_id, None),
            )
        )
    return Choices(sponsors=found, former=list(last.values()))


async def occasions(keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """Title and address of the webinars that consents are about, by their key."""
    rows = await db.fetch(
        "SELECT w.id, e.title, e.slug FROM webinar w JOIN event e ON e.id = w.event WHERE w.id = ANY($1)",
        [int(key) for key in keys],
    )
    return {str(row["id"]): (row["title"], f"/events/{row['slug']}") for row in rows}


async def room_of_event(event_id: int) -> int | None:
    """The number of an event's room."""
    return await db.fetch_value("SELECT id FROM webinar WHERE event = $1", event_id)  # type: ignore[no-any-return]
