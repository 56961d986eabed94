"""Two companies of one owner exhibit at one event and are made one: nothing of either is lost, and all comes back."""

import json

import httpx
import msgspec
import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.directory.commands.merging import merge_companies, undo_merge
from portal.directory.queries.companies import one_with
from portal.exhibitors.desks.commands.passes import Holder, give_pass
from portal.exhibitors.desks.commands.showing import ItemDraft, save_item
from portal.exhibitors.desks.queries import passes
from portal.exhibitors.desks.rules import Standing
from portal.exhibitors.leads import commands as leads
from portal.exhibitors.leads.jobs import tell_gone
from portal.exhibitors.queries import desks
from portal.exhibitors.tables.desk import ItemKind
from portal.exhibitors.tables.exhibiting import Right
from portal.leads.chain.values import Noted
from portal.leads.withdrawing import withdraw_consent
from tests.directory.conftest import SignIn, sign_in
from tests.exhibitors.desks import tasks
from tests.factories import scans
from tests.factories.exhibitors import Stand
from tests.factories.scans import Hall
from tests.media.made import pdf

__all__ = ["sign_in"]


class Two(msgspec.Struct, frozen=True):
    """Two stands of one event, and one organisation behind both."""

    kept: Hall
    other: Hall

    async def merge(self) -> int:
        return await merge_companies(
            actor=PORTAL, kept_id=self.kept.stand.exhibitor.company_id, merged_id=self.other.stand.exhibitor.company_id,
            now=clock.now(),
        )  # fmt: skip


@pytest.fixture
async def two(database: str) -> Two:
    kept = await scans.hall()
    other = await scans.another(kept.shop)
    await db.execute(
        "UPDATE company SET organisation = $2 WHERE id = $1",
        other.stand.exhibitor.company_id,
        kept.stand.organisation_id,
    )
    found = await desks.by_id(other.stand.exhibitor.id)
    assert found is not None
    stand = msgspec.structs.replace(
        other.stand, exhibitor=found, owner=kept.stand.owner, organisation_id=kept.stand.organisation_id
    )
    return Two(kept, Hall(other.shop, stand))


@pytest.fixture
async def team(sign_in: SignIn, two: Two) -> httpx.AsyncClient:
    return await sign_in("leads@isarwerk.example", two.kept.stand.organisation_id, MemberRole.LEADS)


async def proof(client: httpx.AsyncClient, content: bytes) -> str:
    answer = await client.post("/leads/proof", files={"file": ("chain.json", content, "application/json")})
    return answer.text


async def has(hall: Hall) -> tuple[int, int, list[str], frozenset[Right]]:
    """Passes it may give and has given, to whom, and its rights."""
    one = await desks.by_id(hall.stand.exhibitor.id)
    assert one is not None
    given = await passes.of_exhibitor(one.id)
    return one.passes, len(given), [each.email for each in given], one.rights


async def test_leads_of_both_are_one_list_of_two_chains_that_each_prove_themselves(
    two: Two, team: httpx.AsyncClient
) -> None:
    await two.kept.scan(await two.kept.attendee())
    theirs = await two.other.scan(await two.kept.attendee("bob@vos.example", "Bob Vos"))
    merge = await two.merge()
    base = two.kept.address
    listed = (await team.get(f"{base}/leads")).text
    assert "Amara Okonjo-Reuter" in listed
    assert "Bob Vos" in listed
    assert listed.count(f", for {two.other.stand.exhibitor.company_name}") == 1
    # Somebody of the kept company goes on with it, in the chain it was begun in.
    await leads.note(
        exhibitor=two.kept.stand.exhibitor, actor=two.kept.stand.owner, code=theirs.code, version=None, now=clock.now(),
        noted=Noted(rating="hot"),
    )  # fmt: skip
    assert "Hot" in (await team.get(f"{base}/leads/{theirs.code}")).text
    rows = (await team.get(f"{base}/export/leads.csv")).text
    assert (rows.count("amara@"), rows.count("bob@")) == (1, 1)
    assert await db.fetch_value("SELECT count(*) FROM lead WHERE taken_out_at IS NULL") == 0
    own = (await team.get(f"{base}/export/chain.json")).content
    key = await db.fetch_value("SELECT key FROM lead_chain WHERE company_id = $1", two.other.stand.exhibitor.company_id)
    page = (await team.get(f"{base}/export")).text
    assert f"{base}/export/chains/{key}.json" in page
    former = (await team.get(f"{base}/export/chains/{key}.json")).content
    assert json.loads(former)["head"]["company"] == two.other.stand.exhibitor.company_name
    assert "1 record, unbroken and signed" in await proof(team, own)
    assert "2 records, unbroken and signed" in await proof(team, former)
    assert (await team.get(f"{base}/export/chains/{'0' * 32}.json")).status_code == 404
    await undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
    assert "Bob Vos" not in (await team.get(f"{base}/leads")).text
    assert "Bob Vos" in (await team.get(f"{two.other.address}/leads")).text
    assert (await team.get(f"{base}/export/chains/{key}.json")).status_code == 404


