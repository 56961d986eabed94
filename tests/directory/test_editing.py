"""The profile is edited section by section in a shared draft: saved, kept when refused, published, discarded."""

import html
import re
from typing import Any

import httpx
import msgspec
import pytest

from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.directory.commands import ownership
from portal.directory.queries import companies as queries
from portal.directory.tables.companies import NameKind
from portal.directory.values import OtherName, ProfileContact, ProfileSite, ProfileVideo
from portal.placements.tables import Plan
from tests.directory.conftest import SignIn, organisation
from tests.directory.forms import Editor, draft, items, open_form, published, words
from tests.factories import companies, plans

PROFILE = "/companies/isarwerk-biologics/manage/profile"
CONTACTS = (ProfileContact(id="c1", name="Leonie Bachmair", role="Sales"), ProfileContact(id="c2", name="Milan Novák"))


@pytest.fixture
async def owned(database: str) -> int:
    made = await organisation()
    await plans.give(await companies.make(owner=made, contacts=CONTACTS), Plan.PREMIUM)
    return made


@pytest.fixture
async def editor(owned: int, sign_in: SignIn) -> Editor:
    return Editor(await sign_in("leonie@isarwerk.example", owned, MemberRole.EDITOR), PROFILE)


async def test_a_section_is_saved_in_the_draft_and_published(editor: Editor) -> None:
    form = await editor.form("basics")
    assert (form["name"], form["city"], form["country"]) == ("Isarwerk Biologics GmbH", "Martinsried", "DE")
    answer = await editor.save(
        "basics", {**form, "tagline": "  Filling,  from the first vial. ", "also": "Isarwerk\n\nIWB "}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PROFILE}/basics")
    saved = await draft()
    assert saved is not None
    assert (saved.tagline, [n.name for n in saved.names]) == ("Filling, from the first vial.", ["Isarwerk", "IWB"])
    assert (await published()).tagline == "Sterile filling for antibodies."
    overview = words((await editor.get()).text)
    assert "Tagline changed." in overview
    assert "Other name “Isarwerk” added." in overview
    answer = await editor.publish(note="New tagline")
    assert answer.status_code == 303
    assert "Published as revision 2." in words((await editor.get()).text)
    assert (await draft(), await published()) == (None, saved)
    row = await db.fetch_one(
        "SELECT number, note, author IS NOT NULL AS by_person FROM company_revision ORDER BY id DESC"
    )
    assert row is not None
    assert tuple(row) == (2, "New tagline", True)


async def test_what_is_the_same_again_is_no_draft(editor: Editor) -> None:
    form = await editor.form("basics")
    answer = await editor.save("basics", form)
    assert answer.status_code == 303
    assert await draft() is None
    await editor.save("basics", {**form, "tagline": "Other."})
    assert await draft() is not None
    await editor.save("basics", {**(await editor.form("basics")), "tagline": form["tagline"]})
    assert await draft() is None


