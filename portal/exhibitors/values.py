"""Plain values of exhibitors."""

from datetime import datetime

import msgspec

from portal.events.tables import EventState
from portal.exhibitors.tables.exhibiting import ExhibitorState, Right


class AtEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A company's part in one event, as its desk and those who work with it know it. `rights` is what the organiser gave,
    `badge` what badges of its people say for the company.
    """

    id: int
    state: ExhibitorState
    rights: frozenset[Right]
    passes: int
    guests: int
    badge: str
    package: str
    version: int
    company_id: int
    company_slug: str
    company_name: str
    organisation_id: int | None
    event_id: int
    event_slug: str
    event_title: str
    event_state: EventState
    starts_at: datetime
    ends_at: datetime
    timezone: str

    @property
    def address(self) -> str:
        """Of the desk."""
        return f"/companies/{self.company_slug}/manage/events/{self.event_slug}"

    @property
    def is_off(self) -> bool:
        return self.event_state is EventState.CANCELLED

    def is_closed(self, now: datetime) -> bool:
        """Nothing is answered or given any more: the event is over, or does not take place."""
        return self.is_off or self.ends_at <= now

    def may(self, right: Right) -> bool:
        return self.state is ExhibitorState.ACCEPTED and right in self.rights
