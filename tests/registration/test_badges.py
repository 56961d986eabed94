"""Badges on paper: who has one, what it says, and what its code leads to."""

import httpx
import pytest
from msgspec import structs

from portal.accounts.tables import StaffRole
from portal.core import clock, db
from portal.core.settings import current
from portal.registration.badges import badges_pdf
from portal.registration.queries.badges import Printed, count_to_print, to_print
from portal.registration.rules.badges import badge_code
from portal.registration.staff import attendees
from tests.directory.conftest import SignIn, sign_in
from tests.factories.registration import make_shop
from tests.factories.scans import take_place
from tests.reading_pdfs import needs_a_scanner, pages, scanned, squeezed

__all__ = ["sign_in"]


async def test_staff_print_badges_of_who_comes_in_person(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, client: httpx.AsyncClient
) -> None:
    monkeypatch.setattr(attendees, "BADGES", 4)
    shop = await make_shop()
    secrets = [await take_place(shop, f"guest{n}@x.example", f"Guest{n} Number") for n in range(5)]
    await db.execute("UPDATE seat SET watching = 'recording' WHERE email = 'guest0@x.example'")
    await take_place(shop, "guest9@x.example", "Zoe Zuletzt")
    staff = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
    path = f"/staff/events/{shop.event_id}"
    listed = (await staff.get(f"{path}/attendees")).text
    assert f'{path}/badges.pdf"' in listed
    assert f'{path}/badges.pdf?page=2"' in listed
    first, second = [await staff.get(f"{path}/badges.pdf?page={n}") for n in (1, 2)]
    assert first.headers["content-type"] == "application/pdf"
    said = squeezed(pages(first.content)[0])
    assert [n for n in range(5) if f"Guest{n}" in said] == [1, 2, 3, 4]
    code = badge_code(secrets[1])
    assert code in said
    for secret in secrets:
        assert secret not in said
    assert "Zuletzt" in squeezed(pages(second.content)[0])
    assert (await staff.get(f"{path}/badges.pdf?page=3")).status_code == 404
    assert await db.fetch_value("SELECT count(*) FROM audit_entry WHERE verb = 'print badges'") == 2
    stranger = await sign_in("someone@elsewhere.example")
    assert (await stranger.get(f"{path}/badges.pdf")).status_code == 403


async def test_online_events_have_none(database: str) -> None:
    shop = await make_shop()
    await take_place(shop, "guest@x.example")
    await db.execute("UPDATE event SET format = 'online'")
    assert (await to_print(shop.event_id, size=9, offset=0), await count_to_print(shop.event_id)) == ([], 0)


@needs_a_scanner
async def test_a_scanner_reads_our_address_of_the_badge_whatever_stands_beside_it() -> None:
    long = "Wolfeschlegelsteinhausenbergerdorff " * 4
    usual = Printed(
        claim_secret="", name="Amara Okonjo-Reuter", company="Brennhof", job_title="", ticket="Conference, 3 days"
    )
    wordy = structs.replace(usual, name=long, company=long, job_title=long)
    people = [structs.replace(wordy if n == 1 else usual, claim_secret=f"secret-{n}") for n in range(5)]
    made = await badges_pdf("Fill & Finish Forum Vienna", people, now=clock.now())
    assert len(pages(made)) == 2
    found = "\n".join(scanned(made)).split()
    assert sorted(found) == sorted(f"{current().base_url}/b/{badge_code(one.claim_secret)}" for one in people)
