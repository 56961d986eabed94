"""What becomes of leads afterwards: taken back, erased, kept long enough, companies made one, and mails of it."""

from datetime import timedelta

import httpx
import msgspec
import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.core.errors import Conflict
from portal.core.settings import current
from portal.core.times import day
from portal.directory.commands.merging import merge_companies
from portal.directory.queries.companies import one_with
from portal.exhibitors.leads import commands, jobs, queries
from portal.exhibitors.leads import privacy as scan_privacy
from portal.exhibitors.routes import OCCASIONS
from portal.exhibitors.rules.keeping import kept_until
from portal.leads import privacy
from portal.leads.chain.commands import note_taken_out
from portal.leads.chain.values import Noted
from portal.leads.withdrawing import withdraw_consent
from portal.registration.rules.badges import badge_code
from portal.wiring import personal_data, services
from tests.directory.conftest import SignIn
from tests.factories import companies, scans
from tests.factories.scans import Hall


async def listed(hall: Hall) -> list[str]:
    exhibitor = hall.stand.exhibitor
    return [one.email for one in await queries.everyone(exhibitor.company_id, exhibitor.event_id)]


@pytest.mark.parametrize("page", ["/account/scans", "/account/consents"])
async def test_taking_back_in_the_account_takes_the_lead_off_the_list_at_once(
    sign_in: SignIn, hall: Hall, page: str
) -> None:
    await hall.scan(await hall.attendee())
    amara = await sign_in("amara@brennhof.example")
    seen = (await amara.get(page)).text
    for words in (
        "Isarwerk Biologics GmbH",
        hall.stand.exhibitor.event_title.replace("&", "&amp;"),
        "passes on my name",
    ):
        assert words in seen
    consent = await db.fetch_value("SELECT id FROM consent")
    answer = await amara.post(f"{page}/{consent}/withdrawal")
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert await listed(hall) == []
    assert await db.fetch_value("SELECT count(*) FROM lead_record WHERE payload LIKE '%amara%'") == 0
    assert await db.fetch_value("SELECT count(*) FROM consent WHERE withdrawn_at IS NOT NULL") == 1
    assert "aken back" in (await amara.get(page)).text


async def test_who_has_no_account_sees_and_takes_back_on_the_page_of_the_place(
    client: httpx.AsyncClient, hall: Hall
) -> None:
    secret = await hall.seat()
    assert "Who scanned you" not in (await client.get(f"/seats/{secret}")).text
    await hall.scan(badge_code(secret))
    page = (await client.get(f"/seats/{secret}")).text
    assert "Was told: Amara Okonjo-Reuter, Head of filling, Brennhof Pharma GmbH, amara@brennhof.example" in page
    order = await db.fetch_value("SELECT secret FROM seat_order")
    assert "Who scanned you" in (await client.get(f"/orders/{order}/place")).text
    consent = await db.fetch_value("SELECT id FROM consent")
    other = await hall.seat("bob@vos.example", "Bob Vos")
    assert (await client.post(f"/seats/{other}/scans/{consent}/withdrawal")).status_code == 404
    assert (await client.post(f"/seats/nothing/scans/{consent}/withdrawal")).status_code == 404
    assert len(await listed(hall)) == 1
    answer = await client.post(f"/seats/{secret}/scans/{consent}/withdrawal")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/seats/{secret}")
    assert await listed(hall) == []


async def test_nobody_takes_back_for_somebody_else(sign_in: SignIn, hall: Hall) -> None:
    await hall.scan(await hall.attendee())
    consent = await db.fetch_value("SELECT id FROM consent")
    other = await sign_in("bob@vos.example")
    assert (await other.post(f"/account/scans/{consent}/withdrawal")).status_code == 404
    assert "Isarwerk" not in (await other.get("/account/scans")).text
    assert len(await listed(hall)) == 1


