"""Addresses of a desk that stand in mails and calendars, after the company or the event got another one."""

from datetime import timedelta

import httpx

from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.exhibitors.desks.commands.calendars import follow_all
from tests.directory.conftest import SignIn
from tests.exhibitors.desks.tasks import ask
from tests.factories import exhibitors
from tests.factories.exhibitors import Stand


async def rename(stand: Stand, slug: str) -> None:
    """Give the company another address; the present one goes on leading to it."""
    await db.execute("DELETE FROM company_former_slug WHERE slug = $1", slug)
    await db.execute("INSERT INTO company_former_slug (slug, company) SELECT slug, id FROM company")
    await db.execute("UPDATE company SET slug = $1", slug)


def where(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.headers.get("location", "")


async def test_a_renamed_companys_pages_and_forms_lead_on(sign_in: SignIn) -> None:
    stand = await exhibitors.make()
    task, old = await ask(stand), stand.exhibitor.address
    editor = await sign_in("editor@isarwerk.example", stand.organisation_id, MemberRole.EDITOR)
    await rename(stand, "isarwerk")
    new = old.replace(stand.exhibitor.company_slug, "isarwerk")
    seen = await editor.get(f"{old}/tasks/{task}?from=mail")
    assert where(seen) == (307, f"{new}/tasks/{task}?from=mail")
    assert seen.headers["cache-control"] == "private, no-store", "it may be called as before again"
    assert where(await editor.get(f"{old.partition('/events/')[0]}/members")) == (
        307,
        "/companies/isarwerk/manage/members",
    )
    sent = await editor.post(f"{old}/tasks/{task}", data={"text": "By lorry."}, follow_redirects=True)
    assert sent.status_code == 200
    assert await db.fetch_value("SELECT text FROM exhibitor_task_answer") == "By lorry."
    stranger = await sign_in("someone@elsewhere.example")
    assert where(await stranger.get(f"{old}/tasks/{task}")) == (404, "")
    await rename(stand, stand.exhibitor.company_slug)
    assert (await editor.get(f"{old}/tasks/{task}")).status_code == 200
    assert where(await editor.get(f"{new}/tasks/{task}")) == (307, f"{old}/tasks/{task}")


async def test_a_renamed_events_desk_leads_on(sign_in: SignIn) -> None:
    stand = await exhibitors.make()
    editor = await sign_in("editor@isarwerk.example", stand.organisation_id, MemberRole.EDITOR)
    await db.execute("INSERT INTO event_former_slug (slug, event) SELECT slug, id FROM event")
    await db.execute("UPDATE event SET slug = 'forum-vienna'")
    new = stand.exhibitor.address.replace(stand.exhibitor.event_slug, "forum-vienna")
    assert where(await editor.get(f"{stand.exhibitor.address}/passes")) == (307, f"{new}/passes")
    assert (await editor.get(f"{new}/passes")).status_code == 200
    assert where(await editor.get(f"{stand.exhibitor.address}-2/passes")) == (404, "")


async def test_a_subscribed_calendar_goes_on_and_its_entries_say_where_tasks_are_now(
    sign_in: SignIn, client: httpx.AsyncClient
) -> None:
    stand = await exhibitors.make()
    task = await ask(stand)
    editor = await sign_in("editor@isarwerk.example", stand.organisation_id, MemberRole.EDITOR)
    page = (await editor.get(f"{stand.exhibitor.address}/tasks/calendar")).text
    feed = "/calendars/exhibitors/" + page.partition("/calendars/exhibitors/")[2].partition('"')[0]
    before = await client.get(feed)
    await rename(stand, "isarwerk")
    assert (await client.get(feed)).content == before.content
    await follow_all(now=clock.now() + timedelta(minutes=5))
    after = await client.get(feed)
    said = after.text.replace("\r\n ", "")
    assert (
        after.status_code,
        f"/companies/isarwerk/manage/events/{stand.exhibitor.event_slug}/tasks/{task}" in said,
    ) == (200, True)
    assert (said.count("BEGIN:VEVENT"), said.count("BEGIN:VTODO"), "STATUS:CANCELLED" in said) == (1, 1, False)
