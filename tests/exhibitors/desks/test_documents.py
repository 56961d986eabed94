"""Documents both ways and for everybody: who reads what, and when no more."""

import httpx
import pytest

from portal.accounts.tables import MemberRole, StaffRole
from portal.core import db
from portal.exhibitors.desks import jobs
from portal.exhibitors.desks.commands import files
from portal.exhibitors.desks.rules import Standing
from portal.exhibitors.tables.desk import TaskKind
from portal.exhibitors.tables.exhibiting import Right
from tests.directory.conftest import SignIn
from tests.exhibitors.desks.tasks import ask, judge, say, standing
from tests.factories import exhibitors
from tests.factories.exhibitors import Stand
from tests.media.made import pdf
from tests.queries import counting

PAPERS = "/staff/events/{}/exhibitors/documents"


async def staff(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)


async def member(sign_in: SignIn, stand: Stand, role: MemberRole = MemberRole.EDITOR) -> httpx.AsyncClient:
    slug = stand.exhibitor.company_slug
    return await sign_in(f"{role.value}@{slug}.example", stand.organisation_id, role)


async def give(
    judith: httpx.AsyncClient, stand: Stand, title: str = "Manual", pages: int = 1, **more: str
) -> httpx.Response:
    file = {"upload": (f"{title.lower()}-{pages}.pdf", pdf(pages), "application/pdf")}
    return await judith.post(PAPERS.format(stand.exhibitor.event_id), data={"title": title, **more}, files=file)


async def newest() -> tuple[int, str]:
    """The newest version's number in the database, and its stored file."""
    row = await db.fetch_one("SELECT id, file FROM exhibition_paper_version ORDER BY id DESC LIMIT 1")
    assert row is not None
    return row["id"], f"/media/{row['file']}/" + await db.fetch_value(
        "SELECT r.name FROM stored_rendition r JOIN stored_file f ON f.id = r.file WHERE f.key = $1", row["file"]
    )


async def test_a_document_is_read_version_by_version(sign_in: SignIn) -> None:
    stand, judith = await exhibitors.make(), await staff(sign_in)
    assert (await give(judith, stand)).status_code == 303
    version, address = await newest()
    leads, at = await member(sign_in, stand, MemberRole.LEADS), f"{stand.exhibitor.address}/documents"
    page = await leads.get(at)
    assert address in page.text
    assert (await leads.get(address)).status_code == 200
    assert (await leads.post(f"{at}/read/{version}")).status_code == 303
    assert "Read by Leonie Bachmair" in (await leads.get(at)).text
    listed = await judith.get(PAPERS.format(stand.exhibitor.event_id))
    assert "read by 1 of 1" in listed.text
    paper = await db.fetch_value("SELECT id FROM exhibition_paper")
    form = await judith.get(f"{PAPERS.format(stand.exhibitor.event_id)}/{paper}")
    seen = form.text.partition('name="seen" value="')[2].partition('"')[0]
    again = await judith.post(
        f"{PAPERS.format(stand.exhibitor.event_id)}/{paper}", data={"title": "Manual", "changes": "Halls", "seen": seen},
        files={"upload": ("manual-2.pdf", pdf(2), "application/pdf")},
    )  # fmt: skip
    assert again.status_code == 303
    page = await leads.get(at)
    assert "Version 2" in page.text
    assert "New in it: Halls" in page.text
    assert "Read by" not in page.text
    assert (await leads.post(f"{at}/read/{version}")).status_code == 404
    form = await judith.get(f"{PAPERS.format(stand.exhibitor.event_id)}/{paper}")
    assert "an older version only" in form.text
    assert (await leads.get(address)).status_code == 200


async def test_a_task_to_read_is_done_by_reading_and_opens_with_a_new_version(sign_in: SignIn) -> None:
    stand, judith = await exhibitors.make(), await staff(sign_in)
    await give(judith, stand)
    paper = await db.fetch_value("SELECT id FROM exhibition_paper")
    task = await ask(stand, "Read it", TaskKind.READ, paper=paper)
    editor = await member(sign_in, stand)
    version, _ = await newest()
    await editor.post(f"{stand.exhibitor.address}/documents/read/{version}")
    assert await standing(stand) == {"Read it": Standing.DONE}
    await db.execute(
        "INSERT INTO exhibition_paper_version (paper, number, file, changes, at, by) VALUES ($1, 2, 'x', '', now(), '')",
        paper,
    )
    assert await standing(stand) == {"Read it": Standing.OPEN}
    await say(stand, task, "")
    assert await standing(stand) == {"Read it": Standing.DONE}
    late = await exhibitors.make("Quellmark Media", event_id=stand.exhibitor.event_id)
    await judith.post(f"{PAPERS.format(stand.exhibitor.event_id)}/{paper}/removal")
    assert await standing(stand) == {"Read it": Standing.DONE}
    assert await standing(late) == {"Read it": Standing.OPEN}
    assert await db.fetch_value("SELECT paper FROM exhibitor_task") is None


