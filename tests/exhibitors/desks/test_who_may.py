"""Every route of a desk, found in the application so that none is forgotten: closed to strangers, other companies and staff, to
roles that do not edit, where the organiser did not give the right, and before the company is accepted.
"""

import re
from collections.abc import Iterator, Sequence

import httpx
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from portal.accounts.tables import MemberRole, StaffRole
from portal.core import db
from portal.exhibitors.desk_parts import PARTS
from portal.exhibitors.guards import DESK
from portal.exhibitors.tables.exhibiting import Right
from tests.directory.conftest import SignIn
from tests.factories import exhibitors
from tests.factories.exhibitors import Stand

_DESK = re.sub(r":str", "", DESK)
_RIGHTS = {part.key: part.right for part in PARTS}
EDITING = {
    "GET": {"/passes/{pass_id}", "/profile/items/new", "/profile/items/{item_id}", "/api", "/booth", "/booth/{number}",
            "/booth/{number}/moves", "/booth/{number}/{file}", "/leads/questions"},
    "POST": {
        "/passes", "/passes/badge", "/passes/guests", "/passes/several", "/passes/{pass_id}", "/passes/{pass_id}/mail",
        "/passes/{pass_id}/removal", "/documents", "/documents/{file_id}/hiding", "/documents/{file_id}/removal",
        "/documents/{file_id}/showing", "/profile", "/profile/copy/{source_id}", "/profile/items", "/profile/items/{item_id}",
        "/profile/items/{item_id}/removal", "/tasks/calendar/rotation", "/tasks/{task_id}", "/api/revocation", "/api/rotation",
        "/booth", "/booth/{number}", "/booth/{number}/check", "/booth/{number}/moves", "/booth/{number}/return",
        "/booth/{number}/wish", "/booth/{number}/wish/removal", "/leads/questions", "/meetings/tables/{table_id}/removal",
    },
}  # fmt: skip
"""What is for owners and editors alone."""


def routes(app: Litestar) -> Iterator[tuple[str, str, str]]:
    """Method, address below the desk, and the part of the desk it is of."""
    for route in app.routes:
        path = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)
        if path == _DESK or path.startswith(f"{_DESK}/"):
            tail = path.removeprefix(_DESK)
            for handler in getattr(route, "route_handlers", ()):
                if isinstance(handler, HTTPRouteHandler):
                    for method in sorted({"GET", "POST", "PUT", "PATCH", "DELETE"} & set(handler.http_methods)):
                        yield method, tail, tail.strip("/").partition("/")[0]


async def walk(app: Litestar, who: httpx.AsyncClient, stand: Stand) -> dict[tuple[str, str], int]:
    """What somebody is answered on each route, with numbers of things that are not there."""
    answers = {}
    for method, tail, _ in routes(app):
        address = stand.exhibitor.address + re.sub(r"\{\w+\}", "9", tail)
        answers[method, tail] = (await who.request(method, address)).status_code
    return answers


def refused(answers: dict[tuple[str, str], int]) -> list[tuple[str, str]]:
    return sorted(route for route, status in answers.items() if status == 403)


def below(app: Litestar, parts: Sequence[str]) -> list[tuple[str, str]]:
    return sorted((method, tail) for method, tail, part in routes(app) if part in parts)


def test_every_route_is_of_a_part_and_every_part_has_routes(app: Litestar) -> None:
    assert {part for _, _, part in routes(app)} == set(_RIGHTS)
    known = {(method, tail) for method, tail, _ in routes(app)}
    assert {(method, tail) for method, tails in EDITING.items() for tail in tails} <= known
    assert {method for method, _ in known} == {"GET", "POST"}


async def test_strangers_other_companies_and_staff_find_nothing(
    app: Litestar, sign_in: SignIn, client: httpx.AsyncClient
) -> None:
    stand = await exhibitors.make()
    other = await exhibitors.make("Quellmark Media", event_id=stand.exhibitor.event_id)
    assert set((await walk(app, client, stand)).values()) == {303}
    for who in (
        await sign_in("someone@elsewhere.example"),
        await sign_in("rival@quellmark.example", other.organisation_id, MemberRole.OWNER),
        await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER),
    ):
        assert set((await walk(app, who, stand)).values()) == {404}


async def test_roles_open_what_they_are_for(app: Litestar, sign_in: SignIn) -> None:
    stand = await exhibitors.make()
    for role in (MemberRole.LEADS, MemberRole.EDITOR, MemberRole.OWNER):
        answers = await walk(app, await sign_in(f"{role}2@isarwerk.example", stand.organisation_id, role), stand)
        editing = sorted((method, tail) for method, tails in EDITING.items() for tail in tails)
        assert refused(answers) == (editing if role is MemberRole.LEADS else []), role
        assert not {405, 500} & set(answers.values())


@pytest.mark.parametrize("off", [Right.PASSES, Right.DOCUMENTS, Right.MEETINGS])
async def test_what_the_organiser_did_not_give_is_closed(off: Right, app: Litestar, sign_in: SignIn) -> None:
    stand = await exhibitors.make(rights=[right for right in Right if right is not off])
    owner = await sign_in("owner2@isarwerk.example", stand.organisation_id, MemberRole.OWNER)
    closed = [key for key, right in _RIGHTS.items() if right is off]
    assert refused(await walk(app, owner, stand)) == below(app, closed)


async def test_an_application_opens_the_desks_first_page_and_the_choice_of_a_booth(
    app: Litestar, sign_in: SignIn
) -> None:
    stand = await exhibitors.make(accepted=False)
    owner = await sign_in("owner2@isarwerk.example", stand.organisation_id, MemberRole.OWNER)
    for state in ("applied", "declined", "withdrawn", "cancelled", "joined"):
        await db.execute("UPDATE exhibitor SET state = $1", state)
        answers = {
            route: status for route, status in (await walk(app, owner, stand)).items() if "/booth" not in route[1]
        }
        assert refused(answers) == below(app, [key for key in _RIGHTS if key not in ("", "booth")])
