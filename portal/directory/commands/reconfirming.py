"""Facts that age: companies are asked once a quarter, and one answer confirms them."""

from collections.abc import Mapping
from datetime import date, datetime
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
from portal.directory.tables.companies import TermKind
from portal.directory.values import ProfileFact

replace = msgspec.structs.replace

_MOST_AT_ONCE = 500


class Holds(StrEnum):
    """What a company says of a fact of its own."""

    TRUE = "true"
    CHANGED = "changed"
    GONE = "gone"


class Answer(msgspec.Struct, frozen=True):
    """To one fact, as it was `seen`. The rest is what a changed one says now: of certificates reference and end, of all
    others the value, of figures with its number."""

    holds: Holds
    seen: str
    value: str = ""
    detail: str = ""
    number: int | None = None
    reference: str = ""
    expires_on: date | None = None

    def applied(self, fact: ProfileFact) -> ProfileFact:
        if self.holds is not Holds.CHANGED:
            return fact
        if fact.kind is TermKind.CERTIFICATE:
            return replace(fact, reference=self.reference, expires_on=self.expires_on, detail=self.detail)
        number = self.number if fact.kind is TermKind.FIGURE else fact.number
        return replace(fact, value=self.value, detail=self.detail, number=number)


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


def _fault(holds: Holds, fact: ProfileFact, said: ProfileFact, today: date) -> str:
    """Why what a company says of a fact cannot be; empty where it can."""
    if holds is Holds.CHANGED and said == fact:
        return "Please say what it is now, or choose “Still true”."
    if said.expires_on is not None and said.expires_on < today:
        ended = f"This ended on {times.day(said.expires_on)}."
        return f"{ended} If it was renewed, choose “Changed” and give the new end; otherwise choose “No longer”."
    return ""


async def reconfirm(*, actor: Actor, company_id: int, answers: Mapping[str, Answer], now: datetime) -> int:
    """Publish what a company says of its facts as one revision; gives its number.

    Raises Invalid with `facts.ID` for a fact that somebody changed since it was shown, or whose answer does not hold.
    Facts without an answer stay as they are and age on; a draft is untouched and merges with this when it is published.
    """
    if not answers:
        raise Invalid({"": "Please answer for one fact at least."})
    today = times.today(now)
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
                now_said = answer.applied(fact)
                if fault := _fault(answer.holds, fact, now_said, today):
                    faults[f"facts.{key}"] = fault
                said = editing.stated(now_said, by_company=by_company, today=today)
                profile = editing.with_item(profile, "facts", said)
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
