"""The way to payment with what people type: nothing is lost, nothing crashes, and every limit says so beside the form."""

import html
import json
import re
from decimal import Decimal

import httpx
import pytest

from portal.accounts.actors import Actor
from portal.core import clock, db
from portal.core.errors import Conflict
from portal.core.text import one_line
from portal.payments.buying import Buyer
from portal.registration.commands.holding import hold_seats
from portal.registration.commands.ordering import Attendee, save_details
from portal.registration.jobs import upkeep as seat_jobs
from portal.registration.queries.orders import order_by_secret, orders_of
from portal.registration.values.offers import CodeOffer, TicketOffer
from tests import shared_data
from tests.factories.registration import Shop, make_shop
from tests.paying import CONTACT, INVOICE, Paying, text_of

HALF = (CodeOffer("HALF", percent_off=Decimal(50)),)
FREE = {"first_name": "Amara", "last_name": "Okonjo", "email": "amara@brennhof.example", "s1_who": "me"}


async def hold(client: httpx.AsyncClient, shop: Shop, count: int = 1, **more: str) -> str:
    field = f"ticket_{shop.tickets['Seat']}"
    answer = await client.post(f"/events/{shop.slug}/orders", data={field: str(count), **more})
    assert answer.status_code == 303, text_of(answer)
    return str(answer.headers["location"]).removesuffix("/details")


def typed_in(page: str) -> dict[str, str]:
    """What the details form shows, by field."""
    found = {}
    for tag in re.findall(r"<input [^>]*>", page):
        facts = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if facts.get("type") != "radio" or " checked" in tag:
            found[facts["name"]] = html.unescape(facts.get("value", ""))
    for name, options in re.findall(r'<select [^>]*name="(\w+)"[^>]*>(.*?)</select>', page, re.S):
        found[name] = "".join(re.findall(r'value="(\w*)" selected', options))
    return found


async def test_after_stripe_everything_typed_is_there_again(paying: Paying) -> None:
    path = await paying.hold(await make_shop(price=5000), 2)
    typed = {
        **CONTACT, **INVOICE, "first_name": "Mary Ann", "last_name": "de la Cruz", "job_title": "Head of filling",
        "country": "AT", "vat_id": "ATU12345675", "s1_who": "later", "s2_who": "asked", "s2_email": "per@brennhof.example",
    }  # fmt: skip
    await paying.to_payment(path, **typed)
    shown = typed_in((await paying.client.get(f"{path}/details")).text)
    assert {name: shown[name] for name in typed} == typed


