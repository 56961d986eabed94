"""The pages of enquiries in a real browser: what axe-core finds, widths, themes; and that a form works by hand."""

import os
from pathlib import Path

import httpx
import pytest

from portal.accounts.tables import StaffRole
from portal.core import db
from tests import chromium
from tests.directory.conftest import SignIn
from tests.directory.enquiries.conftest import GUEST, SLUGS, World, ask, code_for, fields, manage, reply, run_jobs
from tests.factories import plans

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("PORTAL_SHOTS", "")


async def test_pages_of_enquiries_are_fit_to_be_read(
    client: httpx.AsyncClient, buyer: httpx.AsyncClient, olga: httpx.AsyncClient, hanne: httpx.AsyncClient, sign_in: SignIn,
    world: World,
) -> None:  # fmt: skip
    number = await ask(
        buyer, "isarwerk", "halden", "tessin", blind="yes", item=["Lyophilisation", "Vial filling"], quantity=["2 × 5,000", ""]
    )  # fmt: skip
    await reply(olga, "isarwerk", number, kind="question", text="Which stopper do you plan to use?")
    await reply(olga, "isarwerk", number, text="We can do that in spring.\n\nTwo lots.")
    await olga.post(manage("isarwerk", f"{number}/notes"), data={"text": "A good fit"})
    await reply(hanne, "halden", number, kind="no", reason="volume", text="")
    for n in range(3):
        await ask(buyer, need=f"Need {n}", item=["Lyophilisation"], quantity=[""])
    await client.post("/enquiries/new", data=fields(email=GUEST, need="See https://x.example"))
    await client.post("/account/enquiries/code", data={"code": await code_for(GUEST)})
    secret = await db.fetch_value("SELECT secret FROM enquiry WHERE email = $1", GUEST)
    await run_jobs()
    await plans.give(world.halden)
    editor = await sign_in("judith@sterileline.example", staff=StaffRole.EDITOR)
    pages = [
        (client, "new", "/enquiries/new?" + "&".join(f"c={slug}" for slug in SLUGS.values())),
        (buyer, "mine", "/enquiries"), (buyer, "own", f"/enquiries/{number}"), (client, "guest", f"/enquiries/{secret}"),
        (olga, "received", manage("isarwerk")), (olga, "thread", manage("isarwerk", number)),
        (hanne, "missed", manage("halden", "missed")), (editor, "staff", "/staff/enquiries"),
    ]  # fmt: skip
    found = []
    async with chromium.chromium(instead="the pages of enquiries were not looked at") as browser:
        for who, name, path in pages:
            page = await browser.new_page()
            await chromium.feed(page, who)
            await page.goto(f"http://localhost:8000{path}")
            found += await chromium.faults(page)
            if SHOTS:
                for width in (1280, 390):
                    for theme in ("light", "dark"):
                        await page.set_viewport_size({"width": width, "height": 900})
                        await page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
                        await page.screenshot(path=Path(SHOTS) / f"{name}-{width}-{theme}.png", full_page=True)
            await page.close()
    assert found == []
