"""The billing portal and the pages of invoices: what a person does there, and what Stripe says of it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser

from tests.chromium import chromium, faults
from tests.demo.billing import Billing, refused
from tests.demo.conftest import Receiver
from tests.stripe_server import StripeServer

CARD = {"expiry": "12 / 34", "cvc": "123", "name": "Amara Okonjo", "country": "DE"}
BACK = "https://shop.example/company/plan"


@pytest.fixture
def billing(stripe: StripeServer, receiver: Receiver) -> Billing:
    return Billing(stripe, receiver)


async def visit(billing: Billing, subscription: dict[str, Any], **given: Any) -> dict[str, Any]:
    made = await billing.post("billing_portal/sessions", customer=subscription["customer"], return_url=BACK, **given)
    await billing.told()
    return made


async def send(billing: Billing, url: str, **typed: str) -> httpx.Response:
    return await billing.stripe.browser.post(url, data=typed)


async def read(billing: Billing, url: str) -> str:
    answer = await billing.stripe.browser.get(url, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


async def test_the_first_page_says_plan_card_and_invoices(billing: Billing) -> None:
    subscription = await billing.subscribed(await billing.price(4900))
    session = await visit(billing, subscription)
    assert (session["return_url"], session["flow"]) == (BACK, None)
    answer = await billing.stripe.browser.get(session["url"])
    invoice = (await billing.invoices(subscription))[0]
    for words in (
        "Plan at 4900", "€49.00", "every month", "It renews on", "Visa •••• 4242", invoice["number"], f'href="{BACK}"',
        f"/i/{invoice['id']}/pdf", "Brennhof Pharma GmbH",
    ):  # fmt: skip
        assert words in answer.text
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["form-action"] == "'self' https://shop.example"


async def test_leaving_and_coming_back(billing: Billing) -> None:
    subscription = await billing.subscribed(await billing.price())
    url = (await visit(billing, subscription))["url"]
    page = await read(billing, f"{url}/subscriptions/{subscription['id']}/end")
    assert "You keep it until" in page
    answer = await send(billing, f"{url}/subscriptions/{subscription['id']}/end")
    assert (answer.status_code, url.endswith(answer.headers["location"])) == (303, True)
    assert "is not charged again" in await read(billing, url)
    after = await billing.get(f"subscriptions/{subscription['id']}")
    assert (after["cancel_at_period_end"], after["cancel_at"], after["status"]) == (
        True, after["items"]["data"][0]["current_period_end"], "active",
    )  # fmt: skip
    assert await billing.told() == ["customer.subscription.updated"]
    await send(billing, f"{url}/subscriptions/{subscription['id']}/end")
    assert await billing.told() == []
    assert (await send(billing, f"{url}/subscriptions/{subscription['id']}/renewal")).status_code == 303
    assert (await billing.get(f"subscriptions/{subscription['id']}"))["cancel_at"] is None
    assert await billing.told() == ["customer.subscription.updated"]


async def test_another_card(billing: Billing) -> None:
    subscription = await billing.subscribed(await billing.price())
    url = (await visit(billing, subscription))["url"]
    answer = await send(billing, f"{url}/card", number="4242 4242 4242 4241", **CARD)
    assert (answer.status_code, "Your card number is invalid." in answer.text) == (422, True)
    answer = await send(billing, f"{url}/card", number="4000000000000002", **CARD)
    assert (answer.status_code, "Your card was declined." in answer.text) == (402, True)
    assert await billing.told() == ["setup_intent.created", "setup_intent.setup_failed"]
    assert (await send(billing, f"{url}/card", number="4000000000000341", **CARD)).status_code == 303
    assert await billing.told() == [
        "setup_intent.created", "payment_method.attached", "setup_intent.succeeded", "customer.updated",
        "customer.subscription.updated",
    ]  # fmt: skip
    after = await billing.get(f"subscriptions/{subscription['id']}", expand=["default_payment_method", "customer"])
    assert after["default_payment_method"]["card"]["last4"] == "0341"
    assert after["customer"]["invoice_settings"]["default_payment_method"] == after["default_payment_method"]["id"]
    assert "Visa •••• 0341" in await read(billing, url)
    found = (await billing.get("setup_intents", customer=subscription["customer"]))["data"]
    assert [one["status"] for one in found] == ["succeeded", "requires_payment_method"]


@pytest.mark.parametrize(("outcome", "status", "last4"), [("approve", 303, "3184"), ("fail", 402, "4242")])
async def test_the_bank_is_asked_for_a_card_on_file(billing: Billing, outcome: str, status: int, last4: str) -> None:
    subscription = await billing.subscribed(await billing.price())
    url = (await visit(billing, subscription))["url"]
    answer = await send(billing, f"{url}/card", number="4000002760003184", **CARD)
    assert answer.headers["location"].endswith("/card/authenticate")
    assert "keep this card on file" in await read(billing, f"{url}/card/authenticate")
    assert (await send(billing, f"{url}/card/authenticate", outcome=outcome)).status_code == status
    after = await billing.get(f"subscriptions/{subscription['id']}", expand=["default_payment_method"])
    assert after["default_payment_method"]["card"]["last4"] == last4


async def test_an_errand_leads_straight_there_and_back(billing: Billing) -> None:
    subscription = await billing.subscribed(await billing.price())
    flow = {
        "type": "subscription_cancel", "subscription_cancel": {"subscription": subscription["id"]},
        "after_completion": {"type": "redirect", "redirect": {"return_url": f"{BACK}?left=yes"}},
    }  # fmt: skip
    url = (await visit(billing, subscription, flow_data=flow))["url"]
    assert "You keep it until" in await read(billing, url)
    answer = await send(billing, f"{url}/subscriptions/{subscription['id']}/end")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{BACK}?left=yes")
    answer = await billing.call("POST", "billing_portal/sessions", customer=subscription["customer"], flow_data=flow)
    assert refused(answer)["param"] == "flow_data[subscription_cancel][subscription]"
    flow = {"type": "payment_method_update", "after_completion": {"type": "hosted_confirmation"}}
    url = (await visit(billing, subscription, flow_data=flow))["url"]
    assert "Change the card" in await read(billing, url)
    answer = await send(billing, f"{url}/card", number="4242424242424242", **CARD)
    assert "Your card is on file." in answer.text


async def test_configurations(billing: Billing) -> None:
    made = await billing.post(
        "billing_portal/configurations",
        features={
            "subscription_cancel": {
                "enabled": True, "mode": "immediately",
                "cancellation_reason": {"enabled": True, "options": ["too_expensive", "other"]},
            },
            "invoice_history": {"enabled": False},
        },
        business_profile={"headline": "Plans of Sterile Line", "terms_of_service_url": "https://shop.example/terms"},
        default_return_url=BACK,
    )  # fmt: skip
    assert made["features"]["payment_method_update"]["enabled"] is False
    subscription = await billing.subscribed(await billing.price())
    session = await billing.post("billing_portal/sessions", customer=subscription["customer"], configuration=made["id"])
    assert session["return_url"] == BACK
    page = await read(billing, session["url"])
    assert ("Plans of Sterile Line" in page, "Change the card" in page, ">Invoices<" in page) == (True, False, False)
    assert (await billing.stripe.browser.get(f"{session['url']}/card")).status_code == 403
    end = f"{session['url']}/subscriptions/{subscription['id']}/end"
    assert "It is too expensive" in await read(billing, end)
    assert (await send(billing, end, feedback="nonsense")).status_code == 422
    assert (await send(billing, end, feedback="too_expensive", comment="Next year")).status_code == 303
    after = await billing.get(f"subscriptions/{subscription['id']}")
    assert (after["status"], after["cancellation_details"]["feedback"]) == ("canceled", "too_expensive")
    path = f"billing_portal/configurations/{made['id']}"
    changed = await billing.post(path, features={"invoice_history": {"enabled": True}}, active=False)
    assert (changed["features"]["invoice_history"]["enabled"], changed["active"]) == (True, False)
    answer = await billing.call(
        "POST", "billing_portal/sessions", customer=subscription["customer"], configuration=made["id"]
    )
    assert answer.status_code == 400
    answer = await billing.call("POST", path, features={"subscription_update": {"enabled": True}})
    assert "does not speak" in refused(answer)["message"]
    assert [one["id"] for one in (await billing.get("billing_portal/configurations", active=False))["data"]] == [
        made["id"]
    ]


async def test_a_visit_ends_and_shows_nobody_elses_plan(billing: Billing) -> None:
    price = await billing.price()
    mine, yours = await billing.subscribed(price), await billing.subscribed(price)
    url = (await visit(billing, mine))["url"]
    for path in (f"subscriptions/{yours['id']}/end", f"subscriptions/{yours['id']}/renewal"):
        assert (await send(billing, f"{url}/{path}")).status_code == 404
    assert (await billing.get(f"subscriptions/{yours['id']}"))["cancel_at_period_end"] is False
    unused = (await visit(billing, mine))["url"]
    billing.stripe.clock.forward(timedelta(minutes=6))
    assert (await billing.stripe.browser.get(unused)).status_code == 410
    await read(billing, url)
    billing.stripe.clock.forward(timedelta(minutes=59))
    await read(billing, url)
    billing.stripe.clock.forward(timedelta(minutes=61))
    answer = await billing.stripe.browser.get(f"{url}/card")
    assert (answer.status_code, f'href="{BACK}"' in answer.text) == (410, True)
    assert (await billing.stripe.browser.get(f"{billing.stripe.address}/p/session/bps_nowhere")).status_code == 404


async def failed(billing: Billing, number: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A subscription whose renewal just failed, and the invoice."""
    subscription = await billing.subscribed(await billing.price())
    await billing.puts_on_file(subscription, number)
    await billing.stripe.control(f"subscriptions/{subscription['id']}/time", to="renewal")
    await billing.told()
    return subscription, (await billing.invoices(subscription))[0]


