"""Saving without an account: the cookie, the buttons, what is refused."""

import asyncio
import re

import httpx
import pytest
from litestar import Litestar

from portal.agenda.commands import keeping
from portal.core import db
from tests.agenda.conftest import Congress, Open, Reader, session
from tests.events.hearing import settled
from tests.factories import events
from tests.queries import counting


def titles(page: str) -> list[str]:
    """What the page lists, in its order."""
    return re.findall(r"<h3>(?:<a[^>]*>)?([^<]*)", page)


async def test_one_saves_without_an_account_and_comes_back_to_the_place(reader: Reader, congress: Congress) -> None:
    path = f"/events/{congress.slug}/programme"
    sent = {"Referer": f"http://localhost:8000{path}?view=grid"}
    key = congress.key("films")
    answer = await reader.client.post("/agenda/entries", data={"save": key, "back": path}, headers=sent)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?view=grid#s-{congress.ids['films']}")
    given = answer.headers["set-cookie"].lower()
    assert [part in given for part in ("httponly", "max-age=31536000", "samesite=lax")] == [True] * 3
    assert await reader.keys() == [key]
    assert titles(await reader.page()) == ["About films"]
    assert "What you saved in this browser" in await reader.page()


async def test_without_scripts_the_place_one_comes_back_to_says_what_came_of_it_once(
    app: Litestar, reader: Reader, congress: Congress, another: Open
) -> None:
    """Though that page is kept for everybody: this one is made anew, and neither kept here nor in the browser."""
    path = f"/events/{congress.slug}/programme"
    await settled(app)
    kept = await reader.client.get(path)
    await reader.save(congress.key("films"), back=path)
    told = await reader.client.get(path, headers={"If-None-Match": kept.headers["etag"]})
    assert told.text.count("Saved to your agenda.") == 1
    assert told.headers["cache-control"] == "private, no-store"
    stranger = await another()
    for one in (stranger, reader):
        again = await one.client.get(path)
        assert (again.text, again.headers["cache-control"]) == (kept.text, "public, no-cache")


async def test_a_stranger_s_referer_leads_nowhere_else(reader: Reader, congress: Congress) -> None:
    data = {"save": congress.key("films"), "back": "https://evil.example/"}
    answer = await reader.client.post("/agenda/entries", data=data, headers={"Referer": "https://evil.example/"})
    assert answer.headers["location"].startswith("/agenda#")


async def test_everybody_sees_the_same_pages_and_what_is_saved_is_one_request(
    app: Litestar, client: httpx.AsyncClient, reader: Reader, congress: Congress, another: Open
) -> None:
    await reader.save(congress.key("films"))
    signed_in, stranger = await another(), await another()
    await signed_in.sign_in()
    await signed_in.save(congress.key("vials"))
    await settled(app)
    for one in (reader, signed_in):
        assert "Saved to your agenda" in await one.page()
    for path in (
        f"/events/{congress.slug}/programme", f"/events/{congress.slug}/programme?view=grid",
        f"/events/{congress.slug}/programme/about-films", f"/events/{congress.slug}",
    ):  # fmt: skip
        pages = [(await one.client.get(path)).text for one in (reader, signed_in, stranger)]
        assert pages[0] == pages[1] == pages[2]
        assert f'value="{congress.key("films")}"' in pages[0]
        assert pages[0].count('id="saving"') == 1
    async with counting() as asked:
        assert await reader.keys() == [congress.key("films")]
    assert len(asked) == 2
    async with counting() as asked:
        assert await stranger.keys() == []
    assert asked == []


async def test_a_forged_cookie_names_nothing(reader: Reader, congress: Congress, another: Open) -> None:
    await reader.save(congress.key("films"))
    name, _, signed = reader.client.cookies["agenda"].partition(".")
    thief = await another()
    for forged in (name, f"{name}.", f"{name}.{'0' * 24}", f"{name}x.{signed}", f".{signed}", "ü.x"):
        thief.client.cookies.clear()
        answer = await thief.client.get("/agenda/saved", headers=[(b"Cookie", f"agenda={forged}".encode())])
        assert answer.json() == {"keys": []}
    answer = await thief.client.get("/agenda/saved", headers={"Cookie": f"agenda={name}.{signed}"})
    assert answer.json() == {"keys": [congress.key("films")]}


async def test_nobody_touches_what_is_another_s(reader: Reader, congress: Congress, another: Open) -> None:
    for name in ("films", "vials"):
        await reader.save(congress.key(name))
    thief = await another()
    await thief.save(congress.key("fees"))
    assert (await thief.second(congress.key("films"), congress.key("vials"))).status_code == 404
    await thief.drop(congress.key("films"))
    assert sorted(await reader.keys()) == sorted([congress.key("films"), congress.key("vials")])
    ranks = await db.fetch_value("SELECT count(*) FROM agenda_entry WHERE instead_of IS NOT NULL")
    assert ranks == 0


