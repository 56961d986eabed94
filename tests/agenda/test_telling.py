"""What is told when something changes: on the page and by mail, once, and only the difference."""

import asyncio
import re
from datetime import timedelta

import pytest

from portal import wiring, worker
from portal.accounts.actors import PORTAL
from portal.agenda import jobs
from portal.core import clock, db
from portal.core.settings import current
from portal.events.commands import cancel_event
from portal.notifications.commands import outbox
from portal.programme.values import PersonFacts
from tests.agenda.conftest import AMARA, Congress, Open, Reader, code_of, session, workshop
from tests.factories.registration import make_shop


async def work() -> None:
    await worker.drain(wiring.services(current()))


async def morning() -> None:
    """It is the next morning, as far as mails about agendas go."""
    await work()
    await db.execute("UPDATE agenda SET digest_due_at = now() - interval '1 minute' WHERE digest_due_at IS NOT NULL")
    await jobs.look_for_due()
    await work()


async def mails(address: str = AMARA) -> list[str]:
    rows = await db.fetch("SELECT text FROM mail WHERE recipient = $1 AND topic = 'agenda' ORDER BY id", address)
    return [re.sub(r"\s+", " ", row["text"]) for row in rows]


async def told(reader: Reader) -> list[str]:
    """What the page says has changed."""
    found = re.search(r'id="news-h">.*?<ul[^>]*>(.*?)</ul>', await reader.page(), re.S)
    lines = re.findall(r"<li>(.*?)</li>", found[1], re.S) if found else []
    return [re.sub(r"<[^>]+>", "", line) for line in lines]


@pytest.fixture
async def amara(reader: Reader, congress: Congress) -> Reader:
    """Signed in, with films as the second choice to vials."""
    await reader.sign_in()
    for name in ("vials", "films"):
        await reader.save(congress.key(name))
    assert (await reader.second(congress.key("films"), congress.key("vials"))).status_code == 303
    await work()
    return reader


async def test_a_second_choice_moves_up_and_it_is_said_why(amara: Reader, congress: Congress) -> None:
    await congress.release(vials=None)
    await work()
    assert await told(amara) == [
        "About films: It moved up to be your first choice: “About vials” is cancelled.",
        "About vials: It is cancelled; It is your second choice now; “About films” moved up.",
    ]
    assert await mails() == []
    await morning()
    [mail] = await mails()
    assert "It moved up to be your first choice: “About vials” is cancelled." in mail
    assert f"/events/{congress.slug}/programme/about-films" in mail
    # The page says it until it was read, the mail once.
    assert len(await told(amara)) == 2
    await morning()
    assert len(await mails()) == 1
    await amara.read_news()
    assert await told(amara) == []


async def test_what_came_since_the_page_was_opened_is_not_read_with_it(amara: Reader, congress: Congress) -> None:
    await amara.save(congress.key("closing"))
    await congress.release(
        vials=session("vials", room="Raum Prater"), closing=session("closing", hours=3, room="Raum Prater")
    )
    opened = await amara.page()
    await congress.release(vials=session("vials", room="Raum Aspern"), fees=None)
    await amara.save(congress.key("fees"))
    films = session("films", minutes=120, room="Raum Prater", title="Films")
    await congress.release(films=films)
    await work()
    await amara.read_news(opened)
    news = [
        "About vials: Now in Raum Aspern (it was Saal Lobau).",
        "Films: It is called “Films” now (it was About films).",
    ]
    assert sorted(await told(amara)) == news
    await morning()
    [mail] = await mails()
    assert ("Raum Aspern" in mail, "“Films”" in mail, "About closing" in mail) == (True, True, False)
    # A page that names nothing has read nothing.
    assert (await amara.client.post("/agenda/notes", data={"seen": "x"})).status_code == 303
    assert (await amara.client.post("/agenda/notes")).status_code == 303
    assert sorted(await told(amara)) == news
    await amara.read_news()
    assert await told(amara) == []


async def test_when_the_first_choice_comes_back_its_reader_decides(amara: Reader, congress: Congress) -> None:
    vials = congress.sessions["vials"]
    await congress.release(vials=None)
    await morning()
    await amara.read_news()
    await congress.release(vials=vials)
    await work()
    assert await told(amara) == ["About vials: It takes place after all."]
    assert "If “About films” is cancelled, full or moved away, this moves up." in await amara.page()
    await morning()
    assert "It takes place after all." in (await mails())[-1]
    await amara.second(congress.key("films"), congress.key("vials"))
    assert "If “About vials” is cancelled" in await amara.page()


