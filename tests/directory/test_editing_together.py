"""Two people edit at once: the second sees what changed, loses nothing, and decides what both wrote differently."""

import asyncio
import re
from typing import Any

import httpx
import msgspec
import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.directory.commands import publishing
from portal.directory.tables.companies import FactSource
from portal.directory.values import Profile, ProfileContact, ProfileFact
from portal.placements.tables import Plan
from tests.directory.conftest import SignIn, organisation
from tests.directory.forms import Editor, draft, items, open_form, published, words
from tests.factories import companies, plans

PROFILE = "/companies/isarwerk-biologics/manage/profile"
Two = tuple[Editor, Editor]


@pytest.fixture
async def two(database: str, sign_in: SignIn) -> Two:
    """Anna and Ben of the same company, each with a browser."""
    made = await organisation()
    company = await companies.make(owner=made, contacts=(ProfileContact(id="c1", name="Leonie", phone="1"),))
    await plans.give(company, Plan.PREMIUM)
    people = [await sign_in(f"{name}@isarwerk.example", made, MemberRole.EDITOR) for name in ("anna", "ben")]
    await db.execute("UPDATE account SET name = initcap(split_part(email, '@', 1))")
    return Editor(people[0], PROFILE), Editor(people[1], PROFILE)


async def import_writes(**changed: Any) -> None:
    """An import publishes a revision."""
    profile = msgspec.structs.replace(await published(), **changed)
    await publishing.publish(
        actor=PORTAL, company_id=await db.fetch_value("SELECT id FROM company"), profile=profile, now=clock.now()
    )


async def test_different_fields_are_merged_and_the_second_is_told(two: Two) -> None:
    anna, ben = two
    hers, his = await anna.form("basics"), await ben.form("basics")
    await anna.save("basics", {**hers, "tagline": "Anna’s."})
    assert (await ben.save("basics", {**his, "phone": "+49 89 1"})).status_code == 303
    saved = await draft()
    assert saved is not None
    assert (saved.tagline, saved.phone) == ("Anna’s.", "+49 89 1")
    assert "Kept as somebody else changed it meanwhile: Tagline." in words((await ben.get("basics")).text)


async def test_the_same_field_is_decided_by_the_second(two: Two) -> None:
    anna, ben = two
    hers, his = await anna.form("basics"), await ben.form("basics")
    await anna.save("basics", {**hers, "tagline": "Sterile filling for everybody."})
    answer = await ben.save("basics", {**his, "tagline": "Gentle filling for antibodies.", "phone": "7"})
    assert answer.status_code == 409
    page = words(answer.text)
    assert "Anna changed the same meanwhile" in page
    assert "As I have it Gentle filling for antibodies." in page
    assert "As it was before both Sterile filling for antibodies." in page
    assert "<del>Gentle</del><ins>Sterile</ins> filling for <del>antibodies</del><ins>everybody</ins>." in answer.text
    form = open_form(answer.text, "basics")
    assert (form["tagline"], form["phone"]) == ("Gentle filling for antibodies.", "7")
    assert (await draft()).tagline == "Sterile filling for everybody."  # type: ignore[union-attr]
    assert re.fullmatch(r"mine:[0-9a-f]{12}", form["choice.tagline"])
    theirs = form["choice.tagline"].replace("mine", "theirs")
    assert (await ben.save("basics", {**form, "choice.tagline": theirs})).status_code == 303
    saved = await draft()
    assert saved is not None
    assert (saved.tagline, saved.phone) == ("Sterile filling for everybody.", "7")


async def test_a_choice_is_asked_again_when_the_other_went_on(two: Two) -> None:
    anna, ben = two
    his = await ben.form("basics")
    await anna.save("basics", {**(await anna.form("basics")), "tagline": "First."})
    form = open_form((await ben.save("basics", {**his, "tagline": "Ben’s."})).text, "basics")
    await anna.save("basics", {**(await anna.form("basics")), "tagline": "Second."})
    answer = await ben.save("basics", form)
    assert answer.status_code == 409
    assert "Second." in words(answer.text)
    assert (await ben.save("basics", open_form(answer.text, "basics"))).status_code == 303
    assert (await draft()).tagline == "Ben’s."  # type: ignore[union-attr]


