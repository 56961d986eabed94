"""What editors are told: whose version stands, what a draft costs, what is missing."""

import httpx
import pytest

from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.directory.rules.completeness import missing
from portal.directory.values import Profile, ProfileFact
from tests.directory.conftest import SignIn, organisation
from tests.directory.forms import Editor, draft, open_form, words
from tests.factories import companies
from tests.media import made

PROFILE = "/companies/isarwerk-biologics/manage/profile"


@pytest.fixture
async def owner(database: str) -> int:
    made_ = await organisation()
    await companies.make(owner=made_, website="https://www.isarwerk.example")
    return made_


async def editor(sign_in: SignIn, owner: int, name: str, role: MemberRole = MemberRole.EDITOR) -> Editor:
    return Editor(await sign_in(f"{name}@isarwerk.example", owner, role), PROFILE)


async def test_who_takes_the_own_version_is_not_told_that_the_other_one_was_kept(owner: int, sign_in: SignIn) -> None:
    anna, ben = await editor(sign_in, owner, "anna"), await editor(sign_in, owner, "ben")
    hers, his = await anna.form("basics"), await ben.form("basics")
    await anna.save("basics", {**hers, "tagline": "Anna’s.", "phone": "1"})
    asked = await ben.save("basics", {**his, "tagline": "Ben’s."})
    assert asked.status_code == 409
    form = open_form(asked.text, "basics")
    assert form["choice.tagline"].startswith("mine:")
    assert (await ben.save("basics", form)).status_code == 303
    assert (await draft()).tagline == "Ben’s."  # type: ignore[union-attr]
    assert "Kept as somebody else changed it meanwhile: Phone." in words((await ben.get("basics")).text)


async def test_a_draft_says_when_it_costs_the_mark_and_the_owner_when_it_is_gone(owner: int, sign_in: SignIn) -> None:
    await db.execute(
        "UPDATE company SET verified_by = 'dns', verified_at = $1, verified_site = 'isarwerk.example'", clock.now()
    )
    anna, olga = await editor(sign_in, owner, "anna"), await editor(sign_in, owner, "owner", MemberRole.OWNER)
    costs, gone = "the page loses the mark “Verified company”", "Not verified"

    async def told(who: Editor) -> tuple[bool, bool]:
        page = words((await who.get()).text)
        return costs in page, gone in page

    await anna.save("basics", {**await anna.form("basics"), "website": "https://plants.isarwerk.example/penzberg"})
    assert await told(anna) == (False, False)
    await anna.save("basics", {**await anna.form("basics"), "website": "https://notisarwerk.example"})
    assert await told(anna) == (True, False)
    await anna.publish()
    assert (await told(anna), await told(olga)) == ((False, False), (False, True))


async def test_a_certificate_is_a_pdf_and_what_else_was_typed_is_kept(owner: int, sign_in: SignIn) -> None:
    anna = await editor(sign_in, owner, "anna")

    async def send(name: str, content: bytes) -> httpx.Response:
        form = {**await anna.form("certificates/new?kind=certificate"), "issuer": "TÜV Isar"}
        file = {"document_upload": (name, content, "application/octet-stream")}
        return await anna.browser.post(f"{PROFILE}/certificates/items", data=form, files=file)

    refused = await send("iso.docx", made.docx())
    assert (refused.status_code, "Please choose the certificate as PDF." in refused.text) == (422, True)
    assert open_form(refused.text, "certificates/items")["issuer"] == "TÜV Isar"
    large = await send("iso.pdf", made.pdf(1) + b"0" * 30_000_000)
    assert (large.status_code, "MB; please keep it under 20 MB." in large.text) == (422, True)
    assert open_form(large.text, "certificates/items")["issuer"] == "TÜV Isar"


def test_advice_counts_what_is_there() -> None:
    def advice(*terms: str) -> str:
        profile = Profile(name="x", facts=tuple(ProfileFact(id=term, term=f"capability:{term}") for term in terms))
        return next((part.advice(profile) for part in missing(profile) if part.name == "capabilities"), "")

    assert advice() == "List at least three capabilities."
    assert advice("a") == "List at least three capabilities. 1 of 3 is there."
    assert advice("a", "b") == "List at least three capabilities. 2 of 3 are there."
    assert advice("a", "b", "c") == ""
