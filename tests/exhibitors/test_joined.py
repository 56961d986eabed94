"""Two companies made one that both applied or exhibit: one part counts from then on, the other waits to be parted again."""

import runpy
from pathlib import Path

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole, StaffRole
from portal.core import clock, db
from portal.core.errors import Forbidden
from portal.directory.commands.merging import merge_companies, undo_merge
from portal.exhibitors.commands.codes import follow_codes
from portal.exhibitors.commands.giving import give_booth
from portal.exhibitors.desks.commands.calendars import follow_all
from portal.exhibitors.desks.commands.guests import make_guest_code
from portal.exhibitors.desks.commands.passes import give_pass
from portal.exhibitors.desks.queries import passes
from portal.exhibitors.queries import applications, desks, plans
from portal.exhibitors.tables.exhibiting import ExhibitorState, Right
from tests.directory.conftest import SignIn, sign_in
from tests.exhibitors.desks.tasks import ask
from tests.exhibitors.test_made_one import Two, person, two
from tests.factories import exhibitors
from tests.factories.exhibitors import Stand

__all__ = ["sign_in", "two"]
APPLIED, ACCEPTED, JOINED = ExhibitorState.APPLIED, ExhibitorState.ACCEPTED, ExhibitorState.JOINED


async def merged(kept: Stand, other: Stand) -> int:
    """The merge of two companies of one owner."""
    await db.execute(
        "UPDATE company SET organisation = $2 WHERE id = $1", other.exhibitor.company_id, kept.organisation_id
    )
    return await merge_companies(
        actor=PORTAL, kept_id=kept.exhibitor.company_id, merged_id=other.exhibitor.company_id, now=clock.now()
    )


async def states(*stands: Stand) -> list[ExhibitorState]:
    return [one.state for stand in stands if (one := await desks.by_id(stand.exhibitor.id)) is not None]


async def test_an_accepted_part_counts_before_the_kept_companys_application(database: str) -> None:
    other = await exhibitors.make("Quellmark Single-Use")
    kept = await exhibitors.make(event_id=other.exhibitor.event_id, accepted=False)
    event, booths = kept.exhibitor.event_id, await exhibitors.hall(kept.exhibitor.event_id, "B01, 3 × 3 m")
    await give_booth(actor=PORTAL, exhibitor_id=other.exhibitor.id, booth_id=booths["B01"], note="", now=clock.now())
    merge = await merged(kept, other)
    assert await states(kept, other) == [JOINED, ACCEPTED]
    (hall,) = await plans.halls(event, clock.now())
    assert [one.company_name for one in hall.spots] == [kept.exhibitor.company_name]
    here = await desks.at_event(kept.exhibitor.company_slug, kept.exhibitor.event_slug)
    assert here is not None
    assert here.id == other.exhibitor.id
    assert (await applications.queue(1))[1].total == 0
    await undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
    assert await states(kept, other) == [APPLIED, ACCEPTED]
    (hall,) = await plans.halls(event, clock.now())
    assert [one.company_name for one in hall.spots] == [other.exhibitor.company_name]


async def test_of_two_applications_one_waits_for_the_organiser(database: str) -> None:
    for accepted in (False, True):
        kept = await exhibitors.make(f"Kept {accepted}", accepted=accepted)
        other = await exhibitors.make(f"Other {accepted}", event_id=kept.exhibitor.event_id, accepted=False)
        merge = await merged(kept, other)
        assert await states(kept, other) == [kept.exhibitor.state, JOINED]
        assert (await applications.queue(1))[1].total == (0 if accepted else 1)
        await undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
        assert await states(kept, other) == [kept.exhibitor.state, APPLIED]
        await db.execute("UPDATE exhibitor SET state = 'withdrawn' WHERE state = 'applied'")


async def test_a_part_that_was_joined_counts_nowhere(two: Two, sign_in: SignIn) -> None:
    await db.execute("UPDATE exhibition_package SET most = 2")
    await two.merge()
    judith = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
    event = two.kept.stand.exhibitor.event_id
    listed = (await judith.get(f"/staff/events/{event}/exhibitors?state=accepted")).text
    assert listed.count('<th scope="row">') == 1
    assert await db.fetch_value("SELECT count(*) FROM exhibitor WHERE state = 'accepted'") == 1
    with pytest.raises(Forbidden):
        await give_pass(
            actor=two.kept.stand.owner, exhibitor_id=two.other.stand.exhibitor.id, holder=person("a@isarwerk.example"),
            now=clock.now(),
        )  # fmt: skip


