"""Files of profiles: private until they are published, gone when nothing names them, so many and no more."""

import re

import httpx
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.core.settings import current
from portal.directory.commands import filing_limits
from portal.directory.commands.merging import merge_companies, undo_merge
from portal.media.commands import sweep
from tests.directory.conftest import SignIn, organisation
from tests.directory.forms import Editor, draft, open_form, published, words
from tests.factories import companies, plans
from tests.media import made


@pytest.fixture
async def company(database: str) -> int:
    made_ = await companies.make(owner=await organisation())
    await plans.give(made_)
    return made_


@pytest.fixture
async def editor(company: int, sign_in: SignIn) -> Editor:
    owner = await db.fetch_value("SELECT organisation FROM company")
    browser = await sign_in("owner@isarwerk.example", owner, MemberRole.OWNER)
    return Editor(browser, f"/companies/{await db.fetch_value('SELECT slug FROM company')}/manage/profile")


async def hand_in(
    editor: Editor, title: str = "Prices", pages: int = 1, name: str = "prices.pdf", at: str = "documents/new"
) -> httpx.Response:
    form = await editor.form(at)
    path = "documents/items" if at == "documents/new" else at
    file = {"file_upload": (name, made.pdf(pages), "application/pdf")}
    return await editor.browser.post(f"{editor.at}/{path}", data={**form, "title": title}, files=file)


async def address(name: str = "prices.pdf") -> str:
    key = await db.fetch_value("SELECT key FROM stored_file WHERE name = $1 ORDER BY id DESC LIMIT 1", name)
    return f"/media/{key}/{name}"


async def test_a_file_is_private_until_it_is_published_and_when_a_revision_replaced_it(
    client: httpx.AsyncClient, editor: Editor, sign_in: SignIn
) -> None:
    assert (await hand_in(editor)).status_code == 303
    where, stranger = await address(), await sign_in("stranger@elsewhere.example")
    preview = re.sub("manage/profile$", "preview", editor.at)
    assert "Prices</a>" in (await editor.browser.get(preview)).text
    assert [(await who.get(where)).status_code for who in (client, stranger, editor.browser)] == [404, 404, 200]
    assert (await editor.publish()).status_code == 303
    assert (await client.get(where)).status_code == 200
    [document] = (await published()).documents
    await hand_in(editor, pages=2, name="new.pdf", at=f"documents/items/{document.id}")
    new = await address("new.pdf")
    assert [(await client.get(one)).status_code for one in (where, new)] == [200, 404]
    await editor.publish()
    assert [(await client.get(one)).status_code for one in (where, new)] == [404, 200]
    assert (await editor.browser.get(where)).status_code == 200, "the history still shows it"


async def test_a_discarded_draft_takes_its_files_along_and_no_published_ones(
    client: httpx.AsyncClient, editor: Editor
) -> None:
    await hand_in(editor, name="kept.pdf")
    await editor.publish()
    await hand_in(editor)
    seen = open_form((await editor.get()).text, "discard")["seen"]
    assert (await editor.save("discard", {"seen": seen})).status_code == 303
    assert (await editor.browser.get(await address())).status_code == 404
    assert (await client.get(await address("kept.pdf"))).status_code == 200
    assert await db.fetch_value("SELECT deleted_at IS NOT NULL FROM stored_file WHERE name = 'prices.pdf'")


async def test_a_file_replaced_in_the_draft_is_let_go(editor: Editor) -> None:
    await hand_in(editor)
    kept = await draft()
    assert kept is not None
    await hand_in(editor, pages=2, name="new.pdf", at=f"documents/items/{kept.documents[0].id}")
    rows = await db.fetch("SELECT name FROM stored_file WHERE deleted_at IS NULL")
    assert [row["name"] for row in rows] == ["new.pdf"]


async def test_of_a_refused_form_nothing_stays(client: httpx.AsyncClient, editor: Editor) -> None:
    for pages in (1, 2, 3):
        assert (await hand_in(editor, title="", pages=pages)).status_code == 422
    assert await db.fetch_value("SELECT count(*) FROM stored_file WHERE owner_key <> ''") == 0
    assert (await client.get(await address())).status_code == 404
    await db.execute("UPDATE stored_file SET created_at = created_at - interval '25 hours'")
    await sweep(now=clock.now())
    assert await db.fetch_value("SELECT count(*) FROM stored_file") == 0


