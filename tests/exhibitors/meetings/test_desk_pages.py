"""The company's side in a browser: who gets in, what is refused and how, and that pages do not get slower."""

import csv
import io
import re

import httpx
import pytest

from portal.accounts.tables import MemberRole, StaffRole
from portal.core import clock, db
from portal.core.errors import Conflict
from portal.exhibitors.meetings.commands import ending
from portal.exhibitors.meetings.queries import meetings as known
from portal.exhibitors.tables.exhibiting import Right
from tests.directory.conftest import SignIn
from tests.factories import meetings
from tests.factories.meetings import Fair

OWNER, LENI = "owner@isarwerk-biologics-gmbh.example", "leni@isarwerk.example"
AMARA = "amara@brennhof.example"
GETS = ("", "/times", "/tables", "/now", "/all", "/all.csv", "/sheet", "/people", "/requests/1", "/1")
POSTS = (
    "/times", "/tables", "/tables/1/removal", "/now", "/requests/1/acceptance", "/requests/1/refusal", "/requests/1/proposal",
    "/requests/1/return", "/requests/1/forgiveness",
    "/1/move", "/1/proposal", "/1/cancellation", "/1/absence", "/1/arrival",
    "/1/end",
)  # fmt: skip


async def opened(sign_in: SignIn, **more: bool) -> tuple[Fair, str, httpx.AsyncClient]:
    fair = await meetings.fair(**more)  # type: ignore[arg-type]
    return fair, f"{fair.stand.exhibitor.address}/meetings", await sign_in(OWNER, fair.stand.organisation_id)


def box(fair: Fair, hour: float) -> str:
    return str(int(fair.at(hour).timestamp()))


@pytest.mark.parametrize("who", ["nobody", "stranger", "staff", "without the right", "not accepted"])
async def test_every_route_is_closed_to_others(who: str, sign_in: SignIn, client: httpx.AsyncClient) -> None:
    fair, at, browser = await opened(sign_in)
    await fair.meet(await fair.visitor(), 9)
    expected = 404
    match who:
        case "nobody":
            browser, expected = client, 303
        case "stranger":
            browser = await sign_in("someone@elsewhere.example")
        case "staff":
            browser = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
        case "without the right":
            await meetings.set_rights(fair, *(one for one in Right if one is not Right.MEETINGS))
            expected = 403
        case _:
            await db.execute("UPDATE exhibitor SET state = 'applied'")
            expected = 403
    answers = [(await browser.get(at + tail)).status_code for tail in GETS]
    answers += [(await browser.post(at + tail, data={})).status_code for tail in POSTS]
    assert set(answers) <= ({302, 303} if expected == 303 else {expected})
    assert await db.fetch_value("SELECT count(*) FROM meeting WHERE state = 'planned' AND moves = 0") == 1


async def test_every_page_opens_for_members(sign_in: SignIn) -> None:
    fair, at, _ = await opened(sign_in)
    await fair.meet(await fair.visitor(), 9)
    member = await sign_in(LENI, fair.stand.organisation_id, MemberRole.LEADS)
    assert [(await member.get(at + tail)).status_code for tail in GETS] == [200] * len(GETS)
    one = await member.get(f"{at}/1")
    assert "Olga Owner or an owner or editor of the company can change it." in one.text
    assert "/1/cancellation" not in one.text
    assert (await member.post(f"{at}/1/cancellation")).status_code == 403
    assert (await member.post(f"{at}/1/move", data={"slot": await fair.key(11)})).status_code == 403
    assert (await member.post(f"{at}/times", data={"host": fair.owner.account_id})).status_code == 403
    assert (await member.get(f"{at}/times?host={fair.owner.account_id}")).status_code == 403
    assert (await member.post(f"{at}/tables", data={"name": "Table 2"})).status_code == 403


