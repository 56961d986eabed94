"""Feeds over HTTP: entity tags, dates, 304 before anything is built, correct on the first request after a change."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar, Request, get
from litestar.response import Response

from portal.calendars import commands, feeds, queries
from portal.calendars.values import Feed
from portal.core import db
from tests.calendars import readers
from tests.calendars.made import entry

FEED = Feed(
    kind="event", keys=("1", "2"), name="Events in Löwen", filename="Events in Löwen", address="https://x.example/a.ics"
)


class Shown:
    """What the handler answers with, and when it is."""

    feed = FEED
    now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
async def shown(database: str, now: datetime) -> Shown:
    await commands.publish_many(kind="event", entries={"1": entry(title="One"), "2": entry(title="Two")}, now=now)
    return Shown()


@pytest.fixture
async def reader(shown: Shown) -> AsyncIterator[httpx.AsyncClient]:
    @get("/feed.ics")
    async def handler(request: Request[Any, Any, Any]) -> Response[bytes]:
        return await feeds.answer(request, shown.feed, now=shown.now)

    app = Litestar(route_handlers=[handler], openapi_config=None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://x.example") as client:  # type: ignore[arg-type]
        yield client


async def read(reader: httpx.AsyncClient, **headers: str) -> httpx.Response:
    return await reader.get("/feed.ics", headers={name.replace("_", "-"): value for name, value in headers.items()})


async def test_a_public_feed(reader: httpx.AsyncClient, shown: Shown) -> None:
    answer = await read(reader)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "public, no-cache"
    assert answer.headers["content-disposition"] == 'inline; filename="events-in-lowen.ics"'
    assert answer.headers["etag"].startswith('"')
    assert answer.headers["content-length"] == str(len(answer.content))
    assert [seen.summary for seen in readers.by_icalendar(answer.content)] == ["One", "Two"]
    readers.assert_well_written(answer.content)


async def test_a_private_feed_is_kept_by_its_reader_alone(reader: httpx.AsyncClient, shown: Shown) -> None:
    shown.feed = msgspec.structs.replace(FEED, private=True, address="")
    answer = await read(reader)
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert b"SOURCE" not in answer.content


async def test_an_unchanged_feed_is_recognised_without_loading_it(
    altered_database: str, reader: httpx.AsyncClient, shown: Shown
) -> None:
    first = await read(reader)
    # Without their bytes the VEVENTs cannot be loaded: only what never looks at them can still answer.
    await db.execute("ALTER TABLE calendar_revision DROP COLUMN vevent")
    again = await read(reader, if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["cache-control"] == first.headers["cache-control"]


async def test_the_tag_stays_while_time_passes(reader: httpx.AsyncClient, shown: Shown) -> None:
    first = await read(reader)
    shown.now += timedelta(days=30)
    later = await read(reader)
    assert (later.headers["etag"], later.content) == (first.headers["etag"], first.content)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("{}", 304), ("W/{}", 304), ('"other", {}', 304), ('"other",W/{} , "third"', 304), ("*", 304),
        ('"other"', 200), ("", 200), ("garbage", 200),
    ],
)  # fmt: skip
async def test_tags_as_readers_send_them(reader: httpx.AsyncClient, shown: Shown, sent: str, status: int) -> None:
    etag = (await read(reader)).headers["etag"]
    assert (await read(reader, if_none_match=sent.format(etag))).status_code == status


CHANGES: list[dict[str, Any]] = [
    {"keys": ("1",)},
    {"keys": ("2", "1")},
    {"keys": ("1", "2", "3")},
    {"name": "Other"},
    {"description": "Other"},
    {"address": ""},
    {"refresh": timedelta(hours=2)},
]


@pytest.mark.parametrize("change", CHANGES)
async def test_the_tag_changes_with_the_bytes(reader: httpx.AsyncClient, shown: Shown, change: dict[str, Any]) -> None:
    await commands.publish(kind="event", key="3", entry=entry(title="Three"), now=shown.now)
    first = await read(reader)
    shown.feed = msgspec.structs.replace(FEED, **change)
    other = await read(reader, if_none_match=first.headers["etag"])
    assert other.status_code == 200
    assert other.content != first.content
    assert other.headers["etag"] != first.headers["etag"]


async def test_the_first_request_after_a_change_is_right(
    reader: httpx.AsyncClient, shown: Shown, now: datetime
) -> None:
    first = await read(reader)
    moved = entry(title="Two", starts_at=datetime(2027, 2, 9, 9, 0, tzinfo=UTC))
    await commands.publish(kind="event", key="2", entry=moved, now=shown.now)
    after = await read(reader, if_none_match=first.headers["etag"])
    assert after.status_code == 200
    assert readers.by_icalendar(after.content)[1].starts == "2027-02-09T09:00:00Z"


async def test_dates_never_count(reader: httpx.AsyncClient, shown: Shown) -> None:
    """What a feed consists of can change without an entry changing: only the tag knows."""
    first = await read(reader)
    assert "last-modified" not in first.headers
    assert (await read(reader, if_modified_since="Fri, 01 Jan 2100 00:00:00 GMT")).status_code == 200


async def test_fetching_a_secret_address_is_noted(reader: httpx.AsyncClient, shown: Shown) -> None:
    secret = await commands.feed_address(kind="person", key="ann@plant.example", now=shown.now)
    assert feeds.secret_in(f"{secret}.ics") == secret
    shown.feed = msgspec.structs.replace(FEED, private=True, secret=secret)

    async def noted() -> datetime:
        return await db.fetch_value("SELECT fetched_at FROM feed_address")

    start = shown.now
    etag = (await read(reader)).headers["etag"]
    assert await noted() == start
    shown.now = start + timedelta(minutes=14)
    assert (await read(reader, if_none_match=etag)).status_code == 304
    assert await noted() == start
    shown.now = start + timedelta(minutes=16)
    assert (await read(reader, if_none_match=etag)).status_code == 304
    assert await noted() == start + timedelta(minutes=16)
    await commands.rotate_feed_address(kind="person", key="ann@plant.example", now=shown.now)
    assert await queries.feed_subject(secret) is None


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("abcdefghijklmnopqrstuvwxyz-_0123.ics", "abcdefghijklmnopqrstuvwxyz-_0123"),
        ("abcdefghijklmnopqrstuvwxyz-_0123", "abcdefghijklmnopqrstuvwxyz-_0123"),
        (".ics", None),
        ("short.ics", None),
        ("x" * 65, None),
        ("abcdefghijklmnopqrst'; DROP TABLE feed", None),
        ("абвгдежзийклмнопрстуфхцч", None),
    ],
)
def test_secrets_in_names(name: str, secret: str | None) -> None:
    assert feeds.secret_in(name) == secret
