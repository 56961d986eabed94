"""What an event offers exhibitors: its terms and packages, for staff, for companies that think of applying, and for commands."""

from datetime import datetime
from typing import Any

import msgspec

from portal.core import db
from portal.core.money import Money
from portal.events.tables import EventKind, EventState
from portal.exhibitors.tables.exhibiting import Right


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """A package. `taken` counts those accepted in it, `asked` those that wait, `ever` everybody who ever asked for it."""

    id: int
    slug: str
    name: str
    summary: str
    includes: list[str]
    price: int
    passes: int
    guests: int
    guest_discount: int
    most: int | None
    rights: list[Right]
    on_offer: bool
    taken: int
    asked: int
    ever: int

    @property
    def left(self) -> int | None:
        return None if self.most is None else max(0, self.most - self.taken)


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """An event as far as exhibiting at it goes. `version` 0: nobody has set an exhibition up yet."""

    event_id: int
    slug: str
    title: str
    kind: EventKind
    state: EventState
    starts_at: datetime
    ends_at: datetime
    timezone: str
    version: int
    open: bool
    until: datetime | None
    intro: str
    intro_html: str
    terms_url: str
    contact_email: str
    currency: str
    packages: list[Package]

    @property
    def path(self) -> str:
        """Of the staff's pages."""
        return f"/staff/events/{self.event_id}/exhibitors"

    @property
    def offered(self) -> list[Package]:
        return [one for one in self.packages if one.on_offer]

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    def takes_applications(self, now: datetime) -> bool:
        """Whether a company can apply now: the same as the command asks the database."""
        public = self.state in (EventState.PUBLISHED, EventState.MOVED)
        in_time = (self.until is None or self.until > now) and self.ends_at > now
        return self.open and public and in_time and bool(self.offered)


_OFFER = """
SELECT e.id AS event_id, e.slug, e.title, e.kind, e.state, e.starts_at, e.ends_at, e.timezone, coalesce(x.version, 0) AS version,
    coalesce(x.open, false) AS open, x.applications_until AS until, coalesce(x.intro, '') AS intro,
    coalesce(x.intro_html, '') AS intro_html, coalesce(x.terms_url, '') AS terms_url,
    coalesce(x.contact_email, '') AS contact_email, coalesce(x.currency, '') AS currency,
    (SELECT coalesce(json_agg(json_build_object('id', p.id, 'slug', p.slug, 'name', p.name, 'summary', p.summary,
        'includes', p.includes, 'price', p.price, 'passes', p.passes,
        'guests', p.guests, 'guest_discount', p.guest_discount, 'most', p.most, 'rights', p.rights,
        'on_offer', p.on_offer, 'taken', coalesce(n.taken, 0), 'asked', coalesce(n.asked, 0), 'ever', coalesce(n.ever, 0))
        ORDER BY p.position, p.id), '[]')
     FROM exhibition_package p LEFT JOIN (
        SELECT package, count(*) FILTER (WHERE state = 'accepted') AS taken, count(*) FILTER (WHERE state = 'applied') AS asked,
            count(*) AS ever FROM exhibitor WHERE event = e.id GROUP BY package) n ON n.package = p.id
     WHERE p.event = e.id) AS packages
FROM event e LEFT JOIN exhibition x ON x.event = e.id
"""


async def of_event(event_id: int) -> Offer | None:
    """What staff set up for an own event, in whatever state."""
    return _offer(await db.fetch_one(f"{_OFFER} WHERE e.id = $1 AND e.kind = 'own'", event_id))


async def by_slug(slug: str) -> Offer | None:
    """What a public event offers; None where there is no exhibition."""
    return _offer(await db.fetch_one(f"{_OFFER} WHERE e.slug = $1 AND e.state <> 'draft' AND x.id IS NOT NULL", slug))


def _offer(row: Any) -> Offer | None:
    if row is None:
        return None
    return msgspec.convert({**dict(row), "packages": msgspec.json.decode(row["packages"])}, Offer)


async def package_facts(event_id: int, package_id: int) -> list[Any] | None:
    """What an editor of a package sees of it, for `overtaking.mark`."""
    row = await db.fetch_one(
        "SELECT name, summary, includes, price, passes, most, rights, on_offer, guests, guest_discount FROM exhibition_package "
        "WHERE id = $1 AND event = $2",
        package_id,
        event_id,
    )
    return None if row is None else list(row.values())
