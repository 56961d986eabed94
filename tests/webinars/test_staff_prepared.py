"""Polls, the short test, things to take along and what a certificate asks for: set up, refused, overtaken, permitted."""

from typing import Any

import httpx
import pytest
from litestar import Litestar

from portal.accounts.tables import StaffRole
from portal.core import db
from portal.webinars.tables.rooms import CrewRole
from portal.webinars.tables.taking_part import PollKind
from tests.chromium import chromium, faults, feed
from tests.conftest import browser
from tests.events.conftest import SignIn
from tests.events.reading import words
from tests.factories import companies, webinars
from tests.factories.webinars import Webinar
from tests.queries import counting
from tests.webinars.desk.hands import named
from tests.webinars.setting_up import fault, field, hidden, one, verbs

POLL = {
    "question": "Who owns it?", "kind": "single", "options": "Quality\nManufacturing", "opens_after": "12",
    "shows_results": "yes",
}  # fmt: skip
LINK = {"title": "Slides", "kind": "link", "note": "31 pages", "url": "https://slides.example/31", "shows_after": "5"}
RULE = {"version": "0", "minutes": "45", "polls": "2", "test_percent": "70", "offered": "yes", "credit": "1 CPD hour"}
LONG = "x" * 1_000


@pytest.fixture
async def shop(client: httpx.AsyncClient) -> Webinar:
    return await webinars.make()


def at(shop: Webinar, tail: str) -> str:
    return f"/staff/webinars/{shop.webinar_id}/{tail}"


async def test_a_poll_is_prepared_changed_ordered_and_thrown_away(editor: httpx.AsyncClient, shop: Webinar) -> None:
    for data in (POLL, {**POLL, "question": "How ready?", "kind": "rating", "options": "", "opens_after": ""}):
        answer = await editor.post(at(shop, "polls"), data=data)
        assert answer.headers["location"] == at(shop, "polls")
    first, second = [row["id"] for row in await db.fetch("SELECT id FROM webinar_poll ORDER BY id")]
    edit = at(shop, f"polls/{first}")
    page = (await editor.get(edit)).text
    assert (field(page, "question"), field(page, "opens_after")) == ("Who owns it?", "12")
    seen = await hidden(editor, edit)
    await editor.post(edit, data={**POLL, "options": "One\nTwo\nThree", "seen": seen})
    labels = await db.fetch("SELECT label FROM webinar_poll_option WHERE poll = $1 ORDER BY position", first)
    assert [row["label"] for row in labels] == ["One", "Two", "Three"]
    await editor.post(at(shop, f"polls/{second}/place"), data={"way": "up"})
    said = words((await editor.get(at(shop, "polls"))).text)
    assert said.index("How ready?") < said.index("Who owns it?")
    await editor.post(at(shop, f"polls/{second}/removal"))
    assert await verbs(shop.webinar_id) == [
        "poll prepared", "poll prepared", "poll changed", "polls ordered", "poll removed",
    ]  # fmt: skip


async def test_of_a_test_the_right_choices_begin_with_a_star(editor: httpx.AsyncClient, shop: Webinar) -> None:
    data = {"question": "Which?", "kind": "multiple", "options": "* Right\nWrong\n*Right, too", "test": "yes"}
    assert (await editor.post(at(shop, "polls"), data=data)).status_code == 303
    rows = await db.fetch("SELECT label, is_right FROM webinar_poll_option ORDER BY position")
    assert [tuple(row) for row in rows] == [("Right", True), ("Wrong", False), ("Right, too", True)]
    page = (await editor.get(at(shop, f"polls/{await db.fetch_value('SELECT id FROM webinar_poll')}"))).text
    assert "* Right\nWrong\n* Right, too</textarea>" in page


async def test_something_to_take_along(editor: httpx.AsyncClient, shop: Webinar) -> None:
    sponsor = await webinars.sponsor(shop, await companies.make())
    data = {**LINK, "sponsor": str(sponsor), "needs_consent": "yes"}
    assert (await editor.post(at(shop, "resources"), data=data)).status_code == 303
    stored = await one("SELECT title, url, shows_after, sponsor, needs_consent, kind FROM webinar_resource")
    assert stored == {
        "title": "Slides", "url": LINK["url"], "shows_after": 300, "sponsor": sponsor, "needs_consent": True, "kind": "link",
    }  # fmt: skip
    paper = {"upload": ("paper.txt", b"Two pages.", "text/plain")}
    answer = await editor.post(at(shop, "resources"), data={"title": "", "kind": "file"}, files=paper)
    assert (answer.status_code, fault(answer.text, "title")) == (422, "Please fill in: title.")
    answer = await editor.post(at(shop, "resources"), data={"title": "Paper", "kind": "file"}, files=paper)
    assert answer.status_code == 303
    number = await db.fetch_value("SELECT id FROM webinar_resource WHERE kind = 'file'")
    assert "paper.txt" in words((await editor.get(at(shop, f"resources/{number}"))).text)
    await editor.post(at(shop, f"resources/{number}/removal"))
    assert await db.fetch_value("SELECT count(*) FROM webinar_resource") == 1


