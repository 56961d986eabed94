"""How registration for an event is set up, as staff see and change it. `version` marks a row as it was looked at."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from portal.events.tables import EventFormat, EventState
from portal.registration.tables import QuestionKind

FOR_EVER = datetime(9000, 1, 1, tzinfo=UTC)
"""`on_demand_until` without an end."""


class StaffEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An own event around the pages of its registration."""

    id: int
    slug: str
    title: str
    state: EventState
    format: EventFormat
    timezone: str
    starts_at: datetime
    ends_at: datetime
    all_day: bool

    @property
    def path(self) -> str:
        return f"/staff/events/{self.id}"


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """See `RegistrationRule`. An event that has no row has an empty version."""

    version: str = ""
    company_mail_only: bool = False
    approval: bool = False
    recording_choice: bool = False
    on_demand_until: datetime | None = None


class QuestionSetup(msgspec.Struct, frozen=True, kw_only=True):
    """A question, and how many have answered it."""

    id: int
    version: str
    kind: QuestionKind
    label: str
    help: str
    options: tuple[str, ...]
    required: bool
    withdrawn_at: datetime | None
    answered: int


class QuestionFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A question as it shall be."""

    kind: QuestionKind
    label: str
    help: str = ""
    options: tuple[str, ...] = ()
    required: bool = False


class TicketSetup(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket type with the quotas it draws from; `taken` are places held or confirmed."""

    id: int
    version: str
    name: str
    description: str
    price: int
    regular_price: int | None
    currency: str
    tax_rate: Decimal
    sale_opens_at: datetime | None
    sale_closes_at: datetime | None
    min_per_order: int
    max_per_order: int
    by_code_only: bool
    extra: bool
    active: bool
    quotas: tuple[int, ...]
    taken: int


class CodeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A promo code as it shall be. `tickets` are those it is limited to, and shows where they are hidden; none: all."""

    code: str
    label: str = ""
    percent_off: Decimal = Decimal(0)
    amount_off: int = 0
    max_uses: int | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    tickets: tuple[int, ...] = ()


class CodeSetup(msgspec.Struct, frozen=True, kw_only=True):
    """A promo code, and how many orders hold or have used it."""

    id: int
    used: int
    facts: CodeFacts


class QuotaSetup(msgspec.Struct, frozen=True, kw_only=True):
    """A number of places."""

    id: int
    name: str
    capacity: int
    taken: int
