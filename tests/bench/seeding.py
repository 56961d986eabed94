"""5,000 events and 50,000 orders, made quickly: events through the ordinary command, orders in SQL."""

import tempfile
import time
from datetime import timedelta

import msgspec

from portal.accounts.actors import PORTAL
from portal.core import clock, db, times
from portal.demo.seed import companies as demo_companies
from portal.directory.commands.publishing import create_company
from portal.directory.commands.vocabulary import load_vocabulary
from portal.directory.importing.run import import_companies
from portal.events.commands import save_events
from portal.events.importing.run import import_file
from portal.events.tables import EventFormat
from portal.events.values import EventFacts, VenueFacts
from portal.registration.commands.offering import offer_tickets
from portal.registration.values.offers import EventOffer, QuotaOffer, TicketOffer

_CITIES = [("Vienna", "AT", "Europe/Vienna"), ("Berlin", "DE", "Europe/Berlin"), ("Lyon", "FR", "Europe/Paris"),
           ("Ghent", "BE", "Europe/Brussels"), ("Milan", "IT", "Europe/Rome"), ("Boston", "US", "America/New_York")]  # fmt: skip
_TOPICS = ["Aseptic processing", "Lyophilisation", "Outsourcing", "Packaging", "Analytics", "Inspection"]
_WORDS = "What changes, who is affected and what to do about it, told by people who did it last year."


