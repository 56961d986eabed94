"""Who was scanned by a company that was made one with another: known at the kept one's stand, and gone from both at once."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.core.errors import Conflict
from portal.directory.commands.merging import undo_merge
from portal.directory.queries.companies import one_with
from portal.exhibitors.leads import commands, queries
from portal.exhibitors.leads.commands import DeviceNote, DeviceUndo
from portal.leads.chain.linking import hold_these
from portal.leads.withdrawing import withdraw_consent
from portal.registration.rules.badges import badge_code
from tests.directory.conftest import SignIn, sign_in
from tests.exhibitors.test_made_one import Two, two
from tests.factories.scans import Hall

__all__ = ["sign_in", "two"]
AMARA = "amara@brennhof.example"


@pytest.fixture
async def team(sign_in: SignIn, two: Two) -> httpx.AsyncClient:
    return await sign_in("leads@isarwerk.example", two.kept.stand.organisation_id, MemberRole.LEADS)


async def listed(hall: Hall) -> list[tuple[str, int]]:
    exhibitor = hall.stand.exhibitor
    return [(one.email, one.visits) for one in await queries.everyone(exhibitor.company_id, exhibitor.event_id)]


async def consents() -> list[tuple[str, bool]]:
    rows = await db.fetch("SELECT company_name, withdrawn_at IS NULL AS stands FROM consent ORDER BY id")
    return [(row["company_name"], row["stands"]) for row in rows]


async def test_who_agreed_at_a_merged_companys_stand_is_one_lead_and_not_asked_again(
    two: Two, team: httpx.AsyncClient, sign_in: SignIn
) -> None:
    badge = await two.kept.attendee()
    await two.kept.scan(await two.kept.attendee("bob@vos.example", "Bob Vos"))
    first = await two.other.scan(badge)
    asking = f"{two.kept.address}/scan/badges/{badge}"
    assert "Please turn the screen to your guest" in (await team.get(asking)).text
    with pytest.raises(Conflict, match="not agreed yet"):
        await two.kept.scan(badge, read="")
    await two.merge()
    assert "They have agreed before" in (await team.get(asking)).text
    again = await two.kept.scan(badge, read="")
    assert (again.code, again.visits) == (first.code, 2)
    assert sorted(await listed(two.kept)) == [(AMARA, 2), ("bob@vos.example", 1)]
    mine = (await (await sign_in(AMARA)).get("/account/scans")).text
    assert mine.count("/withdrawal") == 1
    assert f"The company is {two.kept.stand.exhibitor.company_name} by now." in mine


async def test_who_reads_the_kept_companys_sentence_too_is_a_lead_of_each_with_a_receipt_for_each(two: Two) -> None:
    badge, names = await two.kept.attendee(), [one.stand.exhibitor.company_name for one in (two.kept, two.other)]
    await two.kept.scan(await two.kept.attendee("bob@vos.example", "Bob Vos"))
    first = await two.other.scan(badge)
    merge = await two.merge()
    # As a page without a connection asks, which knows nobody.
    assert (await two.kept.scan(badge)).code != first.code
    assert await consents() == [(names[0], True), (names[1], True), (names[0], True)]
    read = await db.fetch(
        "SELECT c.company_name, w.text FROM lead l JOIN consent c ON c.id = l.consent_id JOIN wording_of_consent w "
        "ON w.id = c.wording WHERE l.email = $1 ORDER BY l.id",
        AMARA,
    )
    assert [row["company_name"] for row in read] == [names[1], names[0]]
    assert all(row["company_name"] in row["text"] for row in read)
    await undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
    assert [await listed(hall) for hall in (two.kept, two.other)] == [
        [("bob@vos.example", 1), (AMARA, 1)],
        [(AMARA, 1)],
    ]
    owners = await db.fetch("SELECT company_id FROM consent WHERE email = $1 ORDER BY id", AMARA)
    ids = [one.stand.exhibitor.company_id for one in (two.other, two.kept)]
    assert [row["company_id"] for row in owners] == ids


async def test_what_is_taken_back_from_one_is_taken_back_from_both(
    two: Two, team: httpx.AsyncClient, sign_in: SignIn
) -> None:
    badge, names = await two.kept.attendee(), [one.stand.exhibitor.company_name for one in (two.kept, two.other)]
    for hall in (two.kept, two.other):
        await hall.scan(badge)
        await hall.scan(await two.kept.attendee("bob@vos.example", "Bob Vos"))
    await two.merge()
    person = await sign_in(AMARA)
    number = await db.fetch_value("SELECT id FROM consent WHERE email = $1 AND company_name = $2", AMARA, names[1])
    answer = await person.post(f"/account/scans/{number}/withdrawal", follow_redirects=True)
    assert f"off the list of {names[1]} and {names[0]}" in answer.text
    assert await listed(two.kept) == [("bob@vos.example", 1)] * 2
    assert AMARA not in (await team.get(f"{two.kept.address}/export/leads.csv")).text
    assert await db.fetch_value("SELECT count(*) FROM lead_record WHERE payload LIKE '%Amara%'") == 0
    assert "Please turn the screen to your guest" in (await team.get(f"{two.kept.address}/scan/badges/{badge}")).text
    # Who agrees later is a lead again, also where an old page says once more that it was taken back before.
    assert (await two.kept.scan(badge)).visits == 1
    await person.post(f"/account/scans/{number}/withdrawal")
    assert (AMARA, 1) in await listed(two.kept)


async def test_so_it_is_where_the_name_was_put_right_in_between(two: Two) -> None:
    seat = await two.kept.seat(AMARA, "Amara Reuter")
    for hall, last in ((two.other, "Reuter"), (two.kept, "Okonjo-Reuter")):
        await db.execute("UPDATE seat SET last_name = $2 WHERE claim_secret = $1", seat, last)
        await hall.scan(badge_code(seat))
    # Of those who share the address, another one.
    bea = await two.kept.attendee(AMARA, "Bea Reuter")
    for hall in (two.other, two.kept):
        await hall.scan(bea)
    await two.merge()
    number = await db.fetch_value("SELECT min(id) FROM consent")
    await withdraw_consent(consent_id=number, email=AMARA, now=clock.now(), one_with=one_with)
    rows = await db.fetch("SELECT DISTINCT person FROM consent WHERE withdrawn_at IS NULL")
    assert [row["person"] for row in rows] == ["Bea Reuter"]
    assert await db.fetch_value("SELECT array_agg(DISTINCT name) FROM lead") == ["Bea Reuter"]


async def test_a_withdrawal_and_a_merge_at_the_same_moment_wait_for_each_other(two: Two) -> None:
    await two.other.scan(await two.kept.attendee())
    number, chain = await db.fetch_value("SELECT id FROM consent"), await db.fetch_value("SELECT id FROM lead_chain")
    held = asyncio.Event()

    async def merge() -> None:
        await held.wait()
        await two.merge()

    merging = asyncio.create_task(merge())
    async with asyncio.timeout(20):
        async with db.transaction():
            await hold_these([chain])
            held.set()
            while not await db.fetch_value(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid"
            ):
                assert not merging.done()
            await withdraw_consent(consent_id=number, email=AMARA, now=clock.now(), one_with=one_with)
        await merging
    assert await consents() == [(two.other.stand.exhibitor.company_name, False)]
    assert await listed(two.kept) == []


async def test_so_it_is_where_consents_are_listed(two: Two, sign_in: SignIn) -> None:
    for hall in (two.kept, two.other):
        await hall.scan(await two.kept.attendee())
    await two.merge()
    number = await db.fetch_value("SELECT min(id) FROM consent")
    await (await sign_in(AMARA)).post(f"/account/consents/{number}/withdrawal")
    assert [stands for _, stands in await consents()] == [False, False]
    assert await listed(two.kept) == []


async def test_two_companies_that_were_never_made_one_are_two(two: Two) -> None:
    for hall in (two.kept, two.other):
        await hall.scan(await two.kept.attendee())
    number = await db.fetch_value("SELECT max(id) FROM consent")
    await withdraw_consent(consent_id=number, email=AMARA, now=clock.now(), one_with=one_with)
    await two.merge()
    assert [stands for _, stands in await consents()] == [True, False], "each was taken or left by its name"
    assert await listed(two.kept) == [(AMARA, 1)]


async def test_what_a_device_sends_late_is_not_kept_where_the_merged_company_was_told_no_since(two: Two) -> None:
    badge, before = await two.kept.attendee(), clock.now() - timedelta(minutes=5)
    await two.other.scan(badge, at=before)
    number = await db.fetch_value("SELECT id FROM consent")
    await withdraw_consent(consent_id=number, email=AMARA, now=clock.now(), one_with=one_with)
    await two.merge()
    with pytest.raises(Conflict, match="taken their consent back"):
        await two.kept.scan(badge, at=before)
    assert (await two.kept.scan(badge)).visits == 1


async def test_a_device_of_before_is_told_that_it_was_taken_back_from_a_merged_company(two: Two) -> None:
    badge, before = await two.kept.attendee(), clock.now() - timedelta(minutes=5)
    for hall in (two.kept, two.other):
        await hall.scan(badge, at=before)
    await two.merge()
    kept = await db.fetch_value("SELECT id FROM lead WHERE chain = (SELECT min(id) FROM lead_chain)")
    code = await db.fetch_value("SELECT code FROM lead WHERE id = $1", kept)
    await commands.remove(exhibitor=two.kept.stand.exhibitor, actor=two.kept.stand.owner, code=code, now=before)
    number = await db.fetch_value("SELECT id FROM consent WHERE withdrawn_at IS NULL")
    await withdraw_consent(consent_id=number, email=AMARA, now=clock.now(), one_with=one_with)
    with pytest.raises(Conflict, match="taken their consent back"):
        await two.kept.scan(badge, at=before + timedelta(minutes=1))


async def test_what_a_device_sent_before_the_merge_is_known_after_it(two: Two) -> None:
    exhibitor, owner = two.kept.stand.exhibitor, two.kept.stand.owner
    badge, number = await two.kept.attendee(), str(uuid4())
    await two.kept.scan(await two.kept.attendee("bob@vos.example", "Bob Vos"))
    first = await two.other.scan(badge, client_id=number)
    await two.merge()
    assert (await two.kept.scan(badge, client_id=number)).again
    noted = DeviceNote(id=str(uuid4()), of=number, note="Wants bags")
    assert await commands.note_on_device(exhibitor=exhibitor, actor=owner, sent=noted, now=clock.now()) == first.code
    undo = DeviceUndo(id=str(uuid4()), of=number, at=clock.now())
    await commands.undo_on_device(exhibitor=exhibitor, actor=owner, sent=undo, at=undo.at, now=clock.now())
    assert await listed(two.kept) == [("bob@vos.example", 1)]
