"""Readers say what is wrong with a profile; editors see to it, and programs do not get in."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from portal.accounts.tables import MemberRole, StaffRole
from portal.core import clock, db
from portal.core.tokens import signature
from portal.directory import privacy
from tests.directory.conftest import SignIn, organisation
from tests.factories import companies

HERE = "/companies/isarwerk-biologics/correction"
INBOX = "/staff/companies/corrections"
TYPED = {"topic": "address", "text": "They moved to Penzberg in May.", "email": "reader@example.org"}


def stamp(company_id: int, *, ago: timedelta = timedelta(minutes=1)) -> str:
    """What the form holds when it was opened that long ago."""
    at = str(int((clock.now() - ago).timestamp()))
    return f"{at}.{signature('correction', f'{company_id}:{at}')}"


async def send(client: httpx.AsyncClient, company_id: int, **fields: str) -> httpx.Response:
    return await client.post(HERE, data={"opened": stamp(company_id), **TYPED, **fields})


async def stored() -> list[Any]:
    return list(await db.fetch("SELECT topic, text, email, state FROM correction ORDER BY id"))


async def test_a_reader_tells_and_an_editor_decides(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    made = await companies.make()
    form = (await client.get(HERE)).text
    opened = re.search(r'name="opened" value="([^"]+)"', form)
    assert opened is not None
    # Sent at once it is a program's, sent again after a moment it is a person's.
    assert (await client.post(HERE, data={**TYPED, "opened": opened[1]})).status_code == 422
    answer = await send(client, made)
    assert (answer.status_code, answer.headers["location"]) == (303, HERE)
    assert "Thank you. An editor looks at it" in (await client.get(HERE)).text
    assert [tuple(row) for row in await stored()] == [
        ("address", "They moved to Penzberg in May.", "reader@example.org", "open")
    ]
    editor = await sign_in("judith@sterileline.example", staff=StaffRole.EDITOR)
    assert "They moved to Penzberg in May." in (await editor.get(INBOX)).text
    decided = await editor.post(f"{INBOX}/1/decision", data={"state": "done", "note": "Checked"})
    assert decided.headers["location"] == INBOX
    assert "Nothing is open" in (await editor.get(INBOX)).text
    assert "Checked" in (await editor.get(f"{INBOX}?state=decided")).text
    again = await editor.post(f"{INBOX}/1/decision", data={"state": "dismissed"})
    assert (again.status_code, "has decided on this one already" in again.text) == (409, True)
    assert await db.fetch_value("SELECT verb FROM audit_entry WHERE kind = 'company'") == "correction done"
    assert (await editor.post(f"{INBOX}/1/decision", data={"state": "open"})).status_code == 422
    assert (await editor.post(f"{INBOX}/99/decision", data={"state": "done"})).status_code == 404


@pytest.mark.parametrize(
    ("fields", "beside"),
    [
        ({"topic": ""}, "Please choose what is wrong."),
        ({"topic": "moon"}, "Please choose one of the offered values."),
        ({"text": ""}, "Please say what is wrong."),
        ({"text": "Wrong"}, "Please say in a sentence"),
        ({"text": "Buy http://a.example http://b.example www.c.example now"}, "at most 2 web addresses"),
        ({"text": "x" * 2001}, "under 2000 characters"),
        ({"evidence": "javascript:alert(1)"}, "begins with https://"),
        ({"email": "nobody"}, "should look like name@company.com"),
        ({"opened": ""}, "not open long enough"),
        ({"opened": "1.x"}, "not open long enough"),
        ({"opened": "９９.x"}, "not open long enough"),
    ],
)
async def test_bad_input_is_told_beside_the_field_and_kept(
    client: httpx.AsyncClient, fields: dict[str, str], beside: str
) -> None:
    made = await companies.make()
    answer = await send(client, made, **fields)
    assert (answer.status_code, beside in answer.text) == (422, True)
    if "email" not in fields:
        assert "reader@example.org" in answer.text
    assert await stored() == []


async def test_programs_and_floods_do_not_reach_the_inbox(client: httpx.AsyncClient) -> None:
    made = await companies.make()
    assert (await send(client, made, surname="Bot")).status_code == 303
    assert (await client.post(HERE, data={**TYPED, "opened": stamp(made, ago=timedelta(hours=25))})).status_code == 422
    assert (await client.post(HERE, data={**TYPED, "opened": stamp(made + 1)})).status_code == 422
    assert await stored() == []
    answers = [(await send(client, made)).status_code for _ in range(7)]
    assert answers == [303] * 6 + [429]
    assert len(await stored()) == 6


async def test_only_editors_open_the_inbox(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    owner = await organisation()
    await companies.make(owner=owner)
    member = await sign_in("member@isarwerk.example", owner, MemberRole.OWNER)
    door = await sign_in("door@sterileline.example", staff=StaffRole.DOOR)
    for person in (member, door):
        assert (await person.get(INBOX)).status_code == 403
        assert (await person.post(f"{INBOX}/1/decision", data={"state": "done"})).status_code == 403
    assert (await client.get(INBOX)).status_code == 303


async def test_an_address_is_told_and_erased(client: httpx.AsyncClient) -> None:
    made = await companies.make()
    await send(client, made)
    [known] = await privacy.known_about("reader@example.org")
    assert (known["company"], known["note"]) == ("Isarwerk Biologics GmbH", "They moved to Penzberg in May.")
    await privacy.forget("reader@example.org", clock.now())
    assert [row["email"] for row in await stored()] == [""]
    assert await privacy.known_about("reader@example.org") == []


async def test_hidden_companies_take_none(client: httpx.AsyncClient) -> None:
    made = await companies.make()
    await db.execute("UPDATE company SET state = 'hidden'")
    assert (await client.get(HERE)).status_code == 404
    assert (await send(client, made)).status_code == 404
