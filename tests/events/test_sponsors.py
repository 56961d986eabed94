"""Whoever shows a paid listing says who paid: there is no surface without it."""

import re
from datetime import timedelta

import httpx

from tests.factories import events

PAYER = "Lombarda Fiere"


async def test_every_surface_names_the_payer(client: httpx.AsyncClient) -> None:
    year, month = events.DAY.year, f"{events.DAY:%Y-%m}"
    await events.make("Paid Days", starts_at=events.NINE, sponsor=PAYER, topics=("Isolators",))
    await events.make("Neighbour", starts_at=events.NINE + timedelta(days=1), topics=("Isolators",))
    for path in (
        "/", "/events", "/events?topic=isolators", f"/events?from={month}", f"/events/calendar?month={month}",
        f"/events/paid-days-{year}", f"/events/neighbour-{year}", "/events.ics", f"/events/paid-days-{year}.ics",
        "/events.atom", "/api/v1/events", f"/api/v1/events/paid-days-{year}", "/api/v1/events.csv",
    ):  # fmt: skip
        answer = await client.get(path)
        page = answer.text.replace("\r\n ", "")
        label = f"Sponsored by {PAYER}" if answer.headers["content-type"].startswith("text/html") else PAYER
        titles = len(re.findall(r'>\s*Paid Days<|SUMMARY:Paid Days|"title":"Paid Days|,Paid Days,', page))
        assert titles > 0, path
        own_page = path == f"/events/paid-days-{year}"
        assert page.count(label) >= (1 if own_page else titles), path


async def test_without_a_payer_nothing_says_sponsored(client: httpx.AsyncClient) -> None:
    await events.make("Unpaid", days=20)
    for path in ("/", "/events.ics", "/events.atom", "/api/v1/events.csv"):
        assert "Sponsored by" not in (await client.get(path)).text
