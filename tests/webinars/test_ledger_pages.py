"""`/staff/webinars/{id}/attendance`: everybody found, filtered, corrected, and taken along."""

import csv
import io

import httpx
import pytest

from portal.accounts.tables import StaffRole
from portal.core import db
from portal.webinars.jobs import certificates as jobs
from portal.webinars.queries import ledger_pages
from portal.webinars.values import Participant
from tests.events.conftest import SignIn
from tests.factories import webinars
from tests.factories.attendance import ask_for, over, was_there
from tests.factories.webinars import Webinar
from tests.paying import text_of
from tests.queries import counting
from tests.webinars.setting_up import fault, verbs

WHY = {"minutes": "5", "reason": "The picture stood still"}


class Room:
    """Anna has earned a certificate, Ben lacks a minute, Cleo never came."""

    made: Webinar
    anna: Participant
    ben: Participant
    cleo: Participant

    @property
    def path(self) -> str:
        return f"/staff/webinars/{self.made.webinar_id}/attendance"


@pytest.fixture
async def room(client: httpx.AsyncClient) -> Room:
    found = Room()
    found.made = await over()
    found.anna, found.ben, found.cleo = [
        await webinars.join(found.made, f"{name.lower()}@{firm}.example", name, company=firm.title())
        for name, firm in (("Anna", "brennhof"), ("Ben", "brennhof"), ("Cleo", "halden"))
    ]
    await was_there(found.made, found.anna, 0, 20)
    await was_there(found.made, found.anna, 25, 55)
    await was_there(found.made, found.ben, 0, 44.5)
    await jobs.issue_due()
    return found


async def corrections() -> list[tuple[int, int, str, str]]:
    rows = await db.fetch("SELECT seat, minutes, reason, by_name FROM webinar_attendance_correction ORDER BY id")
    return [tuple(row) for row in rows]


async def test_the_list_says_who_was_there_how_long_and_what_came_of_it(editor: httpx.AsyncClient, room: Room) -> None:
    told = text_of(await editor.get(room.path))
    number = await db.fetch_value("SELECT number FROM certificate")
    for words in (
        "2 of 3 with a place came, for 47 minutes on average. 1 certificate.",
        f"Anna Lindqvist Brennhof, anna@brennhof.example 50 2 stays 0 50 of 45 0 {number}",
        "Ben Lindqvist Brennhof, ben@brennhof.example 44 0 44 of 45 0 1 more minute with the recording, once it is here.",
        "Cleo Lindqvist Halden, cleo@halden.example 0 0 0 of 45 0 45 more minutes with the recording, once it is here.",
    ):
        assert words in told, words


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"q": "brennhof"}, ["Anna", "Ben"]), ({"q": "BEN@"}, ["Ben"]), ({"q": "100%_"}, []), ({"show": "came"}, ["Anna", "Ben"]),
        ({"show": "missed"}, ["Cleo"]), ({"show": "certified"}, ["Anna"]), ({"show": "without"}, ["Ben"]),
        ({"show": "revoked"}, []), ({"show": "corrected"}, []), ({"show": "nonsense"}, ["Anna", "Ben", "Cleo"]),
    ],
)  # fmt: skip
async def test_it_is_searched_and_filtered_and_the_spreadsheet_is_what_was_found(
    editor: httpx.AsyncClient, room: Room, asked: dict[str, str], names: list[str]
) -> None:
    told = text_of(await editor.get(room.path, params=asked))
    assert [name for name in ("Anna", "Ben", "Cleo") if f"{name} Lindqvist" in told] == names
    assert ("Nobody found" in told) == (not names)
    sheet = await editor.get(f"{room.path}/attendance.csv", params=asked)
    rows = list(csv.DictReader(io.StringIO(sheet.content.decode("utf-8-sig"))))
    assert [row["name"] for row in rows] == [f"{name} Lindqvist" for name in names]


