"""The comparison: which lines tell little, and how it reads on a phone, without scripts."""

from collections.abc import AsyncIterator
from datetime import date

import httpx
import pytest
from playwright.async_api import Browser, Locator, expect

from portal.directory.rules.comparing import Cell, Compared, Line, table
from portal.directory.values import Profile, ProfileFact
from tests.chromium import chromium, faults, feed
from tests.factories import companies

START = "http://localhost:8000"
DAY = date(2026, 11, 23)
NAMES = ("Isarwerk Biologics GmbH", "Tessin Lyo SA", "Halden Aseptics AS", "Castellane Bioproduction SA")
ADDRESS = "/companies/compare?c=isarwerk-biologics&c=tessin-lyo&c=halden-aseptics&c=castellane-bioproduction"


@pytest.mark.parametrize(
    ("cells", "differs", "little"),
    [
        (("yes", "yes"), False, True), (("yes", "no"), True, False), (("yes", ""), True, False), (("yes",), False, False),
        (("yes", "yes", "yes"), False, True), (("yes", "", ""), True, True), (("yes", "yes", ""), True, False),
        (("1", "2", "3"), True, False), (("", "", "2R", ""), True, True),
    ],
)  # fmt: skip
def test_a_line_tells_little_where_all_are_equal_or_one_of_several_has_it(
    cells: tuple[str, ...], differs: bool, little: bool
) -> None:
    line = Line("Lyophilisation", [Cell(text) for text in cells])
    assert (line.differs, line.tells_little) == (differs, little)


def test_a_day_is_told_apart_from_what_happened_then() -> None:
    facts = (
        ProfileFact(id="a", term="capability:lyo", confirmed_on=date(2026, 11, 3)),
        ProfileFact(id="b", term="certificate:gmp", expires_on=date(2027, 3, 1), confirmed_on=date(2026, 11, 3)),
        ProfileFact(id="c", term="certificate:iso", expires_on=date(2026, 3, 1)),
    )
    one = Compared("a", "A", Profile(name="A", facts=facts), False, 50, None)
    sections = {section.title: section for section in table([one, one], {}, DAY)}
    assert [line.cells[0] for line in sections["Capabilities"].lines + sections["Certificates"].lines] == [
        Cell("yes", "confirmed", "3 Nov 2026", "ok"), Cell("yes", "until", "1 Mar 2027", "ok"),
        Cell("ended", "ended", "1 Mar 2026", "bad"),
    ]  # fmt: skip
    assert (sections["Capabilities"].little, sections["Certificates"].little) == (1, 2)


@pytest.fixture
async def four(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Each has lyophilisation, two fill vials, the first has more alone."""
    for at, name in enumerate(NAMES):
        facts = [("capability:Lyophilisation", 6), ("certificate:EU GMP", 20)]
        facts += [("capability:Vial filling", 9)] if at < 2 else []
        facts += [(f"capability:Service {n:02}", 6) for n in range(30)] if not at else []
        await companies.make(name, facts=facts)
    return client


@pytest.fixture
async def chrome(client: httpx.AsyncClient) -> AsyncIterator[Browser]:
    async with chromium(instead="the comparison was not looked at") as browser:
        yield browser


async def _top(of: Locator) -> float:
    box = await of.bounding_box()
    assert box is not None
    return box["y"]


@pytest.mark.browser
async def test_on_a_phone_without_scripts_it_is_short_and_says_whose_is_what(
    chrome: Browser, four: httpx.AsyncClient
) -> None:
    context = await chrome.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = await context.new_page()
    await feed(page, four)
    await page.goto(START + ADDRESS)
    # What all have, and what only one has, is asked for; of each part by itself.
    vials, service = page.get_by_role("row", name="Vial filling"), page.locator("tr", has_text="Service 29")
    await expect(vials).to_be_visible()
    await expect(service).to_be_hidden()
    await expect(page.locator("tr.little", has_text="EU GMP")).to_be_hidden()
    # One line is one row of columns, in the order of the names above them.
    places = [await cell.bounding_box() for cell in await vials.locator("td").all()]
    heads = [await head.bounding_box() for head in await page.locator("thead th:visible").all()]
    assert [(box["x"], box["y"]) for box in places if box] == [
        (head["x"], places[0]["y"]) for head in heads if head and places[0]
    ]
    await page.get_by_label("Show 31 more under Capabilities, equal or in one company only").check()
    await expect(service).to_be_visible()
    await expect(page.locator("tr.little", has_text="EU GMP")).to_be_hidden()
    # The names stay in sight at the end of a long list.
    await service.scroll_into_view_if_needed()
    assert await _top(page.locator("thead")) == 0
    assert await _top(service) > 300
    await page.get_by_label("Show 31 more under Capabilities").uncheck()
    await expect(service).to_be_hidden()
    await page.set_viewport_size({"width": 1280, "height": 900})
    await expect(service).to_be_visible()
    await service.scroll_into_view_if_needed()
    assert await _top(page.locator("thead")) == 0
    await expect(page.get_by_label("Show 31 more under Capabilities")).to_be_hidden()


@pytest.mark.browser
async def test_four_side_by_side_can_be_read_by_all(chrome: Browser, four: httpx.AsyncClient) -> None:
    page = await (await chrome.new_context(viewport={"width": 390, "height": 844})).new_page()
    await feed(page, four)
    await page.goto(START + ADDRESS)
    assert await faults(page) == []