async def test_each_change_of_a_rule_is_a_version_of_its_own(editor: httpx.AsyncClient, shop: Webinar) -> None:
    for data in (RULE, {**RULE, "version": "1"}, {**RULE, "version": "1", "minutes": "30"}):
        assert (await editor.post(at(shop, "certificate"), data=data)).status_code == 303
    rows = await db.fetch("SELECT version, minutes FROM certificate_rule ORDER BY version")
    assert [tuple(row) for row in rows] == [(1, 45), (2, 30)]
    answer = await editor.post(at(shop, "certificate"), data={**RULE, "version": "1", "minutes": "20"})
    assert answer.status_code == 409
    assert (field(answer.text, "minutes"), field(answer.text, "version")) == ("20", "2")


@pytest.mark.parametrize(
    ("tail", "start", "name", "typed", "said"),
    [
        ("polls", POLL, "question", "", "Please fill in: question."),
        ("polls", POLL, "question", LONG, "Please keep this under 300 characters; it has 1000."),
        ("polls", POLL, "kind", "sideways", "Please choose one of the offered values."),
        ("polls", POLL, "options", "Alone", "Please give at least two choices, and at most 12."),
        ("polls", POLL, "options", "\n".join(map(str, range(13))), "Please give at least two choices, and at most 12."),
        ("polls", POLL, "options", "Same\nsame", "Two of the choices say the same."),
        ("polls", POLL, "options", f"{LONG}\nb", "Please keep each choice under 200 characters."),
        ("polls", {**POLL, "test": "yes"}, "options", "a\nb", "Please mark what is right."),
        ("polls", POLL, "opens_after", "-1", "Please give minutes from 0 to 1440."),
        ("polls", POLL, "opens_after", "soon", "Please give minutes from 0 to 1440."),
        ("resources", LINK, "title", "", "Please fill in: title."),
        ("resources", LINK, "kind", "bomb", "Please choose one of the offered values."),
        ("resources", LINK, "url", "", "Please give a whole address that begins with https://."),
        ("resources", LINK, "url", "http://slides.example", "Please give a whole address that begins with https://."),
        ("resources", LINK, "url", "javascript:alert(1)", "Please give a whole address that begins with https://."),
        ("resources", LINK, "url", "//evil.example", "Please give a whole address that begins with https://."),
        ("resources", LINK, "url", "/\\evil.example", "Please give a whole address that begins with https://."),
        ("resources", LINK, "url", "https://[::1", "Please give a whole address that begins with https://."),
        ("resources", LINK, "shows_after", "1441", "Please give minutes from 0 to 1440."),
        ("resources", LINK, "sponsor", "4711", "This company is no sponsor of this webinar any more."),
        ("resources", LINK, "sponsor", "-1", "Please choose a sponsor from the list."),
        (
            "resources",
            LINK,
            "needs_consent",
            "yes",
            "Consent is given to a sponsor. Please choose which, or take this off.",
        ),
        ("certificate", RULE, "minutes", "-1", "Please give minutes from 0 to 1440."),
        ("certificate", RULE, "polls", "101", "Please give a number from 0 to 100."),
        ("certificate", RULE, "test_percent", "many", "Please give per cent from 0 to 100."),
        ("certificate", RULE, "credit", LONG, "Please keep this under 200 characters; it has 1000."),
    ],
)
async def test_faults_stand_beside_their_field_and_what_was_typed_stays(
    editor: httpx.AsyncClient, shop: Webinar, tail: str, start: dict[str, str], name: str, typed: str, said: str
) -> None:
    answer = await editor.post(at(shop, tail), data={**start, name: typed})
    assert (answer.status_code, fault(answer.text, name)) == (422, said)
    lines = {"title", "url", "opens_after", "shows_after", "credit", "minutes", "polls", "test_percent"} - {name}
    for other in lines & start.keys():
        assert field(answer.text, other) == start[other]
    for table in ("webinar_poll", "webinar_resource", "certificate_rule"):
        assert await db.fetch_value(f"SELECT count(*) FROM {table}") == 0


@pytest.mark.parametrize("typed", ["a\x00b", "\u202eevil", "\ufeff"])
async def test_letters_that_mean_mischief_break_nothing(editor: httpx.AsyncClient, shop: Webinar, typed: str) -> None:
    for tail, start, name in (
        ("polls", POLL, "question"),
        ("resources", LINK, "title"),
        ("certificate", RULE, "credit"),
    ):
        answer = await editor.post(at(shop, tail), data={**start, name: typed})
        assert answer.status_code in (303, 422)
        assert (await editor.get(at(shop, tail))).status_code == 200


