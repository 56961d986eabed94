"""What people are asked to agree to at a stand, and which version of it that is."""

from datetime import datetime

import msgspec

from portal.core import db
from portal.core.settings import current
from portal.exhibitors.leads.rules import digest, usual
from portal.exhibitors.queries.desks import OURS
from portal.exhibitors.values import AtEvent
from portal.leads.chain.queries import IS_KNOWN
from portal.leads.chain.values import WORDING, Person
from portal.leads.commands import keep_wording
from portal.leads.queries import Wording, newest_wording, wordings

_ASKED = f"""
SELECT {IS_KNOWN.format(companies=OURS.format(company="$1::bigint"))} AS known, w.text, coalesce(w.version, 0) AS version
FROM (VALUES (1)) AS one LEFT JOIN LATERAL (
    SELECT version, text FROM wording_of_consent WHERE kind = $7 AND key = $8 ORDER BY version DESC LIMIT 1) w ON true
"""


class Sentence(msgspec.Struct, frozen=True):
    """A sentence as it is shown; `read` says which one it was."""

    text: str
    version: int

    @property
    def read(self) -> str:
        return digest(self.text)


async def shown(company_id: int, company: str, now: datetime) -> Sentence:
    """What is asked now, on a page that is read by many and may go on without a connection: kept, so that what they agree to is
    known when it comes.
    """
    text, newest = usual(current().site_name, company), await newest_wording(WORDING, str(company_id))
    if newest is None or newest.text != text:
        newest = await keep_wording(kind=WORDING, key=str(company_id), text=text, now=now)
    return Sentence(text, newest.version)


def read_now(company: str) -> str:
    """Which sentence whoever reads it now has read."""
    return digest(usual(current().site_name, company))


async def asked(exhibitor: AtEvent, person: Person) -> tuple[Sentence, bool]:
    """What this person is asked now, and whether they agreed before."""
    company = exhibitor.company_id
    row = await db.fetch_one(
        _ASKED, company, exhibitor.event_id, person.email, person.badge, person.name, person.first_name, WORDING,
        str(company),
    )  # fmt: skip
    assert row is not None, "it has one row"
    return _sentence(exhibitor.company_name, row["text"], row["version"]), row["known"]


async def agreed(company_id: int, company: str, read: str, now: datetime, *, outdated: bool = False) -> Wording | None:
    """The wording somebody read, kept for good; None when it is another by now. `outdated`: a device without a connection could
    not know, so one that stood before is one, too.
    """
    text = usual(current().site_name, company)
    if digest(text) == read:
        return await keep_wording(kind=WORDING, key=str(company_id), text=text, now=now)
    before = await wordings(WORDING, str(company_id)) if outdated else []
    return next((one for one in before if digest(one.text) == read), None)


def _sentence(company: str, newest: str | None, version: int) -> Sentence:
    text = usual(current().site_name, company)
    return Sentence(text, version if newest == text else version + 1)
