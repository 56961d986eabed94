"""Seats after the order: handing over revokes, a seat's page gives nothing else away, calendars lose only what is lost."""

import re

import httpx
import pytest

from portal.core import db
from portal.events.tables import EventFormat
from tests.attending import AMARA, Attending, named
from tests.factories.registration import make_shop
from tests.paying import text_of
from tests.reading_pdfs import needs_a_scanner, scanned

BOB, CARLA = "bob@x.example", "carla@y.example"


async def hand_over(client: httpx.AsyncClient, claim: str, email: str, first: str = "Carla") -> httpx.Response:
    return await client.post(f"/seats/{claim}", data={"first_name": first, "last_name": "Nova", "email": email})


async def test_handing_over_takes_everything_from_whoever_had_the_seat(attending: Attending) -> None:
    shop, client = await make_shop(), attending.client
    path = await attending.register(shop, 2, **named(2, BOB))
    await attending.work()
    before = (await attending.seats(path))[1]
    answer = await hand_over(client, before["claim_secret"], CARLA)
    assert (answer.status_code, answer.headers["location"]) == (303, "/seats/passed-on")
    page = text_of(await client.get("/seats/passed-on"))
    assert "Saved. The ticket is on its way to carla@y.example." in page
    await attending.work()
    after = (await attending.seats(path))[1]
    assert after["code"] != before["code"]
    assert after["claim_secret"] != before["claim_secret"]
    for way in ("", "/ticket.pdf", "/invitation.ics"):
        assert (await client.get(f"/seats/{before['claim_secret']}{way}")).status_code == 404
    assert (await hand_over(client, before["claim_secret"], BOB)).status_code == 404
    # Bob is told which ticket has ended; Carla's is another one.
    gone = f"{before['code'][:5]} {before['code'][5:]}"
    assert f"ticket {gone} has ended. The place was passed on" in await attending.text_to(BOB)
    assert gone not in await attending.text_to(CARLA)
    assert await attending.told(BOB) == [("REQUEST", 0), ("CANCEL", 1)]
    assert await attending.told(CARLA) == [("REQUEST", 0)]
    assert (await client.get(f"/seats/{after['claim_secret']}/ticket.pdf")).status_code == 200


@needs_a_scanner
async def test_the_old_ticket_s_code_is_no_longer_printed(attending: Attending) -> None:
    shop, client = await make_shop(), attending.client
    path = await attending.register(shop, **named(1, BOB))
    claim = (await attending.seats(path))[0]["claim_secret"]
    old = scanned((await client.get(f"/seats/{claim}/ticket.pdf")).content)
    await hand_over(client, claim, CARLA)
    claim = (await attending.seats(path))[0]["claim_secret"]
    assert scanned((await client.get(f"/seats/{claim}/ticket.pdf")).content) != old


async def test_a_corrected_name_keeps_ticket_and_page(attending: Attending) -> None:
    shop, client = await make_shop(), attending.client
    path = await attending.register(shop, 2, **named(2, BOB))
    await attending.work()
    before = (await attending.seats(path))[1]
    answer = await hand_over(client, before["claim_secret"], BOB, "Robert")
    assert answer.headers["location"] == f"/seats/{before['claim_secret']}"
    await attending.work()
    after = (await attending.seats(path))[1]
    assert (after["code"], after["claim_secret"]) == (before["code"], before["claim_secret"])
    assert await attending.told(BOB) == [("REQUEST", 0), ("REQUEST", 0)]


async def test_back_and_forth_each_time_counts(attending: Attending) -> None:
    """A -> B -> A -> B: the second hand-over takes the entry back like the first, with a higher SEQUENCE each time."""
    shop, client = await make_shop(), attending.client
    path = await attending.register(shop)
    await attending.work()
    for email in (BOB, AMARA["email"], BOB):
        await hand_over(client, (await attending.seats(path))[0]["claim_secret"], email)
        await attending.work()
    assert await attending.told(AMARA["email"]) == [("REQUEST", 0), ("CANCEL", 1), ("REQUEST", 2), ("CANCEL", 3)]
    assert await attending.told(BOB) == [("REQUEST", 0), ("CANCEL", 1), ("REQUEST", 2)]
    assert await attending.ledger(shop) == [(BOB, 1, True)]


async def test_a_stranger_s_late_form_is_refused(attending: Attending) -> None:
    """Two people have the seat's page open; the second to save comes with an address that has just ended."""
    shop, client = await make_shop(), attending.client
    path = await attending.register(shop, **named(1, BOB))
    claim = (await attending.seats(path))[0]["claim_secret"]
    await hand_over(client, claim, CARLA)
    assert (await hand_over(client, claim, "eve@x.example")).status_code == 404
    assert (await attending.seats(path))[0]["email"] == CARLA