async def test_the_spreadsheet_has_every_figure_and_is_noted(editor: httpx.AsyncClient, room: Room) -> None:
    await db.execute("UPDATE event SET timezone = 'Europe/Berlin'")
    await db.execute("UPDATE seat SET company = '=HYPERLINK(1)' WHERE id = $1", room.anna.seat_id)
    await editor.post(f"{room.path}/corrections", data={**WHY, "seats": str(room.ben.seat_id)})
    sheet = await editor.get(f"{room.path}/attendance.csv")
    assert sheet.headers["content-type"] == "text/csv; charset=utf-8"
    assert sheet.headers["content-disposition"].startswith(f'attachment; filename="attendance-{room.made.slug}-')
    anna, ben, cleo = list(csv.DictReader(io.StringIO(sheet.content.decode("utf-8-sig"))))
    assert anna["company"].lstrip("'\t ") == "=HYPERLINK(1)" != anna["company"]
    assert (anna["stays"], anna["live_minutes"], anna["minutes_that_count"], anna["missing"]) == ("2", "50", "50", "")
    assert anna["certificate"] == await db.fetch_value("SELECT number FROM certificate")
    live_at = await db.fetch_value("SELECT live_at AT TIME ZONE 'Europe/Berlin' FROM webinar")
    assert anna["joined_at"] == f"{live_at:%Y-%m-%d %H:%M:%S}"
    assert (ben["live_minutes"], ben["corrected_minutes"], ben["minutes_that_count"]) == ("44", "5", "49")
    assert (cleo["joined_at"], cleo["minutes_needed"]) == ("", "45")
    assert (await verbs(room.made.webinar_id))[-1] == "exported attendance"


async def test_chosen_people_are_corrected_with_a_reason_that_stays(editor: httpx.AsyncClient, room: Room) -> None:
    done = await editor.post(
        f"{room.path}/corrections?q=brennhof",
        data={**WHY, "seats": [str(room.ben.seat_id), str(room.cleo.seat_id), "999", "-4"]},
    )
    assert (done.status_code, done.headers["location"]) == (303, f"{room.path}?q=brennhof")
    told = text_of(await editor.get(done.headers["location"]))
    assert "Corrected for 2 people." in told
    assert "44 0 +5 49 of 45" in told
    assert await corrections() == [
        (who.seat_id, 5, "The picture stood still", "Editha Editor") for who in (room.ben, room.cleo)
    ]
    facts = await db.fetch("SELECT actor, verb FROM audit_entry WHERE kind = 'attendance'")
    assert [row["verb"] for row in facts] == ["corrected minutes"] * 2
    await jobs.issue_certificates(room.made.webinar_id, [room.ben.seat_id, room.cleo.seat_id])
    assert await db.fetch_value("SELECT minutes FROM certificate WHERE seat = $1", room.ben.seat_id) == 49


async def test_all_that_are_found_are_corrected_and_nobody_else(editor: httpx.AsyncClient, room: Room) -> None:
    await editor.post(f"{room.path}/corrections?show=came", data={**WHY, "minutes": "-3", "whom": "found"})
    assert [(seat, minutes) for seat, minutes, _, _ in await corrections()] == [
        (room.anna.seat_id, -3), (room.ben.seat_id, -3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "name", "said"),
    [
        ({**WHY, "minutes": ""}, "minutes", "Please give minutes, such as 5 or -10."),
        ({**WHY, "minutes": "five"}, "minutes", "Please type a whole number."),
        ({**WHY, "minutes": "0"}, "minutes", "Please give minutes from 1 to 1440, or below zero to take some off."),
        ({**WHY, "minutes": "9999"}, "minutes", "Please give minutes from 1 to 1440, or below zero to take some off."),
        ({**WHY, "reason": " "}, "reason", "Please say why: the attendee reads it."),
        ({**WHY, "reason": "x" * 301}, "reason", "Please keep this under 300 characters; it has 301."),
    ],
)
async def test_faults_stand_beside_their_field_and_nothing_is_lost(
    editor: httpx.AsyncClient, room: Room, sent: dict[str, str], name: str, said: str
) -> None:
    refused = await editor.post(f"{room.path}/corrections", data={**sent, "seats": str(room.ben.seat_id)})
    assert (refused.status_code, fault(refused.text, name)) == (422, said)
    assert f'value="{room.ben.seat_id}" form="correct" aria-label="Choose Ben Lindqvist" checked' in refused.text
    kept = sent["reason" if name == "minutes" else "minutes"]
    assert f'value="{kept}"' in refused.text
    assert await corrections() == []


