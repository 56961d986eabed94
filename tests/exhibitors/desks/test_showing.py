"""What a company shows at an event: written at its desk, read by everybody."""

from datetime import date

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.directory.commands import publishing
from portal.directory.queries import companies as known
from portal.directory.values import ProfilePost, ProfileProduct
from tests.directory.conftest import SignIn
from tests.events.hearing import settled
from tests.factories import exhibitors
from tests.factories.exhibitors import Stand
from tests.queries import counting

SHOW = {
    "headline": "Vials without particles", "about": "Come and *see*.<script>alert(1)</script>", "languages": ["de", "en"],
    "host_name": "Anselm Oyelaran", "host_role": "Sales", "host_email": "anselm@isarwerk.example", "chosen": ["p2", "n1"],
}  # fmt: skip


async def desk(sign_in: SignIn) -> tuple[Stand, httpx.AsyncClient, str, str]:
    """A stand whose profile has two products and a piece of news, an editor, the desk's page and the public one."""
    stand = await exhibitors.make()
    company = await known.by_id(stand.exhibitor.company_id)
    assert company is not None
    products = tuple(ProfileProduct(id=f"p{n}", name=f"Line {n}", text="Fills.") for n in (1, 2))
    posts = (ProfilePost(id="n1", title="A new hall", text="It **stands**.", on=date(2026, 1, 5)),)
    profile = type(company.profile)(
        **{**{name: getattr(company.profile, name) for name in company.profile.__struct_fields__},
           "products": products, "posts": posts}
    )  # fmt: skip
    await publish(stand, profile)
    editor = await sign_in("editor@isarwerk.example", stand.organisation_id, MemberRole.EDITOR)
    here = stand.exhibitor
    return stand, editor, f"{here.address}/profile", f"/events/{here.event_slug}/exhibitors/{here.company_slug}"


async def publish(stand: Stand, profile: object) -> None:
    await publishing.publish(actor=PORTAL, company_id=stand.exhibitor.company_id, profile=profile, now=clock.now())  # type: ignore[arg-type]


async def visit(client: httpx.AsyncClient, address: str) -> httpx.Response:
    """The page once the portal has heard what has changed: it is kept."""
    transport = client._transport
    assert isinstance(transport, httpx.ASGITransport)
    await settled(transport.app)  # type: ignore[arg-type]
    return await client.get(address)


def seen_in(page: httpx.Response) -> str:
    return page.text.partition('name="seen" value="')[2].partition('"')[0]


def content_of(page: httpx.Response) -> str:
    """What is on the page below its breadcrumbs."""
    return page.text.partition('<nav class="crumbs"')[2].partition("</main>")[0].replace("> ", ">")


async def test_what_is_written_stands_on_the_page(sign_in: SignIn, client: httpx.AsyncClient) -> None:
    _, editor, at, public = await desk(sign_in)
    before = await visit(client, public)
    assert "has not written yet" in before.text
    form = await editor.get(at)
    assert "Line 1" in form.text
    saved = await editor.post(at, data={**SHOW, "seen": seen_in(form)})
    assert saved.status_code == 303, saved.text
    page = await visit(client, public)
    assert page.headers["cache-control"] == "public, no-cache"
    for told in ("Vials without particles", "Come and <em>see</em>.", "English, German", "Anselm Oyelaran",
                 "mailto:anselm@isarwerk.example", "Line 2", "A new hall", "It <strong>stands</strong>."):  # fmt: skip
        assert told in page.text
    assert "Line 1" not in page.text
    assert "alert(1)" not in page.text
    again = await editor.get(at)
    assert 'value="p2" checked' in again.text
    assert 'value="p1" checked' not in again.text
    preview = await editor.get(f"{at}/preview")
    assert "A preview" in preview.text
    assert content_of(preview) == content_of(page)
    assert preview.headers["cache-control"] == "private, no-store"


async def test_what_is_new_here_stands_here_alone(sign_in: SignIn, client: httpx.AsyncClient) -> None:
    stand, editor, at, public = await desk(sign_in)
    item = {"kind": "product", "title": "A freeze dryer", "text": "Smaller.", "url": "https://isarwerk.example/dryer"}
    assert (await editor.post(f"{at}/items", data=item)).status_code == 303
    number = await db.fetch_value("SELECT id FROM exhibitor_item")
    page = await visit(client, public)
    assert 'href="https://isarwerk.example/dryer" rel="nofollow noopener">A freeze dryer</a>' in page.text
    assert "New at this event" in page.text
    assert "A freeze dryer" not in (await client.get(f"/companies/{stand.exhibitor.company_slug}")).text
    form = await editor.get(f"{at}/items/{number}")
    assert "Smaller.</textarea>" in form.text
    await editor.post(f"{at}/items/{number}", data={**item, "kind": "post", "title": "We built a dryer"})
    assert "We built a dryer" in (await visit(client, public)).text
    # Choosing anew among the profile's items leaves the new ones alone.
    await editor.post(at, data={**SHOW, "seen": seen_in(await editor.get(at))})
    assert "We built a dryer" in (await visit(client, public)).text
    assert (await editor.post(f"{at}/items/{number}/removal")).status_code == 303
    assert "We built a dryer" not in (await visit(client, public)).text
    assert (await editor.post(f"{at}/items/{number}/removal")).status_code == 404


