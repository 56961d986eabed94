"""What the worker does about claims: looking for proofs, and telling people. Each loads by id and may run twice."""

from collections.abc import Sequence
from datetime import timedelta

from portal.accounts import queries as account_queries
from portal.core import clock, db
from portal.directory.commands import claiming
from portal.directory.emails import claims as emails
from portal.directory.flows.claims import Proofs
from portal.directory.queries import claims as queries
from portal.directory.queries import companies
from portal.directory.queries.claims import Reader
from portal.directory.tables.editing import ClaimState
from portal.notifications.commands.outbox import queue_mail
from portal.notifications.values import Message


class ClaimJobs:
    """What needs the network, bound to where it is asked."""

    def __init__(self, proofs: Proofs) -> None:
        self.proofs = proofs

    async def check_claim(self, claim_id: int) -> None:
        await self.proofs.check(claim_id)


async def look_again() -> None:
    """Recurring: ask for the looks that are due."""
    await claiming.take_due(now=clock.now())


async def lapse() -> None:
    """Recurring: end claims nobody proved, and tell owners whose website went elsewhere."""
    now = clock.now()
    await claiming.lapse(now=now)
    for moved in await queries.to_verify_again(since=now - timedelta(days=2)):
        await _send(
            [
                emails.verify_again(owner, moved.name, moved.slug, moved.website)
                for owner in await queries.owners(moved.organisation_id)
            ]
        )


async def tell_claim_decided(claim_id: int) -> None:
    claim = await queries.claim(claim_id)
    if claim is not None and not claim.is_open:
        await _send([emails.decided(claim)])


async def tell_rival(claim_id: int, at: str) -> None:
    claim = await queries.claim(claim_id)
    if claim is not None and claim.is_open:
        await _send([emails.rival(claim, at)])


async def tell_owners_of_claim(claim_id: int) -> None:
    claim = await queries.claim(claim_id)
    if claim is not None and claim.state is ClaimState.PROVED and claim.owner_id is not None:
        await _send([emails.against_owner(claim, owner) for owner in await queries.owners(claim.owner_id)])


async def tell_owners_of_asking(request_id: int) -> None:
    asking = await queries.join_request(request_id)
    if asking is not None and asking.organisation_id is not None:
        await _send([emails.asks_to_join(asking, owner) for owner in await queries.owners(asking.organisation_id)])


async def tell_not_invited(account_id: int, company_id: int, at: str) -> None:
    account, company = await account_queries.account(account_id), await companies.by_id(company_id)
    if account is not None and company is not None:
        reader = Reader(account.id, account.name, account.email)
        await _send([emails.not_invited(reader, company.name, company.slug, at)])


async def tell_former_owners(organisation_id: int, company_id: int, reason: str, at: str) -> None:
    company = await companies.by_id(company_id)
    if company is not None:
        readers = await queries.owners(organisation_id)
        await _send([emails.no_longer_owned(one, company.name, company.slug, reason, at) for one in readers])


async def tell_new_owners(organisation_id: int, company_id: int, reason: str, at: str) -> None:
    company = await companies.by_id(company_id)
    if company is not None:
        readers = await queries.owners(organisation_id)
        await _send([emails.newly_owned(one, company.name, company.slug, reason, at) for one in readers])


async def _send(messages: Sequence[Message]) -> None:
    async with db.transaction():
        for message in messages:
            await queue_mail(message=message, now=clock.now())