async def test_the_company_is_told_by_the_leads_code_and_of_what_it_took_along(hall: Hall) -> None:
    kept = await hall.scan(await hall.attendee())
    await note_taken_out(leads=[kept.code], now=clock.now())
    await privacy.forget("amara@brennhof.example", clock.now())
    payload = await db.fetch_value("SELECT payload FROM pgqueuer WHERE entrypoint = 'leads.tell_gone'")
    asked = msgspec.json.decode(payload)
    for _ in range(2):
        await jobs.tell_gone(**asked)
    rows = await db.fetch("SELECT recipient, subject, text FROM mail WHERE topic = 'leads'")
    assert [row["recipient"] for row in rows] == [hall.stand.owner.email]
    assert rows[0]["subject"] == f"Lead {kept.code} has taken their consent back"
    assert "last took this lead along on" in " ".join(rows[0]["text"].split())
    assert "mara" not in rows[0]["text"]


async def test_erasing_a_person_leaves_receipts_without_address_and_chains_that_hold(hall: Hall) -> None:
    second = await scans.another(hall.shop)
    badge = await hall.attendee()
    await hall.scan(badge)
    await second.scan(badge)
    told = await privacy.forget("amara@brennhof.example", clock.now())
    assert told.startswith("2 consents taken back")
    assert (await listed(hall), await listed(second)) == ([], [])
    for table, column in (("lead_record", "payload"), ("consent", "email"), ("lead", "email")):
        assert await db.fetch_value(f"SELECT count(*) FROM {table} WHERE {column} LIKE '%amara%'") == 0


async def test_what_a_device_sends_after_it_was_taken_back_is_not_kept(hall: Hall) -> None:
    badge, before = await hall.attendee(), clock.now() - timedelta(minutes=20)
    number = "3f0c9a4e-6a4e-4d62-9a53-0f4a8f5c2b11"
    await hall.scan(badge, at=before, client_id=number)
    consent = await db.fetch_value("SELECT id FROM consent")
    await taken_back(consent)
    for at, client_id in ((before, number), (before, "3f0c9a4e-6a4e-4d62-9a53-0f4a8f5c2b12")):
        with pytest.raises(Conflict, match="taken their consent back"):
            await hall.scan(badge, at=at, client_id=client_id)
    # As receipts were taken back before each person of an address had their own.
    await db.execute("UPDATE consent SET person = ''")
    with pytest.raises(Conflict, match="taken their consent back"):
        await hall.scan(badge, at=before)
    # Asked anew, they may say yes again.
    assert (await hall.scan(badge)).visits == 1


async def taken_back(consent: int) -> None:
    await withdraw_consent(consent_id=consent, email="amara@brennhof.example", now=clock.now(), one_with=one_with)


async def test_leads_go_after_the_time_they_are_kept_and_receipts_stay(hall: Hall, sign_in: SignIn) -> None:
    await hall.scan(await hall.attendee())
    await jobs.let_go()
    assert len(await listed(hall)) == 1
    amara = await sign_in("amara@brennhof.example")
    until = kept_until(hall.stand.exhibitor.ends_at, current().leads_keep_months)
    assert f"Kept until {day(until.date(), 'd MMMM y')} at the latest" in (await amara.get("/account/scans")).text
    ago = clock.now() - timedelta(days=31) * current().leads_keep_months
    await db.execute("UPDATE event SET starts_at = $1, ends_at = $1::timestamptz + interval '8 hours'", ago)
    for _ in range(2):
        await jobs.let_go()
    assert await listed(hall) == []
    kinds = await db.fetch("SELECT kind, payload FROM lead_record ORDER BY seq")
    assert [tuple(row) for row in kinds] == [("scan", None), ("expiry", "{}")]
    assert await db.fetch_value("SELECT count(*) FROM consent WHERE withdrawn_at IS NULL") == 1
    assert await db.fetch_value("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'leads.tell_gone'") == 0
    assert "nothing is there any more" in (await amara.get("/account/scans")).text


