"""Editors add a company by hand, are shown what looks like it, and answer those who missed one."""

from datetime import datetime
from typing import Any

import httpx
import msgspec
import pytest

from portal.accounts.actors import PORTAL, Actor
from portal.accounts.tables import MemberRole, StaffRole
from portal.core import clock, db
from portal.core.errors import Forbidden
from portal.directory import privacy
from portal.directory.commands import adding, corrections
from portal.directory.commands.vocabulary import load_vocabulary
from portal.directory.jobs.requests import answer_request
from portal.directory.queries import likenesses
from portal.directory.tables.companies import FactSource
from portal.directory.values import OtherName, Profile
from tests.directory.conftest import SignIn, organisation
from tests.directory.forms import open_form, words
from tests.factories import companies

NEW = "/staff/companies/new"
INBOX = "/staff/companies/corrections"
TYPED = {
    "name": "Nordvial AS", "country": "NO", "city": "Halden", "street": "Storgata 4", "postal_code": "1771",
    "website": "https://nordvial.example", "phone": "+47 69 00 00 00", "founded": "1987", "staff": "51-200",
    "tagline": "Vials of borosilicate glass.",
}  # fmt: skip


@pytest.fixture
async def editor(database: str, sign_in: SignIn) -> httpx.AsyncClient:
    await load_vocabulary()
    return await sign_in("judith@sterileline.example", staff=StaffRole.EDITOR)


async def missed(now: datetime, **more: str) -> int:
    given = {"name": "Nordvial AS", "website": "https://nordvial.example", "country": "NO", "does": "Vials of glass.",
             "email": "kari@nordvial.example"}  # fmt: skip
    return await corrections.ask_to_add(now=now, **{**given, **more})


async def made() -> int:
    return int(await db.fetch_value("SELECT count(*) FROM company"))


async def profile_of(slug: str) -> Profile:
    return msgspec.json.decode(await db.fetch_value("SELECT profile FROM company WHERE slug = $1", slug), type=Profile)


async def answers() -> list[tuple[Any, ...]]:
    rows = await db.fetch("SELECT recipient, subject, text FROM mail ORDER BY id")
    return [tuple(row) for row in rows]


async def test_an_editor_adds_a_company(editor: httpx.AsyncClient, client: httpx.AsyncClient) -> None:
    assert f'href="{NEW}"' in (await editor.get(INBOX)).text
    assert (await editor.get(NEW)).status_code == 200
    answer = await editor.post(NEW, data={**TYPED, "category": ["primary-packaging", "supplier", "supplier"]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/companies/nordvial")
    shown = words((await client.get("/companies/nordvial")).text)
    assert [word in shown for word in ("Nordvial AS", "Halden", "Primary packaging", "Since 1987")] == [True] * 4
    profile = await profile_of("nordvial")
    assert {name: str(getattr(profile, name)) for name in TYPED} == TYPED
    assert [(fact.term, fact.source) for fact in profile.facts] == [
        ("category:primary-packaging", FactSource.EDITOR), ("category:supplier", FactSource.EDITOR),
    ]  # fmt: skip
    revision = await db.fetch_one("SELECT number, note, origin, author IS NOT NULL AS signed FROM company_revision")
    assert tuple(revision or ()) == (1, "Added by hand", "", True)
    trace = await db.fetch_one("SELECT verb, actor, facts ->> 'name' AS name FROM audit_entry WHERE kind = 'company'")
    assert tuple(trace or ()) == ("company.added", "account 1", "Nordvial AS")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "", "Please type the company’s name."),
        ("country", "", "Please choose the country."),
        ("country", "XX", "Please choose a country from the list."),
        ("website", "nordvial.example", "begins with https://"),
        ("email", "kari", "does not look like an email address"),
        ("founded", "soon", "Please type a year such as 1987."),
        ("founded", "2999", "Please type a year up to"),
        ("staff", "many", "Please choose one of the offered values."),
        ("postal_code", "1" * 21, "under 20 characters"),
        ("category", "moon", "Please choose from the list."),
    ],
)
async def test_bad_input_stays_and_is_explained_beside_the_field(
    editor: httpx.AsyncClient, field: str, typed: str, said: str
) -> None:
    answer = await editor.post(NEW, data={**TYPED, "category": "supplier", field: typed})
    assert (answer.status_code, await made()) == (422, 0)
    form = open_form(answer.text, "/new")
    kept = {name: value for name, value in TYPED.items() if name != field}
    assert {name: form[name] for name in kept} == kept
    assert (said in answer.text, f'href="#f-{field}"' in answer.text) == (True, True)
    assert (f'id="f-{field}-e"' in answer.text, form.get("category") == "supplier") == (True, field != "category")


