"""What happened to an event, from the audit trail."""

from datetime import datetime

import msgspec

from portal.accounts.actors import PORTAL
from portal.accounts.queries import name_behind
from portal.core import db
from portal.events.rules import changes


class PastChange(msgspec.Struct, frozen=True):
    """A change people were told of: `words` as they were told."""

    at: datetime
    words: str
    version: int
    fields: tuple[str, ...] = ()

    @property
    def called_off(self) -> bool:
        return changes.calls_off(self.fields, self.words)

    @property
    def title(self) -> str:
        """What happened, in two or three words."""
        return changes.title(self.fields, self.words)


_SINCE = """
SELECT at, facts ->> 'told' AS words, (facts ->> 'version')::bigint AS version,
    array(SELECT jsonb_array_elements_text(facts -> 'fields')) AS fields FROM audit_entry
WHERE kind = 'event' AND key = $1 AND (facts ->> 'version')::bigint > $2 AND facts ->> 'told' <> ''
  AND ($3::timestamptz IS NULL OR at > $3)
ORDER BY id LIMIT 20
"""


async def changed_since(event_id: int, version: int, *, after: datetime | None = None) -> list[PastChange]:
    """Changes of time, place, title or state after `version`, and after a moment if one is given, oldest first."""
    rows = await db.fetch(_SINCE, str(event_id), version, after)
    return [msgspec.convert(dict(row), PastChange) for row in rows]


_TOUCHED = """
SELECT EXISTS (SELECT FROM audit_entry WHERE kind = 'event' AND key = $1 AND (facts ->> 'version')::bigint > $2
               AND verb <> 'event.priced')
"""


async def touched_since(event_id: int, version: int) -> bool:
    """Whether anything but the price was written after `version`, told to people or not."""
    return bool(await db.fetch_value(_TOUCHED, str(event_id), version))


class Act(msgspec.Struct, frozen=True):
    """One act on an event: who, when, and what was told of it."""

    at: datetime
    actor: str
    verb: str
    words: str

    @property
    def title(self) -> str:
        return changes.ACTS.get(self.verb, self.verb)

    @property
    def who(self) -> str:
        return "The portal itself" if self.actor == PORTAL.label else self.actor


_ACTS = f"""
SELECT a.at, a.verb, coalesce(a.facts ->> 'told', '') AS words, {name_behind("a.actor")} AS actor
FROM audit_entry a WHERE a.kind = 'event' AND a.key = $1 ORDER BY a.id DESC LIMIT 30
"""


async def acts(event_id: int) -> list[Act]:
    """What was done to an event, newest first."""
    return [Act(**row) for row in await db.fetch(_ACTS, str(event_id))]