async def test_what_is_moved_away_leaves_room_for_both(amara: Reader, congress: Congress) -> None:
    await congress.release(vials=session("vials", hours=5))
    await work()
    told_ = await told(amara)
    assert told_[0] == "About films: It moved up to be your first choice: “About vials” was moved to another time."
    assert re.fullmatch(r"About vials: Now Tue .*, 14:00–15:00 \(it was Tue .*, 09:00–10:00\)\.", told_[1])
    assert "Second choice" not in await amara.page()


async def test_what_is_moved_and_still_overlaps_only_is_told(amara: Reader, congress: Congress) -> None:
    await congress.release(vials=session("vials", room="Raum Prater"))
    await work()
    assert await told(amara) == ["About vials: Now in Raum Prater (it was Saal Lobau)."]


async def test_there_and_back_is_no_news(amara: Reader, congress: Congress) -> None:
    vials = congress.sessions["vials"]
    await congress.release(vials=session("vials", hours=0.25))
    await work()
    await congress.release(vials=vials)
    await morning()
    assert (await told(amara), await mails()) == ([], [])
    assert await db.fetch_value("SELECT digest_due_at FROM agenda") is None


async def test_other_speakers_and_another_title_are_told(amara: Reader, congress: Congress) -> None:
    await congress.release(vials=session("vials", people=(PersonFacts("Jo Vos", "9"),), title="About glass"))
    await morning()
    [mail] = await mails()
    assert "Now with Jo Vos (it was: Maeve Donnellan)." in mail
    assert "It is called “About glass” now (it was: About vials)." in mail


async def test_within_a_day_it_is_told_at_once(reader: Reader, congress: Congress) -> None:
    await reader.sign_in()
    hours = (clock.now() + timedelta(hours=5) - congress.sessions["vials"].starts_at) / timedelta(hours=1)  # type: ignore[operator]
    await congress.release(vials=session("vials", hours=hours))
    for name in ("vials", "closing"):
        await reader.save(congress.key(name))
    await congress.release(vials=session("vials", hours=hours, room="Raum Prater"))
    await work()
    await jobs.look_for_due()
    await work()
    assert len(await mails()) == 1
    await congress.release(closing=session("closing", hours=3, room="Raum Prater"))
    await work()
    await jobs.look_for_due()
    await work()
    assert len(await mails()) == 1


async def test_a_workshop_that_fills_up_lets_the_second_choice_move(reader: Reader, congress: Congress) -> None:
    await congress.release(lab=workshop("lab", capacity=1))
    await reader.sign_in()
    for name in ("lab", "films"):
        await reader.save(congress.key(name))
    await reader.second(congress.key("films"), congress.key("lab"))
    await db.execute("UPDATE released_session SET taken = 1 WHERE session = $1", congress.ids["lab"])
    await jobs.look_for_full()
    await work()
    assert await told(reader) == [
        "About films: It moved up to be your first choice: “About lab” is full.",
        "About lab: It is full; It is your second choice now; “About films” moved up.",
    ]
    await db.execute("UPDATE released_session SET taken = 0 WHERE session = $1", congress.ids["lab"])
    await jobs.look_for_full()
    await work()
    # It is as before, and nobody was told otherwise; the choice that moved up stays until its reader says so.
    assert "If “About films” is cancelled, full or moved away, this moves up." in await reader.page()


async def test_only_what_somebody_saved_is_signalled(congress: Congress) -> None:
    await congress.release(lab=workshop("lab", capacity=1))
    await db.execute("UPDATE released_session SET taken = 1 WHERE session = $1", congress.ids["lab"])
    assert await db.fetch_value("SELECT count(*) FROM agenda_signal") == 0


async def test_events_that_are_called_off_are_told(reader: Reader) -> None:
    shop = await make_shop()
    await reader.sign_in()
    await reader.save(f"event-{shop.event_id}")
    await cancel_event(actor=PORTAL, event_id=shop.event_id, version=1, reason="The hall burnt down.", now=clock.now())
    await morning()
    [mail] = await mails()
    assert "It is cancelled." in mail


