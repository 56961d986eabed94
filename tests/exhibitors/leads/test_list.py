"""The company's list: found, filtered, edited by several; what devices send; what staff see."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from portal.accounts.tables import StaffRole
from portal.core import clock, db
from portal.core.times import today
from tests.directory.conftest import SignIn
from tests.factories import scans
from tests.factories.scans import Hall, account_of, sent
from tests.queries import counting


async def test_the_list_is_searched_and_filtered(team: httpx.AsyncClient, hall: Hall) -> None:
    day = today(clock.now())
    for n, (rating, tag, due) in enumerate((("hot", "vials", -1), ("cold", "lyo", 5), (None, "lyo", None))):
        kept = await hall.scan(await hall.attendee(f"guest{n}@x.example", f"Guest{n} Number"))
        form = {
            "rating": rating or "", "tags": tag, "note": f"said {n}%", "follow_up": "Call" if due else "",
            "follow_up_by": (day + timedelta(days=due)).isoformat() if due else "", "version": "1",
        }  # fmt: skip
        answer = await team.post(f"{hall.address}/leads/{kept.code}", data=form)
        assert answer.status_code == 303, answer.text
    owner = hall.stand.owner.account_id
    cases: dict[str, list[int]] = {
        "": [0, 1, 2], "rating=hot": [0], "rating=none": [2], "tag=lyo": [1, 2], "follow_up=open": [0, 1],
        "follow_up=due": [0], "follow_up=done": [], "q=guest1": [1], "q=said+2%25": [2], "q=%25+x": [],
        f"person={owner}": [0, 1, 2], "person=999999": [], "rating=tepid&person=x&follow_up=x": [0, 1, 2],
    }  # fmt: skip
    for query, wanted in cases.items():
        page = (await team.get(f"{hall.address}/leads?{query}")).text
        assert [n for n in range(3) if f">Guest{n} Number<" in page] == wanted, query
    assert (await team.get(f"{hall.address}/leads?page=2")).status_code == 404


async def test_as_many_queries_for_thirty_as_for_one(team: httpx.AsyncClient, hall: Hall, sign_in: SignIn) -> None:
    staff = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
    amara = await sign_in("amara@brennhof.example")
    badge = await hall.attendee()
    kept = await hall.scan(badge)
    asks: list[tuple[Any, str]] = [
        (team, f"{hall.address}/leads"), (team, f"{hall.address}/leads/{kept.code}"), (team, f"{hall.address}/export/chain.json"),
        (team, f"{hall.address}/export/leads.csv"), (team, f"{hall.address}/scan"), (amara, "/account/scans"),
        (staff, f"/staff/events/{hall.shop.event_id}/leads"), (team, f"{hall.address}/scan/badges/{badge}"),
        (team, f"/b/{badge}"),
    ]  # fmt: skip
    counts = []
    for turn in range(2):
        for who, path in asks:
            await who.get(path)
            async with counting() as seen:
                assert (await who.get(path)).status_code in (200, 303), path
            counts.append(len(seen))
        for n in range(30 * (1 - turn)):
            await hall.scan(await hall.attendee(f"guest{n}@x.example", f"Guest{n} Number"))
            await hall.scan(badge)
        if turn == 0:
            await (await scans.another(hall.shop)).scan(badge)
    assert counts[: len(asks)] == counts[len(asks) :]
    assert [path for (_, path), count in zip(asks, counts, strict=False) if count > 6 and "/export/" not in path] == []


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"rating": "tepid"}, "rating"), ({"follow_up_by": "soon", "follow_up": "Call"}, "follow_up_by"),
        ({"follow_up_who": "999999", "follow_up": "Call"}, "follow_up_who"), ({"follow_up_by": "2027-02-09"}, "follow_up"),
        ({"note": "x" * 5001}, "note"), ({"tags": ",".join(str(n) for n in range(30))}, "tags"),
    ],
)  # fmt: skip
async def test_bad_input_is_said_beside_its_field_and_kept(
    team: httpx.AsyncClient, hall: Hall, form: dict[str, str], field: str
) -> None:
    kept = await hall.scan(await hall.attendee())
    given = {"note": "Kept as typed", **form}
    answer = await team.post(f"{hall.address}/leads/{kept.code}", data=given)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert given["note"][:50] in answer.text
    assert await db.fetch_value("SELECT count(*) FROM lead_record") == 1


async def test_two_of_a_team_do_not_overwrite_each_other(team: httpx.AsyncClient, hall: Hall) -> None:
    kept = await hall.scan(await hall.attendee())
    address = f"{hall.address}/leads/{kept.code}"
    assert (await team.post(address, data={"note": "First", "version": "1"})).status_code == 303
    second = await team.post(address, data={"note": "Second", "version": "1"})
    assert second.status_code == 409
    assert "Second" in second.text
    assert (await team.post(address, data={"note": "Second", "version": "2"})).status_code == 303
    again = await team.post(address, data={"note": "Second", "version": "3"})
    assert again.status_code == 303
    kinds = [row["kind"] for row in await db.fetch("SELECT kind FROM lead_record ORDER BY seq")]
    assert kinds == ["scan", "note", "note"]
    page = (await team.get(address)).text
    for words in ("First", "Second", "record 3", "Wording 1"):
        assert words in page


async def test_devices_send_what_they_kept_with_their_own_times_and_once(team: httpx.AsyncClient, hall: Hall) -> None:
    badge, at = await hall.attendee(), clock.now() - timedelta(minutes=40)
    read = scans.agreed(hall.stand)
    scan = {"kind": "scan", "id": str(uuid4()), "badge": badge, "at": at.isoformat(), "read": read}
    note = {
        "kind": "note",
        "id": str(uuid4()),
        "of": scan["id"],
        "rating": "hot",
        "note": "Early bird",
        "tags": ["a", "A"],
    }
    wrong = {**scan, "id": str(uuid4()), "badge": "2345678923"}
    orphan = {**note, "id": str(uuid4()), "of": str(uuid4())}
    odd = {**scan, "id": "not-a-number"}
    naive = {**scan, "id": str(uuid4()), "at": at.replace(tzinfo=None).isoformat()}
    early = {**scan, "id": str(uuid4()), "at": (at - timedelta(days=9)).isoformat()}
    address = f"{hall.address}/scan/records"
    by = await account_of("leads@isarwerk.example")
    first = (await team.post(address, json=sent(by, scan, note, wrong, orphan, odd, naive, early))).json()
    assert [one["state"] for one in first] == ["kept", "kept", *["refused"] * 5]
    assert (first[0]["name"], first[0]["words"]) == ("Amara Okonjo-Reuter", "Kept.")
    again = (await team.post(address, json=sent(by, scan, note))).json()
    assert [one["state"] for one in again] == ["known", "kept"]
    lead = await db.fetch_one("SELECT visits, first_at, rating, note, tags FROM lead")
    assert (lead["visits"], lead["rating"], lead["note"], lead["tags"]) == (1, "hot", "Early bird", ["a"])  # type: ignore[index]
    assert abs(lead["first_at"] - at) < timedelta(seconds=5)  # type: ignore[index]
    assert await db.fetch_value("SELECT count(*) FROM lead_record") == 4
    fast = {**scan, "id": str(uuid4()), "at": (clock.now() + timedelta(hours=3)).isoformat()}
    assert (await team.post(address, json=sent(by, fast))).json()[0]["state"] == "kept"
    assert await db.fetch_value("SELECT last_at <= now() FROM lead")
    for bad in (b"", b"{}", b'{"by": 1, "sent_at": "2027-02-09T08:00:00Z", "records": [{"kind": "export"}]}', b"[1]"):
        assert (await team.post(address, content=bad)).status_code == 400
    naive_clock = {**sent(by, scan), "sent_at": "2027-02-09T08:00:00"}
    assert (await team.post(address, json=naive_clock)).status_code == 400


async def test_another_companys_device_cannot_send_into_this_chain(hall: Hall, sign_in: SignIn) -> None:
    other = await scans.another(hall.shop)
    badge, number = await hall.attendee(), str(uuid4())
    await hall.scan(badge, client_id=number)
    theirs = await sign_in("spy@quellmark.example", other.stand.organisation_id)
    note = {"kind": "note", "id": str(uuid4()), "of": number, "note": "Mine now"}
    scan = {
        "kind": "scan",
        "id": number,
        "badge": badge,
        "at": clock.now().isoformat(),
        "read": scans.agreed(hall.stand),
    }
    by = await account_of("spy@quellmark.example")
    told = (await theirs.post(f"{other.address}/scan/records", json=sent(by, note, scan))).json()
    assert [one["state"] for one in told] == ["refused", "refused"]
    assert (await theirs.post(f"{hall.address}/scan/records", json=sent(by, note))).status_code == 404
    code = await db.fetch_value("SELECT code FROM lead")
    assert (await theirs.get(f"{other.address}/leads/{code}")).status_code == 404


async def test_staff_see_numbers_alone(sign_in: SignIn, hall: Hall) -> None:
    badge = await hall.attendee()
    for _ in range(3):
        await hall.scan(badge)
    staff = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
    page = (await staff.get(f"/staff/events/{hall.shop.event_id}/leads")).text
    assert "Isarwerk Biologics GmbH" in page
    assert 'data-l="Visits">3<' in page
    for personal in ("Amara", "amara@", "Brennhof"):
        assert personal not in page
    assert (
        await (await sign_in("x@elsewhere.example")).get(f"/staff/events/{hall.shop.event_id}/leads")
    ).status_code == 403