async def test_asking_again_writes_again_and_ends_the_address_before(attending: Attending) -> None:
    shop, client = await make_shop(), attending.client
    path = await attending.register(shop, 2, s2_who="asked", s2_email="col@z.example")
    await attending.work()
    first = (await attending.seats(path))[1]["claim_secret"]
    for _ in range(2):
        answer = await client.post(f"{path}/seats/2/colleague", data={"email": "col@z.example"})
        assert (answer.status_code, answer.headers["location"]) == (303, path)
        await attending.work()
    assert [mail for mail in await attending.mails() if mail[0] == "col@z.example"] == [
        ("col@z.example", "A place for you")
    ] * 3
    assert (await client.get(f"/seats/{first}")).status_code == 404
    newest = (await attending.seats(path))[1]["claim_secret"]
    assert f"/seats/{newest}" in await attending.text_to("col@z.example")
    # Col asks somebody else, and has nothing in hand afterwards.
    answer = await client.post(f"/seats/{newest}/colleague", data={"email": "dan@z.example"})
    assert answer.headers["location"] == "/seats/passed-on"
    assert (await client.get(f"/seats/{newest}")).status_code == 404


async def test_a_seat_s_page_gives_nothing_of_the_order_away(attending: Attending) -> None:
    shop, client = await make_shop(), attending.client
    path = await attending.register(shop, 3, **named(2, BOB), s3_who="asked", s3_email="col@z.example")
    secret = path.rpartition("/")[2]
    await attending.work()
    asked: list[httpx.Response] = []
    for seat in (await attending.seats(path))[1:]:
        claim = seat["claim_secret"]
        asked += [await client.get(f"/seats/{claim}{way}") for way in ("", "/ticket.pdf", "/invitation.ics")]
        asked.append(await client.post(f"/seats/{claim}", data={"first_name": "", "email": "nonsense"}))
        asked.append(await client.post(f"/seats/{claim}/colleague", data={"email": "nonsense"}))
    claim = (await attending.seats(path))[2]["claim_secret"]
    asked.append(await client.post(f"/seats/{claim}/colleague", data={"email": "dan@z.example"}))
    asked.append(await client.get("/seats/passed-on"))
    claim = (await attending.seats(path))[1]["claim_secret"]
    asked.append(await hand_over(client, claim, CARLA))
    assert {answer.status_code for answer in asked} == {200, 303, 404, 422}
    for answer in asked:
        assert secret not in answer.text + str(answer.headers), answer.request.url
        assert "SL-26" not in answer.headers.get("location", "")
    # What colleagues were mailed names their own page only; calendars, which are shared, name no order at all.
    for row in await db.fetch("SELECT recipient, text, html FROM mail WHERE recipient <> $1", AMARA["email"]):
        assert secret not in row["text"] + row["html"]
    for recipient in (AMARA["email"], BOB, CARLA):
        for message in await attending.messages(recipient):
            assert secret.encode() not in message.to_ical().replace(b"\r\n ", b"")


async def test_giving_up_one_of_two_places_keeps_the_entry(attending: Attending) -> None:
    """The same person in two orders, or twice in one."""
    shop, client = await make_shop(), attending.client
    first = await attending.register(shop)
    second = await attending.register(shop, 2, **named(2, AMARA["email"], "Amara", "Okonjo"))
    await attending.work()
    for path, position in ((second, 1), (first, 1)):
        assert (await client.post(f"{path}/seats/{position}/cancellation")).status_code == 303
        await attending.work()
        assert ("CANCEL", 1) not in await attending.told(AMARA["email"])
        assert "You still have another place" in await attending.text_to(AMARA["email"])
    await client.post(f"{second}/seats/2/cancellation")
    await attending.work()
    assert (await attending.told(AMARA["email"]))[-1] == ("CANCEL", 1)
    assert await attending.ledger(shop) == []


async def test_giving_up_a_place_without_a_name_takes_nothing_back(attending: Attending) -> None:
    shop, client = await make_shop(), attending.client
    path = await attending.register(shop, 3, s3_who="asked", s3_email="col@z.example")
    await attending.work()
    for position in (2, 3):
        await client.post(f"{path}/seats/{position}/cancellation")
        await attending.work()
    assert await attending.told(AMARA["email"]) == [("REQUEST", 0), ("REQUEST", 0)]
    assert await attending.told("col@z.example") == []
    assert "calendar" not in await attending.text_to("col@z.example")


async def test_the_order_s_page_leads_back_to_itself(attending: Attending) -> None:
    shop, client = await make_shop(), attending.client
    path = await attending.register(shop, 2, **named(2, BOB))
    page = await client.get(path)
    assert f'href="{path}/seats/2"' in page.text
    assert "/seats/" not in page.text.replace(f"{path}/seats/", "")
    shown = await client.get(f"{path}/seats/2")
    assert 'value="bob@x.example"' in shown.text
    wrong = await client.post(f"{path}/seats/2", data={"first_name": "Bo", "last_name": "", "email": "b@"})
    assert wrong.status_code == 422
    assert 'value="Bo"' in wrong.text
    data = {"first_name": "Carla", "last_name": "Nova", "email": CARLA}
    answer = await client.post(f"{path}/seats/2", data=data)
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    for missing in ("/seats/9", "/seats/9/cancellation"):
        assert (await client.get(path + missing)).status_code == 404
    asked = await client.post(f"{path}/seats/2/colleague", data={"email": "col@z.example"})
    assert asked.status_code == 409


