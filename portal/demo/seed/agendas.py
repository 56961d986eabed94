"""What the demo’s attendee saved of the congress, by the ordinary commands: with two that overlap, and a plan B."""

from datetime import datetime
from random import Random

from portal.accounts.queries import account_by_email
from portal.agenda.commands.keeping import choose, save
from portal.agenda.commands.opening import Visitor
from portal.agenda.commands.stands import note
from portal.agenda.tables import Kind, Mark
from portal.core import db
from portal.demo.seed.people import ACCOUNTS

_SESSIONS = "SELECT title, session FROM released_session WHERE title = ANY($1)"
_STANDS = "SELECT id FROM exhibitor WHERE state = 'accepted' ORDER BY id LIMIT 5"
SAVED = (
    "Where the vials went: European fill capacity after four new lines",
    "First-air in practice: smoke studies people can follow",
    "Controlled nucleation at 30 m²: what we would not do again",
    "Residual moisture by headspace, without breaking a stopper",
    "When the CDMO is sold: change-of-control clauses that worked",
    "Reading a Pirani curve together",
    "False rejects: the most expensive vials are the good ones",
    "Closing round: what we will stop doing",
)
SECOND = (SAVED[6], SAVED[5])
"""If the workshop is full or called off, the talk at the same time moves up."""
_READERS, _SEED = 190, 16
_CROWDED = "Minimum batch fees: six contracts, six definitions"
"""What more readers want to hear than its room holds."""


async def seed_agendas(*, now: datetime) -> None:
    """Once: an agenda that is there already stays as it is."""
    amara = await account_by_email(ACCOUNTS[0].email)
    if amara is None or await db.fetch_value("SELECT id FROM agenda WHERE account = $1", amara.id):
        return
    await _readers(now=now)
    visitor = Visitor(account=amara.id)
    ids = {row["title"]: row["session"] for row in await db.fetch(_SESSIONS, list(SAVED))}
    entries = {}
    for title in SAVED:
        if title in ids:
            done = await save(visitor=visitor, kind=Kind.SESSION, item_id=ids[title], now=now)
            entries[title] = done.entry
    second, first = (entries.get(title) for title in SECOND)
    if second and first:
        await choose(visitor=visitor, entry_id=second, instead_of=first, now=now)
    for number, row in enumerate(await db.fetch(_STANDS)):
        await note(visitor=visitor, mark=Mark.VISITED if number == 1 else Mark.SAVED, exhibitor_id=row["id"], now=now)


async def _readers(*, now: datetime) -> None:
    """Other readers save some of the first two days, without an account; most of them one talk, for which its room is small."""
    chance = Random(_SEED)  # noqa: S311 — the same demo each time
    rows = await db.fetch(
        "SELECT title, session FROM released_session WHERE kind <> 'break' AND cancelled_at IS NULL ORDER BY starts_at, session"
    )
    ids = [row["session"] for row in rows]
    crowded = next((row["session"] for row in rows if row["title"] == _CROWDED), None)
    for _ in range(_READERS if ids else 0):
        wanted = set(chance.sample(ids, k=min(3, len(ids))))
        if crowded and chance.random() < 0.95:
            wanted.add(crowded)
        visitor = Visitor()
        for session in sorted(wanted):
            done = await save(visitor=visitor, kind=Kind.SESSION, item_id=session, now=now)
            visitor = Visitor(name=done.mine.name)
