"""Each right that is off means 403 on every page, file and call. Routes are found in the application: none is forgotten."""

import re
from collections.abc import Iterator

import httpx
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.exhibitors.guards import DESK
from portal.exhibitors.leads.commands import rotate_key
from portal.exhibitors.tables.exhibiting import Right
from tests.directory.conftest import SignIn
from tests.factories.scans import Hall

_DESK = re.sub(r":str", "", DESK)
OURS = (Right.SCAN, Right.LEADS, Right.EXPORT, Right.API)
# A page of leads belongs to the right whose part of the desk it is.
_BY_PLACE = {"scan": Right.SCAN, "leads": Right.LEADS, "export": Right.EXPORT, "api": Right.API}


def _routes(app: Litestar) -> Iterator[tuple[str, str, Right]]:
    """Method, address and the right of every route of leads: all handlers of the package but those for attendees, for whoever
    holds a file, and for staff."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if not isinstance(handler, HTTPRouteHandler) or "OPTIONS" in handler.http_methods:
                continue
            path = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)
            right = None
            if path.startswith(_DESK):
                right = _BY_PLACE.get(path.removeprefix(_DESK).strip("/").partition("/")[0])
            elif path.startswith("/api/v1/leads"):
                right = Right.API
            if right is not None:
                yield from ((method, path, right) for method in handler.http_methods if method != "HEAD")


def _address(path: str, hall: Hall) -> str:
    exhibitor = hall.stand.exhibitor
    given = {"slug": exhibitor.company_slug, "event_slug": exhibitor.event_slug}
    return re.sub(r"\{(\w+)\}", lambda found: given.get(found[1], "2345678923"), path)


def test_every_route_of_the_package_has_a_right_or_is_known_to_need_none(app: Litestar) -> None:
    found = {(method, path) for method, path, _ in _routes(app)}
    free = {
        (method, re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path))
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler) and handler.fn.__module__.startswith("portal.exhibitors.leads")
        for method in handler.http_methods
        if method not in ("HEAD", "OPTIONS")
    } - found
    assert sorted(free) == [
        ("GET", "/account/scans"), ("GET", "/b/{code}"), ("GET", "/leads/proof"), ("GET", "/staff/events/{event_id}/leads"),
        ("POST", "/account/scans/{number}/withdrawal"), ("POST", "/leads/proof"),
        ("POST", "/seats/{claim}/scans/{number}/withdrawal"),
    ]  # fmt: skip
    assert len(found) >= 18
    assert {right for *_, right in _routes(app)} == set(OURS)


@pytest.mark.parametrize("off", OURS)
async def test_a_right_that_is_off_is_refused_on_every_route(
    app: Litestar, client: httpx.AsyncClient, sign_in: SignIn, hall: Hall, off: Right
) -> None:
    key = await rotate_key(exhibitor=hall.stand.exhibitor, actor=hall.stand.owner, now=clock.now())
    owner = await sign_in("boss@isarwerk.example", hall.stand.organisation_id, MemberRole.OWNER)
    await hall.scan(await hall.attendee())
    await hall.rights(*(right for right in Right if right is not off))
    api = {"Authorization": f"Bearer {key}"}
    refused = 0
    for method, path, right in list(_routes(app)):
        who = owner if path.startswith(_DESK) else client
        answer = await who.request(method, _address(path, hall), headers=api)
        assert (answer.status_code == 403) == (right is off), (method, path, right, answer.status_code)
        assert answer.status_code != 500, (method, path)
        refused += answer.status_code == 403
    assert refused > 0
    desk = (await owner.get(hall.address)).text
    assert [right for right, key in zip(OURS, _BY_PLACE, strict=True) if f'{hall.address}/{key}"' not in desk] == [off]


@pytest.mark.parametrize("state", ["cancelled", "applied", "withdrawn"])
async def test_who_does_not_exhibit_any_more_reads_nothing(
    app: Litestar, client: httpx.AsyncClient, sign_in: SignIn, hall: Hall, state: str
) -> None:
    key = await rotate_key(exhibitor=hall.stand.exhibitor, actor=hall.stand.owner, now=clock.now())
    owner = await sign_in("boss@isarwerk.example", hall.stand.organisation_id, MemberRole.OWNER)
    await hall.scan(await hall.attendee())
    await db.execute("UPDATE exhibitor SET state = $1", state)
    for method, path, _ in list(_routes(app)):
        who = owner if path.startswith(_DESK) else client
        answer = await who.request(method, _address(path, hall), headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 403, (method, path)
    assert await db.fetch_value("SELECT count(*) FROM lead") == 1


async def test_strangers_and_other_companies_find_nothing(
    app: Litestar, client: httpx.AsyncClient, sign_in: SignIn, hall: Hall
) -> None:
    stranger = await sign_in("someone@elsewhere.example")
    for method, path, _ in list(_routes(app)):
        if path.startswith(_DESK):
            assert (await stranger.request(method, _address(path, hall))).status_code == 404, path
            assert (await client.request(method, _address(path, hall))).status_code == 303, path
        else:
            assert (await client.request(method, _address(path, hall))).status_code == 401, path