async def test_names_of_registers_stay_where_they_are(database: str, sign_in: SignIn) -> None:
    """They stand between those of the form, which may not move them."""
    owner = await organisation()
    await companies.make(
        owner=owner,
        names=(
            OtherName("Isarwerk"),
            OtherName("イザール", NameKind.LABEL, "ja"),
            OtherName("IWB", NameKind.ACRONYM),
            OtherName("Isar Bio"),
        ),
    )
    editor = Editor(await sign_in("leonie@isarwerk.example", owner, MemberRole.EDITOR), PROFILE)
    form = await editor.form("basics")
    assert form["also"] == "Isarwerk\nIsar Bio"
    await editor.save("basics", form)
    assert await draft() is None
    await editor.save("basics", {**form, "also": "Isar Bio\nIsarwerk Pharma"})
    saved = await draft()
    assert saved is not None
    assert [name.name for name in saved.names] == ["イザール", "IWB", "Isar Bio", "Isarwerk Pharma"]
    assert "another order" not in words((await editor.get()).text)


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"name": " "}, "name", "Please type the company’s name."),
        ({"website": "javascript:alert(1)"}, "website", "Please type an address that begins with https:// or http://."),
        ({"email": "nobody"}, "email", "This does not look like an email address."),
        ({"country": "XX"}, "country", "Please choose a country from the list."),
        ({"founded": "soon"}, "founded", "Please type a year such as 1987."),
        ({"founded": "99999999999999999999"}, "founded", f"Please type a year up to {clock.now().year}."),
        ({"founded": "3000"}, "founded", f"Please type a year up to {clock.now().year}."),
        ({"staff": "many"}, "staff", "Please choose one of the offered values."),
        ({"tagline": "x" * 301}, "tagline", "Please keep this under 300 characters; it has 301."),
        ({"action_label": "Book"}, "action_url", "A button needs both words and an address."),
    ],
)
async def test_faults_stand_beside_their_field_and_nothing_is_lost(
    editor: Editor, wrong: dict[str, str], field: str, said: str
) -> None:
    answer = await editor.save("basics", {**(await editor.form("basics")), "street": "Typed Street 7", **wrong})
    assert answer.status_code == 422
    assert re.search(rf'id="f-{field}-e">.*?<span>{re.escape(said)}</span>', html.unescape(answer.text), re.S)
    assert open_form(answer.text, "basics")["street"] == "Typed Street 7"
    assert await draft() is None


async def test_items_are_added_changed_moved_and_removed(editor: Editor) -> None:
    form = await editor.form("contacts/new")
    answer = await editor.save("contacts/items", {**form, "name": "Chiara Bellandi", "email": "c@isarwerk.example"})
    assert answer.status_code == 303
    again = await editor.save("contacts/items", {**form, "name": "Chiara Bellandi", "email": "c@isarwerk.example"})
    assert again.status_code == 303
    assert await items("contacts") == ["Leonie Bachmair", "Milan Novák", "Chiara Bellandi"]
    await editor.save("contacts/items/c2/place", {"way": "up"})
    await editor.save("contacts/items/c2/place", {"way": "up"})
    assert await items("contacts") == ["Milan Novák", "Leonie Bachmair", "Chiara Bellandi"]
    form = await editor.form("contacts/items/c1")
    await editor.save("contacts/items/c1", {**form, "role": "Sales, EU"})
    seen = await editor.seen("contacts", "c2")
    await editor.save("contacts/items/c2/removal", {"seen": seen})
    assert await items("contacts") == ["Leonie Bachmair", "Chiara Bellandi"]
    page = words((await editor.get()).text)
    for sentence in (
        "Contact “Chiara Bellandi” added.",
        "Contact “Milan Novák” removed.",
        "Contact “Leonie Bachmair”: role changed.",
    ):
        assert sentence in page


async def test_moving_with_htmx_swaps_the_list_alone(editor: Editor) -> None:
    answer = await editor.browser.post(
        f"{PROFILE}/contacts/items/c2/place", data={"way": "up"}, headers={"HX-Request": "true"}, follow_redirects=True
    )
    assert answer.text.strip().startswith('<section id="items"')
    assert answer.text.index("Milan") < answer.text.index("Leonie")


ADDED: list[tuple[str, dict[str, str], str, Any]] = [
    ("sites", {"name": "Penzberg", "city": "Penzberg", "country": "DE"}, "sites", ProfileSite),
    ("videos", {"title": "The line", "url": "https://youtu.be/dQw4w9WgXcQ"}, "videos", ProfileVideo),
    ("products", {"name": "Vial 10R", "text": "Clear glass.", "url": "https://isarwerk.example/10r"}, "products", None),
    ("news", {"title": "Second line", "on": "2026-01-02", "text": "It **runs**."}, "posts", None),
]


@pytest.mark.parametrize(("section", "typed", "of", "kind"), ADDED, ids=[row[0] for row in ADDED])
async def test_every_list_takes_an_item_and_publishes_it(
    editor: Editor, section: str, typed: dict[str, str], of: str, kind: Any
) -> None:
    answer = await editor.save(f"{section}/items", {**(await editor.form(f"{section}/new")), **typed})
    assert answer.status_code == 303, words(answer.text)
    (key,) = [item.id for item in getattr(await draft(), of)]
    again = await editor.form(f"{section}/items/{key}")
    assert {name: again[name] for name in typed} == typed
    assert (await editor.publish()).status_code == 303
    (made,) = getattr(await published(), of)
    assert msgspec.to_builtins(made) == {"id": key, **typed}
    assert kind is None or type(made) is kind


