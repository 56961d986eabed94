"""The board and the page of a task, as a company's people use them; and being reminded."""

from datetime import timedelta

import httpx

from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.exhibitors.desks import jobs
from portal.exhibitors.tables.desk import TaskKind
from portal.notifications.commands.addresses import unsubscribe
from tests.attending import Attending
from tests.directory.conftest import SignIn
from tests.exhibitors.desks.tasks import ask, judge, late, say
from tests.factories import exhibitors
from tests.factories.exhibitors import Stand
from tests.media.made import pdf
from tests.queries import counting


async def desk(sign_in: SignIn) -> tuple[Stand, httpx.AsyncClient, str]:
    stand = await exhibitors.make()
    editor = await sign_in("editor@isarwerk.example", stand.organisation_id, MemberRole.EDITOR)
    return stand, editor, f"{stand.exhibitor.address}/tasks"


async def test_words_are_sent_and_what_is_wrong_keeps_them(sign_in: SignIn) -> None:
    stand, editor, at = await desk(sign_in)
    task = await ask(stand, text="Say *what* you need.")
    page = await editor.get(f"{at}/{task}")
    assert "Say <em>what</em> you need." in page.text
    empty = await editor.post(f"{at}/{task}", data={"text": " "})
    assert (empty.status_code, 'id="f-text-e"' in empty.text) == (422, True)
    long = await editor.post(f"{at}/{task}", data={"text": "x" * 5001})
    assert (long.status_code, "x" * 5001 in long.text) == (422, True)
    assert (await editor.post(f"{at}/{task}", data={"text": "Two sockets"})).status_code == 303
    board = await editor.get(at)
    assert "With the organiser" in board.text
    assert "Answered by Leonie Bachmair" in (await editor.get(f"{at}/{task}")).text
    await judge(stand, task, "Which voltage?")
    again = await editor.get(f"{at}/{task}")
    assert "Which voltage?" in again.text
    assert "Two sockets</textarea>" in again.text
    await judge(stand, task)
    refused = await editor.post(f"{at}/{task}", data={"text": "Three"})
    assert refused.status_code == 409
    assert "accepted this already" in refused.text


async def test_a_choice_is_made_on_the_page(sign_in: SignIn) -> None:
    stand, editor, at = await desk(sign_in)
    task = await ask(stand, "Carpet", TaskKind.CHOOSE, options=("Grey", "Blue"))
    wrong = await editor.post(f"{at}/{task}", data={"choice": "Green"})
    assert (wrong.status_code, 'id="f-choice-e"' in wrong.text) == (422, True)
    assert (await editor.post(f"{at}/{task}", data={"choice": "Blue"})).status_code == 303
    assert 'value="Blue" checked' in (await editor.get(f"{at}/{task}")).text


async def test_a_file_is_handed_in_and_stays_between_company_and_organiser(sign_in: SignIn) -> None:
    stand, editor, at = await desk(sign_in)
    task = await ask(stand, "Stand drawing", TaskKind.UPLOAD)
    nothing = await editor.post(f"{at}/{task}", data={})
    assert (nothing.status_code, 'id="f-upload-e"' in nothing.text) == (422, True)
    program = await editor.post(f"{at}/{task}", files={"upload": ("x.exe", b"MZ", "application/pdf")})
    assert (program.status_code, 'id="f-upload-e"' in program.text) == (422, True)
    sent = await editor.post(f"{at}/{task}", files={"upload": ("drawing.pdf", pdf(1), "application/pdf")})
    assert sent.status_code == 303, sent.text
    page = await editor.get(f"{at}/{task}")
    key = await db.fetch_value("SELECT file FROM exhibitor_file")
    assert f"/media/{key}/drawing.pdf" in page.text
    await judge(stand, task, "To scale, please.")
    await editor.post(f"{at}/{task}", files={"upload": ("drawing-2.pdf", pdf(2), "application/pdf")})
    rows = await db.fetch("SELECT replaced_at IS NOT NULL AS replaced, shown, state FROM exhibitor_file ORDER BY id")
    assert [tuple(row.values()) for row in rows] == [(True, False, "again"), (False, False, "given")]
    other = await exhibitors.make("Quellmark Media", event_id=stand.exhibitor.event_id)
    rival = await sign_in("rival@quellmark.example", other.organisation_id, MemberRole.OWNER)
    stranger = await sign_in("stranger@elsewhere.example")
    read = [(await who.get(f"/media/{key}/drawing.pdf")).status_code for who in (editor, rival, stranger)]
    assert read == [200, 404, 404]
    await db.execute("UPDATE exhibitor SET rights = '{passes}' WHERE id = $1", stand.exhibitor.id)
    assert (await editor.get(f"/media/{key}/drawing.pdf")).status_code == 404
    assert (await editor.get(f"{at}/{task}")).status_code == 404


async def test_others_tasks_are_not_there(sign_in: SignIn) -> None:
    _, editor, at = await desk(sign_in)
    other = await exhibitors.make("Quellmark Media")
    task = await ask(other)
    assert [(await editor.request(method, f"{at}/{task}")).status_code for method in ("GET", "POST")] == [404, 404]


async def test_thirty_tasks_take_as_many_queries_as_one(sign_in: SignIn) -> None:
    stand, editor, at = await desk(sign_in)
    counts = []
    for more in (1, 29):
        for number in range(more):
            await ask(stand, f"Task {number}")
        async with counting() as seen:
            assert (await editor.get(at)).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def mails(attending: Attending, address: str = "owner@isarwerk-biologics-gmbh.example") -> list[str]:
    return [str(mail["Subject"]) for mail in attending.receiver.messages() if mail["To"] == address]


async def test_reminders_go_out_once_before_and_once_after(attending: Attending) -> None:
    stand = await exhibitors.make()
    await attending.work()
    before = len(mails(attending))
    soon, far = await ask(stand, "Soon", days=3), await ask(stand, "Far", days=20)
    await ask(stand, "Answered", days=3)
    await say(stand, far + 1)
    for _ in range(2):
        await jobs.look_for_late()
        await attending.work()
    event = stand.exhibitor.event_title
    assert mails(attending)[before:] == [f"Due soon: Soon ({event})"]
    await late(soon)
    await late(far)
    for _ in range(2):
        await jobs.look_for_late()
        await attending.work()
    assert mails(attending)[before + 1 :] in (
        [f"Overdue: Soon and 1 more ({event})"],
        [f"Overdue: Far and 1 more ({event})"],
    )
    # A new deadline reminds anew.
    await db.execute("UPDATE exhibitor_task SET due_at = $2 WHERE id = $1", soon, clock.now() + timedelta(days=2))
    await jobs.look_for_late()
    await attending.work()
    assert mails(attending)[before + 2 :] == [f"Due soon: Soon ({event})"]


async def test_what_the_organiser_wants_changed_is_told(attending: Attending) -> None:
    stand = await exhibitors.make()
    await attending.work()
    before, task = len(mails(attending)), await ask(stand)
    await say(stand, task)
    await judge(stand, task, "Without the ceiling, please.")
    await attending.work()
    (told,) = mails(attending)[before:]
    assert told == f"Please change: Stand drawing ({stand.exhibitor.event_title})"


async def test_whoever_wants_no_reminders_gets_none(attending: Attending) -> None:
    stand = await exhibitors.make()
    await attending.work()
    before = len(mails(attending))
    address = "owner@isarwerk-biologics-gmbh.example"
    await unsubscribe(address=address, topic="exhibitor-tasks", now=clock.now())
    await ask(stand, days=3)
    await jobs.look_for_late()
    await attending.work()
    assert len(mails(attending)) == before
