"""Who is who at a stand: two people of one address, a form sent twice, a slip taken back, somebody taken off the list."""

import httpx
import pytest

from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.core.errors import Conflict
from portal.directory.queries.companies import one_with
from portal.exhibitors.leads import queries
from portal.leads.chain.commands import note_taken_out
from portal.leads.withdrawing import withdraw_consent
from portal.registration.rules.badges import badge_code
from tests.directory.conftest import SignIn
from tests.factories import scans
from tests.factories.scans import Hall

OFFICE = "office@brennhof.example"


async def listed(hall: Hall) -> list[str]:
    exhibitor = hall.stand.exhibitor
    return sorted(one.name for one in await queries.everyone(exhibitor.company_id, exhibitor.event_id))


async def test_two_who_share_an_address_are_each_asked_and_each_a_lead(team: httpx.AsyncClient, hall: Hall) -> None:
    amara, bob = await hall.attendee(OFFICE, "Amara Okonjo"), await hall.attendee(OFFICE, "Bob Vos")
    await hall.scan(amara)
    page = await team.get(f"{hall.address}/scan/badges/{bob}")
    assert "Please turn the screen to your guest" in page.text
    with pytest.raises(Conflict, match="not agreed yet"):
        await hall.scan(bob, read="")
    assert (await hall.scan(bob)).visits == 1
    assert await listed(hall) == ["Amara Okonjo", "Bob Vos"]
    # Another badge of the same person is no other person, and each is known from now on.
    again = await hall.attendee(OFFICE, "bob vos")
    for badge in (amara, bob, again):
        assert "They have agreed before" in (await team.get(f"{hall.address}/scan/badges/{badge}")).text
    assert (await hall.scan(again, read="")).visits == 2
    consent = await db.fetch_value("SELECT id FROM consent WHERE person = 'Amara Okonjo'")
    await withdraw_consent(consent_id=consent, email=OFFICE, now=clock.now(), one_with=one_with)
    assert await listed(hall) == ["bob vos"]
    assert await db.fetch_value("SELECT count(*) FROM lead_record WHERE payload LIKE '%Amara%'") == 0
    assert "Please turn the screen to your guest" in (await team.get(f"{hall.address}/scan/badges/{amara}")).text


