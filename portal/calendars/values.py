"""Plain values: what an item says in calendars, its revisions, who holds them, what a feed consists of."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from portal.calendars.tables import Method
from portal.notifications.tables import MailState


class Todo(msgspec.Struct, frozen=True):
    """That an entry is something to be done until it ends, and when it was."""

    done_at: datetime | None = None


class Entry(msgspec.Struct, frozen=True):
    """What a calendar shows. Times are moments; `timezone` is the IANA zone they are announced in.

    An all-day entry runs from local midnight to the midnight after its last day. The entry goes into public
    feeds: nothing in it may belong to one person. `private` stands for what attendees alone are told (that there is a
    room to join): it is written nowhere, but when it changes there is something new to send.

    With a `todo` feeds carry the entry twice: as a VEVENT, which every calendar shows, and as a VTODO for lists of tasks.
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
    private: str = ""
    todo: Todo | None = None


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


class Shown(msgspec.Struct, frozen=True):
    """A revision as one person's calendar has it. `state` is all that is their own about it: the same revision in the same
    state is the same bytes. It begins with `rules.PLACE` or `rules.OFF` where an invitation or its end says the same.
    """

    revision: Revision
    state: str


class Sent(msgspec.Struct, frozen=True):
    """A message of the ledger. `newest`: nothing that matters has changed since. `state`: its mail's, if it had one."""

    address: str
    number: int
    method: Method
    sent_at: datetime
    newest: bool
    raised: int = 0
    state: MailState | None = None
    answer: str = ""

    @property
    def waiting(self) -> bool:
        return self.state in {MailState.QUEUED, MailState.DEFERRED}

    @property
    def lost(self) -> bool:
        return self.state in {MailState.BOUNCED, MailState.FAILED, MailState.SUPPRESSED}


class Held(msgspec.Struct, frozen=True):
    """How many people hold one revision of an item: "37 people still hold 10:00"."""

    number: int
    people: int
    entry: Entry
    newest: bool


class Ledger(msgspec.Struct, frozen=True):
    """Who holds what of an item, and how many of the newest messages are on their way or did not arrive."""

    held: list[Held]
    waiting: int
    lost: int

    @property
    def people(self) -> int:
        return sum(held.people for held in self.held)

    @property
    def outdated(self) -> int:
        return sum(held.people for held in self.held if not held.newest)


class Holder(msgspec.Struct, frozen=True):
    """One address of the ledger: the revision it holds (none yet, or no more: 0), and its newest message."""

    address: str
    number: int
    newest: bool
    last: Sent


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
    `secret` names the address that was asked, so that the fetch is noted.
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
