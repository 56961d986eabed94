"""The recording: who may watch, jumping and searching without scripts, and what staff set."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.core.errors import Conflict, Invalid
from portal.webinars.commands import recordings
from portal.webinars.queries.ledger import of_seat
from portal.webinars.rules.states import HostAction
from portal.webinars.rules.transcripts import Chapter, Cue
from portal.webinars.tables.rooms import ReplayAccess, VideoSource
from tests.chromium import chromium, faults, feed
from tests.factories import webinars
from tests.paying import text_of

pytestmark = pytest.mark.usefixtures("database")
CUES = [
    Cue(1000, 3000, "Anselm Oyelaran", "Forty inspections, 118 findings."),
    Cue(65_000, 70_000, "Anselm Oyelaran", "Most of them name the contamination control strategy."),
    Cue(71_000, 75_000, "Marit Solheim", "It existed, and did not describe the room <we> stood in."),
]


async def over(access: ReplayAccess = ReplayAccess.GATED, *, published: bool = True, **more: Any) -> webinars.Webinar:
    """A webinar that is over, with a recording of ten minutes."""
    made = await webinars.make(starts_in=timedelta(minutes=10), replay=access, **more)
    await webinars.go(made, HostAction.GO_LIVE, HostAction.END)
    await recordings.save_recording(
        webinar_id=made.webinar_id, source=VideoSource.HLS, url="/static/clip/film.m3u8", seconds=600, language="en",
        chapters=[Chapter(0, "Welcome"), Chapter(65, "What inspectors find")], actor=PORTAL, now=clock.now(),
    )  # fmt: skip
    await recordings.save_transcript(webinar_id=made.webinar_id, cues=CUES, actor=PORTAL, now=clock.now())
    if published:
        await recordings.publish_recording(webinar_id=made.webinar_id, actor=PORTAL, now=clock.now())
    return made


def at(made: webinars.Webinar) -> str:
    return f"/webinars/{made.slug}/replay"


async def test_a_gated_recording_is_for_those_with_a_place(client: httpx.AsyncClient) -> None:
    made = await over()
    gate = await client.get(at(made))
    assert (gate.status_code, "film.m3u8" in gate.text) == (403, False)
    assert "Register and watch" in text_of(gate)
    assert (await client.get(f"{at(made)}/captions.vtt")).status_code == 403
    claim = await _late(made)
    assert (await client.post(f"/join/{claim}")).headers["location"] == at(made)
    page = await client.get(at(made))
    assert (page.status_code, "film.m3u8" in page.text) == (200, True)


async def _late(made: webinars.Webinar) -> str:
    """A place in it, as one has who registered in time; gives its secret."""
    await db.execute("UPDATE event SET starts_at = now() + interval '1 hour', ends_at = now() + interval '2 hours'")
    place = await webinars.join(made, "anna@brennhof.example")
    return place.claim


async def test_an_open_one_is_for_everybody(client: httpx.AsyncClient) -> None:
    made = await over(ReplayAccess.OPEN)
    assert (await client.get(at(made))).status_code == 200


@pytest.mark.parametrize("access", [ReplayAccess.GATED, ReplayAccess.OPEN])
async def test_before_it_is_published_and_after_it_was_withdrawn_there_is_none(
    client: httpx.AsyncClient, access: ReplayAccess
) -> None:
    made = await over(access, published=False)
    assert (await client.get(at(made))).status_code == 404
    await recordings.publish_recording(webinar_id=made.webinar_id, actor=PORTAL, now=clock.now())
    assert (await client.get(at(made))).status_code != 404
    await recordings.withdraw_recording(webinar_id=made.webinar_id, actor=PORTAL, now=clock.now())
    assert (await client.get(at(made))).status_code == 404


async def test_words_are_found_and_lead_to_their_second(client: httpx.AsyncClient) -> None:
    made = await over(ReplayAccess.OPEN)
    found = await client.get(at(made), params={"q": "contamin STRATEGY"})
    assert "1 place with “contamin STRATEGY”" in text_of(found)
    assert 'href="?t=65&q=contamin%20STRATEGY#film"' in found.text.replace("&amp;", "&")
    assert "Marit Solheim" not in found.text
    assert "Nothing with" in text_of(await client.get(at(made), params={"q": "zebra & | ' !:*"}))
    jumped = await client.get(at(made), params={"t": "65"})
    assert 'data-begins="65"' in jumped.text
    assert "/static/clip/film.m3u8#t=65" in jumped.text
    for nonsense in ("-1", "x", "9" * 30, "999999"):
        assert (await client.get(at(made), params={"t": nonsense})).status_code == 200


async def test_captions_are_what_was_said(client: httpx.AsyncClient) -> None:
    made = await over(ReplayAccess.OPEN)
    file = await client.get(f"{at(made)}/captions.vtt")
    assert file.headers["content-type"].startswith("text/vtt")
    assert (
        "00:01:11.000 --> 00:01:15.000\n<v Marit Solheim>It existed, and did not describe the room &lt;we&gt;"
        in file.text
    )


async def test_questions_stand_along_the_film(client: httpx.AsyncClient) -> None:
    made = await over(ReplayAccess.OPEN)
    await db.execute(
        "INSERT INTO webinar_question (webinar, text, asked_at, state, answered, answer, answered_by, answered_position) VALUES "
        "($1, 'One strategy for two sites?', now(), 'approved', 'typed', 'Yes, if the rooms are alike.', 'M. Solheim', 70), "
        "($1, 'Declined?', now(), 'declined', 'no', '', '', NULL), ($1, 'Open?', now(), 'approved', 'no', '', '', NULL)",
        made.webinar_id,
    )
    page = text_of(await client.get(at(made)))
    assert "1:10 One strategy for two sites? Yes, if the rooms are alike. M. Solheim" in page
    assert ("Declined?" in page, "Open?" in page) == (False, False)


async def test_what_was_answered_beyond_a_films_end_is_no_way_into_it(client: httpx.AsyncClient) -> None:
    made = await over(ReplayAccess.OPEN)
    await db.execute(
        "INSERT INTO webinar_question (webinar, text, asked_at, state, answered, answer, answered_by, answered_position, in_faq) "
        "VALUES ($1, 'The last one?', now(), 'approved', 'live', 'Yes.', 'M. Solheim', 600, true)",
        made.webinar_id,
    )
    for page in (await client.get(at(made)), await client.get(f"/events/{made.slug}")):
        assert "The last one?" in page.text
        assert "t=600" not in page.text


@pytest.mark.parametrize(("live_second", "shown"), [(0, "1:10"), (30, "1:40"), (-60, "0:10"), (-90, None), (535, None)])
async def test_questions_stand_where_the_film_has_them(
    client: httpx.AsyncClient, live_second: int, shown: str | None
) -> None:
    made = await over(ReplayAccess.OPEN)
    await db.execute(
        "INSERT INTO webinar_question (webinar, text, asked_at, state, answered, answer, answered_by, answered_position, in_faq) "
        "VALUES ($1, 'One strategy?', now(), 'approved', 'live', 'Yes.', 'M. Solheim', 70, true)",
        made.webinar_id,
    )
    await db.execute("UPDATE webinar_recording SET live_second = $1", live_second)
    page, public = text_of(await client.get(at(made))), await client.get(f"/events/{made.slug}")
    assert (f"{shown} One strategy?" in page) is (shown is not None)
    assert ("/replay?t=" in public.text) is (shown is not None)


async def test_what_was_seen_live_is_known_in_a_film_that_begins_earlier(client: httpx.AsyncClient) -> None:
    made = await over()
    seat = (await webinars.join(made, "anna@brennhof.example")).seat_id
    now = clock.now()
    await db.execute(
        "UPDATE webinar SET live_at = $1, ended_at = $2", now - timedelta(minutes=10), now - timedelta(minutes=5)
    )
    await db.execute(
        "INSERT INTO webinar_attendance (webinar, seat, first_seen, last_seen, here_until, spans, watching, watched) "
        "SELECT $1, $2, now(), now(), now(), tstzmultirange(tstzrange(w.live_at, w.live_at + interval '1 minute')), "
        "tstzmultirange(tstzrange($3::timestamptz, $3 + interval '2 minutes')), '{[150,240)}' FROM webinar w WHERE w.id = $1",
        made.webinar_id, seat, now,
    )  # fmt: skip
    seconds = []
    for live_second in (0, 150):
        await db.execute("UPDATE webinar_recording SET live_second = $1", live_second)
        entry = await of_seat(made.webinar_id, seat, now)
        assert entry is not None
        seconds.append(entry.replay_seconds)
    assert seconds == [90, 30]


async def test_one_goes_on_where_one_left(client: httpx.AsyncClient) -> None:
    made = await over()
    claim = await _late(made)
    await client.post(f"/join/{claim}")
    await client.get(at(made))
    seat = await db.fetch_value("SELECT id FROM seat WHERE claim_secret = $1", claim)
    await db.execute(
        "INSERT INTO webinar_attendance (webinar, seat, first_seen, last_seen, here_until, resume_at) "
        "VALUES ($1, $2, now(), now(), now(), 301) ON CONFLICT (webinar, seat) DO UPDATE SET resume_at = 301",
        made.webinar_id, seat,
    )  # fmt: skip
    assert "Go on from 5:01" in text_of(await client.get(at(made)))


async def test_a_film_that_cannot_be_is_refused() -> None:
    made = await webinars.make()
    for source, url, seconds, field in (
        (VideoSource.HLS, "javascript:alert(1)", 60, "source_url"), (VideoSource.NONE, "", 60, "source"),
        (VideoSource.YOUTUBE, "../x", 60, "source_url"), (VideoSource.HLS, "https://v.example/a.m3u8", 0, "length"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            await recordings.save_recording(
                webinar_id=made.webinar_id, source=source, url=url, seconds=seconds, language="en", chapters=[], actor=PORTAL,
                now=clock.now(),
            )  # fmt: skip
        assert field in refused.value.fields
    with pytest.raises(Conflict):
        await recordings.publish_recording(webinar_id=made.webinar_id, actor=PORTAL, now=clock.now())


class TestStaff:
    async def test_everything_by_forms(self, editor: httpx.AsyncClient) -> None:
        made = await webinars.make(starts_in=timedelta(minutes=10), replay=ReplayAccess.OPEN)
        await webinars.go(made, HostAction.GO_LIVE, HostAction.END)
        path = f"/staff/webinars/{made.webinar_id}/recording"
        typed = {
            "source": "youtube", "url": "https://youtu.be/dQw4w9WgXcQ", "length": "10:00", "language": "en",
            "chapters": "0:00 Welcome\n65 What",
        }  # fmt: skip
        refused = await editor.post(path, data=typed)
        assert (refused.status_code, "Line 2 is no time" in refused.text, "65 What" in refused.text) == (
            422,
            True,
            True,
        )
        right = {**typed, "chapters": "0:00 Welcome"}
        for begins, words in (("soon", "or -5:00 where the beginning was cut off"), ("10:00", "beyond the film’s end")):
            wrong = await editor.post(path, data={**right, "begins": begins})
            assert (wrong.status_code, words in wrong.text, f'value="{begins}"' in wrong.text) == (422, True, True)
        assert (await editor.post(path, data={**right, "begins": "-1:05"})).status_code == 303
        assert 'value="-1:05"' in (await editor.get(path)).text
        bad = await editor.post(f"{path}/transcript", files={"file": ("a.vtt", b"no", "text/vtt")})
        assert (bad.status_code, "This is no WebVTT file" in bad.text) == (422, True)
        good = b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Anselm>Good afternoon.\n"
        assert (await editor.post(f"{path}/transcript", files={"file": ("a.vtt", good, "text/vtt")})).status_code == 303
        assert (await editor.post(f"{path}/publication")).status_code == 303
        page = await editor.get(at(made))
        assert "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ" in page.text
        assert "Good afternoon." in page.text
        assert (await editor.post(f"{path}/withdrawal")).status_code == 303
        assert (await editor.get(at(made))).status_code == 404

    async def test_others_may_not(self, client: httpx.AsyncClient) -> None:
        made = await webinars.make()
        for act in ("", "/transcript", "/publication", "/withdrawal"):
            answer = await client.post(f"/staff/webinars/{made.webinar_id}/recording{act}")
            assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/account/sign-in")


@pytest.mark.browser
async def test_the_pages_look_right_and_axe_finds_nothing(client: httpx.AsyncClient, editor: httpx.AsyncClient) -> None:
    made = await over(ReplayAccess.OPEN)
    gated = await over()
    staff = f"/staff/webinars/{made.webinar_id}"
    async with chromium(instead="the pages of recordings and reminders were not looked at") as browser:
        page = await (await browser.new_context()).new_page()
        found = []
        for path in (at(made), at(gated), f"{staff}/recording", f"{staff}/reminders", f"{staff}/reminders/day"):
            await page.unroute_all()
            await feed(page, editor)
            await page.goto(f"http://localhost:8000{path}")
            found += await faults(page)
    assert found == []