async def test_colleagues_do_not_write_over_each_other(sign_in: SignIn) -> None:
    _, editor, at, _ = await desk(sign_in)
    seen = seen_in(await editor.get(at))
    await editor.post(at, data={**SHOW, "seen": seen})
    late = await editor.post(at, data={**SHOW, "headline": "Mine", "seen": seen})
    assert late.status_code == 409
    assert "Headline is stored as “Vials without particles”" in late.text
    assert 'value="Mine"' in late.text
    assert (await editor.post(at, data={**SHOW, "headline": "Mine", "seen": seen_in(late)})).status_code == 303


@pytest.mark.parametrize(
    ("field", "changed"),
    [("headline", {"headline": "x" * 201}), ("about", {"about": "x" * 8001}), ("host_email", {"host_email": "anselm"}),
     ("host_name", {"host_name": "see https://a.example"})],
)  # fmt: skip
async def test_what_is_wrong_stands_beside_its_field(field: str, changed: dict[str, str], sign_in: SignIn) -> None:
    _, editor, at, _ = await desk(sign_in)
    refused = await editor.post(at, data={**SHOW, **changed})
    assert (refused.status_code, f'id="f-{field}-e"' in refused.text) == (422, True)
    assert 'value="Sales"' in refused.text
    assert 'value="p2" checked' in refused.text


@pytest.mark.parametrize(
    ("field", "changed"), [("title", {"title": ""}), ("url", {"url": "javascript:alert(1)"}), ("kind", {"kind": "x"})]
)
async def test_an_item_that_cannot_be_is_refused(field: str, changed: dict[str, str], sign_in: SignIn) -> None:
    _, editor, at, _ = await desk(sign_in)
    refused = await editor.post(f"{at}/items", data={"kind": "post", "title": "A", "text": "Long words", **changed})
    assert (refused.status_code, f'href="#f-{field}"' in refused.text) == (422, True)
    assert "Long words</textarea>" in refused.text


async def test_the_page_is_there_while_the_company_takes_part(sign_in: SignIn, client: httpx.AsyncClient) -> None:
    stand, editor, at, public = await desk(sign_in)
    assert (await visit(client, public)).status_code == 200
    assert (await visit(client, public + "-x")).status_code == 404
    for state in ("cancelled", "applied"):
        await db.execute("UPDATE exhibitor SET state = $1", state)
        assert (await visit(client, public)).status_code == 404
    await db.execute("UPDATE exhibitor SET state = 'accepted'")
    for hidden, words in (("company SET state = 'hidden'", "directory"), ("event SET state = 'draft'", "draft")):
        await db.execute(f"UPDATE {hidden}")
        assert (await visit(client, public)).status_code == 404
        assert f'href="{public}"' not in (await editor.get(at)).text
        assert words in (await editor.get(at)).text
        preview = await editor.get(f"{at}/preview")
        assert (preview.status_code, "announced" in preview.text) == (200, words == "draft")
        assert stand.exhibitor.company_name in preview.text


async def test_others_items_are_not_theirs(sign_in: SignIn) -> None:
    _, editor, at, _ = await desk(sign_in)
    await editor.post(f"{at}/items", data={"kind": "post", "title": "A"})
    number = await db.fetch_value("SELECT id FROM exhibitor_item")
    other = await exhibitors.make("Quellmark Media")
    rival = await sign_in("rival@quellmark.example", other.organisation_id, MemberRole.EDITOR)
    theirs = f"{other.exhibitor.address}/profile/items/{number}"
    for method, tail in (("GET", ""), ("POST", ""), ("POST", "/removal")):
        assert (await rival.request(method, theirs + tail, data={"kind": "post", "title": "B"})).status_code == 404


async def test_thirty_things_take_as_many_queries_as_one(sign_in: SignIn, client: httpx.AsyncClient) -> None:
    _, editor, at, public = await desk(sign_in)
    counts = []
    for more in (1, 29):
        for number in range(more):
            await editor.post(f"{at}/items", data={"kind": "product", "title": f"Dryer {more} {number}"})
        async with counting() as seen:
            page, form = await visit(client, public), await editor.get(at)
        assert (page.text.count("<h3>Dryer"), form.text.count("<strong>Dryer")) == (len(counts) * 29 + 1,) * 2
        counts.append(len(seen))
    assert counts[0] == counts[1]