@pytest.mark.parametrize(
    ("section", "typed", "field", "said"),
    [
        ("contacts", {"name": ""}, "name", "Please type a name."),
        ("contacts", {"name": "A", "email": "a@"}, "email", "This does not look like an email address."),
        ("sites", {"street": "Kept 1"}, "city", "Where is it? A city is enough."),
        ("videos", {"title": "A", "url": "https://evil.example/x"}, "url",
         "Please give the address of a video at YouTube or Vimeo."),
        ("products", {"name": "A", "url": "ftp://x"}, "url", "Please type an address that begins with https:// or http://."),
        ("news", {"title": "A", "on": "soon"}, "on", "Please give a date such as 2027-02-09."),
        ("documents", {"title": "A"}, "file", "Please choose a file."),
        ("pictures", {"alt": "A"}, "file", "Please choose a picture."),
        ("capabilities", {"term": "Alchemy"}, "term",
         "This is not in the list. Please choose one from it, or write to us if a word is missing."),
        ("capabilities", {"term": "Liophilisation", "kind": "capability"}, "term",
         "This is not in the list. Did you mean “Lyophilisation”?"),
        ("capabilities", {"kind": "capability", "term": "Lyophilisation", "free": "date"}, "free_date",
         "Please choose a date."),
        ("certificates", {"term": "", "expires_on": "2027-02-30"}, "expires_on", "Please give a date such as 2027-02-09."),
    ],
)  # fmt: skip
async def test_faults_of_items_stand_beside_their_field(
    editor: Editor, section: str, typed: dict[str, str], field: str, said: str
) -> None:
    kind = f"?kind={typed['kind']}" if "kind" in typed else ""
    answer = await editor.save(f"{section}/items", {**(await editor.form(f"{section}/new{kind}")), **typed})
    assert answer.status_code == 422
    page = html.unescape(answer.text)
    assert re.search(rf'id="f-{field}-e">.*?<span>{re.escape(said)}</span>', page, re.S), words(page)
    kept = open_form(answer.text, f"{section}/items")
    assert {name: kept[name] for name in typed} == typed
    assert await draft() is None


async def test_a_draft_is_discarded_only_as_it_was_seen(editor: Editor) -> None:
    await editor.save("basics", {**(await editor.form("basics")), "tagline": "One."})
    seen = open_form((await editor.get()).text, "discard")["seen"]
    await editor.save("basics", {**(await editor.form("basics")), "tagline": "Two."})
    answer = await editor.save("discard", {"seen": seen})
    assert answer.status_code == 409
    assert "The draft was changed meanwhile." in words(answer.text)
    answer = await editor.save("discard", {"seen": open_form(answer.text, "discard")["seen"]})
    assert answer.status_code == 303
    assert await draft() is None


async def test_markdown_is_shown_as_it_will_look_and_sanitised(editor: Editor) -> None:
    form = {**(await editor.form("overview")), "description": "It **runs**.<script>alert(1)</script> [x](javascript:y)"}
    for headers in ({}, {"HX-Request": "true"}):
        answer = await editor.browser.post(f"{PROFILE}/overview", data={**form, "act": "preview"}, headers=headers)
        assert answer.status_code == 200
        assert "<p>It <strong>runs</strong>." in answer.text
        assert "<script>alert" not in answer.text
        assert 'href="javascript' not in answer.text
    assert await draft() is None
    await editor.save("overview", form)
    await editor.publish()
    company = await queries.by_slug("isarwerk-biologics")
    assert company is not None
    assert company.description_html == "<p>It <strong>runs</strong>. [x](javascript:y)</p>\n"


