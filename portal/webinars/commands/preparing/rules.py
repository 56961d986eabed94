"""What a certificate asks for. Each change is a new version: what held when a seat was confirmed holds for that seat."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import db
from portal.core.errors import Conflict, Invalid
from portal.webinars.commands.preparing.acts import begun, done
from portal.webinars.preparing import RuleDraft
from portal.webinars.rules.preparing import rule_faults

_NEWEST = """
SELECT version, minutes, polls, test_percent, replay_counts, credit, offered FROM certificate_rule
WHERE webinar = $1 ORDER BY version DESC LIMIT 1
"""
_ADD = """
INSERT INTO certificate_rule (webinar, version, since, minutes, polls, test_percent, replay_counts, credit, offered)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


async def set_rule(*, actor: Actor, webinar_id: int, version: int, rule: RuleDraft, now: datetime) -> bool:
    """Let those who are confirmed from now on be asked for this. `version` is the newest that the editor saw, 0 for none.

    False when nothing is different. Raises Invalid by field, Conflict when somebody else was faster.
    """
    if faults := rule_faults(rule):
        raise Invalid(faults)
    async with db.transaction():
        await begun(actor, webinar_id)
        newest = dict(await db.fetch_one(_NEWEST, webinar_id) or {"version": 0})
        if newest.pop("version") != version:
            raise Conflict("Somebody else changed this while you were editing it.")
        if newest and RuleDraft(**newest) == rule:
            return False
        await db.execute(
            _ADD, webinar_id, version + 1, now, rule.minutes, rule.polls, rule.test_percent, rule.replay_counts,
            rule.credit, rule.offered,
        )  # fmt: skip
        await done(actor=actor, webinar_id=webinar_id, verb="certificate rule set", now=now, version=version + 1)
    return True
