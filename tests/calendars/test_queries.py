"""What calendars answer: holders, feeds, their state, in few statements."""

from datetime import UTC, datetime, timedelta

import msgspec

from portal.calendars import building, commands, queries
from portal.calendars.tables import Method
from portal.calendars.values import FeedContent, FeedState, ZoneUse
from portal.core import db
from tests.calendars.made import entry

TEN = datetime(2027, 2, 9, 9, 0, tzinfo=UTC)
ELEVEN = datetime(2027, 2, 9, 10, 0, tzinfo=UTC)


async def test_who_still_holds_ten_oclock(database: str, now: datetime) -> None:
    first = await commands.publish(kind="event", key="1", entry=entry(starts_at=TEN), now=now)
    second = await commands.publish(kind="event", key="1", entry=entry(starts_at=ELEVEN), now=now)
    for n in range(40):
        await commands.note_sent(
            item_id=first.item_id, address=f"p{n:02}@plant.example", number=1, method=Method.REQUEST, now=now
        )
    for n in (0, 1):
        await commands.note_sent(
            item_id=first.item_id, address=f"p{n:02}@plant.example", number=2, method=Method.REQUEST, now=now
        )
    await commands.note_sent(
        item_id=first.item_id, address="p02@plant.example", number=2, method=Method.CANCEL, now=now
    )
    summary = await queries.holders_summary("event", "1")
    assert [(held.people, held.number, held.newest) for held in summary] == [(37, 1, False), (2, 2, True)]
    assert [held.entry for held in summary] == [first.entry, second.entry]
    holders = await queries.holders("event", "1", limit=3)
    assert [(held.address, held.number, held.newest) for held in holders] == [
        ("p03@plant.example", 1, False),
        ("p04@plant.example", 1, False),
        ("p05@plant.example", 1, False),
    ]
    everyone = await queries.holders("event", "1")
    assert len(everyone) == 40
    assert [(held.address, held.newest) for held in everyone if held.method is Method.CANCEL] == [
        ("p02@plant.example", True)
    ]
    assert await queries.holders_summary("event", "2") == []


async def test_a_feed_is_joined_in_the_order_of_its_keys(database: str, now: datetime) -> None:
    told = {
        "1": entry(),
        "2": entry(timezone="America/New_York", starts_at=datetime(2025, 12, 31, 20, 0, tzinfo=UTC)),
        "3": entry(all_day=True),
        "4": entry(timezone="Europe/Vienna", starts_at=datetime(2026, 5, 1, 8, 0, tzinfo=UTC)),
        "5": entry(timezone="UTC"),
    }
    made = await commands.publish_many(kind="event", entries=told, now=now)
    await commands.publish(kind="event", key="3", entry=entry(all_day=True, title="Moved"), now=now)
    newest = await queries.current("event", list(told))
    content = await queries.vevents("event", ["4", "3", "missing", "2", "1", "5", "1"])
    assert content == FeedContent(
        events=b"".join(building.vevent(newest[key]) for key in ("4", "3", "2", "1", "5")),
        zones=(ZoneUse("America/New_York", 2025, 2027), ZoneUse("Europe/Vienna", 2026, 2027)),
        newest=now + timedelta(seconds=1),
        count=5,
    )
    assert made["3"].number == 1
    assert await queries.vevents("event", []) == FeedContent(b"")
    assert await queries.vevents("session", ["1"]) == FeedContent(b"")


async def test_a_feed_is_one_statement_however_long(database: str, now: datetime) -> None:
    for size in (1, 30):
        keys = [str(n) for n in range(size)]
        await commands.publish_many(kind="event", entries={key: entry(title=key) for key in keys}, now=now)
        async with db.transaction():
            seen: list[str] = []
            db.current_connection().add_query_logger(lambda query, seen=seen: seen.append(query.query))
            await queries.vevents("event", keys)
            await queries.feed_state("event", keys)
        assert len([query for query in seen if "calendar_item" in query]) == 2


async def test_the_state_of_a_feed_follows_its_content(database: str, now: datetime) -> None:
    async def state(*keys: str) -> FeedState:
        return await queries.feed_state("event", keys)

    await commands.publish_many(kind="event", entries={key: entry(title=key) for key in "123"}, now=now)
    before = await state("1", "2")
    assert (before.newest, before.count) == (now, 2)
    assert await state("1", "2", "2", "missing") == before
    assert (await state("2", "1")).digest != before.digest
    assert (await state("1", "2", "3")).digest != before.digest
    await commands.publish(kind="event", key="3", entry=entry(title="not in it"), now=now)
    assert await state("1", "2") == before
    await commands.publish(kind="event", key="2", entry=entry(title="other"), now=now)
    after = await state("1", "2")
    assert after.digest != before.digest
    assert after.newest == now + timedelta(seconds=1)
    nothing = await state()
    assert (nothing.newest, nothing.count) == (None, 0)


async def test_current_is_the_newest(database: str, now: datetime) -> None:
    await commands.publish(kind="event", key="1", entry=entry(), now=now)
    newest = await commands.publish(kind="event", key="1", entry=entry(title="Newer"), now=now)
    assert await queries.current("event", ["1"]) == {"1": msgspec.structs.replace(newest, changed=False)}
    assert await queries.current("session", ["1"]) == {}
