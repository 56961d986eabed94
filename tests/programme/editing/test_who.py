"""Who gets in: every route of the editor, for every role."""

import re

import httpx
import pytest
from litestar import Litestar

from portal.accounts.tables import StaffRole
from portal.core import db
from tests.events.conftest import SignIn
from tests.programme.editing.making import make, row

BASE = "/staff/events/{event_id:int}/programme"


def routes(app: Litestar) -> set[tuple[str, str]]:
    """Every (method, path) below the programme of an event, staff’s."""
    return {
        (method, route.path)
        for route in app.routes
        if route.path.startswith(BASE) and not {"readiness", "slides"} & set(route.path.split("/"))
        for method in getattr(route, "methods", ())
        if method in ("GET", "POST")
    }


async def addresses(app: Litestar) -> list[tuple[str, str]]:
    event_id = await make()
    one = await row(event_id, "First air")
    who = await db.fetch_value("SELECT speaker FROM session_speaker WHERE session = $1", one["id"])
    numbers = {"event_id": event_id, "session_id": one["id"], "session_slug": one["slug"], "room_id": one["room"],
               "track_id": one["track"], "speaker_id": who, "upload_id": 1}  # fmt: skip
    found = [
        (method, re.sub(r"\{(\w+):\w+\}", lambda part: str(numbers[part[1]]), path))
        for method, path in sorted(routes(app))
    ]
    assert len(found) >= 30
    return found


async def everything() -> object:
    tables = (
        "programme",
        "programme_session",
        "programme_room",
        "programme_track",
        "session_speaker",
        "programme_release",
    )
    return [[tuple(one) for one in await db.fetch(f"SELECT * FROM {table} ORDER BY 1")] for table in tables]


async def test_visitors_are_asked_to_sign_in(app: Litestar, client: httpx.AsyncClient) -> None:
    for method, path in await addresses(app):
        answer = await client.request(method, path, data={} if method == "POST" else None)
        assert (path, answer.status_code) == (path, 303)
        assert answer.headers["location"].startswith("/account/sign-in")


@pytest.mark.parametrize("role", [None, StaffRole.FINANCE, StaffRole.DOOR, StaffRole.SUPPORT])
async def test_others_may_not(app: Litestar, sign_in: SignIn, role: StaffRole | None) -> None:
    person = await sign_in(role)
    there = await addresses(app)
    before = await everything()
    for method, path in there:
        answer = await person.request(method, path, data={} if method == "POST" else None)
        assert (path, answer.status_code) == (path, 403)
    assert await everything() == before


async def test_what_is_not_there_is_not_found(app: Litestar, editor: httpx.AsyncClient) -> None:
    for method, path in await addresses(app):
        for number, status in (("999999", 404), (str(2**63), 400)):
            wrong = re.sub(r"/events/\d+/", f"/events/{number}/", path)
            answer = await editor.request(method, wrong, data={} if method == "POST" else None)
            assert (wrong, answer.status_code) == (wrong, status)


async def test_numbers_of_another_event_lead_nowhere(app: Litestar, editor: httpx.AsyncClient) -> None:
    other = await make()
    for method, path in await addresses(app):
        if re.search(r"/(sessions|rooms|tracks|import)/\d+", path):
            wrong = re.sub(r"/events/\d+/", f"/events/{other}/", path)
            typed = {
                "version": "1",
                "title": "X",
                "name": "X",
                "colour": "1",
                "speaker": "1",
                "role": "host",
                "way": "down",
            }
            answer = await editor.request(method, wrong, data=typed if method == "POST" else None)
            assert (wrong, answer.status_code) in ((wrong, 404), (wrong, 303 if wrong.endswith("/place") else 404))
