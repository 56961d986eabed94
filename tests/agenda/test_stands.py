"""Stands one means to visit and was at: buttons, the list in words, the pins, joining, companies that leave or are merged."""

import asyncio
import re

import httpx
import pytest
from litestar import Litestar
from playwright.async_api import expect

from portal.accounts.actors import PORTAL
from portal.agenda import privacy
from portal.agenda.commands import stands
from portal.core import clock, db
from portal.directory.commands.merging import merge_companies
from portal.exhibitors.commands.deciding import cancel_exhibitor
from tests.agenda.conftest import AMARA, Open, Reader
from tests.agenda.fairs import Fair
from tests.chromium import chromium, faults, feed
from tests.events.hearing import settled
from tests.factories import exhibitors
from tests.queries import counting


def rows(page: str) -> list[tuple[str, str, str]]:
    """Booth, company and which marks are pressed, in the page’s order."""
    found = re.findall(
        r'<li id="stand-\d+"><span[^>]*>([^<]*)</span><div><p class="title">(?:<a[^>]*>)?([^<]*)(.*?)</li>', page, re.S
    )
    return [
        (booth, company, "+".join(re.findall(r'value="(\w+)-\d+"[^>]*aria-pressed="true"', rest)))
        for booth, company, rest in found
    ]


async def test_what_is_noted_stands_by_hall_and_booth(reader: Reader, fair: Fair) -> None:
    for name in ("Lobau AG", "Donau Labs", "Isarwerk"):
        assert (await reader.save(f"stand-{fair.ids[name]}")).status_code == 303
    page = await reader.page()
    assert rows(page) == [("B2", "Isarwerk", "stand"), ("B10", "Donau Labs", "stand"), ("", "Lobau AG", "stand")]
    assert re.findall(r"<h3 class=\"ui mt-4\">([^<]*)", page) == ["Hall B", "Without a booth yet"]
    assert "3 to visit" in page
    assert 'To come <small class="num">3</small>' in page
    assert f'href="{fair.own}"' in page
    await reader.save(f"visit-{fair.ids['Isarwerk']}", back="/agenda")
    page = await reader.page()
    assert rows(page) == [
        ("B10", "Donau Labs", "stand"), ("", "Lobau AG", "stand"), ("B2", "Isarwerk", "stand+visit"),
    ]  # fmt: skip
    assert "2 to visit, 1 visited" in page
    await db.execute(
        "UPDATE event SET starts_at = starts_at - interval '9 years', ends_at = ends_at - interval '9 years'"
    )
    assert rows(await reader.page()) == []
    assert len(rows(await reader.page("?when=past"))) == 3


async def test_without_scripts_the_plan_is_drawn_with_the_pins(reader: Reader, another: Open, fair: Fair) -> None:
    await reader.save(f"stand-{fair.ids['Isarwerk']}")
    await reader.save(f"visit-{fair.ids['Donau Labs']}")
    page = (await reader.client.get(fair.own)).text
    assert re.findall(r'class="pin (\w+)"', page) == ["saved", "visited"]
    assert 'aria-label="B2, 3 × 3 m, Isarwerk, saved"' in page
    assert 'aria-label="B10, 3 × 3 m, Donau Labs, visited"' in page
    assert "<noscript>" not in page, "what is pressed is drawn"
    stranger = await another()
    page = (await stranger.client.get(fair.own)).text
    assert (re.findall(r'class="pin', page), "Nothing noted yet" in page) == ([], True)
    assert (await reader.client.get("/agenda/stands/nowhere")).status_code == 404


async def test_with_scripts_the_same_comes_as_a_fragment(reader: Reader, fair: Fair) -> None:
    await reader.save(f"visit-{fair.ids['Donau Labs']}")
    hall = await db.fetch_value("SELECT id FROM floor_plan")
    got = (await reader.client.get(f"{fair.own}?halls=hall-b", headers={"HX-Request": "true"})).text
    assert (
        f'<svg id="pins-{hall}" class="hall-pins" aria-hidden="true" hx-swap-oob="true"><g class="pin visited"' in got
    )
    assert (rows(got), "<h1" in got) == ([("B10", "Donau Labs", "visit")], False)
    # A page that draws no hall has nowhere to put pins.
    bare = (await reader.client.get(f"{fair.own}?halls=-", headers={"HX-Request": "true"})).text
    assert (rows(bare), "pins-" in bare) == (rows(got), False)


async def test_pages_of_exhibitors_are_the_same_for_everybody(
    app: Litestar, reader: Reader, another: Open, fair: Fair
) -> None:
    await reader.save(f"stand-{fair.ids['Isarwerk']}")
    assert "Saved to the stands you mean to visit." in await reader.page()
    stranger = await another()
    await settled(app)
    for path in (fair.list, f"{fair.list}/isarwerk", f"{fair.list}/halls/hall-b"):
        pages = [(await one.client.get(path)).text for one in (reader, stranger)]
        assert pages[0] == pages[1]
        if "halls" not in path:
            assert f'name="save" value="stand-{fair.ids["Isarwerk"]}"' in pages[0]
            assert f'name="save" value="visit-{fair.ids["Isarwerk"]}"' in pages[0]
        assert f'<a class="link" href="{fair.own}">' in pages[0]
        assert f'hx-get="{fair.own}?halls=hall-b"' in pages[0]
        assert "aria-pressed" not in pages[0]
        assert "does not show what you saved" in pages[0]
        assert pages[0].count('id="saving"') == 1
    assert await reader.keys() == [f"stand-{fair.ids['Isarwerk']}"]