async def test_everything_that_is_wrong_is_told_at_once(editor: httpx.AsyncClient) -> None:
    wrong = {"name": "", "country": "XX", "website": "nordvial", "email": "kari", "founded": "soon"}
    answer = await editor.post(NEW, data={**TYPED, **wrong})
    assert {name for name in TYPED | wrong if f'id="f-{name}-e"' in answer.text} == set(wrong)


async def test_what_looks_like_it_is_shown_first(editor: httpx.AsyncClient, now: datetime) -> None:
    for name, more in (
        ("NORDVIAL", {"city": "Halden"}),
        ("Halden Glass", {"website": "https://www.nordvial.example/no"}),
        ("Nordlyo", {"city": "Halden"}),
        ("Nordvial Sweden", {"country": "SE"}),
    ):
        await companies.make(name, now=now, **{"country": "NO", "city": "", **more})
    asked = await editor.post(NEW, data=TYPED)
    assert (asked.status_code, await made()) == (409, 4)
    page = words(asked.text)
    assert "It looks like companies we list" in page
    assert ("/companies/nordvial" in asked.text, "/companies/halden-glass" in asked.text) == (True, True)
    assert ("Nordlyo" in page, "Nordvial Sweden" in page) == (False, False)
    assert "The names are the same but for legal form and spelling." in page
    assert "But: The names are not alike." in page
    form = open_form(asked.text, "/new")
    # Meanwhile another one appears: the question is asked anew.
    await companies.make("Nordvial Holding AS", now=now, country="NO", website="https://nordvial.example/about")
    again = await editor.post(NEW, data=form)
    assert (again.status_code, "Nordvial Holding AS" in again.text, await made()) == (409, True, 5)
    assert (await editor.post(NEW, data=open_form(again.text, "/new"))).status_code == 303
    assert await made() == 6


@pytest.mark.parametrize(
    ("typed", "listed"),
    [
        ({"name": "Amgen Holdings Inc. dba Horizon", "country": "US"}, {"name": "Horizon", "country": "US"}),
        ({"name": "Takeda", "country": "CA"}, {"name": "Takeda Canada Inc", "country": "CA"}),
        ({"name": "Flytande Steril AB", "country": "SE"}, {"name": "Fluent", "names": (OtherName("Flytande Steril"),)}),
        ({"name": "Eisai Limited", "country": "CA", "website": "https://eisai.com"},
         {"name": "Eisai Canada Pharma", "country": "CA", "website": "https://ca.eisai.com"}),
        ({"name": "BMS", "country": "CA", "street": "2344, boul. Alfred-Nobel", "postal_code": "h4s0a4"},
         {"name": "Bristol-Myers Squibb", "country": "CA", "street": "2344 Boulevard Alfred Nobel", "postal_code": "H4S 0A4"}),
    ],
    ids=lambda given: given["name"],
)  # fmt: skip
@pytest.mark.usefixtures("database")
async def test_every_way_to_look_alike_is_looked_at(
    typed: dict[str, Any], listed: dict[str, Any], now: datetime
) -> None:
    for name in ("Amgen", "Nordlyo", "Takeda Pharma Ireland"):
        await companies.make(name, now=now, facts=(), city="", country="IE")
    made = await companies.make(now=now, facts=(), **{"city": "", "country": "SE", **listed})
    assert [one.id for one in await likenesses.alike(Profile(**typed))] == [made]