@pytest.mark.parametrize("act", ["code", "details"])
async def test_a_code_keeps_everything_typed(paying: Paying, act: str) -> None:
    """By its own button, or typed into its field when the form is sent: the new sum is shown before anything is paid."""
    path = await paying.hold(await make_shop(price=5000, codes=HALF))
    typed = {**CONTACT, **INVOICE, "email": "not yet an address", "s1_who": "named", "s1_first_name": "Per"}
    answer = await paying.client.post(f"{path}/{act}", data={**typed, "code": "half"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}/details")
    page = await paying.client.get(f"{path}/details")
    shown = typed_in(page.text)
    assert {name: shown[name] for name in typed} == typed
    assert "To pay €29.75" in text_of(page)
    off = await paying.client.post(f"{path}/code/removal", data={**typed, "city": "Neu-Ulm"})
    assert off.status_code == 303
    assert typed_in((await paying.client.get(f"{path}/details")).text)["city"] == "Neu-Ulm"


async def test_a_wrong_code_is_told_beside_its_field_and_keeps_everything(paying: Paying) -> None:
    path = await paying.hold(await make_shop(price=5000, codes=HALF))
    for code in ("NOPE", ""):
        answer = await paying.client.post(f"{path}/code", data={**CONTACT, **INVOICE, "code": code})
        assert answer.status_code == 422
        assert 'id="f-code-e"' in answer.text
        assert {name: typed_in(answer.text)[name] for name in INVOICE} == INVOICE


async def test_all_of_it_is_one_form(paying: Paying) -> None:
    page = (await paying.client.get(f"{await paying.hold(await make_shop(price=5000, codes=HALF))}/details")).text
    assert page.count("<form") == 1
    assert page.count('form="details"') == 2


async def test_a_code_that_hides_a_ticket_cannot_be_taken_off(client: httpx.AsyncClient) -> None:
    tickets = (TicketOffer("Open", 10000, ("Hall",)), TicketOffer("Seat", 5000, ("Hall",), by_code_only=True))
    shop = await make_shop(tickets=tickets, codes=(CodeOffer("INSIDE", tickets=("Seat",), amount_off=1500),))
    path = await hold(client, shop, code="INSIDE")
    answer = await client.post(f"{path}/code/removal", data={**FREE, "first_name": "Per"})
    assert answer.status_code == 422
    assert "One of your tickets is only sold with its code." in answer.text
    assert typed_in(answer.text)["first_name"] == "Per"


@pytest.mark.parametrize("price", [0, 5000])
async def test_the_longest_names_and_places_fit(paying: Paying, price: int) -> None:
    shop = await make_shop(price=price)
    await db.execute("UPDATE venue SET name = repeat('n', 200), street = repeat('s', 200), city = repeat('c', 120)")
    path = await paying.hold(shop)
    longest = {"first_name": "a" * 100, "last_name": "b" * 100, "company": "c" * 200, "street": "d" * 200}
    answer = await paying.client.post(f"{path}/details", data={**CONTACT, **INVOICE, **longest})
    assert answer.status_code == 303


async def test_many_seats_keep_their_line(paying: Paying) -> None:
    shop = await make_shop(price=1000)
    await db.execute("SELECT setval(pg_get_serial_sequence('seat', 'id'), 1000000)")
    path = await paying.hold(shop, 20)
    await paying.to_payment(path, **{f"s{n}_who": "later" for n in range(2, 21)})
    assert len((await db.fetch_value("SELECT key FROM purchase_line")).split(",")) == 20


async def test_naughty_strings_on_the_way_to_payment(client: httpx.AsyncClient) -> None:
    """Every string in some field of the details; all shown again as they were typed, and none is a country."""
    shop = await make_shop(price=5000)
    strings: list[str] = json.loads((shared_data.folder("edge-cases") / "blns.json").read_text())
    strings = [typed.encode("utf-8", "replace").decode() for typed in [*strings, "\x00", "a" * 5000]]
    path = await hold(client, shop)
    names = [*CONTACT, *INVOICE, "job_title", "s1_first_name", "s1_last_name", "s1_email", "s1_job_title"]
    names.remove("s1_who")
    for at in range(0, len(strings), len(names)):
        typed = dict(zip(names, strings[at:], strict=False))
        answer = await client.post(f"{path}/details", data={"s1_who": "named", **typed, "country": strings[at] or "?"})
        assert answer.status_code == 422
        shown = typed_in(answer.text)
        assert {n: shown[n] for n in typed if n != "country"} == {
            n: one_line(v) for n, v in typed.items() if n != "country"
        }
    field = f"ticket_{shop.tickets['Seat']}"
    for typed in [*strings[::40], "\x00", "٣", "1e3", "-1", "²"]:
        answers = [
            await client.post(f"/events/{shop.slug}/orders", data={field: typed, "code": typed}),
            await client.post(f"{path}/code", data={"code": typed}),
            await client.get(
                f"/events/{shop.slug}/selection", params={field: typed, "code": typed.replace("\x00", "")}
            ),
            await client.post(f"/events/{shop.slug}/waiting", data={"ticket_type": typed, "party_size": typed}),
        ]
        assert [answer.status_code for answer in answers if answer.status_code >= 500] == [], typed
        await db.execute("DELETE FROM rate_limit")


async def test_forms_in_other_shapes_are_refused_in_words(client: httpx.AsyncClient) -> None:
    shop = await make_shop()
    path = await hold(client, shop)
    for address in (f"/events/{shop.slug}/orders", f"{path}/details", f"{path}/code", f"/events/{shop.slug}/waiting"):
        for kind, body in (
            ("application/x-www-form-urlencoded; charset=utf-7", b"first_name=+AGE-"),
            ("application/x-www-form-urlencoded", b"%ff%fe=%00&=&&&"),
            ("multipart/form-data; boundary=x", b"--x\r\nnonsense"),
            ("text/plain", b"\xff\xfe"),
        ):
            answer = await client.post(address, content=body, headers={"Content-Type": kind})
            assert 400 <= answer.status_code < 500, (address, kind)
        files = await client.post(address, files={"first_name": ("a.txt", b"x"), "code": ("b.txt", b"y")})
        assert 400 <= files.status_code < 500, address


@pytest.mark.parametrize("country", ["ZZ", "zz", "EU", "12"])
async def test_a_country_that_is_none_is_refused(paying: Paying, country: str) -> None:
    path = await paying.hold(await make_shop(price=5000))
    answer = await paying.client.post(f"{path}/details", data={**CONTACT, **INVOICE, "country": country})
    assert (answer.status_code, "Please choose a country." in answer.text) == (422, True)


async def test_holding_is_counted_and_keeps_the_choice(client: httpx.AsyncClient) -> None:
    shop = await make_shop()
    field = f"ticket_{shop.tickets['Seat']}"
    answers = [await client.post(f"/events/{shop.slug}/orders", data={field: "51"}) for _ in range(60)]
    assert {answer.status_code for answer in answers} == {422}
    over = await client.post(f"/events/{shop.slug}/orders", data={field: "3"})
    assert (over.status_code, int(over.headers["retry-after"]) > 0) == (429, True)
    assert re.search(rf'name="{field}"[^>]*value="3"', over.text)
    assert "Too many tries." in over.text


async def test_saving_is_counted_per_order_and_keeps_what_was_typed(paying: Paying) -> None:
    shop = await make_shop(price=5000)
    path, other = await paying.hold(shop), await paying.hold(shop)
    paying.services.payments.gateway = None
    for _ in range(30):
        assert await paying.to_payment(path) == path
    over = await paying.client.post(f"{path}/details", data={**CONTACT, **INVOICE, "city": "Neu-Ulm"})
    assert (over.status_code, int(over.headers["retry-after"]) > 0) == (429, True)
    assert typed_in(over.text)["city"] == "Neu-Ulm"
    assert await paying.to_payment(other) == other


async def test_paying_is_counted_and_said_on_the_order(paying: Paying) -> None:
    path = await paying.hold(await make_shop(price=5000))
    url = await paying.to_payment(path)
    went = [(await paying.client.post(f"{path}/payment")).headers["location"] for _ in range(21)]
    assert went == [url] * 20 + [path]
    assert "Too many tries." in (await paying.client.get(path)).text


async def test_guessing_codes_is_counted_whatever_the_way(client: httpx.AsyncClient) -> None:
    """Right ones are not counted; after too many wrong ones a right one is not told from them."""
    shop = await make_shop(price=5000, codes=HALF)
    field = f"ticket_{shop.tickets['Seat']}"
    path = await hold(client, shop)
    for _ in range(30):
        assert (
            await client.get(f"/events/{shop.slug}/selection", params={field: "1", "code": "HALF"})
        ).status_code == 200
    ways = [
        lambda code: client.get(f"/events/{shop.slug}/selection", params={"code": code}),
        lambda code: client.get(f"/events/{shop.slug}/register", params={"code": code}),
        lambda code: client.get(f"/events/{shop.slug}/tickets", params={"code": code}),
        lambda code: client.post(f"/events/{shop.slug}/orders", data={field: "1", "code": code}),
        lambda code: client.post(f"{path}/code", data={"code": code}),
    ]
    statuses = [(await ways[n % 5](f"GUESS{n}")).status_code for n in range(20)]
    assert 429 not in statuses
    for way in ways:
        answer = await way("HALF")
        assert answer.status_code == 429
        assert "Code HALF" not in answer.text
    shown = await client.get(f"/events/{shop.slug}/tickets", params={"code": "HALF"}, headers={"HX-Request": "true"})
    assert (shown.status_code, "Too many tries." in shown.text) == (422, True)
    assert await db.fetch_value("SELECT promo_code FROM seat_order") is None


async def test_numbers_are_changed_without_sending_an_untried_code(client: httpx.AsyncClient) -> None:
    shop = await make_shop(price=5000, codes=HALF)
    page = (await client.get(f"/events/{shop.slug}/register")).text
    assert 'hx-include="this"' in page
    applied = (await client.get(f"/events/{shop.slug}/register", params={"code": "HALF"})).text
    assert 'hx-include="closest form"' in applied


async def test_coming_back_again_and_again_shows_the_order(paying: Paying) -> None:
    path = await paying.hold(await make_shop(price=5000))
    await paying.to_payment(path)
    assert {(await paying.client.get(f"{path}?returned=yes")).status_code for _ in range(22)} == {200}


async def _over(*, swept: bool) -> None:
    await db.execute(
        "UPDATE seat_order SET held_at = held_at - interval '1 hour', holds_until = holds_until - interval '1 hour'"
    )
    if swept:
        await seat_jobs.lapse_holds()


@pytest.mark.parametrize("swept", [True, False])
async def test_coming_back_late_asks_stripe_first(paying: Paying, swept: bool) -> None:
    path = await paying.hold(await make_shop(price=5000))
    await paying.stripe.pay(await paying.to_payment(path))
    await _over(swept=swept)
    page = await paying.client.get(f"{path}?returned=yes")
    assert "You are going to Vienna, Amara." in page.text


async def test_a_lapsed_order_says_that_it_is_being_checked(paying: Paying) -> None:
    path = await paying.hold(await make_shop(price=5000))
    await paying.to_payment(path)
    await _over(swept=False)
    assert "We are checking whether you have paid." in (await paying.client.get(path)).text
    await seat_jobs.lapse_holds()
    page = await paying.client.get(path)
    assert "We are checking whether you have paid." in page.text
    assert "hx-get" in page.text.partition('id="order"')[2][:200]
    await paying.everything_settles()
    assert "This place went back on sale." in (await paying.client.get(path)).text


async def test_a_free_order_whose_time_is_over_is_not_called_held(client: httpx.AsyncClient) -> None:
    path = await hold(client, await make_shop())
    await _over(swept=False)
    assert "This place went back on sale." in (await client.get(path)).text


async def test_declines_and_abandoned_pages_are_on_the_record(paying: Paying) -> None:
    path = await paying.hold(await make_shop(price=5000))
    url = await paying.to_payment(path)
    await paying.stripe.pay(url, card="4000000000000002")
    await paying.everything_settles()
    assert "A payment was not completed" in text_of(await paying.client.get(path))
    assert "Your card was declined." in text_of(await paying.client.get(path))
    await paying.stripe.pay(url)
    await paying.everything_settles()
    assert "A first try to pay did not work" in text_of(await paying.client.get(path))
    other = await paying.hold(await make_shop(price=5000))
    await paying.to_payment(other)
    await _over(swept=True)
    await paying.everything_settles()
    assert "The payment page was closed." in text_of(await paying.client.get(other))


async def test_the_record_is_sent_again_only_when_it_changed(paying: Paying) -> None:
    path = await paying.hold(await make_shop(price=5000))
    url = await paying.to_payment(path)
    page = (await paying.client.get(path)).text
    [address] = re.findall(r'hx-get="([^"]+)"', page.partition('id="order"')[2][:300])
    same = [await paying.client.get(address, headers={"HX-Request": "true"}) for _ in range(2)]
    assert [answer.status_code for answer in same] == [204, 204]
    await paying.stripe.pay(url)
    await paying.everything_settles()
    news = await paying.client.get(address, headers={"HX-Request": "true"})
    assert (news.status_code, "You are going to Vienna, Amara." in news.text) == (200, True)


async def test_an_order_of_an_account_is_listed_whatever_its_address(database: str) -> None:
    now = clock.now()
    shop = await make_shop(now=now)
    account = await db.fetch_value(
        "INSERT INTO account (email, name, timezone, created_at) VALUES ('me@corp.example', 'Me', '', $1) RETURNING id",
        now,
    )
    me = Actor(account, "me@corp.example", "Me")
    await hold_seats(event_id=shop.event_id, wanted={shop.tickets["Seat"]: 1}, code="", actor=me, now=now)
    await db.execute("UPDATE seat_order SET email = 'events@corp.example'")
    assert [order["own"] for order in await orders_of("me@corp.example", account, now=now)] == [True]
    assert await orders_of("somebody@corp.example", account + 1, now=now) == []


async def test_other_orders_papers_and_places_are_not_found(paying: Paying) -> None:
    """Real ones, of somebody else: an address opens its own order and nothing beside it."""
    shop = await make_shop(price=5000)
    paths = []
    for _ in range(2):
        path = await paying.hold(shop, 2)
        await paying.stripe.pay(await paying.to_payment(path, s2_who="later"))
        paths.append(path)
    await paying.everything_settles()
    mine, theirs = paths
    numbers = {row["secret"]: row["number"] for row in await db.fetch(
        "SELECT o.secret, i.number FROM invoice i JOIN seat_order o ON o.purchase_id = i.purchase"
    )}  # fmt: skip
    own, foreign = numbers[mine.rpartition("/")[2]], numbers[theirs.rpartition("/")[2]]
    assert (await paying.client.get(f"{mine}/invoices/{own}.pdf")).status_code == 200
    assert (await paying.client.get(f"{mine}/invoices/{foreign}.pdf")).status_code == 404
    for method, address in (
        ("GET", f"{mine}/tickets/3.pdf"), ("GET", f"{mine}/seats/3/cancellation"), ("POST", f"{mine}/seats/3/cancellation"),
        ("GET", f"/seats/{theirs.rpartition('/')[2]}"), ("GET", f"/waiting/{theirs.rpartition('/')[2]}"),
    ):  # fmt: skip
        assert (await paying.client.request(method, address)).status_code == 404, address
    page = (await paying.client.get(mine)).text
    secrets = await db.fetch(
        "SELECT claim_secret AS s FROM seat JOIN seat_order o ON o.id = seat_order WHERE o.secret = $1",
        theirs.rpartition("/")[2],
    )
    assert all(row["s"] not in page for row in secrets)
    assert await db.fetch_value("SELECT count(*) FROM seat WHERE state = 'confirmed'") == 4


async def test_a_form_sent_when_the_order_was_free_pays_nothing_unseen(paying: Paying) -> None:
    """The code is taken off in another tab: the details without a country cannot become a purchase."""
    shop = await make_shop(price=5000, codes=(CodeOffer("ALL", percent_off=Decimal(100)),))
    path = await paying.hold(shop, code="ALL")
    order = await order_by_secret(path.rpartition("/")[2])
    assert order is not None
    await paying.client.post(f"{path}/code/removal")
    with pytest.raises(Conflict):
        await save_details(
            order=order, buyer=Buyer(email="a@b.example", name="A B"), attendees=[Attendee()], draft={}, actor=None,
            now=clock.now(),
        )  # fmt: skip
    assert await db.fetch_value("SELECT count(*) FROM purchase") == 0


async def test_the_details_say_all_the_days_and_the_whole_place(client: httpx.AsyncClient) -> None:
    shop = await make_shop()
    await db.execute("UPDATE event SET ends_at = ends_at + interval '2 days' WHERE id = $1", shop.event_id)
    path = await hold(client, shop)
    order = await order_by_secret(path.removeprefix("/orders/"))
    assert order is not None
    assert f"{order.ends_at:%Y}" in order.when
    page = html.unescape((await client.get(f"{path}/details")).text)
    assert f"<small>{order.when}</small><small>{order.where}</small>" in page
