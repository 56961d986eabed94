"""Places that are gone, and people who wait, when the demo begins.

Written straight into the tables of registration and calendars, in bulk: the commands would send a confirmation to each
of these people, and a newcomer's mailbox should begin with the newcomer's own mail.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from portal.core import db
from portal.core.settings import current
from portal.core.tokens import readable, secret

_FIRST = (
    "Amara", "Anselm", "Beatriz", "Chiara", "Davor", "Elif", "Ercole", "Femke", "Goran", "Henrike", "Ilse", "Jaromír",
    "Katja", "Lars", "Maeve", "Marit", "Nadia", "Owen", "Piet", "Rasmus", "Sanna", "Tobias", "Umberto", "Wiesława",
)  # fmt: skip
_LAST = (
    "Abend", "Bonfanti", "Carneiro", "Donnellan", "Eriksen", "Falk", "Gruber", "Hürlimann", "Iversen", "Jelínek",
    "Kuběna", "Lindqvist", "Marchetti", "Nowak", "Oyelaran", "Pálffy", "Ravnikar", "Solheim", "Tanaka", "Vos",
    "Wouters", "Yıldız", "Zanetti",
)  # fmt: skip
_COMPANIES = (
    ("Isarwerk Biologics", "isarwerk"), ("Kilmore Sterile Works", "kilmore"), ("Tessin Lyo", "tessinlyo"),
    ("Morava Lyophil", "morava"), ("Halden Aseptics", "halden"), ("Pannon Aseptika", "pannon"),
    ("Vantaa Biofill", "vantaa"), ("Aubrac Fill-Finish", "aubrac"), ("Ardennes Containment", "ardennes"),
    ("Castellane Bioproduction", "castellane"), ("Silkeborg Syringe Co.", "silkeborg"),
    ("Quellmark Single-Use", "quellmark"), ("Brennhof Pharma", "brennhof"),
)  # fmt: skip
_JOBS = ("Head of production", "Quality manager", "Process engineer", "MSAT scientist", "Qualified person", "Buyer")
_PARTIES = (1, 2, 1, 3, 1, 1, 4, 2)


class Gone(msgspec.Struct, frozen=True):
    """So many places of a ticket type are taken, and so many people wait for one. Who came, came while it was on sale."""

    event_id: int
    ticket_name: str
    taken: int
    waiting: int = 0
    on_sale: tuple[datetime, datetime] | None = None


class _Party(msgspec.Struct, frozen=True):
    event_id: int
    ticket_name: str
    on_sale: tuple[datetime, datetime] | None
    size: int
    number: int

    def came(self, now: datetime) -> datetime:
        """Within the last forty days of the sale."""
        since, until = self.on_sale or (now - timedelta(days=40), now)
        latest = max(since, until - timedelta(days=40))
        return latest + (until - latest) * (self.number * 7 % 60 + 1) / 61

    def person(self, seat: int) -> tuple[str, str]:
        which = self.number * 7 + seat * 11
        return _FIRST[which % len(_FIRST)], _LAST[(which * 5 + self.number) % len(_LAST)]

    @property
    def company(self) -> tuple[str, str]:
        return _COMPANIES[(self.number * 3) % len(_COMPANIES)]

    def address(self, seat: int) -> str:
        return f"guest{self.number}-{seat}@{self.company[1]}.example"


def _parties(gone: Sequence[Gone]) -> Iterator[_Party]:
    """The taken places as orders of one to four."""
    number = 0
    for these in gone:
        left = these.taken
        while left:
            size = min(left, _PARTIES[number % len(_PARTIES)])
            yield _Party(these.event_id, these.ticket_name, these.on_sale, size, number)
            left -= size
            number += 1


_ORDERS = """
INSERT INTO seat_order (number, secret, event, state, email, contact_name, held_at, confirmed_at, end_reason)
SELECT $1 || lpad(nextval('order_number')::text, 6, '0'), n.secret, n.event, 'confirmed', n.email, n.name, n.at, n.at, ''
FROM unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::timestamptz[]) AS n (secret, event, email, name, at)
"""
_SEATS = """
INSERT INTO seat (seat_order, ticket_type, position, state, list_net, net, code, claim_secret, first_name, last_name,
    email, job_title, company, named_at)
SELECT o.id, t.id, n.position, 'confirmed', t.price, 0, n.code, n.claim, n.first, n.last, n.email, n.job, n.company, o.held_at
FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::text[]) AS n (secret, ticket, position, code, claim, first, last, email, job, company)
JOIN seat_order o ON o.secret = n.secret JOIN ticket_type t ON t.event = o.event AND t.name = n.ticket
"""
# They were invited when they ordered, with a mail that nobody keeps any more.
_INVITED = """
INSERT INTO calendar_message (item, address, number, method, sent_at, raised)
SELECT i.id, s.email, i.revision, 'REQUEST', o.held_at, 0
FROM unnest($1::text[]) AS n (secret) JOIN seat_order o ON o.secret = n.secret JOIN seat s ON s.seat_order = o.id
JOIN calendar_item i ON i.kind = 'event' AND i.key = o.event::text
"""
_WAITING = """
INSERT INTO waiting_entry (secret, ticket_type, email, name, party_size, joined_at, left_reason)
SELECT n.secret, t.id, n.email, n.name, 1, n.at, ''
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
    AS n (secret, event, ticket, email, name, at)
JOIN ticket_type t ON t.event = n.event AND t.name = n.ticket ORDER BY n.at
"""


async def take_places(gone: Sequence[Gone], *, now: datetime) -> None:
    """Fill seats and waiting lists; the database counts them into their quotas. Expects a transaction in progress."""
    parties = list(_parties(gone))
    secrets = [secret() for _ in parties]
    prefix = f"{current().order_prefix}-{now:%y}-"
    await db.execute(
        _ORDERS, prefix, secrets, [party.event_id for party in parties], [party.address(1) for party in parties],
        [" ".join(party.person(1)) for party in parties],
        [party.came(now) for party in parties],
    )  # fmt: skip
    seats = [
        (order, party.ticket_name, seat, readable(10), secret(), *party.person(seat), party.address(seat),
         _JOBS[(party.number + seat) % len(_JOBS)], party.company[0])
        for order, party in zip(secrets, parties, strict=True)
        for seat in range(1, party.size + 1)
    ]  # fmt: skip
    if seats:
        await db.execute(_SEATS, *(list(column) for column in zip(*seats, strict=True)))
        await db.execute(_INVITED, secrets)
    waiting = [
        (secret(), these.event_id, these.ticket_name, party.address(1), " ".join(party.person(1)),
         now - timedelta(days=9, minutes=-37 * party.number))
        for these in gone
        for party in (_Party(these.event_id, these.ticket_name, these.on_sale, 1, 900 + turn) for turn in range(these.waiting))
    ]  # fmt: skip
    if waiting:
        await db.execute(_WAITING, *(list(column) for column in zip(*waiting, strict=True)))
