"""Leads taken along: the table, the chain, the page that checks one, and the API."""

import csv
import io
import json
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from portal.accounts.tables import MemberRole
from portal.cli import app as command_line
from portal.core import clock, db
from portal.core.settings import current
from portal.directory.queries.companies import one_with
from portal.exhibitors.leads import commands
from portal.leads.chain.values import Noted
from portal.leads.withdrawing import withdraw_consent
from tests.directory.conftest import SignIn
from tests.factories import scans
from tests.factories.scans import Hall


@pytest.fixture
async def noted(hall: Hall) -> Hall:
    """A hall with two leads, of which one was rated."""
    kept = await hall.scan(await hall.attendee())
    await hall.scan(await hall.attendee("bob@vos.example", "Bob Vos"))
    await commands.note(
        exhibitor=hall.stand.exhibitor, actor=hall.stand.owner, code=kept.code, version=None, now=clock.now(),
        noted=Noted(rating="hot", note="=cmd()|x", tags=("vials", "lyo"), follow_up="Call"),
    )  # fmt: skip
    return hall


async def key_of(hall: Hall) -> dict[str, str]:
    made = await commands.rotate_key(exhibitor=hall.stand.exhibitor, actor=hall.stand.owner, now=clock.now())
    return {"Authorization": f"Bearer {made}"}


async def take_back() -> None:
    consent = await db.fetch_value("SELECT id FROM consent WHERE email = 'amara@brennhof.example'")
    await withdraw_consent(consent_id=consent, email="amara@brennhof.example", now=clock.now(), one_with=one_with)


async def test_the_table_has_each_lead_on_a_line(team: httpx.AsyncClient, noted: Hall) -> None:
    answer = await team.get(f"{noted.address}/export/leads.csv")
    assert answer.headers["cache-control"] == "private, no-store"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    # What Excel knows UTF-8 by.
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert [(row["name"], row["rating"], row["tags"], row["note"]) for row in rows] == [
        ("Amara Okonjo-Reuter", "hot", "vials, lyo", "'=cmd()|x"), ("Bob Vos", "", "", ""),
    ]  # fmt: skip
    assert await db.fetch_value("SELECT count(*) FROM lead WHERE taken_out_at IS NULL") == 0
    assert await db.fetch_value("SELECT facts ->> 'rows' FROM audit_entry WHERE verb = 'export leads'") == "2"


async def check(client: httpx.AsyncClient, content: bytes) -> str:
    answer = await client.post("/leads/proof", files={"file": ("chain.json", content, "application/json")})
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_anybody_is_told_what_became_of_an_export(
    team: httpx.AsyncClient, client: httpx.AsyncClient, noted: Hall
) -> None:
    content = (await team.get(f"{noted.address}/export/chain.json")).content
    said = await check(client, content)
    assert "The file is what was exported: 6 records, unbroken and signed." in said
    assert "own chain says the same." in said
    found = json.loads(content)
    found["records"][2]["payload"]["rating"] = "cold"
    assert "Record 3 was changed after it was written." in await check(client, json.dumps(found).encode())
    del found["records"][1]
    assert "Record 2 was left out" in await check(client, json.dumps(found).encode())
    assert "no export of leads that can be read" in await check(client, b"\x89PNG")
    await take_back()
    assert "has 1 more record since" in await check(client, content)
    after = await check(client, (await team.get(f"{noted.address}/export/chain.json")).content)
    assert "7 records, unbroken and signed" in after
    assert "5 records were empty when it was exported" in after
    later = (await team.get(f"{noted.address}/export/chain.json")).content
    for pair, words in (
        ((later, content), "It goes on where the earlier export ended"),
        ((content, later), "It does not go on"),
    ):
        files = {"file": ("a.json", pair[0]), "earlier": ("b.json", pair[1])}
        assert words in (await client.post("/leads/proof", files=files)).text
    nothing = await client.post("/leads/proof", files={"other": ("x", b"", "text/plain")})
    assert nothing.status_code == 422
    assert "Please choose the file" in nothing.text


async def test_the_command_line_says_the_same(team: httpx.AsyncClient, noted: Hall, tmp_path: Any) -> None:
    content = (await team.get(f"{noted.address}/export/chain.json")).content
    file = tmp_path / "chain.json"
    file.write_bytes(content)
    run = CliRunner()
    good = run.invoke(command_line, ["leads", "check", str(file)])
    assert (good.exit_code, good.output.strip()) == (
        0,
        "The file is what was exported: 6 records, unbroken and signed.",
    )
    file.write_bytes(content.replace(b'"hot"', b'"cold"'))
    bad = run.invoke(command_line, ["leads", "check", str(file)])
    assert (bad.exit_code, bad.output.partition(" was")[0]) == (1, "Record 3")
    file.write_bytes(content)
    older = tmp_path / "older.json"
    older.write_bytes(content)
    assert run.invoke(command_line, ["leads", "check", str(file), "--earlier", str(older)]).exit_code == 0
    older.write_bytes(content.replace(b'"hot"', b'"cold"'))
    assert run.invoke(command_line, ["leads", "check", str(file), "--earlier", str(older)]).exit_code == 1
    other = run.invoke(command_line, ["leads", "check", str(file), "--key", "00"])
    assert other.exit_code == 1


