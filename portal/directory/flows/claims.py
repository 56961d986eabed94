"""Looking for what a claimant has put up: the network is asked first, then one command notes what was found."""

import msgspec

from portal.core import clock
from portal.core.settings import Settings
from portal.directory.commands import claiming
from portal.directory.flows.names import Names
from portal.directory.flows.sites import Sites
from portal.directory.queries import claims as queries
from portal.directory.rules.claims import Found, proof, record_name
from portal.directory.rules.domains import Home
from portal.directory.tables.companies import ClaimWay


class Proofs(msgspec.Struct):
    """Where proofs are looked for; lives as long as the process."""

    names: Names
    sites: Sites

    @classmethod
    def of(cls, settings: Settings) -> "Proofs":
        names = Names.of(settings)
        return cls(names, Sites.of(settings, names))

    async def check(self, claim_id: int) -> None:
        """Look once for the proof of an open claim, and note what was found."""
        wanted = await queries.wanted(claim_id)
        if wanted is None:
            return
        if wanted.home is None or wanted.home.domain != wanted.domain:
            await claiming.note_moved(claim_id=claim_id, now=clock.now())
            return
        look = self._record if wanted.way is ClaimWay.DNS else self.sites.look
        found = await look(wanted.home, wanted.token)
        await claiming.note_look(claim_id=claim_id, home=wanted.home, found=found, now=clock.now())

    async def _record(self, home: Home, token: str) -> Found:
        own = await self.names.texts(record_name(home))
        if proof(token) in (text.strip() for text in own.values):
            return Found(holds=True, words=f"The record {record_name(home)} holds the text.")
        apex = await self.names.texts(home.domain)
        if proof(token) in (text.strip() for text in apex.values):
            return Found(holds=True, words=f"A TXT record of {home.domain} holds the text.")
        if fault := own.fault or apex.fault:
            return Found(holds=False, words=fault)
        if own.values:
            said = "”, “".join(text[:100] for text in own.values[:3])
            return Found(
                holds=False, words=f"The record {record_name(home)} says “{said}”, which is not the text asked for."
            )
        none = f"There is no record {record_name(home)}"
        if apex.values:
            return Found(holds=False, words=f"{none}, and no TXT record of {home.domain} is the text asked for.")
        return Found(holds=False, words=f"{none}, and {home.domain} has no TXT record.")