async def test_documents_are_for_whom_they_are_for(sign_in: SignIn) -> None:
    stand, judith = await exhibitors.make(), await staff(sign_in)
    large = await exhibitors.make("Quellmark Media", event_id=stand.exhibitor.event_id, package="Large")
    without = await exhibitors.make(
        "Sonnhof AG", event_id=stand.exhibitor.event_id, package="Large", rights=[Right.PASSES]
    )
    package = await db.fetch_value("SELECT id FROM exhibition_package WHERE name = 'Large'")
    await db.execute("UPDATE exhibitor SET rights = '{documents}' WHERE id = $1", large.exhibitor.id)
    await db.execute("UPDATE exhibitor SET rights = '{passes}' WHERE id = $1", without.exhibitor.id)
    await give(judith, stand, packages=str(package))
    _, address = await newest()
    people = [await member(sign_in, one) for one in (stand, large, without)]
    assert [(await who.get(address)).status_code for who in (*people, judith)] == [404, 200, 404, 200]
    assert "Manual" not in (await people[0].get(f"{stand.exhibitor.address}/documents")).text
    await judith.post(
        f"{PAPERS.format(stand.exhibitor.event_id)}/{await db.fetch_value('SELECT id FROM exhibition_paper')}/removal"
    )
    assert (await people[1].get(address)).status_code == 404


async def test_what_staff_type_wrong_is_kept(sign_in: SignIn) -> None:
    stand, judith = await exhibitors.make(), await staff(sign_in)
    at = PAPERS.format(stand.exhibitor.event_id)
    nothing = await judith.post(at, data={"title": "Manual", "note": "Read me"})
    assert (nothing.status_code, 'id="f-upload-e"' in nothing.text, "Read me" in nothing.text) == (422, True, True)
    untitled = await judith.post(at, data={"title": ""}, files={"upload": ("a.pdf", pdf(1), "application/pdf")})
    assert (untitled.status_code, 'id="f-title-e"' in untitled.text) == (422, True)
    foreign = await give(judith, stand, packages="99")
    assert (foreign.status_code, 'id="f-packages-e"' in foreign.text) == (422, True)
    key = foreign.text.partition('name="file" value="')[2].partition('"')[0]
    kept = await judith.post(at, data={"title": "Manual", "file": key})
    assert kept.status_code == 303, "the file that came with the refused form is still there"
    paper = await db.fetch_value("SELECT id FROM exhibition_paper")
    overtaken = await judith.post(f"{at}/{paper}", data={"title": "Other", "seen": "old"})
    assert (overtaken.status_code, "Title is stored as “Manual”" in overtaken.text) == (409, True)
    assert [(await judith.get(f"{at}/{n}")).status_code for n in (paper + 1, 2**70)] == [404, 400]


async def test_brochures_are_private_until_they_are_shown(sign_in: SignIn, client: httpx.AsyncClient) -> None:
    stand = await exhibitors.make()
    editor, at = await member(sign_in, stand), f"{stand.exhibitor.address}/documents"
    file = {"upload": ("brochure.pdf", pdf(1), "application/pdf")}
    assert (await editor.post(at, data={"title": "Brochure"}, files=file)).status_code == 303
    row = await db.fetch_one("SELECT id, file FROM exhibitor_file")
    assert row is not None
    address = f"/media/{row['file']}/brochure.pdf"
    assert [(await who.get(address)).status_code for who in (client, editor)] == [404, 200]
    assert (await editor.post(f"{at}/{row['id']}/showing")).status_code == 303
    assert (await client.get(address)).status_code == 200
    assert (await editor.post(f"{at}/{row['id']}/hiding")).status_code == 303
    assert (await client.get(address)).status_code == 404
    await editor.post(f"{at}/{row['id']}/showing")
    await db.execute("UPDATE exhibitor SET rights = '{passes}'")
    await jobs.follow()
    assert [(await who.get(address)).status_code for who in (client, editor)] == [404, 404]
    await db.execute("UPDATE exhibitor SET rights = '{documents}'")
    await jobs.follow()
    assert (await client.get(address)).status_code == 200
    assert (await editor.post(f"{at}/{row['id']}/removal")).status_code == 303
    assert [(await who.get(address)).status_code for who in (client, editor)] == [404, 404]
    assert (await editor.post(f"{at}/{row['id']}/showing")).status_code == 404


