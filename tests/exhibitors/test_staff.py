"""Staff say on what terms companies exhibit and in which packages, and who may do what."""

import csv
import io
import re

import httpx
import pytest

from portal.accounts.tables import StaffRole
from portal.core import clock, db
from portal.exhibitors.queries import desks, offers
from portal.exhibitors.tables.exhibiting import ExhibitorState, Right
from tests.directory.conftest import SignIn
from tests.factories import events, exhibitors
from tests.paying import text_of
from tests.queries import counting

TERMS = {
    "open": "yes",
    "until": "",
    "currency": "EUR",
    "intro": "**Trucks** by gate 3.",
    "contact_email": "",
    "terms_url": "",
}
PACKAGE = {
    "name": "Gold", "price": "1900", "summary": "All in", "includes": "A table\nTwo chairs", "passes": "4", "most": "10",
    "rights": ["scan", "meetings"], "on_offer": "yes",
}  # fmt: skip


@pytest.fixture
async def organiser(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)


async def test_terms_and_packages(organiser: httpx.AsyncClient) -> None:
    event_id = await events.make()
    here = f"/staff/events/{event_id}/exhibitors"
    assert "Set the terms" in (await organiser.get(here)).text
    assert (await organiser.get(f"{here}/packages/new")).headers["location"] == f"{here}/setup"
    saved = await organiser.post(f"{here}/setup", data=TERMS)
    assert (saved.status_code, saved.headers["location"]) == (303, f"{here}/packages")
    added = await organiser.post(f"{here}/packages", data=PACKAGE)
    assert (added.status_code, added.headers["location"]) == (303, f"{here}/packages")
    offer = await offers.of_event(event_id)
    assert offer is not None
    assert (offer.open, offer.currency, offer.intro_html) == (
        True,
        "EUR",
        "<p><strong>Trucks</strong> by gate 3.</p>\n",
    )
    (gold,) = offer.packages
    assert (gold.name, gold.price, gold.passes, gold.most, gold.on_offer) == ("Gold", 190000, 4, 10, True)
    assert (gold.includes, gold.rights) == (["A table", "Two chairs"], [Right.SCAN, Right.MEETINGS])
    page = await organiser.get(f"{here}/packages/{gold.id}")
    assert 'value="1900.00"' in page.text
    await organiser.post(f"{here}/packages", data={**PACKAGE, "name": "Silver"})
    silver = (await offers.of_event(event_id)).packages[1]  # type: ignore[union-attr]
    await organiser.post(f"{here}/packages/{silver.id}/place", data={"way": "up"})
    assert [one.name for one in (await offers.of_event(event_id)).packages] == ["Silver", "Gold"]  # type: ignore[union-attr]
    gone = await organiser.post(f"{here}/packages/{silver.id}/removal")
    assert gone.status_code == 303
    assert [one.name for one in (await offers.of_event(event_id)).packages] == ["Gold"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("name", "", "Please fill in: name."),
        ("name", "Standard", "Another package of this event is called so."),
        ("price", "1,900.00.1", "Please give an amount such as"),
        ("passes", "many", "Please give a number from 0 to 500."),
        ("passes", "501", "Please give a number from 0 to 500."),
        ("most", "0", "Please give a number from 1, or nothing."),
        ("includes", "x" * 201, "Please keep each line under 200 characters."),
        ("rights", "everything", "Please choose from the list."),
    ],
)
async def test_a_package_that_cannot_be(organiser: httpx.AsyncClient, field: str, typed: str, words: str) -> None:
    stand = await exhibitors.make()
    here = f"/staff/events/{stand.exhibitor.event_id}/exhibitors/packages"
    answer = await organiser.post(here, data={**PACKAGE, "summary": "Kept as typed", field: typed})
    assert answer.status_code == 422
    assert f'id="f-{field}-e"' in answer.text
    assert words in answer.text
    assert "Kept as typed" in answer.text
    assert await db.fetch_value("SELECT count(*) FROM exhibition_package") == 1


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("currency", "XYZ"),
        ("currency", "CHF"),
        ("until", "tomorrow"),
        ("contact_email", "nobody"),
        ("terms_url", "ftp://x"),
    ],
)
async def test_terms_that_cannot_be(organiser: httpx.AsyncClient, field: str, typed: str) -> None:
    stand = await exhibitors.make(price=5000)
    here = f"/staff/events/{stand.exhibitor.event_id}/exhibitors/setup"
    answer = await organiser.post(here, data={**TERMS, "intro": "Kept as typed", field: typed})
    assert answer.status_code == 422
    assert f'id="f-{field}-e"' in answer.text
    assert "Kept as typed" in answer.text


