"""A sponsor's leads: those who agreed, with points and their reasons; of everybody else nothing but a number."""

import csv
import io
from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar

from portal.accounts.commands import ensure_account, set_password
from portal.accounts.tables import MemberRole, StaffRole
from portal.core import clock, db
from portal.leads.commands import give_consent, keep_wording
from portal.webinars.rules.consent import WORDING
from portal.webinars.rules.leads import WEIGHTS, Did, all_of, reasons, score, withheld
from portal.webinars.values import Participant
from tests.chromium import chromium, faults, feed
from tests.conftest import browser
from tests.directory.conftest import PASSWORD, join, organisation
from tests.events.conftest import SignIn
from tests.factories import companies, webinars
from tests.paying import text_of
from tests.queries import counting
from tests.reading_pdfs import count, pages, squeezed

MANAGE = "/companies/isarwerk-biologics/manage/webinars"


class Market:
    """A webinar with two sponsors, each with its own people."""

    made: webinars.Webinar
    ours: int
    theirs: int
    organisation: int


@pytest.fixture
async def market(database: str) -> Market:
    found = Market()
    found.made = await webinars.make()
    found.organisation = await organisation()
    found.ours = await companies.make(owner=found.organisation)
    found.theirs = await companies.make("Halden Fill AS", owner=await organisation("olav@halden.example", "Halden AS"))
    for company in (found.ours, found.theirs):
        await webinars.sponsor(found.made, company)
    await db.execute("UPDATE webinar SET live_at = now() - interval '2 hours', ended_at = now() - interval '1 hour'")
    return found


