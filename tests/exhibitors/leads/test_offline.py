"""The scanning page where there is no connection: what is kept on the device, whose, and what is sent when there is one again."""

import re
from datetime import timedelta

import httpx
import pytest
from litestar import Litestar
from playwright.async_api import expect

from portal.accounts import commands
from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.exhibitors.tables.exhibiting import Right
from tests.chromium import chromium, faults
from tests.directory.conftest import PASSWORD, account, join
from tests.factories import scans
from tests.factories.scans import Hall
from tests.serving import served

KEPT = "async () => (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys())" \
    ".map(({ url }) => new URL(url).pathname)))).flat().sort()"  # fmt: skip


async def test_the_copy_a_device_keeps_has_nothing_of_anybody(team: httpx.AsyncClient, hall: Hall) -> None:
    await hall.scan(await hall.attendee())
    mine = await scans.account_of("leads@isarwerk.example")
    page = await team.get(f"{hall.address}/scan")
    assert f'data-by="{mine}"' in page.text
    undone = await team.post(f"{hall.address}/scan/badges/{await hall.attendee('bob@vos.example', 'Bob Vos')}",
                             data={"read": scans.agreed(hall.stand)})  # fmt: skip
    assert undone.status_code == 303
    copy = await team.get(f"{hall.address}/scan/offline")
    assert (copy.status_code, copy.headers["cache-control"]) == (200, "no-store")
    assert "camera=(self)" in copy.headers["permissions-policy"]
    assert "passes on my name, job title, company and email address to Isarwerk Biologics GmbH" in copy.text
    for words in ("Kept.", "@", "Amara", "Bob", 'data-by="1', f'value="{mine}"', hall.stand.owner.name):
        assert words not in re.sub(r"mailto:[^<]*<", "", copy.text)
    # The notice waits for a page that somebody sees.
    assert "Kept." in (await team.get(undone.headers["location"])).text


async def test_a_worker_is_of_one_page_and_goes_with_the_right(team: httpx.AsyncClient, hall: Hall) -> None:
    worker = await team.get(f"{hall.address}/scan/worker.js")
    assert worker.headers["service-worker-allowed"] == f"{hall.address}/scan"
    assert worker.headers["content-type"].startswith("text/javascript")
    await hall.rights(Right.LEADS)
    for path in ("offline", "worker.js"):
        assert (await team.get(f"{hall.address}/scan/{path}")).status_code == 403


async def test_a_day_after_nothing_is_scanned_and_what_waits_on_the_device_is_still_sent(
    team: httpx.AsyncClient, hall: Hall
) -> None:
    early = (await team.get(f"{hall.address}/scan")).text
    await scans.begin(hall.shop, clock.now() + timedelta(days=3))
    before = (await team.get(f"{hall.address}/scan")).text
    await scans.begin(hall.shop, clock.now() - timedelta(days=3))
    after = (await team.get(f"{hall.address}/scan")).text
    assert ["data-finding" in text for text in (early, before, after)] == [True, False, False]
    assert ["data-worker" in text for text in (early, before, after)] == [True, True, False]
    assert "data-unsent" in after
    assert "scan.js" in after
    assert (await team.get(f"{hall.address}/scan/offline")).status_code == 404


@pytest.mark.browser
async def test_in_a_hall_without_reception_the_page_opens_and_what_it_kept_is_sent_once(
    app: Litestar, hall: Hall
) -> None:
    badge = await hall.attendee()
    member = await account("leads@isarwerk.example")
    await commands.set_password(account_id=member, password=PASSWORD, now=clock.now())
    await join(hall.stand.organisation_id, member, MemberRole.LEADS)
    async with served(app) as address, chromium(instead="scanning without a connection was not tried") as chrome:
        context = await chrome.new_context(base_url=address, viewport={"width": 390, "height": 780})
        page = await context.new_page()
        page.set_default_timeout(15_000)
        await page.goto(f"{hall.address}/scan")
        await page.get_by_label("Email").fill("leads@isarwerk.example")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in", exact=True).click()
        await expect(page.get_by_text("Ready for a hall without reception")).to_be_visible()
        kept = await page.evaluate(KEPT)
        assert {path for path in kept if not path.startswith(("/static/", "/assets/"))} == {
            f"{hall.address}/scan/offline"
        }
        assert {"/assets/site.css", "/static/js/scan.js", "/static/vendor/qr-detector.min.mjs"} < set(kept)
        assert any(path.endswith(".woff2") for path in kept)

        await context.set_offline(True)
        await page.close()
        page = await context.new_page()
        faulty: list[str] = []
        page.on("pageerror", lambda error: faulty.append(str(error)))
        await page.goto(f"{hall.address}/scan")
        await expect(page.get_by_text("Opened without a connection")).to_be_visible()
        assert await faults(page) == []
        await page.get_by_label("Code on the badge").fill(badge)
        await page.get_by_role("button", name="Next: ask for their consent").click()
        await page.get_by_role("button", name="I agree").click()
        agreed = clock.now()
        await page.get_by_role("textbox", name="Note").fill("Wants 2 ml vials")
        await page.get_by_label("What is to be done").fill("Send the offer")
        await page.get_by_label("Who", exact=True).select_option("Myself")
        await page.get_by_role("button", name="Save and scan the next").click()
        await page.reload()
        await expect(page.get_by_text("2 not sent yet. There is no connection.")).to_be_visible()
        assert await page.evaluate("document.fonts.check('16px \"Hanken Grotesk\"')")
        await db.execute("UPDATE company SET name = 'Isarwerk SE' WHERE id = $1", hall.stand.exhibitor.company_id)

        await context.set_offline(False)
        await expect(page.get_by_text("Everything is sent.")).to_be_visible()
        await page.get_by_role("link", name="Try the connection again").click()
        await expect(page.get_by_text("Ready for a hall without reception")).to_be_visible()
        await expect(page.get_by_text("to Isarwerk SE.")).to_have_count(1)
        assert faulty == []
        # Without the right nothing stays on the device.
        await hall.rights(Right.LEADS)
        await page.reload()
        await expect(page.get_by_text("The organiser has not opened this part")).to_be_visible()
        await page.wait_for_function("async () => !(await navigator.serviceWorker.getRegistration(location.pathname))")
        assert await page.evaluate(KEPT) == []
        await context.close()
    [lead] = await db.fetch(
        "SELECT l.visits, l.note, l.follow_up, l.follow_up_who, c.given_at, c.company_name, w.text FROM lead l "
        "JOIN consent c ON c.id = l.consent_id JOIN wording_of_consent w ON w.id = c.wording"
    )
    assert (lead["visits"], lead["note"], lead["follow_up"], lead["follow_up_who"]) == (
        1, "Wants 2 ml vials", "Send the offer", member
    )  # fmt: skip
    assert abs(lead["given_at"] - agreed) < timedelta(seconds=5)
    assert "to Isarwerk Biologics GmbH." in lead["text"]
