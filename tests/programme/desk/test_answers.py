"""Whether somebody comes, what counts after the event and where it moved, and what staff learn of it."""

import io
import re
from datetime import timedelta

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.programme.desk import inviting, readiness
from portal.programme.desk.commands import answer_availability
from portal.programme.desk.rules import spans_typed
from portal.programme.queries import public
from tests.accounts.conftest import Browser, mails
from tests.events.reading import words
from tests.factories import events, stages
from tests.media.made import pdf
from tests.programme.desk.made import JO, MAEVE, Conference, conference, enter, faults, hidden, one


@pytest.fixture
async def made(browser: Browser) -> Conference:
    found = await conference()
    await enter(browser)
    return found


async def say(made: Conference, browser: Browser, coming: str, why: str = "") -> httpx.Response:
    fields = {f"coming-{made.event}": coming, f"why-{made.event}": why}
    return await browser.post(made.at(f"/events/{made.event}/coming"), **fields)


async def over(made: Conference) -> None:
    await db.execute(
        "UPDATE event SET starts_at = now() - interval '3 days', ends_at = now() - interval '2 days' WHERE id = $1",
        made.event,
    )


async def ready(made: Conference) -> dict[str, readiness.Ready]:
    rows, _ = await readiness.table(made.event)
    return {row.name: row for row in rows}


class TestComing:
    async def test_who_does_not_come_is_asked_nothing_more_and_the_organiser_has_a_mail(
        self, made: Conference, browser: Browser, editor: httpx.AsyncClient
    ) -> None:
        assert (await say(made, browser, "no", "Jury <b>duty</b>")).status_code == 303
        [mail] = await mails("desk@sterileline.example")
        assert mail["subject"] == "Maeve Donnellan does not come: Forum"
        assert "“Jury <b>duty</b>”" in mail["text"]
        assert "- First air\n- Closing" in mail["text"]
        assert mail["reply_to"] == MAEVE
        page = words((await browser.get(made.at())).text)
        assert "Nothing more is asked of you for this event." in page
        assert "When can you speak?" not in page
        row = (await ready(made))["Maeve Donnellan"]
        assert (row.missing, row.declined_why, row.has("coming"), row.has("bio")) == (
            [],
            "Jury <b>duty</b>",
            True,
            False,
        )
        assert await inviting.remind(actor=PORTAL, event_id=made.event, now=clock.now(), speaker_id=made.maeve) == 0
        table = await editor.get(f"/staff/events/{made.event}/programme/readiness?only=declined")
        assert re.findall(r'<tr id="s-(\d+)"', table.text) == [str(made.maeve)]
        assert "Not coming" in words(table.text)

    async def test_who_comes_after_all_is_told_once(self, made: Conference, browser: Browser) -> None:
        for coming in ("yes", "yes", "no", "no", "yes"):
            await say(made, browser, coming, "Ill")
            told = [mail["subject"] for mail in await mails("desk@sterileline.example")]
        assert told == [
            "Maeve Donnellan does not come: Forum", "Maeve Donnellan comes after all: Forum",
        ]  # fmt: skip
        assert await one("SELECT declined_why FROM appearance WHERE confirmed_at IS NOT NULL") == ""

    async def test_what_was_taken_back_before_the_mail_went_is_not_told(
        self, made: Conference, browser: Browser
    ) -> None:
        for coming in ("no", "yes", "no"):
            await say(made, browser, coming)
        [mail] = await mails("desk@sterileline.example")
        assert mail["subject"] == "Maeve Donnellan does not come: Forum"

    @pytest.mark.parametrize(
        ("coming", "why", "field"), [("", "", "coming"), ("maybe", "", "coming"), ("no", "x" * 401, "why")]
    )
    async def test_bad_input(self, made: Conference, browser: Browser, coming: str, why: str, field: str) -> None:
        refused = await say(made, browser, coming, why)
        assert (refused.status_code, list(faults(refused))) == (422, [f"{field}-{made.event}"])
        assert (why or "Will you be there?") in refused.text
        assert (
            await one("SELECT count(*) FROM appearance WHERE declined_at IS NOT NULL OR confirmed_at IS NOT NULL") == 0
        )


