"""What is told of stands one means to visit: once, only the difference, and nothing of those one was at."""

from portal.accounts.actors import PORTAL
from portal.agenda import jobs
from portal.core import clock, db
from portal.events.commands import cancel_event
from portal.exhibitors.commands.deciding import cancel_exhibitor
from portal.exhibitors.commands.giving import give_booth
from tests.agenda.conftest import Reader
from tests.agenda.fairs import Fair
from tests.agenda.test_telling import mails, morning, told, work


async def look() -> None:
    """The worker's look at what triggers wrote."""
    await jobs.look_for_full()
    await work()


async def test_who_withdraws_and_who_gets_a_booth_is_told(reader: Reader, fair: Fair) -> None:
    await reader.sign_in()
    for key in (f"stand-{fair.ids['Isarwerk']}", f"stand-{fair.ids['Lobau AG']}", f"visit-{fair.ids['Donau Labs']}"):
        await reader.save(key)
    booth = await db.fetch_value("SELECT id FROM booth WHERE label = 'B7'")
    await give_booth(actor=PORTAL, exhibitor_id=fair.ids["Lobau AG"], booth_id=booth, note="", now=clock.now())
    for name in ("Isarwerk", "Donau Labs"):
        await cancel_exhibitor(actor=PORTAL, exhibitor_id=fair.ids[name], note="", now=clock.now())
    await look()
    await morning()
    (mail,) = await mails()
    assert "In your agenda: Stands at Fill & Finish Forum" in await db.fetch_value(
        "SELECT subject FROM mail WHERE topic = 'agenda'"
    )
    assert "Lobau AG is at booth B7 now. Isarwerk does not exhibit any more." in mail
    assert "Donau Labs" not in mail
    assert f"/agenda/stands/{fair.slug}" in mail
    await look()
    await morning()
    assert len(await mails()) == 1


async def test_there_and_back_is_no_news(reader: Reader, fair: Fair) -> None:
    await reader.sign_in()
    await reader.save(f"stand-{fair.ids['Isarwerk']}")
    for state in ("cancelled", "accepted"):
        await db.execute("UPDATE exhibitor SET state = $2 WHERE id = $1", fair.ids["Isarwerk"], state)
    await look()
    await morning()
    assert await mails() == []


async def test_that_a_fair_is_cancelled_is_said_once(reader: Reader, fair: Fair) -> None:
    await reader.sign_in()
    for name in ("Isarwerk", "Donau Labs"):
        await reader.save(f"stand-{fair.ids[name]}")
    await work()
    await cancel_event(actor=PORTAL, event_id=fair.event_id, version=1, now=clock.now())
    await morning()
    (mail,) = await mails()
    assert mail.count("The event is cancelled") == 1
    assert "This event is cancelled" in await reader.page()


async def test_fairs_nobody_noted_signal_nothing(fair: Fair) -> None:
    await db.execute("UPDATE exhibitor SET state = 'cancelled' WHERE id = $1", fair.ids["Isarwerk"])
    assert await db.fetch_value("SELECT count(*) FROM agenda_signal") == 0


async def test_the_page_says_it_until_it_was_read(reader: Reader, fair: Fair) -> None:
    """Also to whoever gave no address; what was read there is not told by mail once there is one."""
    await reader.save(f"stand-{fair.ids['Lobau AG']}")
    booth = await db.fetch_value("SELECT id FROM booth WHERE label = 'B7'")
    await give_booth(actor=PORTAL, exhibitor_id=fair.ids["Lobau AG"], booth_id=booth, note="", now=clock.now())
    assert await told(reader) == ["Stands at Fill &amp; Finish Forum: Lobau AG is at booth B7 now."]
    await reader.read_news()
    assert await told(reader) == []
    await reader.sign_in()
    await morning()
    assert await mails() == []


async def test_of_stands_too_only_what_the_page_had_is_read(reader: Reader, fair: Fair) -> None:
    for name in ("Lobau AG", "Isarwerk"):
        await reader.save(f"stand-{fair.ids[name]}")
    booth = await db.fetch_value("SELECT id FROM booth WHERE label = 'B7'")
    await give_booth(actor=PORTAL, exhibitor_id=fair.ids["Lobau AG"], booth_id=booth, note="", now=clock.now())
    opened = await reader.page()
    await cancel_exhibitor(actor=PORTAL, exhibitor_id=fair.ids["Isarwerk"], note="", now=clock.now())
    await reader.read_news(opened)
    assert await told(reader) == ["Stands at Fill &amp; Finish Forum: Isarwerk does not exhibit any more."]
