"""Agreeing that a sponsor is told of somebody, and taking it back."""

from datetime import datetime

from portal.core import db
from portal.core.errors import Conflict, NotFound
from portal.core.settings import current
from portal.directory.queries.companies import one_with
from portal.leads.commands import give_consent, keep_wording
from portal.leads.queries import Wording, newest_wording
from portal.leads.withdrawing import withdraw_consent
from portal.webinars.queries import stage
from portal.webinars.rules.consent import OCCASION, WORDING, How, digest, usual
from portal.webinars.values import Participant, Room

NAMELESS = "Nobody’s name is on this place yet. Please put yours there first."
CHANGED = "The wording has changed meanwhile. Please read it once more."


async def wording_of(*, company_id: int, company: str, now: datetime) -> Wording:
    """What a sponsor's visitors agree to: its newest wording; without one of its own, the usual one, kept from now on."""
    own = await newest_wording(WORDING, str(company_id))
    if own is not None:
        return own
    usual_text = usual(current().site_name, company)
    return await keep_wording(kind=WORDING, key=str(company_id), text=usual_text, now=now)


async def agree(*, room: Room, who: Participant, choices: dict[int, str], how: How, now: datetime) -> list[str]:
    """Agree for each sponsor of `choices` (by the company's number) to the sentence whose digest was read. All or none;
    their names. Raises Conflict for a sentence that is not the present one, or where nobody is named; NotFound for a
    company that sponsors nothing here.
    """
    if not who.email:
        raise Conflict(NAMELESS)
    if not room.is_on:
        raise Conflict("This webinar has been called off, so nobody is told of you.")
    async with db.transaction():
        sponsors = {one.company_id: one for one in await stage.sponsors(room.id)}
        if choices.keys() - sponsors.keys():
            raise NotFound("This company is no sponsor here any more.")
        # In the same order for everybody: two pages sent at once wait for each other, never in a ring.
        for company_id, read in sorted(choices.items()):
            company = sponsors[company_id].name
            wording = await wording_of(company_id=company_id, company=company, now=now)
            if digest(wording.text) != read:
                raise Conflict(CHANGED)
            await give_consent(
                email=who.email, company_id=company_id, company_name=company, wording_id=wording.id, kind=OCCASION,
                key=str(room.id), how=how, now=now,
            )  # fmt: skip
    return [sponsors[company_id].name for company_id in sorted(choices)]


async def take_back(*, who: Participant, consent_id: int, now: datetime) -> str:
    """Take back what this person agreed to; the company's name. Also after the webinar, also from a former sponsor."""
    return await withdraw_consent(consent_id=consent_id, email=who.email, now=now, one_with=one_with)