async def test_either_note_is_taken_back_alone(reader: Reader, fair: Fair) -> None:
    one = fair.ids["Isarwerk"]
    keys = [f"stand-{one}", f"visit-{one}"]
    for _ in range(2):
        for key in keys:
            await reader.save(key)
    assert await reader.keys() == keys
    assert await db.fetch_value("SELECT count(*) FROM agenda_stand") == 1
    for _ in range(2):
        assert (await reader.drop(keys[0])).status_code == 303
    assert await reader.keys() == keys[1:]
    await reader.drop(keys[1])
    assert await db.fetch_value("SELECT count(*) FROM agenda_stand") == 0


async def test_what_is_no_stand_cannot_be_noted(reader: Reader, fair: Fair) -> None:
    await db.execute("UPDATE exhibitor SET state = 'applied' WHERE id = $1", fair.ids["Lobau AG"])
    await db.execute("UPDATE company SET state = 'hidden' WHERE id = $1", fair.companies["Donau Labs"])
    for key in (
        "stand-",
        "stand-77777",
        "visit-77777",
        f"stand-{fair.ids['Lobau AG']}",
        f"visit-{fair.ids['Donau Labs']}",
    ):
        assert (await reader.save(key)).status_code == 404
    assert await db.fetch_value("SELECT count(*) FROM agenda") == 0
    dropped = await reader.client.post("/agenda/removals", data={"drop": f"stand-{fair.ids['Isarwerk']}"})
    assert dropped.status_code == 404


async def test_there_is_an_end_to_it(reader: Reader, fair: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stands, "MOST", 1)
    await reader.save(f"stand-{fair.ids['Isarwerk']}")
    refused = await reader.save(f"stand-{fair.ids['Donau Labs']}")
    assert (refused.status_code, "An agenda holds 1 stands" in refused.text) == (409, True)
    assert (await reader.save(f"visit-{fair.ids['Isarwerk']}")).status_code == 303


async def test_at_sign_in_all_that_either_noted_is_there_once(reader: Reader, another: Open, fair: Fair) -> None:
    isar, donau, lobau = (fair.ids[name] for name in ("Isarwerk", "Donau Labs", "Lobau AG"))
    phone = await another()
    await phone.sign_in()
    for key in (f"stand-{isar}", f"visit-{donau}"):
        await phone.save(key)
    first = await db.fetch_value("SELECT saved_at FROM agenda_stand WHERE exhibitor = $1", isar)
    for key in (f"stand-{isar}", f"visit-{isar}", f"stand-{donau}", f"stand-{lobau}"):
        await reader.save(key)
    await reader.sign_in()
    whole = sorted([f"stand-{isar}", f"visit-{isar}", f"stand-{donau}", f"visit-{donau}", f"stand-{lobau}"])
    assert sorted(await reader.keys()) == sorted(await phone.keys()) == whole
    assert await db.fetch_value("SELECT saved_at FROM agenda_stand WHERE exhibitor = $1", isar) == first
    assert await db.fetch_value("SELECT count(*) FROM agenda_stand") == 3
    await reader.sign_out()
    assert await reader.keys() == []


async def test_who_withdraws_is_said_to_and_who_comes_back_is_there_again(reader: Reader, fair: Fair) -> None:
    key = f"stand-{fair.ids['Isarwerk']}"
    await reader.save(key)
    await cancel_exhibitor(actor=PORTAL, exhibitor_id=fair.ids["Isarwerk"], note="", now=clock.now())
    page = await reader.page()
    assert rows(page) == [("", "Isarwerk", "stand")]
    assert "No longer exhibits here" in page
    assert f'href="{fair.list}/isarwerk"' not in page
    assert 'class="pin' not in (await reader.client.get(fair.own)).text
    again = await db.fetch_value(
        "INSERT INTO exhibitor (event, company, package, state, rights, passes, badge_name, contact_name, contact_email, "
        "wishes, headline, about, about_html, languages, host_name, host_role, host_email, applied_at, applied_by, "
        "decided_by, decision_note, version) SELECT event, company, package, 'accepted', rights, passes, '', '', '', '', '', "
        "'', '', '{}', '', '', '', applied_at, '', '', '', 1 FROM exhibitor WHERE id = $1 RETURNING id", fair.ids["Isarwerk"],
    )  # fmt: skip
    assert await reader.keys() == [f"stand-{again}"]
    assert "No longer exhibits here" not in await reader.page()
    # Taking it out takes out what was noted of the former row.
    await reader.drop(f"stand-{again}")
    assert await db.fetch_value("SELECT count(*) FROM agenda_stand") == 0


