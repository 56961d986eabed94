"""Pictures, brochures and certificates on a company's page: as many as its plan shows, and none that are private."""

import re
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.directory.commands import publishing
from portal.directory.tables.companies import TermKind
from portal.directory.values import ProfileDocument, ProfileFact, ProfilePicture
from portal.media.tables import Visibility
from portal.media.values import File, Owner
from tests.events.hearing import settled
from tests.factories import companies, plans
from tests.media import made

HERE = "/companies/isarwerk-biologics"


@pytest.fixture
async def stored(app: Litestar, client: httpx.AsyncClient) -> dict[str, File]:
    """A logo, two pictures, a brochure, a certificate and a private document; all of them in the profile."""
    company = await companies.make()
    media, owner = app.state.services.media, Owner("company", str(company))
    given: dict[str, Any] = {"owner": owner, "actor": PORTAL, "now": clock.now()}
    files = {
        "logo": await media.store_image(made.upload(made.saved(made.logo())), **given),
        "hall": await media.store_image(made.upload(made.saved(made.photo()), "hall.png"), **given),
        "line": await media.store_image(made.upload(made.saved(made.photo((900, 700))), "line.png"), **given),
        "brochure": await media.store_document(made.upload(made.pdf(2), "brochure.pdf"), **given),
        "certificate": await media.store_document(made.upload(made.pdf(1), "gmp.pdf"), **given),
        "secret": await media.store_document(
            made.upload(made.pdf(5), "deed.pdf"),
            **given | {"owner": Owner("claim", "1")},
            visibility=Visibility.PRIVATE,
        ),
    }
    certificate = (await companies.profile(facts=[("certificate:EU GMP", 3)])).facts[0]
    assert certificate.kind is TermKind.CERTIFICATE
    profile = await companies.profile(
        logo=files["logo"].key,
        gallery=(
            ProfilePicture(id="g1", file=files["hall"].key, alt="The hall"),
            ProfilePicture(id="g2", file=files["line"].key, alt="The line"),
        ),
        documents=(
            ProfileDocument(id="d1", title="Brochure", file=files["brochure"].key),
            ProfileDocument(id="d2", title="Deed", file=files["secret"].key),
        ),
        facts=[],
    )  # fmt: skip
    facts = (ProfileFact(id="e1", term=certificate.term, document=files["certificate"].key),)
    await publishing.publish(actor=PORTAL, company_id=company, profile=_with(profile, facts), now=clock.now())
    return files


def _with(profile: Any, facts: tuple[ProfileFact, ...]) -> Any:
    return msgspec.structs.replace(profile, facts=facts)


async def test_files_are_shown_as_the_plan_has_it_and_reached_through_counted_addresses(
    app: Litestar, client: httpx.AsyncClient, stored: dict[str, File]
) -> None:
    client.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:134.0) Gecko/20100101 Firefox/134.0"
    page = (await client.get(HERE)).text
    assert 'alt="Logo of Isarwerk Biologics GmbH"' in page
    assert ('alt="The hall"' in page, 'alt="The line"' in page) == (True, False)
    assert re.search(r"Brochure</a></h3><p class=\"xs\">PDF, 2 pages, \d+ kB", page)
    await plans.give(await db.fetch_value("SELECT id FROM company"))
    await settled(app)
    page = (await client.get(HERE)).text
    assert ('alt="The line"' in page, "Deed" in page) == (True, False)
    for what, name in (("document/d1", "brochure"), ("certificate/e1", "certificate")):
        answer = await client.get(f"{HERE}/go/{what}")
        assert (answer.status_code, answer.headers["location"]) == (302, stored[name].address)
        assert (await client.get(answer.headers["location"])).headers["content-type"] == "application/pdf"
    assert (await client.get(f"{HERE}/go/document/d2")).status_code == 404
    await app.state.services.audience.flush()
    assert await db.fetch_value("SELECT sum(times) FROM company_day WHERE kind = 'document' AND reason = ''") == 2
