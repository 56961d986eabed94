"""Whoever shows a paid listing says who paid: there is no surface without it."""

import re
from datetime import UTC, datetime

import httpx

from tests.factories import events

PAYER = "Lombarda Fiere"


async def test_every_surface_names_the_payer(client: httpx.AsyncClient) -> None:
    at = datetime(2027, 2, 9, 8, tzinfo=UTC)
    await events.make("Paid Days", starts_at=at, sponsor=PAYER, topics=("Isolators",))
    await events.make("Neighbour", starts_at=at.replace(day=10), topics=("Isolators",))
    for path in (
        "/", "/events", "/events?topic=isolators", "/events?from=2027-02", "/events/calendar?month=2027-02",
        "/events/paid-days-2027", "/events/neighbour-2027", "/events.ics", "/events/paid-days-2027.ics", "/events.atom",
        "/api/v1/events", "/api/v1/events/paid-days-2027", "/api/v1/events.csv",
    ):  # fmt: skip
        answer = await client.get(path)
        page = answer.text.replace("\r\n ", "")
        label = f"Sponsored by {PAYER}" if answer.headers["content-type"].startswith("text/html") else PAYER
        titles = len(re.findall(r'>\s*Paid Days<|SUMMARY:Paid Days|"title":"Paid Days|,Paid Days,', page))
        assert titles > 0, path
        own_page = path == "/events/paid-days-2027"
        assert page.count(label) >= (1 if own_page else titles), path


async def test_without_a_payer_nothing_says_sponsored(client: httpx.AsyncClient) -> None:
    await events.make("Unpaid", days=20)
    for path in ("/", "/events.ics", "/events.atom", "/api/v1/events.csv"):
        assert "Sponsored by" not in (await client.get(path)).text
