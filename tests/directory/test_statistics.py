"""An owner's statistics: weeks, reasons, the middle of the category, CSV, and as far back as the plan goes."""

import csv
import io
import re
from datetime import date, timedelta

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole, StaffRole
from portal.core import clock, db
from portal.core.times import today
from portal.directory.commands import publishing
from portal.directory.rules import statistics as rules
from portal.directory.rules.statistics import Week
from portal.directory.tables.audience import Kind
from portal.directory.values import ProfileVideo
from portal.placements.tables import Plan
from tests.directory.conftest import SignIn, organisation
from tests.factories import companies, plans

HERE = "/companies/isarwerk-biologics/manage/statistics"


async def seen(company: int, day: date, times: int, kind: str = "view", reason: str = "") -> None:
    await db.execute(
        "INSERT INTO company_day (company, day, kind, reason, times) VALUES ($1, $2, $3, $4, $5)",
        company, day, kind, reason, times,
    )  # fmt: skip


@pytest.fixture
async def owned(database: str) -> tuple[int, int]:
    """A company with an owner: (organisation, company)."""
    owner = await organisation()
    return owner, await companies.make(owner=owner)


def monday() -> date:
    return rules.monday(today(clock.now()))


async def test_weeks_as_page_and_csv(owned: tuple[int, int], sign_in: SignIn, client: httpx.AsyncClient) -> None:
    owner, company = owned
    await plans.give(company, Plan.ENHANCED)
    await seen(company, monday(), 12)
    await seen(company, monday() - timedelta(days=7), 30)
    await seen(company, monday() - timedelta(days=1), 4)
    await seen(company, monday(), 3, "website")
    await seen(company, monday(), 2, "email")
    await seen(company, monday(), 900, reason="crawler")
    await seen(company, monday(), 5, "listed", "own")
    member = await sign_in("member@isarwerk.example", owner, MemberRole.LEADS)
    page = (await member.get(HERE)).text
    figures = re.findall(r'<dt>([^<]+)</dt><dd class="fig">([\d,]+)</dd>', page)
    assert figures == [("Profile views", "46"), ("Searches that showed it", "0"), ("Clicks", "5"), ("Enquiries", "0")]
    assert page.count("<rect ") == 4 * 13 + page.count('<svg class="fill')
    assert re.search(r"Known search engines.*?900", page, re.DOTALL)
    assert "Premium profiles see" in page
    answer = await member.get(f"{HERE}/weeks.csv?weeks=4")
    assert answer.headers["content-disposition"] == 'attachment; filename="isarwerk-biologics-statistics.csv"'
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[0] == ["from", "to", *(kind.value for kind in Kind)]
    assert rows[3][:3] == [f"{monday() - timedelta(days=7)}", f"{monday() - timedelta(days=1)}", "34"]
    assert rows[4][2:] == ["12", "0", "3", "2", *("0" for _ in list(Kind)[4:])]
    assert rows[-2:] == [["view", "crawler", "900"], ["listed", "own", "5"]]


async def test_a_plan_goes_so_far_back_and_no_address_asks_for_more(
    owned: tuple[int, int], sign_in: SignIn, client: httpx.AsyncClient
) -> None:
    owner, company = owned
    await seen(company, monday() - timedelta(weeks=30), 77)
    member = await sign_in("member@isarwerk.example", owner)
    for weeks in ("52", "156", "4", "-1", "x", "4&weeks=52"):
        csv_file = (await member.get(f"{HERE}/weeks.csv?weeks={weeks}")).text
        assert (csv_file.count("\r\n20"), "77" in csv_file) == (4, False)
    assert "Your plan shows 4 weeks" in (await member.get(HERE)).text
    await plans.give(company, Plan.ENHANCED)
    assert ",77," in (await member.get(f"{HERE}/weeks.csv?weeks=52")).text
    editor = await sign_in("judith@sterileline.example", staff=StaffRole.EDITOR)
    assert (await editor.get(f"{HERE}/weeks.csv?weeks=156")).text.count("\r\n20") == 156


