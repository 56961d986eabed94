"""Who owes what: the table, its filters and file, invitations and reminders, what is set, who may."""

import asyncio
import csv
import io
import re
from datetime import timedelta

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import StaffRole
from portal.core import clock, db
from portal.programme.desk import inviting, readiness
from portal.programme.desk.commands import answer_availability, answer_coming, answer_recording, write_note
from portal.programme.desk.rules import usual_wording
from tests.accounts.conftest import mails
from tests.events.conftest import SignIn
from tests.events.reading import words
from tests.factories import events
from tests.programme.desk.made import JO, MAEVE, MAEVES, THEM, Conference, conference, faults, hidden, save, talk
from tests.queries import counting


@pytest.fixture
async def made(database: str) -> Conference:
    return await conference()


def here(made: Conference, tail: str = "") -> str:
    return f"/staff/events/{made.event}/programme/readiness{tail}"


async def answer_all(made: Conference, *, agreed: bool = True) -> None:
    """Maeve says everything but her slides."""
    more = {"actor": PORTAL, "addresses": {MAEVE}, "speaker_id": made.maeve, "event_id": made.event, "now": clock.now()}
    await answer_coming(comes=True, **more)  # type: ignore[arg-type]
    await answer_availability(spans=[], **more)  # type: ignore[arg-type]
    usual = usual_wording("Forum", "Sterile Line")
    await answer_recording(agreed=agreed, wording_id=0, usual=usual, **more)  # type: ignore[arg-type]
    await db.execute("UPDATE speaker SET bio = 'x', photo = 'y' WHERE id = $1", made.maeve)


def row(page: str, speaker: int) -> str:
    found = re.search(rf'<tr id="s-{speaker}">(.*?)</tr>', page, re.S)
    assert found is not None
    return words(found[1])


class TestTable:
    async def test_what_is_done_missing_or_due(self, made: Conference, editor: httpx.AsyncClient) -> None:
        await answer_all(made)
        page = (await editor.get(here(made))).text
        assert re.search(
            r"maeve@ ?kilmore.example Missing Yes Done Done Done Missing Agreed \d+ \w+ \d{4}", row(page, made.maeve)
        )
        assert re.search(r"jo@ ?vos.example( Missing){7} Write", row(page, made.jo))
        for days, told in ((-1, "Late"), (3, "Due"), (30, "Due")):
            await db.execute("UPDATE programme SET slides_due_at = $1", clock.now() + timedelta(days=days))
            assert re.search(rf"Done {told} \d+ \w+ Agreed", row((await editor.get(here(made))).text, made.maeve))

    async def test_what_is_not_there_is_not_offered(self, made: Conference, editor: httpx.AsyncClient) -> None:
        public = f'href="/events/{made.slug}/programme"'
        await db.execute("UPDATE programme SET release = 1")
        page = (await editor.get(here(made))).text
        assert public in page
        assert "Remind everybody" in page
        await db.execute("UPDATE programme SET release = 0")
        await db.execute("DELETE FROM session_speaker")
        await db.execute("DELETE FROM appearance")
        page = (await editor.get(here(made))).text
        assert public not in page
        assert "Remind everybody" not in page

    async def test_who_only_moderates_owes_no_slides(self, made: Conference, editor: httpx.AsyncClient) -> None:
        await save(made.event, THEM[0], THEM[2])
        assert "not asked" in row((await editor.get(here(made))).text, made.jo)

    async def test_whose_sessions_are_all_off_is_not_in_it(self, made: Conference, editor: httpx.AsyncClient) -> None:
        await save(made.event, THEM[0])
        assert f"s-{made.jo}" not in (await editor.get(here(made))).text

    async def test_filters_and_search(self, made: Conference, editor: httpx.AsyncClient) -> None:
        await answer_all(made)

        async def found(query: str) -> list[int]:
            page = (await editor.get(f"{here(made)}?{query}")).text
            return [int(one) for one in re.findall(r'<tr id="s-(\d+)">', page)]

        assert await found("only=bio") == [made.jo]
        assert await found("only=slides") == [made.jo, made.maeve]
        assert await found("only=refused") == []
        assert await found("q=kilmore") == [made.maeve]
        assert await found("q=%25") == []
        assert await found("only=nonsense") == [made.jo, made.maeve]
        assert (await editor.get(f"{here(made)}?page=2")).status_code == 404
        assert (await editor.get(f"{here(made)}?page=x")).status_code == 404

    async def test_two_or_thirty_take_the_same(self, made: Conference, editor: httpx.AsyncClient) -> None:
        async def statements() -> int:
            async with counting() as seen:
                assert (await editor.get(here(made))).status_code == 200
            return len(seen)

        few = await statements()
        people = [type(MAEVES)(f"Person {n}", str(100 + n)) for n in range(30)]
        await save(made.event, *THEM, *(talk(f"Talk {n}", one, hours=n / 2) for n, one in enumerate(people)))
        assert (few, await statements()) == (few, few)

    async def test_the_file(self, made: Conference, editor: httpx.AsyncClient) -> None:
        await answer_all(made, agreed=False)
        more = {
            "actor": PORTAL,
            "addresses": {MAEVE},
            "speaker_id": made.maeve,
            "event_id": made.event,
            "now": clock.now(),
        }
        await write_note(note="=1+1", **more)  # type: ignore[arg-type]
        answer = await editor.get(here(made, "/readiness.csv"))
        assert answer.headers["content-disposition"] == f'attachment; filename="{made.slug}-speakers.csv"'
        jo, maeve = csv.DictReader(io.StringIO(answer.text))
        assert (jo["name"], jo["has_bio"], jo["recording"]) == ("Jo Vos", "false", "")
        assert (maeve["has_bio"], maeve["recording"], maeve["note"]) == ("true", "refused", "'=1+1")
        assert (maeve["coming"], jo["coming"], jo["opened_at"]) == ("yes", "", "")
        assert maeve["recording_answered_at"].startswith(f"{clock.now():%Y-%m-%d}T")
        assert (maeve["slides_expected"], maeve["slides_handed_in"], maeve["sessions"]) == (
            "1",
            "0",
            "First air; Closing",
        )


