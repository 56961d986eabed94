"""What everybody sees of an event's exhibitors: the plan, the list, each one's part, the way there from event and profile."""

import json
import re

import httpx
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.accounts.tables import StaffRole
from portal.core import clock, db
from portal.exhibitors.commands.booking import hold_booth
from portal.exhibitors.commands.deciding import cancel_exhibitor
from portal.exhibitors.commands.giving import give_booth
from portal.exhibitors.commands.planning import rename_hall
from portal.exhibitors.queries import plans
from tests.chromium import chromium, faults, feed
from tests.directory.conftest import SignIn
from tests.events.hearing import settled
from tests.factories import companies, exhibitors
from tests.factories.exhibitors import Stand
from tests.paying import text_of
from tests.queries import counting


async def shown(event_id: int) -> None:
    """Let everybody see the halls."""
    for hall in await plans.halls(event_id, clock.now()):
        await rename_hall(
            actor=PORTAL,
            event_id=event_id,
            plan_id=hall.id,
            name=hall.name,
            public=True,
            version=hall.version,
            now=clock.now(),
        )


async def fair() -> tuple[Stand, Stand, dict[str, int]]:
    """Isarwerk at B02, Other AG without a booth but holding B03; the hall is public."""
    one = await exhibitors.make()
    event_id = one.exhibitor.event_id
    other = await exhibitors.make("Other AG", event_id=event_id)
    booths = await exhibitors.hall(event_id, "B01–B04, 3 × 3 m, prices 2400\nX1, 3 × 3 m")
    await shown(event_id)
    now = clock.now()
    await give_booth(actor=PORTAL, exhibitor_id=one.exhibitor.id, booth_id=booths["B02"], note="", now=now)
    await hold_booth(actor=other.owner, exhibitor_id=other.exhibitor.id, booth_id=booths["B03"], now=now)
    return one, other, booths


def names(page: httpx.Response) -> list[str]:
    return re.findall(r'<h3 class="title"><a href="/events/[^"]+">([^<]+)</a>', page.text)


async def test_plan_and_list_say_the_same(app: Litestar, client: httpx.AsyncClient) -> None:
    one, _, _ = await fair()
    await settled(app)
    here = f"/events/{one.exhibitor.event_slug}/exhibitors"
    page = await client.get(here)
    assert names(page) == ["Isarwerk Biologics GmbH", "Other AG"]
    assert [page.text.count(f'class="spot {state}"') for state in ("taken", "held", "free", "closed")] == [1, 1, 2, 1]
    assert f'href="{here}/isarwerk-biologics" aria-label="B02, 3 × 3 m, Isarwerk Biologics GmbH"' in page.text
    assert 'aria-label="B03, 3 × 3 m, held"' in page.text
    assert 'id="hall-b-B01" role="img" aria-label="B01, 3 × 3 m, free, €2,400.00 net"' in page.text
    assert text_of(page).count("€2,400.00") == 4
    hall = await client.get(f"{here}/halls/hall-b")
    rows = [
        text_of(httpx.Response(200, text=row)).strip()
        for row in re.findall(r"<tr><th scope=\"row\">.*?</tr>", hall.text)
    ]
    assert rows == [
        "B01 on the plan Free 3 × 3 m €2,400.00",
        "B02 on the plan Isarwerk Biologics GmbH 3 × 3 m",
        "B03 on the plan Held by somebody 3 × 3 m",
        "B04 on the plan Free 3 × 3 m €2,400.00",
        "X1 on the plan Not sold here 3 × 3 m",
    ]
    assert 'href="#hall-b-B01"' in hall.text
    linked = json.loads(re.search(r'application/ld\+json">(.*?)</script>', page.text, re.S)[1])  # type: ignore[index]
    assert (linked["@type"], linked["numberOfItems"]) == ("ItemList", 2)
    sheet = await client.get(f"{here}/halls/hall-b-a4.pdf")
    assert sheet.headers["content-type"] == "application/pdf"
    for none in ("hall-z.pdf", "hall-z", "hall-b-a4", "hall-b-a5.pdf"):
        assert (await client.get(f"{here}/halls/{none}")).status_code == 404


