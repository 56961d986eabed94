"""What people are asked to agree to at a stand, and which version of it that is."""

from datetime import datetime

import msgspec

from portal.core.settings import current
from portal.exhibitors.leads.rules import digest, usual
from portal.leads.chain.values import WORDING
from portal.leads.commands import keep_wording
from portal.leads.queries import Wording, newest_wording


class Sentence(msgspec.Struct, frozen=True):
    """A sentence as it is shown; `read` says which one it was."""

    text: str
    version: int

    @property
    def read(self) -> str:
        return digest(self.text)


async def shown(company_id: int, company: str) -> Sentence:
    """What is asked now. Where names have changed since it was last agreed to, it is another version."""
    text = usual(current().site_name, company)
    newest = await newest_wording(WORDING, str(company_id))
    if newest is None:
        return Sentence(text, 1)
    return Sentence(text, newest.version if newest.text == text else newest.version + 1)


async def agreed(company_id: int, company: str, read: str, now: datetime) -> Wording | None:
    """The wording somebody read, kept for good; None when it is another by now."""
    text = usual(current().site_name, company)
    if digest(text) != read:
        return None
    return await keep_wording(kind=WORDING, key=str(company_id), text=text, now=now)
