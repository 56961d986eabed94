"""The API door of the stand-in: keys, parameters, errors, idempotency, expansion, lists."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from portal.payments.values import API_VERSION
from tests.stripe_server import StripeServer

SESSIONS = "/v1/checkout/sessions"
GOOD = {
    "mode": "payment",
    "success_url": "https://shop.example/done?s={CHECKOUT_SESSION_ID}",
    "line_items[0][quantity]": "2",
    "line_items[0][price_data][currency]": "eur",
    "line_items[0][price_data][unit_amount]": "1500",
    "line_items[0][price_data][product_data][name]": "Conference",
}


def form(**changes: str | None) -> str:
    """The good session with changes; None takes a parameter away. `__` stands for a bracket."""
    named = {_bracketed(name): value for name, value in changes.items()}
    return urlencode({name: value for name, value in {**GOOD, **named}.items() if value is not None})


def _bracketed(name: str) -> str:
    first, *rest = name.split("__")
    return first + "".join(f"[{step}]" for step in rest)


def error(answer: httpx.Response) -> dict[str, Any]:
    said: dict[str, Any] = answer.json()["error"]
    return said


async def test_a_session_and_its_headers(stripe: StripeServer) -> None:
    answer = await stripe.api("POST", SESSIONS, form(), idempotency_key="one")
    session = answer.json()
    assert answer.status_code == 200
    assert answer.headers["stripe-version"] == API_VERSION
    assert answer.headers["request-id"].startswith("req_")
    assert answer.headers["idempotency-key"] == "one"
    assert session["id"].startswith("cs_test_")
    assert session["url"] == f"{stripe.address}/c/pay/{session['id']}"
    assert (session["amount_total"], session["currency"], session["status"]) == (3000, "eur", "open")
    assert session["payment_intent"] is None
    assert session["expires_at"] - session["created"] == 24 * 3600
    assert session["payment_method_types"] == ["card", "sepa_debit"]


@pytest.mark.parametrize(
    "authorization", ["Bearer sk_test_somebodyElses", "Bearer sk_live_51abcdefghijklmnop", "Basic abc", "Bearer", ""]
)
async def test_a_wrong_key_is_401(stripe: StripeServer, authorization: str) -> None:
    answer = await stripe.api("GET", SESSIONS, authorization=authorization)
    assert answer.status_code == 401
    assert error(answer)["type"] == "invalid_request_error"
    assert "51abcdefghijkl" not in answer.text


async def test_another_version_is_refused(stripe: StripeServer) -> None:
    answer = await stripe.api("GET", SESSIONS, stripe_version="2019-01-01")
    assert (answer.status_code, error(answer)["message"].split(".")[0]) == (
        400,
        "Invalid Stripe API version: 2019-01-01",
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/coupons"), ("POST", "/v1/payment_intents"), ("DELETE", SESSIONS), ("GET", "/v1")],
)
async def test_what_it_does_not_speak_is_404_in_stripes_shape(stripe: StripeServer, method: str, path: str) -> None:
    answer = await stripe.api(method, path, idempotency_key="k")
    assert answer.status_code == 404
    assert error(answer)["message"].startswith(f"Unrecognized request URL ({method}: {path}).")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (f"{SESSIONS}/cs_test_nowhere", "No such checkout.session: 'cs_test_nowhere'"),
        ("/v1/payment_intents/pi_nowhere", "No such payment_intent: 'pi_nowhere'"),
        ("/v1/charges/ch_nowhere", "No such charge: 'ch_nowhere'"),
        ("/v1/refunds/re_nowhere", "No such refund: 're_nowhere'"),
        ("/v1/customers/cus_nowhere", "No such customer: 'cus_nowhere'"),
        ("/v1/events/evt_nowhere", "No such event: 'evt_nowhere'"),
    ],
)
async def test_a_missing_thing_is_404(stripe: StripeServer, path: str, message: str) -> None:
    answer = await stripe.api("GET", path)
    assert answer.status_code == 404
    assert (error(answer)["code"], error(answer)["message"]) == ("resource_missing", message)


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"colour": "blue"}, "parameter_unknown", "colour"),
        ({"line_items__0__price_data__colour": "blue"}, "parameter_unknown", "line_items[0][price_data][colour]"),
        ({"line_items__0__price_data__product_data__colour": "b"}, "parameter_unknown",
         "line_items[0][price_data][product_data][colour]"),
        ({"mode": None}, "parameter_missing", "mode"),
        ({"success_url": None}, "parameter_missing", "success_url"),
        ({"line_items__0__price_data__product_data__name": None}, "parameter_missing",
         "line_items[0][price_data][product_data]"),
        ({"line_items__0__price_data__currency": None}, "parameter_missing", "line_items[0][price_data][currency]"),
        ({"line_items__0__quantity": "two"}, "parameter_invalid_integer", "line_items[0][quantity]"),
        ({"line_items__0__quantity": "0"}, "parameter_invalid_integer", "line_items[0][quantity]"),
        ({"line_items__0__price_data__unit_amount": "-1"}, "parameter_invalid_integer",
         "line_items[0][price_data][unit_amount]"),
        ({"line_items__0__price_data__unit_amount": "15.00"}, "parameter_invalid_integer",
         "line_items[0][price_data][unit_amount]"),
        ({"line_items__0__price_data__product_data__description": ""}, "parameter_invalid_empty",
         "line_items[0][price_data][product_data][description]"),
        ({"cancel_url": "shop.example"}, "url_invalid", "cancel_url"),
        ({"success_url": "javascript:alert(1)"}, "url_invalid", "success_url"),
        ({"customer_email": "nobody"}, "email_invalid", "customer_email"),
        ({"line_items__0__price_data__unit_amount": "10"}, "amount_too_small", None),
        ({"line_items__0__price_data__unit_amount": "99999999"}, "amount_too_large", None),
        ({"customer": "cus_nowhere"}, "resource_missing", "customer"),
        ({"mode": "donation"}, None, "mode"),
        ({"locale": "tlh"}, None, "locale"),
        ({"line_items__0__price_data__currency": "zzz"}, None, "line_items[0][price_data][currency]"),
        ({"expires_at": "1000"}, None, "expires_at"),
        ({"metadata__a": "x" * 501}, None, "metadata[a]"),
        ({f"metadata__{'k' * 41}": "x"}, None, "metadata"),
        ({f"metadata__k{at}": "x" for at in range(51)}, None, "metadata"),
        ({"line_items": "one"}, None, "line_items"),
        ({"expand__0": "colour"}, None, "expand"),
        ({"expand__0": "payment_intent.latest_charge.payment_intent.latest_charge.customer"}, None, "expand[0]"),
    ],
)  # fmt: skip
async def test_bad_parameters_are_named(
    stripe: StripeServer, changes: dict[str, str | None], code: str | None, param: str | None
) -> None:
    answer = await stripe.api("POST", SESSIONS, form(**changes), idempotency_key="k")
    assert answer.status_code == 400
    said = error(answer)
    assert (said["type"], said.get("code"), said.get("param")) == ("invalid_request_error", code, param)
    assert said["request_log_url"].endswith(answer.headers["request-id"])
    assert (await stripe.api("GET", SESSIONS)).json()["data"] == []


@pytest.mark.parametrize("name", ["discounts__0__coupon", "automatic_tax__enabled", "shipping_options"])
async def test_what_stripe_knows_and_the_stand_in_does_not_is_said(stripe: StripeServer, name: str) -> None:
    answer = await stripe.api("POST", SESSIONS, form(**{name: "true"}), idempotency_key="k")
    assert (answer.status_code, error(answer)["message"][:45]) == (400, "The local stand-in for Stripe does not speak ")


@pytest.mark.parametrize("currency", ["isk", "ugx", "kwd"])
async def test_amounts_stripe_cannot_charge(stripe: StripeServer, currency: str) -> None:
    body = form(line_items__0__price_data__currency=currency, line_items__0__price_data__unit_amount="10001")
    assert error(await stripe.api("POST", SESSIONS, body, idempotency_key="k"))["code"] == "parameter_invalid_integer"


async def test_lines_in_two_currencies_are_refused(stripe: StripeServer) -> None:
    second = {
        f"line_items__1__{name.split('[', 2)[2][:-1].replace('][', '__')}": GOOD[name] for name in GOOD if "[" in name
    }
    second["line_items__1__price_data__currency"] = "usd"
    answer = await stripe.api("POST", SESSIONS, form(**second), idempotency_key="k")
    assert (answer.status_code, error(answer)["param"]) == (400, "line_items")


async def test_expiry_between_half_an_hour_and_a_day(stripe: StripeServer) -> None:
    now = int(stripe.clock().timestamp())
    for ahead, status in ((29 * 60, 400), (31 * 60, 200), (24 * 3600 - 60, 200), (25 * 3600, 400)):
        answer = await stripe.api("POST", SESSIONS, form(expires_at=str(now + ahead)), idempotency_key=str(ahead))
        assert (ahead, answer.status_code) == (ahead, status)


async def test_the_same_key_gives_the_same_answer(stripe: StripeServer) -> None:
    first = await stripe.api("POST", SESSIONS, form(), idempotency_key="k")
    again = await stripe.api("POST", SESSIONS, form(), idempotency_key="k")
    assert again.content == first.content
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["original-request"] == first.headers["request-id"]
    assert len((await stripe.api("GET", SESSIONS)).json()["data"]) == 1


async def test_the_same_key_with_other_parameters_is_refused(stripe: StripeServer) -> None:
    await stripe.api("POST", SESSIONS, form(), idempotency_key="k")
    answer = await stripe.api("POST", SESSIONS, form(line_items__0__quantity="3"), idempotency_key="k")
    assert (answer.status_code, error(answer)["type"]) == (400, "idempotency_error")
    assert error(answer)["message"] == (
        "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using "
        "a key other than 'k' if you meant to execute a different request."
    )


async def test_the_same_key_at_another_address_is_refused(stripe: StripeServer) -> None:
    await stripe.api("POST", SESSIONS, form(), idempotency_key="k")
    answer = await stripe.api("POST", "/v1/customers", "email=a@b.example", idempotency_key="k")
    assert (answer.status_code, error(answer)["type"]) == (400, "idempotency_error")


async def test_a_refused_form_does_not_use_up_its_key(stripe: StripeServer) -> None:
    assert (await stripe.api("POST", SESSIONS, form(mode=None), idempotency_key="k")).status_code == 400
    assert (await stripe.api("POST", SESSIONS, form(), idempotency_key="k")).status_code == 200


async def test_a_refused_act_is_kept_under_its_key(stripe: StripeServer) -> None:
    session = (await stripe.api("POST", SESSIONS, form(), idempotency_key="k")).json()
    expire = f"{SESSIONS}/{session['id']}/expire"
    assert (await stripe.api("POST", expire, idempotency_key="e1")).status_code == 200
    refused = await stripe.api("POST", expire, idempotency_key="e2")
    assert error(refused)["message"] == (
        'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of '
        "`expired`."
    )
    assert (await stripe.api("POST", expire, idempotency_key="e2")).content == refused.content


async def test_a_key_is_forgotten_after_a_day(stripe: StripeServer) -> None:
    first = (await stripe.api("POST", SESSIONS, form(), idempotency_key="k")).json()
    stripe.clock.forward(timedelta(hours=24, seconds=1))
    assert (await stripe.api("POST", SESSIONS, form(), idempotency_key="k")).json()["id"] != first["id"]


async def test_lists_page_both_ways(stripe: StripeServer) -> None:
    made = []
    for at in range(5):
        answer = await stripe.api("POST", "/v1/customers", f"email=c{at}@shop.example", idempotency_key=str(at))
        made.insert(0, answer.json()["id"])

    async def ids(query: str) -> tuple[list[str], bool]:
        page = (await stripe.api("GET", f"/v1/customers?{query}")).json()
        assert (page["object"], page["url"]) == ("list", "/v1/customers")
        return [customer["id"] for customer in page["data"]], page["has_more"]

    assert await ids("limit=2") == (made[:2], True)
    assert await ids(f"limit=2&starting_after={made[1]}") == (made[2:4], True)
    assert await ids(f"limit=2&starting_after={made[3]}") == (made[4:], False)
    assert await ids(f"limit=2&ending_before={made[4]}") == (made[2:4], True)
    assert await ids(f"limit=2&ending_before={made[2]}") == (made[:2], False)
    assert await ids("email=c3@shop.example") == ([made[1]], False)
    assert await ids("created[gt]=4000000000") == ([], False)
    assert await ids("created[lte]=4000000000&limit=100") == (made, False)


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "starting_after=cus_nowhere", "colour=blue"])
async def test_bad_lists_are_refused(stripe: StripeServer, query: str) -> None:
    assert (await stripe.api("GET", f"/v1/customers?{query}")).status_code == 400


async def test_sessions_are_found_by_what_they_belong_to(stripe: StripeServer) -> None:
    first, second = [
        (await stripe.api("POST", SESSIONS, form(customer_email="a@b.example"), idempotency_key=key)).json()["id"]
        for key in "ab"
    ]
    await stripe.pay(f"{stripe.address}/c/pay/{first}")
    intent = (await stripe.api("GET", f"{SESSIONS}/{first}")).json()["payment_intent"]
    for query, found in (
        (f"payment_intent={intent}", [first]), ("status=open", [second]), ("status=complete", [first]),
        ("status=expired", []), ("customer=cus_1", []),
    ):  # fmt: skip
        page = (await stripe.api("GET", f"{SESSIONS}?{query}")).json()
        assert (query, [one["id"] for one in page["data"]]) == (query, found)


async def test_lines_are_a_list_of_their_own(stripe: StripeServer) -> None:
    body = form(**{
        f"line_items__{at}__{name}": value
        for at in range(12)
        for name, value in {
            "quantity": "1", "price_data__currency": "eur", "price_data__unit_amount": "100",
            "price_data__product_data__name": f"Line {at}",
        }.items()
    })  # fmt: skip
    session = (await stripe.api("POST", SESSIONS, body, idempotency_key="k")).json()
    assert "line_items" not in session
    url = f"{SESSIONS}/{session['id']}/line_items"
    first = (await stripe.api("GET", f"{url}?limit=7")).json()
    rest = (await stripe.api("GET", f"{url}?limit=7&starting_after={first['data'][-1]['id']}")).json()
    names = [line["description"] for line in first["data"] + rest["data"]]
    assert names == [f"Line {at}" for at in range(12)]
    assert (first["has_more"], rest["has_more"]) == (True, False)
    back = (await stripe.api("GET", f"{url}?limit=2&ending_before={rest['data'][0]['id']}")).json()
    assert [line["description"] for line in back["data"]] == ["Line 5", "Line 6"]
    shown = (await stripe.api("GET", f"{SESSIONS}/{session['id']}?expand[]=line_items.data.price.product")).json()
    assert (len(shown["line_items"]["data"]), shown["line_items"]["has_more"]) == (10, True)
    assert shown["line_items"]["data"][3]["price"]["product"]["name"] == "Line 3"
    product = shown["line_items"]["data"][0]["price"]["product"]["id"]
    price = shown["line_items"]["data"][0]["price"]["id"]
    assert (await stripe.api("GET", f"/v1/products/{product}")).json()["name"] == "Line 0"
    assert (await stripe.api("GET", f"/v1/prices/{price}")).json()["product"] == product


async def test_customers_are_made_changed_and_forgotten(stripe: StripeServer) -> None:
    made = (
        await stripe.api("POST", "/v1/customers", "email=a@b.example&metadata[x]=1&metadata[y]=2", idempotency_key="1")
    ).json()
    path = f"/v1/customers/{made['id']}"
    changed = (await stripe.api("POST", path, "name=Amara&email=&metadata[x]=", idempotency_key="2")).json()
    assert (changed["name"], changed["email"], changed["metadata"]) == ("Amara", None, {"y": "2"})
    assert (await stripe.api("DELETE", path)).json() == {"id": made["id"], "object": "customer", "deleted": True}
    assert (await stripe.api("GET", path)).json()["deleted"] is True
    assert (await stripe.api("GET", "/v1/customers")).json()["data"] == []
    assert (await stripe.api("POST", path, "name=Back", idempotency_key="3")).status_code == 404
    events = (await stripe.api("GET", "/v1/events?types[0]=customer.updated&types[1]=customer.deleted")).json()["data"]
    assert [event["type"] for event in events] == ["customer.deleted", "customer.updated"]
    assert events[1]["data"]["previous_attributes"] == {
        "email": "a@b.example",
        "metadata": {"x": "1", "y": "2"},
        "name": None,
    }


async def test_an_event_names_the_request_it_comes_from(stripe: StripeServer) -> None:
    answer = await stripe.api("POST", "/v1/customers", "email=a@b.example", idempotency_key="mine")
    event = (await stripe.api("GET", "/v1/events?type=customer.created")).json()["data"][0]
    assert event["request"] == {"id": answer.headers["request-id"], "idempotency_key": "mine"}
    assert (await stripe.api("GET", f"/v1/events/{event['id']}")).json() == event


async def test_metadata_of_a_session_changes(stripe: StripeServer) -> None:
    made = (await stripe.api("POST", SESSIONS, form(metadata__a="1", metadata__b="2"), idempotency_key="1")).json()
    path = f"{SESSIONS}/{made['id']}"
    changed = (await stripe.api("POST", path, "metadata[a]=&metadata[c]=3", idempotency_key="2")).json()
    assert changed["metadata"] == {"b": "2", "c": "3"}
    assert (await stripe.api("POST", path, "metadata=", idempotency_key="3")).json()["metadata"] == {}


async def test_a_body_that_is_no_text_is_refused(stripe: StripeServer) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(
            f"{stripe.address}{SESSIONS}", content=b"\xff\xfe\x00=%ZZ",
            headers={"authorization": f"Bearer {stripe.key}", "idempotency-key": "k"},
        )  # fmt: skip
    assert (answer.status_code, error(answer)["type"]) == (400, "invalid_request_error")