async def test_times_are_ticked_and_published(sign_in: SignIn) -> None:
    fair, at, owner = await opened(sign_in, publish=False)
    page = await owner.get(f"{at}/times")
    assert page.text.count('type="checkbox" name="box"') == 16
    assert 'name="box" checked' not in page.text
    typed = {"slot_minutes": "30", "pause_minutes": "15", "box": [box(fair, 9), box(fair, 9.5), box(fair, 10)]}
    answer = await owner.post(f"{at}/times", data=typed)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{at}/times")
    page = await owner.get(f"{at}/times")
    assert "Saved: 2 meetings fit into these times." in page.text
    assert re.findall(r'name="box" value="(\d+)" checked', page.text) == typed["box"]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("slot_minutes", "7", "Please choose one of the offered lengths."),
        ("slot_minutes", "", "Please fill in: a meeting takes."),
        ("pause_minutes", "soon", "Please choose one of the offered pauses."),
        ("box", "1700000000", "outside the event"),
        ("box", "between", "outside the event"),
        ("about", "x" * 201, "under 200 characters"),
    ],
)
async def test_bad_times_keep_what_was_ticked(field: str, value: str, says: str, sign_in: SignIn) -> None:
    fair, at, owner = await opened(sign_in, publish=False)
    typed = {"slot_minutes": "30", "pause_minutes": "0", "about": "", "box": [box(fair, 9)]}
    value = box(fair, 9.25) if value == "between" else value
    typed[field] = [value, box(fair, 9)] if field == "box" else value
    answer = await owner.post(f"{at}/times", data=typed)
    assert answer.status_code == 422
    assert says in answer.text
    assert re.findall(r'name="box" value="(\d+)" checked', answer.text) == [box(fair, 9)]
    assert await db.fetch_value("SELECT count(*) FROM meeting_availability") == 0


async def test_a_request_is_answered_on_its_page(sign_in: SignIn) -> None:
    fair, at, owner = await opened(sign_in)
    await fair.ask(await fair.visitor(), 9, 10, topic="Syringes <b>now</b>")
    assert "1 request to answer" in (await owner.get(at)).text
    page = await owner.get(f"{at}/requests/1")
    assert "Syringes &lt;b&gt;now&lt;/b&gt;" in page.text
    empty = await owner.post(f"{at}/requests/1/acceptance", data={})
    assert (empty.status_code, "Please choose one of the times." in empty.text) == (422, True)
    wrong = await owner.post(f"{at}/requests/1/acceptance", data={"offer": "999"})
    assert (wrong.status_code, "This time is not offered any more." in wrong.text) == (409, True)
    none = await owner.post(f"{at}/requests/1/proposal", data={"words": "Later?"})
    assert (none.status_code, "Please choose at least one time." in none.text, ">\nLater?</textarea>" in none.text) == (
        422,
        True,
        True,
    )
    offers = re.findall(r'name="offer" value="(\d+)"', page.text)
    answer = await owner.post(f"{at}/requests/1/acceptance", data={"offer": offers[1], "table": "0"})
    assert answer.headers["location"] == f"{at}/1"
    one = await owner.get(f"{at}/1")
    assert "10:00–10:30" in one.text
    again = await owner.post(f"{at}/requests/1/acceptance", data={"offer": offers[0]})
    assert again.status_code == 409


async def test_a_meeting_is_moved_proposed_noted_and_called_off(sign_in: SignIn) -> None:
    fair, at, owner = await opened(sign_in)
    made = await fair.meet(await fair.visitor(), 9)
    bad = await owner.post(f"{at}/{made}/move", data={"slot": "1-1"})
    assert (bad.status_code, "This time is not open any more." in bad.text) == (422, True)
    same = await owner.post(f"{at}/{made}/move", data={"slot": "", "table": "0"})
    assert (same.status_code, "The meeting is there already." in same.text) == (409, True)
    assert (await owner.post(f"{at}/{made}/move", data={"slot": await fair.key(11)})).status_code == 303
    found = await known.by_id(made)
    assert found is not None
    assert meetings.shown(found) == ("planned", 11, 11.5)
    assert (await owner.post(f"{at}/{made}/absence")).status_code == 409
    assert (await owner.post(f"{at}/{made}/proposal", data={"slots": await fair.key(12)})).status_code == 303
    twice = await owner.post(f"{at}/{made}/proposal", data={"slots": await fair.key(13)})
    assert (twice.status_code, "waits for an answer already" in twice.text) == (409, True)
    assert (await owner.post(f"{at}/{made}/cancellation", data={"reason": "x" * 501})).status_code == 422
    assert (await owner.post(f"{at}/{made}/cancellation", data={"reason": "Sorry."})).status_code == 303
    page = await owner.get(f"{at}/{made}")
    assert "Called off" in page.text
    assert "Sorry." in page.text
    assert await db.fetch_value("SELECT state FROM meeting_request WHERE moves") == "cancelled"