async def test_badges_say_the_kept_company_unless_their_holders_wrote_another(two: Two) -> None:
    now, (kept, other) = clock.now(), (two.kept.stand, two.other.stand)
    for email in ("ada@isarwerk.example", "ben@isarwerk.example"):
        await give_pass(actor=other.owner, exhibitor_id=other.exhibitor.id, holder=person(email), now=now)
    await db.execute("UPDATE seat SET company = 'Ben & Co' WHERE email = 'ben@isarwerk.example'")

    async def badges() -> list[str]:
        rows = await db.fetch("SELECT company FROM seat WHERE email LIKE '%@isarwerk.example' ORDER BY email")
        return [row["company"] for row in rows]

    assert await badges() == [other.exhibitor.company_name, "Ben & Co"]
    merge = await two.merge()
    assert await badges() == [kept.exhibitor.company_name, "Ben & Co"]
    await undo_merge(actor=PORTAL, merge_id=merge, now=now)
    assert await badges() == [other.exhibitor.company_name, "Ben & Co"]


async def test_codes_of_both_go_on_and_end_with_the_kept_companys_part(two: Two, sign_in: SignIn) -> None:
    now, (kept, other) = clock.now(), (two.kept.stand, two.other.stand)
    await db.execute("UPDATE exhibition_package SET guests = 5")
    own, theirs = [
        await make_guest_code(actor=one.owner, exhibitor_id=one.exhibitor.id, now=now) for one in (kept, other)
    ]
    await db.execute("UPDATE promo_code SET used = 2 WHERE code = $1", theirs)
    merge = await two.merge()
    await follow_codes(now=now)
    codes = await passes.guests(kept.exhibitor.id, now=now)
    assert [(one.code, one.company, one.used, one.ended) for one in codes] == [
        (own, "", 0, False), (theirs, other.exhibitor.company_name, 2, False)
    ]  # fmt: skip
    leads = await sign_in("leads@isarwerk.example", kept.organisation_id, MemberRole.LEADS)
    page = (await leads.get(f"{kept.exhibitor.address}/passes")).text
    assert f"Code made as {other.exhibitor.company_name}" in page
    assert page.count(f"register?code={theirs}</a>") == 1
    (given,) = await passes.allowances(kept.exhibitor.event_id)
    assert (given.guests, given.used) == (10, 2)
    await two.kept.rights(Right.SCAN)
    await follow_codes(now=now)
    assert [one.ended for one in await passes.guests(kept.exhibitor.id, now=now)] == [True, True]
    await undo_merge(actor=PORTAL, merge_id=merge, now=now)
    assert [one.code for one in await passes.guests(kept.exhibitor.id, now=now)] == [own]


async def test_staff_see_the_scans_of_both_as_the_kept_companys(two: Two, sign_in: SignIn) -> None:
    await two.kept.scan(await two.kept.attendee("bob@vos.example", "Bob Vos"))
    await two.other.scan(await two.kept.attendee())
    merge = await two.merge()
    judith = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
    at = f"/staff/events/{two.kept.stand.exhibitor.event_id}/leads"

    async def counts() -> list[tuple[str, str]]:
        rows = (await judith.get(at)).text.split('<th scope="row">')[1:]
        return [(row.partition("<")[0], row.partition('data-l="Leads">')[2].partition("<")[0]) for row in rows]

    assert await counts() == [(two.kept.stand.exhibitor.company_name, "2")]
    leads = await sign_in("leads@isarwerk.example", two.kept.stand.organisation_id, MemberRole.LEADS)
    table = (await leads.get(f"{two.kept.address}/export/leads.csv")).text.splitlines()
    assert table[0].endswith(",scanned_for")
    assert sorted(line.rpartition(",")[2] for line in table[1:]) == sorted(
        one.stand.exhibitor.company_name for one in (two.kept, two.other)
    )
    await undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
    assert [leads for _, leads in await counts()] == ["1", "1"]


