"""How often one may ask and write: by person, by network, by company. Told to people in words, not by a captcha."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from portal.core.rate_limits import Limit, Spent, spend_all
from portal.web.clients import around

SENDER = Limit("enquiry-sender", 10, timedelta(days=1))
NETWORK = Limit("enquiry-network", 30, timedelta(days=1))
SITE = Limit("enquiry-site", 120, timedelta(days=1))
COMPANY = Limit("enquiry-company", 60, timedelta(days=1))
SAME_COMPANY = Limit("enquiry-same-company", 4, timedelta(days=1))
MESSAGES = Limit("enquiry-messages", 40, timedelta(hours=1))
MESSAGES_NETWORK = Limit("enquiry-messages-network", 200, timedelta(hours=1))


async def before_enquiry(*, sender: str, network: str, company_ids: Iterable[int], proved: bool, now: datetime) -> None:
    """Count an enquiry that is written; raises RateLimited when there were too many of the person, the network or to a
    company. While the address is not `proved` it may be anybody's: then neither its own count nor a company's is touched.
    """
    person = Spent(SENDER, sender if proved else f"unproved:{sender}")
    spent = [person, Spent(NETWORK, network), Spent(SITE, around(network))]
    await spend_all([*spent, *(_of_companies(sender, company_ids) if proved else ())], now=now)


async def before_going_out(*, sender: str, company_ids: Iterable[int], now: datetime) -> None:
    """Count a guest's enquiry whose address has just been proved."""
    await spend_all([Spent(SENDER, sender), *_of_companies(sender, company_ids)], now=now)


def _of_companies(sender: str, company_ids: Iterable[int]) -> list[Spent]:
    spent = []
    for company_id in company_ids:
        spent += [Spent(COMPANY, str(company_id)), Spent(SAME_COMPANY, f"{company_id}:{sender}")]
    return spent


async def before_message(*, who: str, network: str, now: datetime) -> None:
    """Count a message or an answer."""
    await spend_all([Spent(MESSAGES, who), Spent(MESSAGES_NETWORK, network)], now=now)
