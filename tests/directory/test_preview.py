"""What the preview of a draft leads to: it opens for those who may see the draft, under any plan, and for nobody else."""

import re

import httpx
import pytest
from litestar import Litestar

from portal.accounts.tables import MemberRole, StaffRole
from portal.core import db
from tests.directory.conftest import SignIn, organisation
from tests.directory.forms import Editor, draft, published, words
from tests.factories import companies, plans
from tests.media import made

HERE = "/companies/isarwerk-biologics"
PREVIEW = f"{HERE}/preview"


@pytest.fixture
async def editor(database: str, sign_in: SignIn) -> Editor:
    """Somebody whose draft has, besides what is published, two documents, a certificate, a video, and a contact."""
    owner = await organisation()
    company = await companies.make(owner=owner, website="https://isarwerk.example", facts=[("certificate:EU GMP", 3)])
    await plans.give(company)
    made_ = Editor(await sign_in("editor@isarwerk.example", owner, MemberRole.EDITOR), f"{HERE}/manage/profile")
    basics = {
        "website": "https://new.isarwerk.example",
        "action_label": "Book",
        "action_url": "https://book.example/us",
    }
    await made_.save("basics", {**(await made_.form("basics")), **basics})
    for title in ("Prices", "Terms"):
        await _save(made_, "documents/items", "documents/new", {"title": title}, f"{title.lower()}.pdf", "file")
    [fact] = (await published()).facts
    await _save(made_, f"certificates/items/{fact.id}", f"certificates/items/{fact.id}", {}, "gmp.pdf", "document")
    for path, typed in (
        ("videos", {"title": "The line", "url": "https://youtu.be/dQw4w9WgXcQ"}),
        ("products", {"name": "Vial 2R", "url": "https://shop.example/2r"}),
        ("contacts", {"name": "Milan Novák", "email": "milan@isarwerk.example", "phone": "+49 89 1234567"}),
    ):
        assert (await made_.save(f"{path}/items", {**(await made_.form(f"{path}/new")), **typed})).status_code == 303
    return made_


async def _save(editor: Editor, to: str, at: str, typed: dict[str, str], name: str, field: str) -> None:
    sent = {f"{field}_upload": (name, made.pdf(1), "application/pdf")}
    answer = await editor.browser.post(f"{editor.at}/{to}", data={**(await editor.form(at)), **typed}, files=sent)
    assert answer.status_code == 303, words(answer.text)


async def links(editor: Editor, plan: str = "premium") -> tuple[list[str], list[str]]:
    """Where the preview under a plan leads to, and what its buttons ask."""
    page = (await editor.browser.get(f"{PREVIEW}?plan={plan}")).text
    return (
        list(dict.fromkeys(re.findall(rf'href="({HERE}[^"]*/go/[^"]+)"', page))),
        re.findall(r'<form class="reveal" method="post" action="([^"]+)"', page),
    )


async def test_what_only_the_draft_has_opens_for_who_may_see_it(app: Litestar, editor: Editor) -> None:
    found, asked = await links(editor)
    assert {link.removeprefix(f"{PREVIEW}/go/").partition("/")[0] for link in found} == {
        "website", "action", "document", "certificate", "video", "product",
    }  # fmt: skip
    assert len(found) == 7
    for link in found:
        answer = await editor.browser.get(link)
        assert (answer.status_code, answer.headers["cache-control"]) == (302, "no-store"), link
        where = answer.headers["location"]
        if where.startswith("/media/"):
            assert (await editor.browser.get(where)).headers["content-type"] == "application/pdf"
        else:
            assert where in {
                "https://new.isarwerk.example", "https://book.example/us", "https://youtu.be/dQw4w9WgXcQ",
                "https://shop.example/2r",
            }  # fmt: skip
    said = [words((await editor.browser.post(button)).text) for button in asked]
    assert ["milan@isarwerk.example" in said[0], "+49 89 1234567" in said[1]] == [True, True]
    assert f'href="{PREVIEW}#contact"' in (await editor.browser.post(asked[0])).text
    # Nobody asked for anything: nothing is counted, and an address of a form leads back to the preview.
    await app.state.services.audience.flush()
    assert await db.fetch_value("SELECT count(*) FROM company_day") == 0
    assert (await editor.browser.get(asked[0])).headers["location"] == PREVIEW


