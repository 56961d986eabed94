"""Every route of a desk: closed to strangers and other companies, to roles that do not edit, and where the right is not given."""

from typing import NamedTuple

import httpx
import pytest

from portal.accounts.tables import MemberRole, StaffRole
from portal.exhibitors.tables.exhibiting import Right
from tests.directory.conftest import SignIn
from tests.factories import exhibitors


class Route(NamedTuple):
    """A route of the desk; `editing` ones are for owners and editors."""

    method: str
    tail: str
    right: Right | None
    editing: bool = False


ROUTES = (
    Route("GET", "", None),
    Route("GET", "/passes", Right.PASSES),
    Route("POST", "/passes", Right.PASSES, True),
    Route("GET", "/passes/1", Right.PASSES, True),
    Route("POST", "/passes/1", Right.PASSES, True),
    Route("POST", "/passes/1/removal", Right.PASSES, True),
    Route("POST", "/passes/1/mail", Right.PASSES, True),
    Route("POST", "/passes/badge", Right.PASSES, True),
    Route("POST", "/passes/guests", Right.PASSES, True),
    Route("POST", "/passes/several", Right.PASSES, True),
    Route("GET", "/documents", Right.DOCUMENTS),
    Route("POST", "/documents", Right.DOCUMENTS, True),
    Route("POST", "/documents/read/1", Right.DOCUMENTS),
    Route("POST", "/documents/1/showing", Right.DOCUMENTS, True),
    Route("POST", "/documents/1/hiding", Right.DOCUMENTS, True),
    Route("POST", "/documents/1/removal", Right.DOCUMENTS, True),
    Route("GET", "/profile", None),
    Route("POST", "/profile", None, True),
    Route("GET", "/profile/preview", None),
    Route("POST", "/profile/copy/1", None, True),
    Route("GET", "/profile/items/new", None, True),
    Route("POST", "/profile/items", None, True),
    Route("GET", "/profile/items/1", None, True),
    Route("POST", "/profile/items/1", None, True),
    Route("POST", "/profile/items/1/removal", None, True),
    Route("GET", "/tasks", None),
    Route("GET", "/tasks/1", None),
    Route("POST", "/tasks/1", None, True),
    Route("GET", "/tasks/calendar", None),
    Route("POST", "/tasks/calendar/rotation", None, True),
)
each = pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.tail or '/'}")


async def ask(client: httpx.AsyncClient, route: Route, address: str) -> int:
    return (await client.request(route.method, address + route.tail)).status_code


@each
async def test_strangers_other_companies_and_staff_find_nothing(
    route: Route, sign_in: SignIn, client: httpx.AsyncClient
) -> None:
    stand = await exhibitors.make()
    other = await exhibitors.make("Quellmark Media", event_id=stand.exhibitor.event_id)
    address = stand.exhibitor.address
    assert await ask(client, route, address) == 303
    stranger = await sign_in("someone@elsewhere.example")
    rival = await sign_in("rival@quellmark.example", other.organisation_id, MemberRole.OWNER)
    staff = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
    assert [await ask(who, route, address) for who in (stranger, rival, staff)] == [404, 404, 404]


@each
async def test_roles_open_what_they_are_for(route: Route, sign_in: SignIn) -> None:
    stand = await exhibitors.make()
    leads = await sign_in("leads@isarwerk.example", stand.organisation_id, MemberRole.LEADS)
    editor = await sign_in("editor@isarwerk.example", stand.organisation_id, MemberRole.EDITOR)
    assert (await ask(leads, route, stand.exhibitor.address) == 403) is route.editing
    assert await ask(editor, route, stand.exhibitor.address) not in (403, 405, 500)


@each
async def test_what_the_organiser_did_not_give_is_closed(route: Route, sign_in: SignIn) -> None:
    stand = await exhibitors.make(rights=[right for right in Right if right is not route.right])
    owner = await sign_in("owner2@isarwerk.example", stand.organisation_id, MemberRole.OWNER)
    assert (await ask(owner, route, stand.exhibitor.address) == 403) is (route.right is not None)


@each
async def test_an_application_opens_nothing_but_the_desks_first_page(route: Route, sign_in: SignIn) -> None:
    stand = await exhibitors.make(accepted=False)
    owner = await sign_in("owner2@isarwerk.example", stand.organisation_id, MemberRole.OWNER)
    assert await ask(owner, route, stand.exhibitor.address) == (403 if route.tail else 200)
