"""The page of a claim: what it fills in, what it does with large files, and where it goes when the claim is over."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar

from portal.core import db
from portal.media.pages import MOST_SENT
from tests.directory.claiming import CLAIM, LEONIE, SITE, Network, by_record, faults, network, start
from tests.directory.conftest import SignIn
from tests.factories import companies

HTMX = {"HX-Request": "true"}


@pytest.fixture
async def net(app: Litestar, client: httpx.AsyncClient) -> AsyncIterator[Network]:
    await companies.make(website=SITE)
    async with network(app) as made:
        yield made


def address_field(page: str) -> str:
    found = re.search(r'<input[^>]* name="email"[^>]*>', page)
    assert found is not None
    value = re.search(r' value="([^"]*)"', found[0])
    return value[1] if value else ""


async def test_an_address_at_the_company_is_filled_in_and_another_is_not(net: Network, sign_in: SignIn) -> None:
    leonie, private = await sign_in(LEONIE), await sign_in("leonie@private.example")
    assert address_field((await leonie.get(CLAIM)).text) == LEONIE
    assert address_field((await private.get(CLAIM)).text) == ""
    refused = await start(leonie, "code", email="leonie@private.example", organisation_name="Isarwerk")
    assert (refused.status_code, address_field(refused.text)) == (422, "leonie@private.example")


async def test_the_page_is_left_once_what_was_looked_for_is_found(net: Network, sign_in: SignIn) -> None:
    """Its buttons would lead nowhere."""
    leonie = await sign_in(LEONIE)
    await start(leonie, "dns")
    waiting = await leonie.get(CLAIM, headers=HTMX)
    assert (waiting.status_code, "HX-Redirect" in waiting.headers) == (200, False)
    await leonie.post(f"{CLAIM}/withdrawal")
    await by_record(leonie, net)
    over = await leonie.get(CLAIM, headers=HTMX)
    assert (over.status_code, over.headers["HX-Redirect"]) == (204, "/companies/isarwerk-biologics/manage")
    page = await leonie.get(over.headers["HX-Redirect"], follow_redirects=True)
    assert "The company is yours to look after." in page.text


async def test_a_document_that_is_too_large_is_told_beside_the_field(net: Network, sign_in: SignIn) -> None:
    leonie = await sign_in(LEONIE)
    await start(leonie, "document", organisation_name="Isarwerk")
    large = {"document": ("extract.pdf", b"%PDF-1.7" + b"0" * 25_000_000, "application/pdf")}
    answer = await leonie.post(f"{CLAIM}/document", files=large)
    assert answer.status_code == 422
    assert faults(answer) == {"document": "This file has 25.1 MB; please keep it under 20 MB."}
    endless = {"document": ("extract.pdf", b"0" * MOST_SENT, "application/pdf")}
    answer = await leonie.post(f"{CLAIM}/document", files=endless)
    assert answer.status_code == 413
    assert f'href="{CLAIM}"' in answer.text.partition("<main")[2].partition("</main>")[0]
    assert await db.fetch_value("SELECT count(*) FROM stored_file") == 0
