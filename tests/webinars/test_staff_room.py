"""`/staff/webinars/{id}/room`: when it opens, where the picture comes from, captions, what one can do, the recording after."""

import httpx
import pytest

from portal.core import db
from tests.events.reading import words
from tests.factories import stages, webinars
from tests.factories.webinars import Webinar
from tests.webinars.setting_up import fault, field, one, verbs

VTT = b"WEBVTT\n\n00:01.000 --> 00:03.000\n<v Marit>Good afternoon.\n"
SET = {
    "version": "1", "lobby_minutes": "20", "source": "youtube", "source_url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    "starts_itself": "yes", "questions_on": "yes", "reactions_on": "yes", "replay": "open", "replay_until": "",
}  # fmt: skip


@pytest.fixture
async def shop(client: httpx.AsyncClient) -> Webinar:
    return await webinars.make()


def at(shop: Webinar) -> str:
    return f"/staff/webinars/{shop.webinar_id}/room"


async def stored(shop: Webinar) -> dict[str, object]:
    return await one("SELECT * FROM webinar WHERE id = $1", shop.webinar_id)


async def test_everything_that_can_be_set_is_kept_and_shown(editor: httpx.AsyncClient, shop: Webinar) -> None:
    answer = await editor.post(at(shop), data={**SET, "replay_until": "2199-02-09T10:00"})
    assert answer.headers["location"] == at(shop)
    row = await stored(shop)
    kept = (
        "lobby_minutes",
        "source",
        "source_url",
        "starts_itself",
        "ends_itself",
        "questions_on",
        "chat_on",
        "reactions_on",
    )
    assert [row[name] for name in kept] == [20, "youtube", "dQw4w9WgXcQ", True, False, True, False, True]
    assert (row["replay"], row["version"]) == ("open", 2)
    page = (await editor.get(at(shop))).text
    assert (field(page, "lobby_minutes"), field(page, "source_url")) == ("20", "dQw4w9WgXcQ")
    assert field(page, "replay_until") == "2199-02-09T10:00"
    assert '<option value="youtube" selected>' in page
    assert "Saved." in words(page)
    assert await verbs(shop.webinar_id) == ["set up"]


@pytest.mark.parametrize(
    ("wrong", "name", "said"),
    [
        ({"lobby_minutes": "-1"}, "lobby_minutes", "Please give minutes from 0 to 1440."),
        ({"lobby_minutes": "soon"}, "lobby_minutes", "Please give minutes from 0 to 1440."),
        ({"source": "telepathy"}, "source", "Please choose one of the offered values."),
        (
            {"source": "hls", "source_url": "http://x.example/a.m3u8"},
            "source_url",
            "Please give a whole address that begins",
        ),
        ({"source": "hand_over", "source_url": "javascript:alert(1)"}, "source_url", "Please give a whole address"),
        (
            {"source": "youtube", "source_url": "https://example.org"},
            "source_url",
            "Please give the film’s address on YouTube",
        ),
        ({"source": "vimeo", "source_url": "abc"}, "source_url", "Please give the film’s address on Vimeo"),
        ({"simulated": "yes"}, "simulated", "There is no recording yet."),
        ({"replay_until": "soon"}, "replay_until", "Please give a date and time such as 2027-02-09T09:00."),
        ({"replay": "some"}, "replay", "Please choose one of the offered values."),
    ],
)
async def test_faults_stand_beside_their_field(
    editor: httpx.AsyncClient, shop: Webinar, wrong: dict[str, str], name: str, said: str
) -> None:
    answer = await editor.post(at(shop), data={**SET, **wrong})
    assert answer.status_code == 422
    assert fault(answer.text, name).startswith(said), answer.text
    if name != "lobby_minutes":
        assert field(answer.text, "lobby_minutes") == "20"
    assert (await stored(shop))["version"] == 1


async def test_nothing_yet_needs_no_address(editor: httpx.AsyncClient, shop: Webinar) -> None:
    assert (await editor.post(at(shop), data={**SET, "source": "none", "source_url": "left over"})).status_code == 303
    row = await stored(shop)
    assert (row["source"], row["source_url"]) == ("none", "")


async def test_a_recording_can_be_shown_as_if_live(editor: httpx.AsyncClient, shop: Webinar) -> None:
    await db.execute(
        "INSERT INTO webinar_recording (webinar, source, source_url, seconds, captions, language) "
        "VALUES ($1, 'hls', '/static/film.m3u8', 600, '', 'en')",
        shop.webinar_id,
    )
    assert (await editor.post(at(shop), data={**SET, "simulated": "yes"})).status_code == 303
    assert (await stored(shop))["simulated"] is True


