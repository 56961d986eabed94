"""Facts in the editor: words of the vocabulary, dated by every edit; what registers say is not the company's to change."""

from datetime import date, timedelta

import httpx
import msgspec
import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole, StaffRole
from portal.core import clock, db, times
from portal.directory.commands import publishing
from portal.directory.commands.vocabulary import NewTerm, add_terms
from portal.directory.tables.companies import FactSource, TermKind
from portal.directory.values import ProfileFact
from portal.placements.tables import Plan
from tests.directory.conftest import SignIn, organisation
from tests.directory.forms import Editor, draft, open_form, published, words
from tests.factories import companies, plans
from tests.media import made as pictures

PROFILE = "/companies/isarwerk-biologics/manage/profile"
TODAY = times.today(clock.now())
REGISTER = ProfileFact(
    id="r1",
    term="certificate:eu-gmp",
    issuer="EudraGMDP",
    source=FactSource.REGISTER,
    confirmed_on=TODAY - timedelta(9),
)


@pytest.fixture
async def owned(database: str) -> int:
    await add_terms([NewTerm(kind=TermKind.CERTIFICATE, name=name) for name in ("EU GMP", "ISO 13485")])
    await add_terms([NewTerm(kind=TermKind.FIGURE, name="Smallest batch"), NewTerm(kind=TermKind.ROUTE, name="Oral")])
    made = await organisation()
    company = await companies.make(owner=made)
    profile = msgspec.structs.replace(await published(), facts=(*(await published()).facts, REGISTER))
    await publishing.publish(actor=PORTAL, company_id=company, profile=profile, now=clock.now())
    await plans.give(company, Plan.PREMIUM)
    return made


@pytest.fixture
async def editor(owned: int, sign_in: SignIn) -> Editor:
    return Editor(await sign_in("leonie@isarwerk.example", owned, MemberRole.EDITOR), PROFILE)


async def fact(key: str) -> ProfileFact | None:
    found = await draft()
    return next((f for f in found.facts if f.id == key), None) if found else None


async def test_every_edit_of_a_fact_confirms_it_today(editor: Editor) -> None:
    form = await editor.form("capabilities/items/f1")
    assert form["term"] == "Lyophilisation"
    changed = {**form, "value": "12 and 20 m²", "free": "date", "free_date": "2027-06-01", "detail": "Two dryers"}
    assert (await editor.save("capabilities/items/f1", changed)).status_code == 303
    stored = await fact("f1")
    assert stored is not None
    assert (stored.value, stored.free_from, stored.detail) == ("12 and 20 m²", "2027-06-01", "Two dryers")
    assert (stored.confirmed_on, stored.source) == (TODAY, FactSource.COMPANY)
    await editor.save("capabilities/items/f2", await editor.form("capabilities/items/f2"))
    unchanged = await fact("f2")
    assert unchanged is not None
    assert unchanged.confirmed_on == TODAY
    assert (await published()).facts[2].confirmed_on == TODAY - timedelta(6)


async def test_words_are_found_however_they_are_written_and_categories_do_not_age(editor: Editor) -> None:
    form = await editor.form("capabilities/new?kind=route")
    assert (await editor.save("capabilities/items", {**form, "term": "  oRaL "})).status_code == 303
    added = await fact(form["id"])
    assert added is not None
    assert (added.term, added.confirmed_on) == ("route:oral", TODAY)
    form = await editor.form("capabilities/new?kind=category")
    await editor.save("capabilities/items", {**form, "term": "Contract manufacturer"})
    category = await fact(form["id"])
    assert category is not None
    assert category.confirmed_on is None


async def test_certificates_and_figures_have_fields_of_their_own(editor: Editor) -> None:
    form = await editor.form("certificates/new")
    certificate = {"term": "ISO 13485", "issuer": "TÜV", "reference": "71 338", "expires_on": "2031-01-31"}
    assert (await editor.save("certificates/items", {**form, **certificate, "free": "now"})).status_code == 303
    stored = await fact(form["id"])
    assert stored is not None
    assert (stored.issuer, stored.reference, stored.expires_on) == ("TÜV", "71 338", date(2031, 1, 31))
    assert stored.free_from == ""
    form = await editor.form("figures/new")
    figure = {"term": "Smallest batch", "value": "2,000 vials", "number": "2000"}
    await editor.save("figures/items", {**form, **figure})
    stored = await fact(form["id"])
    assert stored is not None
    assert (stored.value, stored.number) == ("2,000 vials", 2000)
    for wrong, said in (("-1", "Please type a number that is not below zero."), ("many", "Please type a whole number."),
                        ("9" * 30, "Please type a number that is not below zero.")):  # fmt: skip
        answer = await editor.save("figures/items", {**form, **figure, "number": wrong})
        assert answer.status_code == 422
        assert said in words(answer.text)
    await editor.publish()
    row = await db.fetch_one("SELECT number, source FROM fact WHERE key = $1", form["id"])
    assert row is not None
    assert tuple(row) == (2000, "company")


