"""Leads as a file, why an enquiry went to others, and what a plan opens of both."""

import csv
import io
import json
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from portal.accounts.tables import MemberRole
from portal.core import clock, db, times
from portal.core.settings import current
from portal.core.times import zone
from portal.directory.enquiries.commands import ending
from portal.directory.enquiries.rules import missing
from portal.directory.enquiries.rules.missing import Group, Miss
from portal.directory.enquiries.tables import Missed
from portal.directory.enquiries.values import Line
from portal.directory.values import Profile, ProfileFact, ProfileSite
from portal.placements.tables import Plan
from tests.directory.conftest import SignIn, organisation
from tests.directory.enquiries.conftest import BUYER, BUYER_NAME, World, ask, manage, reply, run_jobs
from tests.factories import companies, plans
from tests.queries import counting

TODAY = times.today(clock.now())


def profile(*facts: tuple[str, int | None, int | None], **more: Any) -> Profile:
    """Facts are (term, days since confirmed, days until it expires)."""
    made = tuple(
        ProfileFact(
            id=f"f{n}", term=term, confirmed_on=None if age is None else TODAY - timedelta(days=age),
            expires_on=None if left is None else TODAY + timedelta(days=left),
        )
        for n, (term, age, left) in enumerate(facts)
    )  # fmt: skip
    return Profile(**{"name": "X", "country": "DE", "facts": made, **more})


WANT = missing.wanted([Line("Lyophilisation", "", "capability:lyo")], "certificate=gmp&country=DE&country=AT")
LYO, GMP = ("capability:lyo", 5, None), ("certificate:gmp", 5, 300)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (profile(LYO, GMP), Miss(Missed.NOT_CHOSEN)),
        (profile(LYO), Miss(Missed.LACKING, "certificate:gmp")),
        (profile(("capability:lyo", 400, None), GMP), Miss(Missed.STALE, "capability:lyo")),
        (profile(LYO, ("certificate:gmp", 5, -1)), Miss(Missed.EXPIRED, "certificate:gmp")),
        (profile(LYO, GMP, country="SE"), Miss(Missed.OUTSIDE)),
        (profile(LYO, GMP, country="SE", sites=(ProfileSite(id="s", country="AT"),)), Miss(Missed.NOT_CHOSEN)),
        (profile(), None),
    ],
)  # fmt: skip
def test_why_an_enquiry_went_to_others(made: Profile, expected: Miss | None) -> None:
    assert missing.miss(made, WANT, TODAY, own_hours=None, chosen_hours=[]) == expected


def test_slower_than_all_that_were_chosen() -> None:
    made = profile(LYO, GMP)
    assert missing.miss(made, WANT, TODAY, own_hours=50, chosen_hours=[10, 49]) == Miss(Missed.SLOW)
    assert missing.miss(made, WANT, TODAY, own_hours=50, chosen_hours=[10, 51]) == Miss(Missed.NOT_CHOSEN)


def test_without_words_of_the_vocabulary_nobody_was_missed() -> None:
    assert missing.miss(profile(LYO), missing.wanted([], "q=vials"), TODAY, own_hours=None, chosen_hours=[]) is None


def test_small_groups_are_not_shown_and_summed_only_when_that_is_no_small_group() -> None:
    assert missing.shown([Group("a", "", 3), Group("b", "", 2)]) == ([Group("a", "", 3)], 0)
    assert missing.shown([Group("a", "", 2), Group("b", "", 2)]) == ([], 4)
    assert missing.shown([]) == ([], 0)


async def test_the_report_shows_numbers_by_reason_and_no_buyer(
    buyer: httpx.AsyncClient, hanne: httpx.AsyncClient, olga: httpx.AsyncClient, world: World
) -> None:
    old = {"term": "capability:lyophilisation", "confirmed_on": str(TODAY - timedelta(days=400))}
    facts = await db.fetch_value("SELECT profile->'facts' FROM company WHERE id = $1", world.halden)
    await db.execute(
        "UPDATE company SET profile = jsonb_set(profile, '{facts}', $2::jsonb) WHERE id = $1",
        world.halden, json.dumps([fact | old if fact["term"] == old["term"] else fact for fact in json.loads(facts)]),
    )  # fmt: skip
    for n in range(2):
        await ask(buyer, need=f"Need number {n}", item=["Lyophilisation", "Vial filling"], quantity=["", ""])
    await run_jobs()
    await plans.give(world.halden, Plan.PREMIUM)
    page = (await hanne.get(manage("halden", "missed"))).text
    assert ("Fewer than 3 enquiries" in page, "A fact is too old" in page) == (True, False)
    await ask(buyer, need="Need number 3", item=["Lyophilisation", "Vial filling"], quantity=["", ""])
    await run_jobs()
    page = (await hanne.get(manage("halden", "missed"))).text
    assert ("3 enquiries went to others" in page, "A fact is too old" in page, "Lyophilisation" in page) == (
        True,
        True,
        True,
    )
    assert (BUYER in page, "Noor" in page, "Velmora" in page, "Need number" in page) == (False,) * 4
    assert "Fewer than 3 enquiries" in (await olga.get(manage("isarwerk", "missed"))).text


