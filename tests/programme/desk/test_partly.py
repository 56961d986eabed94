"""A yes to the event that does not hold for every session: about coming, and about being recorded."""

import re

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.programme import privacy
from portal.programme.desk import readiness
from portal.programme.desk.commands import answer_coming, answer_recording
from portal.programme.desk.rules import usual_wording
from portal.programme.queries import clashes, public
from portal.programme.routes import slides_united, speakers_united
from portal.speakers.uniting import unite_speakers
from tests.accounts.conftest import Browser, mails
from tests.events.reading import words
from tests.factories import events
from tests.programme.desk.made import JO, MAEVE, MAEVES, Conference, conference, enter, faults, hidden, one, save, talk

QUESTIONS = {"coming": ("coming", "without"), "recording": ("answer", "unseen")}


@pytest.fixture
async def made(browser: Browser) -> Conference:
    found = await conference()
    await enter(browser)
    return found


async def say(made: Conference, browser: Browser, kind: str, choice: str, *sessions: object) -> httpx.Response:
    """Answer one of the two questions, with sessions by title or as they are sent."""
    end, (answer, which) = f"-{made.event}", QUESTIONS[kind]
    fields = {
        answer + end: choice, which + end: [str(made.sessions.get(str(one), one)) for one in sessions],
        f"wording{end}": hidden(await browser.get(made.at()), f"wording{end}"),
    }  # fmt: skip
    return await browser.client.post(made.at(f"/events/{made.event}/{kind}"), data=fields)


async def ready(made: Conference) -> readiness.Ready:
    rows, _ = await readiness.table(made.event)
    return next(row for row in rows if row.id == made.maeve)


async def excepted(kind: str) -> list[str]:
    rows = await db.fetch(
        "SELECT s.title FROM session_exception x JOIN programme_session s ON s.id = x.session WHERE x.kind = $1", kind
    )
    return [row["title"] for row in rows]


async def test_who_is_recorded_in_one_session_only(
    made: Conference, browser: Browser, editor: httpx.AsyncClient
) -> None:
    assert (await say(made, browser, "recording", "some", "Closing")).status_code == 303
    texts = await public.all_texts(made.event)
    assert {key for key, one in texts.items() if not one.recorded} == {made.sessions["Closing"]}
    rows = await db.fetch("SELECT title FROM programme_session WHERE NOT recorded")
    assert [row["title"] for row in rows] == ["Closing"]
    page = (await browser.get(made.at())).text
    assert re.search(r'value="some" checked', page)
    assert f'name="unseen-{made.event}" value="{made.sessions["Closing"]}" checked' in page
    assert "Agreed, but for Closing, on" in words(page)
    table = await editor.get(f"/staff/events/{made.event}/programme/readiness?only=refused")
    assert re.findall(r'<tr id="s-(\d+)"', table.text) == [str(made.maeve)]
    assert "Maeve Donnellan refused" in words(table.text)
    assert [(one.title, one.names) for one in await readiness.unrecorded(made.event)] == [
        ("Closing", ["Maeve Donnellan"])
    ]
    [told] = [one for one in await privacy.known_about(MAEVE) if one["what"] == "Being recorded"]
    assert (told["answer"], told["excepted"]) == ("yes", "Closing")
    # A whole answer afterwards holds for every session.
    await say(made, browser, "recording", "yes", "Closing")
    assert await excepted("recording") == []
    assert await one("SELECT count(*) FROM recording_answer") == 2


