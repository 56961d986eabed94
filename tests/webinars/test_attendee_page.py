"""`/staff/webinars/{id}/attendance/{seat}`: one person's time, corrected with a reason both sides read, and their certificate."""

from datetime import timedelta

import httpx
import pytest

from portal.core import clock, db
from portal.webinars.jobs import certificates as jobs
from portal.webinars.queries import certificates
from portal.webinars.queries.certificates import Certificate
from portal.webinars.values import Participant
from tests.factories import webinars
from tests.factories.attendance import over, was_there
from tests.factories.webinars import Webinar
from tests.paying import text_of
from tests.queries import counting
from tests.webinars.setting_up import fault

WHY = "The picture stood still & nobody’s fault"


class Place:
    made: Webinar
    ben: Participant

    @property
    def path(self) -> str:
        return f"/staff/webinars/{self.made.webinar_id}/attendance/{self.ben.seat_id}"

    async def certificates(self) -> list[Certificate]:
        return await certificates.of_seat(self.made.webinar_id, self.ben.seat_id)


@pytest.fixture
async def place(client: httpx.AsyncClient) -> Place:
    found = Place()
    found.made = await over(state="replay")
    found.ben = await webinars.join(found.made, "ben@a.example", "Ben")
    await was_there(found.made, found.ben, 0, 41)
    return found


async def earned(place: Place) -> str:
    await was_there(place.made, place.ben, 41, 50)
    await jobs.issue_due()
    [one] = await place.certificates()
    return one.number


async def test_a_correction_is_read_with_its_reason_by_staff_and_attendee(
    editor: httpx.AsyncClient, client: httpx.AsyncClient, place: Place
) -> None:
    await db.execute(
        "INSERT INTO webinar_recording (webinar, source, source_url, seconds, captions, language, published_at) "
        "VALUES ($1, 'hls', '/static/film.m3u8', 3600, '', 'en', $2)",
        place.made.webinar_id, clock.now(),
    )  # fmt: skip
    for minutes in ("7", "-1"):
        done = await editor.post(f"{place.path}/corrections", data={"minutes": minutes, "reason": WHY})
        assert (done.status_code, done.headers["location"]) == (303, place.path)
    await client.post(f"/join/{place.ben.claim}")
    pages = [
        await editor.get(place.path),
        await client.get(f"/webinars/{place.made.slug}/certificate"),
        await client.get(f"/webinars/{place.made.slug}/replay"),
    ]
    for page in pages:
        told = text_of(page).replace("&amp;", "&")
        assert "47 of 45 minutes needed for the certificate" in told
        assert "7 minutes added by Editha Editor, " in told
        assert "1 minute taken off by Editha Editor, " in told
        assert told.count(f": {WHY}") == 2


async def test_a_correction_that_is_enough_brings_the_certificate(editor: httpx.AsyncClient, place: Place) -> None:
    await editor.post(f"{place.path}/corrections", data={"minutes": "4", "reason": WHY})
    assert await db.fetch_value("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'webinars.issue_certificates'") == 1
    await jobs.issue_certificates(place.made.webinar_id, [place.ben.seat_id])
    [one] = await place.certificates()
    assert one.minutes == 45


async def test_the_page_shows_every_device(editor: httpx.AsyncClient, place: Place) -> None:
    for page, gap, first in (("laptop", 65, 0), ("phone", 65, 30), ("plain", 300, 40)):
        await db.execute(
            "INSERT INTO webinar_attendance_page (webinar, seat, page, gap_seconds, spans) SELECT id, $2, $3, $4, "
            "tstzmultirange(tstzrange(live_at + make_interval(mins => $5), live_at + make_interval(mins => $5 + 12))) "
            "FROM webinar WHERE id = $1",
            place.made.webinar_id, place.ben.seat_id, page, gap, first,
        )  # fmt: skip
    told = text_of(await editor.get(place.path))
    assert told.count(" 12 ") >= 3
    assert told.count("without scripts") == 1
    await db.execute("UPDATE webinar_attendance SET handed_over_at = $1", clock.now() - timedelta(hours=2))
    assert "Sent on to another service’s room at" in text_of(await editor.get(place.path))