class TestOpened:
    async def test_staff_see_who_never_came_to_the_desk(
        self, made: Conference, browser: Browser, editor: httpx.AsyncClient
    ) -> None:
        await db.execute("UPDATE appearance SET invited_at = now()")
        await inviting.remind(actor=PORTAL, event_id=made.event, now=clock.now())
        await browser.get(made.at())
        rows = await ready(made)
        assert (rows["Maeve Donnellan"].opened_at is None, rows["Jo Vos"].opened_at) == (False, None)
        table = await editor.get(f"/staff/events/{made.event}/programme/readiness?only=unopened")
        assert re.findall(r'<tr id="s-(\d+)"', table.text) == [str(made.jo)]
        assert "never came" in table.text

    async def test_a_mail_that_came_back_is_told(self, made: Conference, editor: httpx.AsyncClient) -> None:
        await inviting.invite(actor=PORTAL, event_id=made.event, speaker_id=made.jo, email=JO, now=clock.now())
        assert len(await mails(JO)) == 1
        await db.execute("UPDATE mail SET state = 'bounced' WHERE recipient = $1", JO)
        table = await editor.get(f"/staff/events/{made.event}/programme/readiness?only=undelivered")
        assert re.findall(r'<tr id="s-(\d+)"', table.text) == [str(made.jo)]
        assert "Mail came back" in table.text
        # Another address is another matter.
        await db.execute("UPDATE speaker SET email = 'new@vos.example' WHERE id = $1", made.jo)
        assert not (await ready(made))["Jo Vos"].is_undelivered


class TestAfterwards:
    async def test_the_answer_about_recording_can_be_taken_back(self, made: Conference, browser: Browser) -> None:
        for answer in ("yes", "no"):
            page = await browser.get(made.at())
            fields = {f"answer-{made.event}": answer, f"wording-{made.event}": hidden(page, f"wording-{made.event}")}
            assert (await browser.post(made.at(f"/events/{made.event}/recording"), **fields)).status_code == 303
            await over(made)
        told = words((await browser.get(made.at())).text)
        assert re.search(r"Refused on .* Agreed on ", told)
        assert "When can you speak?" not in told

    async def test_a_page_left_open_until_afterwards_tells_the_organiser_nothing(
        self, made: Conference, browser: Browser
    ) -> None:
        times = made.at(f"/events/{made.event}/availability")
        for change, told in (
            (over(made), "is over"),
            (db.execute("UPDATE event SET state = 'cancelled'"), "is cancelled"),
        ):
            await change
            late = await say(made, browser, "no", "Ill")
            assert (late.status_code, told in late.text) == (409, True)
            assert (await browser.post(times, **{f"when-{made.event}": "any"})).status_code == 409
        assert await mails("desk@sterileline.example") == []

    async def test_no_times_of_an_event_that_is_over_are_asked_for(self, made: Conference) -> None:
        await over(made)
        assert (await ready(made))["Maeve Donnellan"].missing == ["invited", "bio", "photo", "slides", "consent"]
        await inviting.remind(actor=PORTAL, event_id=made.event, now=clock.now(), speaker_id=made.maeve)
        mail = (await mails(MAEVE))[-1]
        assert mail["subject"] == "Still missing: Forum"
        assert "When you can speak" not in mail["text"]

    async def test_of_a_cancelled_event_nothing(
        self, made: Conference, browser: Browser, editor: httpx.AsyncClient
    ) -> None:
        await db.execute("UPDATE event SET state = 'cancelled'")
        assert [row.missing for row in (await ready(made)).values()] == [[], []]
        where = f"/staff/events/{made.event}/programme/readiness"
        assert "not asked" in (await editor.get(where)).text
        await editor.post(f"{where}/reminders")
        refused = await editor.post(f"{where}/speakers/{made.jo}/invitation", data={"email": JO})
        assert (refused.status_code, "The event is cancelled" in refused.text) == (409, True)
        assert await mails(JO) == []
        page = words((await browser.get(made.at())).text)
        assert "Will you be there?" not in page
        assert "Hand in" not in page


class TestTimes:
    async def test_an_event_that_moved_away_asks_again(self, made: Conference, browser: Browser) -> None:
        spans = [(events.NINE, events.NINE + timedelta(hours=2))]
        await answer_availability(
            actor=PORTAL, addresses={MAEVE}, speaker_id=made.maeve, event_id=made.event, spans=spans, now=clock.now()
        )
        assert "availability" not in (await ready(made))["Maeve Donnellan"].missing
        for days in (10, -20):
            move = (
                "UPDATE event SET starts_at = starts_at + $2::interval, ends_at = ends_at + $2::interval WHERE id = $1"
            )
            await db.execute(move, made.event, timedelta(days=days))
            assert "availability" in (await ready(made))["Maeve Donnellan"].missing
            assert "The event has moved since you answered" in (await browser.get(made.at())).text

    def test_an_hour_that_is_skipped_is_no_time(self) -> None:
        day = clock.now().date().replace(year=2027, month=3, day=28)
        typed = {"from-2027-03-28-0": "02:30", "to-2027-03-28-0": "04:00"}
        spans, wrong = spans_typed(typed, [day], "Europe/Vienna", {})
        assert (spans, list(wrong)) == ([], ["from-2027-03-28-0"])
        assert "does not exist on that day" in wrong["from-2027-03-28-0"]


