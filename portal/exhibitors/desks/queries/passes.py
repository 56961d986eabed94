"""Staff passes: those of a desk, and all of an event."""

from datetime import datetime

import msgspec

from portal.core import db
from portal.exhibitors.queries.desks import OURS
from portal.notifications.tables import MailState


class Pass(msgspec.Struct, frozen=True, kw_only=True):
    """A pass with who has it. `mail` is what became of the last mail with the ticket; None where it is on its way to be made."""

    id: int
    seat_id: int
    company: str
    badge: str
    first_name: str
    last_name: str
    email: str
    role: str
    code: str
    order: str
    given_at: datetime
    checked_in_at: datetime | None
    mail: MailState | None
    answer: str

    @property
    def name(self) -> str:
        """Empty names are those of somebody who was erased."""
        return f"{self.first_name} {self.last_name}".strip() or "Erased at their own wish"

    @property
    def lost(self) -> bool:
        """The ticket did not arrive."""
        return self.mail in {MailState.BOUNCED, MailState.FAILED, MailState.SUPPRESSED}


class Guests(msgspec.Struct, frozen=True):
    """A code for guests, how often it may be used, and was; `company` made it, if that was merged into this one since."""

    code: str
    most: int
    used: int
    ended: bool
    discount: int
    company: str


class Allowance(msgspec.Struct, frozen=True, kw_only=True):
    """What an exhibitor may give, and has given."""

    exhibitor_id: int
    company: str
    slug: str
    package: str
    passes: int
    given: int
    guests: int
    used: int


_ROWS = """
SELECT p.id, s.id AS seat_id, c.name AS company, s.company AS badge, s.first_name, s.last_name, s.email, s.job_title AS role,
    s.code, o.number AS order, p.given_at, s.checked_in_at, m.state AS mail, coalesce(m.answer, '') AS answer
FROM exhibitor_pass p JOIN exhibitor x ON x.id = p.exhibitor JOIN company c ON c.id = x.company
JOIN seat s ON s.id = p.seat AND s.state = 'confirmed' JOIN seat_order o ON o.id = s.seat_order
LEFT JOIN LATERAL (SELECT state, answer FROM mail WHERE about_kind = 'order' AND about_key = o.id::text AND recipient = s.email
    ORDER BY id DESC LIMIT 1) m ON true
WHERE """
_OF_EXHIBITOR = _ROWS + "p.exhibitor = $1 ORDER BY lower(s.last_name), lower(s.first_name), p.id LIMIT 1000"
_OF_EVENT = _ROWS + "x.event = $1 ORDER BY lower(c.name), lower(s.last_name), lower(s.first_name), p.id LIMIT 20000"
# With the parts that were joined to this one.
_PARTS = (
    f"(y.id = x.id OR y.state = 'joined' AND y.event = x.event AND y.company IN {OURS.format(company='x.company')})"
)
_GUESTS = f"""
SELECT c.code, c.max_uses AS most, c.used, coalesce(c.valid_until <= $2, false) AS ended, c.percent_off::int AS discount,
    CASE WHEN y.id = x.id THEN '' ELSE m.name END AS company
FROM exhibitor x JOIN exhibitor y ON {_PARTS} JOIN promo_code c ON c.id = y.guest_code JOIN company m ON m.id = y.company
WHERE x.id = $1 ORDER BY y.id <> x.id, y.id LIMIT 20
"""
_ALLOWANCES = f"""
SELECT x.id AS exhibitor_id, c.name AS company, c.slug, p.name AS package, x.passes,
    coalesce(x.guests, p.guests) + coalesce(g.most, 0) AS guests, coalesce(g.used, 0) AS used,
    (SELECT count(*) FROM exhibitor_pass e JOIN seat s ON s.id = e.seat AND s.state = 'confirmed'
        WHERE e.exhibitor = x.id) AS given
FROM exhibitor x JOIN company c ON c.id = x.company JOIN exhibition_package p ON p.id = x.package
LEFT JOIN LATERAL (SELECT sum(k.used)::int AS used, sum(k.max_uses) FILTER (WHERE y.id <> x.id)::int AS most
    FROM exhibitor y JOIN promo_code k ON k.id = y.guest_code WHERE {_PARTS}) g ON true
WHERE x.event = $1 AND x.state = 'accepted' ORDER BY lower(c.name), x.id LIMIT 2000
"""


async def of_exhibitor(exhibitor_id: int) -> list[Pass]:
    """Those that hold, by name."""
    return [msgspec.convert(dict(row), Pass) for row in await db.fetch(_OF_EXHIBITOR, exhibitor_id)]


async def of_event(event_id: int) -> list[Pass]:
    """All that hold, by company and name."""
    return [msgspec.convert(dict(row), Pass) for row in await db.fetch(_OF_EVENT, event_id)]


async def guests(exhibitor_id: int, *, now: datetime) -> list[Guests]:
    """The codes for an exhibitor’s guests: its own, once it was made, then those of companies that were merged into it."""
    return [msgspec.convert(dict(row), Guests) for row in await db.fetch(_GUESTS, exhibitor_id, now)]


async def allowances(event_id: int) -> list[Allowance]:
    """What each exhibitor of an event may give, by company."""
    return [msgspec.convert(dict(row), Allowance) for row in await db.fetch(_ALLOWANCES, event_id)]


async def discount(exhibitor_id: int) -> int:
    """Per cent off for an exhibitor’s guests."""
    return int(
        await db.fetch_value(
            "SELECT p.guest_discount FROM exhibitor x JOIN exhibition_package p ON p.id = x.package WHERE x.id = $1",
            exhibitor_id,
        )
    )


async def seat_of(pass_id: int) -> int | None:
    """The seat of a pass."""
    found: int | None = await db.fetch_value("SELECT seat FROM exhibitor_pass WHERE id = $1", pass_id)
    return found


async def company_of(pass_id: int) -> str:
    """Whose pass it is."""
    return str(
        await db.fetch_value(
            "SELECT c.name FROM exhibitor_pass p JOIN exhibitor x ON x.id = p.exhibitor JOIN company c ON c.id = x.company "
            "WHERE p.id = $1",
            pass_id,
        )
    )
