"""The order's page after the order: another address, mails sent again, what a mail server said."""

import re

from portal.core import db
from portal.notifications import queries as mail_queries
from portal.notifications.commands import addresses
from tests.attending import AMARA, Attending, named
from tests.factories.registration import make_shop
from tests.paying import text_of

WRONG, RIGHT = AMARA["email"], "amara.okonjo@brennhof.example"


async def test_a_mistyped_address_is_corrected_and_opens_nothing_any_more(attending: Attending) -> None:
    shop, client = await make_shop(), attending.client
    path = await attending.register(shop, 2, **named(2, "bob@x.example"))
    await attending.work()
    before = await attending.seats(path)
    answer = await client.post(f"{path}/address", data={"email": RIGHT})
    moved = answer.headers["location"]
    assert answer.status_code == 303
    assert moved != path
    for way in ("", "/tickets.pdf", "/seats/1", "/record"):
        assert (await client.get(path + way)).status_code == 404
    assert (await client.get(f"/seats/{before[0]['claim_secret']}")).status_code == 404
    await attending.work()
    after = await attending.seats(moved)
    assert [seat["email"] for seat in after] == [RIGHT, "bob@x.example"]
    assert [seat["code"] for seat in after][1:] == [seat["code"] for seat in before][1:]
    assert after[0]["code"] != before[0]["code"]
    assert moved in await attending.text_to(RIGHT)
    told = await attending.text_to(WRONG)
    assert moved.rpartition("/")[2] not in told
    assert RIGHT not in told
    assert before[0]["code"] in told
    assert await attending.told(WRONG) == [("REQUEST", 0), ("CANCEL", 1)]
    assert await attending.told(RIGHT) == [("REQUEST", 0)]
    assert await attending.told("bob@x.example") == [("REQUEST", 0)]
    assert "Mail about this order goes to amara.okonjo@brennhof.example" in text_of(await client.get(moved))


async def test_a_wrong_address_keeps_what_was_typed(attending: Attending) -> None:
    path = await attending.register(await make_shop())
    answer = await attending.client.post(f"{path}/address", data={"email": "amara at"})
    assert answer.status_code == 422
    assert 'value="amara at"' in answer.text
    assert 'id="f-email-e"' in answer.text
    assert (await attending.client.get(path)).status_code == 200


async def test_the_same_address_again_changes_nothing_but_writes(attending: Attending) -> None:
    path = await attending.register(await make_shop())
    await attending.work()
    answer = await attending.client.post(f"{path}/address", data={"email": WRONG})
    assert answer.headers["location"] == path
    await attending.work()
    assert len(await attending.mails()) == 2


async def test_only_a_confirmed_order_has_an_address_to_change(attending: Attending) -> None:
    shop, client = await make_shop(), attending.client
    held = await client.post(f"/events/{shop.slug}/orders", data={f"ticket_{shop.tickets['Seat']}": "1"})
    path = held.headers["location"].removesuffix("/details")
    assert (await client.post(f"{path}/address", data={"email": RIGHT})).status_code == 409


async def test_asking_for_the_mail_again_forgets_a_refusal(attending: Attending) -> None:
    shop, client = await make_shop(), attending.client
    attending.receiver.refuse_recipient = lambda _: "550 5.1.1 No such user here"
    path = await attending.register(shop)
    await attending.work()
    assert await mail_queries.suppression(WRONG, "orders") is not None
    page = text_of(await client.get(path))
    assert f"to {WRONG} did not arrive. Please check the address. 550 5.1.1 No such user here" in page
    assert "Calendar entry, version 1: not arrived" in page
    attending.receiver.refuse_recipient = lambda _: None
    await client.post(f"{path}/mail")
    await attending.work()
    assert [row["state"] for row in await db.fetch("SELECT state FROM mail ORDER BY id")] == ["bounced", "accepted"]
    assert f"to {WRONG}, on the first attempt" in text_of(await client.get(path))


async def test_a_name_and_a_request_forget_a_refusal_too(attending: Attending) -> None:
    shop, client = await make_shop(), attending.client
    path = await attending.register(shop, 3)
    now = await db.fetch_value("SELECT now()")
    for email in ("bob@x.example", "col@x.example", RIGHT):
        await addresses.note_refused(address=email, words="550 5.1.1", now=now)
    bob = {"first_name": "Bob", "last_name": "Vos", "email": "bob@x.example"}
    await client.post(f"{path}/seats/2", data=bob)
    await client.post(f"{path}/seats/3/colleague", data={"email": "col@x.example"})
    await client.post(f"{path}/address", data={"email": RIGHT})
    await attending.work()
    states = await db.fetch("SELECT recipient, state FROM mail WHERE recipient <> $1", WRONG)
    assert {(row["recipient"], row["state"]) for row in states} == {
        ("bob@x.example", "accepted"), ("col@x.example", "accepted"), (RIGHT, "accepted")
    }  # fmt: skip


async def test_the_page_says_who_stopped_a_mail(attending: Attending) -> None:
    shop, client = await make_shop(), attending.client
    now = await db.fetch_value("SELECT now()")
    await addresses.suppress(actor="account 1", address=WRONG, now=now, detail="asked by phone")
    path = await attending.register(shop)
    await attending.work()
    assert "Not sent: mail to this address was stopped by our staff." in text_of(await client.get(path))


async def test_directions_go_along_with_the_ticket(attending: Attending) -> None:
    shop, client = await make_shop(), attending.client
    await db.execute("UPDATE venue SET directions = 'U1 to Kaisermühlen.' || chr(10) || 'Ring at gate 4.'")
    path = await attending.register(shop, 2, **named(2, "bob@x.example"))
    await attending.work()
    for recipient in (WRONG, "bob@x.example"):
        assert "Getting there: U1 to Kaisermühlen. Ring at gate 4." in await attending.text_to(recipient)
    claim = (await attending.seats(path))[1]["claim_secret"]
    for page in (path, f"/seats/{claim}"):
        assert "Getting there U1 to Kaisermühlen. Ring at gate 4." in text_of(await client.get(page))


async def test_the_readers_own_ticket_stands_first_and_the_others_are_folded(attending: Attending) -> None:
    client = attending.client
    alone = (await client.get(await attending.register(await make_shop()))).text
    assert (alone.count("<article"), alone.count('class="fold passes"')) == (1, 0)
    path = await attending.register(await make_shop(), 4, **named(2, "bob@x.example"))
    for seat, email in ((1, "carla@x.example"), (3, WRONG)):
        await client.post(f"{path}/seats/{seat}", data={"first_name": "A", "last_name": "B", "email": email})
    page = (await client.get(path)).text
    first, rest = page.split('<details class="fold passes"')
    assert [re.findall(r"Ticket (\d) of 4", part) for part in (first, rest)] == [["3"], ["1", "2", "4"]]
    assert "3 more tickets" in rest
    assert rest.count("</article>") == rest.partition("</details>")[0].count("</article>") == 3