@pytest.mark.parametrize(("peers", "told"), [(3, False), (4, True)])
async def test_the_category_is_compared_from_five_companies_on(
    owned: tuple[int, int], sign_in: SignIn, client: httpx.AsyncClient, peers: int, told: bool
) -> None:
    owner, company = owned
    await plans.give(company, Plan.PREMIUM)
    others = await companies.make_many(peers)
    await companies.make("Another trade AG", facts=[("category:Packaging", None)])
    await seen(company, monday(), 40)
    for n, other in enumerate(others):
        await seen(other, monday(), 10 * n)
    member = await sign_in("member@isarwerk.example", owner)
    page = (await member.get(HERE)).text
    assert ("100 % above the middle of the category, 20." in page) is told
    assert ("None of your categories has 5 companies yet" in page) is not told
    assert "Packaging" not in page


async def test_others_find_nothing(owned: tuple[int, int], sign_in: SignIn, client: httpx.AsyncClient) -> None:
    other = await organisation("rival@halden.example", "Halden AS")
    await companies.make("Halden AS", owner=other)
    rival = await sign_in("rival@halden.example", other)
    for path in (HERE, f"{HERE}/weeks.csv", "/companies/isarwerk-biologics/preview"):
        assert (await rival.get(path)).status_code == 404
        assert (await client.get(path)).status_code == 303


def test_bars_stand_on_the_ground_and_weeks_are_told_in_words() -> None:
    weeks = [Week(date(2026, 11, 2) + timedelta(weeks=n), {Kind.VIEW: n * 5}) for n in range(3)]
    chart = rules.chart(weeks, "views", height=100)
    assert [(bar.y + bar.height, bar.label) for bar in chart.bars] == [
        (100, "2–8 November 2026: 0"), (100, "9–15 November 2026: 5"), (100, "16–22 November 2026: 10"),
    ]  # fmt: skip
    assert chart.bars[2].height == 100


async def test_preview_shows_each_plan_to_owner_and_editors_only(
    owned: tuple[int, int], sign_in: SignIn, client: httpx.AsyncClient
) -> None:
    owner, company = owned
    profile = (await companies.profile(
        videos=(ProfileVideo(id="v1", title="Our tour", url="https://vimeo.com/1084537"),),
        action_label="Book a visit", action_url="https://isarwerk.example/visit",
    ))  # fmt: skip
    await publishing.publish(actor=PORTAL, company_id=company, profile=profile, now=clock.now())
    here = "/companies/isarwerk-biologics/preview"
    member = await sign_in("member@isarwerk.example", owner, MemberRole.EDITOR)
    free, premium = (await member.get(here)).text, (await member.get(f"{here}?plan=premium")).text
    assert ("Our tour" in free, "Our tour" in premium) == (False, True)
    assert "Not shown with this plan: 1 video, your button “Book a visit”." in free
    assert "Lyophilisation" in free
    assert (await member.get(f"{here}?plan=moon")).status_code == 200
    leads = await sign_in("leads@isarwerk.example", owner, MemberRole.LEADS)
    assert (await leads.get(here)).status_code == 403
    public = (await client.get("/companies/isarwerk-biologics")).text
    assert ("Our tour" in public, "Book a visit" in public) == (False, False)
    assert (await client.get("/companies/isarwerk-biologics/go/video/v1")).status_code == 404
    await plans.give(company, Plan.ENHANCED)
    assert (await client.get("/companies/isarwerk-biologics/go/video/v1")).status_code == 302
    answer = await client.get("/companies/isarwerk-biologics/go/action")
    assert answer.headers["location"] == "https://isarwerk.example/visit"


def test_four_weeks_are_no_wall_of_bars() -> None:
    chart = rules.chart([Week(date(2026, 11, 2) + timedelta(weeks=n), {Kind.VIEW: 4}) for n in range(4)], "views")
    assert [(bar.x, bar.width) for bar in chart.bars] == [(0.75, 6.5), (25.75, 6.5), (50.75, 6.5), (75.75, 6.5)]
