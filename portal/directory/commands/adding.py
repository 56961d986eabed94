"""Companies that editors add by hand: of their own accord, or because somebody missed one."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import audit, db, jobs
from portal.core.errors import Forbidden, Invalid
from portal.directory import permissions
from portal.directory.commands.corrections import settle
from portal.directory.commands.publishing import create_company
from portal.directory.tables.corrections import CorrectionState, CorrectionTopic
from portal.directory.values import Profile

_LISTED = "SELECT id FROM company WHERE slug = $1 AND state IN ('public', 'closed')"


async def add_company(*, actor: Actor, profile: Profile, now: datetime, asked: int | None = None) -> int:
    """Make a company; gives its id. `asked` is the request for a missing company that this answers: whoever sent it is told.

    Raises Invalid with the profile's fields, and Conflict where somebody else has answered the request.
    """
    if not permissions.can_moderate(actor):
        raise Forbidden("Only editors add companies.")
    async with db.transaction():
        note = "Added by hand" if asked is None else "Added because somebody missed it"
        made = await create_company(actor=actor, profile=profile, now=now, note=note)
        await audit.record(
            actor=actor.label, verb="company.added", kind="company", key=made, now=now, name=profile.name, asked=asked
        )  # fmt: skip
        if asked is not None:
            await _answer(actor, asked, made, now)
    return made


async def name_listed(*, actor: Actor, asked: int, slug: str, now: datetime) -> None:
    """Answer a request for a missing company with one that was listed all along. Raises Invalid with `listed`."""
    if not permissions.can_moderate(actor):
        raise Forbidden("Only editors answer these requests.")
    async with db.transaction():
        found = await db.fetch_value(_LISTED, slug)
        if found is None:
            raise Invalid({"listed": "There is no public company at this address."})
        await _answer(actor, asked, found, now)


async def _answer(actor: Actor, asked: int, company_id: int, now: datetime) -> None:
    await settle(
        actor=actor, correction_id=asked, state=CorrectionState.DONE, now=now, topic=CorrectionTopic.MISSING,
        added=company_id,
    )  # fmt: skip
    await jobs.enqueue("directory.answer_request", correction_id=asked)
