"""Places get other names, with the same address and badge: what one person agreed to is never another’s."""

import importlib
from datetime import timedelta

import httpx
import pytest

from portal.core import clock, db
from portal.core.errors import Conflict
from portal.exhibitors.leads import commands, queries
from portal.leads.chain.values import Noted
from portal.registration.rules.badges import badge_code
from tests.factories.scans import Hall

OFFICE = "office@brennhof.example"
_NAMED = "UPDATE seat SET first_name = $2, last_name = $3 WHERE claim_secret = $1"


async def leads_of(hall: Hall) -> dict[str, tuple[str, int, str]]:
    exhibitor = hall.stand.exhibitor
    found = await queries.everyone(exhibitor.company_id, exhibitor.event_id)
    return {one.name: (one.code, one.visits, one.note) for one in found}


async def receipts() -> list[str]:
    return [row["person"] for row in await db.fetch("SELECT person FROM consent WHERE withdrawn_at IS NULL ORDER BY 1")]


async def test_another_first_name_on_a_badge_is_another_person(
    hall: Hall, team: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    seat = await hall.seat(OFFICE, "Amara Vos")
    badge = badge_code(seat)
    amara = await hall.scan(badge)
    exhibitor, owner = hall.stand.exhibitor, hall.stand.owner
    noted = Noted(note="Wants vials")
    await commands.note(exhibitor=exhibitor, actor=owner, code=amara.code, noted=noted, version=None, now=clock.now())
    await db.execute(_NAMED, seat, "Bob", "Lind")
    assert "Who scanned you" not in (await client.get(f"/seats/{seat}")).text, "those were hers"
    assert "Please turn the screen to your guest" in (await team.get(f"{hall.address}/scan/badges/{badge}")).text
    with pytest.raises(Conflict, match="not agreed yet"):
        await hall.scan(badge, read="")
    bob = await hall.scan(badge)
    assert await leads_of(hall) == {"Amara Vos": (amara.code, 1, "Wants vials"), "Bob Lind": (bob.code, 1, "")}
    assert await receipts() == ["Amara Vos", "Bob Lind"]
    # Named back, it is hers, as before.
    await db.execute(_NAMED, seat, "Amara", "Vos")
    assert (await hall.scan(badge, read="")).code == amara.code


@pytest.mark.parametrize("name", [("amara ", "Lind"), ("AMARA", "Vos"), ("", "Vos-Lind")])
async def test_a_name_put_right_is_the_same_person(hall: Hall, name: tuple[str, str]) -> None:
    seat = await hall.seat(OFFICE, "Amara Vos")
    kept = await hall.scan(badge_code(seat))
    await db.execute(_NAMED, seat, *name)
    assert (await hall.scan(badge_code(seat), read="")).code == kept.code
    assert len(await receipts()) == 1


async def test_two_who_swap_their_places_stay_who_they_are(hall: Hall) -> None:
    one, two = await hall.seat(OFFICE, "Amara Vos"), await hall.seat(OFFICE, "Amara Lind")
    first, second = await hall.scan(badge_code(one)), await hall.scan(badge_code(two))
    await db.execute(_NAMED, one, "Amara", "Lind")
    await db.execute(_NAMED, two, "Amara", "Vos")
    for _ in range(2):
        assert (await hall.scan(badge_code(one), read="")).code == second.code
        assert (await hall.scan(badge_code(two), read="")).code == first.code
    assert await leads_of(hall) == {"Amara Vos": (first.code, 3, ""), "Amara Lind": (second.code, 3, "")}
    assert await receipts() == ["Amara Lind", "Amara Vos"]


async def test_receipts_that_two_shared_say_when_each_agreed(hall: Hall) -> None:
    """As they were kept before each had their own."""
    step = importlib.import_module("migrations.20261129_0901_receipts_of_each_person")
    early = clock.now() - timedelta(minutes=30)
    await hall.scan(await hall.attendee(OFFICE, "Amara Vos"), at=early)
    await hall.scan(await hall.attendee(OFFICE, "Bob Lind"))
    await db.execute(step._BACKWARDS)
    assert await db.fetch_value("SELECT count(*) FROM consent") == 1
    await db.execute(step._FORWARDS)
    rows = await db.fetch(
        "SELECT c.person, c.given_at = l.first_at AS then FROM lead l JOIN consent c ON c.id = l.consent_id"
    )
    assert {row["person"]: row["then"] for row in rows} == {"Amara Vos": True, "Bob Lind": True}
