"""Certificates: issued once to whoever earned one, mailed with the paper, taken back with a reason."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.core.errors import Conflict, NotFound
from portal.webinars.commands.certificates import issue, issue_anew, issue_own, revoke
from portal.webinars.commands.corrections import correct
from portal.webinars.jobs import certificates as jobs
from portal.webinars.queries import certificates, ledger
from portal.webinars.queries.certificates import Certificate
from portal.webinars.values import Participant
from tests.factories import webinars
from tests.factories.attendance import ask_for, over, was_there
from tests.factories.webinars import Webinar
from tests.paying import text_of
from tests.reading_pdfs import pages

pytestmark = pytest.mark.usefixtures("database")
MINUTE = timedelta(minutes=1)


async def three() -> tuple[Webinar, Participant, Participant, Participant]:
    """One who stayed, one who left early, one who never came."""
    made = await over()
    anna, ben, cleo = [await webinars.join(made, f"{name}@a.example", name.title()) for name in ("anna", "ben", "cleo")]
    await was_there(made, anna, 2, 52)
    await was_there(made, ben, 0, 44.9)
    return made, anna, ben, cleo


async def issued() -> list[Certificate]:
    rows = await db.fetch("SELECT id FROM certificate ORDER BY id")
    found = [await certificates.by_id(row["id"]) for row in rows]
    return [one for one in found if one is not None]


async def test_whoever_earned_one_gets_it_by_itself_and_once() -> None:
    made, anna, _, _ = await three()
    for _ in range(3):
        await jobs.issue_due()
    [one] = await issued()
    assert (one.seat_id, one.name, one.company, one.minutes, one.credit) == (
        anna.seat_id, "Anna Lindqvist", "Brennhof Pharma", 50, "1 CPD hour",
    )  # fmt: skip
    assert await issue(webinar_id=made.webinar_id, seat_ids=[anna.seat_id], now=clock.now()) == []


async def test_the_mail_brings_the_paper_and_comes_once() -> None:
    await three()
    await jobs.issue_due()
    [one] = await issued()
    for _ in range(2):
        await jobs.send_certificate(one.id)
    [mail] = await db.fetch("SELECT id, recipient, subject, text, topic FROM mail")
    assert (mail["recipient"], mail["subject"]) == ("anna@a.example", f"Your certificate: {one.title}")
    assert one.number in mail["text"]
    paper = await db.fetch_value("SELECT content FROM mail_part WHERE mail = $1", mail["id"])
    assert one.number in pages(paper)[0]


async def test_not_before_it_is_over_nor_a_moment_after() -> None:
    made = await over(state="live", ago=timedelta(), rule={"minutes": 40})
    anna = await webinars.join(made, "anna@a.example")
    await was_there(made, anna, 0, 60)
    await jobs.issue_due()
    with pytest.raises(Conflict, match="when the webinar is over"):
        await issue_own(webinar_id=made.webinar_id, seat_id=anna.seat_id, now=clock.now())
    await db.execute("UPDATE webinar SET state = 'ended', ended_at = $1", clock.now() - 14 * MINUTE)
    await jobs.issue_due()
    assert await issued() == []
    await db.execute("UPDATE webinar SET ended_at = $1", clock.now() - 16 * MINUTE)
    await jobs.issue_due()
    assert len(await issued()) == 1


async def test_what_happened_long_ago_is_not_looked_at_for_ever() -> None:
    made, _, ben, _ = await three()
    await db.execute(
        "UPDATE webinar SET ended_at = ended_at - interval '40 days', live_at = live_at - interval '40 days'"
    )
    await db.execute("UPDATE webinar_attendance SET last_seen = last_seen - interval '40 days'")
    await db.execute("UPDATE certificate_rule SET since = since - interval '40 days'")
    assert await certificates.due(clock.now()) == {}
    await correct(
        webinar_id=made.webinar_id, seat_ids=[ben.seat_id], minutes=45, reason="Outage", actor=PORTAL, now=clock.now()
    )
    assert await certificates.due(clock.now()) == {made.webinar_id: [ben.seat_id]}


async def test_many_askers_at_once_get_one_certificate() -> None:
    made, anna, _, _ = await three()
    now = clock.now()
    asked = [issue_own(webinar_id=made.webinar_id, seat_id=anna.seat_id, now=now) for _ in range(4)]
    swept = [issue(webinar_id=made.webinar_id, seat_ids=[anna.seat_id], now=now) for _ in range(4)]
    numbers, _ = await asyncio.gather(asyncio.gather(*asked), asyncio.gather(*swept))
    [one] = await issued()
    assert set(numbers) == {one.number}
    assert await db.fetch_value("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'webinars.send_certificate'") == 1


async def test_who_lacks_something_is_told_what() -> None:
    made, _, ben, _ = await three()
    with pytest.raises(Conflict, match="1 more minute with the recording, once it is here"):
        await issue_own(webinar_id=made.webinar_id, seat_id=ben.seat_id, now=clock.now())
    with pytest.raises(NotFound):
        await issue_own(webinar_id=made.webinar_id, seat_id=-1, now=clock.now())


async def test_taken_back_it_stays_so_until_staff_give_another() -> None:
    made, anna, _, _ = await three()
    await jobs.issue_due()
    [one] = await issued()
    now = clock.now()
    await revoke(number=one.number, reason="Somebody else sat there", public=False, actor=PORTAL, now=now)
    with pytest.raises(Conflict):
        await revoke(number=one.number, reason="Again", public=False, actor=PORTAL, now=now)
    await jobs.issue_due()
    with pytest.raises(Conflict, match="taken back"):
        await issue_own(webinar_id=made.webinar_id, seat_id=anna.seat_id, now=now)
    await jobs.send_certificate(one.id)
    await jobs.tell_revoked(one.id)
    [mail] = await db.fetch("SELECT subject, text FROM mail")
    assert mail["subject"].startswith("Your certificate no longer holds")
    assert "Somebody else sat there" in mail["text"]
    number = await issue_anew(webinar_id=made.webinar_id, seat_id=anna.seat_id, actor=PORTAL, now=now)
    assert [(c.number, c.stands) for c in await certificates.of_seat(made.webinar_id, anna.seat_id)] == [
        (number, True), (one.number, False),
    ]  # fmt: skip
    verbs = await db.fetch("SELECT verb FROM audit_entry WHERE kind = 'certificate' ORDER BY id")
    assert [row["verb"] for row in verbs] == ["issued", "revoked", "issued"]


async def test_a_new_one_takes_the_place_of_one_that_stands_and_says_so_to_everybody() -> None:
    made, anna, ben, _ = await three()
    await jobs.issue_due()
    await db.execute("UPDATE seat SET last_name = 'Lindqvist-Berg' WHERE id = $1", anna.seat_id)
    await issue_anew(webinar_id=made.webinar_id, seat_id=anna.seat_id, actor=PORTAL, now=clock.now())
    old, new = await issued()
    assert (old.name, old.stands, old.revoked_reason, old.reason_is_public) == (
        "Anna Lindqvist", False, "Replaced by a new certificate.", True,
    )  # fmt: skip
    assert (new.name, new.stands) == ("Anna Lindqvist-Berg", True)
    with pytest.raises(Conflict, match="Not earned"):
        await issue_anew(webinar_id=made.webinar_id, seat_id=ben.seat_id, actor=PORTAL, now=clock.now())


async def test_a_correction_after_it_was_issued_does_not_change_it() -> None:
    made, anna, _, _ = await three()
    await jobs.issue_due()
    await correct(
        webinar_id=made.webinar_id, seat_ids=[anna.seat_id], minutes=-40, reason="Left the tab open", actor=PORTAL,
        now=clock.now(),
    )  # fmt: skip
    await jobs.issue_due()
    [one] = await issued()
    assert (one.stands, one.minutes) == (True, 50)
    entry = await ledger.of_seat(made.webinar_id, anna.seat_id, clock.now())
    assert entry is not None
    assert (entry.corrected, entry.certificate) == (-40, one.number)


async def test_a_place_passed_on_leaves_the_certificate_with_who_earned_it() -> None:
    made, anna, _, _ = await three()
    await jobs.issue_due()
    await db.execute(
        "UPDATE seat SET first_name = 'Dana', last_name = 'Kos', email = 'dana@a.example', claim_secret = 'fresh' WHERE id = $1",
        anna.seat_id,
    )
    [one] = await certificates.of_person("anna@a.example")
    assert (one.name, one.stands, one.seat_id) == ("Anna Lindqvist", True, None)
    entry = await ledger.of_seat(made.webinar_id, anna.seat_id, clock.now())
    assert entry is not None
    assert (entry.name, entry.live_seconds, entry.certificate) == ("Dana Kos", 0, "")
    assert await certificates.of_person("dana@a.example") == []


async def test_the_version_of_one_s_registration_holds() -> None:
    made = await over()
    anna = await webinars.join(made, "anna@a.example")
    await ask_for(made, minutes=55)
    dana = await webinars.join(made, "dana@a.example")
    for one in (anna, dana):
        await was_there(made, one, 0, 50)
    await jobs.issue_due()
    assert [one.email for one in await issued()] == ["anna@a.example"]


async def test_nobody_is_written_to_without_an_address_nor_named_without_a_name() -> None:
    _, anna, _, _ = await three()
    await db.execute("UPDATE seat SET first_name = '', last_name = '' WHERE id = $1", anna.seat_id)
    await jobs.issue_due()
    assert await issued() == []


async def test_one_s_own_page_says_what_is_missing_and_gives_the_certificate(client: httpx.AsyncClient) -> None:
    made, anna, ben, _ = await three()
    await db.execute("UPDATE webinar SET state = 'replay'")
    for person in (ben, anna):
        await client.post(f"/join/{person.claim}")
        if person is ben:
            page = text_of(await client.get(f"/webinars/{made.slug}/certificate"))
            assert "Not yet" in page
            assert "1 more minute with what you missed of the recording" in page
            assert (await client.post(f"/webinars/{made.slug}/certificate")).status_code == 409
            assert (await client.get(f"/webinars/{made.slug}/certificate.pdf")).status_code == 404
    assert "Get the certificate" in text_of(await client.get(f"/webinars/{made.slug}/certificate"))
    done = await client.post(f"/webinars/{made.slug}/certificate")
    assert (done.status_code, done.headers["location"]) == (303, f"/webinars/{made.slug}/certificate")
    [one] = await issued()
    assert one.number in text_of(await client.get(f"/webinars/{made.slug}/certificate"))
    paper = await client.get(f"/webinars/{made.slug}/certificate.pdf")
    assert (paper.status_code, paper.headers["content-type"]) == (200, "application/pdf")
    await revoke(number=one.number, reason="Double", public=True, actor=PORTAL, now=clock.now())
    assert "Your certificate was taken back Double" in text_of(await client.get(f"/webinars/{made.slug}/certificate"))
    assert (await client.get(f"/webinars/{made.slug}/certificate.pdf")).status_code == 404


async def test_strangers_see_no_one_s_own_page(client: httpx.AsyncClient) -> None:
    made = await over()
    for path in ("certificate", "certificate.pdf", "test"):
        assert (await client.get(f"/webinars/{made.slug}/{path}")).status_code == 403
    assert (await client.post(f"/webinars/{made.slug}/certificate")).status_code == 403


async def test_without_a_rule_there_is_none(client: httpx.AsyncClient) -> None:
    made = await over(rule={"offered": False})
    anna = await webinars.join(made, "anna@a.example")
    await was_there(made, anna, 0, 50)
    await jobs.issue_due()
    await client.post(f"/join/{anna.claim}")
    page = text_of(await client.get(f"/webinars/{made.slug}/certificate"))
    assert "There is no certificate for this webinar" in page
    assert "50 minutes attended" in page
    with pytest.raises(Conflict, match="There is no certificate for this webinar"):
        await issue_own(webinar_id=made.webinar_id, seat_id=anna.seat_id, now=clock.now())