async def test_who_was_slower_is_told_and_loses_nothing(organiser: httpx.AsyncClient) -> None:
    stand = await exhibitors.make()
    here = f"/staff/events/{stand.exhibitor.event_id}/exhibitors"
    offer = await offers.of_event(stand.exhibitor.event_id)
    assert offer is not None
    old = {**TERMS, "version": str(offer.version)}
    assert (await organiser.post(f"{here}/setup", data=old)).status_code == 303
    slower = await organiser.post(f"{here}/setup", data={**old, "intro": "Mine"})
    assert (slower.status_code, "Mine" in slower.text) == (409, True)
    package = f"{here}/packages/{offer.packages[0].id}"
    seen = (await organiser.get(package)).text.split('name="seen" value="')[1].split('"')[0]
    assert (await organiser.post(package, data={**PACKAGE, "seen": seen})).status_code == 303
    slower = await organiser.post(package, data={**PACKAGE, "summary": "Mine", "seen": seen})
    assert (slower.status_code, "Mine" in slower.text) == (409, True)
    again = slower.text.split('name="seen" value="')[1].split('"')[0]
    assert (await organiser.post(package, data={**PACKAGE, "summary": "Mine", "seen": again})).status_code == 303


async def test_deciding_with_everything_beside_it(organiser: httpx.AsyncClient) -> None:
    before = await exhibitors.make()
    event_id = await events.make("Cell Days")
    await exhibitors.make("Other AG", event_id=event_id, accepted=False)
    now = clock.now()
    asked = await db.fetch_value(
        "INSERT INTO exhibitor (event, company, package, state, rights, passes, contact_name, contact_email, wishes, headline, "
        "about, about_html, applied_at, applied_by, decided_by, decision_note, version) SELECT p.event, $1, p.id, 'applied', "
        "'{}', 0, 'Anselm', 'a@isarwerk.example', 'By the door', '', '', '', $2, '', '', '', 1 FROM exhibition_package p "
        "WHERE p.event = $3 RETURNING id",
        before.exhibitor.company_id, now, event_id,
    )  # fmt: skip
    queue = await organiser.get("/staff/exhibitors")
    assert '<b class="num">2<span class="vh"> wait</span></b>' in queue.text
    at = f"/staff/events/{event_id}/exhibitors/{asked}"
    assert f'href="{at}"' in queue.text
    page = text_of(await organiser.get(at))
    for words in ("By the door", "Fill &amp; Finish Forum", "Standard: exhibits", "Nobody has proved to be it"):
        assert words in page
    done = await organiser.post(f"{at}/acceptance", data={"note": "Welcome."})
    assert (done.status_code, done.headers["location"]) == (303, at)
    stand = await desks.by_id(asked)
    assert stand is not None
    assert (stand.state, stand.rights) == (ExhibitorState.ACCEPTED, frozenset(Right))
    assert re.search(r"Decided\s.* by (?!account)[A-Z]", text_of(await organiser.get(at)))
    twice = await organiser.post(f"{at}/refusal", data={"note": "No."})
    assert (twice.status_code, "This application is decided already." in twice.text) == (409, True)
    long = await organiser.post(f"{at}/cancellation", data={"note": "x" * 1001})
    assert (long.status_code, 'id="f-note-e"' in long.text) == (422, True)
    ended = await organiser.post(f"{at}/cancellation", data={"note": "Hall closed."})
    assert ended.status_code == 303
    stand = await desks.by_id(asked)
    assert stand is not None
    assert (stand.state, stand.may(Right.SCAN)) == (ExhibitorState.CANCELLED, False)


async def test_what_the_portal_decided_itself_is_said_so(organiser: httpx.AsyncClient) -> None:
    x = (await exhibitors.make()).exhibitor
    page = text_of(await organiser.get(f"/staff/events/{x.event_id}/exhibitors/{x.id}"))
    assert re.search(r"Decided\s.* by the portal\b", page)


