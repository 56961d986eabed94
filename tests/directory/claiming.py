"""Claimants' hands on the portal: what they fill in, what they get by mail, the network their proofs are looked for in."""

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from litestar import Litestar

from portal import worker
from portal.core import db
from portal.directory.flows.claims import Proofs
from portal.directory.flows.names import Names
from portal.directory.flows.sites import Sites
from tests.directory.network import NameServer, Website, name_server, website

SITE = "https://www.isarwerk.example"
CLAIM = "/companies/isarwerk-biologics/claim"
CODE = "/account/claims/code"
MEMBERS = "/companies/isarwerk-biologics/manage/members"
STAFF = "/staff/companies/claims"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\nxref\n0 4\n0000000000 65535 f \n"
    b"0000000009 00000 n \n0000000054 00000 n \n0000000105 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n168\n%%EOF\n"
)
OWNER, LEONIE, RIVAL = "owner@isarwerk.example", "leonie@isarwerk.example", "rival@halden.example"


class Network:
    """The portal's worker, and a name server and websites where it looks."""

    def __init__(self, app: Litestar, names: NameServer, site: Website) -> None:
        self.app = app
        self.names = names
        self.site = site

    async def work(self) -> None:
        await worker.drain(self.app.state.services)

    async def mails(self, email: str) -> list[Any]:
        """All mails to an address, oldest first, after the worker ran."""
        await self.work()
        return list(await db.fetch("SELECT * FROM mail WHERE recipient = $1 ORDER BY id", email))

    async def code(self, email: str) -> str:
        """The newest code sent to an address."""
        found = [re.match(r"(\d{6}) is your ", mail["text"]) for mail in await self.mails(email)]
        return [one[1] for one in found if one][-1]


@asynccontextmanager
async def network(app: Litestar) -> AsyncIterator[Network]:
    services = app.state.services
    before = services.proofs
    async with name_server() as names, website() as site:
        asked = Names([names.address], patience=2)
        services.proofs = Proofs(asked, Sites(asked, port=site.port, patience=2))
        for host in ("isarwerk.example", "www.isarwerk.example"):
            names.records[host] = {"A": ["127.0.0.1"]}
        try:
            yield Network(app, names, site)
        finally:
            services.proofs = before


async def start(browser: httpx.AsyncClient, way: str, page: str = CLAIM, **more: str) -> httpx.Response:
    return await browser.post(page, data={"way": way, **more})


async def proof(browser: httpx.AsyncClient, page: str = CLAIM) -> str:
    """The text that the claim's page asks for."""
    found = re.search(r'id="r-text" readonly value="([^"]+)"', (await browser.get(page)).text)
    assert found is not None
    return html.unescape(found[1])


async def by_record(browser: httpx.AsyncClient, net: Network, page: str = CLAIM) -> httpx.Response:
    """Claim by a DNS record the whole way; gives the claim's page."""
    assert (await start(browser, "dns", page)).status_code == 303
    record = net.names.records.setdefault("_tradefloor.isarwerk.example", {"TXT": []})
    record["TXT"].append(await proof(browser, page))
    assert (await browser.post(f"{page}/look")).status_code == 303
    await net.work()
    return await browser.get(page)


def words(answer: httpx.Response) -> str:
    """The page's main part as plain words."""
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def faults(answer: httpx.Response) -> dict[str, str]:
    """What stands beside the fields."""
    found = re.findall(r'id="f-([\w.-]+)-e">.*?<span>(.*?)</span>', answer.text, re.DOTALL)
    return {name: html.unescape(text) for name, text in found}


async def company(slug: str = "isarwerk-biologics") -> Any:
    return await db.fetch_one("SELECT * FROM company WHERE slug = $1", slug)


async def states() -> list[tuple[str, str]]:
    """Every claim's claimant and state, in the order they were made."""
    rows = await db.fetch("SELECT a.email, l.state FROM claim l JOIN account a ON a.id = l.account ORDER BY l.id")
    return [(row["email"], row["state"]) for row in rows]


async def roles(organisation_id: int) -> dict[str, str]:
    """Who is what in an organisation."""
    rows = await db.fetch(
        "SELECT a.email, m.role FROM membership m JOIN account a ON a.id = m.account WHERE m.organisation = $1",
        organisation_id,
    )
    return {row["email"]: row["role"] for row in rows}


async def everything() -> list[tuple[object, ...]]:
    """All rows that say whose a company is, for showing that nothing changed."""
    found: list[tuple[object, ...]] = []
    for table in ("membership", "invitation", "join_request", "claim", "company"):
        found += [tuple(row) for row in await db.fetch(f"SELECT * FROM {table} ORDER BY 1")]
    return found
