"""The staff's pages about desks: tasks and their matrix, answers looked at, passes, files to take away."""

import httpx
import pytest

from portal.accounts.tables import MemberRole, StaffRole
from portal.core import db
from portal.exhibitors.desks.rules import Standing
from portal.web import moments
from tests.directory.conftest import SignIn
from tests.exhibitors.desks.tasks import ask, in_days, say, standing
from tests.exhibitors.desks.test_passes import give
from tests.factories import exhibitors
from tests.factories.exhibitors import Stand
from tests.queries import counting

DUE = moments.shown(in_days(9), "Europe/Brussels")


async def judith(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)


def seen_in(page: httpx.Response) -> str:
    return page.text.partition('name="seen" value="')[2].partition('"')[0]


def of(stand: Stand) -> str:
    return f"/staff/events/{stand.exhibitor.event_id}/exhibitors"


@pytest.mark.parametrize(
    ("method", "tail"),
    [("GET", "/tasks"), ("GET", "/tasks.csv"), ("GET", "/tasks/new"), ("POST", "/tasks"), ("GET", "/tasks/1"),
     ("POST", "/tasks/1"),
     ("POST", "/tasks/1/removal"), ("POST", "/tasks/along"), ("POST", "/tasks/kept"), ("POST", "/tasks/reminders"),
     ("POST", "/tasks/1/reminders"), ("GET", "/tasks/copy"), ("POST", "/tasks/copy"),
     ("GET", "/tasks/1/of/1"), ("POST", "/tasks/1/of/1"), ("GET", "/documents"),
     ("GET", "/documents/new"), ("POST", "/documents"), ("GET", "/documents/1"), ("POST", "/documents/1"),
     ("POST", "/documents/1/removal"), ("POST", "/documents/practical"), ("GET", "/passes"), ("GET", "/passes.csv")],
)  # fmt: skip
async def test_only_organisers_and_editors_open_them(
    method: str, tail: str, sign_in: SignIn, client: httpx.AsyncClient
) -> None:
    stand = await exhibitors.make()
    assert (await client.request(method, of(stand) + tail)).status_code == 303
    owner = await sign_in("owner2@isarwerk.example", stand.organisation_id)
    finance = await sign_in("fin@sterileline.example", staff=StaffRole.FINANCE)
    assert [(await who.request(method, of(stand) + tail)).status_code for who in (owner, finance)] == [403, 403]
    assert (await (await judith(sign_in)).request(method, of(stand) + tail)).status_code not in (403, 405, 500)


async def test_a_task_is_set_changed_and_removed(sign_in: SignIn) -> None:
    stand, staff = await exhibitors.make(), await judith(sign_in)
    at = f"{of(stand)}/tasks"
    assert "Ask exhibitors for something" in (await staff.get(f"{at}/new")).text
    data = {"title": "Carpet", "due": DUE, "kind": "choose", "options": "Grey\nBlue\nGrey"}
    assert (await staff.post(at, data=data)).status_code == 303
    task = await db.fetch_value("SELECT id FROM exhibitor_task")
    form = await staff.get(f"{at}/{task}")
    assert "Grey\nBlue</textarea>" in form.text
    assert f'value="{DUE}"' in form.text
    seen = form.text.partition('name="seen" value="')[2].partition('"')[0]
    changed = {**data, "title": "Carpet colour", "seen": seen}
    assert (await staff.post(f"{at}/{task}", data=changed)).status_code == 303
    late = await staff.post(f"{at}/{task}", data={**data, "title": "Mine"})
    assert (late.status_code, "stored as “Carpet colour”" in late.text, 'value="Mine"' in late.text) == (
        409,
        True,
        True,
    )
    assert await standing(stand) == {"Carpet colour": Standing.OPEN}
    assert (await staff.post(f"{at}/{task}/removal")).status_code == 303
    assert await standing(stand) == {}


@pytest.mark.parametrize(
    ("field", "changed"),
    [("title", {"title": ""}), ("due", {"due": ""}), ("due", {"due": "tomorrow"}), ("due", {"due": "2020-01-01T09:00"}),
     ("due", {"due": "2199-01-01T09:00"}), ("link", {"link": "javascript:alert(1)"}),
     ("options", {"kind": "choose", "options": "One"}),
     ("packages", {"packages": "99"}), ("packages", {"packages": "x"}), ("paper", {"paper": "99"}), ("kind", {"kind": "sing"})],
)  # fmt: skip
async def test_a_task_that_cannot_be_is_refused_beside_its_field(
    field: str, changed: dict[str, str], sign_in: SignIn
) -> None:
    stand, staff = await exhibitors.make(), await judith(sign_in)
    data = {"title": "Carpet", "due": DUE, "kind": "read", "text": "As you like it", **changed}
    answer = await staff.post(f"{of(stand)}/tasks", data=data)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert "As you like it" in answer.text