async def test_own_stands_are_offered_where_a_hall_has_some(app: Litestar, client: httpx.AsyncClient) -> None:
    one, _, _ = await fair()
    await exhibitors.hall(one.exhibitor.event_id, "C01–C04, 3 × 3 m", name="Hall C")
    await shown(one.exhibitor.event_id)
    await settled(app)
    halls = f"/events/{one.exhibitor.event_slug}/exhibitors/halls"
    pages = [(await client.get(f"{halls}/{hall}")).text for hall in ("hall-b", "hall-c")]
    assert ["Booth by booth" in page for page in pages] == [True, True]
    assert ['id="my-stands"' in page for page in pages] == [True, False]


async def test_who_has_no_booth_yet_has_no_sign_of_one(app: Litestar, client: httpx.AsyncClient) -> None:
    one, _, _ = await fair()
    await settled(app)
    event = await client.get(f"/events/{one.exhibitor.event_slug}")
    listed = re.findall(
        r'<li>(?:<span class="muted num">([^<]*)</span>)?<a href="[^"]+/exhibitors/[^"]+">([^<]+)</a>', event.text
    )
    assert listed == [("B02", "Isarwerk Biologics GmbH"), ("", "Other AG")]
    found = (await client.get(f"/events/{one.exhibitor.event_slug}/exhibitors")).text
    booths = [
        text_of(httpx.Response(200, text=part)).strip() for part in re.findall(r'booth-no">(.*?)</span><div>', found)
    ]
    assert booths == ["B02 on the plan", ""]


async def test_what_is_found_is_marked_on_the_plan(app: Litestar, client: httpx.AsyncClient) -> None:
    one, _, _ = await fair()
    await db.execute(
        "INSERT INTO exhibitor_item (exhibitor, kind, position, source, title, text, text_html, url) "
        "VALUES ($1, 'product', 1, '', 'Rotary vial washer', '', '', '')",
        one.exhibitor.id,
    )
    await db.execute("UPDATE content_version SET version = version + 1 WHERE tag = 'exhibitors'")
    await settled(app)
    here = f"/events/{one.exhibitor.event_slug}/exhibitors"
    page = await client.get(f"{here}?q=vial+washer")
    assert names(page) == ["Isarwerk Biologics GmbH"]
    assert re.findall(r'class="spot (\w+) found" id="([^"]+)"', page.text) == [("taken", "hall-b-B02")]
    assert "found" not in re.findall(r'class="(spot[^"]*)"', (await client.get(here)).text)


async def test_who_is_not_public_is_not_named_on_the_plan(app: Litestar, client: httpx.AsyncClient) -> None:
    one, _, _ = await fair()
    await db.execute("UPDATE company SET state = 'hidden' WHERE slug = 'isarwerk-biologics'")
    await db.execute("UPDATE content_version SET version = version + 1 WHERE tag = 'companies'")
    await settled(app)
    here = f"/events/{one.exhibitor.event_slug}/exhibitors"
    for path in (here, f"{here}/halls/hall-b", f"/events/{one.exhibitor.event_slug}", f"{here}/list.json"):
        assert "Isarwerk" not in (await client.get(path)).text, path
    assert 'aria-label="B02, 3 × 3 m, booked"' in (await client.get(here)).text


