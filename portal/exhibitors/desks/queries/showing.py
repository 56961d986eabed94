"""What an exhibitor shows at an event: for its page there, and for those who write it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from portal.core import db
from portal.directory.tables.companies import CompanyState
from portal.directory.values import Profile
from portal.events.tables import EventState
from portal.exhibitors.tables.desk import ItemKind
from portal.exhibitors.tables.exhibiting import ExhibitorState, Right


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A product or a piece of news as visitors see it. `id` is that of an own one; 0 for those of the profile."""

    kind: ItemKind
    title: str
    html: str = ""
    words: str = ""
    url: str = ""
    image: str = ""
    alt: str = ""
    on: date | None = None
    id: int = 0


class OwnItem(msgspec.Struct, frozen=True, kw_only=True):
    """One that is shown at this event alone, as it was written."""

    id: int
    kind: ItemKind
    title: str
    text: str = ""
    text_html: str = ""
    url: str = ""
    source: str = ""


class Brochure(msgspec.Struct, frozen=True):
    """A file for visitors."""

    title: str
    file: str


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A company at an event as its page shows it. `items` has own ones and, by `source`, those of the profile."""

    exhibitor_id: int
    state: ExhibitorState
    rights: frozenset[Right]
    headline: str
    about: str
    about_html: str
    languages: tuple[str, ...]
    host_name: str
    host_role: str
    host_email: str
    company_id: int
    company: str
    company_slug: str
    company_state: CompanyState
    profile: Profile
    texts_html: Mapping[str, Any]
    event_id: int
    event: str
    event_slug: str
    event_state: EventState
    starts_at: datetime
    ends_at: datetime
    timezone: str
    items: tuple[OwnItem, ...]
    booths: tuple[str, ...]
    brochures: tuple[Brochure, ...]

    @property
    def public(self) -> bool:
        """Whether everybody sees it."""
        exhibits = self.state is ExhibitorState.ACCEPTED and self.company_state is CompanyState.PUBLIC
        return exhibits and self.event_state is not EventState.DRAFT

    @property
    def chosen(self) -> frozenset[str]:
        """Ids of the profile’s items that are shown here."""
        return frozenset(one.source for one in self.items if one.source)

    @property
    def own(self) -> list[OwnItem]:
        return [one for one in self.items if not one.source]

    def of(self, kind: ItemKind) -> list[Item]:
        """What is shown of a kind: first what is new at this event."""
        new = [
            Item(kind=kind, title=one.title, html=one.text_html, url=one.url, id=one.id)
            for one in self.own
            if one.kind is kind
        ]
        return new + (self._products() if kind is ItemKind.PRODUCT else self._posts())

    def _products(self) -> list[Item]:
        return [
            Item(kind=ItemKind.PRODUCT, title=one.name, words=one.text, url=one.url, image=one.image, alt=one.alt)
            for one in self.profile.products
            if one.id in self.chosen
        ]

    def _posts(self) -> list[Item]:
        html = self.texts_html.get("posts", {})
        return [
            Item(kind=ItemKind.POST, title=one.title, html=str(html.get(one.id, "")), on=one.on)
            for one in self.profile.posts
            if one.id in self.chosen
        ]


_SHOWN = """
SELECT x.id AS exhibitor_id, x.state, x.rights, x.headline, x.about, x.about_html, x.languages, x.host_name, x.host_role,
    x.host_email, c.id AS company_id, c.name AS company, c.slug AS company_slug, c.state AS company_state, c.profile,
    c.texts_html, e.id AS event_id, e.title AS event, e.slug AS event_slug, e.state AS event_state, e.starts_at, e.ends_at,
    e.timezone, (
        SELECT coalesce(json_agg(json_build_object('id', i.id, 'kind', i.kind, 'title', i.title, 'text', i.text,
            'text_html', i.text_html, 'url', i.url, 'source', i.source) ORDER BY i.position, i.id), '[]')
        FROM exhibitor_item i WHERE i.exhibitor = x.id) AS items, (
        SELECT coalesce(json_agg(b.label ORDER BY natural_key(b.label)), '[]') FROM booth_booking k JOIN booth b ON b.id = k.booth
        JOIN floor_plan f ON f.id = b.plan WHERE k.exhibitor = x.id AND k.state = 'booked' AND f.public) AS booths, (
        SELECT coalesce(json_agg(json_build_object('title', f.title, 'file', f.file) ORDER BY f.at, f.id), '[]')
        FROM exhibitor_file f WHERE f.exhibitor = x.id AND f.shown AND 'documents' = ANY(x.rights)) AS brochures
FROM exhibitor x JOIN company c ON c.id = x.company JOIN event e ON e.id = x.event
"""
_BY_ID = f"{_SHOWN} WHERE x.id = $1"
_JSON = ("profile", "texts_html", "items", "booths", "brochures")


async def by_id(exhibitor_id: int) -> Shown | None:
    """What is written, shown to everybody or not."""
    return _shown(await db.fetch_one(_BY_ID, exhibitor_id))


class Before(msgspec.Struct, frozen=True):
    """Another event at which the company showed something."""

    exhibitor_id: int
    event: str
    starts_at: datetime
    timezone: str
    things: int


_BEFORE = """
SELECT o.id AS exhibitor_id, e.title AS event, e.starts_at, e.timezone, (
        SELECT count(*) FROM exhibitor_item i WHERE i.exhibitor = o.id) + (
        SELECT count(*) FROM exhibitor_file f WHERE f.exhibitor = o.id AND NOT f.for_organiser) AS things
FROM exhibitor x JOIN exhibitor o ON o.company = x.company AND o.event <> x.event AND o.decided_at IS NOT NULL
JOIN event e ON e.id = o.event
WHERE x.id = $1 AND (o.headline <> '' OR o.about <> '' OR EXISTS (SELECT FROM exhibitor_item i WHERE i.exhibitor = o.id)
    OR EXISTS (SELECT FROM exhibitor_file f WHERE f.exhibitor = o.id AND NOT f.for_organiser))
ORDER BY e.starts_at DESC, o.id DESC LIMIT 5
"""


async def before(exhibitor_id: int) -> list[Before]:
    """Where what is shown can be copied from, the latest event first."""
    return [msgspec.convert(dict(row), Before) for row in await db.fetch(_BEFORE, exhibitor_id)]


def _shown(row: Any) -> Shown | None:
    if row is None:
        return None
    return msgspec.convert({**dict(row), **{name: msgspec.json.decode(row[name]) for name in _JSON}}, Shown)