class TestCaptions:
    async def test_a_file_is_read_kept_for_the_room_and_taken_off(
        self, editor: httpx.AsyncClient, shop: Webinar
    ) -> None:
        files = {"captions": ("hour.vtt", VTT, "text/vtt")}
        assert (await editor.post(at(shop), data=SET, files=files)).status_code == 303
        key = (await stored(shop))["captions"]
        kept = await one("SELECT name, visibility, owner_kind, owner_key FROM stored_file WHERE key = $1", key)
        assert kept == {
            "name": "hour.vtt",
            "visibility": "private",
            "owner_kind": "webinar",
            "owner_key": str(shop.webinar_id),
        }
        assert "Now: hour.vtt" in words((await editor.get(at(shop))).text)
        # Saved again without a file, they stay; another one takes their place.
        await editor.post(at(shop), data={**SET, "version": "2"})
        assert (await stored(shop))["captions"] == key
        await editor.post(at(shop), data={**SET, "version": "3"}, files=files)
        other = (await stored(shop))["captions"]
        assert other != key
        assert (await one("SELECT deleted_at IS NOT NULL AS gone FROM stored_file WHERE key = $1", key))["gone"]
        await editor.post(at(shop), data={**SET, "version": "4", "no_captions": "yes"})
        assert (await stored(shop))["captions"] == ""

    @pytest.mark.parametrize(
        "content",
        [
            b"1\n00:00:01,000 --> 00:00:03,000\nHello\n",
            b"WEBVTT\n\n",
            b"\xff\xfe\x00",
            b"WEBVTT\n\n00:05.000 --> 00:01.000\nx\n",
        ],
    )
    async def test_what_does_not_read_is_refused_and_nothing_kept(
        self, editor: httpx.AsyncClient, shop: Webinar, content: bytes
    ) -> None:
        answer = await editor.post(at(shop), data=SET, files={"captions": ("hour.vtt", content, "text/vtt")})
        assert answer.status_code == 422
        assert fault(answer.text, "captions")
        assert (await stored(shop))["version"] == 1
        assert await db.fetch_value("SELECT count(*) FROM stored_file") == 0


async def test_the_second_editor_sees_what_the_first_changed(editor: httpx.AsyncClient, shop: Webinar) -> None:
    await editor.post(at(shop), data={**SET, "lobby_minutes": "45"})
    answer = await editor.post(at(shop), data={**SET, "lobby_minutes": "10", "replay": "none"})
    assert answer.status_code == 409
    said = words(answer.text)
    assert "Not saved yet Somebody else changed these settings meanwhile." in said
    assert "Lobby is stored as “45”" in said
    assert (field(answer.text, "lobby_minutes"), field(answer.text, "version")) == ("10", "2")
    again = await editor.post(at(shop), data={**SET, "lobby_minutes": "10", "version": "2"})
    assert again.status_code == 303
    assert (await stored(shop))["lobby_minutes"] == 10


async def test_a_save_says_what_open_pages_show_and_keeps_the_series(editor: httpx.AsyncClient) -> None:
    series = await stages.a_series()
    shop = await stages.announce(series_id=series)
    await editor.post(at(shop), data=SET)
    assert (await stored(shop))["series"] == series
    await db.execute("UPDATE webinar SET state = 'live', live_at = now(), due_state = '', due_at = NULL")
    version = str((await stored(shop))["version"])
    await editor.post(at(shop), data={**SET, "version": version})
    said = words((await editor.get(at(shop))).text)
    assert "Pages that are open in the room show its picture and what one can do within two seconds." in said
    await db.execute("UPDATE event SET state = 'draft'")
    await db.execute("UPDATE webinar SET state = 'scheduled', live_at = NULL")
    await editor.post(at(shop), data={**SET, "version": str(int(version) + 1)})
    assert "The event is a draft: nobody sees it yet." in words((await editor.get(at(shop))).text)


async def test_numbers_that_are_none(editor: httpx.AsyncClient) -> None:
    for wrong in ("4711", "0", "-1", "99999999999999999999999", "x"):
        for tail in ("", "/room", "/speakers", "/crew", "/series", "/sponsors", "/polls", "/resources", "/certificate"):
            assert (await editor.get(f"/staff/webinars/{wrong}{tail}")).status_code in (400, 404), (wrong, tail)
