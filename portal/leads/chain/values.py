"""Plain values of leads."""

from datetime import date, datetime

import msgspec

from portal.leads.queries import Wording

OCCASION = "badge"
"""The occasion of these consents; its key is the event’s number."""
WORDING = "badge_scan"
"""The kind of their wordings; the key is the company’s number."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """What is handed over of somebody: this and nothing else. `badge` tells two apart who share an address."""

    badge: str
    email: str
    first_name: str
    last_name: str
    job_title: str
    company: str

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.first_name, self.last_name)))


class Whose(msgspec.Struct, frozen=True, kw_only=True):
    """A company at an event; `company` is its name as people are shown it, `former` are companies that were merged into it."""

    company_id: int
    event_id: int
    company: str
    former: tuple[int, ...] = ()


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """A badge that was scanned: by which account, when by the device’s clock, under the device’s own number. `wording` is the
    sentence the person agreed to just then; none, where they had before. `outdated`: it may have been replaced since.
    """

    by: int
    at: datetime
    client_id: str | None = None
    wording: Wording | None = None
    outdated: bool = False


class Kept(msgspec.Struct, frozen=True):
    """What became of a scan. `again`: this very one was known already."""

    code: str
    visits: int
    again: bool = False


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """What a team has noted of a lead. `answers` are to its own questions, by their text; `follow_up_who` is an account."""

    rating: str | None = None
    note: str = ""
    tags: tuple[str, ...] = ()
    answers: dict[str, str] = msgspec.field(default_factory=dict)
    follow_up: str = ""
    follow_up_by: date | None = None
    follow_up_who: int | None = None
    done: bool = False
