"""Plain values: what can be in an agenda, as everybody may know it, and what one person has in theirs."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec

from portal.agenda.tables import Kind


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


class Owner(msgspec.Struct, frozen=True):
    """Whose an agenda is, where it is an account’s."""

    account_id: int
    email: str


class Held(msgspec.Struct, frozen=True):
    """Something one has a place in. `words` say what: `You have a place`; `address` leads to it. Not `given`: one waits for
    the place.
    """

    item: Item
    words: str
    address: str = ""
    given: bool = True


Source = Callable[[Owner, datetime], Awaitable[list[Held]]]
"""What one package knows that somebody has a place in; composed in wiring."""


class Mine(msgspec.Struct, frozen=True, kw_only=True):
    """An agenda that was opened."""

    id: int
    name: str
    account: int | None
    email: str
    edition: int


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Something saved, as it is stored."""

    id: int
    kind: Kind
    item: int
    event: int
    instead_of: int | None
    edition: int
    saved_at: datetime
    changed_at: datetime
    why: str
    because: str
    seen: dict[str, str]
    told: dict[str, str]

    @property
    def key(self) -> str:
        return f"{self.kind.value}-{self.item}"