async def test_nobody_chosen_is_said(editor: httpx.AsyncClient, room: Room) -> None:
    for seats in ({}, {"seats": "999"}, {"seats": "x"}):
        refused = await editor.post(f"{room.path}/corrections", data={**WHY, **seats})
        assert refused.status_code == 422
    assert "Please choose whose minutes to correct." in text_of(await editor.post(f"{room.path}/corrections", data=WHY))


async def test_a_test_that_nobody_can_take_is_pointed_out(editor: httpx.AsyncClient, room: Room) -> None:
    said = "Nobody can earn a certificate yet"
    await ask_for(room.made, test=70)
    assert said in text_of(await editor.get(room.path))
    await ask_for(room.made)
    assert said not in text_of(await editor.get(room.path))


async def test_scripts_get_the_list_alone(editor: httpx.AsyncClient, room: Room) -> None:
    found = await editor.get(f"{room.path}?q=ben", headers={"HX-Request": "true"})
    assert found.text.strip().startswith('<section id="rows"')
    assert ("Ben Lindqvist" in found.text, "Anna Lindqvist" in found.text) == (True, False)
    empty = await editor.get(f"{room.path}?q=zzz", headers={"HX-Request": "true"})
    assert "Try a shorter part of the name" in empty.text


async def test_before_anybody_registers_it_says_so(editor: httpx.AsyncClient) -> None:
    made = await webinars.make()
    page = await editor.get(f"/staff/webinars/{made.webinar_id}/attendance")
    assert "Nobody has registered yet." in text_of(page)


async def test_long_lists_have_pages(editor: httpx.AsyncClient, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_pages, "PAGE", 2)
    first = await editor.get(room.path)
    assert ("Ben Lindqvist" in first.text, "Cleo Lindqvist" in first.text) == (True, False)
    assert f'href="{room.path}?page=2"' in first.text
    assert "Cleo Lindqvist" in (await editor.get(f"{room.path}?page=2")).text
    assert (await editor.get(f"{room.path}?page=3")).status_code == 404


async def test_only_editors_see_and_correct(client: httpx.AsyncClient, sign_in: SignIn, room: Room) -> None:
    door = await sign_in(StaffRole.DOOR, email="door@sterileline.example")
    member = await sign_in(email="somebody@brennhof.example")
    for path in ("", "/attendance.csv", f"/{room.anna.seat_id}"):
        assert (await client.get(room.path + path)).status_code == 303
        for browser in (door, member):
            assert (await browser.get(room.path + path)).status_code == 403
    for path in ("", f"/{room.anna.seat_id}"):
        refused = await door.post(f"{room.path}{path}/corrections", data={**WHY, "seats": str(room.ben.seat_id)})
        assert refused.status_code == 403
    assert await corrections() == []


async def test_thirty_people_cost_as_many_queries_as_one(editor: httpx.AsyncClient) -> None:
    made = await over()
    path = f"/staff/webinars/{made.webinar_id}/attendance"
    taken = []
    for number in (1, 29):
        for _ in range(number):
            who = await webinars.join(made, f"p{len(taken)}-{_}@a.example")
            await was_there(made, who, 0, 50)
        await jobs.issue_due()
        await editor.get(path)
        async with counting() as seen:
            assert (await editor.get(path)).status_code == 200
        taken.append(len(seen))
    assert taken[0] == taken[1]
