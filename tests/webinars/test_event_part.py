"""What a webinar says on its event's page: the way in, people, sponsors, questions, series, certificate; as data too."""

import json
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.directory.commands import merging
from portal.events import commands as events
from portal.webinars.commands.preparing.rules import set_rule
from portal.webinars.preparing import RuleDraft
from portal.webinars.rules.states import HostAction
from portal.webinars.tables.rooms import VideoSource
from tests.events.hearing import settled
from tests.events.reading import words
from tests.factories import companies, stages, webinars
from tests.factories import events as event_factory
from tests.factories.webinars import Webinar

DAY = timedelta(days=1)


async def shown(client: httpx.AsyncClient, shop: Webinar) -> str:
    answer = await client.get(f"/events/{shop.slug}")
    assert answer.status_code == 200
    return words(answer.text)


def linked(page: str) -> list[Any]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    assert found is not None
    return list(json.loads(found[1]))


async def test_an_event_without_a_room_says_nothing_of_one(client: httpx.AsyncClient) -> None:
    await event_factory.make("Isolator Day", starts_at=event_factory.NINE)
    page = (await client.get(f"/events/isolator-day-{event_factory.DAY.year}")).text
    assert 'id="way-in"' not in page
    assert 'id="speakers"' not in page


class TestWayIn:
    async def test_before(self, client: httpx.AsyncClient) -> None:
        shop = await stages.announce(starts_in=9 * DAY, lobby_minutes=20)
        said = await shown(client, shop)
        starts = await db.fetch_value("SELECT starts_at FROM event WHERE id = $1", shop.event_id)
        opens = (starts - timedelta(minutes=20)).astimezone(tz=None)
        assert re.search(
            rf"The lobby opens \w+ \d+ \w+, \d\d:{opens:%M} CES?T\. The link in your confirmation leads in", said
        )
        assert shop.room not in (await client.get(f"/events/{shop.slug}")).text

    async def test_another_services_room_is_said_to_be_one(self, client: httpx.AsyncClient) -> None:
        address = "https://meet.example/secret-room"
        shop = await stages.announce(source=VideoSource.HAND_OVER, source_url=address)
        answer = await client.get(f"/events/{shop.slug}")
        assert "It leads into another service’s room." in words(answer.text)
        assert address not in answer.text

    async def test_open_live_over(self, app: Litestar, client: httpx.AsyncClient) -> None:
        shop = await stages.announce(starts_in=timedelta(minutes=5))
        await settled(app)
        # The page is kept: what goes on in the room is heard all the same.
        for step, said, leads in (
            (HostAction.OPEN_LOBBY, "The lobby is open It begins at", True),
            (HostAction.GO_LIVE, "Live now Since ", True),
            (HostAction.END, "This webinar is over. The recording will be on this page.", False),
        ):
            await shown(client, shop)
            if step is not HostAction.OPEN_LOBBY:
                await webinars.go(shop, step)
            await settled(app)
            answer = await client.get(f"/events/{shop.slug}")
            assert said in words(answer.text)
            assert (f'href="{shop.room}"' in answer.text) is leads

    @pytest.mark.parametrize(
        ("replay", "access"),
        [("gated", "57 minutes. For those who registered."), ("open", "57 minutes. Open to everybody.")],
    )
    async def test_the_recording(self, client: httpx.AsyncClient, replay: str, access: str) -> None:
        shop = await stages.announce(replay=replay)
        await stages.film(shop)
        answer = await client.get(f"/events/{shop.slug}")
        assert f"The recording is here {access} Watch the recording" in words(answer.text)
        assert f'href="/webinars/{shop.slug}/replay"' in answer.text

    async def test_no_recording(self, client: httpx.AsyncClient) -> None:
        shop = await stages.announce(replay="none")
        await stages.film(shop)
        assert "This webinar is over. There is no recording to watch now." in await shown(client, shop)

    async def test_nothing_leads_into_what_is_called_off(self, client: httpx.AsyncClient) -> None:
        shop = await stages.announce()
        version = await db.fetch_value("SELECT version FROM event WHERE id = $1", shop.event_id)
        await events.cancel_event(actor=PORTAL, event_id=shop.event_id, version=version, now=clock.now())
        assert 'id="way-in"' not in (await client.get(f"/events/{shop.slug}")).text


async def test_people_and_sponsors_in_their_order(client: httpx.AsyncClient) -> None:
    lyo, halden = await companies.make("Tessin Lyo SA"), await companies.make("Halden Aseptics AS")
    await stages.person("Dr. Anselm Oyelaran", job_title="Head of quality", company_name="Tessin Lyo", company_id=lyo)
    shop = await stages.announce(
        speakers_named=("Dr. Anselm Oyelaran",), moderator="Judith Kerkhoven", sponsored_by=(halden, lyo)
    )
    answer = await client.get(f"/events/{shop.slug}")
    said = words(answer.text)
    assert "On stage AO Dr. Anselm Oyelaran Head of quality, Tessin Lyo JK Judith Kerkhoven Moderator" in said
    assert "Sponsored by Halden Aseptics AS Sponsored by Tessin Lyo SA" in said
    assert '<a href="/companies/halden-aseptics">' in answer.text
    assert 'href="/speakers/dr-anselm-oyelaran"' in answer.text


