"""What devices send: with clocks that are wrong, by another member, with codes nobody has, and what they take back."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from portal.core import clock, db
from portal.directory.queries.companies import one_with
from portal.leads.withdrawing import withdraw_consent
from tests.factories import scans
from tests.factories.scans import Hall, account_of, sent

AGO = timedelta(minutes=20)


@pytest.fixture
async def me(team: httpx.AsyncClient) -> int:
    return await account_of("leads@isarwerk.example")


def scan(hall: Hall, badge: str, *, ago: timedelta = AGO, slow: timedelta = timedelta()) -> dict[str, Any]:
    """A badge that was scanned some time ago, by a clock that is slow."""
    at = (clock.now() - slow - ago).isoformat()
    return {"kind": "scan", "id": str(uuid4()), "badge": badge, "at": at, "read": scans.agreed(hall.stand)}


def undo(of: dict[str, Any], *, ago: timedelta = timedelta()) -> dict[str, Any]:
    return {"kind": "undo", "id": str(uuid4()), "of": of["id"], "at": (clock.now() - ago).isoformat()}


async def send(team: httpx.AsyncClient, hall: Hall, body: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await team.post(f"{hall.address}/scan/records", json=body)
    assert answer.status_code == 200, answer.text
    told: list[dict[str, Any]] = answer.json()
    return told


@pytest.mark.parametrize("slow", [timedelta(days=1000), timedelta(hours=-9), timedelta(days=-400)])
async def test_a_wrong_clock_is_put_right(team: httpx.AsyncClient, hall: Hall, me: int, slow: timedelta) -> None:
    records = [scan(hall, await hall.attendee(), slow=slow)]
    [told] = await send(team, hall, sent(me, *records, clock_says=clock.now() - slow))
    assert told["state"] == "kept", told
    off = await db.fetch_value("SELECT extract(epoch FROM now() - last_at - interval '20 minutes')::float FROM lead")
    assert abs(off) < 5


async def test_what_one_member_scanned_is_not_sent_by_another(team: httpx.AsyncClient, hall: Hall, me: int) -> None:
    body = sent(hall.stand.owner.account_id, scan(hall, await hall.attendee()))
    answer = await team.post(f"{hall.address}/scan/records", json=body)
    assert answer.status_code == 409
    assert await db.fetch_value("SELECT count(*) FROM lead_record") == 0


async def test_codes_nobody_has_do_not_hold_up_a_device_for_ever(team: httpx.AsyncClient, hall: Hall, me: int) -> None:
    records = [scan(hall, "2" * 10) for _ in range(5)]
    await send(team, hall, sent(me, records[0]))
    await db.execute("UPDATE rate_limit SET tries = 297 WHERE key LIKE 'badges:%'")
    told = await send(team, hall, sent(me, scan(hall, await hall.attendee()), *records[1:]))
    assert [one["state"] for one in told] == ["kept", *["refused"] * 3]
    rest = sent(me, records[4])
    assert (await team.post(f"{hall.address}/scan/records", json=rest)).status_code == 429
    await db.execute("UPDATE rate_limit SET window_ends_at = now() - interval '1 minute'")
    assert [one["state"] for one in await send(team, hall, rest)] == ["refused"]


async def test_a_scan_is_taken_back_by_the_device(team: httpx.AsyncClient, hall: Hall, me: int) -> None:
    badge = await hall.attendee()
    first = scan(hall, badge, ago=timedelta(minutes=30))
    second = scan(hall, badge, ago=timedelta(minutes=10))
    gone = undo(first, ago=AGO)
    # She said no after all and came back later: all of it is sent at once, when there is a connection.
    told = await send(team, hall, sent(me, first, gone, second))
    assert [one["state"] for one in told] == ["kept"] * 3
    assert await db.fetch_value("SELECT visits FROM lead") == 1
    again = await send(team, hall, sent(me, gone))
    assert [one["state"] for one in again] == ["kept"]
    assert await db.fetch_value("SELECT count(*) FROM lead") == 1
    kinds = [row["kind"] for row in await db.fetch("SELECT kind FROM lead_record ORDER BY seq")]
    assert kinds == ["scan", "removal", "scan"]


async def test_an_undo_takes_nothing_but_ones_own_first_scan(team: httpx.AsyncClient, hall: Hall, me: int) -> None:
    badge = await hall.attendee()
    theirs, mine = str(uuid4()), scan(hall, badge)
    await hall.scan(badge, client_id=theirs)
    told = await send(team, hall, sent(me, undo({"id": theirs}), mine, undo(mine), undo({"id": str(uuid4())})))
    assert [one["state"] for one in told] == ["refused", "kept", "refused", "kept"]
    assert "on your list before" in told[2]["words"]
    assert await db.fetch_value("SELECT visits FROM lead") == 2


async def test_an_open_page_is_told_of_another_wording(team: httpx.AsyncClient, hall: Hall, me: int) -> None:
    badge = await hall.attendee()
    record = scan(hall, badge)
    await db.execute("UPDATE company SET name = 'Isarwerk SE' WHERE id = $1", hall.stand.exhibitor.company_id)
    [told] = await send(team, hall, sent(me, record))
    assert (told["state"], told["sentence"]["version"]) == ("refused", 1)
    assert "to Isarwerk SE." in told["sentence"]["text"]
    again = {**scan(hall, badge), "read": told["sentence"]["read"]}
    assert (await send(team, hall, sent(me, again)))[0]["state"] == "kept"


async def test_what_a_guest_read_without_a_connection_counts_as_it_was_then(
    team: httpx.AsyncClient, hall: Hall, me: int
) -> None:
    assert "to Isarwerk Biologics GmbH." in (await team.get(f"{hall.address}/scan")).text
    record = scan(hall, await hall.attendee())
    await db.execute("UPDATE company SET name = 'Isarwerk SE' WHERE id = $1", hall.stand.exhibitor.company_id)
    [told] = await send(team, hall, sent(me, record))
    assert (told["state"], told["sentence"]["version"]) == ("kept", 2)
    receipt = await db.fetch_one(
        "SELECT w.version, w.text, c.given_at, l.first_at, r.payload::jsonb ->> 'wording' AS linked FROM consent c "
        "JOIN wording_of_consent w ON w.id = c.wording JOIN lead l ON l.consent_id = c.id JOIN lead_record r ON r.lead = l.code"
    )
    assert receipt is not None
    assert (receipt["version"], receipt["linked"], receipt["given_at"]) == (1, "1", receipt["first_at"])
    assert "to Isarwerk Biologics GmbH." in receipt["text"]
    assert abs(clock.now() - AGO - receipt["given_at"]) < timedelta(seconds=30)
    # Whoever has a connection reads the sentence of now.
    other = await hall.attendee("bob@vos.example", "Bob Vos")
    typed = await team.post(f"{hall.address}/scan/badges/{other}", data={"read": record["read"]})
    assert typed.status_code == 409


async def test_a_withdrawal_counts_by_our_clock_whatever_the_device_says(
    team: httpx.AsyncClient, hall: Hall, me: int
) -> None:
    badge = await hall.attendee()
    await hall.scan(badge)
    consent = await db.fetch_value("SELECT id FROM consent")
    await withdraw_consent(consent_id=consent, email="amara@brennhof.example", now=clock.now(), one_with=one_with)
    fast = timedelta(hours=2)
    record = scan(hall, badge, slow=-fast)
    [told] = await send(team, hall, sent(me, record, clock_says=clock.now() + fast))
    assert told["state"] == "refused"
    assert "taken their consent back since" in told["words"]