async def test_whoever_is_here_now_sits_down(sign_in: SignIn) -> None:
    fair, at, owner = await opened(sign_in)
    visitor = await fair.visitor()
    early = await owner.post(f"{at}/now", data={"minutes": "20", "name": "Walter Wu"})
    assert (early.status_code, "outside the event" in early.text, 'value="Walter Wu"' in early.text) == (
        409,
        True,
        True,
    )
    await db.execute("UPDATE event SET starts_at = now() - interval '1 hour'")
    for typed, says in (
        ({"minutes": "20"}, "Please say who sits down with you."),
        ({"minutes": "20", "code": "NOPE"}, "No ticket of this event has this code."),
        ({"minutes": "7", "name": "A"}, "Please choose one of the offered lengths."),
    ):
        answer = await owner.post(f"{at}/now", data=typed)
        assert (answer.status_code, says in answer.text) == (422, True)
    code = await db.fetch_value("SELECT code FROM seat WHERE id = $1", visitor.seat_id)
    asked = await fair.ask(visitor, 16)
    made = await owner.post(f"{at}/now", data={"minutes": "20", "code": f"{code[:5].lower()} {code[5:]}"})
    assert made.status_code == 303
    page = await owner.get(made.headers["location"])
    assert "Amara Okonjo" in page.text
    assert "Without appointment" in page.text
    assert await db.fetch_value("SELECT state FROM meeting_request WHERE id = $1", asked) == "accepted"
    walter = {"minutes": "20", "name": "Walter Wu"}
    assert (await owner.post(f"{at}/now", data=walter)).status_code == 409
    assert "We are done" in page.text
    await db.execute("UPDATE meeting SET starts_at = starts_at - interval '5 minutes'")
    assert (await owner.post(f"{made.headers['location']}/end")).status_code == 303
    assert (await owner.post(f"{at}/now", data=walter)).status_code == 303


async def test_tables_are_added_and_dropped(sign_in: SignIn) -> None:
    fair, at, owner = await opened(sign_in)
    assert (await owner.post(f"{at}/tables", data={"name": "Table 2", "place": "Left"})).status_code == 303
    again = await owner.post(f"{at}/tables", data={"name": "table 2", "place": "Right"})
    assert (again.status_code, "You have a table of this name." in again.text, 'value="Right"' in again.text) == (
        422,
        True,
        True,
    )
    number = await db.fetch_value("SELECT id FROM meeting_table WHERE name = 'Table 2'")
    assert (await owner.post(f"{at}/tables/{number}/removal")).status_code == 303
    assert (await owner.post(f"{at}/tables/{number}/removal")).status_code == 404
    assert ">Table 2<" not in (await owner.get(f"{at}/tables")).text
    other = await meetings.exhibitors.make("Other Ltd", event_id=fair.event_id)
    theirs = meetings.Fair(other, fair.day)
    await theirs.publish(other.owner)
    table = (await theirs.tables(0))[0]
    assert (await owner.post(f"{at}/tables/{table}/removal")).status_code == 404


async def test_meetings_of_others_are_not_at_this_desk(sign_in: SignIn) -> None:
    fair, _, _ = await opened(sign_in)
    made = await fair.meet(await fair.visitor(), 9)
    await fair.ask(await fair.visitor("bob@brennhof.example", "Bob Vos"), 10)
    other = await meetings.exhibitors.make("Other Ltd", event_id=fair.event_id)
    theirs = await sign_in("x@other.example", other.organisation_id)
    at = f"{other.exhibitor.address}/meetings"
    assert (await theirs.get(f"{at}/{made}")).status_code == 404
    assert (await theirs.get(f"{at}/requests/2")).status_code == 404
    assert (await theirs.post(f"{at}/{made}/cancellation")).status_code == 404
    assert (await theirs.post(f"{at}/requests/2/refusal")).status_code == 404


async def test_a_word_with_a_no_is_kept_when_it_is_too_long(sign_in: SignIn) -> None:
    fair, at, owner = await opened(sign_in)
    asked = await fair.ask(await fair.visitor(), 9)
    made = await fair.meet(await fair.visitor("bob@brennhof.example", "Bob Vos"), 10)
    for address in (f"{at}/requests/{asked}/refusal", f"{at}/{made}/cancellation"):
        answer = await owner.post(address, data={"reason": "x" * 501})
        assert (answer.status_code, "under 500 characters" in answer.text) == (422, True)
        assert re.findall(r'name="reason"[^>]*>\n(x+)</textarea>', answer.text) == ["x" * 501]


async def test_no_for_good_is_ticked_on_the_page(sign_in: SignIn) -> None:
    fair, at, owner = await opened(sign_in)
    amara = await fair.visitor()
    asked = await fair.ask(amara, 9)
    typed = {"reason": "No, thank you.", "final": "true"}
    assert (await owner.post(f"{at}/requests/{asked}/refusal", data=typed)).status_code == 303
    with pytest.raises(Conflict, match="takes no more requests of yours"):
        await fair.ask(amara, 10)
    again = await owner.post(f"{at}/requests/{asked}/refusal", data=typed)
    assert (again.status_code, "answered already" in again.text) == (409, True)
    assert "They cannot ask you again" in (await owner.get(f"{at}/requests/{asked}")).text
    assert (await owner.post(f"{at}/requests/{asked}/forgiveness")).status_code == 303
    assert await fair.ask(amara, 10)


