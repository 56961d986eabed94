"""Whose agenda a request is about, and what is in it."""

from collections.abc import Mapping
from typing import Any

import msgspec

from portal.agenda.queries import stands
from portal.agenda.tables import Kind
from portal.agenda.values import Entry, Mine, Whole
from portal.core import db
from portal.notifications.rules import stops
from portal.notifications.tables import Reason

_MINE = "SELECT id, name, account, email, edition FROM agenda"
_COLUMNS = "SELECT id, kind, item, event, instead_of, edition, saved_at, why, because, seen, told"
_ENTRIES = f"{_COLUMNS} FROM agenda_entry WHERE agenda = $1 ORDER BY id"
# With all its entries, and what keeps mails about it from its reader.
_WHOLE = f"""
SELECT a.id, a.name, a.account, a.email, a.edition,
    (SELECT coalesce(json_agg(e ORDER BY e.id), '[]') FROM (
        {_COLUMNS} FROM agenda_entry WHERE agenda = a.id) e) AS entries,
    ARRAY(SELECT reason FROM suppression WHERE topic IN ('*', 'agenda') AND address = coalesce(
        (SELECT email FROM account WHERE id = a.account), nullif(a.email, ''))) AS reasons
FROM agenda a
"""
_facts = msgspec.json.Decoder(dict[str, str]).decode


async def whole(*, account: int | None = None, name: str = "", id_: int | None = None) -> Whole | None:
    """The agenda of an account, else of a browser, else of that number, in one statement."""
    if account is not None:
        row = await db.fetch_one(f"{_WHOLE} WHERE a.account = $1", account)
    elif id_ is not None:
        row = await db.fetch_one(f"{_WHOLE} WHERE a.id = $1", id_)
    else:
        row = await db.fetch_one(f"{_WHOLE} WHERE a.name = $1 AND a.account IS NULL AND a.joined IS NULL", name)
    if row is None:
        return None
    told = dict(row)
    entries = msgspec.json.decode(told.pop("entries"), type=list[Entry])
    stopped = any(stops(Reason(one), "agenda") for one in told.pop("reasons"))
    return Whole(Mine(**told), entries, stopped)


async def of_account(account_id: int) -> Mine | None:
    row = await db.fetch_one(f"{_MINE} WHERE account = $1", account_id)
    return None if row is None else Mine(**dict(row))


async def of_browser(name: str) -> Mine | None:
    """The agenda a cookie names; one that was joined to an account’s is closed."""
    row = await db.fetch_one(f"{_MINE} WHERE name = $1 AND account IS NULL AND joined IS NULL", name)
    return None if row is None else Mine(**dict(row))


async def by_id(agenda_id: int) -> Mine | None:
    row = await db.fetch_one(f"{_MINE} WHERE id = $1", agenda_id)
    return None if row is None else Mine(**dict(row))


async def entries(agenda_id: int) -> list[Entry]:
    """Everything saved, in the order it was."""
    return [_entry(row) for row in await db.fetch(_ENTRIES, agenda_id)]


def _entry(row: Mapping[str, Any]) -> Entry:
    return Entry(**{**row, "kind": Kind(row["kind"]), "seen": _facts(row["seen"]), "told": _facts(row["told"])})


_KEYS = f"""
{stands.MINE}
SELECT kind || '-' || item AS key FROM agenda_entry WHERE agenda = $1
UNION ALL SELECT mark || '-' || x.id
FROM mine m JOIN exhibitor x ON x.event = m.event AND x.company = m.company AND x.state = 'accepted'
CROSS JOIN LATERAL (VALUES ('stand', m.saved_at), ('visit', m.visited_at)) AS noted (mark, at) WHERE at IS NOT NULL
ORDER BY key
"""


async def saved_keys(mine: Mine) -> list[str]:
    """What is saved, as forms name it, with the stands that were visited."""
    return [row["key"] for row in await db.fetch(_KEYS, mine.id)]