async def test_sent_twice_it_asks(editor: httpx.AsyncClient) -> None:
    answers = [(await editor.post(NEW, data=TYPED)).status_code for _ in range(2)]
    assert (answers, await made()) == ([303, 409], 1)


async def test_hidden_companies_are_shown_and_merged_ones_not(editor: httpx.AsyncClient, now: datetime) -> None:
    hidden = await companies.make("Nordvial", now=now, country="NO", city="")
    assert 'href="/companies/nordvial/manage/profile"' not in (await editor.post(NEW, data=TYPED)).text
    await db.execute("UPDATE company SET state = 'hidden' WHERE id = $1", hidden)
    asked = (await editor.post(NEW, data=TYPED)).text
    assert ('href="/companies/nordvial/manage/profile"' in asked, "· hidden" in words(asked)) == (True, True)
    kept = await companies.make("Something else", now=now)
    await db.execute("UPDATE company SET state = 'merged', merged_into = $2 WHERE id = $1", hidden, kept)
    assert (await editor.post(NEW, data=TYPED)).status_code == 303


async def test_a_company_somebody_missed_is_added_and_they_are_told(editor: httpx.AsyncClient, now: datetime) -> None:
    request = await missed(now)
    here = f"{INBOX}/{request}/company"
    assert f'href="{here}"' in (await editor.get(INBOX)).text
    form = open_form((await editor.get(here)).text, "/company")
    prefilled = {
        "name": "Nordvial AS",
        "country": "NO",
        "website": "https://nordvial.example",
        "description": "Vials of glass.",
    }
    assert {name: form[name] for name in prefilled} == prefilled
    answer = await editor.post(here, data={**form, "city": "Halden"})
    assert (answer.status_code, answer.headers["location"]) == (303, INBOX)
    assert "Nordvial AS is in the directory, and whoever asked is told." in words((await editor.get(INBOX)).text)
    assert "Listed as Nordvial AS" in words((await editor.get(f"{INBOX}?state=decided")).text)
    for _ in range(2):
        await answer_request(request)
    [(recipient, subject, text)] = await answers()
    assert (recipient, subject) == ("kari@nordvial.example", "Nordvial AS is in our directory")
    assert "/companies/nordvial\n" in text
    note = await db.fetch_value("SELECT note FROM company_revision")
    assert note == "Added because somebody missed it"
    # A second editor, who had the page open, learns who was first, and makes no second company.
    second = await editor.post(here, data={**form, "name": "Another name"})
    assert (second.status_code, "answered already" in second.text, await made()) == (409, True, 1)
    assert 'href="/companies/nordvial"' in (await editor.get(here)).text


async def test_what_was_listed_all_along_answers_too(editor: httpx.AsyncClient, now: datetime) -> None:
    await companies.make("Nordvial", now=now, country="NO", city="")
    request = await missed(now)
    page = (await editor.get(f"{INBOX}/{request}/company")).text
    assert f'value="nordvial" formaction="{INBOX}/{request}/listed"' in page
    listed = f"{INBOX}/{request}/listed"
    wrong = await editor.post(listed, data={"listed": "/companies/nowhere", "city": "Halden"})
    assert (wrong.status_code, "There is no public company at this address." in wrong.text) == (422, True)
    assert ('value="/companies/nowhere"' in wrong.text, 'value="Halden"' in wrong.text) == (True, True)
    assert (await editor.post(listed, data={})).status_code == 422
    form = open_form(page, "/company")
    assert (await editor.post(listed, data={**form, "listed": "nordvial"})).headers["location"] == INBOX
    await answer_request(request)
    assert ([mail[1] for mail in await answers()], await made()) == (["Nordvial is in our directory"], 1)
    assert (await editor.post(listed, data={"listed": "nordvial"})).status_code == 409


