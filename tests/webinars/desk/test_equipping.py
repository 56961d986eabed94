"""Another picture in a running room, what is open in it, and what there is to take away."""

import asyncio

import httpx
import pytest

from portal.core import db
from portal.webinars.queries.resources import offered
from portal.webinars.tables.rooms import CrewRole, VideoSource
from tests.factories import webinars
from tests.paying import text_of
from tests.webinars.desk.conftest import AtDesk
from tests.webinars.desk.hands import live, people, room_of

FIRST, SECOND = "https://meet.example/first", "https://meet.example/second"
HAD = {"had_source": "hand_over", "had_url": FIRST}


async def elsewhere() -> webinars.Webinar:
    return await live(source=VideoSource.HAND_OVER, source_url=FIRST)


async def test_open_pages_and_join_links_lead_to_the_new_picture(at_desk: AtDesk, client: httpx.AsyncClient) -> None:
    made = await live()
    [anna] = await people(made, 1)
    await client.post(f"/join/{anna.claim}")
    have = (await client.get(f"{made.room}/regions")).headers["x-room-version"]
    host = await at_desk(made, CrewRole.HOST)
    page = await host.get(f"{made.desk}/picture")
    assert 'name="had_source" value="none"' in page.text
    data = {"source": "youtube", "source_url": "https://youtu.be/dQw4w9WgXcQ", "had_source": "none", "had_url": ""}
    assert (await host.post(f"{made.desk}/picture", data=data)).headers["location"] == f"{made.desk}#sw-picture"
    async with asyncio.timeout(2):
        while "dQw4w9WgXcQ" not in (shown := await client.get(f"{made.room}/regions", params={"have": have})).text:
            have = shown.headers.get("x-room-version", have)
    assert "YouTube: dQw4w9WgXcQ" in text_of(await host.get(made.desk))
    moved = {"source": "hand_over", "source_url": SECOND, "had_source": "youtube", "had_url": "dQw4w9WgXcQ"}
    await host.post(f"{made.desk}/picture", data=moved)
    assert (await client.post(f"/join/{anna.claim}")).headers["location"] == SECOND
    assert await db.fetch_value("SELECT count(*) FROM mail") == 0
    verbs = await db.fetch(
        "SELECT facts ->> 'source' AS source FROM audit_entry WHERE verb = 'changed source' ORDER BY id"
    )
    assert [row["source"] for row in verbs] == ["youtube", "hand_over"]


async def test_what_cannot_be_a_picture_is_said_beside_it_and_kept(at_desk: AtDesk) -> None:
    made = await elsewhere()
    host = await at_desk(made, CrewRole.HOST)
    for source, address, words in (
        ("hls", "film.m3u8", "begins with https://"), ("youtube", "no film", "address on YouTube"),
        ("vimeo", "x", "address on Vimeo"), ("radio", "", "Please choose where the picture comes from."),
        ("hand_over", "x" * 1001, "under 1000 characters"),
    ):  # fmt: skip
        refused = await host.post(f"{made.desk}/picture", data={**HAD, "source": source, "source_url": address})
        assert (refused.status_code, words in text_of(refused)) == (422, True), source
        assert f'value="{address}"' in refused.text
    assert (await room_of(made)).source_url == FIRST


async def test_two_hosts_who_change_it_at_once_hear_of_each_other(at_desk: AtDesk) -> None:
    made = await elsewhere()
    marit, judith = await at_desk(made, CrewRole.HOST), await at_desk(made, CrewRole.HOST, name="Judith Kerkhoven")
    await marit.post(f"{made.desk}/picture", data={**HAD, "source": "hand_over", "source_url": SECOND})
    mine = {"source": "hand_over", "source_url": "https://meet.example/third"}
    late = await judith.post(f"{made.desk}/picture", data={**HAD, **mine})
    assert (late.status_code, "Somebody else has just changed where" in text_of(late)) == (409, True)
    assert f'name="had_url" value="{SECOND}"' in late.text
    assert 'value="https://meet.example/third"' in late.text
    assert (await judith.post(f"{made.desk}/picture", data={**HAD, **mine, "had_url": SECOND})).status_code == 303
    assert (await room_of(made)).source_url == "https://meet.example/third"


