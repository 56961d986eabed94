"""Several people get their passes at once: all of them, or nobody."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.core.errors import Conflict, Invalid
from portal.core.rate_limits import Limit
from portal.exhibitors.desks.commands.passes import give_passes
from portal.exhibitors.desks.pages import passes as pages
from portal.exhibitors.desks.people import read_people
from portal.exhibitors.desks.queries import passes
from tests.directory.conftest import SignIn
from tests.exhibitors.desks.test_passes import give, holder
from tests.factories import exhibitors
from tests.factories.exhibitors import Stand


async def desk(sign_in: SignIn, count: int = 3) -> tuple[Stand, httpx.AsyncClient, str]:
    stand = await exhibitors.make(passes=count)
    editor = await sign_in("editor@isarwerk.example", stand.organisation_id, MemberRole.EDITOR)
    return stand, editor, f"{stand.exhibitor.address}/passes"


@pytest.mark.parametrize(
    "text",
    [
        "Ada, Lovelace, ADA@isarwerk.example, Engine\nBen, Sandhu, ben@isarwerk.example",
        "First name\tLast name\tEmail\tRole\nAda\tLovelace\tada@isarwerk.example\tEngine\nBen\tSandhu\tben@isarwerk.example\t",
        "Ada Lovelace;ada@isarwerk.example;Engine\n\nBen Sandhu;ben@isarwerk.example",
        "Ada Lovelace <ada@isarwerk.example>,Engine\nBen Sandhu <ben@isarwerk.example>",
        "ada@isarwerk.example,Ada,Lovelace,Engine\nben@isarwerk.example,Ben,Sandhu,",
    ],
)
async def test_people_are_read_as_they_are_pasted(text: str) -> None:
    one, other = await read_people(text)
    assert one == holder(first_name="Ada", last_name="Lovelace", email="ada@isarwerk.example", role="Engine")
    assert other == holder(first_name="Ben", last_name="Sandhu", email="ben@isarwerk.example", role="")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ada, Lovelace, ada@isarwerk.example\nBen, Sandhu", "Line 2: there is no email address"),
        ("Ada, Lovelace, ada@", "Line 1: "),
        ("ada@isarwerk.example", "Line 1: Please fill in: first name."),
        ("Ada, L, a@x.example\nBen, S, A@x.example", "Line 2: a@x.example stands here twice."),
        ("First name, Last name, Email", "Please name somebody."),
        ('"Ada, L, a@x.example', "Line 1 cannot be read"),
        ("\n".join(f"A, B, a{n}@x.example" for n in range(101)), "100 people at a time"),
        ("\n".join("nobody" for _ in range(9)), "And 4 more."),
    ],
)
async def test_lines_that_are_wrong_are_named(text: str, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        await read_people(text)
    assert words in refused.value.fields["people"]


async def test_several_get_their_passes_or_nobody(sign_in: SignIn) -> None:
    stand, editor, at = await desk(sign_in)
    sent = await editor.post(f"{at}/several", data={"people": "Ada, L, ada@x.example\nBen, S, ben@x.example"})
    assert sent.status_code == 303
    page = await editor.get(at)
    assert ("2 of 3 passes given" in page.text, "ada@<wbr>x.example" in page.text) == (True, True)
    for people, status, words in (
        ("", 422, "Please name somebody."),
        ("Cy, T, cy@x.example\nAda, L, ada@x.example", 422, "ada@x.example: has a pass of yours already."),
        ("Cy, T, cy@x.example\nDi, U, di@x.example", 409, "These are 2 people, and 1 of your 3 passes are left."),
    ):
        refused = await editor.post(f"{at}/several", data={"people": people})
        assert (refused.status_code, words in refused.text, people in refused.text) == (status, True, True)
    assert len(await passes.of_exhibitor(stand.exhibitor.id)) == 2
    leads = await sign_in("leads@isarwerk.example", stand.organisation_id, MemberRole.LEADS)
    assert (await leads.post(f"{at}/several", data={"people": "Cy, T, cy@x.example"})).status_code == 403


async def test_two_lists_at_once_never_pass_the_allowance(database: str) -> None:
    stand = await exhibitors.make(passes=5)

    async def some(first: int) -> None:
        people = [holder(n) for n in range(first, first + 3)]
        await give_passes(actor=stand.owner, exhibitor_id=stand.exhibitor.id, holders=people, now=clock.now())

    done = await asyncio.gather(some(1), some(11), some(21), return_exceptions=True)
    assert [type(one) for one in done if one is not None] == [Conflict] * 2
    assert len(await passes.of_exhibitor(stand.exhibitor.id)) == 3


async def test_whoever_came_or_was_erased_is_said(sign_in: SignIn) -> None:
    stand, editor, at = await desk(sign_in)
    came, erased = await give(stand, 1), await give(stand, 2)
    await db.execute(
        "UPDATE seat SET checked_in_at = now() WHERE id = (SELECT seat FROM exhibitor_pass WHERE id = $1)", came
    )
    kept = await editor.post(f"{at}/{came}/removal")
    assert (kept.status_code, "Somebody came with this place already." in kept.text) == (409, True)
    await db.execute(
        "UPDATE seat SET first_name = '', last_name = '', email = '' WHERE id = "
        "(SELECT seat FROM exhibitor_pass WHERE id = $1)", erased,
    )  # fmt: skip
    page = (await editor.get(at)).text
    assert ("Erased at their own wish" in page, "@<wbr></small>" in page) == (True, False)
    new = {"first_name": "Ben", "last_name": "Sandhu", "email": "ben@x.example"}
    assert (await editor.post(f"{at}/{erased}", data=new)).status_code == 303
    assert {one.name for one in await passes.of_exhibitor(stand.exhibitor.id)} >= {"Ben Sandhu"}


async def test_more_mails_than_an_hour_takes_keep_what_was_typed(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_MAILS", Limit("exhibitor-passes", tries=2, per=timedelta(hours=1)))
    stand, editor, at = await desk(sign_in)
    people = "Ada, L, ada@x.example\nBen, S, ben@x.example\nCy, T, cy@x.example"
    refused = await editor.post(f"{at}/several", data={"people": people})
    assert (refused.status_code, people in refused.text, 'id="f-people-e"' in refused.text) == (429, True, True)
    await give(stand, 1)
    for _ in range(3):
        one = await editor.post(at, data={"first_name": "Di", "last_name": "U", "email": "ada1@isarwerk.example"})
    assert (one.status_code, 'value="Di"' in one.text) == (429, True)
