"""The report as a page and as files: who sees it and when, what it leaves out, and what it costs."""

import csv
import io
import re
from datetime import timedelta

import httpx
import pytest

from portal.accounts.tables import StaffRole
from portal.core import clock, db, times
from portal.webinars.reporting import PARTS
from portal.webinars.rules.states import HostAction
from portal.webinars.tables.rooms import CrewRole
from tests.factories import webinars
from tests.factories.webinars import Webinar
from tests.paying import text_of
from tests.queries import counting
from tests.webinars.desk.conftest import AtDesk, at_desk
from tests.webinars.report import crowds
from tests.webinars.report.small import busy, small

__all__ = ["at_desk"]
KEYS = [key for _, keys in PARTS for key in keys]


async def file(browser: httpx.AsyncClient, made: Webinar, key: str) -> list[dict[str, str]]:
    answer = await browser.get(f"{made.desk}/report/{key}.csv")
    assert answer.status_code == 200, key
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="{made.slug}-{key}.csv"'
    assert answer.headers["cache-control"] == "private, no-store"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_before_it_begins_the_page_says_when_the_rest_will_be_there(at_desk: AtDesk) -> None:
    made = await webinars.make(starts_in=timedelta(days=3))
    await webinars.join(made, "anna@a.example")
    host = await at_desk(made, CrewRole.HOST)
    page = text_of(await host.get(f"{made.desk}/report"))
    room = await webinars.room(made)
    assert f"The curve by minute, arrivals and losses will be here from {times.today(room.starts_at):%A}" in page
    assert "There is no other webinar yet that has ended" in page
    figures = {row["figure"]: row["this_webinar"] for row in await file(host, made, "figures")}
    # Nothing is told as nought that cannot be known yet.
    assert {name: value for name, value in figures.items() if value} == {"Registered": "1"}
    assert [row["registered"] for row in await file(host, made, "sources")] == ["1"]
    assert list((await file(host, made, "sources"))[0]) == ["source", "registered", "percent", "given_up"]
    assert (await host.get(f"{made.desk}/report/minutes.csv")).status_code == 404


async def test_with_nobody_registered_and_when_it_was_called_off(at_desk: AtDesk) -> None:
    made = await webinars.make(starts_in=timedelta(days=3))
    host = await at_desk(made, CrewRole.HOST)
    assert "Nobody has registered so far." in text_of(await host.get(f"{made.desk}/report"))
    await db.execute("UPDATE event SET state = 'cancelled'")
    assert "This webinar was called off." in text_of(await host.get(f"{made.desk}/report"))


async def test_while_it_is_live_a_reload_counts_anew(at_desk: AtDesk) -> None:
    made = await webinars.make(starts_in=timedelta(minutes=10))
    anna = await webinars.join(made, "anna@a.example")
    await webinars.go(made, HostAction.GO_LIVE)
    host = await at_desk(made, CrewRole.MODERATOR)
    await db.execute("UPDATE webinar SET live_at = now() - interval '10 minutes'")
    assert {row["present"] for row in await file(host, made, "minutes")} == {"0"}
    await db.execute(
        "INSERT INTO webinar_attendance (webinar, seat, first_seen, last_seen, here_until, spans) SELECT id, $2, live_at, "
        "live_at, live_at, tstzmultirange(tstzrange(live_at, now())) FROM webinar WHERE id = $1", made.webinar_id, anna.seat_id,
    )  # fmt: skip
    rows = await file(host, made, "minutes")
    assert [row["present"] for row in rows if row["state"] == "live"][:10] == ["1"] * 10


async def test_every_table_is_a_file_and_names_nobody(at_desk: AtDesk) -> None:
    made, people = await small()
    await busy(made, people)
    host = await at_desk(made, CrewRole.HOST)
    whole = (await host.get(f"{made.desk}/report")).text
    for key in KEYS:
        assert f"{made.desk}/report/{key}.csv" in whole, key
        rows = await file(host, made, key)
        assert rows, key
        whole += repr(rows)
    for name in ("@a.example", "Lindqvist", "Brennhof", "Anna", "Anonymous"):
        assert name not in whole, name


async def test_what_people_typed_is_no_formula(at_desk: AtDesk) -> None:
    made, people = await small()
    await busy(made, people)
    await db.execute("UPDATE seat_order SET source = '@sum(1)' WHERE source = 'linkedin'")
    host = await at_desk(made, CrewRole.HOST)
    assert (await file(host, made, "polls"))[0]["poll"] == "'=Ready?"
    assert "'@sum(1)" in [row["source"] for row in await file(host, made, "sources")]
    # A number below nothing is a number.
    assert (await file(host, made, "minutes"))[0]["minute"] == "-30"