async def test_followed_twice_at_once_it_happens_once(amara: Reader, congress: Congress) -> None:
    await congress.release(vials=None)
    await asyncio.gather(*(jobs.follow(congress.event_id) for _ in range(4)))
    assert await db.fetch_value("SELECT count(*) FROM agenda_entry WHERE instead_of IS NOT NULL") == 1
    edition = await db.fetch_value("SELECT edition FROM agenda")
    await jobs.follow(congress.event_id)
    assert await db.fetch_value("SELECT edition FROM agenda") == edition
    await db.execute("UPDATE agenda SET digest_due_at = now() - interval '1 minute'")
    agenda = await db.fetch_value("SELECT id FROM agenda")
    await asyncio.gather(*(jobs.send_digest(agenda) for _ in range(4)))
    assert len(await mails()) == 1


async def test_a_release_while_somebody_chooses_loses_neither(reader: Reader, congress: Congress) -> None:
    await reader.sign_in()
    for name in ("vials", "films"):
        await reader.save(congress.key(name))
    await asyncio.gather(reader.second(congress.key("films"), congress.key("vials")), congress.release(vials=None))
    await work()
    rows = await db.fetch(
        "SELECT e.item, f.item AS first FROM agenda_entry e LEFT JOIN agenda_entry f ON f.id = e.instead_of"
    )
    first = {row["item"]: row["first"] for row in rows}
    assert first[congress.ids["films"]] is None


async def test_without_an_account_an_address_is_proved_first(reader: Reader, another: Open, congress: Congress) -> None:
    assert (await reader.client.get("/agenda/address")).status_code == 303
    await reader.save(congress.key("vials"))
    refused = await reader.client.post("/agenda/address", data={"email": "nobody at all"})
    assert (refused.status_code, "nobody at all" in refused.text) == (422, True)
    asked = await reader.client.post("/agenda/address", data={"email": "Ines@brennhof.example"})
    assert asked.headers["location"] == "/account/agenda/code"
    wrong = await reader.client.post("/account/agenda/code", data={"code": "000000"})
    assert wrong.status_code == 422
    await congress.release(vials=session("vials", room="Raum Prater"))
    await morning()
    assert await mails("ines@brennhof.example") == []
    proved = await reader.client.post("/account/agenda/code", data={"code": await code_of("ines@brennhof.example")})
    assert proved.status_code == 303
    assert "ines@brennhof.example" in await reader.page()
    await congress.release(vials=session("vials", room="Raum Aspern"))
    await morning()
    [mail] = await mails("ines@brennhof.example")
    assert "Now in Raum Aspern (it was: Raum Prater)." in mail
    assert (await reader.client.post("/agenda/address/removal")).status_code == 303
    await congress.release(vials=None)
    await morning()
    assert len(await mails("ines@brennhof.example")) == 1


async def test_one_click_stops_the_mails_and_the_page_still_tells(amara: Reader, congress: Congress) -> None:
    await congress.release(vials=session("vials", room="Raum Prater"))
    await morning()
    text = await db.fetch_value("SELECT text FROM mail WHERE topic = 'agenda'")
    link = re.search(r"http://localhost:8000(/mail/preferences/\S+)", text)
    assert link is not None
    stopped = await amara.client.post(link[1], data={"List-Unsubscribe": "One-Click"})
    assert stopped.status_code == 200
    assert "You switched mails about your agenda off." in await amara.page()
    await congress.release(vials=session("vials", room="Raum Aspern"))
    await morning()
    newest = await db.fetch_value("SELECT max(id) FROM mail WHERE topic = 'agenda'")
    assert await outbox.claim(mail_id=newest, now=clock.now()) is None
    assert await db.fetch_value("SELECT state FROM mail WHERE id = $1", newest) == "suppressed"
    assert await told(amara) == ["About vials: Now in Raum Aspern (it was Saal Lobau)."]


async def test_what_is_over_is_no_news(reader: Reader, congress: Congress) -> None:
    await reader.sign_in()
    gone = -24 * 400
    await congress.release(vials=session("vials", hours=gone))
    await reader.save(congress.key("vials"))
    await congress.release(vials=session("vials", hours=gone, room="Raum Prater"))
    await morning()
    assert (await told(reader), await mails()) == ([], [])


async def test_what_changed_before_one_signed_in_is_told_then(reader: Reader, congress: Congress) -> None:
    await reader.save(congress.key("vials"))
    await congress.release(vials=session("vials", room="Raum Prater"))
    await morning()
    await reader.sign_in()
    await morning()
    [mail] = await mails()
    assert "Now in Raum Prater (it was: Saal Lobau)." in mail