async def test_the_company_cannot_touch_what_a_register_says(editor: Editor, owned: int, sign_in: SignIn) -> None:
    listed = await editor.get("certificates")
    assert "From a public register" in words(listed.text)
    assert f"{PROFILE}/certificates/items/r1/removal" not in listed.text
    shown = await editor.get("certificates/items/r1")
    assert "This comes from a public register" in words(shown.text)
    form = open_form(shown.text, "items/r1")
    assert (await editor.save("certificates/items/r1", {**form, "issuer": "Us"})).status_code == 403
    for seen in ("", "0" * 16):
        assert (await editor.save("certificates/items/r1/removal", {"seen": seen})).status_code == 403
    new = await editor.form("certificates/new")
    forged = {**new, "id": "r1", "term": "ISO 13485", "source": "register"}
    assert (await editor.save("certificates/items", forged)).status_code == 403
    assert await draft() is None
    staff = Editor(await sign_in("judith@sterileline.example", staff=StaffRole.EDITOR), PROFILE)
    assert (await staff.save("certificates/items/r1", {**form, "issuer": "Upper Bavaria"})).status_code == 303
    stored = await fact("r1")
    assert stored is not None
    assert (stored.issuer, stored.source) == ("Upper Bavaria", FactSource.EDITOR)


async def upload(
    editor: Editor, path: str, typed: dict[str, str], field: str, file: tuple[str, bytes]
) -> httpx.Response:
    return await editor.browser.post(f"{editor.at}/{path}", data=typed, files={f"{field}_upload": file})


async def test_pictures_and_documents_are_kept_while_something_else_is_wrong(editor: Editor) -> None:
    form = await editor.form("pictures/new")
    answer = await upload(editor, "pictures/items", form, "file", ("line.png", pictures.saved(pictures.logo())))
    assert answer.status_code == 422
    assert "Please say in a few words what the picture shows." in words(answer.text)
    form = open_form(answer.text, "items")
    assert form["file"]
    assert "line.png" in answer.text
    assert (await editor.save("pictures/items", {**form, "alt": "The filling line"})).status_code == 303
    found = await draft()
    assert found is not None
    assert [(picture.file, picture.alt) for picture in found.gallery] == [(form["file"], "The filling line")]
    assert "The filling line" in words((await editor.get("pictures")).text)


async def test_a_file_of_another_company_is_refused(editor: Editor, owned: int) -> None:
    form = await editor.form("documents/new")
    answer = await upload(editor, "documents/items", {**form, "title": "A"}, "file", ("a.txt", b"Batch sizes"))
    assert answer.status_code == 303
    found = await draft()
    assert found is not None
    await db.execute("UPDATE stored_file SET owner_key = '999'")
    new = await editor.form("documents/new")
    for key in (found.documents[0].file, "nothing"):
        answer = await editor.save("documents/items", {**new, "title": "B", "file": key})
        assert answer.status_code == 422


@pytest.mark.parametrize(
    ("section", "field", "file"),
    [
        ("pictures", "file", ("a.png", b"<svg onload=alert(1)>")),
        ("documents", "file", ("a.exe", b"MZ")),
        ("documents", "file", ("a.pdf", b"")),
        ("products", "image", ("a.gif", b"GIF89a nothing")),
        ("certificates", "document", ("a.docm", b"PK")),
    ],
)
async def test_files_that_are_not_taken(editor: Editor, section: str, field: str, file: tuple[str, bytes]) -> None:
    typed = {"title": "A", "name": "A", "alt": "A", "term": "ISO 13485"}
    answer = await upload(editor, f"{section}/items", {**(await editor.form(f"{section}/new")), **typed}, field, file)
    assert answer.status_code == 422
    assert f'id="f-{field}-e"' in answer.text
    assert await draft() is None


async def test_the_logo_is_set_and_taken_away(editor: Editor) -> None:
    form = await editor.form("pictures")
    assert (
        await upload(editor, "pictures", form, "logo", ("logo.png", pictures.saved(pictures.logo())))
    ).status_code == 303
    await editor.publish()
    assert (await published()).logo
    form = await editor.form("pictures")
    await editor.save("pictures", {**form, "logo_remove": "yes"})
    await editor.publish()
    assert (await published()).logo == ""


async def test_a_register_that_is_wrong_is_answered_not_changed(editor: Editor, sign_in: SignIn) -> None:
    at = "certificates/items/r1/objection"
    for text, said in (("no", "Please say in a sentence what is wrong"), ("x" * 2001, "Please keep this under 2,000")):
        answer = await editor.save(at, {"text": text})
        assert answer.status_code == 422
        assert said in words(answer.text)
        assert open_form(answer.text, "objection")["text"] == text
    assert (await editor.save(at, {"text": "The licence was renewed in May."})).status_code == 303
    assert (await editor.save(at, {"text": "The licence was renewed in May."})).status_code == 409
    assert (await editor.save("capabilities/items/f1/objection", {"text": "This is no register."})).status_code == 404
    assert "You told us that this is wrong" in words((await editor.get("certificates")).text)
    staff = await sign_in("judith@sterileline.example", staff=StaffRole.EDITOR)
    inbox = await staff.get("/staff/companies/corrections")
    assert "The company on “EU GMP”: The licence was renewed in May." in words(inbox.text)
    made = await db.fetch_value("SELECT id FROM correction")
    await staff.post(
        f"/staff/companies/corrections/{made}/decision", data={"state": "done", "note": "Renewed; thank you."}
    )
    assert "Our editors: Renewed; thank you." in words((await editor.get("certificates")).text)
    assert (await editor.save(at, {"text": "And the site is another."})).status_code == 303
