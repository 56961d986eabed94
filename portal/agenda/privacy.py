"""What agendas know of a person, and forgetting it."""

from datetime import datetime
from typing import Any

from portal.core import db
from portal.web.rendering import plural

_OF = """
SELECT a.id FROM agenda a LEFT JOIN account o ON o.id = a.account LEFT JOIN agenda into_ ON into_.id = a.joined
LEFT JOIN account theirs ON theirs.id = into_.account
WHERE o.email = $1 OR a.email = $1 OR theirs.email = $1
"""
_KNOWN = f"""
SELECT coalesce(s.title, e.title, r.entry ->> 'title') AS title,
    CASE n.kind WHEN 'session' THEN 'Session' ELSE 'Event' END AS kind,
    n.saved_at, n.instead_of IS NOT NULL AS second, a.joined IS NOT NULL AS handed
FROM agenda_entry n JOIN agenda a ON a.id = n.agenda
LEFT JOIN released_session s ON n.kind = 'session' AND s.session = n.item
LEFT JOIN event e ON n.kind = 'event' AND e.id = n.item
LEFT JOIN calendar_item i ON i.kind = n.kind AND i.key = n.item::text
LEFT JOIN calendar_revision r ON r.item = i.id AND r.number = i.revision
WHERE n.agenda IN ({_OF}) ORDER BY n.id LIMIT 5000
"""
_FEEDS = f"""
SELECT f.created_at, f.fetched_at FROM feed_address f
WHERE f.kind = 'agenda' AND f.key IN (SELECT id::text FROM ({_OF}) mine) ORDER BY f.id LIMIT 5000
"""
_STANDS = f"""
SELECT c.name AS title, e.title AS event, s.saved_at, s.visited_at FROM agenda_stand s JOIN exhibitor x ON x.id = s.exhibitor
JOIN company c ON c.id = x.company JOIN event e ON e.id = x.event WHERE s.agenda IN ({_OF}) ORDER BY s.id LIMIT 5000
"""
LABELS = {
    "title": "Title", "kind": "What", "saved_at": "Saved", "event": "At", "visited_at": "Visited",
    "second": "Second choice", "made": "Made",
    "handed": "Kept for a calendar that was handed on before signing in", "read": "Last read by a calendar",
}  # fmt: skip


async def known_about(email: str) -> list[dict[str, Any]]:
    """Everything saved, in the account’s agenda or with an address that was proved; the calendars made of it."""
    saved = [{"what": "Saved", **row} for row in await db.fetch(_KNOWN, email)]
    saved += [{"what": "Stand", **row} for row in await db.fetch(_STANDS, email)]
    told = await db.fetch("SELECT created_at AS made FROM agenda WHERE email = $1 ORDER BY id LIMIT 5000", email)
    saved += [{"what": "Agenda of a browser about which mails come here", **row} for row in told]
    feeds = await db.fetch(_FEEDS, email)
    return saved + [
        {"what": "Agenda as a calendar", "made": row["created_at"], "read": row["fetched_at"]} for row in feeds
    ]


async def forget(email: str, now: datetime) -> str:
    """Delete the account’s agenda with what was joined to it, and take the address out of others."""
    async with db.transaction():
        await db.execute(
            f"DELETE FROM feed_address WHERE kind = 'agenda' AND key IN (SELECT id::text FROM ({_OF}) mine)", email
        )
        entries = await db.fetch_value(f"SELECT count(*) FROM agenda_entry WHERE agenda IN ({_OF})", email)
        stands = await db.fetch_value(f"SELECT count(*) FROM agenda_stand WHERE agenda IN ({_OF})", email)
        await db.execute(f"DELETE FROM agenda WHERE id IN ({_OF})", email)
    if not entries and not stands:
        return "Your agenda was empty; its calendar’s address is gone."
    many = ((entries, "entry", "entries"), (stands, "stand", "stands"))
    told = " and ".join(plural(number, one, more) for number, one, more in many if number)
    return f"{told} of your agenda and its calendar’s address are gone."