async def test_rights_of_one_and_of_all_in_a_package(organiser: httpx.AsyncClient) -> None:
    one = await exhibitors.make()
    two = await exhibitors.make("Other AG", event_id=one.exhibitor.event_id)
    here = f"/staff/events/{one.exhibitor.event_id}/exhibitors"
    form = {"rights": ["scan"], "passes": "9", "version": str(one.exhibitor.version)}
    assert (await organiser.post(f"{here}/{one.exhibitor.id}/rights", data=form)).status_code == 303
    stand = await desks.by_id(one.exhibitor.id)
    assert stand is not None
    assert (stand.rights, stand.passes) == ({Right.SCAN}, 9)
    slower = await organiser.post(f"{here}/{one.exhibitor.id}/rights", data=form)
    assert slower.status_code == 409
    bad = await organiser.post(f"{here}/{one.exhibitor.id}/rights", data={**form, "passes": "-1"})
    assert (bad.status_code, 'id="f-passes-e"' in bad.text) == (422, True)
    offer = await offers.of_event(one.exhibitor.event_id)
    assert offer is not None
    given = await organiser.post(f"{here}/packages/{offer.packages[0].id}/rights")
    notice = await organiser.get(given.headers["location"])
    assert "1 exhibitor has the rights and passes of Standard now." in notice.text
    for who in (one, two):
        stand = await desks.by_id(who.exhibitor.id)
        assert stand is not None
        assert (stand.rights, stand.passes) == (frozenset(Right), 2)


async def test_the_list_finds_and_leaves_as_a_file(organiser: httpx.AsyncClient) -> None:
    one = await exhibitors.make("Größer AG")
    event_id = one.exhibitor.event_id
    await exhibitors.make("Other AG", event_id=event_id, accepted=False)
    here = f"/staff/events/{event_id}/exhibitors"
    for query, names in (
        ("?q=grosser", ["Größer AG"]),
        ("?state=applied", ["Other AG"]),
        ("", ["Other AG", "Größer AG"]),
    ):
        sheet = (await organiser.get(f"{here}.csv{query}")).text.removeprefix("\ufeff")
        assert [row["Company"] for row in csv.DictReader(io.StringIO(sheet))] == names
        page = await organiser.get(here + query)
        assert [name for name in ("Größer AG", "Other AG") if f">{name}</a>" in page.text] == sorted(names)
    assert await db.fetch_value("SELECT count(*) FROM audit_entry WHERE verb = 'export exhibitors'") == 3


async def test_one_row_and_thirty_take_the_same_number_of_queries(organiser: httpx.AsyncClient) -> None:
    stand = await exhibitors.make("Company 0", accepted=False)
    pages = ("/staff/exhibitors", f"/staff/events/{stand.exhibitor.event_id}/exhibitors")
    counts = []
    for more in (0, 29):
        for n in range(more):
            await exhibitors.make(f"Company {n + 1}", event_id=stand.exhibitor.event_id, accepted=n % 2 == 0)
        for path in pages:
            async with counting() as seen:
                assert (await organiser.get(path)).status_code == 200
            counts.append(len(seen))
    assert counts[:2] == counts[2:]


async def test_staff_pages_are_the_organisers(
    organiser: httpx.AsyncClient, sign_in: SignIn, client: httpx.AsyncClient
) -> None:
    stand = await exhibitors.make()
    here = f"/staff/events/{stand.exhibitor.event_id}/exhibitors"
    paths = [
        "/staff/exhibitors",
        here,
        f"{here}.csv",
        f"{here}/setup",
        f"{here}/packages",
        f"{here}/{stand.exhibitor.id}",
    ]
    finance = await sign_in("f@sterileline.example", staff=StaffRole.FINANCE)
    owner = await sign_in(stand.owner.email, stand.organisation_id)
    for path in paths:
        assert [(await who.get(path)).status_code for who in (organiser, finance, owner)] == [200, 403, 403]
        assert (await client.get(path)).headers["location"].startswith("/account/sign-in")
    other = await events.make("Other")
    assert (await organiser.get(f"/staff/events/{other}/exhibitors/{stand.exhibitor.id}")).status_code == 404
    assert (await organiser.get("/staff/events/999999/exhibitors")).status_code == 404
