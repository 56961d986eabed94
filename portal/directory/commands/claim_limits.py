"""How often claims may be made and looked for: per account, per network, per company."""

from datetime import datetime, timedelta

from portal.core.rate_limits import Limit, Spent, spend, spend_all

ACCOUNT = Limit("claims-account", 20, timedelta(days=1))
NETWORK = Limit("claims-network", 60, timedelta(days=1))
CODES_OF_COMPANY = Limit("claim-codes", 20, timedelta(hours=1))
LOOKS = Limit("claim-looks", 20, timedelta(hours=1))
LOOKS_NETWORK = Limit("claim-looks-network", 120, timedelta(hours=1))
JOINING = Limit("join-requests", 10, timedelta(days=1))


async def before_claim(*, account_id: int, network: str, now: datetime) -> None:
    await spend_all([Spent(ACCOUNT, str(account_id)), Spent(NETWORK, network)], now=now)


async def before_code(*, company_id: int, now: datetime) -> None:
    """No company's mailboxes are flooded with codes, whoever asks for them."""
    await spend(CODES_OF_COMPANY, str(company_id), now=now)


async def before_look(*, claim_id: int, network: str, now: datetime) -> None:
    await spend_all([Spent(LOOKS, str(claim_id)), Spent(LOOKS_NETWORK, network)], now=now)


async def before_joining(*, account_id: int, now: datetime) -> None:
    await spend(JOINING, str(account_id), now=now)