async def test_the_list_as_files(app: Litestar, client: httpx.AsyncClient) -> None:
    one, _, _ = await fair()
    await db.execute(
        "INSERT INTO plan_feature (plan, kind, label, x, y, width, height) "
        "SELECT id, 'entrance', 'South gate', 500, 900, 300, 100 FROM floor_plan"
    )
    await settled(app)
    here = f"/events/{one.exhibitor.event_slug}/exhibitors"
    rows = (await client.get(f"{here}/list.json")).json()["exhibitors"]
    assert [(row["name"], row["booths"]) for row in rows] == [
        (
            "Isarwerk Biologics GmbH",
            [{"label": "B02", "hall": "Hall B", "where": "near South gate", "size": "3 × 3 m"}],
        ),
        ("Other AG", []),
    ]
    table = (await client.get(f"{here}/list.csv")).text.splitlines()
    assert (len(table), table[1].startswith("Isarwerk Biologics GmbH,B02,Hall B,near South gate,")) == (3, True)
    assert "Booth B02 , 3 × 3 m, near South gate, beside B01 and B03" in text_of(
        await client.get(f"{here}/isarwerk-biologics")
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=isar", ["Isarwerk Biologics GmbH"]), ("?q=b02", ["Isarwerk Biologics GmbH"]), ("?q=nobody", []),
        ("?hall=hall-b", ["Isarwerk Biologics GmbH"]), ("?hall=moon", ["Isarwerk Biologics GmbH", "Other AG"]),
        ("?category=filling", ["Isarwerk Biologics GmbH"]),
    ],
)  # fmt: skip
async def test_filters(app: Litestar, client: httpx.AsyncClient, query: str, found: list[str]) -> None:
    one, _, _ = await fair()
    term = await db.fetch_value(
        "INSERT INTO term (kind, slug, name, code, also, unit, description) "
        "VALUES ('category', 'filling', 'Filling', '', '', '', '') "
        "ON CONFLICT (kind, slug) DO UPDATE SET name = excluded.name RETURNING id"
    )
    await db.execute(
        "INSERT INTO fact (company, term, key, source) VALUES ($1, $2, 'k1', 'company')", one.exhibitor.company_id, term
    )
    await settled(app)
    assert names(await client.get(f"/events/{one.exhibitor.event_slug}/exhibitors{query}")) == found


async def test_a_stand_and_the_ways_to_it(app: Litestar, client: httpx.AsyncClient) -> None:
    one, other, _ = await fair()
    await db.execute(
        "UPDATE exhibitor SET headline = 'Vials, live', about_html = '<p>Every hour.</p>' WHERE id = $1",
        one.exhibitor.id,
    )
    await settled(app)
    at = f"/events/{one.exhibitor.event_slug}/exhibitors/isarwerk-biologics"
    page = await client.get(at)
    for words in ("Vials, live", "<p>Every hour.</p>", 'class="spot you"', 'href="/companies/isarwerk-biologics"'):
        assert words in page.text
    assert f'href="{at}"' in (await client.get(f"/events/{one.exhibitor.event_slug}")).text
    assert f'href="{at}"' in (await client.get("/companies/isarwerk-biologics")).text
    assert at in (await client.get("/sitemaps/pages")).text
    await cancel_exhibitor(actor=PORTAL, exhibitor_id=one.exhibitor.id, note="", now=clock.now())
    await settled(app)
    assert (await client.get(at)).status_code == 404
    assert f'href="{at}"' not in (await client.get("/companies/isarwerk-biologics")).text
    assert names(await client.get(at.rpartition("/")[0])) == ["Other AG"]
    stranger = await companies.make("Stranger AG")
    assert stranger
    assert (await client.get(at.replace("isarwerk-biologics", "stranger-ag"))).status_code == 404
    assert other.exhibitor.id


async def test_halls_are_shown_when_staff_say_so(app: Litestar, client: httpx.AsyncClient) -> None:
    stand = await exhibitors.make()
    await exhibitors.hall(stand.exhibitor.event_id)
    await settled(app)
    here = f"/events/{stand.exhibitor.event_slug}/exhibitors"
    assert "hall-plan" not in (await client.get(here)).text
    await shown(stand.exhibitor.event_id)
    await settled(app)
    assert "hall-plan" in (await client.get(here)).text


async def test_drafts_and_events_without_exhibitors_have_no_page(client: httpx.AsyncClient) -> None:
    stand = await exhibitors.make()
    await db.execute("UPDATE event SET state = 'draft'")
    assert (await client.get(f"/events/{stand.exhibitor.event_slug}/exhibitors")).status_code == 404
    assert (await client.get("/events/no-such-event/exhibitors")).status_code == 404


