"""Every route of the editor: a member of company A never touches B, whoever only reads leads edits nothing, and whatever
is typed is harmless."""

import json
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from portal.accounts.actors import Actor
from portal.accounts.tables import MemberRole, StaffRole
from portal.core import clock, db
from portal.core.errors import Forbidden
from portal.directory.commands import drafting, revising
from portal.directory.rules.editing import BY_KEY
from portal.directory.values import Profile, ProfileContact
from tests import shared_data
from tests.directory.conftest import SignIn, organisation
from tests.directory.forms import Editor, draft, open_form, words
from tests.factories import companies

MANAGE = "/companies/isarwerk-biologics/manage"
CONTACTS = (ProfileContact(id="c1", name="Leonie"),)


def routes(app: Litestar) -> list[tuple[str, str]]:
    """(method, address) of everything in the editor and the history."""
    found = [
        (method, route.path)
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler)
        for method in handler.http_methods
        if method != "OPTIONS"
        and route.path.startswith(("/companies/{slug:str}/manage/profile", "/companies/{slug:str}/manage/history"))
    ]
    filled = {"{slug:str}": "isarwerk-biologics", "{section:str}": "contacts", "{item:str}": "c1", "{number:int}": "1"}
    return sorted({(method, _filled(path, filled)) for method, path in found})


