"""The organiser's meeting area: set up, looked at, printed, by organisers and editors."""

import csv
import io
import re
from datetime import timedelta

import httpx
import pytest

from portal.accounts.tables import StaffRole
from portal.core import clock, db
from portal.exhibitors.meetings.commands import answering, ending
from portal.exhibitors.meetings.queries import figures, openings
from portal.exhibitors.meetings.queries import meetings as known
from tests.directory.conftest import SignIn
from tests.factories import meetings
from tests.factories.meetings import Fair

JUDITH = "judith@sterileline.example"


async def opened(sign_in: SignIn) -> tuple[Fair, str, httpx.AsyncClient]:
    fair = await meetings.fair()
    browser = await sign_in(JUDITH, staff=StaffRole.ORGANISER)
    return fair, f"/staff/events/{fair.event_id}/exhibitors/meetings", browser


def boxes(fair: Fair, *hours: float) -> list[str]:
    return [str(int(fair.at(hour).timestamp())) for hour in hours]


@pytest.mark.parametrize("role", [StaffRole.FINANCE, StaffRole.DOOR, None])
async def test_only_organisers_and_editors_see_it(
    role: StaffRole | None, sign_in: SignIn, client: httpx.AsyncClient
) -> None:
    _, at, _ = await opened(sign_in)
    browser = await sign_in("other@sterileline.example", staff=role) if role else await sign_in("s@elsewhere.example")
    for address in (at, f"{at}/sheet", f"{at}/meetings.csv", f"{at}/companies.csv"):
        assert (await browser.get(address)).status_code == 403
        assert (await client.get(address)).status_code in (302, 303)
    for address in (at, f"{at}/tables", f"{at}/tables/1/removal"):
        assert (await browser.post(address, data={"name": "A", "answer_hours": "5", "names": "T"})).status_code == 403
    assert await db.fetch_value("SELECT count(*) FROM meeting_table WHERE exhibitor IS NULL") == 0
    editor = await sign_in("ed@sterileline.example", staff=StaffRole.EDITOR)
    assert (await editor.get(at)).status_code == 200


async def test_tables_and_times_make_an_area_companies_can_use(sign_in: SignIn) -> None:
    fair, at, judith = await opened(sign_in)
    assert (
        await judith.post(f"{at}/tables", data={"names": "Table 1-3\nLounge", "place": "Hall B"})
    ).status_code == 303
    assert await db.fetch_value(
        "SELECT string_agg(name, ', ' ORDER BY id) FROM meeting_table WHERE exhibitor IS NULL"
    ) == ("Table 1, Table 2, Table 3, Lounge")
    typed = {"name": "Meeting lounge", "place": "Upstairs", "answer_hours": "24", "box": boxes(fair, 9, 9.5, 11)}
    assert (await judith.post(at, data=typed)).status_code == 303
    page = await judith.get(at)
    assert re.findall(r'name="box" value="(\d+)" checked', page.text) == typed["box"]
    assert "Meeting lounge" in page.text
    await db.execute("UPDATE meeting_table SET active = false WHERE exhibitor IS NOT NULL")
    found = await openings.of(fair.exhibitor_id, now=clock.now())
    assert [one.starts_at for one in found.slots] == [fair.at(9), fair.at(9.5), fair.at(11)]
    asked = await fair.ask(await fair.visitor(), 9)
    assert await db.fetch_value("SELECT expires_at - asked_at FROM meeting_request WHERE id = $1", asked) == timedelta(
        hours=24
    )
    one = await known.by_id(await fair.accept(asked))
    assert one is not None
    assert (one.shared, one.where) == (True, "Table 1, Hall B")
    await judith.post(at, data={**typed, "box": boxes(fair, 9.5)})
    assert "1 meeting stays at another time." in (await judith.get(at)).text
    await judith.post(at, data={**typed, "box": boxes(fair, 9)})
    assert "at another time" not in (await judith.get(at)).text


@pytest.mark.parametrize(
    ("tail", "typed", "says"),
    [
        ("", {"name": "", "answer_hours": "48"}, "Please fill in: name."),
        ("", {"name": "Lounge", "answer_hours": "0"}, "Please give between 1 and 336 hours."),
        ("", {"name": "Lounge", "answer_hours": "soon"}, "Please give between 1 and 336 hours."),
        ("", {"name": "Lounge", "answer_hours": "48", "box": "1700000000"}, "outside the event"),
        ("/tables", {"names": ""}, "Please name at least one table."),
        ("/tables", {"names": "Table 1-300", "place": "Hall B"}, "An area has 200 tables at most; there are 0."),
    ],
)
async def test_bad_input_is_kept(tail: str, typed: dict[str, str], says: str, sign_in: SignIn) -> None:
    _, at, judith = await opened(sign_in)
    answer = await judith.post(at + tail, data=typed)
    assert (answer.status_code, says in answer.text) == (422, True)
    for value in typed.values():
        assert not value or value in answer.text or value == "1700000000"
    assert await db.fetch_value("SELECT count(*) FROM meeting_table WHERE exhibitor IS NULL") == 0