async def test_an_item_that_was_removed_or_changed_meanwhile(two: Two) -> None:
    anna, ben = two
    his = await ben.form("contacts/items/c1")
    seen = await ben.seen("contacts", "c1")
    await anna.save("contacts/items/c1", {**(await anna.form("contacts/items/c1")), "phone": "2"})
    answer = await ben.save("contacts/items/c1/removal", {"seen": seen})
    assert answer.status_code == 409
    assert "Somebody changed it meanwhile." in words(answer.text)
    await ben.save("contacts/items/c1", {**his, "role": "Sales"})
    assert (await draft()).contacts == (ProfileContact(id="c1", name="Leonie", phone="2", role="Sales"),)  # type: ignore[union-attr]
    his = await ben.form("contacts/items/c1")
    await anna.save("contacts/items/c1/removal", {"seen": await anna.seen("contacts", "c1")})
    answer = await ben.save("contacts/items/c1", {**his, "role": "Head of sales"})
    assert answer.status_code == 409
    assert "As it is now removed" in words(answer.text)
    assert await items("contacts") == []
    await ben.save("contacts/items/c1", open_form(answer.text, "items/c1"))
    assert await items("contacts") == ["Leonie"]


async def test_publishing_over_an_import_merges_and_asks(two: Two) -> None:
    anna, _ = two
    await anna.save("basics", {**(await anna.form("basics")), "tagline": "Anna’s.", "city": "Penzberg"})
    await import_writes(city="Munich", phone="+49 1")
    answer = await anna.publish(note="Moved")
    assert answer.status_code == 409
    page = words(answer.text)
    assert "Address" in page
    assert "Munich" in page
    assert (await published()).city == "Munich"
    form = open_form(answer.text, "publication")
    assert (form["note"], form["choice.address"].partition(":")[0]) == ("Moved", "mine")
    assert (await anna.save("publication", form)).status_code == 303
    now = await published()
    assert (now.tagline, now.city, now.phone) == ("Anna’s.", "Penzberg", "+49 1")
    assert await draft() is None
    assert await db.fetch_value("SELECT max(number) FROM company_revision") == 3


async def test_a_draft_that_was_not_seen_is_not_published(two: Two) -> None:
    anna, ben = two
    await anna.save("basics", {**(await anna.form("basics")), "tagline": "Anna’s."})
    form = open_form((await anna.get()).text, "publication")
    await ben.save("basics", {**(await ben.form("basics")), "phone": "7"})
    answer = await anna.save("publication", {**form, "note": "Kept"})
    assert answer.status_code == 409
    assert "The draft was changed meanwhile." in words(answer.text)
    assert open_form(answer.text, "publication")["note"] == "Kept"
    assert (await published()).phone == ""
    assert (await anna.save("publication", open_form(answer.text, "publication"))).status_code == 303
    assert (await ben.save("publication", form)).status_code == 409
    assert (await published()).phone == "7"


async def test_many_saves_at_the_same_moment_lose_nothing(two: Two) -> None:
    """Forms that were opened together are sent together from two browsers, each with a field of its own."""
    fields = ("tagline", "website", "email", "phone", "city")
    typed = {name: f"https://x.example/{name}" if name == "website" else f"{name}@x.example" for name in fields}
    form = await two[0].form("basics")
    new = [await two[n % 2].form("contacts/new") for n in range(6)]
    answers = await asyncio.gather(
        *(two[n % 2].save("basics", {**form, name: typed[name]}) for n, name in enumerate(fields)),
        *(two[n % 2].save("contacts/items", {**form, "name": f"Person {n}"}) for n, form in enumerate(new)),
    )
    assert {answer.status_code for answer in answers} == {303}
    saved = await draft()
    assert saved is not None
    assert {name: getattr(saved, name) for name in fields} == typed
    assert sorted(contact.name for contact in saved.contacts) == ["Leonie", *(f"Person {n}" for n in range(6))]
    assert await db.fetch_value("SELECT version FROM company_draft") == len(fields) + 6