async def test_a_gone_stand_can_be_taken_out(reader: Reader, fair: Fair) -> None:
    key = f"stand-{fair.ids['Isarwerk']}"
    await reader.save(key)
    await cancel_exhibitor(actor=PORTAL, exhibitor_id=fair.ids["Isarwerk"], note="", now=clock.now())
    assert f'name="drop" value="{key}"' in await reader.page()
    await reader.drop(key)
    assert rows(await reader.page()) == []


@pytest.mark.parametrize("both_exhibit", [True, False])
async def test_a_merged_company_s_stand_is_the_kept_one_s(reader: Reader, fair: Fair, both_exhibit: bool) -> None:
    merged, kept = "Donau Labs", "Isarwerk"
    await reader.save(f"visit-{fair.ids[merged]}")
    if both_exhibit:
        await reader.save(f"stand-{fair.ids[kept]}")
    else:
        await db.execute("DELETE FROM booth_booking WHERE exhibitor = $1", fair.ids[kept])
        await db.execute("DELETE FROM exhibitor WHERE id = $1", fair.ids[kept])
    await db.execute("UPDATE company SET organisation = NULL WHERE id = $1", fair.companies[merged])
    await merge_companies(actor=PORTAL, kept_id=fair.companies[kept], merged_id=fair.companies[merged], now=clock.now())
    found = rows(await reader.page())
    assert found == [("B2, B10", kept, "stand+visit") if both_exhibit else ("B10", kept, "visit")]
    for key in await reader.keys():
        await reader.drop(key)
    assert await db.fetch_value("SELECT count(*) FROM agenda_stand") == 0


async def test_noting_at_once_from_two_tabs_is_noted_once(reader: Reader, fair: Fair) -> None:
    await reader.save(f"stand-{fair.ids['Donau Labs']}")
    key = f"stand-{fair.ids['Isarwerk']}"
    answers = await asyncio.gather(*(reader.save(key) for _ in range(6)))
    assert {one.status_code for one in answers} == {303}
    assert len(await reader.keys()) == 2


async def test_what_is_known_of_stands_is_told_and_forgotten(reader: Reader, fair: Fair) -> None:
    await reader.save(f"visit-{fair.ids['Isarwerk']}")
    await reader.sign_in()
    (told,) = await privacy.known_about(AMARA)
    assert (told["what"], told["title"], told["event"]) == ("Stand", "Isarwerk", "Fill & Finish Forum")
    assert (told["saved_at"], told["visited_at"] is not None) == (None, True)
    assert await privacy.forget(AMARA, clock.now()) == "1 stand of your agenda and its calendar’s address are gone."
    assert await db.fetch_value("SELECT count(*) FROM agenda_stand") == 0


async def test_one_stand_or_thirty_take_the_same_statements(
    client: httpx.AsyncClient, reader: Reader, fair: Fair
) -> None:
    await reader.save(f"stand-{fair.ids['Isarwerk']}")
    for path, most in ((fair.own, 3), ("/agenda/saved", 2)):
        await client.get(path)
        async with counting() as few:
            await client.get(path)
        assert len(few) <= most, few
    for number in range(29):
        made = await exhibitors.make(f"Maker {number}", event_id=fair.event_id)
        await reader.save(f"stand-{made.exhibitor.id}")
    await client.get(fair.own)
    async with counting() as many:
        assert len(rows((await client.get(fair.own)).text)) == 30
    assert len(many) <= 3


@pytest.mark.browser
async def test_with_scripts_pins_follow_the_buttons(client: httpx.AsyncClient, reader: Reader, fair: Fair) -> None:
    here = "http://localhost:8000"
    async with chromium(instead="pins were not tried") as browser:
        page = await browser.new_page()
        await feed(page, client)
        await page.goto(f"{here}{fair.list}")
        row = page.locator("section .stands li", has=page.get_by_role("heading", name="Isarwerk"))
        save = row.get_by_role("button", name="Save Isarwerk")
        await expect(save).to_have_attribute("aria-pressed", "false")
        await save.press("Enter")
        await expect(save).to_have_attribute("aria-pressed", "true")
        await expect(page.locator(".hall-plan .pin.saved")).to_have_count(1)
        own = page.get_by_role("group").filter(has_text="My stands: 1 to visit")
        await own.locator("summary").click()
        await own.get_by_role("button", name="Visited Isarwerk").click()
        await expect(page.locator(".hall-plan .pin.visited")).to_have_count(1)
        await expect(row.get_by_role("button", name="Visited Isarwerk")).to_have_attribute("aria-pressed", "true")
        # A filter draws the plan anew, and the pins come again.
        await page.get_by_role("searchbox", name="Search").fill("isar")
        await expect(page.locator("#count")).to_contain_text("1 of 3 exhibitors")
        await expect(page.locator(".hall-plan .pin.visited")).to_have_count(1)
        found = await faults(page)
        await page.goto(f"{here}{fair.own}")
        found += await faults(page)
    assert found == []
