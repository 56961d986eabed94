"""Scanning a badge: who may, what the attendee agrees to, what is kept and what is not."""

from datetime import timedelta

import httpx
import pytest

from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.core.errors import Conflict, Invalid
from portal.exhibitors.leads import queries, rules
from portal.registration.rules.badges import badge_code, read_badge
from tests.directory.conftest import SignIn
from tests.factories import scans
from tests.factories.registration import make_shop
from tests.factories.scans import Hall


async def test_without_scripts_a_code_leads_to_consent_and_to_the_lead(team: httpx.AsyncClient, hall: Hall) -> None:
    badge = await hall.attendee()
    scan = f"{hall.address}/scan"
    assert (await team.get(scan)).status_code == 200
    typed = await team.post(scan, data={"badge": f" {badge[:5].lower()} {badge[5:]} "})
    assert (typed.status_code, typed.headers["location"]) == (303, f"{scan}/badges/{badge}")
    asked = await team.get(typed.headers["location"])
    assert "Wording 1" in asked.text
    assert "passes on my name, job title, company and email address to Isarwerk Biologics GmbH" in asked.text
    assert "Amara" not in asked.text
    assert await db.fetch_value("SELECT count(*) FROM lead_record") == 0
    agreed = await team.post(typed.headers["location"], data={"read": scans.agreed(hall.stand)})
    assert agreed.status_code == 303, agreed.text
    noting = await team.get(agreed.headers["location"])
    assert "Amara Okonjo-Reuter" in noting.text
    form = {
        "rating": "hot",
        "note": "Wants 2 ml vials",
        "tags": "vials, Vials, lyo",
        "follow_up": "Send the offer",
        "version": "1",
    }
    assert (await team.post(agreed.headers["location"], data=form)).headers["location"] == scan
    exhibitor = hall.stand.exhibitor
    [lead] = await queries.everyone(exhibitor.company_id, exhibitor.event_id)
    assert (lead.rating, lead.note, lead.tags, lead.follow_up) == (
        "hot",
        "Wants 2 ml vials",
        ("vials", "lyo"),
        "Send the offer",
    )
    assert (lead.name, lead.job_title, lead.company, lead.email) == (
        "Amara Okonjo-Reuter", "Head of filling", "Brennhof Pharma GmbH", "amara@brennhof.example"
    )  # fmt: skip


async def test_refusing_keeps_nothing(team: httpx.AsyncClient, hall: Hall) -> None:
    badge = await hall.attendee()
    page = await team.get(f"{hall.address}/scan/badges/{badge}")
    assert f'href="{hall.address}/scan">No, thank you' in page.text
    await team.get(f"{hall.address}/scan")
    for table in ("consent", "lead", "lead_record"):
        assert await db.fetch_value(f"SELECT count(*) FROM {table}") == 0


async def test_nobody_is_kept_who_did_not_read_the_present_sentence(team: httpx.AsyncClient, hall: Hall) -> None:
    badge = await hall.attendee()
    address = f"{hall.address}/scan/badges/{badge}"
    for read in ("", "0123456789abcdef"):
        answer = await team.post(address, data={"read": read})
        assert answer.status_code == 409
        assert "Not kept" in answer.text
    assert await db.fetch_value("SELECT count(*) FROM lead") == 0


async def test_scanned_twice_is_one_lead_with_two_visits(team: httpx.AsyncClient, hall: Hall) -> None:
    badge = await hall.attendee()
    first = await hall.scan(badge)
    again = await team.get(f"{hall.address}/scan/badges/{badge}")
    assert "They have agreed before" in again.text
    assert (await team.post(f"{hall.address}/scan/badges/{badge}")).status_code == 303
    exhibitor = hall.stand.exhibitor
    [lead] = await queries.everyone(exhibitor.company_id, exhibitor.event_id)
    assert (lead.code, lead.visits) == (first.code, 2)
    assert await db.fetch_value("SELECT count(*) FROM consent") == 1
    assert await db.fetch_value("SELECT count(*) FROM disclosure WHERE recipient = 'Isarwerk Biologics GmbH'") == 1


@pytest.mark.parametrize("typed", ["", "not a code", "234567892", "https://elsewhere.example/b/"])
async def test_what_is_no_badge_is_said_beside_the_field(team: httpx.AsyncClient, hall: Hall, typed: str) -> None:
    answer = await team.post(f"{hall.address}/scan", data={"badge": typed})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    if typed:
        assert f'value="{typed}"' in answer.text


async def test_guesses_are_counted(team: httpx.AsyncClient, hall: Hall) -> None:
    badge = await hall.attendee()
    wrong = {"badge": "2" * 10}
    await team.post(f"{hall.address}/scan", data=wrong)
    await db.execute("UPDATE rate_limit SET tries = 297 WHERE key LIKE 'badges:%'")
    answers = [(await team.post(f"{hall.address}/scan", data=wrong)).status_code for _ in range(4)]
    assert answers == [422] * 3 + [429]
    assert (await team.post(f"{hall.address}/scan/badges/{badge}", data={"read": "x"})).status_code == 429


async def test_a_ticket_does_not_open_what_a_badge_does(hall: Hall) -> None:
    secret = await hall.seat()
    code = await db.fetch_value("SELECT code FROM seat WHERE claim_secret = $1", secret)
    with pytest.raises(Invalid, match="No badge has this code"):
        await hall.scan(code)