async def test_one_exhibitor_and_thirty_take_the_same_number_of_queries(
    app: Litestar, client: httpx.AsyncClient
) -> None:
    one, _, _ = await fair()
    here = f"/events/{one.exhibitor.event_slug}/exhibitors"
    counts = []
    for more in (0, 28):
        for n in range(more):
            await exhibitors.make(f"Company {n}", event_id=one.exhibitor.event_id)
        await settled(app)
        async with counting() as seen:
            assert (await client.get(here)).status_code == 200
        counts.append(len(seen))
    assert counts == [4, 4]


async def test_staff_enter_a_company_that_agreed_elsewhere(sign_in: SignIn) -> None:
    stand = await exhibitors.make()
    company = await companies.make("Agreed AG")
    organiser = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
    here = f"/staff/events/{stand.exhibitor.event_id}/exhibitors/new"
    assert "Agreed AG" in (await organiser.get(f"{here}?q=agreed")).text
    form = {
        "company": str(company), "package": "standard", "contact_name": "Ada", "contact_email": "ada@agreed.example",
        "words": "agreed",
    }  # fmt: skip
    for field, typed in (("company", ""), ("package", ""), ("contact_name", ""), ("contact_email", "ada")):
        refused = await organiser.post(here, data={**form, field: typed})
        assert (refused.status_code, f'id="f-{field}-e"' in refused.text) == (422, True)
    assert (await organiser.post(here, data=form)).status_code == 303
    twice = await organiser.post(here, data=form)
    assert (twice.status_code, "This company has applied already" in twice.text) == (409, True)
    assert await db.fetch_value("SELECT count(*) FROM exhibitor WHERE state = 'accepted'") == 2


@pytest.mark.browser
async def test_the_pages_are_sound(sign_in: SignIn, client: httpx.AsyncClient) -> None:
    one, other, booths = await fair()
    x = one.exhibitor
    organiser = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
    owner = await sign_in(other.owner.email, other.organisation_id)
    hall = (await plans.halls(x.event_id, clock.now()))[0]
    staff = f"/staff/events/{x.event_id}/exhibitors"
    first = await sign_in(one.owner.email, one.organisation_id)
    given = await db.fetch_value("SELECT number FROM booth_booking WHERE state = 'booked'")
    await db.execute("UPDATE booth_booking SET wish = $1 WHERE state = 'booked'", booths["B04"])
    # What has a price can be exchanged for money.
    await db.execute("UPDATE booth SET price = 0 WHERE id = (SELECT booth FROM booth_booking WHERE state = 'booked')")
    seen = (
        (client, f"/events/{x.event_slug}/exhibitors"), (client, f"/events/{x.event_slug}/exhibitors/{x.company_slug}"),
        (owner, f"/events/{x.event_slug}/exhibit"), (owner, f"{other.exhibitor.address}/booth?booth={booths['B01']}"),
        (owner, f"{other.exhibitor.address}/booth/{await db.fetch_value('SELECT max(number) FROM booth_booking')}"),
        (organiser, f"{staff}/plans/{hall.id}"), (organiser, f"{staff}/plans/new"), (organiser, f"{staff}/{x.id}/booths"),
        (client, f"/events/{x.event_slug}/exhibitors/halls/{hall.slug}"), (first, f"{x.address}/booth/{given}/moves"),
        (first, f"{x.address}/booth/{given}"), (organiser, f"{staff}/{x.id}/booths/{given}/moves"),
        (organiser, f"{staff}/{x.id}/booths/{given}"),
        (organiser, f"{staff}/{x.id}"), (organiser, staff), (organiser, f"{staff}/packages/new"),
    )  # fmt: skip
    found: list[str] = []
    async with chromium(instead="the pages of exhibitors were not looked at") as browser:
        for who, path in seen:
            page = await browser.new_page()
            await feed(page, who)
            await page.goto(f"http://localhost:8000{path}")
            found += await faults(page)
            await page.close()
    assert found == []