async def test_a_merged_companys_chain_needs_the_right_too(two: Two, team: httpx.AsyncClient) -> None:
    await two.other.scan(await two.kept.attendee())
    await two.kept.scan(await two.kept.attendee("bob@vos.example", "Bob Vos"))
    await two.merge()
    key = await db.fetch_value("SELECT key FROM lead_chain WHERE company_id = $1", two.other.stand.exhibitor.company_id)
    await two.kept.rights(Right.SCAN)
    for path in ("leads", "export", "export/leads.csv", f"export/chains/{key}.json"):
        assert (await team.get(f"{two.kept.address}/{path}")).status_code == 403, path


async def test_who_takes_it_back_is_told_to_the_company_that_has_the_lead_now(two: Two) -> None:
    await two.kept.scan(await two.kept.attendee("bob@vos.example", "Bob Vos"))
    kept = await two.other.scan(await two.kept.attendee())
    await two.merge()
    consent = await db.fetch_value("SELECT id FROM consent WHERE email = 'amara@brennhof.example'")
    await withdraw_consent(consent_id=consent, email="amara@brennhof.example", now=clock.now(), one_with=one_with)
    chain = await db.fetch_value("SELECT chain FROM lead_record WHERE lead = $1 LIMIT 1", kept.code)
    await tell_gone(chain, kept.code, None, by_person=True)
    mail = await db.fetch("SELECT recipient, text FROM mail ORDER BY id DESC LIMIT 1")
    assert [row["recipient"] for row in mail] == [two.kept.stand.owner.email]
    assert two.kept.stand.exhibitor.company_name in mail[0]["text"]


def person(email: str) -> Holder:
    return Holder(first_name="Ada", last_name="Reuter", email=email, role="Sales")


async def test_passes_and_rights_add_up_and_come_apart_again(two: Two) -> None:
    await two.kept.rights(Right.SCAN, Right.PASSES)
    for hall, email in ((two.kept, "ada@isarwerk.example"), (two.other, "ben@isarwerk.example")):
        await give_pass(
            actor=hall.stand.owner, exhibitor_id=hall.stand.exhibitor.id, holder=person(email), now=clock.now()
        )
    before = [await has(two.kept), await has(two.other)]
    merge = await two.merge()
    assert await has(two.kept) == (4, 2, ["ada@isarwerk.example", "ben@isarwerk.example"], frozenset(Right))
    for n in range(2):
        await give_pass(
            actor=two.kept.stand.owner, exhibitor_id=two.kept.stand.exhibitor.id, holder=person(f"cy{n}@isarwerk.example"),
            now=clock.now(),
        )  # fmt: skip
    allowed = await passes.allowances(two.kept.stand.exhibitor.event_id)
    assert [(one.company, one.passes, one.given) for one in allowed] == [(two.kept.stand.exhibitor.company_name, 4, 4)]
    await undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
    passes_now, given, _, rights = await has(two.kept)
    # What the kept company's people gave since stays with it.
    assert (passes_now, given, rights) == (2, 3, before[0][3])
    assert await has(two.other) == before[1]