@pytest.mark.parametrize(
    ("field", "data", "name"), [("title", {"title": ""}, "a.pdf"), ("upload", {"title": "A"}, "a.exe")]
)
async def test_a_brochure_that_is_none_is_refused(field: str, data: dict[str, str], name: str, sign_in: SignIn) -> None:
    stand = await exhibitors.make()
    editor, at = await member(sign_in, stand), f"{stand.exhibitor.address}/documents"
    refused = await editor.post(at, data=data, files={"upload": (name, pdf(1), "application/pdf")})
    assert (refused.status_code, f'id="f-{field}-e"' in refused.text) == (422, True)


async def test_a_file_is_kept_when_its_title_was_missing(sign_in: SignIn) -> None:
    stand = await exhibitors.make()
    editor, at = await member(sign_in, stand), f"{stand.exhibitor.address}/documents"
    refused = await editor.post(at, files={"upload": ("vials.pdf", pdf(1), "application/pdf")})
    assert (refused.status_code, "Chosen: vials.pdf" in refused.text) == (422, True)
    key = refused.text.partition('name="file" value="')[2].partition('"')[0]
    other = await sign_in("owner2@isarwerk.example", stand.organisation_id, MemberRole.OWNER)
    taken = await other.post(at, data={"title": "Mine", "file": key})
    assert (taken.status_code, "upload it again" in taken.text) == (422, True)
    assert (await editor.post(at, data={"title": "Vials", "file": key})).status_code == 303
    assert "vials.pdf" in (await editor.get(at)).text


async def test_who_left_the_company_reads_nothing_any_more(sign_in: SignIn) -> None:
    stand, judith = await exhibitors.make(), await staff(sign_in)
    await give(judith, stand)
    _, address = await newest()
    left = await member(sign_in, stand)
    assert (await left.get(address)).status_code == 200
    await db.execute("DELETE FROM membership WHERE account = (SELECT id FROM account WHERE email LIKE 'editor@%')")
    answers = [
        await left.get(one) for one in (address, f"{stand.exhibitor.address}/documents", stand.exhibitor.address)
    ]
    assert [one.status_code for one in answers] == [404] * 3


async def test_others_brochures_are_not_theirs_to_show(sign_in: SignIn) -> None:
    stand, other = await exhibitors.make(), await exhibitors.make("Quellmark Media")
    editor, rival = await member(sign_in, stand), await member(sign_in, other)
    at = f"{stand.exhibitor.address}/documents"
    await editor.post(at, data={"title": "A"}, files={"upload": ("a.pdf", pdf(1), "application/pdf")})
    file = await db.fetch_value("SELECT id FROM exhibitor_file")
    for act in ("showing", "hiding", "removal"):
        assert (await rival.post(f"{other.exhibitor.address}/documents/{file}/{act}")).status_code == 404


async def test_thirty_documents_take_as_many_queries_as_one(sign_in: SignIn) -> None:
    stand, judith = await exhibitors.make(), await staff(sign_in)
    editor, counts = await member(sign_in, stand), []
    for more in (1, 29):
        for number in range(more):
            await give(judith, stand, f"Manual {more} {number}")
        async with counting() as seen:
            page = await editor.get(f"{stand.exhibitor.address}/documents")
            listed = await judith.get(PAPERS.format(stand.exhibitor.event_id))
        assert (page.text.count("I have read it"), listed.text.count("read by 0 of 1")) == (len(counts) * 29 + 1,) * 2
        counts.append(len(seen))
    assert counts[0] == counts[1]


async def test_handing_in_again_and_again_fills_nothing_up(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_FILES", 3)
    stand, judith = await exhibitors.make(), await staff(sign_in)
    editor, task = await member(sign_in, stand), await ask(stand, "Drawing", TaskKind.UPLOAD)

    async def hand_in(pages: int) -> int:
        sent = {"upload": ("drawing.pdf", pdf(pages), "application/pdf")}
        return (await editor.post(f"{stand.exhibitor.address}/tasks/{task}", files=sent)).status_code

    assert [await hand_in(pages) for pages in range(1, 6)] == [303] * 5
    assert await db.fetch_value("SELECT count(*) FROM exhibitor_file") == 1
    assert (
        await db.fetch_value("SELECT count(*) FROM stored_file WHERE owner_kind = 'exhibitor' AND deleted_at IS NULL")
        == 1
    )
    await judge(stand, task, "With heights, please.")
    assert [await hand_in(pages) for pages in (6, 7)] == [303] * 2
    page = await editor.get(f"{stand.exhibitor.address}/documents")
    assert (page.text.count(">Replaced<"), page.text.count("With the organiser")) == (1, 1)
    assert (await judith.get(f"/staff/events/{stand.exhibitor.event_id}/exhibitors/tasks")).text.count(
        "Look at it"
    ) == 1
