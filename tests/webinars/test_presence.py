"""House rule 30: open pages say that they are open, and only the server's clock counts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar

from portal.core import db
from portal.webinars.live.presence import Presence
from portal.webinars.queries.attendance import here
from portal.webinars.rules.presence import counts, parts
from portal.webinars.rules.states import HostAction
from portal.webinars.values import Participant
from tests.factories import webinars
from tests.factories.webinars import Webinar

MINUTE = timedelta(minutes=1)
PAGE = "a1b2c3d4e5f6a7b8c9d0e1f2"


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> "Clock":
    return Clock(monkeypatch)


class Clock:
    """The server's clock, as handlers read it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)
        monkeypatch.setattr("portal.core.clock.now", lambda: self.now)

    def __call__(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


async def enter(client: httpx.AsyncClient, made: Webinar, email: str = "anna@brennhof.example") -> Participant:
    anna = await webinars.join(made, email)
    assert (await client.post(f"/join/{anna.claim}")).status_code == 303
    return anna


async def sign(client: httpx.AsyncClient, made: Webinar, page: str = PAGE, **said: Any) -> httpx.Response:
    return await client.post(f"{made.room}/presence", data={"page": page, "visible": "1", **said})


def presence(app: Litestar) -> Presence:
    found: Presence = app.state.services.live.presence
    return found


async def stays(seat_id: int) -> list[float]:
    """How long somebody stayed each time, in seconds."""
    rows = await db.fetch(
        "SELECT extract(epoch FROM upper(one) - lower(one))::float8 AS seconds FROM webinar_attendance, unnest(spans) AS one "
        "WHERE seat = $1 ORDER BY one",
        seat_id,
    )
    return [row["seconds"] for row in rows]


async def test_signs_of_a_page_are_one_stay_and_of_two_devices_one_union(
    client: httpx.AsyncClient, app: Litestar, at: Clock
) -> None:
    made = await webinars.make(starts_in=10 * MINUTE)
    anna = await enter(client, made)
    for _ in range(4):
        assert (await sign(client, made)).status_code in (200, 204)
        at(20)
        assert (await sign(client, made, "second-device")).status_code in (200, 204)
    await presence(app).flush()
    assert await stays(anna.seat_id) == [80]
    at(66)
    await sign(client, made)
    at(65)
    await sign(client, made)
    await presence(app).flush()
    assert await stays(anna.seat_id) == [80, 65]


async def test_a_client_s_clock_and_what_it_makes_up_have_no_effect(
    client: httpx.AsyncClient, app: Litestar, at: Clock
) -> None:
    made = await webinars.make(starts_in=10 * MINUTE)
    anna = await enter(client, made)
    lies = {"at": "2099-01-01T00:00:00Z", "now": "0", "seconds": "5000", "second": "3000", "played": "0-3000"}
    assert (await sign(client, made, **lies)).status_code == 204
    at(30)
    for _ in range(50):
        await sign(client, made, **lies)
    await presence(app).flush()
    assert await stays(anna.seat_id) == [30]
    row = await db.fetch_one("SELECT film_seconds(watched) AS film, resume_at FROM webinar_attendance")
    assert dict(row or {}) == {"film": 0, "resume_at": None}


@pytest.mark.parametrize(
    "said",
    [{"page": "x"}, {"page": "../../etc/passwd"}, {"second": "-1"}, {"second": "9" * 30}, {"played": "1-2," * 500}],
)
async def test_what_is_no_sign_is_refused(client: httpx.AsyncClient, said: dict[str, str]) -> None:
    made = await webinars.make(starts_in=10 * MINUTE)
    await enter(client, made)
    assert (await sign(client, made, **{"page": PAGE, **said})).status_code == 422


async def test_strangers_and_those_shown_the_door_are_not_counted(
    client: httpx.AsyncClient, app: Litestar, at: Clock
) -> None:
    made = await webinars.make(starts_in=10 * MINUTE)
    assert (await sign(client, made)).status_code == 403
    anna = await enter(client, made)
    await sign(client, made)
    await db.execute(
        "INSERT INTO room_restriction (webinar, seat, kind, at) VALUES ($1, $2, 'removed', now())", made.webinar_id, anna.seat_id
    )  # fmt: skip
    assert (await sign(client, made)).status_code == 403
    await presence(app).flush()
    assert await stays(anna.seat_id) == []


async def test_a_hidden_page_without_sound_is_nobody_s_presence(
    client: httpx.AsyncClient, app: Litestar, at: Clock
) -> None:
    made = await webinars.make(starts_in=10 * MINUTE)
    anna = await enter(client, made)
    await sign(client, made)
    at(20)
    await sign(client, made, visible="0", playing="1")
    at(20)
    await sign(client, made, visible="0", playing="0")
    await presence(app).flush()
    assert await stays(anna.seat_id) == [20]
    assert [counts(visible=v, playing=p) for v, p in ((True, False), (False, None), (False, True), (False, False))] == [
        True, True, True, False,
    ]  # fmt: skip


async def test_without_scripts_each_load_of_the_page_and_the_button_count(
    client: httpx.AsyncClient, app: Litestar, at: Clock
) -> None:
    made = await webinars.make(starts_in=10 * MINUTE)
    anna = await enter(client, made)
    await client.get(made.room)
    at(299)
    await client.get(made.room)
    at(300)
    pressed = await client.post(f"{made.room}/presence")
    assert (pressed.status_code, pressed.headers["location"]) == (303, made.room)
    await presence(app).flush()
    assert (await here(made.webinar_id, at.now + timedelta(seconds=299))).here == 1
    assert (await here(made.webinar_id, at.now + timedelta(seconds=301))).here == 0
    at(301)
    await client.get(made.room)
    await presence(app).flush()
    assert await stays(anna.seat_id) == [599, 0]


async def test_a_browser_that_speaks_is_not_counted_for_loading(
    client: httpx.AsyncClient, app: Litestar, at: Clock
) -> None:
    made = await webinars.make(starts_in=10 * MINUTE)
    anna = await enter(client, made)
    await client.get(made.room)
    await sign(client, made)
    at(200)
    await client.get(made.room)
    await presence(app).flush()
    assert await stays(anna.seat_id) == [0]


async def test_nobody_opens_pages_without_end(client: httpx.AsyncClient, at: Clock) -> None:
    made = await webinars.make(starts_in=10 * MINUTE)
    await enter(client, made)
    answers = [(await sign(client, made, f"page-number-{number}")).status_code for number in range(121)]
    assert (set(answers[:120]), answers[120]) == ({204}, 429)
    assert (await sign(client, made, "page-number-0")).status_code == 204


async def test_what_was_heard_while_the_database_was_away_is_kept(
    client: httpx.AsyncClient, at: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await webinars.make(starts_in=10 * MINUTE)
    anna = await webinars.join(made, "anna@brennhof.example")
    heard = Presence()
    page = (made.webinar_id, anna.seat_id, PAGE)
    heard.heard(page, gap_seconds=65, at=at.now)
    with monkeypatch.context() as away:
        away.setattr("portal.webinars.live.presence.keep", _away)
        await heard.flush()
    at(60)
    heard.heard(page, gap_seconds=65, at=at.now)
    await heard.flush()
    await heard.flush()
    assert await stays(anna.seat_id) == [60]


async def _away(_: object) -> None:
    raise ConnectionResetError


async def test_what_is_left_is_written_when_the_process_ends(database: str, at: Clock) -> None:
    made = await webinars.make(starts_in=10 * MINUTE)
    anna = await webinars.join(made, "anna@brennhof.example")
    heard = Presence()
    async with heard.running():
        heard.heard((made.webinar_id, anna.seat_id, PAGE), gap_seconds=65, at=at.now)
        heard.heard((made.webinar_id, -1, PAGE), gap_seconds=65, at=at.now)
    assert await stays(anna.seat_id) == [0]


async def test_a_replay_is_watched_by_distinct_seconds_and_by_real_time(
    client: httpx.AsyncClient, app: Litestar, at: Clock
) -> None:
    made = await webinars.make(starts_in=10 * MINUTE)
    anna = await enter(client, made)
    await webinars.go(made, HostAction.GO_LIVE)
    await db.execute(
        "INSERT INTO webinar_recording (webinar, source, source_url, seconds) VALUES ($1, 'hls', '/film.m3u8', 3000)",
        made.webinar_id,
    )

    async def watch(*ranges: str, every: int = 20) -> tuple[int, int]:
        """Say of one page what was played in each stretch; gives (distinct seconds, real seconds) of all so far."""
        for played in ranges:
            at(every)
            await sign(client, made, played=played, second=played.rpartition("-")[2], playing="1")
        await presence(app).flush()
        row = await db.fetch_one(
            "SELECT film_seconds(watched) AS film, span_seconds(watching)::int AS real FROM webinar_attendance WHERE seat = $1",
            anna.seat_id,
        )
        assert row is not None
        return row["film"], row["real"]

    assert await watch("0-20", "20-40") == (0, 0)  # live: the recording is nobody’s business yet
    await db.execute("UPDATE webinar SET state = 'replay', ended_at = $1", at.now)
    at(600)
    await sign(client, made)
    assert await watch("0-20", "20-40") == (40, 40)
    assert await watch("0-20", "20-40") == (40, 80)  # twice adds nothing that was not seen
    assert await watch("40-80", "80-120") == (120, 120)  # at double speed: time goes by as it does
    assert await watch("2990-9000", "9000-9999", "x-y", "7-3") == (130, 160)  # what the film does not have
    at(600)
    assert await watch("200-500", every=0) == (430, 160)  # nobody was seen meanwhile: the clock gives nothing
    assert await db.fetch_value("SELECT resume_at FROM webinar_attendance") == 500


def test_ranges_are_read_as_far_as_they_can_be() -> None:
    assert parts("12-32,40-60") == [(12, 32), (40, 60)]
    assert parts("") == parts("-,1-,a-b,5-5,9-3,-1-4,1234567-9999999,١-٢") == []
    assert len(parts("1-2," * 300)) == 50