@pytest.mark.parametrize(
    "typed", ["", "session", "session-", "session-x", "company-1", "session-99999999999999999999", "event-77777"]
)
async def test_what_is_nothing_cannot_be_saved(reader: Reader, congress: Congress, typed: str) -> None:
    assert (await reader.save(typed)).status_code == 404
    assert await db.fetch_value("SELECT count(*) FROM agenda") == 0


async def test_saving_twice_and_taking_out_twice_is_once(reader: Reader, congress: Congress) -> None:
    for _ in range(2):
        assert (await reader.save(congress.key("films"))).status_code == 303
    assert await reader.keys() == [congress.key("films")]
    for _ in range(2):
        assert (await reader.drop(congress.key("films"))).status_code == 303
    assert await reader.keys() == []


async def test_events_and_webinars_too(reader: Reader, congress: Congress) -> None:
    webinar = await events.make("Blow-fill-seal", online=True)
    for key in (f"event-{congress.event_id}", f"event-{webinar}"):
        assert (await reader.save(key)).status_code == 303
    assert sorted(titles(await reader.page())) == ["Blow-fill-seal", "Forum"]


async def test_with_scripts_a_corner_says_what_came_of_it(reader: Reader, congress: Congress) -> None:
    await reader.save(congress.key("vials"))
    answer = await reader.client.post(
        "/agenda/entries", data={"save": congress.key("films")}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert "It overlaps with “About vials”." in answer.text
    assert "Make it the second choice" in answer.text
    assert answer.headers["hx-trigger"] == f'{{"agenda-changed":{{"added":["{congress.key("films")}"]}}}}'
    page = await reader.page()
    assert page.count("Overlaps with") == 2
    dropped = await reader.client.post(
        "/agenda/entries", data={"drop": congress.key("films")}, headers={"HX-Request": "true"}
    )
    assert "Taken out of your agenda." in dropped.text
    assert "Overlaps with" not in await reader.page()


async def test_an_agenda_is_full_some_day_and_says_so(
    reader: Reader, congress: Congress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST", 2)
    for name in ("vials", "films"):
        await reader.save(congress.key(name))
    refused = await reader.save(congress.key("fees"))
    assert refused.status_code == 409
    assert "An agenda holds 2 entries, and yours is full." in refused.text
    assert (await reader.save(congress.key("films"))).status_code == 303
    corner = await reader.client.post(
        "/agenda/entries", data={"save": congress.key("fees")}, headers={"HX-Request": "true"}
    )
    assert (corner.status_code, "yours is full" in corner.text) == (422, True)


async def test_who_clicks_too_often_waits(reader: Reader, congress: Congress) -> None:
    await reader.save(congress.key("films"))
    await db.execute("UPDATE rate_limit SET tries = 240 WHERE key LIKE 'agenda-save:%'")
    await reader.save(congress.key("films"))
    await db.execute("UPDATE rate_limit SET tries = 240 WHERE key LIKE 'agenda-save:%'")
    refused = await reader.save(congress.key("vials"))
    assert (refused.status_code, "retry-after" in refused.headers) == (429, True)


async def test_the_page_asks_the_same_however_much_is_saved(reader: Reader, congress: Congress) -> None:
    await congress.release(**{f"s{n}": session(f"s{n}", hours=n / 4, minutes=15) for n in range(30)})
    await reader.save(congress.key("s0"))
    await reader.page()
    async with counting() as one:
        await reader.page()
    for n in range(1, 30):
        await reader.save(congress.key(f"s{n}"))
    async with counting() as thirty:
        page = await reader.page()
    assert len(titles(page)) == 30
    assert len(one) == len(thirty) == 3


async def test_what_is_over_stands_apart_and_events_can_be_told_apart(reader: Reader, congress: Congress) -> None:
    over = await events.make("Held last year", days=-300)
    for key in (f"event-{over}", congress.key("films"), f"event-{await events.make('Other', days=3)}"):
        await reader.save(key)
    assert titles(await reader.page()) == ["Other", "About films"]
    assert titles(await reader.page("?when=past")) == ["Held last year"]
    assert titles(await reader.page(f"?event={congress.event_id}")) == ["About films"]
    assert titles(await reader.page("?event=99&when=never")) == ["Other", "About films"]


async def test_without_anything_the_page_says_how_to_begin(reader: Reader) -> None:
    assert "Nothing saved yet" in await reader.page()


async def test_two_clicks_at_once_are_two_entries_of_one_agenda(reader: Reader, congress: Congress) -> None:
    await reader.save(congress.key("closing"))
    keys = [congress.key(name) for name in ("vials", "films", "fees")]
    await asyncio.gather(*(reader.save(key) for key in keys * 3))
    assert sorted(await reader.keys()) == sorted([*keys, congress.key("closing")])
    assert await db.fetch_value("SELECT count(*) FROM agenda") == 1
