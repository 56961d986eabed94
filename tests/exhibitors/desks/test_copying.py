"""What a company showed at another event is shown again, and nothing is written over."""

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.exhibitors.commands.applying import apply_to_exhibit
from portal.exhibitors.commands.deciding import accept
from portal.exhibitors.desks.commands import files
from portal.exhibitors.desks.queries import showing
from portal.exhibitors.queries import desks
from portal.exhibitors.values import AtEvent
from tests.directory.conftest import SignIn
from tests.exhibitors.desks.test_showing import SHOW, desk, seen_in
from tests.factories import events, exhibitors
from tests.factories.exhibitors import Stand
from tests.media.made import pdf


async def again(stand: Stand) -> AtEvent:
    """The same company at a later event."""
    other = await exhibitors.make("Quellmark Media", event_id=await events.make("Lyo Days", days=400))
    made = await apply_to_exhibit(
        actor=stand.owner, event_id=other.exhibitor.event_id, package="standard", company_id=stand.exhibitor.company_id,
        contact_name="", contact_email="", wishes="", now=clock.now(),
    )  # fmt: skip
    await accept(actor=PORTAL, exhibitor_id=made, note="", now=clock.now())
    found = await desks.by_id(made)
    assert found is not None
    return found


async def test_what_was_shown_is_copied_and_nothing_written_over(sign_in: SignIn) -> None:
    stand, editor, at, _ = await desk(sign_in)
    assert "Copy from another event" not in (await editor.get(at)).text
    await editor.post(at, data={**SHOW, "seen": seen_in(await editor.get(at))})
    await editor.post(f"{at}/items", data={"kind": "product", "title": "A dryer", "text": "**Small**"})
    later = await again(stand)
    new = f"{later.address}/profile"
    page = await editor.get(new)
    assert f'action="{new}/copy/{stand.exhibitor.id}"' in page.text
    await editor.post(new, data={"headline": "What is new here", "seen": seen_in(page)})
    for _ in range(2):
        assert (await editor.post(f"{new}/copy/{stand.exhibitor.id}")).status_code == 303
    shown, before = await showing.by_id(later.id), await showing.by_id(stand.exhibitor.id)
    assert shown is not None
    assert before is not None
    assert (shown.headline, shown.about, shown.host_email) == ("What is new here", SHOW["about"], SHOW["host_email"])
    assert (shown.chosen, [one.title for one in shown.own]) == ({"p2", "n1"}, ["A dryer"])
    assert shown.own[0].text_html == before.own[0].text_html
    other = await db.fetch_value("SELECT id FROM exhibitor WHERE company <> $1", stand.exhibitor.company_id)
    for wrong in (other, later.id, 2**63, 0):
        assert (await editor.post(f"{new}/copy/{wrong}")).status_code == 404
    leads = await sign_in("leads@isarwerk.example", stand.organisation_id, MemberRole.LEADS)
    assert (await leads.post(f"{new}/copy/{stand.exhibitor.id}")).status_code == 403
    assert "Copy from another event" not in (await leads.get(new)).text


async def brochures(exhibitor_id: int) -> dict[str, tuple[str, bool]]:
    """Stored file and whether it is shown, by title."""
    rows = await db.fetch(
        "SELECT title, file, shown FROM exhibitor_file WHERE exhibitor = $1 ORDER BY id", exhibitor_id
    )
    return {row["title"]: (row["file"], row["shown"]) for row in rows}


async def test_brochures_come_along_as_files_of_their_own(
    sign_in: SignIn, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand, editor, at, _ = await desk(sign_in)
    old = at.removesuffix("/profile")
    for pages, title, shown in ((1, "Vials", "yes"), (2, "Inside", ""), (3, "Bags", "yes"), (4, "Late", "yes")):
        file = {"upload": (f"{title.lower()}.pdf", pdf(pages), "application/pdf")}
        assert (
            await editor.post(f"{old}/documents", data={"title": title, "shown": shown}, files=file)
        ).status_code == 303
    later = await again(stand)
    await editor.post(
        f"{later.address}/documents", data={"title": "Bags", "shown": "yes"},
        files={"upload": ("other.pdf", pdf(5), "application/pdf")},
    )  # fmt: skip
    before, own = await brochures(stand.exhibitor.id), await brochures(later.id)
    monkeypatch.setattr(files, "MOST_FILES", 3)
    copy = f"{later.address}/profile/copy/{stand.exhibitor.id}"
    await db.execute("UPDATE exhibitor SET rights = '{passes}' WHERE id = $1", later.id)
    assert (await editor.post(copy)).status_code == 303
    assert await brochures(later.id) == own, "without the right nothing is shown, so nothing is copied"
    await db.execute("UPDATE exhibitor SET rights = '{documents}' WHERE id = $1", later.id)
    for _ in range(2):
        assert (await editor.post(copy)).status_code == 303
    copied = await brochures(later.id)
    assert [(title, shown) for title, (_, shown) in copied.items()] == [
        ("Bags", True),
        ("Vials", True),
        ("Inside", False),
    ]
    assert copied["Bags"] == own["Bags"]
    assert copied["Vials"][0] != before["Vials"][0]
    assert (await editor.post(f"{old}/documents/{await number(before['Vials'][0])}/removal")).status_code == 303
    for key, status in ((copied["Vials"][0], 200), (copied["Inside"][0], 404), (before["Vials"][0], 404)):
        name = "inside.pdf" if key == copied["Inside"][0] else "vials.pdf"
        assert (await client.get(f"/media/{key}/{name}")).status_code == status, key
    assert (await editor.get(f"/media/{copied['Inside'][0]}/inside.pdf")).content.startswith(b"%PDF")


async def number(file: str) -> int:
    return int(await db.fetch_value("SELECT id FROM exhibitor_file WHERE file = $1", file))
