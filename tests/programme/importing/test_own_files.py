"""A programme’s own files sent back to it are refused; for another event they are a source."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.programme.commands.releasing import release
from portal.programme.editing import Place
from portal.programme.importing.outcomes import FileReport
from portal.programme.importing.run import How, Target, import_programme
from portal.programme.queries import drafts
from portal.programme.tables import SessionKind, SessionRole
from portal.programme.values import LinkFacts, PersonFacts
from tests.programme.editing.making import add
from tests.programme.test_pages import MAEVE, NINE, PROGRAMME, SESSIONS, held, programme

FILES = ("sessions.csv", "schedule.json", "schedule.xml", "calendar.ics")
ODD = (
    *SESSIONS,
    held("6", "A &amp; B  — =1+1", hours=2, kind=SessionKind.PANEL, label="Fireside workshop", room="", track="",
         subtitle="“Q” &lt;",
         people=(PersonFacts("Ann Day", "7", SessionRole.HOST), PersonFacts("Jo Vos", "4", SessionRole.PANELIST), MAEVE),
         abstract="# Head\n\n- one\n- two\n\n```\ncode  here\n```", description="<p>HTML &amp; <b>more</b></p>",
         links=(LinkFacts("link", "More", "https://a.example/m"),), recorded=False, url="https://a.example/p", capacity=7),
)  # fmt: skip


async def back(path: Path, data: bytes, *, slug: str = "forum-2027", how: How | None = None) -> FileReport:
    path.write_bytes(data)
    return (await import_programme(path, now=clock.now(), target=Target(slug), how=how or How(draft=True))).files[0]


@pytest.mark.parametrize("file", FILES)
async def test_a_file_sent_back_is_refused_and_changes_nothing(
    client: httpx.AsyncClient, tmp_path: Path, file: str
) -> None:
    event_id = await programme(ODD)
    await add(event_id, "Made here", place=Place(starts_at=NINE, ends_at=NINE + timedelta(hours=1)))
    await release(actor=PORTAL, event_id=event_id, now=clock.now())
    data = (await client.get(f"{PROGRAMME}/{file}")).content
    before = await drafts.draft(event_id)
    for how in (How(draft=True), How(dry_run=True), How(source="another")):
        report = await back(tmp_path / file, data, how=how)
        assert "it was taken from this very programme" in report.fault
    assert await drafts.draft(event_id) == before
    assert await db.fetch_value("SELECT count(*) FROM speaker") == 3


async def test_one_row_of_a_session_made_here_tells_it(client: httpx.AsyncClient, tmp_path: Path) -> None:
    event_id = await programme()
    await add(event_id, "Made here", place=Place(starts_at=NINE, ends_at=NINE + timedelta(hours=1)))
    await release(actor=PORTAL, event_id=event_id, now=clock.now())
    rows = list(csv.DictReader(io.StringIO((await client.get(f"{PROGRAMME}/sessions.csv")).content.decode())))
    one = next(one for one in rows if one["title"] == "Made here")
    sheet = f"key,title,start,end\n{one['key']},Renamed,{one['start']},{one['end']}\n"
    assert "it was taken from this very programme" in (await back(tmp_path / "a.csv", sheet.encode())).fault


async def test_another_event_s_file_is_a_source_like_any(client: httpx.AsyncClient, tmp_path: Path) -> None:
    await programme()
    data = (await client.get(f"{PROGRAMME}/schedule.json")).content
    path = tmp_path / "a.json"
    path.write_bytes(data)
    report = (await import_programme(path, now=clock.now(), target=Target(title="Next year"))).files[0]
    assert (report.fault, report.created, report.refusals, report.source) == ("", 5, [], "c3voc")
    assert msgspec.json.decode(data)["schedule"]["version"] == "1"
