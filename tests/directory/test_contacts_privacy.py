"""People named as contacts of companies: listed in “Your data”, and taken out of profile, draft, history and merges."""

from typing import Any

import asyncpg
import msgspec
import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole
from portal.core import clock, db, times
from portal.directory import privacy
from portal.directory.commands.importing import save_companies
from portal.directory.commands.merging import merge_companies, undo_merge
from portal.directory.sources import Row, Said
from portal.directory.values import Profile, ProfileContact
from tests.directory.conftest import SignIn, organisation
from tests.directory.forms import Editor, published
from tests.factories import companies

PETRA = "petra@isarwerk.example"
CONTACTS = (
    ProfileContact(id="c1", name="Petra Privat", role="Sales", email="Petra@Isarwerk.example", phone="+49 89 1"),
    ProfileContact(id="c2", name="Reception", email="hello@isarwerk.example"),
)
_SAID = """
SELECT count(*) FROM (SELECT said::text AS t FROM company_source UNION ALL SELECT moved::text FROM company_merge) x
"""
_EVERYWHERE = """
SELECT count(*) FROM (SELECT profile::text AS t FROM company UNION ALL SELECT profile::text FROM company_draft
    UNION ALL SELECT profile::text FROM company_revision UNION ALL SELECT moved::text FROM company_merge) x
WHERE t ILIKE '%petra%'
"""


async def test_a_contact_reads_where_it_is_named_and_leaves_everywhere(database: str, sign_in: SignIn) -> None:
    owner = await organisation()
    kept = await companies.make(owner=owner, contacts=CONTACTS)
    other = await companies.make("Isarwerk Lyo", contacts=CONTACTS[:1])
    merge = await merge_companies(actor=PORTAL, kept_id=kept, merged_id=other, now=clock.now())
    slug = await db.fetch_value("SELECT slug FROM company WHERE id = $1", kept)
    browser = await sign_in("owner@isarwerk.example", owner, MemberRole.OWNER)
    editor = Editor(browser, f"/companies/{slug}/manage/profile")
    form = await editor.form("contacts/items/c2")
    assert (await editor.save("contacts/items/c2", {**form, "name": "Desk"})).status_code == 303
    petra = await sign_in(PETRA)
    rows = (await petra.get("/account/privacy/data.json")).json()["sources"]["Companies"]
    assert {(row["company"], row["contact"], row["phone"], row["shown"]) for row in rows} >= {
        ("Isarwerk Biologics GmbH", "Petra Privat", "+49 89 1", where) for where in ("published", "draft", "history")
    }
    assert await privacy.known_about("hello@isarwerk.example") != rows
    assert await db.fetch_value(_EVERYWHERE) >= 5

    told = await privacy.forget(PETRA, clock.now())
    assert "no contact of 2 companies any more" in told
    assert await db.fetch_value(_EVERYWHERE) == 0
    assert [contact.name for contact in (await published()).contacts] == ["Reception"]
    assert "Petra" not in (await browser.get(f"/companies/{slug}")).text
    assert (await editor.publish()).status_code == 303, "the draft goes on"
    assert [contact.name for contact in (await published()).contacts] == ["Desk"]
    await undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
    assert await db.fetch_value(_EVERYWHERE) == 0
    assert await privacy.known_about(PETRA) == []


@pytest.mark.parametrize(
    "change",
    [
        "profile = jsonb_set(profile, '{name}', '\"Other\"')",
        "profile = jsonb_set(profile, '{contacts,0,name}', '\"Other\"')",
        'profile = jsonb_set(profile, \'{contacts}\', (profile->\'contacts\') || \'[{"id": "x", "name": "x"}]\')',
        "profile = profile - 'contacts' - 'tagline'",
        "profile = profile - 'contacts', note = 'x'",
        "number = 7",
    ],
)
async def test_nothing_else_of_a_revision_changes(database: str, change: str) -> None:
    await companies.make(contacts=CONTACTS)
    with pytest.raises(asyncpg.RaiseError, match="never edited"):
        await db.execute(f"UPDATE company_revision SET {change}")
    await db.execute("UPDATE company_revision SET profile = profile - 'contacts'")


async def test_what_a_source_said_names_nobody_any_more_and_the_next_import_adds_nobody(database: str) -> None:
    said = Said(profile=Profile(name="Tessin Lyo SA", country="CH", contacts=CONTACTS[:1]))
    rows = [Row(1, "t1", said)]
    read: dict[str, Any] = {"source": "list", "credit": "", "read_on": times.today(clock.now())}
    await save_companies(actor=PORTAL, rows=rows, now=clock.now(), **read)
    kept = await companies.make()
    other = await db.fetch_value("SELECT company FROM company_source")
    merge = await merge_companies(actor=PORTAL, kept_id=kept, merged_id=other, now=clock.now())
    assert await db.fetch_value(f"{_SAID} WHERE t ILIKE '%petra%'") == 2
    await privacy.forget(PETRA, clock.now())
    assert await db.fetch_value(f"{_SAID} WHERE t ILIKE '%petra%'") == 0
    assert await db.fetch_value(_EVERYWHERE) == 0
    news = msgspec.structs.replace(said, profile=msgspec.structs.replace(said.profile, tagline="Vials."))
    (answer,) = await save_companies(actor=PORTAL, rows=[Row(1, "t1", news)], now=clock.now(), **read)
    assert "contacts" in answer.kept, "that somebody is not named any more is said of the import"
    assert await db.fetch_value(f"{_SAID} WHERE t ILIKE '%petra%'") == 0
    await undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
    for company in (kept, other):
        profile = await db.fetch_value("SELECT profile->>'contacts' FROM company WHERE id = $1", company)
        assert "petra" not in (profile or "").lower()