async def test_who_is_not_added_reads_why_and_nothing_that_strangers_typed(
    editor: httpx.AsyncClient, now: datetime
) -> None:
    request = await missed(now, name="Buy now")
    decided = f"{INBOX}/{request}/decision"
    done = await editor.post(decided, data={"state": "done"})
    assert (done.status_code, "Please add the company" in done.text) == (409, True)
    why = {"state": "dismissed", "note": "It sells to consumers only."}
    assert (await editor.post(decided, data=why)).status_code == 303
    await answer_request(request)
    [(recipient, _, text)] = await answers()
    assert recipient == "kari@nordvial.example"
    assert ("It sells to consumers only." in text, "Buy now" in text, "Vials of glass" in text) == (True, False, False)
    assert "It sells to consumers only." in words((await editor.get(f"{INBOX}/{request}/company")).text)


async def test_nobody_is_told_before_it_is_decided_or_once_they_are_forgotten(
    editor: httpx.AsyncClient, now: datetime
) -> None:
    request = await missed(now)
    await answer_request(request)
    await privacy.forget("kari@nordvial.example", now)
    answer = await editor.post(f"{INBOX}/{request}/company", data=TYPED)
    assert answer.status_code == 303
    assert "Nordvial AS is in the directory." in words((await editor.get(INBOX)).text)
    await answer_request(request)
    assert await answers() == []


async def test_older_requests_are_read_from_their_words(editor: httpx.AsyncClient, now: datetime) -> None:
    request = await missed(now, name="Halden, Vials & Co", does="")
    await db.execute("UPDATE correction SET name = '', country = ''")
    form = open_form((await editor.get(f"{INBOX}/{request}/company")).text, "/company")
    assert (form["name"], form["country"], form["description"]) == ("Halden, Vials & Co", "", "")


async def test_only_editors_add_companies(client: httpx.AsyncClient, sign_in: SignIn, now: datetime) -> None:
    request = await missed(now)
    owner = await organisation()
    await companies.make(owner=owner, now=now)
    member = await sign_in("member@isarwerk.example", owner, MemberRole.OWNER)
    door = await sign_in("door@sterileline.example", staff=StaffRole.DOOR)
    paths = (NEW, f"{INBOX}/{request}/company", f"{INBOX}/{request}/listed")
    for person, status in ((client, 303), (member, 403), (door, 403)):
        found = [(await person.get(path)).status_code for path in paths[:2]]
        found += [
            (await person.post(path, data={**TYPED, "listed": "isarwerk-biologics"})).status_code for path in paths
        ]
        assert found == [status] * 5
    assert (await made(), await db.fetch_value("SELECT state FROM correction")) == (1, "open")
    nobody = Actor(account_id=8, email="v@example.org", name="V")
    with pytest.raises(Forbidden):
        await adding.add_company(actor=nobody, profile=Profile(name="Nordvial"), now=now)
    with pytest.raises(Forbidden):
        await adding.name_listed(actor=nobody, asked=request, slug="isarwerk-biologics", now=now)


async def test_requests_that_are_none_are_not_found(editor: httpx.AsyncClient, now: datetime) -> None:
    company = await companies.make(now=now)
    other = await corrections.send_correction(
        company_id=company, topic=corrections.CorrectionTopic.NAME, text="It is called otherwise.", evidence="", email="", now=now
    )  # fmt: skip
    for number in (other, 99):
        for path in (f"{INBOX}/{number}/company", f"{INBOX}/{number}/listed"):
            assert (await editor.post(path, data={**TYPED, "listed": "isarwerk-biologics"})).status_code == 404
        assert (await editor.get(f"{INBOX}/{number}/company")).status_code == 404
    assert await made() == 1


async def test_a_request_answered_meanwhile_leaves_no_company_behind(database: str, now: datetime) -> None:
    request = await missed(now)
    await adding.add_company(actor=PORTAL, profile=Profile(name="Nordvial AS"), now=now, asked=request)
    with pytest.raises(corrections.Conflict):
        await adding.add_company(actor=PORTAL, profile=Profile(name="Nordvial II"), now=clock.now(), asked=request)
    assert await made() == 1