async def test_what_is_switched_off_is_off_for_everybody(at_desk: AtDesk, client: httpx.AsyncClient) -> None:
    made = await live()
    [anna] = await people(made, 1)
    await client.post(f"/join/{anna.claim}")
    moderator = await at_desk(made)
    for name, path, data in (
        ("questions_on", "questions", {"question": "Is it on?"}), ("chat_on", "chat", {"line": "Hello"}),
        ("reactions_on", "reactions/heart", {}),
    ):  # fmt: skip
        await moderator.post(f"{made.desk}/switches/{name}", data={"on": ""})
        assert (await client.post(f"{made.room}/{path}", data=data)).status_code == 409, name
        await moderator.post(f"{made.desk}/switches/{name}", data={"on": "yes"})
        assert (await client.post(f"{made.room}/{path}", data=data)).status_code == 303, name


async def test_who_is_muted_votes_and_answers_but_neither_asks_nor_talks(
    at_desk: AtDesk, client: httpx.AsyncClient
) -> None:
    made = await live()
    anna, ben = await people(made, 2)
    await client.post(f"/join/{anna.claim}")
    moderator = await at_desk(made)
    await moderator.post(f"{made.desk}/people/{anna.seat_id}/mute", data={"reason": "Advertises."})
    for path, data in (("questions", {"question": "May I?"}), ("chat", {"line": "Hello"}), ("reactions/heart", {})):
        assert (await client.post(f"{made.room}/{path}", data=data)).status_code == 403, path
    assert (await client.get(made.room)).status_code == 200
    nothing = await moderator.post(f"{made.desk}/people/{ben.seat_id}/removal", data={"reason": " "})
    assert (nothing.status_code, "Please say why" in text_of(nothing)) == (422, True)
    await moderator.post(f"{made.desk}/people/{anna.seat_id}/removal", data={"reason": "Insults."})
    assert (await client.get(made.room)).status_code == 403
    assert (await client.post(f"{made.room}/chat", data={"line": "Hello"})).status_code == 403
    assert (await client.post(f"/join/{anna.claim}")).status_code == 403
    page = text_of(await moderator.get(f"{made.desk}/people/{anna.seat_id}"))
    assert "Removed by Marit Solheim" in page
    assert "Insults." in page
    for row in await db.fetch("SELECT id FROM room_restriction"):
        await moderator.post(f"{made.desk}/people/{anna.seat_id}/restrictions/{row['id']}/lifting")
    await client.post(f"/join/{anna.claim}")
    assert (await client.post(f"{made.room}/chat", data={"line": "Sorry."})).status_code == 303


@pytest.mark.parametrize("after", [None, 3600])
async def test_things_are_shown_hidden_and_ordered(at_desk: AtDesk, after: int | None) -> None:
    made = await live()
    await db.execute(
        "INSERT INTO webinar_resource (webinar, position, kind, title, url, shows_after) "
        "SELECT $1, n, 'link', 'Thing ' || n, 'https://a.example', $2::int FROM generate_series(1, 3) n",
        made.webinar_id, after,
    )  # fmt: skip
    first = await db.fetch_value("SELECT min(id) FROM webinar_resource")
    moderator = await at_desk(made)

    async def press(way: str) -> list[str]:
        assert (await moderator.post(f"{made.desk}/resources/{first}/{way}")).status_code == 303
        row = await db.fetch_one("SELECT now() AS now")
        assert row is not None
        return [one.title[-1] for one in await offered(made.webinar_id, row["now"])]

    assert await press("showing") == (["1", "2", "3"] if after is None else ["1"])
    assert await press("hiding") == (["2", "3"] if after is None else [])
    assert await press("showing") == (["1", "2", "3"] if after is None else ["1"])
    for way, order in (("up", "123"), ("down", "213"), ("down", "231"), ("down", "231"), ("up", "213")):
        await press(f"place/{way}")
        rows = await db.fetch("SELECT title FROM webinar_resource ORDER BY position")
        assert "".join(row["title"][-1] for row in rows) == order
