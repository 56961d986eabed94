"""Plain values of leads."""

from datetime import date, datetime

import msgspec

OCCASION = "badge"
"""The occasion of these consents; its key is the event’s number."""
WORDING = "badge_scan"
"""The kind of their wordings; the key is the company’s number."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """What is handed over of somebody: this and nothing else."""

    email: str
    name: str
    job_title: str
    company: str


class Whose(msgspec.Struct, frozen=True, kw_only=True):
    """A company at an event; `company` is its name as people are shown it."""

    company_id: int
    event_id: int
    company: str


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """A badge that was scanned: by which account, when by the device’s clock, under the device’s own number. `wording_id` is the
    sentence the person agreed to just then; none, where they had before.
    """

    by: int
    at: datetime
    client_id: str | None = None
    wording_id: int | None = None


class Kept(msgspec.Struct, frozen=True):
    """What became of a scan. `again`: this very one was known already."""

    code: str
    visits: int
    again: bool = False


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """What a team has noted of a lead. `follow_up_who` is an account."""

    rating: str | None = None
    note: str = ""
    tags: tuple[str, ...] = ()
    follow_up: str = ""
    follow_up_by: date | None = None
    follow_up_who: int | None = None
    done: bool = False