async def test_of_two_who_publish_at_the_same_moment_one_does(two: Two) -> None:
    await two[0].save("basics", {**(await two[0].form("basics")), "tagline": "New."})
    forms = [open_form((await person.get()).text, "publication") for person in two]
    answers = await asyncio.gather(*(p.save("publication", f) for p, f in zip(two, forms, strict=True)))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert await db.fetch_value("SELECT max(number) FROM company_revision") == 2


REGISTER = ProfileFact(id="r1", term="capability:lyophilisation", value="Licence 7", source=FactSource.REGISTER)


async def revisions_page(browser: httpx.AsyncClient, path: str = "") -> str:
    answer = await browser.get(PROFILE.replace("profile", "history") + path)
    assert answer.status_code == 200
    return answer.text


async def test_the_history_says_who_did_what_and_restores(two: Two) -> None:
    anna, _ = two
    await anna.save("basics", {**(await anna.form("basics")), "tagline": "Anna’s."})
    await anna.publish(note="New words")
    await import_writes(phone="+49 1", facts=(*(await published()).facts, REGISTER))
    page = words(await revisions_page(anna.browser))
    assert "Revision 2" in page
    assert "Anna : New words Tagline changed." in page or "Anna: New words Tagline changed." in page
    assert "The portal Phone added. Capability “Lyophilisation” added." in page
    shown = await revisions_page(anna.browser, "/1")
    assert "Restoring it would change" in words(shown)
    history = Editor(anna.browser, PROFILE.replace("profile", "history"))
    assert (await history.save("1/restoration", open_form(shown, "restoration"))).status_code == 303
    now = await published()
    assert (now.tagline, now.phone) == ("Sterile filling for antibodies.", "")
    assert [fact for fact in now.facts if fact.source is FactSource.REGISTER] == [REGISTER]
    row = await db.fetch_one("SELECT number, restored_from, note FROM company_revision ORDER BY number DESC LIMIT 1")
    assert row is not None
    assert tuple(row) == (4, 1, "Revision 1 restored")


async def test_restoring_over_something_new_asks(two: Two) -> None:
    anna, _ = two
    await import_writes(tagline="Second.")
    form = open_form(await revisions_page(anna.browser, "/1"), "restoration")
    await import_writes(tagline="Third.", phone="3")
    history = Editor(anna.browser, PROFILE.replace("profile", "history"))
    answer = await history.save("1/restoration", form)
    assert answer.status_code == 409
    assert (await published()).tagline == "Third."
    await history.save("1/restoration", open_form(answer.text, "restoration"))
    assert ((await published()).tagline, (await published()).phone) == ("Sterile filling for antibodies.", "3")


async def test_revisions_that_are_none(two: Two) -> None:
    anna, _ = two
    history = Editor(anna.browser, PROFILE.replace("profile", "history"))
    for number in ("0", "-1", "9", "99999999999999999999", "x"):
        assert (await anna.browser.get(f"{history.at}/{number}")).status_code == 404
        assert (await history.save(f"{number}/restoration", {"since": "1"})).status_code == 404
    for since in ("", "0", "x", "²", "9", "-1", "9" * 30):
        assert (await history.save("1/restoration", {"since": since})).status_code == 422
    assert (await anna.browser.get(f"{history.at}?page=2")).status_code == 404
    assert (await anna.browser.get(f"{history.at}?page=x")).status_code == 200
    assert isinstance(await published(), Profile)