async def test_what_every_exhibitor_needs_to_know_stands_on_every_desk(sign_in: SignIn) -> None:
    stand, staff = await exhibitors.make(), await judith(sign_in)
    at = f"{of(stand)}/documents"
    seen = (await staff.get(at)).text.partition('name="seen" value="')[2].partition('"')[0]
    told = {"practical": "Build from **7:00**.", "seen": seen}
    assert (await staff.post(f"{at}/practical", data=told)).status_code == 303
    late = await staff.post(f"{at}/practical", data={**told, "practical": "Mine"})
    assert (late.status_code, "Mine</textarea>" in late.text) == (409, True)
    long = await staff.post(f"{at}/practical", data={**told, "practical": "x" * 8001})
    assert (long.status_code, 'id="f-practical-e"' in long.text) == (422, True)
    leads = await sign_in("leads@isarwerk.example", stand.organisation_id, MemberRole.LEADS)
    task = await ask(stand, "Carpet")
    desk = await leads.get(stand.exhibitor.address)
    for words in (
        "Build from <strong>7:00</strong>.",
        f"/tasks/{task}",
        "0 of 1 done",
        "0 of 2 given",
        "scans, meets and reads",
    ):
        assert words in desk.text


async def test_answers_are_looked_at(sign_in: SignIn) -> None:
    stand, staff = await exhibitors.make(), await judith(sign_in)
    task = await ask(stand)
    await say(stand, task, "Two sockets\nand <b>light</b>")
    at = f"{of(stand)}/tasks/{task}/of/{stand.exhibitor.id}"
    listed = await staff.get(f"{of(stand)}/tasks")
    assert at in listed.text
    assert "1 to look at" in listed.text
    page = await staff.get(at)
    assert "Two sockets<br>and &lt;b&gt;light&lt;/b&gt;" in page.text
    unsaid = await staff.post(at, data={"decision": "again"})
    assert (unsaid.status_code, 'id="f-note-e"' in unsaid.text) == (422, True)
    undecided = await staff.post(at, data={"note": "Why?"})
    assert (undecided.status_code, "Why?</textarea>" in undecided.text) == (422, True)
    stale = {"decision": "accept", "seen": seen_in(page)}
    assert (await staff.post(at, data={**stale, "decision": "again", "note": "Which voltage?"})).status_code == 303
    assert await standing(stand) == {"Stand drawing": Standing.AGAIN}
    await say(stand, task, "230 volts")
    unseen = await staff.post(at, data=stale)
    assert (unseen.status_code, "answered anew" in unseen.text, "230 volts" in unseen.text) == (409, True, True)
    assert await standing(stand) == {"Stand drawing": Standing.WAITING}
    assert (await staff.post(at, data={"decision": "accept", "seen": seen_in(unseen)})).status_code == 303
    assert await standing(stand) == {"Stand drawing": Standing.DONE}
    other = await ask(stand, "Nothing said")
    nothing = await staff.post(f"{of(stand)}/tasks/{other}/of/{stand.exhibitor.id}", data={"decision": "accept"})
    assert (nothing.status_code, "nothing to accept yet" in nothing.text) == (409, True)
    assert (await staff.get(f"{of(stand)}/tasks/{task}/of/{stand.exhibitor.id + 9}")).status_code == 404


async def test_tasks_and_passes_leave_as_csv(sign_in: SignIn) -> None:
    stand, staff = await exhibitors.make(), await judith(sign_in)
    task = await ask(stand)
    await say(stand, task, "=1+1")
    await give(stand)
    tasks = (await staff.get(f"{of(stand)}/tasks.csv")).text.removeprefix("\ufeff").splitlines()
    assert tasks[0].startswith("Company,Task,Kind,Due,State,Answer")
    assert tasks[1].startswith("Isarwerk Biologics GmbH,Stand drawing,Fill in,")
    assert "With the organiser,'=1+1," in tasks[1]
    passes = (await staff.get(f"{of(stand)}/passes.csv")).text.removeprefix("\ufeff").splitlines()
    assert passes[1].startswith("Isarwerk Biologics GmbH,Ada,Reuter 1,ada1@isarwerk.example,Sales,")
    assert await db.fetch_value("SELECT count(*) FROM audit_entry WHERE verb IN ('export tasks', 'export passes')") == 2
    page = await staff.get(f"{of(stand)}/passes")
    assert "1 of 2" in page.text
    assert "ada1@<wbr>isarwerk.example" in page.text


async def test_thirty_exhibitors_take_as_many_queries_as_one(sign_in: SignIn) -> None:
    stand, staff = await exhibitors.make(), await judith(sign_in)
    await ask(stand)
    counts = []
    for more in (0, 29):
        for number in range(more):
            await exhibitors.make(f"Company {number}", event_id=stand.exhibitor.event_id)
        async with counting() as seen:
            tasks, passes = await staff.get(f"{of(stand)}/tasks"), await staff.get(f"{of(stand)}/passes")
        assert tasks.text.count(">To do</a>") == more + 1
        assert passes.text.count('data-l="Package"') == more + 1
        counts.append(len(seen))
    assert counts[0] == counts[1]
