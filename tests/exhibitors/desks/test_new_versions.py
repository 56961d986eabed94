"""A new version of a document is told by mail to those whose task or reading it was, and to nobody else."""

import httpx

from portal.accounts.tables import MemberRole, StaffRole
from portal.core import db
from portal.exhibitors.tables.desk import TaskKind
from tests.attending import Attending
from tests.directory.conftest import SignIn
from tests.exhibitors.desks.tasks import ask
from tests.exhibitors.desks.test_documents import PAPERS, give, member, newest
from tests.factories import exhibitors
from tests.factories.exhibitors import Stand
from tests.media.made import pdf


async def revise(judith: httpx.AsyncClient, stand: Stand, pages: int, changes: str = "Halls") -> int:
    """Give the only document a new version; its number in the database."""
    paper = await db.fetch_value("SELECT id FROM exhibition_paper")
    at = f"{PAPERS.format(stand.exhibitor.event_id)}/{paper}"
    seen = (await judith.get(at)).text.partition('name="seen" value="')[2].partition('"')[0]
    files = {"upload": (f"manual-{pages}.pdf", pdf(pages), "application/pdf")} if pages else None
    saved = await judith.post(at, data={"title": "Manual", "changes": changes, "seen": seen}, files=files)
    assert saved.status_code == 303
    return (await newest())[0]


async def told() -> dict[str, str]:
    """Whom a mail about a document went to, and what it says."""
    rows = await db.fetch("SELECT recipient, text FROM mail WHERE key LIKE 'exhibition-paper-%' ORDER BY id")
    return {row["recipient"]: row["text"] for row in rows}


async def test_who_has_read_it_is_told_of_a_new_version_once(sign_in: SignIn, attending: Attending) -> None:
    judith = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
    stand = await exhibitors.make()
    await exhibitors.make("Quellmark Media", event_id=stand.exhibitor.event_id)
    assert (await give(judith, stand)).status_code == 303
    leads = await member(sign_in, stand, MemberRole.LEADS)
    at = f"{stand.exhibitor.address}/documents"
    await leads.post(f"{at}/read/{(await newest())[0]}")
    await revise(judith, stand, 0)
    await attending.work()
    assert await told() == {}, "another title is no version"
    await revise(judith, stand, 2, "Soon replaced")
    await revise(judith, stand, 3, "Gate 4")
    await attending.work()
    mails = await told()
    assert list(mails) == ["leads@isarwerk-biologics.example"]
    (text,) = mails.values()
    assert ("New in it: Gate 4" in text, f"{at}\n" in text, "Soon replaced" in text) == (True, True, False)
    assert await db.fetch_value("SELECT count(*) FROM mail WHERE key LIKE 'exhibition-paper-%'") == 1


async def test_whose_task_it_is_are_told_but_for_those_who_read_it_since(sign_in: SignIn, attending: Attending) -> None:
    judith = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
    stand = await exhibitors.make()
    await give(judith, stand)
    task = await ask(stand, "Read it", TaskKind.READ, paper=await db.fetch_value("SELECT id FROM exhibition_paper"))
    editor = await member(sign_in, stand)
    version = await revise(judith, stand, 2)
    await editor.post(f"{stand.exhibitor.address}/documents/read/{version}")
    await attending.work()
    mails = await told()
    assert list(mails) == [stand.owner.email]
    assert f"{stand.exhibitor.address}/tasks/{task}\n" in mails[stand.owner.email]


async def test_nobody_is_told_where_the_event_is_off_or_the_right_is_gone(
    sign_in: SignIn, attending: Attending
) -> None:
    judith = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
    stand = await exhibitors.make()
    await give(judith, stand)
    await ask(stand, "Read it", TaskKind.READ, paper=await db.fetch_value("SELECT id FROM exhibition_paper"))
    await revise(judith, stand, 2)
    await db.execute("UPDATE exhibitor SET rights = '{passes}'")
    await attending.work()
    await revise(judith, stand, 3)
    await db.execute("UPDATE exhibitor SET rights = '{documents}'")
    await db.execute("UPDATE event SET state = 'cancelled'")
    await revise(judith, stand, 4)
    await attending.work()
    assert await told() == {}