async def test_what_was_proposed_is_shown_and_taken_back(sign_in: SignIn) -> None:
    fair, at, owner = await opened(sign_in)
    amara = await fair.visitor()
    made = await fair.meet(amara, 9)
    await owner.post(f"{at}/{made}/proposal", data={"slots": await fair.key(12)})
    proposal = await db.fetch_value("SELECT id FROM meeting_request WHERE moves")
    assert f"/meetings/requests/{proposal}" in (await owner.get(at)).text
    page = await owner.get(f"{at}/requests/{proposal}")
    assert "12:00–12:30" in page.text
    assert (await owner.post(f"{at}/requests/{proposal}/return")).status_code == 303
    assert await db.fetch_value("SELECT state FROM meeting_request WHERE id = $1", proposal) == "cancelled"
    assert (await owner.post(f"{at}/requests/{proposal}/return")).status_code == 409
    asked = await fair.ask(amara, 10)
    assert (await owner.post(f"{at}/requests/{asked}/return")).status_code == 409, "that is declined"
    await owner.post(f"{at}/requests/{asked}/proposal", data={"slots": await fair.key(15)})
    assert f"/requests/{asked}/refusal" in (await owner.get(f"{at}/requests/{asked}")).text
    late = await owner.post(f"{at}/requests/{asked}/proposal", data={"slots": await fair.key(16), "words": "Or four?"})
    assert (late.status_code, "waits for the attendee" in late.text) == (409, True)


async def test_all_meetings_are_listed_by_page_printed_and_taken_along(sign_in: SignIn) -> None:
    fair, at, owner = await opened(sign_in)
    leni = await fair.member()
    await fair.publish(leni)
    await fair.meet(await fair.visitor(), 9, actor=leni)
    bob = await fair.visitor("bob@brennhof.example", "=Bob Vos")
    made = await fair.meet(bob, 10)
    await ending.cancel_own(visitor=bob, meeting_id=made, words="", now=clock.now())
    page = await owner.get(f"{at}/all")
    assert re.findall(r'href="[^"]+/meetings/(\d+)"', page.text) == ["1", "2"]
    assert re.findall(r'href="[^"]+/meetings/(\d+)"', (await owner.get(f"{at}/all?page=2")).text) == []
    rows = list(csv.DictReader(io.StringIO((await owner.get(f"{at}/all.csv")).text)))
    assert [(one["Attendee"], one["From"], one["State"], one["Host"], one["Table"]) for one in rows] == [
        ("Amara Okonjo", "09:00", "fixed", "Leni Leads", "At our booth"),
        ("'=Bob Vos", "10:00", "called off", "Olga Owner", "At our booth"),
    ]
    assert AMARA not in (await owner.get(f"{at}/all.csv")).text
    sheet = await owner.get(f"{at}/sheet?day={fair.day.date().isoformat()}")
    assert re.findall(r"<h2[^>]*>([^<]+)</h2>", sheet.text) == ["Leni Leads"], "what was called off is not printed"


async def test_a_button_ticks_or_clears_a_whole_day_and_saves_nothing(sign_in: SignIn) -> None:
    fair, at, owner = await opened(sign_in, publish=False)
    typed = {"slot_minutes": "45", "pause_minutes": "5", "about": "Vials", "box": [box(fair, 9)]}
    day = fair.day.date().isoformat()
    page = await owner.post(f"{at}/times", data={**typed, "whole": day})
    assert (page.status_code, page.text.count(" checked"), 'value="Vials"' in page.text) == (200, 16, True)
    assert '<option value="45" selected>' in page.text
    every = re.findall(r'name="box" value="(\d+)"', page.text)
    page = await owner.post(f"{at}/times", data={**typed, "box": every, "whole": day})
    assert (page.status_code, page.text.count(" checked")) == (200, 0)
    assert (await owner.post(f"{at}/times", data={**typed, "whole": "nonsense"})).text.count(" checked") == 1
    assert await db.fetch_value("SELECT count(*) FROM meeting_availability") == 0
    # Enter in a field presses the first button of the form, which saves.
    assert (
        re.findall(r"<button[^>]*type=\"submit\"[^>]*>", page.text.partition('/meetings/times" class')[2])[0].count(
            "whole"
        )
        == 0
    )
