"""What a company asks at its stand: written one on a line, answered on page and device, taken along in table, chain and API."""

import csv
import io
from uuid import uuid4

import httpx
import pytest

from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.exhibitors.leads import commands, queries
from tests.directory.conftest import SignIn
from tests.factories import scans
from tests.factories.scans import Hall, account_of, sent

TYPED = "Vials a year: under 1 million | 1 to 10 million\n=Who decides?"


@pytest.fixture
async def editor(sign_in: SignIn, hall: Hall) -> httpx.AsyncClient:
    return await sign_in("boss@isarwerk.example", hall.stand.organisation_id, MemberRole.EDITOR)


async def asked(hall: Hall, editor: httpx.AsyncClient) -> list[str]:
    answer = await editor.post(f"{hall.address}/leads/questions", data={"questions": TYPED})
    assert answer.status_code == 303, answer.text
    return [one.field for one in (await queries.asking(hall.stand.exhibitor)).questions]


async def test_answers_go_with_the_lead_everywhere(
    team: httpx.AsyncClient, hall: Hall, editor: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    volume, who = await asked(hall, editor)
    kept = await hall.scan(await hall.attendee())
    page = f"{hall.address}/leads/{kept.code}"
    assert (
        await team.post(page, data={volume: "under 1 million", who: "The board", "version": "1"})
    ).status_code == 303
    found = (await team.get(page)).text
    assert 'value="under 1 million" checked' in found
    assert 'value="The board"' in found
    assert "=Who decides? The board" in found
    assert ">Amara Okonjo-Reuter<" in (await team.get(f"{hall.address}/leads?q=the+board")).text
    table = (await team.get(f"{hall.address}/export/leads.csv")).content.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(table))
    assert (row["Vials a year"], row["'=Who decides?"]) == ("under 1 million", "The board")
    made = await commands.rotate_key(exhibitor=hall.stand.exhibitor, actor=hall.stand.owner, now=clock.now())
    lead = (await client.get(f"/api/v1/leads/{kept.code}", headers={"Authorization": f"Bearer {made}"})).json()
    assert lead["answers"][0] == {"question": "Vials a year", "answer": "under 1 million"}
    # A question nobody asks any more leaves its answers.
    await editor.post(f"{hall.address}/leads/questions", data={"questions": "Budget?"})
    await team.post(page, data={"note": "x", "version": "2"})
    assert await db.fetch_value("SELECT answers ->> '=Who decides?' FROM lead") == "The board"
    assert "Not asked any more" in (await team.get(page)).text


async def test_a_device_adds_answers_to_those_there_are(
    team: httpx.AsyncClient, hall: Hall, editor: httpx.AsyncClient
) -> None:
    await asked(hall, editor)
    me, first = await account_of("leads@isarwerk.example"), str(uuid4())
    assert 'data-question="=Who decides?"' in (await team.get(f"{hall.address}/scan")).text
    record = {
        "kind": "scan", "id": first, "badge": await hall.attendee(), "at": clock.now().isoformat(),
        "read": scans.agreed(hall.stand),
    }  # fmt: skip
    notes = [
        {"kind": "note", "id": str(uuid4()), "of": first, "answers": answers}
        for answers in ({"Vials a year": "1 to 10 million"}, {"=Who decides?": " She \n does ", "": "x"})
    ]
    told = (await team.post(f"{hall.address}/scan/records", json=sent(me, record, *notes))).json()
    assert [one["state"] for one in told] == ["kept"] * 3
    [lead] = await queries.everyone(hall.stand.exhibitor.company_id, hall.stand.exhibitor.event_id)
    assert lead.answers == {"Vials a year": "1 to 10 million", "=Who decides?": "She does"}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Volume: one |", "at least two answers"), (": a | b", "write the question"), ("x" * 121, "under 120 characters"),
        ("Volume: a | " + "b" * 81, "under 80"), ("Volume\nvolume", "ask only once"),
        ("\n".join(f"Question {n}" for n in range(13)), "12 questions at most; these are 13"),
        ("Volume: " + " | ".join(str(n) for n in range(13)), "12 answers at most"),
    ],
)  # fmt: skip
async def test_what_cannot_be_asked_is_said_and_kept(
    hall: Hall, editor: httpx.AsyncClient, typed: str, words: str
) -> None:
    answer = await editor.post(f"{hall.address}/leads/questions", data={"questions": typed})
    assert answer.status_code == 422
    assert words in answer.text
    assert 'href="#f-questions"' in answer.text
    assert typed.splitlines()[-1][:60] in answer.text
    assert (await queries.asking(hall.stand.exhibitor)).questions == []


async def test_only_offered_answers_are_taken_and_only_editors_ask(
    team: httpx.AsyncClient, hall: Hall, editor: httpx.AsyncClient
) -> None:
    volume, who = await asked(hall, editor)
    kept = await hall.scan(await hall.attendee())
    for data, field in (({volume: "a lot"}, volume), ({who: "x" * 501}, who)):
        answer = await team.post(f"{hall.address}/leads/{kept.code}", data={**data, "note": "Kept as typed"})
        assert answer.status_code == 422
        assert f'href="#f-{field}"' in answer.text
        assert "Kept as typed" in answer.text
    assert (await team.get(f"{hall.address}/leads/questions")).status_code == 403
    assert (await team.post(f"{hall.address}/leads/questions", data={"questions": "x"})).status_code == 403
    assert f"{hall.address}/leads/questions" not in (await team.get(f"{hall.address}/leads")).text
    assert "Vials a year: under 1 million" in (await editor.get(f"{hall.address}/leads/questions")).text
