"""Plain values: what can be in an agenda, as everybody may know it, and what one person has in theirs."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import msgspec

from portal.agenda.tables import Kind
from portal.calendars.personal import PERSON

FEED = "agenda"
"""The kind of feed that is a browser’s; its key is the agenda’s number."""


def person(account_id: int) -> tuple[str, str]:
    """The feed of an account, which has one calendar, whatever it saved."""
    return PERSON, str(account_id)


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A session, an event or anything else with a time. `event` is the title of the event it belongs to, empty for events
    themselves. `off` is empty, `cancelled` or `gone`: out of the programme. `place` is its room or where it is held.
    """

    kind: str
    id: int
    event_id: int
    title: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    all_day: bool = False
    place: str = ""
    people: str = ""
    event: str = ""
    address: str = ""
    label: str = ""
    off: str = ""
    capacity: int | None = None
    taken: int = 0

    @property
    def key(self) -> str:
        """How forms name it: `session-12`."""
        return f"{self.kind}-{self.id}"

    @property
    def is_full(self) -> bool:
        return self.capacity is not None and self.taken >= self.capacity and not self.off


class MyStand(msgspec.Struct, frozen=True, kw_only=True):
    """An exhibitor’s stand that one saved, was at, or both. `booths` are (label, hall); `rows` what is stored of it. `off` is
    empty, `cancelled` with its event, or `gone`: the company does not exhibit any more.
    """

    id: int
    rows: list[int]
    saved_at: datetime | None
    visited_at: datetime | None
    company: str
    company_slug: str
    line: str
    event_id: int
    event_slug: str
    event: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    off: str
    booths: list[tuple[str, str]]
    told: dict[str, str]

    @property
    def booth(self) -> str:
        return ", ".join(label for label, _ in self.booths)

    @property
    def hall(self) -> str:
        """Where its first booth is; empty while it has none."""
        return self.booths[0][1] if self.booths else ""

    @property
    def address(self) -> str:
        return "" if self.off == "gone" else f"/events/{self.event_slug}/exhibitors/{self.company_slug}"


class Owner(msgspec.Struct, frozen=True):
    """Whose an agenda is, where it is an account’s."""

    account_id: int
    email: str


class Place(msgspec.Struct, frozen=True):
    """A place in something that can be saved, too: its key, and as `Held` has it. `over`: one had it once, and has not now."""

    key: tuple[str, int]
    words: str
    address: str = ""
    given: bool = True
    over: bool = False


class Held(msgspec.Struct, frozen=True):
    """Something one has a place in. `words` say what: `You have a place`; `address` leads to it. Not `given`: one waits for
    the place.
    """

    item: Item
    words: str
    address: str = ""
    given: bool = True


Source = Callable[[Owner, datetime], Awaitable[Sequence[Held | Place]]]
"""What one package knows that somebody has a place in; composed in wiring."""


class Mine(msgspec.Struct, frozen=True, kw_only=True):
    """An agenda that was opened."""

    id: int
    name: str
    account: int | None
    email: str
    edition: int

    @property
    def feed(self) -> tuple[str, str]:
        """Kind and key of its calendar’s address."""
        return (FEED, str(self.id)) if self.account is None else person(self.account)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Something saved, as it is stored."""

    id: int
    kind: Kind
    item: int
    event: int
    instead_of: int | None
    edition: int
    saved_at: datetime
    why: str
    because: str
    seen: dict[str, str]
    told: dict[str, str]

    @property
    def key(self) -> str:
        return f"{self.kind.value}-{self.item}"


class Whole(msgspec.Struct, frozen=True):
    """An agenda with its entries; `stopped`: mails about it do not reach its reader, or are not wanted."""

    mine: Mine
    entries: list[Entry]
    stopped: bool