async def events(count: int = 5000) -> None:
    """Save `count` events in chunks as the importer does."""
    now = clock.now()
    facts = []
    for n in range(count):
        city, country, zone = _CITIES[n % len(_CITIES)]
        start = (now + timedelta(hours=6 * n - 24 * 300)).replace(minute=0, second=0, microsecond=0)
        online = n % 5 == 0
        facts.append(
            EventFacts(
                title=f"{_TOPICS[n % 6]} conference {n}", starts_at=start, ends_at=start + timedelta(hours=8), timezone=zone,
                format=EventFormat.ONLINE if online else EventFormat.IN_PERSON, summary=_WORDS, description=_WORDS * 5,
                venue=None if online else VenueFacts(name=f"Hall {n % 40}", city=city, country=country),
                topics=(_TOPICS[n % 6], _TOPICS[(n // 6) % 6]), organiser_name="Sterile Line", source="bench", source_key=str(n),
            )
        )  # fmt: skip
    for at in range(0, count, 500):
        await save_events(actor=PORTAL, facts=facts[at : at + 500], now=now)


async def imported(count: int = 5000) -> float:
    """Seconds that `portal import events` takes for a file of `count` conferences."""
    day = times.today(clock.now())
    lines = [
        {
            "name": f"Imported conference {n}", "url": f"https://c{n}.example", "city": f"Town {n % 400}",
            "startDate": f"{day + timedelta(days=n % 350)}", "endDate": f"{day + timedelta(days=n % 350 + n % 3)}",
            "country": "Austria", "topic": f"topic {n % 40}",
        }
        for n in range(count)
    ]  # fmt: skip
    with tempfile.NamedTemporaryFile("wb", suffix=".jsonl") as file:
        file.write(b"\n".join(msgspec.json.encode(line) for line in lines))
        file.flush()
        started = time.perf_counter()
        report = await import_file(file.name, now=clock.now())
        taken = time.perf_counter() - started
    assert report.created == count, report
    return taken


async def shop() -> tuple[int, str, int]:
    """An upcoming event with free tickets; gives (event id, slug, ticket type id)."""
    row = await db.fetch_one(
        "SELECT id, slug FROM event WHERE starts_at > now() + interval '30 days' ORDER BY id LIMIT 1"
    )
    assert row is not None
    offer = EventOffer("EUR", (QuotaOffer("Hall", 2_000_000),), (TicketOffer("Seat", 0, ("Hall",)),))
    await offer_tickets(actor=PORTAL, event_id=row["id"], offer=offer, now=clock.now())
    ticket = await db.fetch_value("SELECT id FROM ticket_type WHERE event = $1", row["id"])
    return row["id"], row["slug"], ticket


async def orders(event_id: int, ticket_type: int, count: int = 50_000, *, prefix: str = "B") -> None:
    """Confirmed free orders with one named seat each; their numbers begin with `prefix`."""
    await db.execute(
        "WITH o AS (INSERT INTO seat_order (number, secret, event, state, email, contact_name, held_at, confirmed_at, "
        "end_reason) SELECT $4::text || n, md5(n::text || 'o' || $4::text), $1, 'confirmed', "
        "lower($4::text) || n || '@bench.example', 'Buyer ' || n, now(), now(), '' "
        "FROM generate_series(1, $3::int) n RETURNING id, email) "
        "INSERT INTO seat (seat_order, ticket_type, position, state, list_net, net, code, claim_secret, first_name, last_name, "
        "email, job_title, company, named_at) SELECT id, $2, 1, 'confirmed', 0, 0, upper(substr(md5(id::text), 1, 10)), "
        "md5(id::text || 's'), 'Buyer', id::text, email, '', '', now() FROM o",
        event_id, ticket_type, count, prefix,
    )  # fmt: skip
    await db.execute("ANALYZE")


async def company() -> str:
    """The demo's richest profile, with products in a register; its address."""
    await load_vocabulary()
    [described] = [company for company in demo_companies.read() if company.key == "isarwerk-biologics"]
    now = clock.now()
    made = await create_company(actor=PORTAL, profile=demo_companies.profile(described, now=now), now=now)
    await db.execute(
        "INSERT INTO register_product (company, source, key, name, form, routes, status, authorised_on, seen_at) "
        "SELECT $1, 'register', n::text, 'Produkt ' || n, 'solution', 'intravenous', 'authorised', '2001-02-03', now() "
        "FROM generate_series(1, 200) n",
        made,
    )
    return f"/companies/{described.key}"


_PARTS = """
al bor cas den el fro gal hal iso jun kel lor mor nav ost pel quar rov sil tes ul ver wen xan yor zel
"""
_SYLLABLES = _PARTS.split()
_PLACES = [("Basel", "CH"), ("Munich", "DE"), ("Lyon", "FR"), ("Ghent", "BE"), ("Milan", "IT"), ("Boston", "US"),
           ("Toronto", "CA"), ("Dublin", "IE"), ("Olomouc", "CZ"), ("Halden", "NO"),
           ("Porto", "PT"), ("Osaka", "JP")]  # fmt: skip


def _invented(n: int) -> str:
    """A name like no other: its letters matter, for names are compared by them."""
    parts = [_SYLLABLES[(n // 26**power + power * 7) % 26] for power in range(4)]
    return f"{''.join(parts[:2])}{parts[2]} {parts[3]}{_SYLLABLES[n * 11 % 26]}a".title()


async def imported_companies(count: int = 6500) -> float:
    """Seconds that `portal import companies` takes for `count` organisations, with looking for duplicates at the end.

    They are taken away again, so that what is measured after it finds the directory empty.
    """
    lines = []
    for n in range(count):
        city, country = _PLACES[n % len(_PLACES)]
        lines.append({
            "ror_id": f"https://ror.org/0{n:08x}", "name": _invented(n + 200_000), "aliases": [f"Alias {_invented(n + 300_000)}"],
            "city": city, "country_code": country, "website": f"https://r{n}.example", "established": 1900 + n % 120,
            "status": "active", "relationships": [],
        })  # fmt: skip
    with tempfile.NamedTemporaryFile("wb", suffix=".jsonl") as file:
        file.write(b"\n".join(msgspec.json.encode(line) for line in lines))
        file.flush()
        started = time.perf_counter()
        report = await import_companies([file.name], now=clock.now())
        taken = time.perf_counter() - started
    assert report.created == count, report
    await db.execute("DELETE FROM company WHERE id IN (SELECT company FROM company_source WHERE source = 'ror')")
    return taken