async def test_an_open_invoice_is_paid_on_its_page(billing: Billing) -> None:
    subscription, invoice = await failed(billing, "4000000000000341")
    url = invoice["hosted_invoice_url"]
    assert "Pay €49.00" in await read(billing, url)
    answer = await send(billing, url, number="4000000000009995", **CARD)
    assert (answer.status_code, "insufficient funds" in answer.text) == (402, True)
    assert (await billing.get(f"invoices/{invoice['id']}"))["attempt_count"] == 2
    assert (await send(billing, url, number="4242424242424242", **CARD)).status_code == 303
    assert "It is paid" in await read(billing, url)
    assert (await billing.get(f"subscriptions/{subscription['id']}"))["status"] == "active"
    assert {"invoice.paid", "invoice.payment_succeeded", "customer.subscription.updated"} <= set(await billing.told())
    assert (await send(billing, url, number="4242424242424242", **CARD)).status_code == 303
    assert await billing.told() == []


@pytest.mark.parametrize(("outcome", "state"), [("approve", "paid"), ("fail", "open")])
async def test_the_banks_question_is_answered_on_its_page(billing: Billing, outcome: str, state: str) -> None:
    subscription, invoice = await failed(billing, "4000002760003184")
    url = invoice["hosted_invoice_url"]
    assert "Is it you?" in await read(billing, url)
    await send(billing, f"{url}/authenticate", outcome=outcome)
    assert (await billing.get(f"invoices/{invoice['id']}"))["status"] == state
    assert (await billing.get(f"subscriptions/{subscription['id']}"))["status"] == {
        "paid": "active",
        "open": "past_due",
    }[state]


