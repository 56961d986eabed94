"""Staff pages: who gets in, changing time and place, conflicts, cancelling, the ledger."""

import re
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar

from portal.accounts.tables import StaffRole
from portal.calendars import commands as calendars
from portal.calendars import queries as calendar_queries
from portal.calendars.tables import Method
from portal.core import db, times
from portal.events.rules import changes
from tests.events.conftest import SignIn
from tests.events.hearing import settled
from tests.events.reading import words
from tests.factories import events

VIENNA = times.zone("Europe/Vienna")


DAY, NINE = events.DAY, events.NINE
LATER = DAY + timedelta(7)
SPRING = max(date(DAY.year, 3, n) for n in range(25, 32) if date(DAY.year, 3, n).weekday() == 6)
"""The Sunday on which clocks go forward."""
WORDS, LATER_WORDS = (times.day(day, "EEE d MMM y") for day in (DAY, LATER))
TYPED = {
    "version": "1", "starts": f"{DAY}T09:00", "ends": f"{DAY}T17:00", "timezone": "Europe/Vienna",
    "format": "in_person", "name": "Donauhalle", "street": "Uferstrasse 14", "postal_code": "1220", "city": "Vienna",
    "country": "AT", "directions": "", "online_url": "",
}  # fmt: skip


@pytest.fixture
async def event_id(client: httpx.AsyncClient) -> int:
    return await events.make("Isolator Day", starts_at=NINE, timezone="Europe/Vienna", venue=events.VIENNA)


async def stored(event_id: int) -> Any:
    return await db.fetch_one("SELECT * FROM event WHERE id = $1", event_id)


