"""Every route of the desk, and everybody who might try it."""

from collections.abc import Iterator

import httpx
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from portal.accounts.tables import StaffRole
from portal.webinars.tables.rooms import CrewRole
from tests.factories import webinars
from tests.webinars.desk.busy import busy_room
from tests.webinars.desk.conftest import AtDesk
from tests.webinars.desk.hands import live

SPEAKER, MODERATOR, HOST = 1, 2, 3
LEAST = {
    "GET": SPEAKER, "GET stream": SPEAKER, "GET regions": SPEAKER, "GET questions": SPEAKER, "GET questions/1": SPEAKER,
    "GET chat": SPEAKER, "GET people": SPEAKER, "GET people/1": SPEAKER, "GET polls/results.csv": SPEAKER,
    "POST notes": SPEAKER, "POST questions/1/answer": SPEAKER,
    "POST questions/1/approval": MODERATOR, "POST questions/1/refusal": MODERATOR, "POST questions/1/return": MODERATOR,
    "POST questions/1/merger": MODERATOR, "POST questions/1/stage": MODERATOR, "POST questions/1/stage/withdrawal": MODERATOR,
    "POST questions/1/live": MODERATOR, "POST questions/1/live/withdrawal": MODERATOR, "POST questions/1/faq": MODERATOR,
    "POST questions/1/faq/withdrawal": MODERATOR, "POST chat": MODERATOR, "POST chat/1/hiding": MODERATOR,
    "POST chat/1/restoring": MODERATOR, "POST polls/1/opening": MODERATOR, "POST polls/1/closing": MODERATOR,
    "POST polls/1/results": MODERATOR, "POST polls/1/results/withdrawal": MODERATOR, "GET polls/answers.csv": MODERATOR,
    "POST resources/1/showing": MODERATOR, "POST resources/1/hiding": MODERATOR, "POST resources/1/place/up": MODERATOR,
    "POST resources/1/place/down": MODERATOR, "POST people/1/mute": MODERATOR, "POST people/1/removal": MODERATOR,
    "POST people/1/restrictions/1/lifting": MODERATOR, "POST switches/chat_on": MODERATOR,
    "GET polls/new": MODERATOR, "POST polls/new": MODERATOR, "GET polls/1": MODERATOR, "POST polls/1": MODERATOR,
    "POST polls/1/removal": MODERATOR, "GET crew": HOST, "POST crew": HOST, "POST crew/999/role": HOST,
    "POST crew/999/removal": HOST, "POST state/end": HOST, "GET picture": HOST, "POST picture": HOST,
    "GET report": MODERATOR, "GET report/sources.csv": MODERATOR,
}  # fmt: skip
"""The least role for each; whoever has a higher one may too."""
SAMPLES = {
    "{number:int}": "1",
    "{restriction:int}": "1",
    "{action:str}": "end",
    "{name:str}": "chat_on",
    "{member:int}": "999",
    "{part:str}": "sources.csv",
}


def routes(app: Litestar) -> Iterator[str]:
    """`POST questions/1/approval` for every route of the desk."""
    for route in app.routes:
        before, desk, rest = route.path.partition("/webinars/{slug:str}/desk")
        if not desk or before:
            continue
        for pattern, sample in SAMPLES.items():
            rest = rest.replace(pattern, sample)
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler):
                yield from (f"{way} {rest.strip('/')}".strip() for way in handler.http_methods - {"OPTIONS", "HEAD"})


def test_every_route_of_the_desk_is_here(app: Litestar) -> None:
    assert sorted(routes(app)) == sorted(LEAST)


async def refused(browser: httpx.AsyncClient, made: webinars.Webinar, route: str) -> bool:
    way, _, rest = route.partition(" ")
    answer = await browser.request(way, f"{made.desk}/{rest}".rstrip("/"))
    assert answer.status_code < 500, route
    return answer.status_code == 403 or answer.headers.get("location", "").startswith("/account/sign-in")


@pytest.mark.parametrize("level", [0, SPEAKER, MODERATOR, HOST])
async def test_each_role_may_what_is_its_own_and_nothing_more(
    at_desk: AtDesk, client: httpx.AsyncClient, level: int
) -> None:
    made, other = await busy_room(), await live()
    match level:
        case 0:
            await client.post(f"/join/{(await webinars.join(made, 'anna@a.example')).claim}")
            hosts_elsewhere = await at_desk(other, CrewRole.HOST, name="Elsa Where")
            attends = await at_desk(name="Anna Lindqvist", email="anna@a.example")
            finance = await at_desk(name="Fina Nance", staff=StaffRole.FINANCE)
            everybody = [client, hosts_elsewhere, attends, finance]
        case _:
            role = {SPEAKER: CrewRole.SPEAKER, MODERATOR: CrewRole.MODERATOR, HOST: CrewRole.HOST}[level]
            everybody = [await at_desk(made, role)]
            if level == HOST:
                everybody.append(await at_desk(name="Editha Editor", staff=StaffRole.EDITOR))
    for browser in everybody:
        for route, least in LEAST.items():
            # A stream that is let through has no end.
            if route == "GET stream" and level:
                continue
            assert await refused(browser, made, route) is (level < least), (level, route)


async def test_what_is_not_theirs_to_press_is_not_on_their_page(at_desk: AtDesk) -> None:
    made = await busy_room()
    speaker = await at_desk(made, CrewRole.SPEAKER, name="Anselm Oyelaran")
    moderator = await at_desk(made, CrewRole.MODERATOR)
    pages = [(await one.get(made.desk)).text for one in (speaker, moderator)]
    for way in (
        "/approval",
        "/stage",
        "/closing",
        "/hiding",
        "/showing",
        "/switches/",
        "/state/",
        "answers.csv",
        "/report",
    ):
        assert [way in page for page in pages] == [False, way != "/state/"], way
    person = f"{made.desk}/people/1"
    assert ["@brennhof.example" in (await one.get(person)).text for one in (speaker, moderator)] == [False, True]
