"""What desks know of a person, and forgetting it."""

from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.exhibitors import privacy
from portal.exhibitors.tables.desk import TaskKind
from portal.registration import privacy as seats
from tests.directory.conftest import SignIn
from tests.exhibitors.desks.tasks import ask
from tests.exhibitors.desks.test_documents import give as publish
from tests.exhibitors.desks.test_documents import newest, staff
from tests.exhibitors.desks.test_passes import give
from tests.factories import exhibitors
from tests.media.made import pdf

EMAIL = "editor@isarwerk.example"


async def test_somebody_is_known_by_what_they_did_and_forgotten(sign_in: SignIn) -> None:
    stand = await exhibitors.make()
    editor = await sign_in(EMAIL, stand.organisation_id, MemberRole.EDITOR)
    at = stand.exhibitor.address
    await publish(await staff(sign_in), stand)
    await editor.post(f"{at}/documents/read/{(await newest())[0]}")
    await editor.post(f"{at}/documents", data={"title": "A"}, files={"upload": ("a.pdf", pdf(1), "application/pdf")})
    task = await ask(stand, "Sockets", TaskKind.FILL)
    await editor.post(f"{at}/tasks/{task}", data={"text": "Two"})
    await db.execute(
        "UPDATE exhibitor SET contact_email = $1, contact_name = 'Leonie', host_email = $1, host_name = 'Leonie', "
        "host_role = 'Sales'",
        EMAIL,
    )
    await give(stand, email=EMAIL)
    known = await privacy.known_about(EMAIL)
    assert [one["what"] for one in known] == [
        "Staff pass", "Contact of an exhibitor", "Named to visitors", "Document read", "Answer to an organiser",
        "File of an exhibitor",
    ]  # fmt: skip
    assert {name for one in known for name in one} - {"what"} <= set(privacy.LABELS)
    assert await privacy.known_about("nobody@isarwerk.example") == []
    await privacy.forget(EMAIL, clock.now())
    await seats.forget(EMAIL, clock.now())
    assert await privacy.known_about(EMAIL) == []
    assert "Read by somebody who has left" in (await editor.get(f"{at}/documents")).text
    left = await db.fetch_one(
        "SELECT a.by AS answered, a.text, f.by AS filed, x.contact_name, x.host_name, s.first_name, s.email "
        "FROM exhibitor_task_answer a, exhibitor_file f, exhibitor x, exhibitor_pass p JOIN seat s ON s.id = p.seat"
    )
    assert dict(left or {}) == {
        "answered": "", "text": "Two", "filed": "", "contact_name": "", "host_name": "", "first_name": "", "email": ""
    }  # fmt: skip


async def test_the_page_of_ones_data_names_them(sign_in: SignIn) -> None:
    stand = await exhibitors.make()
    await give(stand, email=EMAIL)
    person = await sign_in(EMAIL)
    page = await person.get("/account/privacy")
    assert "Staff pass" in page.text
