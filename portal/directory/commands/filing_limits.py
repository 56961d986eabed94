"""How many files may be uploaded: for a profile, and with a claim."""

from datetime import datetime, timedelta

from portal.core.rate_limits import Limit, Spent, spend_all
from portal.web.clients import around

COMPANY = Limit("files-company", 100, timedelta(days=1))
ACCOUNT = Limit("files-account", 100, timedelta(days=1))
NETWORK = Limit("files-network", 300, timedelta(days=1))
DOCUMENTS = Limit("claim-documents", 10, timedelta(days=1))
DOCUMENTS_NETWORK = Limit("claim-documents-network", 40, timedelta(days=1))


async def before_file(*, company: str, account_id: int, network: str, now: datetime) -> None:
    spent = [Spent(COMPANY, company), Spent(ACCOUNT, str(account_id)), Spent(NETWORK, around(network))]
    await spend_all(spent, now=now)


async def before_document(*, account_id: int, network: str, now: datetime) -> None:
    """A document that goes with a claim: whoever has an account may claim."""
    await spend_all([Spent(DOCUMENTS, str(account_id)), Spent(DOCUMENTS_NETWORK, around(network))], now=now)
