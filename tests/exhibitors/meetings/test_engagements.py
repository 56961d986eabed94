"""What somebody does in the programme stands beside the times they choose from, on either side of the table."""

import re

import httpx

from portal.core import db
from tests.directory.conftest import SignIn
from tests.factories import meetings
from tests.factories.meetings import Fair

OWNER, AMARA = "owner@isarwerk-biologics-gmbh.example", "amara@brennhof.example"


async def session(fair: Fair, number: int, title: str, hour: float) -> None:
    await db.execute(
        "INSERT INTO released_session (session, event, guid, slug, kind, title, starts_at, ends_at) "
        "VALUES ($1, $2, $3, $3, 'talk', $4, $5, $5::timestamptz + interval '1 hour')",
        number, fair.event_id, f"s{number}", title, fair.at(hour),
    )  # fmt: skip


async def speaks(number: int, email: str) -> None:
    speaker = await db.fetch_value(
        "INSERT INTO speaker (slug, name, email) VALUES ($1, $1, $2) RETURNING id", f"p{number}", email
    )
    await db.execute(
        "INSERT INTO released_speaker (session, speaker, role) VALUES ($1, $2, 'speaker')", number, speaker
    )


def marked(text: str) -> list[str]:
    """The times that are marked as taken by something else."""
    return re.findall(r'<span class="num">(\d\d:\d\d)[^<]*<small', text)


async def test_both_sides_see_what_stands_in_the_way(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    fair = await meetings.fair()
    amara = await fair.visitor()
    await session(fair, 1, "Lyo cycles", 11)
    await session(fair, 2, "Smoke studies", 14)
    await session(fair, 3, "Called off", 15)
    await db.execute("UPDATE released_session SET cancelled_at = now() WHERE session = 3")
    await db.execute("UPDATE released_session SET capacity = 5 WHERE session = 2")
    await speaks(1, AMARA)
    await speaks(2, OWNER)
    await speaks(3, AMARA)
    place = "INSERT INTO session_place (session, seat, state, since, given_at) VALUES (2, $1, 'given', now(), now())"
    await db.execute(place, amara.seat_id)
    ask = f"{amara.path}/companies/{fair.stand.exhibitor.company_slug}"
    page = await client.get(ask)
    assert marked(page.text) == ["11:00", "11:30", "14:00", "14:30"]
    assert "speaking in “Lyo cycles”" in page.text
    assert ", in “Smoke studies”" in page.text
    asked = await fair.ask(amara, 9, 14)
    made = await fair.meet(await fair.visitor("bob@brennhof.example", "Bob Vos"), 16)
    owner, at = await sign_in(OWNER, fair.stand.organisation_id), f"{fair.stand.exhibitor.address}/meetings"
    assert marked((await owner.get(f"{at}/times")).text) == ["14:00", "14:30"]
    offered = (await owner.get(f"{at}/requests/{asked}")).text
    assert offered.count("You are speaking in “Smoke studies” then.") == 1, "the host speaks at one of the two times"
    assert await fair.key(10.5) in offered
    assert await fair.key(11) not in offered, "the attendee speaks then"
    assert await fair.key(11) in (await owner.get(f"{at}/{made}")).text, "Bob does not"