async def test_leads_follow_a_company_that_is_made_one_with_another_and_come_back(hall: Hall) -> None:
    await hall.scan(await hall.attendee())
    exhibitor = hall.stand.exhibitor
    kept = await companies.make("Isarwerk Holding SE", owner=hall.stand.organisation_id)
    await merge_companies(actor=PORTAL, kept_id=kept, merged_id=exhibitor.company_id, now=clock.now())
    assert await db.fetch_value("SELECT company FROM exhibitor") == kept
    found = await queries.everyone(kept, exhibitor.event_id)
    assert [one.email for one in found] == ["amara@brennhof.example"]
    assert await listed(hall) == []


async def test_a_receipt_that_two_made_one_share_stands_as_long_as_one_lead_rests_on_it(hall: Hall) -> None:
    badge, kept = await hall.attendee(), hall.stand.exhibitor.company_id
    other = await scans.another(hall.shop)
    await other.scan(badge)
    await hall.scan(await hall.attendee("bob@vos.example", "Bob Vos"))
    merged = other.stand.exhibitor.company_id
    await db.execute("UPDATE company SET organisation = NULL WHERE id = $1", merged)
    await merge_companies(actor=PORTAL, kept_id=kept, merged_id=merged, now=clock.now())
    scanned = await hall.scan(await hall.attendee("carol@vos.example", "Carol Vos"))
    # As scans after a merge once made them.
    await db.execute(
        "UPDATE lead SET consent_id = o.consent_id FROM lead o WHERE lead.code = $1 AND o.badge = $2",
        scanned.code,
        badge,
    )
    before = await db.fetch_value("SELECT code FROM lead WHERE badge = $1", badge)
    for code, stands in ((scanned.code, 1), (before, 0)):
        await commands.remove(exhibitor=hall.stand.exhibitor, actor=hall.stand.owner, code=code, now=clock.now())
        standing = "SELECT count(*) FROM consent WHERE email LIKE 'amara@%' AND withdrawn_at IS NULL"
        assert await db.fetch_value(standing) == stands


async def test_what_is_known_of_a_person_says_who_scanned_them(hall: Hall) -> None:
    await hall.scan(await hall.attendee())
    lead = (await queries.everyone(hall.stand.exhibitor.company_id, hall.stand.exhibitor.event_id))[0]
    for note in (Noted(note="Talks too much"), Noted(note="Kind", answers={"Volume": "small"})):
        await commands.note(
            exhibitor=hall.stand.exhibitor,
            actor=hall.stand.owner,
            code=lead.code,
            noted=note,
            version=None,
            now=clock.now(),
        )
    [noted] = await scan_privacy.known_about("amara@brennhof.example")
    assert (noted["company"], noted["visits"]) == ("Isarwerk Biologics GmbH", 1)
    assert noted["shared"] == "Amara Okonjo-Reuter, Head of filling, Brennhof Pharma GmbH, amara@brennhof.example"
    assert (noted["note"], noted["answers"]) == ("Talks too much\nKind", "Volume: small")
    [row] = await privacy.known_about("amara@brennhof.example", OCCASIONS)
    assert (row["company"], row["for"], row["how"]) == (
        "Isarwerk Biologics GmbH",
        hall.stand.exhibitor.event_title,
        "badge",
    )


async def test_who_erases_their_account_is_gone_from_every_list(sign_in: SignIn, hall: Hall) -> None:
    await hall.scan(await hall.attendee())
    amara = await sign_in("amara@brennhof.example")
    page = (await amara.get("/account/privacy")).text
    assert "Scan of your badge" in page
    made = personal_data(services(current()))
    async with db.transaction():
        told = [await one.erase("amara@brennhof.example", clock.now()) for one in reversed(made)]
    assert any("The exhibitor that scanned your badge loses you" in words for words in told)
    assert await listed(hall) == []