def _filled(path: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        path = path.replace(name, value)
    return path


async def state() -> list[Any]:
    """Everything an editor could change."""
    return [
        await db.fetch("SELECT id, revision, profile, changed_at FROM company ORDER BY id"),
        await db.fetch("SELECT * FROM company_draft ORDER BY company"),
        await db.fetch("SELECT company, number FROM company_revision ORDER BY id"),
        await db.fetch("SELECT key FROM stored_file"),
    ]


@pytest.mark.parametrize(
    ("who", "refused"),
    [("visitor", 303), ("stranger", 404), ("owner of another", 404), ("leads", 403), ("door", 404), ("finance", 404)],
)
async def test_nobody_else_touches_anything(
    app: Litestar, client: httpx.AsyncClient, sign_in: SignIn, who: str, refused: int
) -> None:
    made = await organisation()
    await companies.make(owner=made, contacts=CONTACTS)
    await companies.make("Halden AS", owner=(other := await organisation("boss@halden.example", "Halden AS")))
    inside = Editor(await sign_in("owner@isarwerk.example", made, MemberRole.OWNER), f"{MANAGE}/profile")
    form = await inside.form("basics")
    await inside.save("basics", {**form, "tagline": "Draft."})
    contact = await inside.form("contacts/items/c1")
    sent = {
        **form, **contact, "way": "up", "seen": open_form((await inside.get()).text, "publication")["seen"],
        "since": "1", "note": "Taken over", "tagline": "Taken over.", "phone": "666",
    }  # fmt: skip
    people = {
        "visitor": lambda: client,
        "stranger": lambda: sign_in("stranger@example.org"),
        "owner of another": lambda: sign_in("boss@halden.example", other, MemberRole.OWNER),
        "leads": lambda: sign_in("reader@isarwerk.example", made, MemberRole.LEADS),
        "door": lambda: sign_in("door@sterileline.example", staff=StaffRole.DOOR),
        "finance": lambda: sign_in("money@sterileline.example", staff=StaffRole.FINANCE),
    }
    found = people[who]()
    browser = found if isinstance(found, httpx.AsyncClient) else await found
    before = await state()
    tried = routes(app)
    assert len(tried) >= 14
    for method, address in tried:
        answer = await browser.request(method, address, data=sent if method == "POST" else None)
        assert answer.status_code == refused, (method, address)
        assert who != "visitor" or answer.headers["location"].startswith("/account/sign-in"), address
        assert "Draft." not in answer.text
    assert await state() == before


async def test_forms_from_elsewhere_are_refused(app: Litestar, sign_in: SignIn) -> None:
    made = await organisation()
    await companies.make(owner=made, contacts=CONTACTS)
    browser = await sign_in("owner@isarwerk.example", made, MemberRole.OWNER)
    before = await state()
    for method, address in routes(app):
        if method == "POST":
            answer = await browser.post(address, data={"act": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
            assert answer.status_code == 403, address
    assert await state() == before


async def test_commands_refuse_by_themselves(database: str) -> None:
    """Whoever calls them: the page's check is not the only one."""
    made = await organisation()
    company = await companies.make(owner=made, contacts=CONTACTS)
    reader = Actor(account_id=7, email="", name="Reader", memberships={made: MemberRole.LEADS})
    given: dict[str, Any] = {"actor": reader, "company_id": company, "now": clock.now()}
    acts = [
        drafting.save_fields(fields=("tagline",), was=Profile(name=""), typed={"tagline": "X"}, choices={}, **given),
        drafting.save_item(of="contacts", item=CONTACTS[0], was=None, choices={}, **given),
        drafting.remove_item(of="contacts", key="c1", as_seen="", **given),
        drafting.move_item(section=BY_KEY["contacts"], key="c1", up=True, **given),
        drafting.discard(as_seen="", **given),
        revising.publish_draft(as_seen="", note="", choices={}, **given),
        revising.restore(number=1, since=1, choices={}, **given),
    ]
    for act in acts:
        with pytest.raises(Forbidden):
            await act


async def test_naughty_strings_are_kept_or_refused_and_never_run(sign_in: SignIn) -> None:
    strings: list[str] = json.loads((shared_data.folder("edge-cases") / "blns.json").read_text())
    made = await organisation()
    await companies.make(owner=made)
    editor = Editor(await sign_in("owner@isarwerk.example", made, MemberRole.OWNER), f"{MANAGE}/profile")
    basics, contact = await editor.form("basics"), await editor.form("contacts/new")
    fact = await editor.form("capabilities/new")
    for n in range(0, len(strings), 6):
        six = [value.encode("utf-8", "replace").decode() for value in (strings[n : n + 6] * 6)[:6]]
        typed = dict(zip(("tagline", "also", "street", "city", "region", "phone"), six, strict=True))
        path, form = (
            ("basics", {**basics, **typed}),
            ("overview", {"was": '{"name":""}', "description": "\n\n".join(six), "act": "preview"}),
            ("contacts/items", {**contact, "name": six[0], "role": six[1], "email": six[2]}),
            ("capabilities/items", {**fact, "term": six[3], "value": six[4], "free": six[5]}),
        )[n // 6 % 4]
        answer = await editor.save(path, form)
        assert answer.status_code in (303, 409, 422, 200), (answer.status_code, six)
        assert "<script>alert" not in answer.text.lower()
    assert await draft() is not None
    assert words((await editor.get()).text)
    assert (await editor.publish()).status_code in (303, 422)


async def test_fields_of_every_sort(sign_in: SignIn) -> None:
    """What is no field, comes twice, is missing or is a file where text belongs."""
    made = await organisation()
    await companies.make(owner=made, contacts=CONTACTS)
    editor = Editor(await sign_in("owner@isarwerk.example", made, MemberRole.OWNER), f"{MANAGE}/profile")
    form = await editor.form("basics")
    item = await editor.form("contacts/items/c1")
    bodies: list[dict[str, Any]] = [
        {}, {"was": form["was"]}, {**form, "name": ["A", "B"]}, {**form, "choice.": "mine"},
        {**form, "choice.tagline": ["mine:x", "theirs:y"]}, {**form, "choice.facts.x.y.z": "was:"}, {**form, "act": "nonsense"},
    ]  # fmt: skip
    for path, base in (
        ("basics", {}),
        ("contacts/items/c1", item),
        ("contacts/items", item),
        ("publication", {}),
        ("discard", {}),
    ):
        for body in bodies:
            answer = await editor.browser.post(f"{editor.at}/{path}", data={**base, **body})
            assert answer.status_code in (303, 400, 404, 409, 422), (path, body)
        answer = await editor.browser.post(
            f"{editor.at}/{path}", data=base, files={"name": ("a", b"x"), "was": ("b", b"y")}
        )
        assert answer.status_code in (303, 400, 404, 409, 422), path