async def test_who_cannot_be_in_one_session_is_asked_no_slides_for_it(
    made: Conference, browser: Browser, editor: httpx.AsyncClient
) -> None:
    assert (await ready(made)).without == ["First air"]
    await say(made, browser, "coming", "some", "First air")
    row = await ready(made)
    assert (row.without, row.absent, row.wanted, row.has("coming")) == ([], ["First air"], 0, True)
    page = words((await browser.get(made.at())).text)
    assert "You said that you cannot be in this session." in page
    assert "Slides: First air" not in page
    found = (await clashes.of_draft(made.event))[0]
    assert [(one.kind, one.title, one.name) for one in found if one.kind == "declined"] == [
        ("declined", "First air", "Maeve Donnellan")
    ]  # fmt: skip
    [mail] = await mails("desk@sterileline.example")
    assert mail["subject"] == "Maeve Donnellan is not in every session: Forum"
    assert "they cannot be in First air." in words(mail["text"])
    table = await editor.get(f"/staff/events/{made.event}/programme/readiness?only=declined")
    assert re.findall(r'<tr id="s-(\d+)"', table.text) == [str(made.maeve)]
    # The same again is told to nobody; coming to all of them after all is.
    await say(made, browser, "coming", "some", "First air")
    assert len(await mails("desk@sterileline.example")) == 1
    await say(made, browser, "coming", "yes")
    assert (await mails("desk@sterileline.example"))[-1]["subject"] == "Maeve Donnellan comes after all: Forum"
    assert (await ready(made)).without == ["First air"]


@pytest.mark.parametrize("kind", QUESTIONS)
async def test_bad_input(made: Conference, browser: Browser, kind: str) -> None:
    which = f"{QUESTIONS[kind][1]}-{made.event}"
    for sessions in ((), ("x",)):
        refused = await say(made, browser, kind, "some", *sessions)
        assert (refused.status_code, list(faults(refused))) == (422, [which])
        assert 'value="some" checked' in refused.text
    for session in ("Fill weights", 10**30, -1):
        assert (await say(made, browser, kind, "some", "Closing", session)).status_code == 404
    assert await excepted(kind) == []


@pytest.mark.parametrize("kind", QUESTIONS)
async def test_who_is_in_one_session_is_not_asked_about_some(made: Conference, browser: Browser, kind: str) -> None:
    assert f'name="{QUESTIONS[kind][1]}-{made.event}"' in (await browser.get(made.at())).text
    await db.execute("DELETE FROM session_speaker WHERE session = $1", made.sessions["Closing"])
    assert f'name="{QUESTIONS[kind][1]}-{made.event}"' not in (await browser.get(made.at())).text


@pytest.mark.parametrize("kind", QUESTIONS)
async def test_each_event_is_answered_by_itself(made: Conference, browser: Browser, kind: str) -> None:
    other = await events.make("Congress", days=60)
    await save(other, talk("Elsewhere", MAEVES), talk("Again", MAEVES, hours=2))
    await db.execute("UPDATE session_speaker SET speaker = $1 WHERE speaker NOT IN ($1, $2)", made.maeve, made.jo)
    await say(made, browser, kind, "no")
    answered = "SELECT count(coalesce(declined_at, recording_refused_at)) FROM appearance WHERE event = $1"
    assert [await one(answered, event) for event in (made.event, other)] == [1, 0]
    page = (await browser.get(made.at())).text
    name = QUESTIONS[kind][0]
    assert f'name="{name}-{made.event}" value="no" checked' in page
    assert not re.search(rf'name="{name}-{other}" value="\w+" checked', page)


@pytest.mark.parametrize("kept_is_newer", [True, False])
async def test_of_two_who_are_one_the_newest_yes_counts_with_what_it_leaves_out(
    database: str, kept_is_newer: bool
) -> None:
    made = await conference()
    usual = usual_wording("Forum", "Sterile Line")
    for speaker, email in (
        ((made.maeve, MAEVE), (made.jo, JO)) if not kept_is_newer else ((made.jo, JO), (made.maeve, MAEVE))
    ):
        given = {
            "actor": PORTAL,
            "addresses": {email},
            "speaker_id": speaker,
            "event_id": made.event,
            "now": clock.now(),
        }
        own = made.sessions["First air" if speaker == made.maeve else "Fill weights"]
        await answer_recording(agreed=True, wording_id=0, usual=usual, excepted=(own,), **given)  # type: ignore[arg-type]
        await answer_coming(comes=True, excepted=(own,), **given)  # type: ignore[arg-type]
    await unite_speakers(
        actor=PORTAL, kept_id=made.maeve, gone_id=made.jo, followers=[speakers_united, slides_united], now=clock.now()
    )
    expected = ["First air" if kept_is_newer else "Fill weights"]
    assert (await excepted("recording"), await excepted("coming")) == (expected, expected)