async def test_the_second_editor_sees_what_the_first_changed(editor: httpx.AsyncClient, shop: Webinar) -> None:
    await editor.post(at(shop, "polls"), data=POLL)
    await editor.post(at(shop, "resources"), data=LINK)
    for tail, table, start, name in (
        ("polls", "webinar_poll", POLL, "question"), ("resources", "webinar_resource", LINK, "title"),
    ):  # fmt: skip
        path = at(shop, f"{tail}/{await db.fetch_value(f'SELECT id FROM {table}')}")
        seen = await hidden(editor, path)
        assert (await editor.post(path, data={**start, name: "First", "seen": seen})).status_code == 303
        answer = await editor.post(path, data={**start, name: "Second", "seen": seen})
        assert (answer.status_code, field(answer.text, name)) == (409, "Second")
        assert "First" in words(answer.text)
        again = await editor.post(path, data={**start, name: "Second", "seen": field(answer.text, "seen")})
        assert again.status_code == 303
        assert await db.fetch_value(f"SELECT {name} FROM {table}") == "Second"


async def test_what_was_asked_stays_as_it_is(editor: httpx.AsyncClient, shop: Webinar) -> None:
    poll, _ = await webinars.poll(shop, PollKind.SINGLE, "Yes", "No")
    path = at(shop, f"polls/{poll}")
    assert (await editor.get(path)).status_code == 200
    assert (await editor.post(path, data={**POLL, "seen": "x"})).status_code == 409
    assert (await editor.post(f"{path}/removal")).status_code == 409
    assert await db.fetch_value("SELECT question FROM webinar_poll") == "Who owns it?"
    assert await db.fetch_value("SELECT count(*) FROM webinar_poll_option WHERE label IN ('Yes', 'No')") == 2


async def test_what_belongs_to_another_webinar_is_not_there(editor: httpx.AsyncClient, shop: Webinar) -> None:
    other = await webinars.make()
    poll, _ = await webinars.poll(other, PollKind.RATING, state="draft")
    resource = await webinars.resource(other)
    sponsor = await webinars.sponsor(other, await companies.make())
    for path in (f"polls/{poll}", f"resources/{resource}"):
        assert (await editor.get(at(shop, path))).status_code == 404
        for tail, data in (("", {**POLL, **LINK}), ("/removal", {})):
            assert (await editor.post(at(shop, path + tail), data=data)).status_code == 404
        await editor.post(at(shop, f"{path}/place"), data={"way": "up"})
    answer = await editor.post(at(shop, "resources"), data={**LINK, "sponsor": str(sponsor)})
    assert fault(answer.text, "sponsor") == "This company is no sponsor of this webinar any more."
    assert await verbs(other.webinar_id) == await verbs(shop.webinar_id) == []


async def test_only_those_who_edit_set_anything_up(app: Litestar, sign_in: SignIn, shop: Webinar) -> None:
    poll, _ = await webinars.poll(shop, PollKind.RATING, state="draft")
    resource = await webinars.resource(shop)
    await named(shop, "host@crew.example", CrewRole.HOST)
    strangers = {
        "nobody": browser(app), "member": await sign_in(email="member@brennhof.example"),
        "host": await sign_in(email="host@crew.example"), "door": await sign_in(StaffRole.DOOR, "door@sterileline.example"),
    }  # fmt: skip
    paths: dict[str, Any] = {"polls": POLL, "resources": LINK, "certificate": RULE}
    paths |= {f"polls/{poll}": POLL, f"resources/{resource}": LINK, "polls/new": None, "resources/new": None}
    paths |= {f"{one}/{act}": {} for one in (f"polls/{poll}", f"resources/{resource}") for act in ("place", "removal")}
    for who, opened in strangers.items():
        for path, data in paths.items():
            answers = [] if path.endswith(("place", "removal")) else [await opened.get(at(shop, path))]
            answers += [] if data is None else [await opened.post(at(shop, path), data=data)]
            wanted = {303, 401} if who == "nobody" else {403}
            assert {answer.status_code for answer in answers} <= wanted, (who, path)
    assert await verbs(shop.webinar_id) == []


async def test_lists_ask_the_same_of_the_database_for_one_and_thirty(editor: httpx.AsyncClient, shop: Webinar) -> None:
    seen = {}
    for many in (1, 29):
        for _ in range(many):
            await webinars.poll(shop, PollKind.SINGLE, "Yes", "No", state="draft")
            await webinars.resource(shop)
        for tail in ("polls", "resources"):
            await editor.get(at(shop, tail))
            async with counting() as asked:
                await editor.get(at(shop, tail))
            seen[many, tail] = len(asked)
    assert seen[1, "polls"] == seen[29, "polls"]
    assert seen[1, "resources"] == seen[29, "resources"]


async def test_pages_are_well_made(editor: httpx.AsyncClient, shop: Webinar) -> None:
    await webinars.poll(shop, PollKind.SINGLE, "Yes", "No", state="draft")
    await webinars.resource(shop)
    await editor.post(at(shop, "certificate"), data=RULE)
    async with chromium(instead="the pages are not looked at") as opened:
        page = await opened.new_page()
        await feed(page, editor)
        cookies = [{"name": c.name, "value": c.value or "", "url": "http://localhost:8000"} for c in editor.cookies.jar]
        await page.context.add_cookies(cookies)  # type: ignore[arg-type]
        for tail in ("polls", "polls/new", "resources", "resources/new", "certificate"):
            await page.goto(f"http://localhost:8000{at(shop, tail)}")
            assert page.url.endswith(tail)
            assert await faults(page) == []