async def test_python_and_postgres_make_the_same_code(database: str) -> None:
    for secret in ("", "a", "ü-€", "x" * 64, "nJ3_-kq0"):
        assert await db.fetch_value("SELECT badge_code($1)", secret) == badge_code(secret)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("https://portal.example/b/2345678923", "2345678923"), ("HTTP://PORTAL.EXAMPLE/B/2345678923/", "2345678923"),
        ("portal.example/b/2345678923?utm_source=x", None), ("23456-78923", "2345678923"), ("abcde fghjk", "ABCDEFGHJK"),
        ("0123456789", None), ("23456789234", None), ("", None),
    ],
)  # fmt: skip
def test_codes_are_read_however_they_come(text: str, code: str | None) -> None:
    assert read_badge(text) == code


async def test_a_badge_ends_when_the_place_is_passed_on(hall: Hall) -> None:
    secret = await hall.seat()
    kept = await hall.scan(badge_code(secret))
    await db.execute("UPDATE seat SET email = 'bob@vos.example', first_name = 'Bob', claim_secret = 'other' || id")
    with pytest.raises(Invalid, match="No badge has this code"):
        await hall.scan(badge_code(secret))
    new = await db.fetch_value("SELECT claim_secret FROM seat")
    other = await hall.scan(badge_code(new))
    exhibitor = hall.stand.exhibitor
    leads = {one.code: one.email for one in await queries.everyone(exhibitor.company_id, exhibitor.event_id)}
    assert leads == {kept.code: "amara@brennhof.example", other.code: "bob@vos.example"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE seat SET state = 'cancelled'", "does not count any more"),
        ("UPDATE seat_order SET state = 'cancelled'", "does not count any more"),
        ("UPDATE seat SET named_at = NULL", "Nobody’s name"),
        ("UPDATE seat SET watching = 'recording'", "from afar"),
        ("UPDATE event SET format = 'online'", "from afar"),
        ("UPDATE event SET state = 'cancelled'", "called off"),
        ("UPDATE account SET email = 'amara@brennhof.example' WHERE email LIKE 'owner@%'", "your own team"),
        ("UPDATE event SET starts_at = now() + interval '3 days', ends_at = now() + interval '4 days'", None),
    ],
)
async def test_who_is_not_scanned(hall: Hall, change: str, words: str | None) -> None:
    badge = await hall.attendee()
    await db.execute(change)
    again = Hall(hall.shop, await scans._again(hall.stand))
    with pytest.raises(Invalid, match=words or "from a day before"):
        await again.scan(badge)
    assert await db.fetch_value("SELECT count(*) FROM lead_record") == 0


async def test_a_badge_of_another_event_is_refused(hall: Hall) -> None:
    other = await make_shop()
    await scans.begin(other)
    badge = badge_code(await scans.take_place(other, "bob@vos.example"))
    with pytest.raises(Invalid, match="another event"):
        await hall.scan(badge)


async def test_a_renamed_attendee_is_known_by_the_new_name_from_the_next_visit_on(hall: Hall) -> None:
    badge = await hall.attendee()
    await hall.scan(badge)
    await db.execute("UPDATE seat SET last_name = 'Reuter'")
    exhibitor = hall.stand.exhibitor
    names = []
    for visits in (1, 2):
        if visits == 2:
            await hall.scan(badge, read="")
        names += [one.name for one in await queries.everyone(exhibitor.company_id, exhibitor.event_id)]
    assert names == ["Amara Okonjo-Reuter", "Amara Reuter"]


async def test_two_companies_know_one_person_each_for_itself(hall: Hall) -> None:
    badge = await hall.attendee()
    second = await scans.another(hall.shop)
    one, two = await hall.scan(badge), await second.scan(badge)
    assert one.code != two.code
    assert await db.fetch_value("SELECT count(*) FROM lead_chain WHERE length = 1") == 2


async def test_any_phones_camera_leads_the_team_to_consent_and_tells_strangers_nothing(
    team: httpx.AsyncClient, hall: Hall, client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    badge = await hall.attendee()
    answer = await team.get(f"/b/{badge}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{hall.address}/scan/badges/{badge}")
    other = await scans.another(hall.shop)
    stranger = await sign_in("someone@elsewhere.example")
    for who in (client, stranger):
        real, made_up = await who.get(f"/b/{badge}"), await who.get(f"/b/{badge[::-1]}")
        assert real.status_code == made_up.status_code == 200
        assert real.text.replace(badge, "") == made_up.text.replace(badge[::-1], "")
        assert "Amara" not in real.text
    both = await sign_in("leads@isarwerk.example", other.stand.organisation_id, MemberRole.LEADS)
    page = await both.get(f"/b/{badge}")
    assert page.text.count(f"/scan/badges/{badge}") == 2
    assert await db.fetch_value("SELECT count(*) FROM lead_record") == 0


async def test_only_who_scanned_notes_at_the_stand(team: httpx.AsyncClient, hall: Hall) -> None:
    kept = await hall.scan(await hall.attendee())
    assert (await team.get(f"{hall.address}/scan/leads/{kept.code}")).status_code == 404
    assert (await team.post(f"{hall.address}/scan/leads/{kept.code}", data={"rating": "hot"})).status_code == 404


async def test_a_wording_that_changed_is_read_once_more(hall: Hall) -> None:
    badge, read = await hall.attendee(), scans.agreed(hall.stand)
    await db.execute("UPDATE company SET name = 'Isarwerk SE' WHERE id = $1", hall.stand.exhibitor.company_id)
    renamed = Hall(hall.shop, await scans._again(hall.stand))
    with pytest.raises(Conflict, match="wording has changed"):
        await renamed.scan(badge, read=read)
    await renamed.scan(badge)


def test_devices_may_send_for_two_weeks() -> None:
    now = clock.now()
    assert not rules.too_late(now, now - timedelta(days=14))
    assert rules.too_late(now, now - timedelta(days=16))