async def test_an_invoice_is_a_pdf_too(billing: Billing) -> None:
    subscription = await billing.subscribed(await billing.price())
    invoice = (await billing.invoices(subscription))[0]
    answer = await billing.stripe.browser.get(invoice["invoice_pdf"])
    assert (answer.headers["content-type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert invoice["number"] in answer.headers["content-disposition"]
    assert (await billing.stripe.browser.get(f"{billing.stripe.address}/i/in_nowhere")).status_code == 404


async def test_a_draft_has_no_page(billing: Billing) -> None:
    subscription = await billing.subscribed(await billing.price())
    end = subscription["items"]["data"][0]["current_period_end"]
    billing.stripe.clock.forward(timedelta(seconds=end - billing.stripe.clock().timestamp() + 60))
    draft = (await billing.invoices(subscription))[0]
    assert (draft["status"], draft["hosted_invoice_url"]) == ("draft", None)
    assert (await billing.stripe.browser.get(f"{billing.stripe.address}/i/{draft['id']}")).status_code == 404


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium(instead="the pages are read as text") as found:
        yield found


@pytest.mark.browser
async def test_the_pages_in_a_browser(billing: Billing, browser: Browser) -> None:
    subscription, invoice = await failed(billing, "4000000000000341")
    url = (await visit(billing, subscription))["url"]
    page = await browser.new_page()
    for address in (
        url, f"{url}/card", f"{url}/subscriptions/{subscription['id']}/end", invoice["hosted_invoice_url"],
        f"{billing.stripe.address}/_control",
    ):  # fmt: skip
        await page.goto(address)
        assert (address, await faults(page)) == (address, [])
    await page.close()