async def test_the_api_gives_pages_of_leads_and_what_is_gone(client: httpx.AsyncClient, noted: Hall) -> None:
    key = await key_of(noted)
    first = (await client.get("/api/v1/leads?per_page=1", headers=key)).json()
    second = (await client.get(first["next"], headers=key)).json()
    assert (first["total"], second["next"]) == (2, None)
    [hot] = (await client.get("/api/v1/leads?rating=hot&tag=vials&follow_up=open", headers=key)).json()["leads"]
    assert (hot["email"], hot["note"], hot["wording_version"]) == ("amara@brennhof.example", "=cmd()|x", 1)
    assert (await client.get(f"/api/v1/leads/{hot['code']}", headers=key)).json() == hot
    later = (clock.now() + timedelta(hours=1)).isoformat().replace("+", "%2B")
    assert (await client.get(f"/api/v1/leads?changed_since={later}", headers=key)).json()["leads"] == []
    await take_back()
    gone = (await client.get("/api/v1/leads/gone", headers=key)).json()["gone"]
    # What programs send that never asked before.
    for first, named in (("", "leads"), ("/gone", "gone")):
        ever = await client.get(f"/api/v1/leads{first}?changed_since=0001-01-01T00:00:00Z", headers=key)
        assert (ever.status_code, len(ever.json()[named])) == (200, 1)
    assert [(one["code"], one["why"]) for one in gone] == [(hot["code"], "withdrawal")]
    assert (await client.get(f"/api/v1/leads/{hot['code']}", headers=key)).status_code == 404
    for wrong in ("page=0", "per_page=9999", "rating=tepid", "changed_since=yesterday", "page=7", "raiting=hot"):
        answer = await client.get(f"/api/v1/leads?{wrong}", headers=key)
        assert answer.status_code in (400, 404), wrong
        assert answer.json()["message"]


async def test_a_key_opens_its_own_exhibitors_leads_until_another_takes_its_place(
    client: httpx.AsyncClient, noted: Hall, sign_in: SignIn
) -> None:
    other = await scans.another(noted.shop)
    await other.scan(await noted.attendee("eve@vos.example", "Eve Vos"))
    owner = await sign_in("boss@isarwerk.example", noted.stand.organisation_id, MemberRole.OWNER)
    made = await owner.post(f"{noted.address}/api/rotation")
    [key] = set(re.findall(r"leads_[\w-]{20,}", made.text))
    assert key not in (await owner.get(f"{noted.address}/api")).text
    assert await db.fetch_value("SELECT count(*) FROM lead_key WHERE hashed LIKE '%' || $1 || '%'", key) == 0
    asked = {"Authorization": f"Bearer {key}"}
    names = [one["name"] for one in (await client.get("/api/v1/leads", headers=asked)).json()["leads"]]
    assert sorted(names) == ["Amara Okonjo-Reuter", "Bob Vos"]
    [code] = [row["code"] for row in await db.fetch("SELECT code FROM lead WHERE email = 'eve@vos.example'")]
    assert (await client.get(f"/api/v1/leads/{code}", headers=asked)).status_code == 404
    await owner.post(f"{noted.address}/api/rotation")
    refused = await client.get("/api/v1/leads", headers=asked)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    fresh = await key_of(noted)
    assert (await client.get("/api/v1/leads", headers=fresh)).status_code == 200
    await owner.post(f"{noted.address}/api/revocation")
    assert (await client.get("/api/v1/leads", headers=fresh)).status_code == 401
    member = await sign_in("leads@isarwerk.example", noted.stand.organisation_id, MemberRole.LEADS)
    assert (await member.post(f"{noted.address}/api/rotation")).status_code == 403


async def test_calls_are_limited(client: httpx.AsyncClient, noted: Hall) -> None:
    key = await key_of(noted)
    await db.execute("UPDATE rate_limit SET tries = 0")
    answers = [(await client.get("/api/v1/leads/gone", headers=key)).status_code for _ in range(121)]
    assert answers == [200] * 120 + [429]


async def test_who_fetches_changes_misses_nothing_that_changes_or_goes_meanwhile(
    client: httpx.AsyncClient, noted: Hall
) -> None:
    for n in range(6):
        await noted.scan(await noted.attendee(f"guest{n}@x.example", f"Guest{n} Number"))
    # A device sent several at once: they have one moment.
    at = clock.now() - timedelta(seconds=30)
    await db.execute("UPDATE lead SET changed_at = $1 WHERE email LIKE 'guest%'", at)
    await db.execute("UPDATE lead SET changed_at = $1 WHERE email NOT LIKE 'guest%'", at - timedelta(hours=1))
    key, seen = await key_of(noted), []
    # Whoever saw something later meanwhile asks from then on; these were on their way.
    address = f"/api/v1/leads?per_page=2&changed_since={clock.now().isoformat().replace('+', '%2B')}"
    while address:
        answer = await client.get(address, headers=key)
        assert answer.status_code == 200, answer.text
        seen += [one["email"] for one in answer.json()["leads"]]
        if len(seen) == 2:
            await db.execute("UPDATE consent SET withdrawn_at = now() WHERE email = $1", seen[0])
            await db.execute("UPDATE lead SET changed_at = now(), note = 'Again' WHERE email = $1", seen[1])
        address = (answer.json()["next"] or "").removeprefix(current().base_url)
    assert len(seen) == 7
    assert set(seen) == {f"guest{n}@x.example" for n in range(6)}
    assert seen.count(seen[1]) == 2
