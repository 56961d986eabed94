"""A programme that goes on in a format with fewer places than the table it began as: what has no place there stays."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.factories import events
from tests.programme.importing.test_columns_left_out import ALL, ROW, stands, table, taken
from tests.programme.test_pages import NINE


def c3voc(**more: Any) -> str:
    air = {"guid": "a", "title": "First air", "date": "2027-02-09T09:00:00+01:00", "duration": "0:40", **more}
    closing = {"guid": "b", "title": "Closing", "date": "2027-02-09T17:00:00+01:00", "duration": "0:30"}
    return json.dumps({"schedule": {"conference": {"days": [{"rooms": {"Saal Lobau": [air, closing]}}]}}})


def xml(inside: str = "") -> str:
    def event(key: str, title: str, start: str, length: str) -> str:
        return f'<event id="{key}"><title>{title}</title><date>2027-02-09T{start}:00+01:00</date><duration>{length}</duration>'

    return (
        f'<schedule><day><room name="Saal Lobau">{event("a", "First air", "09:00", "0:40")}{inside}</event>'
        f"{event('b', 'Closing', '17:00', '0:30')}</event></room></day></schedule>"
    )


def emf(**more: Any) -> str:
    air = {"id": "a", "title": "First air", "start_date": "2027-02-09 08:00", "end_date": "2027-02-09 08:40", **more}
    closing = {"id": "b", "title": "Closing", "start_date": "2027-02-09 16:00", "end_date": "2027-02-09 16:30"}
    return json.dumps([air, closing])


FORMATS = pytest.mark.parametrize("file", [c3voc(), xml(), emf()], ids=["c3voc", "xml", "emf"])


@pytest.fixture
async def forum(database: str, tmp_path: Path) -> Path:
    await events.make("Forum", starts_at=NINE, hours=40, timezone="Europe/Vienna")
    assert (await taken(tmp_path, ALL)).created == 2
    return tmp_path


async def air() -> Any:
    return next(one for one in await stands() if one.title == "First air")


@FORMATS
async def test_who_may_not_be_recorded_is_not_because_a_file_is_silent(forum: Path, file: str) -> None:
    await taken(forum, file)
    assert ((await air()).recorded, (await air()).language) == (False, "de")


@pytest.mark.parametrize(
    "file",
    [
        c3voc(do_not_record=False, language=None),
        xml("<recording><optout>false</optout></recording><language/>"),
        emf(video_privacy="public"),
    ],
    ids=["c3voc", "xml", "emf"],
)
async def test_where_a_file_says_that_recording_is_fine_it_is(forum: Path, file: str) -> None:
    await taken(forum, file)
    assert ((await air()).recorded, (await air()).language) == (True, "de" if "start_date" in file else "")


LINKS = '[["link", "Slides", "https://a.example/s"]]'
SHORT = {"level": "advanced", "capacity": 24}
LONG = {"subtitle": "Smoke", "abstract_html": "<p>Short</p>\n", "track": "Aseptic", "links": LINKS}


@pytest.mark.parametrize(
    ("file", "stay"), [(c3voc(), SHORT), (xml(), SHORT), (emf(), SHORT | LONG)], ids=["c3voc", "xml", "emf"]
)
async def test_what_a_format_has_no_place_for_stays(forum: Path, file: str, stay: dict[str, Any]) -> None:
    # A table has no place for links.
    links = {"links": [{"title": "Slides", "url": "https://a.example/s"}]}
    await taken(forum, c3voc(subtitle="Smoke", abstract="Short", track="Aseptic", **links))
    await taken(forum, file)
    now = await air()
    assert {name: getattr(now, name) for name in stay} == stay
    # What has a place there is taken away.
    assert (now.label, now.url, now.subtitle == "", now.links == LINKS) == (
        "",
        "",
        "subtitle" not in stay,
        "links" in stay,
    )


@FORMATS
async def test_what_was_called_off_is_not_on_again_because_a_format_cannot_say_so(forum: Path, file: str) -> None:
    await taken(forum, file)
    assert (await air()).cancelled
    # What the source had no more is on again once such a file has it.
    assert (await taken(forum, table(ROW))).cancelled == 1
    await taken(forum, file)
    assert [one.title for one in await stands() if one.cancelled] == ["First air"]


@pytest.mark.parametrize(
    "file",
    [
        c3voc(persons=[{"code": "JO", "public_name": "Jo Vos"}, {"code": "RA", "public_name": "Rae Moss"}]),
        xml('<persons><person id="7">Jo Vos</person><person id="8">Rae Moss</person></persons>'),
        emf(speaker="Jo Vos & Rae Moss"),
    ],
    ids=["c3voc", "xml", "emf"],
)
async def test_who_moderates_does_so_still_where_a_format_names_no_parts(forum: Path, file: str) -> None:
    await taken(forum, file)
    assert (await air()).speakers == "Jo Vos (moderator), Rae Moss"
    # And it is the source’s word still, which another table may change.
    await taken(forum, table({**ROW, "moderators": "Rae Moss", "hosts": "Jo Vos", "panelists": "", "speakers": ""}))
    assert (await air()).speakers == "Rae Moss (moderator), Jo Vos (host)"


async def test_who_was_known_by_a_number_and_is_named_in_a_part_has_it(forum: Path) -> None:
    await taken(
        forum, c3voc(persons=[{"code": "RA", "public_name": "Rae Moss"}, {"code": "MA", "public_name": "Max Orr"}])
    )
    for part in ("moderators", "hosts"):
        others = {"moderators": "", "hosts": "", "panelists": "", part: "Rae Moss"}
        await taken(forum, table({**ROW, **others}, without=("speakers",)))
        assert (await air()).speakers == f"Rae Moss ({part[:-1]}), Max Orr"