@pytest.fixture
async def member(app: Litestar, client: httpx.AsyncClient, market: Market) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of somebody with the least of the roles at our company."""
    account = await ensure_account(email="lena@isarwerk.example", name="Lena Leads", now=clock.now())
    await set_password(account_id=account, password=PASSWORD, now=clock.now())
    await join(market.organisation, account, MemberRole.LEADS)
    async with browser(app) as opened:
        await opened.post("/account/sign-in", data={"email": "lena@isarwerk.example", "password": PASSWORD})
        yield opened


async def agree(market: Market, who: Participant, company: int) -> int:
    wording = await keep_wording(kind=WORDING, key=str(company), text="I agree.", now=clock.now())
    return await give_consent(
        email=who.email, company_id=company, company_name="Isarwerk", wording_id=wording.id, kind="webinar",
        key=str(market.made.webinar_id), how="room", now=clock.now(),
    )  # fmt: skip


async def lead(market: Market, email: str, company: int | None = None, **names: str) -> Participant:
    who = await webinars.join(market.made, email, **names)
    await agree(market, who, company or market.ours)
    return who


async def took_part(market: Market, who: Participant, minutes: int = 25) -> None:
    """Was there, answered two polls, asked twice (once without a name), and took something of each sponsor."""
    webinar = market.made.webinar_id
    await db.execute(
        "INSERT INTO webinar_attendance (webinar, seat, first_seen, last_seen, here_until, resume_at, spans) "
        "SELECT id, $2, live_at, live_at, live_at, 0, tstzmultirange(tstzrange(live_at, live_at + make_interval(mins => $3))) "
        "FROM webinar WHERE id = $1",
        webinar, who.seat_id, minutes,
    )  # fmt: skip
    for _ in range(2):
        await db.execute(
            "WITH p AS (INSERT INTO webinar_poll (webinar, position, kind, question, state, opened_at, shows_results, is_test) "
            "VALUES ($1, 0, 'open', 'Which?', 'closed', now(), true, false) RETURNING id) "
            "INSERT INTO webinar_poll_answer (poll, seat, words, several, at) SELECT id, $2, 'A', false, now() FROM p",
            webinar, who.seat_id,
        )  # fmt: skip
    for anonymous in (False, True):
        await db.execute(
            "INSERT INTO webinar_question (webinar, seat, text, anonymous, asked_at) VALUES ($1, $2, 'Why?', $3, now())",
            webinar, who.seat_id, anonymous,
        )  # fmt: skip
    for company, title in ((market.ours, "Guide to gloves"), (market.theirs, "Price list")):
        await db.execute(
            "WITH r AS (INSERT INTO webinar_resource (webinar, position, kind, title, sponsor) SELECT $1, 0, 'link', $4, s.id "
            "FROM webinar_sponsor s WHERE s.webinar = $1 AND s.company = $3 RETURNING id) "
            "INSERT INTO webinar_resource_taken (resource, seat, at) SELECT id, $2, now() FROM r",
            webinar, who.seat_id, company, title,
        )  # fmt: skip


def test_points_are_facts_and_a_hundred_at_most() -> None:
    assert reasons(Did()) == []
    told = reasons(Did(minutes=25, polls=2, asked=True, taken=("Guide",), business=True))
    assert [(one.words, one.points) for one in told] == [
        ("In the room for 25 minutes", 25), ("Answered 2 polls", 10), ("Asked a question", 10),
        ("Took 1 thing of yours along: Guide", 10), ("Writes from a business address", 5),
    ]  # fmt: skip
    everything = Did(minutes=900, watched=900, polls=90, asked=True, taken=("a",) * 90, business=True)
    assert score(everything) == sum(weight.most for weight in WEIGHTS.values()) == 100


@pytest.mark.parametrize(("others", "said"), [(0, "fewer than 5"), (4, "fewer than 5"), (5, "5"), (1200, "1,200")])
def test_few_are_not_told_apart(others: int, said: str) -> None:
    assert withheld(others) == said
    assert all_of(3, 3 + others) == ("3 and fewer than 5 others" if others < 5 else f"{3 + others:,}")


async def test_who_agreed_is_listed_with_reasons_and_nobody_else(member: httpx.AsyncClient, market: Market) -> None:
    await took_part(market, await lead(market, "anna@brennhof.example"))
    await lead(market, "ben@gmail.com", first="Ben")
    for n in range(5):
        await webinars.join(market.made, f"silent{n}@secret.example", "Silent", f"Number{n}", company="Secret AG")
    await lead(market, "carl@brennhof.example", market.theirs, first="Carl")
    page = await member.get(f"{MANAGE}/{market.made.slug}")
    words = text_of(page)
    assert (
        "In the room for 25 minutes +25 Answered 2 polls +10 Asked a question +10 "
        "Took 1 thing of yours along: Guide to gloves +10" in words
    )
    assert words.index("Anna Lindqvist") < words.index("Ben Lindqvist")
    assert "Withheld 6" in words
    for hidden in ("silent", "Silent", "Secret", "Carl", "Price list"):
        assert hidden not in page.text
    assert f"Agreed to be told of 2 Registered {2 + 6}" in words
    assert (await member.get(MANAGE)).text.count(market.made.slug) == 1


@pytest.mark.parametrize(("anonymous", "said"), [(True, ["false", "5"]), (False, ["true", "15"])])
async def test_a_question_without_a_name_says_nothing_of_who_asked(
    member: httpx.AsyncClient, market: Market, anonymous: bool, said: list[str]
) -> None:
    who = await lead(market, "anna@brennhof.example")
    other = await lead(market, "ben@brennhof.example", first="Ben")
    await db.execute(
        "INSERT INTO webinar_question (webinar, seat, author, text, anonymous, asked_at, state, answered, answer, in_faq) "
        "VALUES ($1, $2, 'A. Lindqvist', 'Why not?', $3, now(), 'approved', 'typed', 'Because.', true)",
        market.made.webinar_id, who.seat_id, anonymous,
    )  # fmt: skip
    rows = csv.DictReader(io.StringIO((await member.get(f"{MANAGE}/{market.made.slug}/leads.csv")).text))
    told = {row["email"]: [row["asked_a_question"], row["score"]] for row in rows}
    assert told == {who.email: said, other.email: ["false", "5"]}
    page = text_of(await member.get(f"{MANAGE}/{market.made.slug}"))
    assert page.count("Asked a question +10") == (0 if anonymous else 1)
    report = "".join(pages((await member.get(f"{MANAGE}/{market.made.slug}/report.pdf")).content))
    assert "Lindqvist" not in report


async def test_as_csv_nothing_is_a_formula(member: httpx.AsyncClient, market: Market) -> None:
    who = await lead(market, "anna@brennhof.example")
    await db.execute("UPDATE seat SET company = '=HYPERLINK(1)', job_title = '+1' WHERE id = $1", who.seat_id)
    answer = await member.get(f"{MANAGE}/{market.made.slug}/leads.csv")
    assert answer.headers["cache-control"] == "private, no-store"
    [head, row] = csv.reader(io.StringIO(answer.text))
    told = dict(zip(head, row, strict=True))
    assert (told["company"], told["job_title"], told["email"]) == ("'=HYPERLINK(1)", "'+1", "anna@brennhof.example")
    assert (told["score"], told["business_address"], told["wording"]) == ("5", "true", "1")


@pytest.mark.parametrize(
    "gone",
    [
        "UPDATE consent SET withdrawn_at = now()",
        "UPDATE seat SET state = 'cancelled'",
        "UPDATE seat SET email = 'x@y.example'",
    ],
)
async def test_who_takes_it_back_or_gives_the_place_up_is_gone_at_once(
    member: httpx.AsyncClient, market: Market, gone: str
) -> None:
    await lead(market, "anna@brennhof.example")
    here = f"{MANAGE}/{market.made.slug}"
    assert "anna@brennhof.example" in (await member.get(here)).text
    await db.execute(gone)
    for address in (here, f"{here}/leads.csv"):
        assert "anna@" not in (await member.get(address)).text


async def test_a_person_sees_once_that_the_company_read_of_them(member: httpx.AsyncClient, market: Market) -> None:
    await lead(market, "anna@brennhof.example")
    here = f"{MANAGE}/{market.made.slug}"
    noted = "SELECT email || ' ' || recipient FROM disclosure"
    assert await db.fetch(noted) == []
    for address in (here, here, f"{here}/leads.csv"):
        await member.get(address)
    assert [row[0] for row in await db.fetch(noted)] == ["anna@brennhof.example Isarwerk Biologics GmbH"]


async def test_what_staff_take_along_is_on_record(market: Market, sign_in: SignIn) -> None:
    await lead(market, "anna@brennhof.example")
    editor = await sign_in(StaffRole.EDITOR)
    sponsors = f"/staff/webinars/{market.made.webinar_id}/sponsors"
    assert "anna@brennhof.example" in (await editor.get(f"{sponsors}/{market.ours}/leads.csv")).text
    details = await db.fetch_value("SELECT facts::text FROM audit_entry WHERE verb = 'exported'")
    assert ("leads of Isarwerk Biologics GmbH" in details, '"rows": 1' in details) == (True, True)


async def test_each_route_is_for_the_companys_people_and_staff(
    member: httpx.AsyncClient, client: httpx.AsyncClient, market: Market, sign_in: SignIn
) -> None:
    who = await lead(market, "anna@brennhof.example", market.theirs)
    slug = market.made.slug
    company = [MANAGE, *(f"{MANAGE}/{slug}{rest}" for rest in ("", "/leads.csv", "/report.pdf"))]
    theirs = [address.replace("isarwerk-biologics", "halden-fill") for address in company]
    sponsors = f"/staff/webinars/{market.made.webinar_id}/sponsors"
    staff = [
        sponsors,
        f"{sponsors}/{market.theirs}",
        *(f"{sponsors}/{market.theirs}/{file}" for file in ("leads.csv", "report.pdf")),
    ]
    for address in (*company, *theirs, *staff):
        assert (await client.get(address)).status_code == 303, address
    assert [(await member.get(address)).status_code for address in company] == [200] * 4
    assert [(await member.get(address)).status_code for address in theirs] == [404] * 4
    assert [(await member.get(address)).status_code for address in staff] == [403] * 4
    assert who.email not in (await member.get(company[1])).text
    editor = await sign_in(StaffRole.EDITOR)
    assert [(await editor.get(address)).status_code for address in staff] == [200] * 4
    assert [(await editor.get(address)).status_code for address in theirs] == [403] * 4
    door = await sign_in(StaffRole.DOOR, "door@sterileline.example")
    assert [(await door.get(address)).status_code for address in staff] == [403] * 4
    elsewhere = await webinars.make()
    assert (await member.get(f"{MANAGE}/{elsewhere.slug}")).status_code == 404
    assert (await editor.get(f"/staff/webinars/{elsewhere.webinar_id}/sponsors/{market.ours}")).status_code == 404
    assert (await member.get(f"{MANAGE}/{slug}?page=9")).status_code == 404
    await editor.aclose()
    await door.aclose()


async def test_staff_give_a_sponsor_words_of_its_own(
    client: httpx.AsyncClient, market: Market, editor: httpx.AsyncClient
) -> None:
    here = f"/staff/webinars/{market.made.webinar_id}/sponsors/{market.ours}"
    assert "The usual wording" in text_of(await editor.get(here))
    assert (await editor.post(f"{here}/wording", data={"text": " "})).status_code == 422
    assert (await editor.post(f"{here}/wording", data={"text": "I agree to a call."})).status_code == 303
    assert "Version 1" in text_of(await editor.get(here))
    who = await webinars.join(market.made, "anna@brennhof.example")
    assert "I agree to a call." in text_of(await client.get(f"/join/{who.claim}/consents"))
    await editor.aclose()


async def test_one_lead_or_thirty_take_as_many_queries(member: httpx.AsyncClient, market: Market) -> None:
    seen, before = [], 0
    for many in (1, 30):
        for n in range(before, many):
            await lead(market, f"lead{n}@brennhof.example")
        before = many
        async with counting() as asked:
            page = await member.get(f"{MANAGE}/{market.made.slug}")
        assert page.text.count("@brennhof.example") == many
        seen.append(len(asked))
    assert seen[0] == seen[1]


async def test_the_report_has_numbers_and_nobodys_name(member: httpx.AsyncClient, market: Market) -> None:
    here = f"{MANAGE}/{market.made.slug}/report.pdf"
    await took_part(market, await lead(market, "anna@brennhof.example"), 40)
    few = squeezed(" ".join(pages((await member.get(here)).content)))
    assert ("1andfewerthan5others" in few, "Atmost" in few, "people" in few) == (True, False, True)
    for n in range(6):
        await took_part(market, await webinars.join(market.made, f"s{n}@secret.example", "Silent", "Secretive"), 20)
    await db.execute("UPDATE seat_order SET source = 'linkedin' WHERE id > 1")
    answer = await member.get(here)
    assert (answer.headers["content-type"], count(answer.content) in (1, 2)) == ("application/pdf", True)
    told = squeezed(" ".join(pages(answer.content)))
    for words in (
        "Registered7",
        "Came7",
        "Withheld6",
        "Leadswhoagreed1",
        "Atmost7atatime",
        "Guidetogloves",
        "linkedin6",
    ):
        assert words in told, words
    for hidden in ("Secret", "Anna", "Pricelist", "brennhof"):
        assert hidden not in told


async def test_looks(member: httpx.AsyncClient, market: Market) -> None:
    await took_part(market, await lead(market, "anna@brennhof.example"))
    async with chromium(instead="the leads are not looked at") as opened:
        page = await opened.new_page()
        await feed(page, member)
        await page.context.add_cookies([
            {"name": one.name, "value": one.value or "", "url": "http://localhost:8000"} for one in member.cookies.jar
        ])  # fmt: skip
        for address in (MANAGE, f"{MANAGE}/{market.made.slug}"):
            await page.goto(f"http://localhost:8000{address}")
            assert page.url.endswith(address)
            assert await faults(page) == []