async def test_an_answer_of_either_counts_the_better_one_first(two: Two) -> None:
    kept, other = two.kept.stand, two.other.stand
    drawing, power, lift = [await tasks.ask(kept, title, days=0.1) for title in ("Drawing", "Power", "Lift")]
    for stand, done in ((kept, (drawing, power)), (other, (drawing, lift))):
        for task in done:
            await tasks.say(stand, task, stand.exhibitor.company_name)
    await tasks.judge(kept, drawing, "Please add the height.")
    await tasks.judge(other, drawing)
    before = [await tasks.standing(kept), await tasks.standing(other)]
    assert before[0] == {"Drawing": Standing.AGAIN, "Power": Standing.WAITING, "Lift": Standing.OPEN}
    merge = await two.merge()
    waiting = dict.fromkeys(("Power", "Lift"), Standing.WAITING)
    assert await tasks.standing(kept) == {"Drawing": Standing.DONE, **waiting}
    assert await tasks.standing(other) == {}, "nobody is asked twice"
    await undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
    assert [await tasks.standing(kept), await tasks.standing(other)] == before


async def test_what_is_shown_goes_along(two: Two, team: httpx.AsyncClient, sign_in: SignIn) -> None:
    kept, other = two.kept.stand, two.other.stand
    for stand, title in ((kept, "Vial line"), (other, "Bag filler")):
        draft = ItemDraft(kind=ItemKind.PRODUCT, title=title)
        await save_item(actor=stand.owner, exhibitor_id=stand.exhibitor.id, draft=draft, now=clock.now())
    editor = await sign_in("editor@isarwerk.example", kept.organisation_id, MemberRole.EDITOR)
    file = {"upload": ("brochure.pdf", pdf(1), "application/pdf")}
    assert (await editor.post(f"{two.other.address}/documents", data={"title": "Bags"}, files=file)).status_code == 303
    row = await db.fetch_one("SELECT id, file FROM exhibitor_file")
    assert row is not None
    upload = row["file"]
    assert (await editor.post(f"{two.other.address}/documents/{row['id']}/showing")).status_code == 303

    async def has_now(stand: Stand) -> tuple[list[str], list[str]]:
        items = await db.fetch(
            "SELECT title FROM exhibitor_item WHERE exhibitor = $1 ORDER BY title", stand.exhibitor.id
        )
        owned = await db.fetch(
            "SELECT key FROM stored_file WHERE owner_kind = 'exhibitor' AND owner_key = $1", str(stand.exhibitor.id)
        )
        return [row["title"] for row in items], [row["key"] for row in owned]

    before = [await has_now(kept), await has_now(other)]
    merge = await two.merge()
    assert await has_now(kept) == (["Bag filler", "Vial line"], [upload])
    page = (await team.get(f"/events/{kept.exhibitor.event_slug}/exhibitors/{kept.exhibitor.company_slug}")).text
    assert "Bag filler" in page
    assert "Bags" in page
    await undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
    assert [await has_now(kept), await has_now(other)] == before


async def test_a_merged_companys_key_opens_nothing_where_the_kept_one_has_its_own(
    two: Two, client: httpx.AsyncClient
) -> None:
    now, owner = clock.now(), two.kept.stand.owner
    keys = [
        await leads.rotate_key(exhibitor=one.stand.exhibitor, actor=owner, now=now) for one in (two.kept, two.other)
    ]
    await two.kept.scan(await two.kept.attendee())
    await two.other.scan(await two.kept.attendee("bob@vos.example", "Bob Vos"))

    async def read() -> list[int | str]:
        """How many each key gives, or what it is refused with."""
        got = [await client.get("/api/v1/leads", headers={"Authorization": f"Bearer {key}"}) for key in keys]
        return [one.json()["total"] if one.status_code == 200 else one.status_code for one in got]

    assert await read() == [1, 1]
    merge = await two.merge()
    assert await read() == [2, 401]
    await undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
    assert await read() == [1, 1]
