"""Those in line, and with an offer, hear what becomes of the event; a line that was closed with it opens with it."""

import asyncio
from datetime import timedelta

import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.core.errors import Conflict
from portal.events.commands import cancel_event, withdraw_event
from portal.registration.commands.waiting import join_waiting_list
from portal.registration.jobs.changes import event_changed
from tests.attending import Attending
from tests.factories.registration import Shop, make_shop
from tests.paying import text_of
from tests.registration.test_waiting import fill, join

ADA = "ada@wait.example"
DAYS = timedelta(days=3)


async def waiting(attending: Attending) -> tuple[Shop, str, str]:
    """A full event: its shop, the order that fills it, and Ada's place in line."""
    shop = await make_shop(capacity=1)
    path = await fill(attending.client, shop, 1)
    place = await join(attending.client, shop, "ada")
    await attending.work()
    return shop, path, place


async def offered(attending: Attending) -> tuple[Shop, str]:
    shop, path, place = await waiting(attending)
    await attending.client.post(f"{path}/seats/1/cancellation")
    await attending.work()
    assert "A place is held for you" in (await attending.client.get(place)).text
    return shop, place


async def test_a_withdrawn_event_closes_the_line_and_leads_nowhere(attending: Attending) -> None:
    shop, _, place = await waiting(attending)
    await withdraw_event(actor=PORTAL, event_id=shop.event_id, version=await attending.version(shop), now=clock.now())
    await attending.work()
    said = await attending.text_to(ADA)
    assert "this event is cancelled, and its waiting list is closed." in said
    assert "keep your place" not in said
    page = await attending.client.get(place)
    assert "The event was called off, and its waiting list closed" in text_of(page)
    for text in (said, page.text.partition("</main>")[0]):
        assert f"/events/{shop.slug}" not in text


async def test_who_left_by_choice_is_told_so_whatever_becomes_of_the_event(attending: Attending) -> None:
    shop, _, place = await waiting(attending)
    await attending.client.post(f"{place}/departure")
    await attending.call_off(shop)
    await attending.work()
    assert "You left this waiting list" in text_of(await attending.client.get(place))


async def test_an_event_that_is_on_again_has_its_line_again(attending: Attending) -> None:
    shop, path, place = await waiting(attending)
    second = await join(attending.client, shop, "bo")
    left = await join(attending.client, shop, "cy")
    await attending.client.post(f"{left}/departure")
    await attending.work()
    await attending.call_off(shop)
    await attending.work()
    assert "You are no longer waiting" in (await attending.client.get(place)).text
    await attending.put_on_again(shop)
    await attending.work()
    assert "You are next" in (await attending.client.get(place)).text
    assert "Position 2" in (await attending.client.get(second)).text
    assert "You left this waiting list" in text_of(await attending.client.get(left))
    said = await attending.text_to(ADA)
    assert "It takes place after all. You keep your place in line." in said
    assert await db.fetch_value("SELECT count(*) FROM mail WHERE recipient = 'cy@wait.example'") == 0
    await attending.client.post(f"{path}/seats/1/cancellation")
    await attending.work()
    assert "A place is held for you" in (await attending.client.get(place)).text


async def test_whoever_joins_before_the_line_has_opened_has_the_old_place(attending: Attending) -> None:
    shop, _, place = await waiting(attending)
    await attending.call_off(shop)
    await attending.work()
    await attending.put_on_again(shop)
    assert await join(attending.client, shop, "ada") == place
    await attending.work()
    assert await db.fetch_value("SELECT count(*) FROM waiting_entry") == 1
    assert "You are next" in (await attending.client.get(place)).text


async def test_an_offer_that_ended_with_the_event_is_made_again(attending: Attending) -> None:
    shop, place = await offered(attending)
    await attending.call_off(shop)
    await attending.work()
    assert "its waiting list is closed" in await attending.text_to(ADA)
    await attending.put_on_again(shop)
    await attending.work()
    assert "A place is held for you" in (await attending.client.get(place)).text


async def test_who_has_an_offer_hears_of_a_move(attending: Attending) -> None:
    shop, place = await offered(attending)
    await attending.move(shop, DAYS)
    await attending.work()
    said = await attending.text_to(ADA)
    assert "New time: " in said
    assert "1 place is still held for you until " in said
    assert place in said
    assert "place in line" not in said


async def test_who_pays_for_an_offer_hears_of_it_once(attending: Attending) -> None:
    shop, _ = await offered(attending)
    # Their bank takes its time.
    await db.execute("UPDATE seat_order SET state = 'paying' WHERE state = 'held'")
    await attending.move(shop, DAYS)
    await attending.work()
    assert [what for who, what in await attending.mails() if who == ADA][2:] == ["Changed"]
    assert "Your payment goes on; the tickets come with it." in await attending.text_to(ADA)
    assert await attending.messages(ADA) == []


async def test_who_has_left_meanwhile_is_not_told(attending: Attending) -> None:
    shop, _, place = await waiting(attending)
    await attending.move(shop, DAYS)
    # The changes were handed out to be told, and none was told yet.
    await event_changed(shop.event_id, await attending.version(shop))
    await attending.client.post(f"{place}/departure")
    await attending.work()
    assert [what for who, what in await attending.mails() if who == ADA] == ["On the waiting list"]


async def test_nobody_joins_a_line_that_is_being_closed(database: str) -> None:
    shop = await make_shop(capacity=0)
    cancelled, joining = asyncio.Event(), asyncio.Event()

    async def organiser() -> None:
        async with db.transaction():
            await cancel_event(actor=PORTAL, event_id=shop.event_id, version=1, now=clock.now())
            cancelled.set()
            await joining.wait()
            await asyncio.sleep(0.2)

    async def party() -> None:
        await cancelled.wait()
        joining.set()
        with pytest.raises(Conflict, match="cancelled"):
            await join_waiting_list(
                event_id=shop.event_id, ticket_type=shop.tickets["Seat"], email=ADA, name="Ada", party_size=1,
                now=clock.now(),
            )  # fmt: skip

    await asyncio.gather(organiser(), party())
    assert await db.fetch_value("SELECT count(*) FROM waiting_entry") == 0
