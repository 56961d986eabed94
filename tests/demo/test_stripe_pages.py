"""The pages of the stand-in: the hosted payment page, the 3-D Secure question, the control desk."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from portal.demo.stripe_standin.cards import CARDS
from portal.payments.values import SessionLine
from tests.chromium import chromium, faults
from tests.stripe_server import StripeServer, session_request


async def address(stripe: StripeServer, **changes: object) -> str:
    made = await stripe.gateway().create_session(purchase=session_request(**changes), idempotency_key="k")
    return made.url or ""


async def test_the_page_says_what_is_paid_and_that_no_money_moves(stripe: StripeServer) -> None:
    answer = await stripe.browser.get(await address(stripe))
    text = answer.text
    assert answer.status_code == 200
    assert "<title>Pay €2,594.20 to Sterile Line\N{NBSP}· Stand-in for Stripe</title>" in text
    for words in (
        "2 × Conference, 3 days", "Early price, €1,090.00 each", "€2,180.00", "€414.20",
        "This page is a stand-in for Stripe, on this machine", 'value="amara@brennhof.example" readonly',
        'href="http://localhost:8000/orders/secret?returned=no"', *(card.shown for card in CARDS),
    ):  # fmt: skip
        assert words in text


async def test_its_policy_is_strict_and_lets_the_form_end_at_the_shop_only(stripe: StripeServer) -> None:
    answer = await stripe.browser.get(await address(stripe))
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert (policy["script-src"], policy["style-src"]) == ("'self'", "'self'")
    assert policy["form-action"] == "'self' http://localhost:8000"
    assert answer.headers["cache-control"] == "private, no-store"
    assert re.search(r"<script(?![^>]* src=)|\sstyle=|\son\w+=", answer.text) is None


async def test_what_the_shop_sends_is_shown_as_text(stripe: StripeServer) -> None:
    line = SessionLine("<script>alert(1)</script>", '"><img src=x>', 1, 900)
    text = (await stripe.browser.get(await address(stripe, lines=(line,)))).text
    assert "<script>alert" not in text
    assert "<img src=x>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


async def test_a_test_card_fills_the_form_without_scripts(stripe: StripeServer) -> None:
    url = await address(stripe)
    assert 'value="4000 0000 0000 0002"' in (await stripe.browser.get(f"{url}?card=4000000000000002")).text
    assert 'value="4111' not in (await stripe.browser.get(f"{url}?card=4111111111111111")).text


async def test_a_security_code_is_never_sent_back(stripe: StripeServer) -> None:
    answer = await stripe.pay(await address(stripe), cvc="987", card="4000000000000002")
    assert (answer.status_code, '"987"' in answer.text) == (402, False)
    assert 'value="4000000000000002"' in answer.text


async def test_other_sites_cannot_send_its_forms(stripe: StripeServer) -> None:
    url = await address(stripe)
    typed = {"number": "4242424242424242", "expiry": "12/34", "cvc": "123", "name": "A", "country": "DE"}
    for site in ("cross-site", "same-site"):
        answer = await stripe.browser.post(url, data=typed, headers={"sec-fetch-site": site})
        assert answer.status_code == 403
        answer = await stripe.browser.post(
            f"{stripe.address}/_control/behaviour", data={"drop": "9"}, headers={"sec-fetch-site": site}
        )
        assert answer.status_code == 403
    assert stripe.standin.behaviour.drop == 0


@pytest.mark.parametrize("path", ["/c/pay/cs_test_nowhere", "/nowhere", "/c/pay/cs_test_nowhere/authenticate"])
async def test_what_is_not_there_is_a_page(stripe: StripeServer, path: str) -> None:
    answer = await stripe.browser.get(f"{stripe.address}{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


async def test_an_expired_page_leads_back_to_the_shop(stripe: StripeServer) -> None:
    gateway = stripe.gateway()
    made = await gateway.create_session(purchase=session_request(), idempotency_key="k")
    await gateway.expire_session(made.id)
    answer = await stripe.browser.get(made.url or "")
    assert (answer.status_code, "This payment page has expired" in answer.text) == (410, True)
    assert 'href="http://localhost:8000/orders/secret?returned=no"' in answer.text


async def test_a_finished_page_leads_to_the_shop(stripe: StripeServer) -> None:
    url = await address(stripe)
    await stripe.pay(url)
    answer = await stripe.browser.get(url)
    assert (answer.status_code, answer.headers["location"][:42]) == (303, "http://localhost:8000/orders/secret?return")


async def test_the_door_leads_to_the_control_desk(stripe: StripeServer) -> None:
    assert (await stripe.browser.get(stripe.address)).headers["location"] == "/_control"


async def test_a_browser_is_sent_back_to_the_control_desk(stripe: StripeServer) -> None:
    headers = {"accept": "text/html"}
    answer = await stripe.browser.post(f"{stripe.address}/_control/behaviour", data={"copies": "2"}, headers=headers)
    assert (answer.status_code, answer.headers["location"]) == (303, "/_control")
    assert stripe.standin.behaviour.copies == 2
    answer = await stripe.browser.post(f"{stripe.address}/_control/behaviour", data={"copies": "0"}, headers=headers)
    assert (answer.status_code, "That was not understood" in answer.text) == (422, True)
    answer = await stripe.browser.post(f"{stripe.address}/_control/refunds/re_x/outcome", data={}, headers=headers)
    assert (answer.status_code, "Invalid outcome: must be succeed or fail" in answer.text) == (400, True)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium(instead="the payment pages were not looked at") as opened:
        yield opened


@pytest.mark.browser
async def test_every_page_is_for_everybody(stripe: StripeServer, browser: Browser) -> None:
    page = await browser.new_page()
    found: list[str] = []
    page.on("console", lambda said: found.append(said.text) if "Content Security Policy" in said.text else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    url = await address(stripe)
    await page.goto(url)
    found += await faults(page)
    await page.goto(f"{url}?method=sepa_debit")
    found += await faults(page)
    await page.goto(url)
    await page.get_by_role("button", name="Pay €2,594.20").click()
    found += await faults(page)
    await page.goto(f"{url}?card=4000002760003184")
    await page.get_by_role("button", name="Pay €2,594.20").click()
    await page.get_by_role("heading", name="Is it you?").wait_for()
    found += await faults(page)
    await page.get_by_role("button", name="Fail the check").click()
    await page.get_by_role("heading", name="The payment did not go through").wait_for()
    found += await faults(page)
    await page.goto(f"{stripe.address}/_control")
    found += await faults(page)
    await page.goto(f"{stripe.address}/nowhere")
    found += await faults(page)
    assert found == []


@pytest.mark.browser
async def test_paying_works_without_scripts_and_ends_at_the_shop(stripe: StripeServer, browser: Browser) -> None:
    shop = f"{stripe.address}/_control"
    url = await address(stripe, success_url=f"{shop}?returned={{CHECKOUT_SESSION_ID}}")
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(url)
    await page.get_by_label("Card number").fill("4242 4242 4242 4242")
    await page.get_by_label("Expiry").fill("12/34")
    await page.get_by_label("CVC").fill("123")
    await page.get_by_label("Name on card").fill("Amara Okonjo")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{shop}?returned=*")
    assert page.url.endswith(url.rpartition("/")[2])
