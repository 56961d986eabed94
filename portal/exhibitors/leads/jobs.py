"""What the worker does for leads: telling companies of what was taken back and of follow-ups that are due, and letting leads go
that were kept long enough.
"""

from datetime import datetime

import structlog

from portal.core import clock, db
from portal.core.jobs import Job, Recurring, enqueue_many
from portal.core.settings import current
from portal.core.times import zone
from portal.core.urgency import Urgency
from portal.exhibitors.leads import queries, reminding
from portal.exhibitors.leads.emails import due, gone
from portal.exhibitors.queries import desks
from portal.exhibitors.rules.keeping import kept_until
from portal.exhibitors.tables.exhibiting import ExhibitorState, Right
from portal.leads.chain.commands import expire
from portal.notifications.commands.outbox import queue_mail

_log = structlog.get_logger("leads")
# Of a company that was merged, whoever has its leads now.
_EXHIBITOR = """
WITH RECURSIVE up (company, event, depth) AS (
    SELECT company_id, event_id, 0 FROM lead_chain WHERE id = $1
    UNION ALL SELECT c.merged_into, up.event, up.depth + 1 FROM up JOIN company c ON c.id = up.company
    WHERE c.merged_into IS NOT NULL)
SELECT x.id FROM up JOIN exhibitor x ON x.company = up.company AND x.event = up.event
ORDER BY up.depth DESC, x.state = 'accepted' DESC, x.applied_at DESC, x.id DESC LIMIT 1
"""
_OLD = """
SELECT k.id FROM lead_chain k JOIN event e ON e.id = k.event_id
WHERE e.ends_at < $1 AND EXISTS (SELECT FROM lead l WHERE l.chain = k.id) ORDER BY k.id LIMIT 100
"""


async def tell_gone(chain: int, lead: str, taken_out: str | None, by_person: bool) -> None:
    """Write to everybody of the exhibitor’s team: any of them may have taken it along. The mail says which lead, not who."""
    number = await db.fetch_value(_EXHIBITOR, chain)
    exhibitor = await desks.by_id(number) if number is not None else None
    if exhibitor is None:
        return
    at = datetime.fromisoformat(taken_out) if taken_out else None
    for reader in await queries.team(exhibitor.organisation_id):
        await queue_mail(message=gone(reader, exhibitor, lead, at, by_person=by_person), now=clock.now())


async def look_for_due() -> None:
    """Recurring: one job for each chain in which something came due, on weekdays in the morning, by the clocks of the event."""
    chains = await reminding.due_chains(now=clock.now())
    async with db.transaction():
        await enqueue_many("leads.remind", [{"chain": one} for one in chains], urgency=Urgency.ONE_OF_MANY)


async def remind(chain: int) -> None:
    """One mail to each of the team who has something newly due, with all that is due and theirs; each is told once of each day.

    What nobody has taken is whoever’s who scanned last; of who has left the team, the owners’.
    """
    now = clock.now()
    number = await db.fetch_value(_EXHIBITOR, chain)
    exhibitor = await desks.by_id(number) if number is not None else None
    if exhibitor is None or exhibitor.state is not ExhibitorState.ACCEPTED or not exhibitor.may(Right.LEADS):
        return
    async with db.transaction():
        found = await reminding.take_note(chain=chain, organisation_id=exhibitor.organisation_id, now=now)
        team = {one.id: one for one in await queries.team(exhibitor.organisation_id)}
        for reader in team.values():
            theirs = [one for one in found if reader.id in one.whose]
            if any(one.new for one in theirs):
                today = now.astimezone(zone(exhibitor.timezone)).date()
                await queue_mail(message=due(reader, exhibitor, theirs, chain=chain, today=today), now=now)


async def let_go() -> None:
    """Recurring: leads of events that were over `LEADS_KEEP_MONTHS` ago."""
    now = clock.now()
    long_ago = now - (kept_until(now, current().leads_keep_months) - now)
    if chains := [row["id"] for row in await db.fetch(_OLD, long_ago)]:
        _log.info("leads expired", leads=await expire(chains=chains, now=now))


JOBS = [Job("leads.tell_gone", tell_gone), Job("leads.remind", remind)]
RECURRING = [Recurring("leads-expire", "19 3 * * *", let_go), Recurring("leads-due", "4 * * * *", look_for_due)]