async def test_nobody_takes_what_somebody_else_has_just_uploaded(editor: Editor, sign_in: SignIn) -> None:
    await hand_in(editor, title="")
    key = await db.fetch_value("SELECT key FROM stored_file")
    await companies.make("Halden AS", owner=await organisation("hanne@halden.example", "Halden AS"))
    slug = await db.fetch_value("SELECT slug FROM company ORDER BY id DESC LIMIT 1")
    theirs = await db.fetch_value("SELECT organisation FROM company ORDER BY id DESC LIMIT 1")
    hanne = Editor(await sign_in("hanne@halden.example", theirs, MemberRole.OWNER), f"/companies/{slug}/manage/profile")
    answer = await hanne.save("documents/items", {**await hanne.form("documents/new"), "title": "Mine", "file": key})
    assert (answer.status_code, "not there any more" in answer.text) == (422, True)


async def test_files_a_day_and_bytes_in_all_are_limited(editor: Editor) -> None:
    assert (await hand_in(editor)).status_code == 303
    await db.execute("UPDATE stored_file SET bytes = $1", current().company_files_mb * 1_000_000 - 1)
    full = await hand_in(editor, title="Kept", pages=2)
    assert (
        full.status_code,
        "fill the 500 MB" in full.text,
        'value="Kept"' in full.text,
    ) == (422, True, True)
    await db.execute("UPDATE stored_file SET bytes = 1000")
    await db.execute("UPDATE rate_limit SET tries = $1 WHERE key LIKE 'files-company:%'", filing_limits.COMPANY.tries)
    often = await hand_in(editor, title="Kept", pages=2)
    assert (often.status_code, "Too many tries." in words(often.text), 'value="Kept"' in often.text) == (
        429,
        True,
        True,
    )
    assert await db.fetch_value("SELECT count(*) FROM stored_file") == 1


async def test_files_go_over_with_a_merge_and_come_back_when_it_is_undone(
    app: Litestar, client: httpx.AsyncClient, company: int, editor: Editor, sign_in: SignIn
) -> None:
    theirs = await organisation("x@y.example", "Y")
    other = await companies.make("Isarwerk Lyo", owner=theirs)
    slug = await db.fetch_value("SELECT slug FROM company WHERE id = $1", other)
    there = Editor(await sign_in("x@y.example", theirs, MemberRole.OWNER), f"/companies/{slug}/manage/profile")
    await hand_in(there)
    await there.publish()
    await there.browser.post(f"/companies/{slug}/manage/members/surrender")
    merge = await merge_companies(actor=PORTAL, kept_id=company, merged_id=other, now=clock.now())
    [document] = (await published()).documents
    form = await editor.form(f"documents/items/{document.id}")
    answer = await editor.save(f"documents/items/{document.id}", {**form, "title": "Price list"})
    assert answer.status_code == 303, words(answer.text)[:500]
    assert (await client.get(await address())).status_code == 200
    await undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
    assert await db.fetch_value("SELECT owner_key FROM stored_file") == str(other)
    assert (await client.get(await address())).status_code == 200


async def test_a_claim_takes_one_document_and_an_account_a_few_a_day(database: str, sign_in: SignIn) -> None:
    await companies.make("Tessin Lyo SA")
    stranger = await sign_in("stranger@example.org")
    here = f"/companies/{await db.fetch_value('SELECT slug FROM company')}/claim"

    async def send(pages: int) -> int:
        pdf = {"document": (f"{pages}.pdf", made.pdf(pages), "application/pdf")}
        return (await stranger.post(f"{here}/document", files=pdf)).status_code

    for _ in range(2):
        await stranger.post(here, data={"way": "document", "organisation_name": "X AG"})
        assert (await send(1), await send(2), await send(3)) == (303, 409, 409)
        await stranger.post(f"{here}/withdrawal")
    assert await db.fetch_value("SELECT count(*) FROM stored_file") == 2
    await stranger.post(here, data={"way": "document", "organisation_name": "X AG"})
    await db.execute(
        "UPDATE rate_limit SET tries = $1 WHERE key LIKE 'claim-documents:%'", filing_limits.DOCUMENTS.tries
    )
    assert await send(4) == 429
    assert await db.fetch_value("SELECT count(*) FROM stored_file") == 2
