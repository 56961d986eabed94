"""The desk’s page: what it shows, each form with what is right and what is not, and what is nobody else’s business."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.core.overtaking import mark
from portal.leads.commands import keep_wording
from portal.programme.commands.releasing import release
from portal.speakers.commands import save_speaker
from portal.speakers.queries import by_id
from portal.speakers.values import SpeakerFacts
from tests.accounts.conftest import Browser
from tests.events.reading import words
from tests.factories import events
from tests.media.made import bomb_png, photo, saved
from tests.programme.desk.made import (
    MAEVE,
    MAEVES,
    THEM,
    Conference,
    conference,
    enter,
    faults,
    hidden,
    save,
    talk,
)
from tests.queries import counting

OWN = {"job_title": "Director", "company_name": "Kilmore Sterile Works", "bio": "", "website": "", "links": ""}


@pytest.fixture
async def made(browser: Browser) -> Conference:
    """A conference, with Maeve at her desk."""
    found = await conference()
    await enter(browser)
    return found


class TestSessions:
    async def test_each_with_time_room_role_and_company_on_stage(self, made: Conference, browser: Browser) -> None:
        told = words((await browser.get(made.at())).text)
        when = events.NINE.astimezone(ZoneInfo("Europe/Vienna"))
        assert f"First air Talk, you as speaker {when:%A} {when.day} {when:%B}, 09:00–09:40 , Saal Lobau" in told
        assert "Closing Panel, you as speaker; with Jo Vos (moderator)" in told
        assert "Fill weights" not in told

    async def test_times_that_are_not_released_show_only_where_staff_say_so(self, browser: Browser) -> None:
        made = await conference(released=False)
        await enter(browser)
        assert "The time is not public yet." in words((await browser.get(made.at())).text)
        await db.execute("UPDATE programme SET shows_draft = true")
        told = words((await browser.get(made.at())).text)
        assert "Not public yet Planned:" in told
        await release(actor=PORTAL, event_id=made.event, now=clock.now())
        assert "Not public yet" not in words((await browser.get(made.at())).text)
        moved = (talk("First air", MAEVES, hours=5), *THEM[1:])
        await save(made.event, *moved)
        told = words((await browser.get(made.at())).text)
        assert "09:00–09:40 , Saal Lobau Not public yet It is planned to move to" in told
        await db.execute("UPDATE programme SET shows_draft = false")
        assert "14:00" not in words((await browser.get(made.at())).text)

    async def test_one_session_or_thirty_take_the_same(self, made: Conference, browser: Browser) -> None:
        async def statements() -> int:
            async with counting() as seen:
                assert (await browser.get(made.at())).status_code == 200
            return len(seen)

        # That the desk was opened is written down once in a quarter of an hour.
        assert await statements() == (few := await statements()) + 1 <= 5
        await save(made.event, *THEM, *(talk(f"Talk {n}", MAEVES, hours=n / 2) for n in range(28)))
        for n in range(5):
            other = await events.make(f"Another {n}", days=40 + n)
            await save(other, talk(f"Elsewhere {n}", MAEVES))
            await db.execute("UPDATE session_speaker SET speaker = $1 WHERE speaker <> $2", made.maeve, made.jo)
        assert await statements() == few + 1
        assert (few, await statements()) == (few, few)


class TestProfile:
    async def test_what_is_saved_is_public_at_once_and_kept_track_of(self, made: Conference, browser: Browser) -> None:
        page = await browser.get(made.at())
        answer = await browser.post(
            made.at("/profile"), seen=hidden(page, "seen"), job_title="Head of Quality", company_name="Kilmore Group",
            bio="Reads **smoke** films. <script>alert(1)</script>", website="https://kilmore.example",
            links="https://social.example/maeve",
        )  # fmt: skip
        assert answer.status_code == 303
        public = (await browser.get("/speakers/maeve-donnellan")).text
        assert "Head of Quality, Kilmore Group" in words(public)
        assert "Reads <strong>smoke</strong> films." in public
        assert "alert(1)" not in public
        assert 'href="https://social.example/maeve" rel="nofollow ugc noopener">social.example' in public
        row = await db.fetch_one("SELECT actor, facts FROM audit_entry WHERE verb = 'changed own page'")
        assert row is not None
        assert (row["actor"], row["facts"]) == (f"speaker {made.maeve}", "{}")

    async def test_staff_see_what_was_changed_and_what_stood_there(
        self, made: Conference, browser: Browser, editor: httpx.AsyncClient
    ) -> None:
        page = await browser.get(made.at())
        await browser.post(made.at("/profile"), **OWN | {"seen": hidden(page, "seen"), "job_title": "Head of <b>"})
        told = words((await editor.get(f"/staff/speakers/{made.maeve}")).text)
        assert "The speaker Changed own page What stood there before Job title Director" in told
        assert "The portal Gave an address" in told

    async def test_another_company_does_not_lead_to_the_profile_of_the_first(
        self, made: Conference, browser: Browser
    ) -> None:
        company = await db.fetch_value(
            "INSERT INTO company (slug, name, state, created_at, changed_at) "
            "VALUES ('k', 'K', 'public', now(), now()) RETURNING id"
        )
        await db.execute("UPDATE speaker SET company = $1 WHERE id = $2", company, made.maeve)
        page = await browser.get(made.at())
        await browser.post(made.at("/profile"), **OWN | {"seen": hidden(page, "seen"), "bio": "New"})
        assert await db.fetch_value("SELECT company FROM speaker WHERE id = $1", made.maeve) == company
        page = await browser.get(made.at())
        await browser.post(made.at("/profile"), **OWN | {"seen": hidden(page, "seen"), "company_name": "Other"})
        assert await db.fetch_value("SELECT company FROM speaker WHERE id = $1", made.maeve) is None

    @pytest.mark.parametrize(
        ("field", "typed", "told"),
        [
            ("website", "javascript:alert(1)", "Please give a full address that starts with https://."),
            ("website", "https://[", "Please give a full address that starts with https://."),
            ("links", "https://a.example\nnowhere", "“nowhere” is no full address."),
            ("links", "\n".join(f"https://{n}.example" for n in range(7)), "Please give 6 addresses at most."),
            ("bio", "x" * 6001, "Please keep this under 6000 characters"),
            ("job_title", "x" * 201, "Please keep this under 200 characters"),
        ],
    )
    async def test_bad_input_is_told_beside_its_field(
        self, made: Conference, browser: Browser, field: str, typed: str, told: str
    ) -> None:
        page = await browser.get(made.at())
        sent = OWN | {"seen": hidden(page, "seen"), "bio": "Kept as typed", field: typed}
        refused = await browser.post(made.at("/profile"), **sent)
        assert refused.status_code == 422
        assert faults(refused)[field].startswith(told)
        assert ("Kept as typed" in refused.text) == (field != "bio")
        stored = await by_id(made.maeve)
        assert stored is not None
        assert stored.bio == ""

    async def test_how_it_will_look_saves_nothing(self, made: Conference, browser: Browser) -> None:
        page = await browser.get(made.at())
        shown = await browser.post(
            made.at("/preview"), **OWN | {"seen": hidden(page, "seen"), "bio": "Reads **films**."}
        )
        assert shown.status_code == 200
        assert "Nothing is saved yet." in shown.text
        assert "Reads <strong>films</strong>." in shown.text
        assert await db.fetch_value("SELECT bio FROM speaker WHERE id = $1", made.maeve) == ""

    async def test_staff_who_were_faster_are_not_written_over(self, made: Conference, browser: Browser) -> None:
        page = await browser.get(made.at())
        stored = await by_id(made.maeve)
        assert stored is not None
        facts = SpeakerFacts(name=stored.name, email=MAEVE, bio="Written by staff", job_title="Director")
        await save_speaker(actor=PORTAL, facts=facts, now=clock.now(), speaker_id=made.maeve, seen=mark(stored.facts))
        mine = OWN | {"seen": hidden(page, "seen"), "bio": "Written by me"}
        overtaken = await browser.post(made.at("/profile"), **mine)
        assert overtaken.status_code == 409
        assert "About you is stored as “Written by staff”" in words(overtaken.text)
        assert "Written by me" in overtaken.text
        again = await browser.post(made.at("/profile"), **mine | {"seen": hidden(overtaken, "seen")})
        assert again.status_code == 303
        assert await db.fetch_value("SELECT bio FROM speaker WHERE id = $1", made.maeve) == "Written by me"

    async def test_a_photo_is_made_anew_and_comes_off_again(self, made: Conference, browser: Browser) -> None:
        async def send(name: str, content: bytes) -> object:
            page = await browser.get(made.at())
            form = OWN | {"seen": hidden(page, "seen")}
            return await browser.client.post(made.at("/profile"), data=form, files={"photo": (name, content)})

        answer = await send("me.png", saved(photo((800, 800))))
        assert answer.status_code == 303  # type: ignore[attr-defined]
        key = await db.fetch_value("SELECT photo FROM speaker WHERE id = $1", made.maeve)
        assert key
        assert f"/media/{key}/320.webp" in (await browser.get("/speakers/maeve-donnellan")).text
        for name, content in (("me.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), ("me.png", b"%PDF-1.7"),
                              ("me.jpg", bomb_png())):  # fmt: skip
            refused = await send(name, content)
            assert "photo" in faults(refused), name  # type: ignore[arg-type]
            assert await db.fetch_value("SELECT photo FROM speaker WHERE id = $1", made.maeve) == key
        page = await browser.get(made.at())
        await browser.post(made.at("/profile"), **OWN | {"seen": hidden(page, "seen"), "no_photo": "yes"})
        assert await db.fetch_value("SELECT photo FROM speaker WHERE id = $1", made.maeve) == ""


class TestAvailability:
    async def answer(self, made: Conference, browser: Browser, when: str = "spans", **spans: str):  # type: ignore[no-untyped-def]
        fields = {
            f"{name}-{made.event}": value for name, value in {"when": when, **spans}.items() if value or name != "when"
        }
        return await browser.post(made.at(f"/events/{made.event}/availability"), **fields)

    async def stored(self) -> list[tuple[datetime, datetime]]:
        rows = await db.fetch("SELECT starts_at, ends_at FROM availability ORDER BY starts_at")
        return [(row["starts_at"], row["ends_at"]) for row in rows]

    async def test_any_time_is_an_answer(self, made: Conference, browser: Browser) -> None:
        assert (await self.answer(made, browser, "any")).status_code == 303
        assert await self.stored() == []
        assert await db.fetch_value(
            "SELECT answered_availability_at IS NOT NULL FROM appearance WHERE speaker = $1", made.maeve
        )

    async def test_spans_are_of_the_events_zone_and_merged(self, made: Conference, browser: Browser) -> None:
        day = events.DAY.isoformat()
        spans = {f"from-{day}-0": "09:00", f"to-{day}-0": "12:00", f"from-{day}-1": "11:00", f"to-{day}-1": "01:00"}
        assert (await self.answer(made, browser, **spans)).status_code == 303
        assert await self.stored() == [(events.NINE, events.NINE + timedelta(hours=16))]
        page = (await browser.get(made.at())).text
        assert f'name="from-{day}-0-{made.event}" type="time" value="09:00"' in page
        assert f'name="to-{day}-0-{made.event}" type="time" value="01:00"' in page
        assert (await self.answer(made, browser, "any")).status_code == 303
        assert await self.stored() == []

    @pytest.mark.parametrize(
        ("when", "spans", "field"),
        [
            ("", {}, "when"),
            ("sometimes", {}, "when"),
            ("spans", {}, "when"),
            ("spans", {"from": "09:00", "to": ""}, "to"),
            ("spans", {"from": "nine", "to": "10:00"}, "from"),
            ("spans", {"from": "25:00", "to": "26:00"}, "from"),
            ("spans", {"from": "10:00", "to": "09:00"}, "to"),
            ("spans", {"from": "10:00", "to": "10:00"}, "to"),
        ],
    )
    async def test_bad_input_is_told_beside_its_field(
        self, made: Conference, browser: Browser, when: str, spans: dict[str, str], field: str
    ) -> None:
        tail = f"-{events.DAY.isoformat()}-0"
        refused = await self.answer(made, browser, when, **{f"{name}{tail}": value for name, value in spans.items()})
        assert refused.status_code == 422
        assert next(iter(faults(refused))) == (field + ("" if field == "when" else tail) + f"-{made.event}")
        for name, value in spans.items():
            assert f'name="{name}{tail}-{made.event}" type="time" value="{value}"' in refused.text
        assert await db.fetch_value("SELECT count(*) FROM appearance WHERE answered_availability_at IS NOT NULL") == 0


class TestRecording:
    async def answer(self, made: Conference, browser: Browser, answer: str):  # type: ignore[no-untyped-def]
        wording = hidden(await browser.get(made.at()), f"wording-{made.event}")
        fields = {f"answer-{made.event}": answer, f"wording-{made.event}": wording}
        return await browser.post(made.at(f"/events/{made.event}/recording"), **fields)

    async def test_every_answer_is_kept_with_its_wording(self, made: Conference, browser: Browser) -> None:
        assert (await self.answer(made, browser, "yes")).status_code == 303
        await keep_wording(kind="recording", key=str(made.event), text="Other words.", now=clock.now())
        assert (await self.answer(made, browser, "no")).status_code == 303
        rows = await db.fetch(
            "SELECT r.agreed, w.version FROM recording_answer r JOIN wording_of_consent w ON w.id = r.wording ORDER BY r.id"
        )
        assert [tuple(row) for row in rows] == [(True, 1), (False, 2)]
        told = words((await browser.get(made.at())).text)
        assert told.index("Refused on") < told.index("Agreed on")
        assert "wording 2" in told

    async def test_who_refuses_is_not_recorded_and_who_agrees_later_leaves_it_to_staff(
        self, made: Conference, browser: Browser
    ) -> None:
        async def recorded() -> dict[str, bool]:
            return {
                row["title"]: row["recorded"] for row in await db.fetch("SELECT title, recorded FROM programme_session")
            }

        await self.answer(made, browser, "no")
        assert await recorded() == {"First air": False, "Closing": False, "Fill weights": True}
        found = await release(actor=PORTAL, event_id=made.event, now=clock.now())
        assert found is not None
        assert len(found.changes) == 2
        await self.answer(made, browser, "yes")
        assert (await recorded())["First air"] is False

    async def test_words_that_changed_meanwhile_are_read_again(self, made: Conference, browser: Browser) -> None:
        page = await browser.get(made.at())
        await keep_wording(kind="recording", key=str(made.event), text="Other words.", now=clock.now())
        fields = {f"answer-{made.event}": "yes", f"wording-{made.event}": hidden(page, f"wording-{made.event}")}
        refused = await browser.post(made.at(f"/events/{made.event}/recording"), **fields)
        assert refused.status_code == 409
        assert faults(refused)[f"answer-{made.event}"].startswith("The wording has changed meanwhile.")
        assert "Other words." in refused.text
        assert await db.fetch_value("SELECT count(*) FROM recording_answer") == 0

    @pytest.mark.parametrize(
        "fields", [{}, {"answer": "perhaps"}, {"answer": "yes", "wording": "x"}, {"answer": "yes", "wording": "-1"}]
    )
    async def test_bad_input(self, made: Conference, browser: Browser, fields: dict[str, str]) -> None:
        told = {f"{name}-{made.event}": value for name, value in fields.items()}
        assert (await browser.post(made.at(f"/events/{made.event}/recording"), **told)).status_code == 422
        assert await db.fetch_value("SELECT count(*) FROM recording_answer") == 0


async def test_a_note_to_the_organiser(made: Conference, browser: Browser) -> None:
    where = made.at(f"/events/{made.event}/note")
    assert (await browser.post(where, **{f"note-{made.event}": "A lower lectern"})).status_code == 303
    assert await db.fetch_value("SELECT note FROM appearance WHERE speaker = $1", made.maeve) == "A lower lectern"
    refused = await browser.post(where, **{f"note-{made.event}": "x" * 2001})
    assert refused.status_code == 422
    assert f"note-{made.event}" in faults(refused)


async def test_nothing_of_others_is_read_or_written(made: Conference, browser: Browser) -> None:
    elsewhere = await events.make("Elsewhere", days=60)
    answers = {"when": "any", "answer": "yes", "wording": "0", "note": "x"}
    for whose, event in ((made.jo, made.event), (made.maeve, elsewhere), (made.maeve, 2**62), (2**62, made.event)):
        for act in ("availability", "recording", "note"):
            fields = {f"{name}-{event}": value for name, value in answers.items()}
            answer = await browser.post(made.at(f"/events/{event}/{act}", whose=whose), **fields)
            assert answer.status_code == 404, (whose, event, act)
    for path in ("", "/slides/1"):
        assert (await browser.get(made.at(path, whose=made.jo))).status_code == 404
    for path in ("/profile", "/preview"):
        assert (await browser.post(made.at(path, whose=made.jo), **OWN)).status_code == 404
    assert (await browser.get(made.at(whose=2**64))).status_code == 400
    assert await db.fetch_value("SELECT count(*) FROM recording_answer") == 0
    assert await db.fetch_value("SELECT count(*) FROM programme WHERE event = $1", elsewhere) == 0
    assert await db.fetch_value("SELECT note FROM appearance WHERE speaker = $1", made.jo) == ""