class TestDoNotRecord:
    async def test_staff_are_warned_at_the_session(self, made: Conference, editor: httpx.AsyncClient) -> None:
        await answer_all(made, agreed=False)
        await db.execute("UPDATE programme_session SET recorded = true WHERE title = 'Closing'")
        told = words((await editor.get(here(made))).text)
        assert "Do not record Closing Maeve Donnellan refused Planned to be recorded" in told
        assert (
            "1 session is not recorded because somebody refused First air Maeve Donnellan refused Not recorded" in told
        )
        path = here(made, f"/sessions/{made.sessions['Closing']}/recording")
        assert (await editor.post(path)).status_code == 303
        assert "Planned to be recorded" not in (await editor.get(here(made))).text
        assert await readiness.unrecorded(made.event, [made.sessions["Fill weights"]]) == []


class TestWriting:
    async def test_an_invitation_sets_the_address_and_says_what_is_asked(
        self, made: Conference, editor: httpx.AsyncClient
    ) -> None:
        await db.execute("UPDATE speaker SET email = '' WHERE id = $1", made.jo)
        path = here(made, f"/speakers/{made.jo}/invitation")
        assert (await editor.post(path, data={"email": "New@Vos.example"})).status_code == 303
        [mail] = await mails("new@vos.example")
        assert mail["subject"] == "Your desk as a speaker: Forum"
        assert "- Fill weights\n- Closing" in mail["text"]
        assert "http://localhost:8000/speaking\n" in mail["text"]
        assert "/mail/preferences/" in mail["text"]
        again = await editor.post(path, data={"email": "new@vos.example"})
        assert again.status_code == 409
        assert faults(again)["email"] == "This address had a mail about the desk today. Write again tomorrow."
        assert (await editor.post(path, data={"email": "other@vos.example"})).status_code == 303
        assert [len(await mails(one)) for one in ("new@vos.example", "other@vos.example")] == [1, 1]

    @pytest.mark.parametrize("typed", ["", "nobody", "a@b"])
    async def test_what_is_no_address(self, made: Conference, editor: httpx.AsyncClient, typed: str) -> None:
        refused = await editor.post(here(made, f"/speakers/{made.jo}/invitation"), data={"email": typed})
        assert refused.status_code == 422
        assert "email" in faults(refused)
        assert f'value="{typed}"' in refused.text

    async def test_a_reminder_says_only_what_is_missing_and_not_twice_a_day(
        self, made: Conference, editor: httpx.AsyncClient
    ) -> None:
        await answer_all(made)
        path = here(made, f"/speakers/{made.maeve}/reminders")
        due = clock.now() + timedelta(days=30)
        await db.execute("UPDATE programme SET slides_due_at = $1", due)
        for _ in range(3):
            assert (await editor.post(path)).status_code == 303
        [mail] = await mails(MAEVE)
        assert mail["subject"] == "Still missing: Forum"
        assert re.findall(r"^- (.*)", mail["text"], re.M)[0].startswith("Slides for “First air”, by ")
        assert "photo" not in mail["text"]
        await db.execute("UPDATE appearance SET reminded_at = reminded_at - interval '21 hours'")
        await editor.post(path)
        assert len(await mails(MAEVE)) == 2

    async def test_all_with_something_missing_once_however_often_asked(
        self, made: Conference, editor: httpx.AsyncClient
    ) -> None:
        answers = await asyncio.gather(*(editor.post(here(made, "/reminders")) for _ in range(4)))
        assert {answer.status_code for answer in answers} == {303}
        assert [len(await mails(one)) for one in (MAEVE, JO)] == [1, 1]

    async def test_what_came_in_meanwhile_is_not_asked_for(self, made: Conference) -> None:
        await db.execute("DELETE FROM session_speaker WHERE speaker = $1", made.jo)
        await save(made.event, talk("First air", MAEVES))
        await inviting.remind(actor=PORTAL, event_id=made.event, now=clock.now(), speaker_id=made.maeve)
        await answer_all(made)
        await db.execute(
            "INSERT INTO slides (session, speaker, version, file, uploaded_at) SELECT session, speaker, 1, session::text, now() "
            "FROM session_speaker"
        )
        assert await mails(MAEVE) == []

    async def test_the_portal_reminds_by_itself_twice_before_slides_are_due(self, made: Conference) -> None:
        due = clock.now() + timedelta(days=30)
        await db.execute("UPDATE programme SET slides_due_at = $1", due)
        await inviting.invite(actor=PORTAL, event_id=made.event, speaker_id=made.jo, email=JO, now=clock.now())
        asked = []
        for before in (20, 13.9, 13, 4, 2.9, 2, -1):
            asked.append(await inviting.remind_due(now=due - timedelta(days=before)))
        assert asked == [0, 1, 0, 0, 1, 0, 0]
        await db.execute("UPDATE programme SET reminds = false")
        await db.execute("UPDATE appearance SET reminded_at = reminded_at - interval '30 days'")
        assert await inviting.remind_due(now=due - timedelta(days=2)) == 0