async def test_two_who_share_an_address_each_see_and_take_back_their_own(
    hall: Hall, client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    amara, bob = await hall.seat(OFFICE, "Amara Okonjo"), await hall.seat(OFFICE, "Bob Vos")
    await hall.scan(badge_code(amara))
    assert "Who scanned you" not in (await client.get(f"/seats/{bob}")).text
    await hall.scan(badge_code(bob))
    hers, his = [row["id"] for row in await db.fetch("SELECT id FROM consent ORDER BY person")]
    for seat, mine, theirs in ((amara, hers, his), (bob, his, hers)):
        page = (await client.get(f"/seats/{seat}")).text
        assert f"/scans/{mine}/withdrawal" in page
        assert f"/scans/{theirs}/withdrawal" not in page
        assert (await client.post(f"/seats/{seat}/scans/{theirs}/withdrawal")).status_code == 404
    # The badge says another name by now: it is still his.
    await db.execute("UPDATE seat SET last_name = 'de Vos' WHERE claim_secret = $1", bob)
    await hall.scan(badge_code(bob), read="")
    assert await db.fetch_value("SELECT person FROM consent WHERE id = $1", his) == "Bob de Vos"
    assert (await client.post(f"/seats/{bob}/scans/{his}/withdrawal")).status_code == 303
    assert await listed(hall) == ["Amara Okonjo"]
    assert "over since" in (await client.get(f"/seats/{bob}")).text
    office = await sign_in(OFFICE)
    page = (await office.get("/account/scans")).text
    assert 'Take it back<span class="vh"> from Isarwerk Biologics GmbH for Amara Okonjo' in page
    assert "in the name of Bob de Vos" in (await office.get("/account/consents")).text


async def test_the_form_sent_twice_is_one_visit(team: httpx.AsyncClient, hall: Hall) -> None:
    address = f"{hall.address}/scan/badges/{await hall.attendee()}"
    page = (await team.get(address)).text
    number = page.partition('name="number" value="')[2].partition('"')[0]
    form = {"read": scans.agreed(hall.stand), "number": number}
    answers = [await team.post(address, data=form) for _ in range(2)]
    assert {answer.headers["location"] for answer in answers} == {
        f"{hall.address}/scan/leads/{await db.fetch_value('SELECT code FROM lead')}"
    }
    assert await db.fetch_value("SELECT visits FROM lead") == 1


async def test_a_slip_is_undone_and_they_are_asked_anew(team: httpx.AsyncClient, hall: Hall) -> None:
    badge = await hall.attendee()
    address = f"{hall.address}/scan/badges/{badge}"
    agreed = await team.post(address, data={"read": scans.agreed(hall.stand)})
    noting = agreed.headers["location"]
    assert f'formaction="{noting}/removal"' in (await team.get(noting)).text
    answer = await team.post(f"{noting}/removal", data={"note": "typed meanwhile"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{hall.address}/scan")
    assert await listed(hall) == []
    kinds = await db.fetch("SELECT kind, payload IS NULL FROM lead_record ORDER BY seq")
    assert [tuple(row) for row in kinds] == [("scan", True), ("removal", False)]
    assert await db.fetch_value("SELECT count(*) FROM consent WHERE withdrawn_at IS NULL") == 0
    assert "Please turn the screen to your guest" in (await team.get(address)).text
    assert (await team.post(f"{noting}/removal")).status_code == 404
    await team.post(address, data={"read": scans.agreed(hall.stand)})
    again = await team.post(address)
    assert (await team.post(f"{again.headers['location']}/removal")).status_code == 409
    assert len(await listed(hall)) == 1


async def test_a_note_is_kept_though_a_colleague_scans_the_same_guest_meanwhile(
    team: httpx.AsyncClient, hall: Hall
) -> None:
    badge = await hall.attendee()
    agreed = await team.post(f"{hall.address}/scan/badges/{badge}", data={"read": scans.agreed(hall.stand)})
    noting = agreed.headers["location"]
    await hall.scan(badge, read="")
    late = await team.post(noting, data={"note": "Wants 2 ml vials", "version": "1"})
    assert (late.status_code, "Wants 2 ml vials" in late.text) == (409, True)
    assert (await team.post(noting, data={"note": "Wants 2 ml vials", "version": "2"})).status_code == 303
    assert await db.fetch_value("SELECT note FROM lead") == "Wants 2 ml vials"
    other = await hall.scan(await hall.attendee("bob@vos.example", "Bob Vos"))
    assert (await team.get(f"{hall.address}/scan/leads/{other.code}")).status_code == 404


async def test_who_scanned_and_who_edits_take_somebody_off_the_list(
    team: httpx.AsyncClient, hall: Hall, sign_in: SignIn, client: httpx.AsyncClient
) -> None:
    kept = await hall.scan(await hall.attendee())
    page, removal = f"{hall.address}/leads/{kept.code}", f"{hall.address}/leads/{kept.code}/removal"
    assert removal not in (await team.get(page)).text
    assert (await team.post(removal)).status_code == 403
    await note_taken_out(leads=[kept.code], now=clock.now())
    editor = await sign_in("boss@isarwerk.example", hall.stand.organisation_id, MemberRole.EDITOR)
    assert removal in (await editor.get(page)).text
    assert (await editor.post(removal)).headers["location"] == f"{hall.address}/leads"
    assert await listed(hall) == []
    told = await db.fetch_value("SELECT payload FROM pgqueuer WHERE entrypoint = 'leads.tell_gone'")
    assert b'"by_person":false' in told
    assert (await editor.get(page)).status_code == 404
    amara = await sign_in("amara@brennhof.example")
    assert "over since" in (await amara.get("/account/scans")).text


async def test_of_two_who_share_an_address_one_can_be_taken_off(hall: Hall, sign_in: SignIn) -> None:
    first = await hall.scan(await hall.attendee(OFFICE, "Amara Okonjo"))
    await hall.scan(await hall.attendee(OFFICE, "Bob Vos"))
    editor = await sign_in("boss@isarwerk.example", hall.stand.organisation_id, MemberRole.EDITOR)
    assert (await editor.post(f"{hall.address}/leads/{first.code}/removal")).status_code == 303
    assert await listed(hall) == ["Bob Vos"]
    assert await db.fetch_value("SELECT count(*) FROM consent WHERE withdrawn_at IS NULL") == 1
