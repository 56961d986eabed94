"""A programme of the size of FOSDEM: no page of the editor asks more, or waits."""

import httpx
import pytest

from portal.programme.values import PersonFacts
from tests.programme.editing.making import make, row
from tests.programme.test_pages import held
from tests.queries import counting

FRAME = 2
"""What each staff page asks: who it is, and what waits for staff."""
PAGES = {
    "": 4,
    "?move={id}": 5,
    "/sessions": 3,
    "/sessions/{id}": 6,
    "/rooms": 2,
    "/tracks": 2,
    "/people": 2,
    "/release": 4,
}


async def sizes(editor: httpx.AsyncClient, event_id: int) -> dict[str, int]:
    one = (await row(event_id, "Session 0"))["id"]
    found = {}
    for path in PAGES:
        async with counting() as asked:
            page = await editor.get(f"/staff/events/{event_id}/programme{path.format(id=one)}")
        assert (path, page.status_code) == (path, 200)
        found[path] = len(asked) - FRAME
    return found


@pytest.mark.parametrize("count", [1, 900])
async def test_every_page_asks_as_little(editor: httpx.AsyncClient, count: int) -> None:
    """Statistics are none yet after an import: the plans of statements must not need them."""
    them = [
        held(
            str(n), f"Session {n}", hours=n / 60, room=f"Room {n % 30}", people=(PersonFacts(f"Person {n}", str(n)),),
        )
        for n in range(count)
    ]  # fmt: skip
    assert await sizes(editor, await make(*them)) == PAGES
