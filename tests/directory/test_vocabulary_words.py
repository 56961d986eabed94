"""Words of the vocabulary in the form of a fact: what letters may become, which word is meant, with scripts and without."""

import html
import re

import httpx
import pytest
from playwright.async_api import expect

from portal.accounts.tables import MemberRole
from portal.directory.commands.vocabulary import NewTerm, add_terms
from portal.directory.rules import words as rules
from portal.directory.rules.words import Word, labelled
from portal.directory.tables.companies import TermKind
from tests.chromium import chromium, faults, feed, quiet
from tests.directory.conftest import SignIn, organisation
from tests.directory.forms import Editor, draft, words
from tests.factories import companies

PROFILE = "/companies/isarwerk-biologics/manage/profile"
NEW = f"{PROFILE}/capabilities/new?kind=capability"
TERMS = [
    NewTerm(kind=TermKind.CAPABILITY, name="Lyophilisation", also="Freeze-drying; Gefriertrocknung; Lyo"),
    NewTerm(kind=TermKind.CAPABILITY, name="Lyo cycle development", also="Freeze-drying cycles"),
    NewTerm(kind=TermKind.CAPABILITY, name="Aseptic vial filling", also="Abfüllung"),
    NewTerm(kind=TermKind.THERAPY, name="Stomatologicals", slug="a01", code="A01"),
    NewTerm(kind=TermKind.THERAPY, name="Stomatologicals", slug="a01a", code="A01A", parent="a01"),
    NewTerm(kind=TermKind.THERAPY, name="Chlorhexidine", slug="a01ab03", code="A01AB03", parent="a01a"),
]  # fmt: skip
WORDS = labelled(
    {"term": f"{term.kind}:{term.address}", "name": term.name, "code": term.code, "also": term.also} for term in TERMS
)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("lyo", [("Lyophilisation", ""), ("Lyo cycle development", "")]),
        ("LYÖPH", [("Lyophilisation", "")]),
        ("freeze dry", [("Lyophilisation", "Freeze-drying"), ("Lyo cycle development", "Freeze-drying cycles")]),
        ("fill", [("Aseptic vial filling", "")]), ("abfull", [("Aseptic vial filling", "Abfüllung")]),
        ("a01", [("Stomatologicals (A01)", ""), ("Stomatologicals (A01A)", ""), ("Chlorhexidine", "")]),
        ("hex", []), ("%", [(word.label, "") for word in WORDS]), ("制药", []),
    ],
)  # fmt: skip
def test_letters_become_words_by_name_code_and_other_names(typed: str, found: list[tuple[str, str]]) -> None:
    assert [(word.label, other) for word, other in rules.beginning(typed, WORDS)] == found
    assert [word for word, _ in rules.beginning("", WORDS, most=2)] == WORDS[:2]


@pytest.mark.parametrize(
    ("typed", "term", "fault"),
    [
        ("Lyophilisation", "capability:lyophilisation", ""), ("lyophilisation", "capability:lyophilisation", ""),
        ("capability:lyophilisation", "capability:lyophilisation", ""), ("Gefriertrocknung", "capability:lyophilisation", ""),
        ("freeze drying", "capability:lyophilisation", ""), ("A01AB03", "therapy:a01ab03", ""),
        ("stomatologicals (a01a)", "therapy:a01a", ""),
        ("Stomatologicals", "", "Several are called so. Which do you mean: “Stomatologicals (A01)” or “Stomatologicals (A01A)”?"),
        ("Liophilisation", "", "This is not in the list. Did you mean “Lyophilisation”?"),
        ("Alchemy", "", "This is not in the list. Please choose one from it, or write to us if a word is missing."),
        ("", "", "Please choose one from the list."),
    ],
)  # fmt: skip
def test_what_is_typed_means_one_word_or_is_asked_about(typed: str, term: str, fault: str) -> None:
    assert rules.meant(typed, WORDS) == (term, fault)


def test_every_word_of_a_kind_has_a_label_of_its_own() -> None:
    rows = [{"term": f"therapy:{slug}", "name": "Twice", "code": "", "also": ""} for slug in ("one", "two")]
    assert [word.label for word in labelled(rows)] == ["Twice (one)", "Twice (two)"]
    assert labelled([{**rows[0], "also": " A;; B "}]) == [Word("therapy:one", "Twice", "Twice", "", ("A", "B"))]


@pytest.fixture
async def editor(database: str, sign_in: SignIn) -> Editor:
    owner = await organisation()
    await companies.make(owner=owner, facts=[("capability:Vial inspection", 3)])
    await add_terms(TERMS)
    return Editor(await sign_in("editor@isarwerk.example", owner, MemberRole.EDITOR), PROFILE)