@pytest.mark.parametrize(
    ("sent", "name", "said"),
    [
        ({"minutes": "0", "reason": WHY}, "minutes", "Please give minutes from 1 to 1440, or below zero to take some off."),
        ({"minutes": "1.5", "reason": WHY}, "minutes", "Please type a whole number."),
        ({"minutes": "99999999999999999999", "reason": WHY}, "minutes", "Please give minutes from 1 to 1440, or below zero"),
        ({"minutes": "5", "reason": ""}, "reason", "Please say why: the attendee reads it."),
    ],
)  # fmt: skip
async def test_faults_of_corrections_stand_beside_their_field(
    editor: httpx.AsyncClient, place: Place, sent: dict[str, str], name: str, said: str
) -> None:
    refused = await editor.post(f"{place.path}/corrections", data=sent)
    assert refused.status_code == 422
    assert fault(refused.text, name).startswith(said)
    assert await db.fetch_value("SELECT count(*) FROM webinar_attendance_correction") == 0


@pytest.mark.parametrize("public", [False, True])
async def test_taking_back_needs_a_reason_and_tells_the_holder(
    editor: httpx.AsyncClient, place: Place, public: bool
) -> None:
    number = await earned(place)
    refused = await editor.post(f"{place.path}/revocation", data={"number": number, "revoked_reason": " "})
    assert (refused.status_code, fault(refused.text, "revoked_reason")) == (
        422, "Please say why: the holder reads it.",
    )  # fmt: skip
    sent = {"number": number, "revoked_reason": "Somebody else sat there", **({"public": "yes"} if public else {})}
    assert (await editor.post(f"{place.path}/revocation", data=sent)).status_code == 303
    told = text_of(await editor.get(place.path))
    assert "Somebody else sat there" in told
    assert ("for everybody to read" in told) == public
    # The page of somebody who looked before is overtaken.
    assert (await editor.post(f"{place.path}/revocation", data=sent)).status_code == 409
    [one] = await place.certificates()
    assert (one.stands, one.reason_is_public) == (False, public)
    await jobs.tell_revoked(one.id)
    assert await db.fetch_value("SELECT recipient FROM mail") == "ben@a.example"
    assert ("Somebody else sat there" in (await editor.get(one.path)).text) == public


async def test_a_new_one_is_issued_where_it_is_earned(editor: httpx.AsyncClient, place: Place) -> None:
    assert (await editor.post(f"{place.path}/certificate")).status_code == 409
    number = await earned(place)
    await db.execute("UPDATE seat SET last_name = 'Kos' WHERE id = $1", place.ben.seat_id)
    done = await editor.post(f"{place.path}/certificate")
    new, old = await place.certificates()
    assert (old.number, old.stands, new.name, new.stands) == (number, False, "Ben Kos", True)
    assert f"Issued: {new.number}." in text_of(await editor.get(done.headers["location"]))


async def test_minutes_taken_off_later_are_pointed_out(editor: httpx.AsyncClient, place: Place) -> None:
    number = await earned(place)
    await editor.post(f"{place.path}/corrections", data={"minutes": "-30", "reason": "Left the tab open"})
    assert "The certificate says more than the ledger" in text_of(await editor.get(place.path))
    assert [(one.number, one.stands) for one in await place.certificates()] == [(number, True)]


async def test_places_elsewhere_are_not_found(editor: httpx.AsyncClient, place: Place) -> None:
    other = await over()
    wrong = f"/staff/webinars/{other.webinar_id}/attendance/{place.ben.seat_id}"
    for path in (wrong, f"{place.path}999", f"{place.path}{'9' * 20}", "/staff/webinars/999/attendance"):
        assert (await editor.get(path)).status_code == 404
    assert (await editor.post(f"{wrong}/corrections", data={"minutes": "5", "reason": WHY})).status_code == 404


async def test_a_long_story_costs_as_many_queries_as_a_short_one(editor: httpx.AsyncClient, place: Place) -> None:
    taken = []
    for number in (1, 29):
        for _ in range(number):
            await editor.post(f"{place.path}/corrections", data={"minutes": "1", "reason": WHY})
        await editor.get(place.path)
        async with counting() as seen:
            await editor.get(place.path)
        taken.append(len(seen))
    assert taken[0] == taken[1]