async def test_a_wrong_colleague_s_address_keeps_what_was_typed(attending: Attending) -> None:
    path = await attending.register(await make_shop(), 2)
    answer = await attending.client.post(f"{path}/seats/2/colleague", data={"email": "col at z"})
    assert answer.status_code == 422
    assert re.search(r'id="f-colleague"[^>]*value="col at z"', answer.text)
    assert 'id="f-colleague-e"' in answer.text


async def test_the_way_in_is_each_attendee_s_own_and_ours(attending: Attending) -> None:
    shop, client = await make_shop(format=EventFormat.ONLINE), attending.client
    await attending.move(shop, online_url="https://rooms.example/secret-room")
    path = await attending.register(shop, 3, **named(2, BOB), s3_who="asked", s3_email="col@z.example")
    mine, own, asked = (seat["claim_secret"] for seat in await attending.seats(path))
    assert re.findall(r'href="(/join/[^"]+)"', (await client.get(path)).text) == [f"/join/{mine}"]
    assert re.findall(r'href="(/join/[^"]+)"', (await client.get(f"/seats/{own}")).text) == [f"/join/{own}"]
    assert "/join/" not in (await client.get(f"/seats/{asked}")).text
    await attending.work()
    for address, claim in ((AMARA["email"], mine), (BOB, own)):
        told = await attending.text_to(address)
        assert (
            f"Join online: http://localhost:8000/join/{claim} The link is in the attached calendar entry, too." in told
        )
        assert "at the door" not in told
    sent = await db.fetch_value("SELECT string_agg(subject || text || html, ' ') FROM mail")
    assert "rooms.example" not in sent
    await attending.call_off(shop)
    assert "/join/" not in (await client.get(f"/seats/{own}")).text


async def test_the_calendar_file_is_what_the_mail_carries(attending: Attending) -> None:
    shop, client = await make_shop(format=EventFormat.HYBRID), attending.client
    await attending.move(shop, online_url="https://rooms.example/1")
    path = await attending.register(shop, 3, **named(2, BOB))
    await attending.work()
    # Bob gives his place away and gets it back: his messages run ahead of the event's from then on.
    for email in (CARLA, BOB):
        await hand_over(client, (await attending.seats(path))[1]["claim_secret"], email)
        await attending.work()
    claim = (await attending.seats(path))[1]["claim_secret"]
    for address, recipient in (
        (f"{path}/calendar/1.ics", AMARA["email"]),
        (f"{path}/calendar/2.ics", BOB),
        (f"/seats/{claim}/invitation.ics", BOB),
    ):
        content = await db.fetch_value(
            "SELECT p.content FROM mail_part p JOIN mail m ON m.id = p.mail WHERE m.recipient = $1 AND p.alternative "
            "ORDER BY m.id DESC LIMIT 1",
            recipient,
        )
        answer = await client.get(address)
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        assert answer.content == content
    for none in (f"{path}/calendar/3.ics", f"{path}/calendar/9.ics", f"{path}/calendar/x"):
        assert (await client.get(none)).status_code == 404
    assert f'href="{path}/calendar/1.ics"' in (await client.get(path)).text


async def test_a_buyer_who_stays_at_home_adds_the_event_itself(attending: Attending) -> None:
    shop, client = await make_shop(), attending.client
    path = await attending.register(shop, **named(1, BOB))
    assert f'href="/events/{shop.slug}.ics"' in (await client.get(path)).text
    await attending.work()
    assert "calendar" not in await attending.text_to(AMARA["email"])


@pytest.mark.parametrize(
    "name", ["You won 1000 EUR http://evil.example/", "see www.evil.example", "evil.example/x now"]
)
async def test_names_hold_no_addresses_of_pages(attending: Attending, name: str) -> None:
    shop, client = await make_shop(), attending.client
    held = await client.post(f"/events/{shop.slug}/orders", data={f"ticket_{shop.tickets['Seat']}": "1"})
    path = held.headers["location"].removesuffix("/details")
    typed = {**AMARA, "first_name": name, "s1_who": "asked", "s1_email": "victim@x.example"}
    answer = await client.post(f"{path}/details", data=typed)
    assert answer.status_code == 422
    assert "Please type a name only, without the address of a page." in text_of(answer)
    fine = await client.post(f"{path}/details", data={**typed, "first_name": "St.John J.R. d'Arc"})
    assert fine.status_code == 303


async def test_one_network_cannot_have_us_write_to_everybody(attending: Attending) -> None:
    shop, client = await make_shop(), attending.client
    path = await attending.register(shop, 2)
    await client.post(f"{path}/seats/2/colleague", data={"email": "first@x.example"})
    await db.execute("UPDATE rate_limit SET tries = 199 WHERE key LIKE 'invitations:%'")
    statuses = [
        (await client.post(f"{path}/seats/2/colleague", data={"email": f"p{n}@x.example"})).status_code
        for n in range(3)
    ]
    assert statuses == [303, 429, 429]
