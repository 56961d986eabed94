"""Saved searches: kept by their owner, told of what is new and what has left, and why; stopped by one click."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db, times
from portal.directory import saving
from portal.directory.commands import publishing, watching
from portal.directory.jobs import searches as jobs
from portal.directory.queries import searches
from portal.directory.rules.watching import next_due
from portal.directory.tables.searches import Frequency
from portal.notifications import links
from portal.notifications.commands import outbox
from tests.directory.conftest import SignIn
from tests.factories import companies

LYO = ("capability:Lyophilisation", 6)
QUERY = "?capability=lyophilisation"
KEEP = {"name": "Lyo houses", "frequency": "weekly", "query": QUERY}
MAIL = "nora@buyer.example"


@pytest.fixture
async def nora(client: httpx.AsyncClient, sign_in: SignIn) -> httpx.AsyncClient:
    """A buyer who keeps a search that finds two companies."""
    await companies.make("Tessin Lyo SA", facts=[LYO])
    await companies.make("Aubrac SAS", facts=[LYO])
    buyer = await sign_in(MAIL)
    assert (await buyer.post("/account/searches", data=KEEP)).headers["location"] == "/account/searches"
    return buyer


async def kept() -> Any:
    row = await db.fetch_one("SELECT * FROM saved_search")
    assert row is not None
    return row


async def mails() -> list[Any]:
    return list(
        await db.fetch(
            "SELECT subject, text, html, topic, recipient FROM mail WHERE topic = 'saved-searches' ORDER BY id"
        )
    )


async def due() -> int:
    """Make the search due, as time would."""
    await db.execute(
        "UPDATE saved_search SET due_at = now() - interval '1 minute', looked_at = now() - interval '7 days'"
    )
    return int(await db.fetch_value("SELECT id FROM saved_search"))


def test_news_comes_on_mondays_and_firsts() -> None:
    zone = ZoneInfo("Europe/Berlin")
    monday = datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert next_due(Frequency.WEEKLY, monday, zone) == datetime(2026, 11, 30, 6, 30, tzinfo=zone)
    assert next_due(Frequency.WEEKLY, monday - timedelta(days=1), zone) == datetime(2026, 11, 23, 6, 30, tzinfo=zone)
    assert next_due(Frequency.MONTHLY, monday, zone) == datetime(2026, 12, 1, 6, 30, tzinfo=zone)
    assert next_due(Frequency.MONTHLY, datetime(2026, 12, 31, 23, 30, tzinfo=UTC), zone) == datetime(
        2027, 2, 1, 6, 30, tzinfo=zone
    )
    assert next_due(Frequency.OFF, monday, zone) is None


async def test_a_search_is_kept_changed_and_deleted(nora: httpx.AsyncClient) -> None:
    page = (await nora.get("/account/searches")).text
    assert f'<a class="link" href="/companies{QUERY}">Lyo houses</a>' in page
    assert "2 companies when last looked at" in page
    row = await kept()
    assert (len(row["seen"]), row["frequency"]) == (2, "weekly")
    assert row["due_at"] > clock.now()
    await nora.post(f"/account/searches/{row['id']}", data={**KEEP, "name": "Freeze drying", "frequency": "off"})
    row = await kept()
    assert (row["name"], row["frequency"], row["due_at"]) == ("Freeze drying", "off", None)
    # The same filters again are the same search.
    await nora.post("/account/searches", data={**KEEP, "query": f"{QUERY}&utm_source=x"})
    assert (await kept())["name"] == "Lyo houses"
    await nora.post(f"/account/searches/{row['id']}/removal")
    assert await db.fetch_value("SELECT count(*) FROM saved_search") == 0


async def test_the_list_leads_to_keeping_it_past_the_sign_in(client: httpx.AsyncClient) -> None:
    await companies.make(facts=[LYO])
    assert f'href="/account/searches/new{QUERY}"' in (await client.get(f"/companies{QUERY}")).text
    answer = await client.get(f"/account/searches/new{QUERY}")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/account/sign-in?next=%2Faccount%2Fsearches%2Fnew")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({**KEEP, "name": ""}, "Please give it a name."),
        ({**KEEP, "frequency": "hourly"}, "Please choose one of the three."),
        ({**KEEP, "query": ""}, "Please choose at least one filter"),
        ({**KEEP, "query": "?country=XX"}, "Please choose at least one filter"),
        ({**KEEP, "name": "x" * 121}, "Please keep this under 120 characters"),
    ],
)
async def test_bad_input_is_said_and_kept(nora: httpx.AsyncClient, sent: dict[str, str], said: str) -> None:
    answer = await nora.post("/account/searches", data=sent)
    assert answer.status_code == 422
    assert said in answer.text
    if sent["name"]:
        assert f'value="{sent["name"]}"' in answer.text


async def test_nobody_touches_the_searches_of_others(
    nora: httpx.AsyncClient, sign_in: SignIn, client: httpx.AsyncClient
) -> None:
    number = (await kept())["id"]
    other = await sign_in("other@buyer.example")
    assert (await other.get(f"/account/searches/{number}")).status_code == 404
    assert (await other.post(f"/account/searches/{number}", data={**KEEP, "name": "Mine"})).status_code == 404
    assert (await other.post(f"/account/searches/{number}/removal")).status_code == 404
    assert "Lyo houses" not in (await other.get("/account/searches")).text
    assert (await client.get("/account/searches")).status_code == 303
    assert (await kept())["name"] == "Lyo houses"


async def test_at_most_fifty(nora: httpx.AsyncClient) -> None:
    row = await kept()
    await db.execute(
        "INSERT INTO saved_search (account, name, query, frequency, seen, saved_at, looked_at) "
        "SELECT $1, 'x', '?q=' || n, 'off', '{}', now(), now() FROM generate_series(1, 49) n",
        row["account"],
    )
    answer = await nora.post("/account/searches", data={**KEEP, "query": "?q=more"})
    assert answer.status_code == 422
    assert "At most 50 searches" in answer.text
    assert (await nora.post("/account/searches", data=KEEP)).status_code == 303


async def test_mail_says_what_is_new_and_what_has_left_and_why(nora: httpx.AsyncClient) -> None:
    await companies.make("Newcomer AG", city="Graz", country="AT", facts=[LYO])
    aubrac = await db.fetch_value("SELECT id FROM company WHERE slug = 'aubrac'")
    changed = await companies.profile("Aubrac SAS", facts=[("capability:Vials", 1)])
    await publishing.publish(actor=PORTAL, company_id=aubrac, profile=changed, now=clock.now())
    number = await due()
    await jobs.send_news(number)
    (mail,) = await mails()
    assert mail["recipient"] == MAIL
    assert mail["subject"] == "Lyo houses: 1 new company, 1 left"
    assert "- Newcomer AG, Graz, Austria. The filter matches. Lyophilisation confirmed 6 days ago." in " ".join(
        mail["text"].split()
    )
    assert "- Aubrac SAS does not list Lyophilisation any more." in mail["text"]
    assert "Tessin" not in mail["text"] + mail["html"]
    assert f"http://localhost:8000/companies{QUERY}" in mail["text"]
    # Twice is once, and without news there is no mail.
    await jobs.send_news(number)
    await due()
    await jobs.send_news(number)
    assert len(await mails()) == 1
    assert len((await kept())["seen"]) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE company SET state = 'hidden' WHERE slug = 'aubrac'", "Aubrac SAS is not public at the moment."),
        ("UPDATE company SET state = 'closed' WHERE slug = 'aubrac'", "Aubrac SAS has closed."),
        (
            "UPDATE company SET state = 'merged', merged_into = (SELECT id FROM company WHERE slug = 'tessin-lyo') "
            "WHERE slug = 'aubrac'",
            "Aubrac SAS is now part of Tessin Lyo SA.",
        ),
    ],
)
async def test_why_a_company_has_left(nora: httpx.AsyncClient, change: str, said: str) -> None:
    await db.execute(change)
    await jobs.send_news(await due())
    (mail,) = await mails()
    assert said in " ".join(mail["text"].split())


async def test_time_alone_makes_companies_leave(nora: httpx.AsyncClient) -> None:
    aubrac = await db.fetch_value("SELECT id FROM company WHERE slug = 'aubrac'")
    profile = await companies.profile("Aubrac SAS", facts=[("capability:Lyophilisation", 400)])
    await publishing.publish(actor=PORTAL, company_id=aubrac, profile=profile, now=clock.now())
    tessin = await db.fetch_value("SELECT id FROM company WHERE slug = 'tessin-lyo'")
    profile = await companies.profile("Tessin Lyo SA", facts=[LYO])
    ended = msgspec.structs.replace(profile.facts[0], expires_on=times.today(clock.now()) - timedelta(days=3))
    await publishing.publish(
        actor=PORTAL, company_id=tessin, profile=msgspec.structs.replace(profile, facts=(ended,)), now=clock.now()
    )
    await jobs.send_news(await due())
    (mail,) = await mails()
    text = " ".join(mail["text"].split())
    assert "Aubrac SAS has last confirmed Lyophilisation on" in text
    assert "more than 12 months ago." in text
    assert "Tessin Lyo SA has let Lyophilisation end on" in text


async def test_only_what_is_due_gets_a_job(nora: httpx.AsyncClient) -> None:
    await jobs.look_for_news()
    assert await db.fetch_value("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'directory.send_news'") == 0
    await due()
    await jobs.look_for_news()
    assert await db.fetch_value("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'directory.send_news'") == 1


async def test_two_workers_send_one_mail(nora: httpx.AsyncClient) -> None:
    await companies.make("Newcomer AG", facts=[LYO])
    number = await due()
    await asyncio.gather(*(jobs.send_news(number) for _ in range(4)))
    assert len(await mails()) == 1


async def test_one_click_stops_the_mail(nora: httpx.AsyncClient) -> None:
    await companies.make("Newcomer AG", facts=[LYO])
    await jobs.send_news(await due())
    (mail,) = await mails()
    address = links.preferences(MAIL, "saved-searches")
    assert address in mail["text"]
    await nora.get(urlsplit(address).path)
    assert await db.fetch_value("SELECT count(*) FROM suppression") == 0
    answer = await nora.post(urlsplit(address).path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    number = await db.fetch_value("SELECT id FROM mail WHERE topic = 'saved-searches'")
    assert await outbox.claim(mail_id=number, now=clock.now() + timedelta(minutes=1)) is None
    assert "You have stopped mail on saved searches" in (await nora.get("/account/searches")).text


async def test_a_person_sees_and_erases_them(nora: httpx.AsyncClient) -> None:
    (told,) = await searches.known_about(MAIL)
    assert (told["name"], told["query"]) == ("Lyo houses", QUERY)
    assert await watching.forget(MAIL, clock.now()) == "1 saved search is deleted."
    assert await searches.known_about(MAIL) == []


async def test_a_search_of_thousands_tells_its_news(nora: httpx.AsyncClient) -> None:
    async with db.transaction():
        made = await saving.create([[f"many-{n}"] for n in range(5001)], now=clock.now())
    await db.execute("UPDATE company SET country = 'FR' WHERE id = ANY($1)", made)
    context = await searches.context_of(searches.filters_of("?country=FR"), today=times.today(clock.now()))
    await db.execute("UPDATE saved_search SET query = '?country=FR', seen = $1", await searches.found_ids(context))
    await companies.make("Newcomer", country="FR")
    await db.execute("UPDATE company SET state = 'merged', merged_into = $2 WHERE id = $1", made[0], made[1])
    await db.execute('UPDATE company SET profile = \'{"name": "Gone"}\' WHERE id = $1', made[0])
    search = await searches.by_id(await due())
    assert search is not None
    told = await searches.news(search, today=times.today(clock.now()))
    assert ([row.name for row in told.new], told.new_count, told.left_count) == (["Newcomer"], 1, 1)