async def test_the_meter_says_what_to_add_next_and_leads_there(editor: Editor) -> None:
    page = (await editor.get()).text
    assert "20% complete What buyers look for first" in words(page)
    assert f'<a class="link" href="{PROFILE}/certificates">Add a certificate with its document.</a>' in page
    await editor.save("sites/items", {**(await editor.form("sites/new")), "city": "Penzberg"})
    assert "Add your sites." not in (await editor.get()).text


async def test_a_hidden_part_that_was_tampered_with_is_refused(editor: Editor, owned: int) -> None:
    form = await editor.form("basics")
    for was in ("", "{", "[]", '{"name": 7}', "null", "x" * 70_000):
        answer = await editor.save("basics", {**form, "was": was})
        assert answer.status_code in (400, 422)
    for path in ("contacts/items/c1", "contacts/items/nobody"):
        answer = await editor.save(path, {**(await editor.form("contacts/items/c2")), "name": "X"})
        assert answer.status_code == 404
    answer = await editor.save("contacts/items", {**(await editor.form("contacts/new")), "id": "../x", "name": "X"})
    assert answer.status_code == 400
    assert await draft() is None


async def test_addresses_that_are_none(editor: Editor) -> None:
    for path in ("nothing", "basics/new", "contacts/items/none", "basics/items/x", "nothing/new"):
        assert (await editor.browser.get(f"{PROFILE}/{path}")).status_code == 404
    assert (await editor.browser.get(f"{PROFILE}/contacts/items")).status_code == 303


async def test_a_plan_has_room_for_so_many_and_keeps_what_is_there(editor: Editor) -> None:
    await db.execute("UPDATE subscription SET state = 'ended', ended_at = now()")
    for section, typed, said in (
        ("contacts", {"name": "Third"}, "The Free plan has room for 1. Remove one first, or choose a larger plan."),
        (
            "videos",
            {"title": "A", "url": "https://vimeo.com/123456"},
            "The Free plan has no room for this; a larger plan has.",
        ),
    ):
        answer = await editor.save(f"{section}/items", {**(await editor.form(f"{section}/new")), **typed})
        assert answer.status_code == 422
        assert said in words(answer.text)
    await editor.save("contacts/items/c2", {**(await editor.form("contacts/items/c2")), "role": "Quality"})
    assert await items("contacts") == ["Leonie Bachmair", "Milan Novák"]


async def test_the_preview_shows_the_draft_under_each_plan(editor: Editor, client: httpx.AsyncClient) -> None:
    await editor.save("basics", {**(await editor.form("basics")), "tagline": "Only in the draft."})
    await editor.save("overview", {**(await editor.form("overview")), "description": "New **words**."})
    preview = Editor(editor.browser, "/companies/isarwerk-biologics/preview")
    page = (await preview.get()).text
    assert "The draft, as visitors would see it with each plan" in words(page)
    assert "Only in the draft." in words(page)
    assert "<p>New <strong>words</strong>.</p>" in page
    page = words((await preview.get("?plan=free")).text)
    assert "Not shown with this plan: 1 contact." in page
    assert "Milan Novák" not in page
    assert "Only in the draft." not in (await client.get("/companies/isarwerk-biologics")).text
    await editor.publish()
    assert "What visitors see with each plan" in words((await preview.get()).text)


async def test_the_next_owner_does_not_read_the_former_ones_draft(editor: Editor, owned: int) -> None:
    await editor.save("basics", {**(await editor.form("basics")), "tagline": "Not yet public."})
    next_owner = await organisation("boss@halden.example", "Halden AS")
    async with db.transaction():
        company = await ownership.locked(await db.fetch_value("SELECT id FROM company"))
        await ownership.hand_over(company, owned, now=clock.now())
        assert await draft() is not None
        await ownership.hand_over(company, next_owner, now=clock.now())
    assert await draft() is None


async def test_a_saved_section_leads_on_to_preview_and_publishing(editor: Editor) -> None:
    form = await editor.form("basics")
    assert "Publish it" not in (await editor.get("basics")).text
    await editor.save("basics", {**form, "tagline": "Other."})
    page = (await editor.get("basics")).text
    assert 'href="/companies/isarwerk-biologics/preview"' in page
    assert f'href="{PROFILE}#draft-h"' in page
