"""Two companies made one sponsor what both sponsored, once; whoever let either be told is among the leads, once."""

import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.directory.commands import merging
from portal.webinars.commands.consents import agree, take_back
from portal.webinars.commands.resources import take
from portal.webinars.queries import leads, resources, stage
from portal.webinars.queries.consents import choices
from portal.webinars.rules.consent import How, digest, usual
from portal.webinars.values import Participant
from tests.factories import companies, webinars
from tests.webinars.desk.hands import live

pytestmark = pytest.mark.usefixtures("database")
KEPT, MERGED = "Isarwerk Biologics GmbH", "Isarwerk GmbH & Co. KG"


async def lets(made: webinars.Webinar, who: Participant, *sponsors: int) -> None:
    """Somebody agrees that these companies are told of them."""
    open_now = {one.company_id: digest(one.text) for one in (await choices(made.webinar_id, who.email)).sponsors}
    await agree(
        room=await webinars.room(made), who=who, choices={company: open_now[company] for company in sponsors},
        how=How.ROOM, now=clock.now(),
    )  # fmt: skip


async def told(made: webinars.Webinar, company: int) -> dict[str, tuple[str, ...]]:
    """A sponsor's leads, and what of its things each took along."""
    found = await leads.leads(made.webinar_id, company, clock.now())
    assert len({one.email for one in found}) == len(found)
    return {one.email.partition("@")[0]: one.did.taken for one in found}


async def rows() -> list[object]:
    return [
        [tuple(row) for row in await db.fetch(sql)]
        for sql in (
            "SELECT id, webinar, company, note FROM webinar_sponsor ORDER BY id",
            "SELECT id, sponsor FROM webinar_resource ORDER BY id",
            "SELECT id, email, company_id, company_name, key, withdrawn_at FROM consent ORDER BY id",
        )
    ]


async def test_sponsorships_consents_and_offers_follow_and_come_back() -> None:
    both, one = await live(), await live()
    kept, merged = await companies.make(KEPT), await companies.make(MERGED)
    await webinars.sponsor(both, kept, "Ours.")
    theirs = await webinars.sponsor(both, merged, "Theirs.")
    await webinars.sponsor(one, merged)
    book = await webinars.resource(both, "The book", sponsor=theirs, needs_consent=True)
    anna, ben, carla = [await webinars.join(both, f"{name}@brennhof.example") for name in ("anna", "ben", "carla")]
    dora = await webinars.join(one, "dora@brennhof.example")
    await lets(both, anna, kept, merged)
    await lets(both, ben, merged)
    await lets(both, carla, merged)
    await lets(one, dora, merged)
    [receipt] = [one.receipt for one in (await choices(both.webinar_id, carla.email)).sponsors if one.receipt]
    await take_back(who=carla, consent_id=receipt.id, now=clock.now())
    offered = await resources.one(both.webinar_id, book, clock.now())
    assert offered is not None
    await take(room=await webinars.room(both), who=ben, resource=offered, agreed=None, now=clock.now())
    before = await rows()

    merge = await merging.merge_companies(actor=PORTAL, kept_id=kept, merged_id=merged, now=clock.now())

    assert [(await told(both, company), await told(one, company)) for company in (kept, merged)] == [
        ({"anna": (), "ben": ("The book",)}, {"dora": ()}), ({"anna": ()}, {}),
    ]  # fmt: skip
    for made in (both, one):
        assert [sponsor.company_id for sponsor in await stage.sponsors(made.webinar_id)] == [kept]
        assert [sponsor.id for sponsor in await leads.sponsors(made.webinar_id)] == [kept]
        assert {found.id for found in await leads.sponsored(kept)} == {both.webinar_id, one.webinar_id}
    offered = await resources.one(both.webinar_id, book, clock.now())
    assert offered is not None
    assert (offered.company_id, offered.company) == (kept, KEPT)
    assert [one.company_name for one in (await choices(one.webinar_id, dora.email)).former] == []
    assert await db.fetch_value("SELECT company_name FROM consent WHERE email = $1", dora.email) == MERGED

    await merging.undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
    assert await rows() == before
    assert await told(both, merged) == {"anna": (), "ben": ("The book",)}


async def test_what_is_agreed_to_after_the_merge_stays_with_the_kept_company() -> None:
    made = await live()
    kept, merged = await companies.make(KEPT), await companies.make(MERGED)
    await webinars.sponsor(made, merged)
    merge = await merging.merge_companies(actor=PORTAL, kept_id=kept, merged_id=merged, now=clock.now())
    anna = await webinars.join(made, "anna@brennhof.example")
    [choice] = (await choices(made.webinar_id, anna.email)).sponsors
    assert choice.text == usual("Sterile Line", KEPT)
    await lets(made, anna, kept)
    await merging.undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
    assert (await told(made, kept), await told(made, merged)) == ({"anna": ()}, {})
    assert [one.company_id for one in await stage.sponsors(made.webinar_id)] == [merged]


async def test_what_is_taken_back_from_one_of_them_is_taken_back_from_both() -> None:
    made = await live()
    kept, merged = await companies.make(KEPT), await companies.make(MERGED)
    for company in (kept, merged):
        await webinars.sponsor(made, company)
    anna, ben = [await webinars.join(made, f"{name}@brennhof.example") for name in ("anna", "ben")]
    for who in (anna, ben):
        await lets(made, who, kept, merged)
    await merging.merge_companies(actor=PORTAL, kept_id=kept, merged_id=merged, now=clock.now())
    theirs = await db.fetch_value("SELECT id FROM consent WHERE email = $1 AND company_name = $2", anna.email, MERGED)
    assert await take_back(who=anna, consent_id=theirs, now=clock.now()) == f"{MERGED} and {KEPT}"
    assert await told(made, kept) == {"ben": ()}