def options(answer: httpx.Response) -> list[tuple[str, str]]:
    found = re.findall(r'data-value="([^"]*)"><span>[^<]*</span><small>([^<]*)</small>', answer.text)
    return [(html.unescape(value), html.unescape(note)) for value, note in found]


async def test_the_field_asks_for_words_and_says_which_are_there(editor: Editor, sign_in: SignIn) -> None:
    asked, htmx = f"{PROFILE}/capabilities/words?kind=capability", {"HX-Request": "true"}
    answer = await editor.browser.get(f"{asked}&q=freeze", headers=htmx)
    assert answer.headers["cache-control"] == "private, no-store"
    assert options(answer) == [
        ("Lyo cycle development", "Freeze-drying cycles"), ("Lyophilisation", "Freeze-drying"),
    ]  # fmt: skip
    assert options(await editor.browser.get(f"{asked}&q=vial%20i", headers=htmx)) == [
        ("Vial inspection", "already said")
    ]
    therapies = await editor.browser.get(f"{PROFILE}/capabilities/words?kind=therapy&q=a01a", headers=htmx)
    assert options(therapies) == [("Stomatologicals (A01A)", "A01A"), ("Chlorhexidine", "A01AB03")]
    assert (await editor.browser.get(f"{asked}&q=x")).headers["location"] == NEW
    assert (await editor.browser.get(f"{PROFILE}/contacts/words?q=x", headers=htmx)).status_code == 404
    stranger = await sign_in("stranger@elsewhere.example")
    assert (await stranger.get(f"{asked}&q=freeze", headers=htmx)).status_code == 404


async def test_a_word_called_like_another_is_kept_when_its_fact_is_changed(editor: Editor) -> None:
    new = {**(await editor.form("capabilities/new?kind=therapy")), "term": "Stomatologicals"}
    assert "Which do you mean" in words((await editor.save("capabilities/items", new)).text)
    assert (await editor.save("capabilities/items", {**new, "term": "Stomatologicals (A01A)"})).status_code == 303
    made = await draft()
    assert made is not None
    [fact] = [fact for fact in made.facts if fact.term.startswith("therapy:")]
    again = await editor.form(f"capabilities/items/{fact.id}")
    assert again["term"] == "Stomatologicals (A01A)"
    assert (await editor.save(f"capabilities/items/{fact.id}", {**again, "detail": "Gels."})).status_code == 303
    kept = await draft()
    assert kept is not None
    assert [(f.term, f.detail) for f in kept.facts if f.id == fact.id] == [("therapy:a01a", "Gels.")]


async def test_without_scripts_the_field_has_the_whole_list_and_takes_other_names(editor: Editor) -> None:
    page = (await editor.get("capabilities/new?kind=capability")).text
    assert 'list="words"' in page
    assert '<option value="Lyophilisation" label="Freeze-drying, Gefriertrocknung"></option>' in page
    form = await editor.form("capabilities/new?kind=capability")
    assert (await editor.save("capabilities/items", {**form, "term": "gefriertrocknung"})).status_code == 303
    made = await draft()
    assert made is not None
    assert "capability:lyophilisation" in [fact.term for fact in made.facts]


@pytest.mark.browser
async def test_a_word_is_found_and_chosen_by_keyboard(editor: Editor) -> None:
    async with chromium(instead="the field of a word was not looked at") as chrome:
        page = await (await chrome.new_context(viewport={"width": 390, "height": 844})).new_page()
        await feed(page, editor.browser)
        await page.goto(f"http://localhost:8000{NEW}")
        field = page.get_by_role("combobox", name="Capability")
        found = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
        await field.press("ArrowDown")
        await expect(found).to_have_count(4)
        await field.press_sequentially("freeze-dry")
        await expect(found).to_have_text(["Lyo cycle developmentFreeze-drying cycles", "LyophilisationFreeze-drying"])
        await quiet(page)
        assert await faults(page) == []
        await field.press("ArrowDown")
        await field.press("ArrowDown")
        await field.press("Enter")
        await expect(field).to_have_value("Lyophilisation")
        await expect(found).to_have_count(0)
        await expect(page).to_have_url(f"http://localhost:8000{NEW}")
        await field.fill("fill")
        await found.filter(has_text="Aseptic vial filling").click()
        await expect(field).to_have_value("Aseptic vial filling")
        async with page.expect_response("**/capabilities/items") as saved:
            await page.get_by_role("button", name="Save and confirm").click()
        assert (await saved.value).status == 303
    made = await draft()
    assert made is not None
    assert "capability:aseptic-vial-filling" in [fact.term for fact in made.facts]