async def test_a_sponsor_that_became_part_of_another_goes_by_its_name(client: httpx.AsyncClient) -> None:
    old, new = await companies.make("Old Lyo SA"), await companies.make("Tessin Lyo SA")
    shop = await stages.announce(sponsored_by=(old,))
    await merging.merge_companies(actor=PORTAL, kept_id=new, merged_id=old, now=clock.now())
    assert "Sponsored by Tessin Lyo SA" in await shown(client, shop)
    assert "Old Lyo" not in (await client.get("/webinars")).text


async def test_answers_that_were_published_and_no_others(app: Litestar, client: httpx.AsyncClient) -> None:
    shop = await stages.announce(replay="open")
    await stages.film(shop)
    await settled(app)
    await shown(client, shop)
    kept = (await client.get(f"/events/{shop.slug}")).headers["etag"]
    # What goes on in a room all the time leaves the kept page alone.
    unseen = await stages.asked(shop, "Not for everybody?", "No.", public=False)
    await db.execute("UPDATE webinar_question SET answered = 'live' WHERE id = $1", unseen)
    await settled(app)
    assert (await client.get(f"/events/{shop.slug}")).headers["etag"] == kept
    await stages.asked(shop, "One strategy for two sites?", "It can be.\nDescribe each room.")
    await stages.asked(shop, "How many glove tests?", second=760)
    await settled(app)
    answer = await client.get(f"/events/{shop.slug}")
    said = words(answer.text)
    assert "Questions from the room 2 answers" in said
    assert "One strategy for two sites? It can be. Describe each room." in said
    assert f'href="/webinars/{shop.slug}/replay?t=760"' in answer.text
    assert "The answer in the recording at 12:40" in said
    assert "Not for everybody?" not in said
    page = next(one for one in linked(answer.text) if one["@type"] == "FAQPage")
    assert [(q["name"], q["acceptedAnswer"]["text"]) for q in page["mainEntity"]] == [
        ("One strategy for two sites?", "It can be.\nDescribe each room.")
    ]


async def test_what_the_newest_rule_asks_for(app: Litestar, client: httpx.AsyncClient) -> None:
    shop = await stages.announce(rule=RuleDraft(minutes=45, polls=1, credit="1 CPD hour"))
    assert "1 CPD hour. What it asks for: 45 minutes in the room, while it is live 1 poll answered" in await shown(
        client, shop
    )

    async def now_asks(version: int, rule: RuleDraft) -> str:
        await set_rule(actor=PORTAL, webinar_id=shop.webinar_id, version=version, rule=rule, now=clock.now())
        await settled(app)
        return await shown(client, shop)

    said = await now_asks(1, RuleDraft(minutes=30, polls=2, test_percent=60, replay_counts=True))
    assert (
        "30 minutes in the room, live or with the recording 2 polls answered a short test with 60 % right answers"
        in said
    )
    assert "Certificate of attendance" not in await now_asks(2, RuleDraft(offered=False))


async def test_the_other_dates_of_its_series(client: httpx.AsyncClient) -> None:
    series = await stages.a_series("Annex 1 in practice", one_registration=True)
    shop = await stages.announce("Gloves", series_id=series)
    later = await stages.announce("Air", starts_in=60 * DAY, series_id=series)
    past = await stages.announce("Water", series_id=series)
    await stages.film(past)
    draft = await stages.announce("Secret", series_id=series)
    await db.execute("UPDATE event SET state = 'draft' WHERE id = $1", draft.event_id)
    said = await shown(client, shop)
    assert "In the series “Annex 1 in practice” The whole series One registration is enough" in said
    assert re.search(r"Water \d+ \w+ \d+, as a recording .*Air \d+ \w+ \d+, \d\d:\d\d CE", said)
    assert "Secret" not in said
    assert f'href="/events/{later.slug}"' in (await client.get(f"/events/{shop.slug}")).text


async def test_schema_org_names_who_is_on_stage_and_where_it_is(client: httpx.AsyncClient) -> None:
    lyo = await companies.make("Tessin Lyo SA")
    await stages.person("Marit Solheim", job_title="Inspector", company_name="Tessin Lyo", company_id=lyo)
    series = await stages.a_series("Annex 1 in practice")
    shop = await stages.announce(speakers_named=("Marit Solheim",), sponsored_by=(lyo,), series_id=series)
    event = linked((await client.get(f"/events/{shop.slug}")).text)[0]
    base = "http://localhost:8000"
    assert event["performer"] == [
        {
            "@type": "Person", "name": "Marit Solheim", "url": f"{base}/speakers/marit-solheim", "jobTitle": "Inspector",
            "worksFor": {"@type": "Organization", "name": "Tessin Lyo", "url": f"{base}/companies/tessin-lyo"},
        }
    ]  # fmt: skip
    assert event["location"] == {"@type": "VirtualLocation", "url": f"{base}/events/{shop.slug}"}
    assert event["sponsor"] == [
        {"@type": "Organization", "name": "Tessin Lyo SA", "url": f"{base}/companies/tessin-lyo"}
    ]
    assert event["superEvent"]["name"] == "Annex 1 in practice"


async def test_what_people_wrote_is_words_and_nothing_else(client: httpx.AsyncClient) -> None:
    attack = "<script>alert(1)</script>"
    shop = await stages.announce(speakers_named=(f"Bob {attack}",))
    await stages.asked(shop, f"Why {attack}?", f"Because {attack}")
    page = (await client.get(f"/events/{shop.slug}")).text
    assert attack not in page
    assert linked(page)[-1]["mainEntity"][0]["name"] == f"Why {attack}?"
