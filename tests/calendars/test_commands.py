"""Publishing, the ledger, feed addresses, on a real database."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import asyncpg
import msgspec
import pytest

from portal.accounts.commands import ensure_account
from portal.calendars import building, commands, queries, rules
from portal.calendars.tables import Method
from portal.calendars.values import Entry
from portal.core import changes, db
from tests.calendars.made import entry
from tests.notifications.conftest import message, queued

LATER = datetime(2027, 2, 9, 9, 0, tzinfo=UTC)


async def publish(entry: Entry, now: datetime, key: str = "1") -> commands.Revision:
    return await commands.publish(kind="event", key=key, entry=entry, now=now)


async def test_the_first_revision(database: str, now: datetime) -> None:
    made = await publish(entry(), now)
    assert (made.number, made.sequence, made.at, made.changed) == (1, 0, now, True)
    local, _, host = made.uid.partition("@")
    assert local.startswith("event-1-")
    assert len(local) == len("event-1-") + 12
    assert host == "localhost"
    stored = await db.fetch_one("SELECT * FROM calendar_revision")
    assert stored is not None
    assert bytes(stored["vevent"]) == building.vevent(made)
    assert (stored["zone"], stored["first_year"], stored["last_year"]) == ("Europe/Vienna", 2027, 2027)


async def test_the_same_entry_again_changes_nothing(database: str, now: datetime) -> None:
    first = await publish(entry(title="Löwen "), now)
    version = await changes.version("calendars")
    again = await publish(entry(title="Löwen"), now + timedelta(days=1))
    assert again == msgspec.structs.replace(first, changed=False)
    assert await db.fetch_value("SELECT count(*) FROM calendar_revision") == 1
    assert await changes.version("calendars") == version


async def test_an_entry_stored_before_it_had_a_field_is_still_the_same(database: str, now: datetime) -> None:
    first = await publish(entry(), now)
    old = "UPDATE calendar_revision SET digest = 'of old', entry = entry - 'private'"
    async with db.transaction():
        await db.execute("SET LOCAL session_replication_role = replica")
        await db.execute(old)
    again = await publish(entry(), now + timedelta(days=1))
    assert (again.number, again.changed) == (first.number, False)
    assert (await publish(entry(private="another link"), now)).number == 2


async def test_changes_make_revisions_and_keep_the_uid(database: str, now: datetime) -> None:
    history = [
        await publish(told, now + timedelta(hours=step))
        for step, told in enumerate(
            [
                entry(),
                entry(starts_at=LATER),
                entry(starts_at=LATER, description="Bring a coat."),
                entry(starts_at=LATER, cancelled=True),
                entry(starts_at=LATER),
            ]
        )
    ]
    assert [(r.number, r.sequence) for r in history] == [(1, 0), (2, 1), (3, 1), (4, 2), (5, 3)]
    assert {r.uid for r in history} == {history[0].uid}
    assert [r.at for r in history] == [now + timedelta(hours=n) for n in range(5)]
    item = await db.fetch_one("SELECT revision, changed_at FROM calendar_item")
    assert item is not None
    assert (item["revision"], item["changed_at"]) == (5, now + timedelta(hours=4))


async def test_what_was_published_comes_back_as_it_was(database: str, now: datetime) -> None:
    told = entry(
        title="C:\\New; Löwen 🦁",
        categories=("Annex 1", "a,b"),
        conference="https://portal.example/join/1",
        latitude=48.2,
        longitude=16.37,
        all_day=True,
    )
    made = await publish(told, now)
    assert made.entry == told
    assert await queries.current("event", ["1", "2"]) == {"1": msgspec.structs.replace(made, changed=False)}


async def test_many_at_once_are_few_statements(database: str, now: datetime) -> None:
    entries = {str(n): entry(title=f"Event {n}") for n in range(300)}
    seen: list[str] = []
    async with db.transaction():
        db.current_connection().add_query_logger(lambda query: seen.append(query.query))
        made = await commands.publish_many(kind="event", entries=entries, now=now)
    assert len([query for query in seen if "calendar_" in query]) == 4
    assert Counter((r.number, r.sequence, r.changed) for r in made.values()) == {(1, 0, True): 300}
    entries["7"] = entry(title="Event 7", location="elsewhere")
    entries["8"] = entry(title="Event 8", description="more")
    again = await commands.publish_many(kind="event", entries=entries, now=now + timedelta(hours=1))
    assert {key: (r.number, r.sequence) for key, r in again.items() if r.changed} == {"7": (2, 1), "8": (2, 0)}
    assert {key: r.uid for key, r in again.items()} == {key: r.uid for key, r in made.items()}
    assert await commands.publish_many(kind="event", entries={}, now=now) == {}


async def test_a_bad_entry_among_many_stores_none(database: str, now: datetime) -> None:
    with pytest.raises(ValueError, match="end before"):
        await commands.publish_many(
            kind="event", entries={"1": entry(), "2": entry(ends_at=entry().starts_at - timedelta(1))}, now=now
        )
    assert await db.fetch_value("SELECT count(*) FROM calendar_item") == 0


async def test_publishing_joins_the_act_it_belongs_to(database: str, now: datetime) -> None:
    async def act() -> None:
        async with db.transaction():
            await publish(entry(), now)
            raise RuntimeError("the act failed")

    with pytest.raises(RuntimeError):
        await act()
    assert await queries.current("event", ["1"]) == {}


async def test_publishers_at_once_number_consecutively(database: str, now: datetime) -> None:
    told = [entry(title=f"Title {n}") for n in range(12)]
    made = await asyncio.gather(*(publish(one, now) for one in told))
    assert sorted(r.number for r in made) == list(range(1, 13))
    assert sorted(r.sequence for r in made) == list(range(12))
    assert len({r.uid for r in made}) == 1
    by_number = {r.number: r for r in made}
    assert [by_number[n].at for n in range(1, 13)] == [now + timedelta(seconds=n) for n in range(12)]
    newest = (await queries.current("event", ["1"]))["1"]
    assert (newest.number, newest.entry) == (12, by_number[12].entry)


async def test_publishers_of_the_same_entry_at_once_make_one_revision(database: str, now: datetime) -> None:
    made = await asyncio.gather(*(publish(entry(), now) for _ in range(8)))
    assert [r.number for r in made] == [1] * 8
    assert sum(r.changed for r in made) == 1


async def test_a_publisher_waits_for_the_one_before(database: str, now: datetime) -> None:
    """The second one must see what the first one stored, although it started before that was committed."""
    await publish(entry(), now)
    stored, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with db.transaction():
            await publish(entry(title="First"), now)
            stored.set()
            await go_on.wait()

    first = asyncio.create_task(slow())
    await stored.wait()
    second = asyncio.create_task(publish(entry(title="Second"), now))
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    while await db.fetch_value(waiting) == 0:
        await asyncio.sleep(0)
    go_on.set()
    await first
    assert ((await second).number, (await second).sequence) == (3, 2)


async def test_crossing_batches_do_not_deadlock(database: str, now: datetime) -> None:
    keys = [str(n) for n in range(40)]
    batches = [keys, list(reversed(keys)), keys[20:] + keys[:20], keys[10:]]
    await asyncio.gather(
        *(
            commands.publish_many(kind="event", entries={key: entry(title=f"{n} of {key}") for key in batch}, now=now)
            for n, batch in enumerate(batches)
        )
    )
    held = await db.fetch(
        "SELECT i.revision, count(r.id) AS n FROM calendar_item i JOIN calendar_revision r ON r.item = i.id GROUP BY i.id"
    )
    assert [(row["revision"], row["n"]) for row in held if row["revision"] != row["n"]] == []


async def test_the_uid_fits_whatever_the_key(database: str, now: datetime) -> None:
    made = await publish(entry(), now, key="Ünïcode/key with blanks@" + "x" * 50)
    assert made.uid.isascii()
    assert set(made.uid) & set(" /\r\n") == set()
    assert len(made.uid) <= 200


async def test_a_revision_cannot_be_numbered_twice(database: str, now: datetime) -> None:
    made = await publish(entry(), now)
    with pytest.raises(asyncpg.UniqueViolationError):
        await db.execute(
            "INSERT INTO calendar_revision (item, number, sequence, at, entry, digest, vevent) "
            "VALUES ($1, 1, 0, $2, '{}', '', '')",
            made.item_id, now,
        )  # fmt: skip


async def _sent(item_id: int, number: int, method: Method, at: datetime, address: str = "ann@plant.example") -> None:
    await commands.note_sent(item_id=item_id, address=address, number=number, method=method, now=at)


async def _last(now: datetime) -> tuple[int, str, timedelta]:
    last, *_ = await queries.sent_to("event", "1", ["ann@plant.example"])
    return last.number, last.method.value, last.sent_at - now


async def test_the_ledger_never_moves_back(database: str, now: datetime) -> None:
    item = (await publish(entry(), now)).item_id
    await publish(entry(starts_at=LATER), now)
    minute = timedelta(minutes=1)
    await _sent(item, 1, Method.REQUEST, now)
    assert await _last(now) == (1, "REQUEST", 0 * minute)
    await _sent(item, 2, Method.REQUEST, now + 2 * minute)
    await _sent(item, 1, Method.REQUEST, now + 3 * minute)
    assert await _last(now) == (2, "REQUEST", 2 * minute)
    await _sent(item, 2, Method.CANCEL, now + 4 * minute)
    assert await _last(now) == (2, "CANCEL", 4 * minute)


async def test_a_mail_stands_in_the_ledger_once(database: str, now: datetime) -> None:
    item = (await publish(entry(), now)).item_id
    mail = await queued(message(), now)
    for _ in range(2):
        await commands.note_sent(
            item_id=item, address="ann@plant.example", number=1, method=Method.REQUEST, now=now, mail=mail
        )
    [sent] = await queries.sent_to("event", "1", ["ann@plant.example"])
    assert (sent.state, sent.waiting, sent.lost) == ("queued", True, False)
    await db.execute("DELETE FROM mail")
    [sent] = await queries.sent_to("event", "1", ["ann@plant.example"])
    assert (sent.state, sent.waiting, sent.lost) == (None, False, False)


async def test_messages_to_one_address_are_decided_one_after_the_other(database: str, now: datetime) -> None:
    item = (await publish(entry(), now)).item_id
    decided, go_on = asyncio.Event(), asyncio.Event()
    seen: list[int] = []

    async def slow() -> None:
        async with db.transaction():
            await commands.take_turn(item_id=item, address="ann@plant.example")
            decided.set()
            await go_on.wait()
            await _sent(item, 1, Method.REQUEST, now)

    async def second() -> None:
        async with db.transaction():
            await commands.take_turn(item_id=item, address="ann@plant.example")
            seen.append(len(await queries.sent_to("event", "1", ["ann@plant.example"])))

    first = asyncio.create_task(slow())
    await decided.wait()
    other = asyncio.create_task(second())
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    while await db.fetch_value(waiting) == 0:
        await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(first, other)
    assert seen == [1]


async def test_one_address_is_one_holder(database: str, now: datetime) -> None:
    item = (await publish(entry(), now)).item_id
    await _sent(item, 1, Method.REQUEST, now, "Ann@Plant.example")
    await _sent(item, 1, Method.REQUEST, now, "ann@plant.example")
    assert [held.address for held in await queries.holders("event", "1")] == ["ann@plant.example"]


async def test_coming_back_runs_ahead_for_good(database: str, now: datetime) -> None:
    """Every message this attendee was sent had a higher SEQUENCE than the one before."""
    sequences = []
    revision = await publish(entry(), now)

    async def send(method: Method, hours: int) -> None:
        said = await queries.sent_to("event", "1", ["Ann@plant.example"])
        sequences.append(rules.addressed_sequence(revision, method, said[0].raised if said else 0))
        for _ in range(2):  # a mail job may run twice
            await _sent(revision.item_id, revision.number, method, now + timedelta(hours=hours))

    await send(Method.REQUEST, 1)
    await send(Method.CANCEL, 2)
    await send(Method.REQUEST, 3)
    revision = await publish(entry(starts_at=LATER), now + timedelta(hours=4))
    await send(Method.REQUEST, 5)
    await send(Method.CANCEL, 6)
    await send(Method.REQUEST, 7)
    revision = await publish(entry(starts_at=LATER, cancelled=True), now + timedelta(hours=8))
    await send(Method.CANCEL, 9)
    revision = await publish(entry(starts_at=LATER), now + timedelta(hours=10))
    await send(Method.REQUEST, 11)
    assert sequences == [0, 1, 2, 3, 4, 5, 6, 7]
    assert await queries.sent_to("event", "1", ["bob@plant.example"]) == []


async def test_a_feed_address_stays_until_it_is_rotated(database: str, now: datetime) -> None:
    secret = await commands.feed_address(kind="person", key="ann@plant.example", now=now)
    assert await commands.feed_address(kind="person", key="ann@plant.example", now=now) == secret
    other = await commands.feed_address(kind="person", key="bob@plant.example", now=now)
    assert len(secret) == 32
    assert await queries.feed_subject(secret) == ("person", "ann@plant.example")
    rotated = await commands.rotate_feed_address(kind="person", key="ann@plant.example", now=now)
    assert len({secret, other, rotated}) == 3
    assert await queries.feed_subject(secret) is None
    assert await queries.feed_subject(rotated) == ("person", "ann@plant.example")
    assert await commands.feed_address(kind="person", key="ann@plant.example", now=now) == rotated


async def test_an_address_asked_for_at_once_is_one(database: str, now: datetime) -> None:
    asked = (commands.feed_address(kind="person", key="ann@plant.example", now=now) for _ in range(8))
    assert len(set(await asyncio.gather(*asked))) == 1


async def test_rotating_before_the_first_use_makes_one(database: str, now: datetime) -> None:
    made = await commands.rotate_feed_address(kind="person", key="ann@plant.example", now=now)
    assert await commands.feed_address(kind="person", key="ann@plant.example", now=now) == made


async def test_what_is_known_of_a_person_can_be_seen_and_erased(database: str, now: datetime) -> None:
    item = (await publish(entry(), now)).item_id
    await _sent(item, 1, Method.REQUEST, now)
    await _sent(item, 1, Method.REQUEST, now, "bob@plant.example")
    account_id = await ensure_account(email="ann@plant.example", name="Ann", now=now)
    secret = await commands.feed_address(kind="person", key=str(account_id), now=now)
    assert await queries.known_about("ann@plant.example") == [
        {"what": "Calendar entry sent", "title": "Aseptic filling", "revision": 1, "at": now},
        {"what": "Own calendar feed", "made": now, "read": None},
    ]
    said = await commands.forget("ann@plant.example", now)
    assert said == "The record of 1 calendar entry sent and the secret calendar address are gone."
    assert await queries.known_about("ann@plant.example") == []
    assert await queries.feed_subject(secret) is None
    assert [held.address for held in await queries.holders("event", "1")] == ["bob@plant.example"]


async def test_a_revision_is_never_edited(database: str, now: datetime) -> None:
    """Entity tags of feeds name revisions by number: a number must always mean the same bytes."""
    await publish(entry(), now)
    with pytest.raises(asyncpg.RaiseError, match="never edited"):
        await db.execute("UPDATE calendar_revision SET vevent = ''")
