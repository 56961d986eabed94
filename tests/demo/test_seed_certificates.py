"""The demo's ledger and certificates: made once, with something of everything, and without mail."""

from datetime import timedelta

import httpx
import pytest

from portal.core import clock, db
from portal.demo.seed.certificates import WEBINAR, seed_certificates
from portal.demo.seed.stages import seed_stages
from portal.demo.seed.webinars import seed_rooms
from portal.webinars.documents.certificates import certificate_pdf
from portal.webinars.queries import certificates, ledger, rooms
from tests.paying import text_of
from tests.reading_pdfs import pages

pytestmark = pytest.mark.usefixtures("begun")


async def test_the_demo_has_a_filled_ledger_and_a_certificate_to_see(client: httpx.AsyncClient) -> None:
    now = clock.now()
    await seed_rooms(now=now)
    await seed_stages(now=now)
    for _ in range(2):
        await seed_certificates(now=now)
    room = await rooms.by_slug(WEBINAR)
    assert room is not None
    seats = [row["id"] for row in await db.fetch("SELECT id FROM seat WHERE state = 'confirmed'")]
    entries = await ledger.of_seats(room.id, seats, now)
    assert len(entries) == 59
    measure = await ledger.measure(room)
    came = [entry for entry in entries if entry.live_seconds]
    assert len(came) < len(entries)
    assert {(bool(entry.certificate), entry.revoked) for entry in came} == {
        (True, False),
        (False, True),
        (False, False),
    }
    assert any(entry.stays > 1 for entry in came)
    # Nobody is owed one: the worker would write to all of them at once.
    assert [entry for entry in entries if measure.verdict(entry).earned and entry.number is None] == []
    [own] = await certificates.of_person("amara@brennhof.example")
    assert (own.name, own.minutes, own.stands) == ("Amara Okonjo-Reuter", 47, True)
    assert "Amara Okonjo-Reuter" in pages(await certificate_pdf(own))[0]
    assert "This certificate holds" in text_of(await client.get(own.path))
    waiting = await db.fetch(
        "SELECT entrypoint FROM pgqueuer WHERE entrypoint LIKE '%certificate%' OR entrypoint LIKE '%revoked%'"
    )
    assert [row["entrypoint"] for row in waiting] == []
    assert own.issued_at < now - timedelta(days=1)
