"""What calendars answer: holders, feeds, their state, in few statements."""

from datetime import UTC, datetime, timedelta

import msgspec

from portal.calendars import building, commands, queries
from portal.calendars.tables import Method
from portal.calendars.values import FeedContent, FeedState, ZoneUse
from portal.core import db
from tests.calendars.made import entry
from tests.notifications.conftest import message, queued

TEN = datetime(2027, 2, 9, 9, 0, tzinfo=UTC)
ELEVEN = datetime(2027, 2, 9, 10, 0, tzinfo=UTC)


async def test_who_still_holds_ten_oclock(database: str, now: datetime) -> None:
    first = await commands.publish(kind="event", key="1", entry=entry(starts_at=TEN), now=now)
    second = await commands.publish(kind="event", key="1", entry=entry(starts_at=ELEVEN), now=now)
    item = first.item_id

    async def send(person: int, number: int, method: Method = Method.REQUEST, state: str = "") -> None:
        mail = None
        if state:
            mail = await queued(message(f"m{person}.{number}.{method}"), now)
            await db.execute("UPDATE mail SET state = $2, answer = 'said' WHERE id = $1", mail, state)
        address = f"p{person:02}@plant.example"
        await commands.note_sent(item_id=item, address=address, number=number, method=method, now=now, mail=mail)

    for person in range(40):
        await send(person, 1)
    await send(0, 2)
    await send(1, 2, state="accepted")
    await send(2, 2, Method.CANCEL)
    await send(3, 2, state="queued")
    await send(4, 2, state="deferred")
    await send(5, 2, state="bounced")
    await send(6, 2, Method.CANCEL, state="suppressed")
    await send(50, 2, state="failed")
    ledger = await queries.ledger("event", "1")
    assert [(held.people, held.number, held.newest) for held in ledger.held] == [(37, 1, False), (2, 2, True)]
    assert [held.entry for held in ledger.held] == [first.entry, second.entry]
    assert (ledger.people, ledger.outdated, ledger.waiting, ledger.lost) == (39, 37, 2, 3)
    everyone = {holder.address[:3]: holder for holder in await queries.holders("event", "1")}
    assert len(everyone) == 40
    assert "p02" not in everyone
    assert [(everyone[who].number, everyone[who].newest) for who in ("p00", "p03", "p06", "p50")] == [
        (2, True), (1, False), (1, False), (0, False),
    ]  # fmt: skip
    assert (everyone["p03"].last.waiting, everyone["p05"].last.lost, everyone["p05"].last.answer) == (
        True,
        True,
        "said",
    )
    assert [holder.address for holder in await queries.holders("event", "1", limit=2)] == [
        "p50@plant.example", "p03@plant.example",
    ]  # fmt: skip
    empty = await queries.ledger("event", "2")
    assert (empty.held, empty.waiting, empty.lost) == ([], 0, 0)


async def test_a_revision_nobody_needs_to_hear_of_leaves_everybody_up_to_date(database: str, now: datetime) -> None:
    item = (await commands.publish(kind="event", key="1", entry=entry(), now=now)).item_id
    await commands.note_sent(item_id=item, address="a@plant.example", number=1, method=Method.REQUEST, now=now)
    await commands.publish(kind="event", key="1", entry=entry(description="Bring a coat."), now=now)
    assert (await queries.ledger("event", "1")).outdated == 0
    await commands.publish(kind="event", key="1", entry=entry(private="another link"), now=now)
    assert (await queries.ledger("event", "1")).outdated == 1


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
