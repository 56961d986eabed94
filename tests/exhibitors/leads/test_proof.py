"""Exports that are checked later: after another `SECRET_KEY`, emptied by whoever holds them, made while people take it back."""

import asyncio
import json
from collections.abc import Iterator

import httpx
import pytest

from portal.core import clock, db
from portal.core.settings import current
from portal.directory.queries.companies import one_with
from portal.exhibitors.leads import queries
from portal.leads.chain.checking import check
from portal.leads.chain.digests import beginning
from portal.leads.chain.exports import export, public_key
from portal.leads.withdrawing import withdraw_consent
from tests.factories.scans import Hall


@pytest.fixture
def another_key(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield
    monkeypatch.undo()
    current.cache_clear()


def rotate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "another secret that is long enough to be taken for one")
    current.cache_clear()


async def said(client: httpx.AsyncClient, content: bytes) -> str:
    answer = await client.post("/leads/proof", files={"file": ("chain.json", content, "application/json")})
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


async def exported(team: httpx.AsyncClient, hall: Hall) -> bytes:
    return (await team.get(f"{hall.address}/export/chain.json")).content


async def test_an_export_outlives_the_key_it_was_signed_with(
    team: httpx.AsyncClient, client: httpx.AsyncClient, hall: Hall, monkeypatch: pytest.MonkeyPatch, another_key: None
) -> None:
    await hall.scan(await hall.attendee())
    content, before = await exported(team, hall), public_key()
    other = export(
        chain="f" * 32, company="Isarwerk", event="Forum", records=[], head=beginning("f" * 32), now=clock.now()
    )
    rotate(monkeypatch)
    assert public_key() != before
    page = await said(client, content)
    assert "The file is what was exported: 1 record, unbroken and signed." in page
    assert "no longer signs with. It counts because the portal’s own chain says the same." in page
    # The former key alone, which may be in wrong hands, signs nothing that is not in our own chain.
    assert "never signed where they end" in await said(client, other)
    changed = json.loads(content)
    changed["head"]["company"] = "Somebody else"
    assert "never signed where they end" in await said(client, json.dumps(changed).encode())
    later = export(
        chain=json.loads(content)["head"]["chain"], company="x", event="y", now=clock.now(),
        records=(await chain_of(hall))[2], head=(await chain_of(hall))[1],
    )  # fmt: skip
    files = {"file": ("a.json", later), "earlier": ("b.json", content)}
    assert "It goes on where the earlier export ended" in (await client.post("/leads/proof", files=files)).text


async def chain_of(hall: Hall):  # type: ignore[no-untyped-def]
    (one,) = await queries.chains(hall.stand.exhibitor.company_id, hall.stand.exhibitor.event_id)
    found = await queries.records(one.id)
    assert found is not None
    return one.key, *found


async def test_a_file_that_was_emptied_since_does_not_pass_for_what_was_exported(
    team: httpx.AsyncClient, client: httpx.AsyncClient, hall: Hall
) -> None:
    await hall.scan(await hall.attendee())
    found = json.loads(await exported(team, hall))
    found["records"][0] |= {"payload": None, "salt": None}
    page = await said(client, json.dumps(found).encode())
    assert "Emptied in part since" in page
    assert "1 record in it was emptied after the export" in page
    assert "Nothing was changed" not in page
    assert "took their consent back or was taken off the list" not in page


async def test_exports_made_while_people_take_it_back_are_whole(hall: Hall) -> None:
    emails = [f"guest{n}@x.example" for n in range(12)]
    for email in emails:
        await hall.scan(await hall.attendee(email, f"Guest {email[:7]}"))
    consents = {row["email"]: row["id"] for row in await db.fetch("SELECT id, email FROM consent")}
    made: list[bytes] = []

    async def take() -> None:
        key, head, records = await chain_of(hall)
        made.append(export(chain=key, company="x", event="y", records=records, head=head, now=clock.now()))

    async def back(email: str) -> None:
        await withdraw_consent(consent_id=consents[email], email=email, now=clock.now(), one_with=one_with)

    for email in emails:
        await asyncio.gather(back(email), *(take() for _ in range(3)))
    assert [check(one, public_key()).words for one in made if not check(one, public_key()).holds] == []


async def test_who_takes_it_back_while_the_table_is_made_is_not_in_it_or_the_company_is_told(
    team: httpx.AsyncClient, hall: Hall
) -> None:
    emails = [f"guest{n}@x.example" for n in range(8)]
    for email in emails:
        await hall.scan(await hall.attendee(email, f"Guest {email[:7]}"))
    consents = {row["email"]: row["id"] for row in await db.fetch("SELECT id, email FROM consent")}
    for email in emails:
        await db.execute("UPDATE lead SET taken_out_at = NULL")
        await db.execute("DELETE FROM pgqueuer")
        table, _ = await asyncio.gather(
            team.get(f"{hall.address}/export/leads.csv"),
            withdraw_consent(consent_id=consents[email], email=email, now=clock.now(), one_with=one_with),
        )
        told = json.loads(await db.fetch_value("SELECT payload FROM pgqueuer WHERE entrypoint = 'leads.tell_gone'"))
        assert (told["taken_out"] is not None) == (email in table.text)
