"""What is on now and what comes next: said by the server, asked for anew by the page."""

from datetime import timedelta

import httpx
import pytest

from portal.core import clock
from portal.programme.tables import SessionKind
from portal.programme.values import SessionFacts
from tests.programme.test_pages import NINE, PROGRAMME, programme, titles

LIVE = 'hx-trigger="every 60s"'


def on(title: str, *, minutes: float, **more: object) -> SessionFacts:
    """An hour that begins so many minutes from now."""
    starts = clock.now() + timedelta(minutes=minutes)
    ends = starts + timedelta(hours=1)
    return SessionFacts(key=title, title=title, starts_at=starts, ends_at=ends, **more)  # type: ignore[arg-type]


@pytest.fixture
async def today(database: str) -> None:
    # In a zone where it is about noon, so that all of it is one day of the conference.
    hour = clock.now().hour - 12
    zone = f"Etc/GMT{hour:+d}" if hour else "UTC"
    many = [on(f"On {n}", minutes=-20, room=f"Room {n}") for n in range(10)]
    await programme(
        (
            on("Over", minutes=-90),
            *many,
            on("Coffee", minutes=-20, kind=SessionKind.BREAK),
            on("Called off", minutes=-20, cancelled=True),
            on("Next", minutes=40),
            on("Later", minutes=100),
        ),
        starts_at=clock.now() - timedelta(hours=2), hours=6, timezone=zone,
    )  # fmt: skip


@pytest.mark.usefixtures("today")
async def test_the_page_says_all_and_is_asked_for_anew(client: httpx.AsyncClient) -> None:
    slug = f"forum-{clock.now():%Y}"
    page = await client.get(f"/events/{slug}/now")
    assert titles(page) == [*(f"On {n}" for n in range(10)), "Next"]
    assert f'hx-get="/events/{slug}/now" {LIVE}' in page.text
    fragment = await client.get(f"/events/{slug}/now", headers={"HX-Request": "true"})
    assert (titles(fragment), "<html" in fragment.text) == (titles(page), False)
    first = await client.get(f"/events/{slug}/programme")
    card = first.text.partition('id="now"')[2].partition('id="filters"')[0]
    assert card.count("<article") == 9
    assert "All 10 that are on, and all 1 that come next" in card
    assert f'hx-get="/events/{slug}/now?short=yes" {LIVE}' in card
    again = await client.get(f"/events/{slug}/now?short=yes", headers={"HX-Request": "true"})
    assert titles(again) == [*titles(page)[:8], "Next"]


async def test_long_before_it_nothing_is_asked_for(client: httpx.AsyncClient) -> None:
    await programme()
    page = await client.get("/events/forum-2027/now")
    assert "Nothing is on. “First air” is next, Tuesday 9 February at 09:00." in page.text
    assert LIVE not in page.text
    assert LIVE not in (await client.get(PROGRAMME)).text.partition('id="filters"')[0]
    assert clock.now() + timedelta(days=1) < NINE
    for path in ("/events/nowhere/now", "/events/%00/now"):
        assert (await client.get(path)).status_code == 404
