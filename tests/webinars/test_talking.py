"""Chat and reactions: what is said is seen at once, what is given is counted once a second."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from portal.core import clock, db
from portal.core.errors import Conflict, Forbidden, RateLimited
from portal.webinars.commands.chat import say
from portal.webinars.live.reactions import Reactions
from portal.webinars.queries import chat, reactions
from portal.webinars.queries.chat import SHOWN
from portal.webinars.rules.reactions import MOST, Reaction
from portal.webinars.rules.states import HostAction
from portal.webinars.values import Participant
from tests.factories import webinars

pytestmark = pytest.mark.usefixtures("database")
MINUTE = timedelta(minutes=1)


async def live() -> tuple[webinars.Webinar, Participant]:
    made = await webinars.make(starts_in=-5 * MINUTE)
    return made, await webinars.join(made, "anna@brennhof.example", "Petra", job="")


async def test_a_line_is_seen_with_a_short_name() -> None:
    made, petra = await live()
    await say(room=await webinars.room(made), who=petra, text="Good morning", now=clock.now())
    [line] = await chat.last_lines(made.webinar_id)
    assert (line.author, line.text, line.is_crew) == ("P. Lindqvist, Brennhof Pharma", "Good morning", False)


async def test_a_line_sent_twice_is_one_and_said_again_later_is_two() -> None:
    made, petra = await live()
    room, now = await webinars.room(made), clock.now()
    await asyncio.gather(*(say(room=room, who=petra, text="Yes", now=now) for _ in range(4)))
    await say(room=room, who=petra, text="Yes", now=now + MINUTE)
    assert len(await chat.last_lines(made.webinar_id)) == 2


async def test_the_last_lines_are_shown_without_hidden_ones() -> None:
    made, petra = await live()
    room, now = await webinars.room(made), clock.now()
    for number in range(SHOWN + 5):
        await say(room=room, who=petra, text=f"Line {number}", now=now)
    await db.execute("UPDATE webinar_chat_message SET hidden_at = now() WHERE text = 'Line 54'")
    shown = [line.text for line in await chat.last_lines(made.webinar_id)]
    assert shown == [f"Line {number}" for number in range(4, 54)]


async def test_whoever_was_muted_and_whoever_comes_late_says_nothing() -> None:
    made, petra = await live()
    room, muted = await webinars.room(made), await webinars.mute(made, petra)
    with pytest.raises(Forbidden, match="muted"):
        await say(room=room, who=muted, text="Hello", now=clock.now())
    with pytest.raises(Forbidden, match="muted"):
        Reactions().give(room=room, who=muted, reaction=Reaction.LIKE, now=clock.now())
    await webinars.go(made, HostAction.END)
    for given in (petra, muted):
        with pytest.raises(Conflict):
            await say(room=await webinars.room(made), who=given, text="Hello", now=clock.now())


async def test_two_processes_count_all_reactions_and_tell_of_them(database: str) -> None:
    made, _ = await live()
    room = await webinars.room(made)
    heard: asyncio.Queue[str] = asyncio.Queue()
    line = await asyncpg.connect(database)
    await line.add_listener("room", lambda _c, _pid, _channel, said: heard.put_nowait(str(said)))
    people = [await webinars.join(made, f"p{n}@brennhof.example") for n in range(6)]
    one, other = Reactions(), Reactions()
    now = clock.now()
    for who in people:
        for process in (one, other):
            process.give(room=room, who=who, reaction=Reaction.AGREE, now=now)
        one.give(room=room, who=who, reaction=Reaction.HAND, now=now + timedelta(seconds=10))
    await asyncio.gather(one.write(), other.write())
    await one.write()
    assert await reactions.given(made.webinar_id) == {
        Reaction.AGREE: 12, Reaction.LIKE: 0, Reaction.INSIGHT: 0, Reaction.HAND: 6,
    }  # fmt: skip
    assert await db.fetch_value("SELECT count(*) FROM webinar_reaction_count") == 2
    said = [await asyncio.wait_for(heard.get(), 5) for _ in range(2)]
    assert (said, heard.empty()) == ([f"{made.webinar_id}:reactions"] * 2, True)
    await line.close()


async def test_the_eager_wait_and_only_they() -> None:
    made, petra = await live()
    room, now, process = await webinars.room(made), clock.now().replace(second=1), Reactions()
    ben = await webinars.join(made, "ben@brennhof.example")
    for _ in range(MOST):
        process.give(room=room, who=petra, reaction=Reaction.LIKE, now=now)
    with pytest.raises(RateLimited):
        process.give(room=room, who=petra, reaction=Reaction.LIKE, now=now)
    process.give(room=room, who=ben, reaction=Reaction.LIKE, now=now)
    process.give(room=room, who=petra, reaction=Reaction.LIKE, now=now + timedelta(seconds=10))


async def test_reactions_wait_for_a_database_that_is_away(altered_database: str) -> None:
    made, petra = await live()
    process = Reactions()
    process.give(room=await webinars.room(made), who=petra, reaction=Reaction.LIKE, now=clock.now())
    await db.execute("ALTER TABLE webinar_reaction_count RENAME TO away")
    await process.write()
    await db.execute("ALTER TABLE away RENAME TO webinar_reaction_count")
    await process.write()
    assert (await reactions.given(made.webinar_id))[Reaction.LIKE] == 1


async def test_reactions_are_for_what_is_live() -> None:
    made = await webinars.make(starts_in=5 * MINUTE)
    petra = await webinars.join(made, "anna@brennhof.example")
    with pytest.raises(Conflict):
        Reactions().give(room=await webinars.room(made), who=petra, reaction=Reaction.LIKE, now=clock.now())