class TestOnStageTogether:
    async def test_one_set_of_slides_is_enough_and_all_of_them_read_it(
        self, made: Conference, browser: Browser, editor: httpx.AsyncClient
    ) -> None:
        number = made.sessions["Fill weights"]
        await db.execute(
            "INSERT INTO session_speaker (session, speaker, role, position) VALUES ($1, $2, 'speaker', 1)",
            number,
            made.maeve,
        )
        before = {name: row.without for name, row in (await ready(made)).items()}
        assert before == {"Maeve Donnellan": ["First air", "Fill weights"], "Jo Vos": ["Fill weights"]}
        where = made.at(f"/sessions/{number}/slides")
        await browser.client.post(where, files={f"slides-{number}": ("ours.pdf", io.BytesIO(pdf(1)))})
        after = {name: row.without for name, row in (await ready(made)).items()}
        assert after == {"Maeve Donnellan": ["First air"], "Jo Vos": []}
        await enter(browser, JO)
        page = await browser.get(made.at(whose=made.jo))
        assert "ours.pdf Handed in by Maeve Donnellan" in words(page.text)
        deck = await one("SELECT id FROM slides")
        assert (await browser.get(made.at(f"/slides/{deck}", whose=made.jo))).content == pdf(1)
        # What was replaced, and what is of other sessions, is nobody else’s.
        await browser.client.post(where, files={f"slides-{number}": ("newer.pdf", io.BytesIO(pdf(2)))})
        assert (await browser.get(made.at(f"/slides/{deck}", whose=made.jo))).status_code == 404


async def test_who_speaks_in_a_webinar_only_is_told_where(browser: Browser) -> None:
    number = await stages.person("Marit Solheim", email="marit@halden.example")
    shop = await stages.announce("Annex 1 live", starts_in=timedelta(days=4), speakers_named=("Marit Solheim",))
    await enter(browser, "marit@halden.example")
    told = words((await browser.get(f"/speaking/{number}")).text)
    assert "Nothing is asked of you yet You are announced in Annex 1 live" in told
    await db.execute("DELETE FROM event WHERE id = $1", shop.event_id)
    assert "You are on no programme to come" in words((await browser.get(f"/speaking/{number}")).text)


class TestPublic:
    async def test_a_refusal_counts_before_the_next_release(self, made: Conference, browser: Browser) -> None:
        number = made.sessions["First air"]
        exported = f"/events/{made.slug}/programme/schedule.json"
        assert '"do_not_record":true' not in (await browser.get(exported)).text
        page = await browser.get(made.at())
        fields = {f"answer-{made.event}": "no", f"wording-{made.event}": hidden(page, f"wording-{made.event}")}
        await browser.post(made.at(f"/events/{made.event}/recording"), **fields)
        texts = await public.all_texts(made.event)
        assert {key for key, one in texts.items() if not one.recorded} == {number, made.sessions["Closing"]}
        assert (await browser.get(exported)).text.count('"do_not_record":true') == 2

    async def test_of_the_versions_of_a_set_only_one_is_public(self, made: Conference, browser: Browser) -> None:
        await db.execute("UPDATE programme SET slides_at_once = true")
        number = made.sessions["First air"]
        for n in (1, 2):
            files = {f"slides-{number}": (f"v{n}.pdf", io.BytesIO(pdf(n)))}
            assert (await browser.client.post(made.at(f"/sessions/{number}/slides"), files=files)).status_code == 303
        keys = [row["file"] for row in await db.fetch("SELECT file FROM slides ORDER BY version")]
        read = [(await browser.get(f"/media/{key}/v{n}.pdf")).status_code for n, key in enumerate(keys, 1)]
        assert read == [404, 200]
        newest = await one("SELECT max(id) FROM slides")
        await browser.post(made.at(f"/slides/{newest}/removal"))
        assert await one("SELECT count(*) FROM slides WHERE released_at IS NOT NULL") == 0
