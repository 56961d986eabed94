"""A company finds what exhibiting is like, applies, and takes it back; mails say each step."""

import httpx
import pytest
from litestar import Litestar

from portal import worker
from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.exhibitors.commands.deciding import accept, cancel_exhibitor, decline
from portal.exhibitors.commands.offering import Terms, set_up
from portal.exhibitors.queries import desks
from portal.exhibitors.tables.exhibiting import ExhibitorState
from tests.accounts.conftest import newest_code
from tests.directory.conftest import SignIn
from tests.events.hearing import settled
from tests.factories import companies, events, exhibitors
from tests.factories.exhibitors import Stand
from tests.paying import text_of

FORM = {
    "package": "standard",
    "contact_name": "Anselm Oyelaran",
    "contact_email": "anselm@isarwerk.example",
    "wishes": "Water",
}


async def new_event(stand: Stand) -> tuple[int, str]:
    """Another event with an offer, at which the company of `stand` is nothing yet."""
    event_id = await events.make("Cell Days")
    await exhibitors.make("Other AG", event_id=event_id)
    return event_id, str(await db.fetch_value("SELECT slug FROM event WHERE id = $1", event_id))


async def test_everybody_reads_the_offer_and_the_event_leads_there(app: Litestar, client: httpx.AsyncClient) -> None:
    stand = await exhibitors.make(price=190000)
    slug = stand.exhibitor.event_slug
    await settled(app)
    assert f'href="/events/{slug}/exhibit"' in (await client.get(f"/events/{slug}")).text
    page = await client.get(f"/events/{slug}/exhibit")
    assert f"/account/sign-in?next=/events/{slug}/exhibit" in page.text
    assert "€1,900" in page.text
    await set_up(
        actor=PORTAL, event_id=stand.exhibitor.event_id, terms=Terms(currency="EUR", open=False), now=clock.now()
    )
    await settled(app)
    assert f'href="/events/{slug}/exhibit"' not in (await client.get(f"/events/{slug}")).text
    closed = await client.get(f"/events/{slug}/exhibit")
    assert ("No applications now" in closed.text, 'id="apply"' in closed.text) == (True, False)
    await events.make("Nothing Here")
    assert (await client.get("/events/nothing-here/exhibit")).status_code == 404


async def test_who_claims_a_company_first_comes_back_to_the_application(sign_in: SignIn) -> None:
    slug = (await exhibitors.make("Other AG")).exhibitor.event_slug
    await companies.make(website="https://isarwerk.example")
    leonie = await sign_in("leonie@example.org")
    assert "No company is in your care yet" in (await leonie.get(f"/events/{slug}/exhibit")).text
    typed = {"way": "code", "email": "leonie@isarwerk.example", "organisation_name": "Isarwerk", "plan": ""}
    await leonie.post("/companies/isarwerk-biologics/claim", data=typed)
    proved = await leonie.post("/account/claims/code", data={"code": await newest_code("leonie@isarwerk.example")})
    assert proved.headers["location"] == f"/events/{slug}/exhibit"
    assert "Isarwerk Biologics GmbH" in text_of(await leonie.get(f"/events/{slug}/exhibit"))


async def test_applying_and_taking_it_back(sign_in: SignIn) -> None:
    stand = await exhibitors.make()
    _, slug = await new_event(stand)
    here = f"/events/{slug}/exhibit"
    editor = await sign_in("editor@isarwerk.example", stand.organisation_id, MemberRole.EDITOR)
    sent = await editor.post(here, data={**FORM, "company": str(stand.exhibitor.company_id)})
    assert (sent.status_code, sent.headers["location"]) == (303, here)
    found = await desks.at_event(stand.exhibitor.company_slug, slug)
    assert found is not None
    assert found.state is ExhibitorState.APPLIED
    page = await editor.get(here)
    assert "To be decided" in page.text
    stranger = await sign_in("someone@elsewhere.example")
    taken = await stranger.post(f"{here}/withdrawal", data={"exhibitor": str(found.id)})
    assert taken.status_code == 404
    reader = await sign_in("leads@isarwerk.example", stand.organisation_id, MemberRole.LEADS)
    assert (await reader.post(f"{here}/withdrawal", data={"exhibitor": str(found.id)})).status_code == 403
    back = await editor.post(f"{here}/withdrawal", data={"exhibitor": str(found.id)})
    assert back.status_code == 303
    again = await editor.post(here, data={**FORM, "company": str(stand.exhibitor.company_id)})
    assert again.status_code == 303


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("company", ""),
        ("company", "77"),
        ("package", "platinum"),
        ("contact_name", "www.example.com/x"),
        ("contact_email", "a"),
    ],
)
async def test_an_application_that_cannot_be(sign_in: SignIn, field: str, typed: str) -> None:
    stand = await exhibitors.make()
    _, slug = await new_event(stand)
    owner = await sign_in(stand.owner.email, stand.organisation_id)
    answer = await owner.post(
        f"/events/{slug}/exhibit", data={**FORM, "company": str(stand.exhibitor.company_id), field: typed}
    )
    assert answer.status_code == 422
    assert f'id="f-{field}-e"' in answer.text
    assert ">\nWater</textarea>" in answer.text