async def test_pictures_of_the_draft_are_seen_by_who_may_see_it(
    client: httpx.AsyncClient, editor: Editor, sign_in: SignIn
) -> None:
    sent = {"file_upload": ("hall.png", made.saved(made.photo()), "image/png")}
    form = {**(await editor.form("pictures/new")), "alt": "The hall"}
    assert (await editor.browser.post(f"{editor.at}/pictures/items", data=form, files=sent)).status_code == 303
    page = (await editor.browser.get(PREVIEW)).text
    gallery = page.partition('class="gallery"')[2].partition("</ul>")[0]
    seen = re.findall(r'(?:href|src)="(/media/[^"]+)"', gallery)
    assert len(seen) == 2
    leads = await sign_in(
        "leads@isarwerk.example", await db.fetch_value("SELECT organisation FROM company"), MemberRole.LEADS
    )
    for who, status in (
        (editor.browser, 200),
        (leads, 404),
        (await sign_in("boss@halden.example"), 404),
        (client, 404),
    ):
        assert [(await who.get(address)).status_code for address in seen] == [status, status]


async def test_what_a_plan_does_not_show_is_not_led_to(editor: Editor) -> None:
    """The free plan shows one document and no film; whoever has kept a link of a larger plan’s preview may still follow it."""
    assert len((await links(editor, "free"))[0]) == 4
    found, _ = await links(editor)
    assert {(await editor.browser.get(link)).status_code for link in found} == {302}


async def test_nobody_else_gets_there(client: httpx.AsyncClient, editor: Editor, sign_in: SignIn) -> None:
    found, asked = await links(editor)
    owner = await db.fetch_value("SELECT organisation FROM company")
    other = await organisation("boss@halden.example", "Halden AS")
    await companies.make("Halden AS", owner=other)
    draft_ = await draft()
    assert draft_ is not None
    files = [
        f"/media/{row['key']}/{row['name']}" for row in await db.fetch("SELECT key, name FROM stored_file ORDER BY id")
    ]
    assert len(files) == 3
    for status, who in (
        (403, await sign_in("leads@isarwerk.example", owner, MemberRole.LEADS)),
        (404, await sign_in("boss@halden.example", other)),
        (404, await sign_in("door@sterileline.example", staff=StaffRole.DOOR)),
        (404, await sign_in("stranger@elsewhere.example")),
    ):
        assert {(await who.get(link)).status_code for link in (PREVIEW, *found)} == {status}
        assert {(await who.post(button)).status_code for button in asked} == {status}
        assert {(await who.get(file)).status_code for file in files} == {404}
    for link in (PREVIEW, *found):
        assert (await client.get(link)).headers["location"].startswith("/account/sign-in?")
    # Another company’s preview does not lead to them either.
    boss = await sign_in("boss@halden.example")
    for link in found:
        assert (await boss.get(link.replace("isarwerk-biologics", "halden"))).status_code == 404
    # The publisher’s editors see drafts. Visitors are led to nothing of it by the public addresses.
    press = await sign_in("judith@sterileline.example", staff=StaffRole.EDITOR)
    assert {(await press.get(link)).status_code for link in found} == {302}
    public = [(await client.get(link.replace("/preview/", "/"))) for link in found]
    assert [one.headers["location"] for one in public if one.status_code == 302] == ["https://isarwerk.example"]


@pytest.mark.parametrize(
    "path", ["go/nothing", "go/document/none", "go/video/../x", "go/certificate/0", "go/document/%00"]
)
async def test_what_is_not_there_leads_nowhere(editor: Editor, path: str) -> None:
    assert (await editor.browser.get(f"{PREVIEW}/{path}")).status_code in (400, 404)
    for button in ("contacts/none/email", "contacts/company/fax", "contacts/company/phone"):
        assert (await editor.browser.post(f"{PREVIEW}/{button}")).status_code == 404


async def test_a_file_that_is_not_the_company_s_is_not_led_to(editor: Editor) -> None:
    [first, _] = [link for link in (await links(editor))[0] if "/document/" in link]
    await db.execute("UPDATE stored_file SET owner_kind = 'claim', owner_key = '1'")
    assert (await editor.browser.get(first)).status_code == 404
