"""Facts that age: companies are asked once a quarter, and one answer confirms them."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from portal.accounts.actors import Actor
from portal.core import db, jobs, times
from portal.core.errors import Invalid
from portal.directory import permissions, saving
from portal.directory.commands import drafting
from portal.directory.commands.publishing import accepted, written
from portal.directory.rules import editing
from portal.directory.rules.freshness import ASKED_AFTER, quarter

_MOST_AT_ONCE = 500


class Holds(StrEnum):
    """What a company says of a fact of its own."""

    TRUE = "true"
    CHANGED = "changed"
    GONE = "gone"


class Answer(msgspec.Struct, frozen=True):
    """To one fact, as it was `seen`. `value` and `detail` are what a changed one says now."""

    holds: Holds
    seen: str
    value: str = ""
    detail: str = ""


_ASK = """
INSERT INTO reconfirmation (company, quarter, facts, asked_at)
SELECT c.id, $1, count(*), $3 FROM company c JOIN fact f ON f.company = c.id
WHERE c.organisation IS NOT NULL AND c.state = 'public' AND f.source = 'company' AND f.confirmed_on < $2
    AND NOT EXISTS (SELECT FROM reconfirmation r WHERE r.company = c.id AND r.quarter = $1)
GROUP BY c.id ORDER BY c.id LIMIT $4
ON CONFLICT (company, quarter) DO NOTHING RETURNING id
"""


async def ask_companies(*, now: datetime) -> int:
    """Have every claimed company with ageing facts asked, each once in a quarter; how many were."""
    today = times.today(now)
    async with db.transaction():
        rows = await db.fetch(_ASK, quarter(today), today - ASKED_AFTER, now, _MOST_AT_ONCE)
        await jobs.enqueue_many("directory.ask_to_reconfirm", [{"reconfirmation_id": row["id"]} for row in rows])
    return len(rows)


async def reconfirm(*, actor: Actor, company_id: int, answers: Mapping[str, Answer], now: datetime) -> int:
    """Publish what a company says of its facts as one revision; gives its number.

    Raises Invalid with `facts.ID` for a fact that somebody changed since it was shown. Facts without an answer stay as
    they are and age on; a draft is untouched and merges with this when it is published.
    """
    if not answers:
        raise Invalid({"": "Please answer for one fact at least."})
    today = now.date()
    async with db.transaction():
        at = await drafting.locked(actor, company_id)
        by_company = permissions.is_member(actor, at.organisation_id)
        profile, faults = at.published, dict[str, str]()
        for key, answer in answers.items():
            fact = editing.item_of(profile, "facts", key)
            if fact is None or editing.from_register(fact):
                continue
            if drafting.seen(fact) != answer.seen:
                faults[f"facts.{key}"] = "Somebody changed this fact meanwhile. Please look at it again."
            elif answer.holds is Holds.GONE:
                profile = editing.without_item(profile, "facts", key)
            else:
                if answer.holds is Holds.CHANGED:
                    fact = msgspec.structs.replace(fact, value=answer.value, detail=answer.detail)
                profile = editing.with_item(profile, "facts", editing.stated(fact, by_company=by_company, today=today))
        if faults:
            raise Invalid(faults)
        profile = accepted(profile, now)
        await db.execute(
            "UPDATE reconfirmation SET answered_at = $2, answered_by = $3 WHERE company = $1 AND answered_at IS NULL",
            company_id, now, actor.account_id or None,
        )  # fmt: skip
        if profile == at.published:
            return at.revision
        numbers = await saving.write([written(company_id, profile, actor, now, "Facts confirmed")])
    return numbers[company_id]
