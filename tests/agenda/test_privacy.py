"""What is known of a person’s agenda, forgetting it, and what browsers leave behind."""

from datetime import timedelta

from portal.agenda import jobs, privacy
from portal.calendars import commands as calendar_commands
from portal.calendars import queries as calendar_queries
from portal.core import clock, db
from tests.agenda.conftest import AMARA, JONAS, Congress, Open, Reader, code_of


async def test_everything_saved_is_told_and_forgotten(reader: Reader, another: Open, congress: Congress) -> None:
    await reader.save(congress.key("closing"))
    await reader.client.get("/agenda/phone")
    await reader.client.get("/agenda/calendar.ics")
    await reader.sign_in()
    for name in ("vials", "films"):
        await reader.save(congress.key(name))
    await reader.second(congress.key("films"), congress.key("vials"))
    await reader.client.get("/agenda/phone")
    other = await another()
    await other.sign_in(JONAS)
    await other.save(congress.key("fees"))
    known = await privacy.known_about(AMARA)
    saved = [(row["title"], row["second"], row["handed"]) for row in known if row["what"] == "Saved"]
    assert sorted(saved) == [
        ("About closing", False, False), ("About closing", False, True),
        ("About films", True, False), ("About vials", False, False),
    ]  # fmt: skip
    assert len([row for row in known if row["what"] == "Agenda as a calendar"]) == 1, "the one a browser handed out"
    assert [row["what"] for row in await calendar_queries.known_about(AMARA)] == ["Own calendar feed"]
    assert await privacy.forget(AMARA, clock.now()) == "4 entries of your agenda and its calendar’s address are gone."
    await calendar_commands.forget(AMARA, clock.now())
    assert await privacy.known_about(AMARA) == []
    assert await reader.keys() == []
    assert await other.keys() == [congress.key("fees")]
    assert await db.fetch_value("SELECT count(*) FROM feed_address") == 0
    assert await db.fetch_value("SELECT count(*) FROM calendar_told") == 0
    assert await privacy.forget(AMARA, clock.now()) == "Your agenda was empty; its calendar’s address is gone."


async def test_an_address_without_an_account_is_forgotten_too(reader: Reader, congress: Congress) -> None:
    await reader.save(congress.key("vials"))
    await reader.client.post("/agenda/address", data={"email": "ines@brennhof.example"})
    await reader.client.post("/account/agenda/code", data={"code": await code_of("ines@brennhof.example")})
    told = [row["what"] for row in await privacy.known_about("ines@brennhof.example")]
    assert told == ["Saved", "Agenda of a browser about which mails come here"]
    await privacy.forget("ines@brennhof.example", clock.now())
    assert await reader.keys() == []


async def test_what_a_browser_left_behind_is_swept_and_an_account_s_is_not(
    reader: Reader, another: Open, congress: Congress
) -> None:
    left, used = await another(), await another()
    for one in (left, used):
        await one.save(congress.key("vials"))
        await one.client.get("/agenda/phone")
    await reader.sign_in()
    await reader.save(congress.key("vials"))
    await db.execute("UPDATE agenda SET used_at = $1", clock.now() - jobs.ABANDONED - timedelta(days=1))
    await used.save(congress.key("films"))
    await jobs.sweep()
    assert await left.keys() == []
    assert len(await used.keys()) == 2
    assert await reader.keys() == [congress.key("vials")]
    assert await db.fetch_value("SELECT count(*) FROM feed_address WHERE kind = 'agenda'") == 1