@pytest.mark.parametrize("part", ["nothing.csv", "sources", "sources.json", ".csv", "sources.csv.csv", "%00.csv"])
async def test_there_are_no_other_files(at_desk: AtDesk, part: str) -> None:
    made, _ = await small()
    assert (await (await at_desk(made, CrewRole.HOST)).get(f"{made.desk}/report/{part}")).status_code in (400, 404)


async def test_who_may_not_read_it(at_desk: AtDesk, client: httpx.AsyncClient) -> None:
    made, people = await small()
    speaker = await at_desk(made, CrewRole.SPEAKER, name="Anselm Oyelaran")
    finance = await at_desk(name="Fina Nance", staff=StaffRole.FINANCE)
    await client.post(f"/join/{people['anna'].claim}")
    for path in (f"{made.desk}/report", f"{made.desk}/report/sources.csv"):
        assert "hosts and moderators" in (await speaker.get(path)).text
        assert [(await one.get(path)).status_code for one in (speaker, finance, client)] == [403, 403, 303]
    editor = await at_desk(name="Editha Editor", staff=StaffRole.EDITOR)
    assert (await editor.get(f"{made.desk}/report")).status_code == 200
    assert f"{made.desk}/report" in (await editor.get(f"/staff/webinars/{made.webinar_id}")).text
    assert f"{made.desk}/report" in (await editor.get(made.desk)).text
    await db.execute("UPDATE event SET state = 'draft'")
    assert (await editor.get(f"{made.desk}/report")).status_code == 404
    assert f"{made.desk}/report" not in (await editor.get(f"/staff/webinars/{made.webinar_id}")).text


async def test_the_number_of_queries_does_not_grow(at_desk: AtDesk) -> None:
    made, people = await small()
    host = await at_desk(made, CrewRole.HOST)
    await host.get(f"{made.desk}/report")
    async with counting() as few:
        await host.get(f"{made.desk}/report")
    await crowds.crowd(made, 300, 3, clock.now() - timedelta(hours=1))
    await busy(made, people)
    for _ in range(30):
        await webinars.poll(made, question="Which?", state="closed")
        await webinars.resource(made, "One more")
    await db.execute("UPDATE webinar_poll SET opened_at = now(), closed_at = now()")
    for _ in range(3):
        await crowds.over(10)
    async with counting() as many:
        assert (await host.get(f"{made.desk}/report")).status_code == 200
    assert len(many) == len(few)
    assert len(many) <= 20


async def test_beside_the_series_else_beside_the_publisher(at_desk: AtDesk) -> None:
    made, _ = await small()
    others = [await crowds.over(people) for people in (10, 20, 40)]
    host = await at_desk(made, CrewRole.HOST)

    async def told() -> tuple[str, dict[str, str]]:
        page = (await host.get(f"{made.desk}/report")).text
        lead = re.findall(r'<p class="s">([^<]*(?:Compared|Too few)[^<]*)</p>', page)
        return lead[0], {row["figure"]: row["median"] for row in await file(host, made, "figures")}

    lead, medians = await told()
    assert lead.startswith("Compared with the median of the 3 newest other ended webinars of this publisher")
    assert "Its own series" not in lead
    assert medians["Registered"] == "20"
    series = await db.fetch_value(
        "INSERT INTO series (slug, title, summary, one_registration, created_at) VALUES ('a', 'Floor', '', false, now()) "
        "RETURNING id"
    )
    await db.execute("UPDATE webinar SET series = $1 WHERE id = $2", series, made.webinar_id)
    assert (await told())[0].endswith("Its own series has no other that has ended.")
    await db.execute(
        "UPDATE webinar SET series = $1 WHERE id = ANY($2)", series, [one.webinar_id for one in others[:2]]
    )
    lead, medians = await told()
    assert lead.startswith("Too few to compare: only the 2 newest other ended webinars of the series “Floor”.")
    assert set(medians.values()) == {""}
    await db.execute("UPDATE webinar SET series = $1", series)
    await db.execute("UPDATE webinar SET state = 'live', ended_at = NULL WHERE id = $1", others[2].webinar_id)
    assert (await told())[0].startswith("Too few")
    await db.execute("UPDATE webinar SET state = 'closed', ended_at = now() WHERE id = $1", others[2].webinar_id)
    lead, medians = await told()
    assert lead.startswith("Compared with the median of the 3 newest other ended webinars of the series “Floor”")
    assert "median 20" in (await host.get(f"{made.desk}/report")).text