async def test_terms_are_accepted_first(sign_in: SignIn) -> None:
    stand = await exhibitors.make()
    event_id, slug = await new_event(stand)
    terms = Terms(currency="EUR", terms_url="https://sterileline.example/exhibitors")
    await set_up(actor=PORTAL, event_id=event_id, terms=terms, now=clock.now())
    owner = await sign_in(stand.owner.email, stand.organisation_id)
    given = {**FORM, "company": str(stand.exhibitor.company_id)}
    refused = await owner.post(f"/events/{slug}/exhibit", data=given)
    assert (refused.status_code, 'id="f-terms-e"' in refused.text) == (422, True)
    assert (await owner.post(f"/events/{slug}/exhibit", data={**given, "terms": terms.terms_url})).status_code == 303


async def test_who_has_no_company_is_led_to_one(sign_in: SignIn, client: httpx.AsyncClient) -> None:
    stand = await exhibitors.make()
    here = f"/events/{stand.exhibitor.event_slug}/exhibit"
    nobody = await sign_in("someone@elsewhere.example")
    assert 'href="/companies/claim"' in (await nobody.get(here)).text
    reader = await sign_in("leads@isarwerk.example", stand.organisation_id, MemberRole.LEADS)
    refused = await reader.post(here, data={**FORM, "company": str(stand.exhibitor.company_id)})
    assert (refused.status_code, "Only owners and editors of a company apply for it." in refused.text) == (422, True)
    assert (await client.post(here, data=FORM)).headers["location"].startswith("/account/sign-in")


async def test_each_step_is_told(app: Litestar, client: httpx.AsyncClient) -> None:
    async def told() -> list[tuple[str, str]]:
        await worker.drain(app.state.services)
        rows = await db.fetch("SELECT recipient, subject FROM mail ORDER BY id")
        await db.execute("DELETE FROM mail")
        return [tuple(row) for row in rows]

    stand = await exhibitors.make(accepted=False)
    await db.execute("UPDATE exhibitor SET contact_email = 'anselm@isarwerk.example'")
    owner, contact = stand.owner.email, "anselm@isarwerk.example"
    name, event = "Isarwerk Biologics GmbH", "Fill & Finish Forum"
    assert await told() == [
        (contact, f"Your application to exhibit: {event}"),
        (owner, f"Your application to exhibit: {event}"),
        ("desk@sterileline.example", f"{name} asks to exhibit: {event}"),
    ]
    await accept(actor=PORTAL, exhibitor_id=stand.exhibitor.id, note="Hall B.", now=clock.now())
    assert await told() == [(contact, f"{name} exhibits at {event}"), (owner, f"{name} exhibits at {event}")]
    await cancel_exhibitor(actor=PORTAL, exhibitor_id=stand.exhibitor.id, note="Closed.", now=clock.now())
    assert await told() == [(who, f"{name} no longer exhibits at {event}") for who in (contact, owner)]
    again = await exhibitors.make("Other AG", event_id=stand.exhibitor.event_id, accepted=False)
    await db.execute("DELETE FROM pgqueuer")
    await decline(actor=PORTAL, exhibitor_id=again.exhibitor.id, note="Full.", now=clock.now())
    assert [who for who, _ in await told()] == [again.owner.email]


async def test_the_mail_says_what_the_organiser_wrote(app: Litestar, client: httpx.AsyncClient) -> None:
    stand = await exhibitors.make(accepted=False)
    await accept(actor=PORTAL, exhibitor_id=stand.exhibitor.id, note="Come by gate 3.", now=clock.now())
    await worker.drain(app.state.services)
    # The application was decided before its own mail went out: that one would say what no longer holds.
    (text,) = [row["text"] for row in await db.fetch("SELECT text FROM mail WHERE recipient = $1", stand.owner.email)]
    assert "The organiser writes: Come by gate 3." in text
    assert f"http://localhost:8000{stand.exhibitor.address}" in text


async def test_the_page_says_where_each_company_stands(sign_in: SignIn) -> None:
    stand = await exhibitors.make()
    owner = await sign_in(stand.owner.email, stand.organisation_id)
    page = await owner.get(f"/events/{stand.exhibitor.event_slug}/exhibit")
    assert "Exhibits" in text_of(page)
    assert f'href="{stand.exhibitor.address}"' in page.text
    assert "All companies in your care have applied" in page.text