async def test_a_free_plan_is_told_how_many_and_not_why(
    buyer: httpx.AsyncClient, hanne: httpx.AsyncClient, world: World
) -> None:
    for n in range(3):
        await ask(buyer, need=f"Need number {n}", item=["Lyophilisation"], quantity=[""])
    await run_jobs()
    page = (await hanne.get(manage("halden", "missed"))).text
    assert ("3 enquiries went to others" in page, "Matched, but not chosen" in page) == (True, False)
    await plans.give(world.halden, Plan.ENHANCED)
    assert "Matched, but not chosen" in (await hanne.get(manage("halden", "missed"))).text
    await db.execute("UPDATE enquiry_missed SET at = now() - interval '200 days'")
    assert "Fewer than 3 enquiries" in (await hanne.get(manage("halden", "missed"))).text


async def test_losses_are_told_by_what_decided(
    buyer: httpx.AsyncClient, olga: httpx.AsyncClient, hanne: httpx.AsyncClient, world: World
) -> None:
    await plans.give(world.halden, Plan.PREMIUM)
    for n in range(3):
        number = await ask(buyer, "isarwerk", "halden", need=f"Need number {n}")
        await reply(olga, "isarwerk", number)
        await reply(hanne, "halden", number)
        winner = await db.fetch_value(
            "SELECT position FROM enquiry_recipient r JOIN enquiry e ON e.id = r.enquiry WHERE e.number = $1 AND r.company = $2",
            number, world.isarwerk,
        )  # fmt: skip
        await buyer.post(
            f"/enquiries/{number}/closure", data={"outcome": "awarded", "winner": str(winner), "decided": "price"}
        )
    assert "Price" in (await hanne.get(manage("halden", "missed"))).text
    assert "Price" not in (await olga.get(manage("isarwerk", "missed"))).text


async def test_leads_as_a_file_hold_known_buyers_only_and_no_formulas(
    buyer: httpx.AsyncClient, olga: httpx.AsyncClient, sign_in: SignIn, world: World
) -> None:
    await ask(buyer, blind="yes", need="Hidden need")
    number = await ask(
        buyer, need="=HYPERLINK(1)", name="+49 Noor", item=["=Lyophilisation", "Labels"], quantity=["2 batches", ""]
    )
    await olga.get(manage("isarwerk", number))
    refused = await olga.get(manage("isarwerk", "leads.csv"))
    assert (refused.status_code, "come with a paid plan" in refused.text) == (403, True)
    await plans.give(world.isarwerk, Plan.ENHANCED)
    answer = await olga.get(manage("isarwerk", "leads.csv"))
    assert (answer.status_code, answer.headers["content-type"], answer.headers["cache-control"]) == (
        200, "text/csv; charset=utf-8", "private, no-store",
    )  # fmt: skip
    [row] = list(csv.DictReader(io.StringIO(answer.text)))
    assert (row["number"], row["email"], row["need"], row["name"]) == (number, BUYER, "'=HYPERLINK(1)", "'+49 Noor")
    assert row["lines"] == "'=Lyophilisation: 2 batches; Labels"
    sent = datetime.strptime(row["sent_at"], "%Y-%m-%d %H:%M").replace(tzinfo=zone(current().site_timezone))
    assert timedelta() <= clock.now() - sent < timedelta(minutes=3)
    assert ("Hidden need" in answer.text, BUYER_NAME in answer.text) == (False, False)
    for role, status in ((MemberRole.LEADS, 200), (MemberRole.EDITOR, 403)):
        member = await sign_in(f"{role}@isarwerk.example", world.isarwerk_org, role)
        assert (await member.get(manage("isarwerk", "leads.csv"))).status_code == status


async def test_those_passed_over_are_read_a_few_at_a_time(
    buyer: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        await companies.make(f"Elsewhere {n}", owner=await organisation(f"owner{n}@else.example", f"Elsewhere {n}"))
    monkeypatch.setattr(ending, "AT_ONCE", 1)
    await ask(buyer, item=["Lyophilisation"], quantity=[""])
    async with counting() as asked:
        await run_jobs()
    reads = [sql for sql in asked if "c.profile" in sql and "NOT EXISTS" in sql]
    assert await db.fetch_value("SELECT count(*) FROM enquiry_missed") == 4
    assert len(reads) == 5


async def test_companies_without_an_owner_are_not_noted(buyer: httpx.AsyncClient, world: World) -> None:
    await organisation("nobody@else.example", "Elsewhere")
    await ask(buyer, item=["Lyophilisation"], quantity=[""])
    await run_jobs()
    rows = await db.fetch("SELECT company, reason FROM enquiry_missed")
    assert [tuple(row) for row in rows] == [(world.halden, "not_chosen")]