async def test_a_former_companys_desk_leads_to_the_kept_ones(two: Two, sign_in: SignIn) -> None:
    leads = await sign_in("leads@isarwerk.example", two.kept.stand.organisation_id, MemberRole.LEADS)
    await two.merge()
    answer = await leads.get(f"{two.other.address}/tasks")
    assert (answer.status_code, answer.headers["location"]) == (307, f"{two.kept.address}/tasks")


async def test_who_subscribed_to_the_former_companys_tasks_has_the_kept_ones(
    two: Two, sign_in: SignIn, client: httpx.AsyncClient
) -> None:
    task = await ask(two.kept.stand, "Drawing", days=0.1)
    leads = await sign_in("leads@isarwerk.example", two.kept.stand.organisation_id, MemberRole.LEADS)
    page = (await leads.get(f"{two.other.address}/tasks/calendar")).text
    feed = "/calendars/exhibitors/" + page.partition("/calendars/exhibitors/")[2].partition('"')[0]
    await two.merge()
    await follow_all(now=clock.now())
    said = (await client.get(feed)).text.replace("\r\n ", "")
    assert (said.count("BEGIN:VTODO"), said.count("STATUS:CANCELLED")) == (2, 2)
    assert said.count(f"{two.kept.address}/tasks/{task}") >= 1


async def migrated() -> None:
    """What `joined parts` makes of merges that were before it."""
    (file,) = Path("migrations").glob("*_joined_parts.py")
    await db.execute(runpy.run_path(str(file))["_MARK"])


async def as_before(merge: int, *stands: Stand) -> None:
    """A merge as it was before parts were joined: each stays with its company, in the state it had."""
    await db.execute("UPDATE exhibitor SET state = 'withdrawn'")
    for x in [one.exhibitor for one in stands]:
        await db.execute(
            "UPDATE exhibitor SET company = $2, state = $3 WHERE id = $1", x.id, x.company_id, x.state.value
        )
    await db.execute(
        "UPDATE company_merge SET moved = jsonb_set(moved, '{rows,exhibitor}', '[]') - 'joined' - 'waiting' WHERE id = $1",
        merge,
    )


async def test_of_an_earlier_merge_the_accepted_part_counts_before_an_application(database: str) -> None:
    other = await exhibitors.make("Quellmark Single-Use")
    kept = await exhibitors.make(event_id=other.exhibitor.event_id, accepted=False)
    merge = await merged(kept, other)
    await as_before(merge, kept, other)
    await migrated()
    assert await states(kept, other) == [JOINED, ACCEPTED]
    here = await desks.at_event(kept.exhibitor.company_slug, kept.exhibitor.event_slug)
    assert here is not None
    assert here.id == other.exhibitor.id
    await undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
    assert await states(kept, other) == [APPLIED, ACCEPTED]
    back = await desks.by_id(other.exhibitor.id)
    assert back is not None
    assert back.company_id == other.exhibitor.company_id


async def test_an_earlier_merge_of_merged_companies_is_undone_one_by_one(database: str) -> None:
    first = await exhibitors.make("Quellmark Single-Use")
    second = await exhibitors.make("Vosteekens", event_id=first.exhibitor.event_id, accepted=False)
    last = await exhibitors.make(event_id=first.exhibitor.event_id, accepted=False)
    merges = [await merged(second, first), await merged(last, second)]
    for merge in merges:
        await as_before(merge, first, second, last)
    await migrated()
    assert await states(first, second, last) == [ACCEPTED, JOINED, JOINED]
    here = await desks.at_event(last.exhibitor.company_slug, last.exhibitor.event_slug)
    assert here is not None
    assert here.id == first.exhibitor.id
    for merge in reversed(merges):
        await undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
    assert await states(first, second, last) == [ACCEPTED, APPLIED, APPLIED]


@pytest.mark.parametrize("accepted", [True, False])
async def test_what_an_earlier_merge_left_counts_again_when_it_is_undone(database: str, accepted: bool) -> None:
    kept = await exhibitors.make(accepted=accepted)
    other = await exhibitors.make("Quellmark Single-Use", event_id=kept.exhibitor.event_id, accepted=accepted)
    merge = await merged(kept, other)
    await as_before(merge, kept, other)
    await migrated()
    assert await states(kept, other) == [kept.exhibitor.state, JOINED]
    await undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
    assert await states(kept, other) == [kept.exhibitor.state, other.exhibitor.state]