class TestWhoGetsIn:
    async def test_visitors_are_asked_to_sign_in(self, client: httpx.AsyncClient, event_id: int) -> None:
        for path in ("/staff", "/staff/events", f"/staff/events/{event_id}"):
            answer = await client.get(path)
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/account/sign-in?next=")
        for act in ("schedule", "preview", "cancellation", "reinstatement", "publication", "withdrawal"):
            assert (await client.post(f"/staff/events/{event_id}/{act}", data=TYPED)).status_code == 303
        assert (await stored(event_id))["version"] == 1

    @pytest.mark.parametrize("role", [None, StaffRole.FINANCE, StaffRole.DOOR, StaffRole.SUPPORT])
    async def test_others_may_not(self, sign_in: SignIn, event_id: int, role: StaffRole | None) -> None:
        person = await sign_in(role)
        assert (await person.get(f"/staff/events/{event_id}")).status_code == 403
        assert (await person.post(f"/staff/events/{event_id}/cancellation", data={"version": "1"})).status_code == 403
        assert (await stored(event_id))["state"] == "published"

    @pytest.mark.parametrize("role", [StaffRole.ORGANISER, StaffRole.EDITOR, StaffRole.ADMIN])
    async def test_these_may(self, sign_in: SignIn, event_id: int, role: StaffRole) -> None:
        assert (await (await sign_in(role)).get(f"/staff/events/{event_id}")).status_code == 200

    async def test_a_form_from_elsewhere_is_refused(self, editor: httpx.AsyncClient, event_id: int) -> None:
        answer = await editor.post(
            f"/staff/events/{event_id}/cancellation", data={"version": "1"}, headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert answer.status_code == 403

    async def test_nothing_is_kept_by_caches(self, editor: httpx.AsyncClient, event_id: int) -> None:
        answer = await editor.get(f"/staff/events/{event_id}")
        assert answer.headers["cache-control"] == "private, no-store"


class TestFinding:
    async def test_by_title_city_state(self, editor: httpx.AsyncClient, event_id: int) -> None:
        await events.make("Annex 1", days=20, online=True)
        await events.make("Draft", days=21, state="draft", kind="external")
        await events.make("Old", days=-50)

        async def found(query: str) -> list[str]:
            page = (await editor.get(f"/staff/events{query}")).text
            return re.findall(r'<th scope="row"><a class="link" href="/staff/events/\d+">([^<]*)</a>', page)

        assert await found("") == ["Annex 1", "Draft", "Isolator Day"]
        assert await found("?q=isolat") == ["Isolator Day"]
        assert await found("?q=VIENN") == ["Isolator Day"]
        assert await found("?q=%25") == []
        assert await found("?state=draft") == ["Draft"]
        assert await found("?kind=external") == ["Draft"]
        assert await found("?when=all") == ["Old", "Annex 1", "Draft", "Isolator Day"]
        assert await found("?state=nonsense&kind=%01") == ["Annex 1", "Draft", "Isolator Day"]
        assert (await editor.get("/staff/events?page=2")).status_code == 404

    async def test_ids_that_are_none(self, editor: httpx.AsyncClient) -> None:
        for wrong in ("4711", "0", "-1", "99999999999999999999999", "x", "1.5"):
            assert (await editor.get(f"/staff/events/{wrong}")).status_code == 404
            assert (await editor.post(f"/staff/events/{wrong}/cancellation", data={"version": "1"})).status_code == 404


class TestTimeAndPlace:
    async def test_the_form_shows_what_is_stored(self, editor: httpx.AsyncClient, event_id: int) -> None:
        page = (await editor.get(f"/staff/events/{event_id}")).text
        for name, value in TYPED.items():
            if name in ("format", "country"):
                assert f'<option value="{value}" selected>' in page
            elif name != "directions":
                assert re.search(rf'name="{name}"[^>]* value="{re.escape(value)}"', page), name

    async def test_saving_what_is_shown_changes_nothing(self, editor: httpx.AsyncClient, event_id: int) -> None:
        answer = await editor.post(f"/staff/events/{event_id}/schedule", data=TYPED)
        assert answer.status_code == 303
        assert (await stored(event_id))["version"] == 1

    async def test_a_move_is_seen_everywhere_at_once(
        self, app: Litestar, editor: httpx.AsyncClient, event_id: int
    ) -> None:
        before = (await calendar_queries.current("event", [str(event_id)]))[str(event_id)]
        typed = {**TYPED, "starts": f"{LATER}T10:30", "ends": f"{LATER}T18:00"}
        answer = await editor.post(f"/staff/events/{event_id}/schedule", data=typed)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/staff/events/{event_id}")
        row = await stored(event_id)
        assert (row["starts_at"], row["first_starts_at"]) == (datetime.combine(LATER, time(10, 30), VIENNA), NINE)
        after = (await calendar_queries.current("event", [str(event_id)]))[str(event_id)]
        assert (after.uid, after.sequence) == (before.uid, before.sequence + 1)
        page = words((await editor.get(f"/staff/events/{event_id}")).text)
        assert "Saved. The calendar entry follows." in page
        told = f"New time: {LATER_WORDS}, 10:30–18:00 CET (was {WORDS}, 09:00–17:00 CET)."
        assert f"Editha Editor Time or place set. {told}" in page
        await settled(app)
        assert f"DTSTART;TZID=Europe/Vienna:{LATER:%Y%m%d}T103000" in (await editor.get("/events.ics")).text

    async def test_whole_days(self, editor: httpx.AsyncClient, event_id: int) -> None:
        typed = {**TYPED, "starts": f"{DAY}T00:00", "ends": f"{DAY + timedelta(2)}T00:00", "all_day": "yes"}
        assert (await editor.post(f"/staff/events/{event_id}/schedule", data=typed)).status_code == 303
        row = await stored(event_id)
        assert (row["all_day"], row["starts_on"].isoformat(), row["ends_on"].isoformat()) == (
            True, f"{DAY}", f"{DAY + timedelta(2)}",
        )  # fmt: skip
        page = (await editor.get(f"/staff/events/{event_id}")).text
        assert re.search(rf'name="ends"[^>]* value="{DAY + timedelta(2)}T00:00"', page)

    async def test_online_loses_the_venue_and_keeps_the_link(self, editor: httpx.AsyncClient, event_id: int) -> None:
        typed = {**TYPED, "format": "online", "online_url": "https://rooms.example/1"}
        await editor.post(f"/staff/events/{event_id}/schedule", data=typed)
        row = await stored(event_id)
        assert (row["format"], row["venue"], row["online_url"]) == ("online", None, "https://rooms.example/1")

    @pytest.mark.parametrize(
        ("wrong", "field", "said"),
        [
            ({"starts": ""}, "starts", "Please fill in: start."),
            ({"starts": "tomorrow"}, "starts", "Please give a date and time such as 2027-02-09T09:00."),
            ({"starts": f"{DAY}T09:00+09:00"}, "starts", "Please give a date and time such as 2027-02-09T09:00."),
            ({"starts": f"{DAY}T09:00Z"}, "starts", "Please give a date and time such as 2027-02-09T09:00."),
            ({"starts": "2027-W06-2"}, "starts", "Please give a date and time such as 2027-02-09T09:00."),
            ({"starts": f"{DAY}"}, "starts", "Please give a date and time such as 2027-02-09T09:00."),
            ({"starts": "2027-02-30T09:00"}, "starts", "Please give a date and time such as 2027-02-09T09:00."),
            ({"version": "99999999999999999999"}, "version", "This page is out of date. Please open it again."),
            ({"version": "-1"}, "version", "This page is out of date. Please open it again."),
            ({"starts": "0001-01-01T00:00"}, "starts", "The year 1 cannot be right."),
            ({"ends": "9999-12-31T23:59"}, "ends", "The year 9999 cannot be right."),
            ({"ends": f"{DAY}T08:00"}, "ends", "The end must come after the start."),
            ({"timezone": "Mars/Olympus"}, "timezone", "Please choose a time zone from the list, such as Europe/Vienna."),
            ({"timezone": "../../etc/passwd"}, "timezone", "Please choose a time zone from the list, such as Europe/Vienna."),
            ({"starts": f"{SPRING}T02:30", "ends": f"{SPRING}T05:00"}, "starts",
             "02:30 does not exist on that day in Europe/Vienna: clocks go forward to 03:30."),
            ({"city": "", "name": "", "country": ""}, "city", "Where does it take place? A city is enough."),
            ({"country": "XX"}, "country", "“XX” is not a country’s two-letter code."),
            ({"online_url": "javascript:alert(1)"}, "online_url", "Please give a full address that starts with https://."),
            ({"format": "holographic"}, "format", "Please choose one of the offered values."),
            ({"name": "x" * 300}, "name", "Please keep this under 200 characters; it has 300."),
        ],
    )  # fmt: skip
    async def test_faults_stand_beside_their_field(
        self, editor: httpx.AsyncClient, event_id: int, wrong: dict[str, str], field: str, said: str
    ) -> None:
        typed = {**TYPED, "street": "Typed Street 7", **wrong}
        for act in ("schedule", "preview"):
            if act == "preview" and field in ("country", "online_url"):
                continue
            answer = await editor.post(f"/staff/events/{event_id}/{act}", data=typed)
            assert answer.status_code == 422
            assert re.search(rf'id="f-{field}-e">.*?<span>{re.escape(said)}</span>', answer.text, re.S) or (
                said.replace("’", "&#39;") in answer.text
            ), answer.text
            assert 'value="Typed Street 7"' in answer.text
        assert (await stored(event_id))["version"] == 1

    async def test_naughty_bytes_are_harmless(self, editor: httpx.AsyncClient, event_id: int) -> None:
        for value in ("\x00", "<script>alert(1)</script>", "😀" * 50, "' OR 1=1 --", "%s%n", "\ufeff\u202e"):
            typed = dict.fromkeys(TYPED, value)
            answer = await editor.post(f"/staff/events/{event_id}/schedule", data=typed)
            assert answer.status_code == 422
            assert "<script>alert" not in answer.text


class TestPreview:
    async def test_it_says_what_would_be_told_and_saves_nothing(self, editor: httpx.AsyncClient, event_id: int) -> None:
        typed = {**TYPED, "starts": f"{DAY}T10:00", "city": "Graz"}
        answer = await editor.post(f"/staff/events/{event_id}/preview", data=typed)
        said = words(answer.text)
        assert answer.status_code == 200
        assert "Calendars would show" in said
        assert f"New time: {WORDS}, 10:00–17:00 CET (was {WORDS}, 09:00–17:00 CET)." in said
        assert "New place: Donauhalle, Uferstrasse 14, 1220 Graz, Austria (was Donauhalle" in said
        assert f'value="{DAY}T10:00"' in answer.text
        assert (await stored(event_id))["version"] == 1

    async def test_nothing_to_tell(self, editor: httpx.AsyncClient, event_id: int) -> None:
        answer = await editor.post(f"/staff/events/{event_id}/preview", data=TYPED)
        assert "Nothing that attendees would notice is different" in words(answer.text)


class TestConflict:
    async def test_the_second_editor_sees_what_the_first_changed(
        self, editor: httpx.AsyncClient, event_id: int
    ) -> None:
        first = {**TYPED, "starts": f"{DAY}T10:00"}
        second = {**TYPED, "starts": f"{DAY}T11:00", "street": "Typed Street 7"}
        await editor.post(f"/staff/events/{event_id}/schedule", data=first)
        answer = await editor.post(f"/staff/events/{event_id}/schedule", data=second)
        said = words(answer.text)
        assert answer.status_code == 409
        assert "This event was changed while you were editing it." in said
        assert f"New time: {WORDS}, 10:00–17:00 CET" in said
        assert f'value="{DAY}T11:00"' in answer.text
        assert 'value="Typed Street 7"' in answer.text
        assert (await stored(event_id))["starts_at"] == NINE + timedelta(hours=1)
        version = re.search(r'name="version" value="(\d+)"', answer.text)
        assert version is not None
        again = await editor.post(f"/staff/events/{event_id}/schedule", data={**second, "version": version[1]})
        assert again.status_code == 303
        assert (await stored(event_id))["starts_at"] == NINE + timedelta(hours=2)

    async def test_cancelling_what_somebody_just_moved(self, editor: httpx.AsyncClient, event_id: int) -> None:
        await editor.post(f"/staff/events/{event_id}/schedule", data={**TYPED, "starts": f"{DAY}T10:00"})
        answer = await editor.post(
            f"/staff/events/{event_id}/cancellation", data={"version": "1", "reason": "Water damage."}
        )
        assert answer.status_code == 409
        assert "Water damage." in answer.text
        assert (await stored(event_id))["state"] == "moved"


class TestStates:
    async def test_cancel_and_reinstate(self, editor: httpx.AsyncClient, event_id: int) -> None:
        answer = await editor.post(
            f"/staff/events/{event_id}/cancellation", data={"version": "1", "reason": "Water damage."}
        )
        assert answer.status_code == 303
        page = (await editor.get(f"/staff/events/{event_id}")).text
        assert "This event is cancelled It is cancelled. Water damage." in words(page)
        assert "/schedule" not in page
        version = (await stored(event_id))["version"]
        await editor.post(f"/staff/events/{event_id}/reinstatement", data={"version": str(version)})
        assert (await stored(event_id))["state"] == "published"

    async def test_too_long_a_reason_is_kept(self, editor: httpx.AsyncClient, event_id: int) -> None:
        answer = await editor.post(f"/staff/events/{event_id}/cancellation", data={"version": "1", "reason": "x" * 400})
        assert answer.status_code == 422
        assert "x" * 400 in answer.text
        assert "Please keep this under 300 characters; it has 400." in answer.text

    async def test_publish_and_withdraw(self, app: Litestar, editor: httpx.AsyncClient) -> None:
        event_id = await events.make("Draft", days=30, state="draft")
        slug = (await stored(event_id))["slug"]
        assert (await editor.get(f"/events/{slug}")).status_code == 404
        await editor.post(f"/staff/events/{event_id}/publication")
        await settled(app)
        assert (await editor.get(f"/events/{slug}")).status_code == 200
        await editor.post(f"/staff/events/{event_id}/withdrawal", data={"version": "2"})
        await settled(app)
        assert (await editor.get(f"/events/{slug}")).status_code == 404

    async def test_what_is_not_open_is_refused_in_words(self, editor: httpx.AsyncClient, event_id: int) -> None:
        answer = await editor.post(f"/staff/events/{event_id}/reinstatement", data={"version": "1"})
        assert answer.status_code == 409
        assert "This event is on already." in words(answer.text)
        for version in ("", "x", "-1", "-1" * 40, "\x00", "9223372036854775808", "99999999999999999999"):
            for act in ("withdrawal", "cancellation", "reinstatement"):
                answer = await editor.post(f"/staff/events/{event_id}/{act}", data={"version": version})
                assert answer.status_code == 422


async def hold(event_id: int, people: int, *, first: int = 0) -> None:
    """So many people were sent the event's entry as it is now."""
    revision = (await calendar_queries.current("event", [str(event_id)]))[str(event_id)]
    for n in range(first, first + people):
        await calendars.note_sent(
            item_id=revision.item_id, address=f"p{n}@example.org", number=revision.number, method=Method.REQUEST,
            now=events.NOW,
        )  # fmt: skip


async def test_the_ledger_knows_who_holds_what(editor: httpx.AsyncClient, event_id: int) -> None:
    await hold(event_id, 37)
    await editor.post(f"/staff/events/{event_id}/schedule", data={**TYPED, "starts": f"{DAY}T10:00"})
    await hold(event_id, 4, first=33)
    said = words((await editor.get(f"/staff/events/{event_id}")).text)
    assert "33 people still hold an older version." in said
    assert f"33 people still hold Version 1 {WORDS}, 09:00–17:00 CET" in said
    assert f"4 people hold Newest {WORDS}, 10:00–17:00 CET" in said


async def test_staff_acts_are_in_the_audit_trail(editor: httpx.AsyncClient, event_id: int) -> None:
    await editor.post(f"/staff/events/{event_id}/schedule", data={**TYPED, "starts": f"{DAY}T10:00"})
    await editor.post(f"/staff/events/{event_id}/cancellation", data={"version": "2"})
    account = await db.fetch_value("SELECT id FROM account WHERE email = 'staff@sterileline.example'")
    rows = await db.fetch(
        "SELECT actor, verb, facts FROM audit_entry WHERE kind = 'event' AND key = $1 ORDER BY id", str(event_id)
    )
    assert [(row["actor"], row["verb"]) for row in rows] == [
        ("portal", "event.created"),
        (f"account {account}", "event.moved"),
        (f"account {account}", "event.cancelled"),
    ]
    assert msgspec.json.decode(rows[1]["facts"])["fields"] == ["time"]
    said = words((await editor.get(f"/staff/events/{event_id}")).text).partition("What was done")[2]
    assert re.findall(r"(Editha Editor|The portal itself) (Cancelled|Time or place set|Added)\b", said) == [
        ("Editha Editor", "Cancelled"), ("Editha Editor", "Time or place set"), ("The portal itself", "Added"),
    ]  # fmt: skip


_OF_REGISTRATION = {
    "offer tickets", "set rules", "save places", "save question", "withdraw question", "stop ticket", "save ticket",
    "export attendees",
}  # fmt: skip


def test_every_act_has_words() -> None:
    source = "".join(path.read_text() for path in (Path(__file__).parents[2] / "portal").rglob("*.py"))
    assert set(re.findall(r'"(event\.[a-z]+)"', source)) | _OF_REGISTRATION == set(changes.ACTS)
