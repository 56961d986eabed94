"""What readers say is wrong, and what editors made of it."""

from datetime import datetime

import asyncpg

from portal.accounts.actors import Actor
from portal.core import audit, countries, db, jobs
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from portal.core.text import many_lines
from portal.directory import permissions
from portal.directory.commands import drafting
from portal.directory.rules import editing
from portal.directory.tables.corrections import CorrectionState, CorrectionTopic

_LEAST, _MOST = 10, 2000


async def send_correction(
    *, company_id: int, topic: CorrectionTopic, text: str, evidence: str, email: str, now: datetime, fact_key: str = ""
) -> int:
    """Put a reader's word into the editors' inbox. Anybody may; limits are counted before."""
    made = await db.fetch_value(
        "INSERT INTO correction (company, topic, text, evidence, email, sent_at, fact_key, state, decided_by, note) "
        "SELECT id, $2, $3, $4, $5, $6, $7::text, 'open', '', '' FROM company "
        "WHERE id = $1 AND (state IN ('public', 'closed') OR $7::text <> '') RETURNING id",
        company_id, topic.value, text, evidence, email, now, fact_key,
    )  # fmt: skip
    if made is None:
        raise NotFound("There is no such company.")
    return int(made)


async def ask_to_add(*, name: str, website: str, country: str, does: str, email: str, now: datetime) -> int:
    """Put a company that is not in the directory into the editors' inbox. Anybody may; limits are counted before."""
    text = "\n".join(part for part in (f"{name}, {countries.name(country)}", does) if part)
    made = await db.fetch_value(
        "INSERT INTO correction (topic, text, evidence, email, sent_at, fact_key, state, decided_by, note, name, country) "
        "VALUES ('missing', $1, $2, $3, $4, '', 'open', '', '', $5, $6) RETURNING id",
        text, website, email, now, name, country,
    )  # fmt: skip
    return int(made)


async def object_to_fact(*, actor: Actor, company_id: int, fact_key: str, text: str, now: datetime) -> None:
    """A company tells the editors that a register is wrong about it. Raises Invalid with `text`, and Conflict for what it
    has told already."""
    text = many_lines(text)
    if len(text) < _LEAST:
        raise Invalid({"text": "Please say in a sentence what is wrong, and where we can look it up."})
    if len(text) > _MOST:
        raise Invalid({"text": f"Please keep this under {_MOST:,} characters; it has {len(text):,}."})
    try:
        async with db.transaction():
            at = await drafting.locked(actor, company_id)
            fact = editing.item_of(at.published, "facts", fact_key)
            if fact is None or not editing.from_register(fact):
                raise NotFound("There is no such fact of a register.")
            name = await db.fetch_value("SELECT name FROM term WHERE kind || ':' || slug = $1", fact.term)
            await send_correction(
                company_id=company_id, topic=CorrectionTopic.FACTS, text=f"The company on “{name}”: {text}", evidence="",
                email=actor.email, fact_key=fact_key, now=now,
            )  # fmt: skip
    except asyncpg.UniqueViolationError:
        raise Conflict("You told us about this already; our editors are looking into it.") from None


async def decide_correction(
    *, actor: Actor, correction_id: int, state: CorrectionState, note: str, now: datetime
) -> None:
    """Say what became of one. Of two editors at once the second is told who was first.

    A missing company is not said to be added, it is added: see `adding`. Who asked for one reads why it was not.
    """
    if not permissions.can_moderate(actor):
        raise Forbidden("Only editors decide on corrections.")
    async with db.transaction():
        topic = await settle(actor=actor, correction_id=correction_id, state=state, note=note, now=now)
        if topic is CorrectionTopic.MISSING:
            if state is CorrectionState.DONE:
                raise Conflict("Please add the company, or name the one that it is.")
            await jobs.enqueue("directory.answer_request", correction_id=correction_id)


async def settle(
    *,
    actor: Actor,
    correction_id: int,
    state: CorrectionState,
    now: datetime,
    note: str = "",
    topic: CorrectionTopic | None = None,
    added: int | None = None,
) -> CorrectionTopic:
    """Close one that is open, inside the caller's transaction; gives its topic, which must be `topic` where that is given."""
    row = await db.fetch_one(
        "SELECT company, topic, state, decided_by FROM correction WHERE id = $1 FOR UPDATE", correction_id
    )
    if row is None or topic not in (None, row["topic"]):
        raise NotFound("There is no such correction.")
    if row["state"] != CorrectionState.OPEN:
        raise Conflict(f"{row['decided_by']} has decided on this one already.")
    await db.execute(
        "UPDATE correction SET state = $2, note = $3, decided_by = $4, decided_at = $5, added = $6 WHERE id = $1",
        correction_id, state.value, note, actor.name, now, added,
    )  # fmt: skip
    await audit.record(
        actor=actor.label, verb=f"correction {state.value}", kind="company", key=row["company"] or added or "", now=now,
        correction=correction_id, note=note,
    )  # fmt: skip
    return CorrectionTopic(row["topic"])