async def test_a_table_that_is_used_no_more_hands_its_meetings_on(sign_in: SignIn) -> None:
    fair, at, judith = await opened(sign_in)
    await judith.post(f"{at}/tables", data={"names": "Table 1-2"})
    await judith.post(at, data={"name": "Area", "answer_hours": "48", "box": boxes(fair, 9)})
    await db.execute("UPDATE meeting_table SET active = false WHERE exhibitor IS NOT NULL")
    made = await fair.meet(await fair.visitor(), 9)
    first = await db.fetch_value("SELECT meeting_table FROM meeting")
    assert (await judith.post(f"{at}/tables/{first}/removal")).status_code == 303
    assert (await judith.post(f"{at}/tables/{first}/removal")).status_code == 404
    one = await known.by_id(made)
    assert one is not None
    assert (one.table_name, one.moves, one.starts_at) == ("Table 2", 1, fair.at(9))


async def test_figures_count_who_asked_met_and_did_not_come(sign_in: SignIn) -> None:
    fair, at, judith = await opened(sign_in)
    came, missing = await fair.visitor(), await fair.visitor("bob@brennhof.example", "Bob Vos")
    await fair.meet(came, 9)
    second = await fair.meet(missing, 10)
    asked = await fair.ask(missing, 11)
    who = {"actor": fair.owner, "exhibitor_id": fair.exhibitor_id}
    await answering.decline(**who, request_id=asked, words="", now=clock.now())  # type: ignore[arg-type]
    await ending.note_absence(**who, meeting_id=second, now=fair.at(10.1))  # type: ignore[arg-type]
    await answering.sit_down(**who, minutes=20, name="Walter", now=fair.at(10.5))  # type: ignore[arg-type]
    late = await fair.meet(came, 16)
    await ending.cancel_own(visitor=came, meeting_id=late, words="", now=fair.at(12))
    found = await figures.of_exhibitor(fair.event_id, fair.exhibitor_id, fair.at(17))
    assert (found.asked, found.accepted, found.declined, found.met, found.walk_ins, found.no_shows, found.cancelled) == (
        4, 3, 1, 2, 1, 1, 1,
    )  # fmt: skip
    assert figures.total([found, found]).asked == 8
    assert (found.no_show_rate, found.accepted_rate, figures.Figures().no_show_rate) == (50, 75, None)
    rows = list(csv.DictReader(io.StringIO((await judith.get(f"{at}/companies.csv")).text)))
    assert (rows[0]["Company"], rows[0]["Asked"]) == ("Isarwerk Biologics GmbH", "4")
    rows = list(csv.DictReader(io.StringIO((await judith.get(f"{at}/meetings.csv")).text)))
    assert [(one["From"], one["State"], one["Attendee"]) for one in rows] == [
        ("09:00", "fixed", "Amara Okonjo"), ("10:00", "did not come", "Bob Vos"), ("10:30", "fixed", "Walter"),
        ("16:00", "called off", "Amara Okonjo"),
    ]  # fmt: skip
    assert "Isarwerk Biologics GmbH" in (await judith.get(at)).text
    assert figures.Figures() == await figures.of_exhibitor(fair.event_id, 999, clock.now())


async def test_the_sheet_says_who_sits_where(sign_in: SignIn) -> None:
    fair, at, judith = await opened(sign_in)
    assert "Nothing is fixed at these tables" in (await judith.get(f"{at}/sheet")).text
    await judith.post(f"{at}/tables", data={"names": "Table 1", "place": "Hall B"})
    await judith.post(at, data={"name": "Lounge", "answer_hours": "48", "box": boxes(fair, 9)})
    await db.execute("UPDATE meeting_table SET active = false WHERE exhibitor IS NOT NULL")
    await fair.meet(await fair.visitor(), 9)
    sheet = await judith.get(f"{at}/sheet?day={fair.day.date().isoformat()}")
    assert re.findall(r"<t[hd][^>]*>([^<]+)</t[hd]>", sheet.text)[4:] == [
        "09:00–09:30", "Isarwerk Biologics GmbH", "Olga Owner", "Amara Okonjo, Brennhof Pharma",
    ]  # fmt: skip
    assert (await judith.get("/staff/events/999/exhibitors/meetings")).status_code == 404
