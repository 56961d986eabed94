"""No page of a desk takes more than six statements, whatever is on it."""

from portal.accounts.tables import MemberRole, StaffRole
from portal.exhibitors.tables.desk import TaskKind
from tests.directory.conftest import SignIn
from tests.exhibitors.desks.tasks import ask
from tests.exhibitors.desks.test_documents import give as publish
from tests.exhibitors.desks.test_passes import give
from tests.factories import exhibitors
from tests.queries import counting


async def test_no_page_takes_more_than_six(sign_in: SignIn) -> None:
    stand = await exhibitors.make()
    editor = await sign_in("editor@isarwerk.example", stand.organisation_id, MemberRole.EDITOR)
    await publish(await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER), stand)
    task = await ask(stand, "Drawing", TaskKind.UPLOAD)
    given, at = await give(stand), stand.exhibitor.address
    for tail in ("", "/tasks", f"/tasks/{task}", "/tasks/calendar", "/profile", "/profile/preview", "/documents", "/passes",
                 f"/passes/{given}"):  # fmt: skip
        await editor.get(f"{at}{tail}")
        async with counting() as seen:
            page = await editor.get(f"{at}{tail}")
        assert page.status_code == 200
        assert len(seen) <= 6, (tail, seen)
        assert not [one for one in seen if not one.startswith(("SELECT", "WITH"))], tail


async def test_no_page_of_staff_about_desks_takes_more_than_six(sign_in: SignIn) -> None:
    stand = await exhibitors.make()
    judith = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
    await publish(judith, stand)
    task, at = await ask(stand, "Drawing", TaskKind.UPLOAD), f"/staff/events/{stand.exhibitor.event_id}/exhibitors"
    await give(stand)
    for tail in ("/tasks", f"/tasks/{task}", f"/tasks/{task}/of/{stand.exhibitor.id}", "/documents", "/passes"):
        await judith.get(f"{at}{tail}")
        async with counting() as seen:
            page = await judith.get(f"{at}{tail}")
        assert page.status_code == 200
        assert len(seen) <= 6, (tail, seen)
