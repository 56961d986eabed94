"""What registers and editors vouch for is theirs to say: no form, choice or old revision makes it the company's to claim."""

import hashlib
from datetime import timedelta

import httpx
import msgspec
import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole
from portal.core import clock, times
from portal.directory.commands import publishing
from portal.directory.commands.vocabulary import NewTerm, add_terms
from portal.directory.pages.editing.forms import packed, part_of
from portal.directory.rules.editing import BY_KEY
from portal.directory.tables.companies import FactSource, TermKind
from portal.directory.values import ProfileFact
from tests.directory.conftest import SignIn, organisation
from tests.directory.forms import Editor, draft, published
from tests.factories import companies

MANAGE = "/companies/isarwerk-biologics/manage"
DAY = times.today(clock.now()) - timedelta(3)
NOTHING = hashlib.sha256(msgspec.json.encode(None)).hexdigest()[:12]
"""What stands for an item that is not there, as a choice names it."""


@pytest.fixture
async def editor(database: str, sign_in: SignIn) -> Editor:
    await add_terms([NewTerm(kind=TermKind.CERTIFICATE, name="EU GMP")])
    made = await organisation()
    await companies.make(owner=made)
    return Editor(await sign_in("leonie@isarwerk.example", made, MemberRole.EDITOR), f"{MANAGE}/profile")


async def _sources(key: str) -> list[FactSource]:
    shown = [await draft(), await published()]
    return [fact.source for profile in shown if profile for fact in profile.facts if fact.id == key]


@pytest.mark.parametrize("source", [FactSource.EDITOR, FactSource.REGISTER])
async def test_a_form_cannot_make_up_what_others_vouch_for(editor: Editor, source: FactSource) -> None:
    forged = ProfileFact(
        id="forged", term="certificate:eu-gmp", issuer="EudraGMDP", source=source, confirmed_on=DAY,
        source_url="https://eudragmdp.example/1",
    )  # fmt: skip
    typed = {"was": packed(forged), "term": "EU GMP", "issuer": "Somebody", "choice.facts.forged": f"was:{NOTHING}"}
    await editor.save("certificates/items/forged", typed)
    await editor.publish()
    assert set(await _sources("forged")) <= {FactSource.COMPANY}


async def test_a_checked_certificate_that_is_changed_is_checked_no_more(editor: Editor) -> None:
    plain = await published()
    checked = ProfileFact(id="gmp", term="certificate:eu-gmp", source=FactSource.EDITOR, confirmed_on=DAY)
    profile = msgspec.structs.replace(plain, facts=(*plain.facts, checked))
    await publishing.publish(actor=PORTAL, company_id=1, profile=profile, now=clock.now())
    form = await editor.form("certificates/items/gmp")
    own = msgspec.structs.replace(checked, source=FactSource.COMPANY, confirmed_on=times.today(clock.now()))
    answer = await editor.save("certificates/items/gmp", {**form, "was": packed(own), "expires_on": "2099-01-01"})
    assert answer.status_code == 303
    assert await _sources("gmp") == [FactSource.COMPANY, FactSource.EDITOR], "the draft, and what is published still"
    await editor.publish()
    assert await _sources("gmp") == [FactSource.COMPANY]


async def test_what_was_made_up_is_checked_like_what_was_typed(editor: Editor) -> None:
    form = await editor.form("basics")
    plain = await published()
    forged = msgspec.structs.replace(part_of(plain, BY_KEY["basics"].fields), website="javascript:alert(1)")
    seen = hashlib.sha256(msgspec.json.encode(plain.website)).hexdigest()[:12]
    typed = {**form, "was": packed(forged), "website": "https://other.example", "choice.website": f"was:{seen}"}
    answer = await editor.save("basics", typed)
    assert answer.status_code == 422
    assert await draft() is None


async def test_an_old_revision_does_not_bring_back_what_editors_took_away(
    editor: Editor, client: httpx.AsyncClient
) -> None:
    checked = ProfileFact(id="gmp", term="certificate:eu-gmp", source=FactSource.EDITOR, confirmed_on=DAY)
    plain = await published()
    for facts in ((*plain.facts, checked), plain.facts):
        profile = msgspec.structs.replace(plain, facts=facts)
        await publishing.publish(actor=PORTAL, company_id=1, profile=profile, now=clock.now())
    answer = await editor.browser.post(f"{MANAGE}/history/2/restoration", data={"since": "3"})
    assert answer.status_code == 303
    assert await _sources("gmp") == [FactSource.COMPANY], "it is the company's own word from now on"
