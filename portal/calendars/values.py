"""Plain values: what an item says in calendars, its revisions, who holds them, what a feed consists of."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from portal.calendars.tables import Method


class Entry(msgspec.Struct, frozen=True):
    """What a calendar shows. Times are moments; `timezone` is the IANA zone they are announced in.

    An all-day entry runs from local midnight to the midnight after its last day. The entry goes into public
    feeds: nothing in it may belong to one person.
    """

    title: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    all_day: bool = False
    location: str = ""
    url: str = ""
    description: str = ""
    cancelled: bool = False
    tentative: bool = False
    conference: str = ""
    categories: tuple[str, ...] = ()
    latitude: float | None = None
    longitude: float | None = None


class Revision(msgspec.Struct, frozen=True):
    """One state of an item. `number` counts revisions from 1, `sequence` is RFC 5545's SEQUENCE, `at` its
    DTSTAMP.

    `changed` is true on what `publish` answers when it stored this revision just now.
    """

    item_id: int
    uid: str
    number: int
    sequence: int
    at: datetime
    entry: Entry
    changed: bool = False


class Holding(msgspec.Struct, frozen=True):
    """What an address was sent last: revision `number`, and whether that is still the newest one."""

    address: str
    number: int
    method: Method
    sent_at: datetime
    entry: Entry
    newest: bool


class Held(msgspec.Struct, frozen=True):
    """How many people hold one revision of an item: "37 people still hold 10:00"."""

    number: int
    people: int
    entry: Entry
    newest: bool


class ZoneUse(msgspec.Struct, frozen=True):
    """A zone that a feed's entries are told in, and the years they fall into."""

    name: str
    first_year: int
    last_year: int


class FeedContent(msgspec.Struct, frozen=True):
    """Serialised VEVENTs, joined; the zones they refer to; when the newest of them was made."""

    events: bytes
    zones: tuple[ZoneUse, ...] = ()
    newest: datetime | None = None
    count: int = 0


class FeedState(msgspec.Struct, frozen=True):
    """A feed's content without its bytes: `digest` differs as soon as an entry, the choice or the order
    differs.
    """

    digest: str
    newest: datetime | None
    count: int


class Feed(msgspec.Struct, frozen=True):
    """A feed to be answered: which items, under which name, and who may keep it.

    Leave `name` empty where the feed is one event's file: see `building.calendar`. `private` feeds belong to
    one person; then `address` (repeated inside the file) and `description` must not give the person away, and
    `secret` names the address that was asked, so that the fetch is noted. `chosen_at` says when the choice of
    items last changed, if that is known: only then can a reader without entity tags be told "not modified".
    """

    kind: str
    keys: Sequence[str]
    name: str
    description: str = ""
    address: str = ""
    filename: str = "calendar"
    refresh: timedelta = timedelta(hours=1)
    private: bool = False
    secret: str | None = None
    chosen_at: datetime | None = None