class TestSettings:
    async def test_wording_deadline_and_what_is_public(self, made: Conference, editor: httpx.AsyncClient) -> None:
        page = await editor.get(here(made, "/settings"))
        assert "may record my sessions at Forum" in words(page.text)
        form = {
            "wording": "May we?",
            "due": f"{events.DAY.isoformat()}T12:00",
            "at_once": "yes",
            "seen": hidden(page, "seen"),
        }
        assert (await editor.post(here(made, "/settings"), data=form)).status_code == 303
        stored = await readiness.settings(made.event)
        assert stored == readiness.Settings(
            wording="May we?", slides_due_at=events.NINE + timedelta(hours=3), slides_at_once=True, reminds=False
        )
        overtaken = await editor.post(here(made, "/settings"), data=form | {"wording": "Or not?"})
        assert overtaken.status_code == 409
        assert "Or not?" in overtaken.text
        assert "is stored as “May we?”" in words(overtaken.text)

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"wording": ""}, "wording"),
            ({"wording": "x" * 3001}, "wording"),
            ({"due": "tomorrow"}, "due"),
            ({"due": "2027-03-28T02:30"}, "due"),
            ({"due": "0001-01-01T00:00"}, "due"),
        ],
    )
    async def test_bad_input(
        self, made: Conference, editor: httpx.AsyncClient, fields: dict[str, str], field: str
    ) -> None:
        page = await editor.get(here(made, "/settings"))
        form = {"wording": "May we?", "due": "", "seen": hidden(page, "seen")} | fields
        refused = await editor.post(here(made, "/settings"), data=form)
        assert refused.status_code == 422
        assert list(faults(refused)) == [field]


async def test_who_may(made: Conference, client: httpx.AsyncClient, sign_in: SignIn) -> None:
    gets = ("", "/settings", "/readiness.csv")
    posts = ("/reminders", f"/speakers/{made.jo}/reminders", f"/speakers/{made.jo}/invitation", "/settings",
             f"/sessions/{made.sessions['Closing']}/recording")  # fmt: skip
    slides = here(made).replace("readiness", "slides")
    for path in (*(here(made, tail) for tail in gets), slides, f"{slides}/1"):
        assert (await client.get(path)).headers["location"].startswith("/account/sign-in")
    for role in (None, StaffRole.FINANCE, StaffRole.DOOR, StaffRole.SUPPORT):
        other = await sign_in(role, email=f"{role or 'visitor'}@sterileline.example")
        for path in (*(here(made, tail) for tail in gets), slides, f"{slides}/1"):
            assert (await other.get(path)).status_code == 403
        for path in (
            *(here(made, tail) for tail in posts),
            f"{slides}/release",
            f"{slides}/1/release",
            f"{slides}/1/removal",
        ):
            assert (await other.post(path, data={"email": JO})).status_code == 403
    organiser = await sign_in(StaffRole.ORGANISER, email="organiser@sterileline.example")
    for tail in gets:
        assert (await organiser.get(here(made, tail))).status_code == 200
        assert (await organiser.get(here(made, tail).replace(f"/{made.event}/", "/999/"))).status_code == 404
    strange = f"/speakers/{2**40}/invitation"
    assert (await organiser.post(here(made, strange), data={"email": JO})).status_code == 404
    assert await db.fetch_value("SELECT count(*) FROM mail") == 0


async def test_the_page_of_the_session_says_do_not_record(made: Conference, editor: httpx.AsyncClient) -> None:
    where = f"/staff/events/{made.event}/programme/sessions/{made.sessions['Closing']}"
    assert "Do not record" not in (await editor.get(where)).text
    await answer_all(made, agreed=False)
    told = words((await editor.get(where)).text)
    assert "Do not record Maeve Donnellan refuses to be recorded at this event." in told
    assert "all the same" not in told
    await db.execute("UPDATE programme_session SET recorded = true")
    assert "planned to be recorded all the same" in words((await editor.get(where)).text)
