"""What is known of a person's meetings, and forgetting it, on either side."""

from datetime import datetime

from portal import wiring
from portal.core import clock, db
from portal.core.settings import Settings
from portal.exhibitors.meetings import privacy
from portal.exhibitors.meetings.commands import approaching, ending, following
from portal.exhibitors.meetings.queries import meetings as known
from tests.attending import Attending
from tests.exhibitors.meetings.reading import said, told
from tests.factories import meetings

AMARA, OLGA = "amara@brennhof.example", "owner@isarwerk-biologics-gmbh.example"


async def test_either_side_reads_what_is_known(database: str) -> None:
    fair = await meetings.fair()
    amara = await fair.visitor()
    await fair.meet(amara, 9)
    await fair.ask(amara, 10, topic="Vials")
    await approaching.open_up(visitor=amara, about="A second source", now=clock.now())
    assert [(one["what"], one.get("topic")) for one in await privacy.known_about(AMARA)] == [
        ("Meeting", "Prefilled syringes"),
        ("Request for a meeting", "Prefilled syringes"),
        ("Request for a meeting", "Vials"),
        ("Open to meetings", None),
    ]
    assert [(one["what"], one.get("as_host")) for one in await privacy.known_about(OLGA)] == [
        ("Meeting", True),
        ("Time to be met", None),
    ]
    received = await db.fetch(
        "SELECT email, recipient, purpose FROM disclosure WHERE purpose LIKE '%meeting%' ORDER BY id"
    )
    assert [tuple(row) for row in received] == [
        *[(AMARA, "Isarwerk Biologics GmbH", "Your request for a meeting at Fill & Finish Forum")] * 2,
        (AMARA, "Exhibitors of Fill & Finish Forum", "You are open to meetings"),
    ]
    assert await privacy.known_about("nobody@elsewhere.example") == []
    keys = {key for one in await privacy.known_about(AMARA) for key in one} - {"what", "company", "state"}
    assert keys <= set(privacy.LABELS)


async def test_an_attendee_forgotten_is_nobodys_counterpart(attending: Attending) -> None:
    fair = await meetings.fair()
    amara = await fair.visitor()
    made = await fair.meet(amara, 9)
    ended = await fair.meet(amara, 11)
    await ending.cancel_own(visitor=amara, meeting_id=ended, words="I am in hospital.", now=clock.now())
    asked = await fair.ask(amara, 10)
    await approaching.open_up(visitor=amara, about="A second source", now=clock.now())
    await attending.work()
    now = clock.now()
    await _erase(AMARA, now)
    await attending.work()
    assert (await told(OLGA))[-1][0] == "CANCEL"
    assert following.GIVEN_UP in await said(OLGA)
    one = await known.by_id(made)
    assert one is not None
    assert (one.state.value, one.name, one.email, one.topic, one.claim) == ("cancelled", "", "", "", "")
    assert await db.fetch_value("SELECT count(*) FROM open_to_meetings") == 0
    assert await db.fetch_value("SELECT state || topic FROM meeting_request WHERE id = $1", asked) == "cancelled"
    assert await privacy.known_about(AMARA) == []
    assert await following.follow(now=now) == 0
    assert await db.fetch_value("SELECT end_reason FROM meeting WHERE id = $1", ended) == ""
    for table in ("meeting", "meeting_request"):
        assert await db.fetch_value(f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%amara%'") == 0


async def test_a_host_forgotten_meets_nobody(attending: Attending) -> None:
    fair = await meetings.fair()
    leni = await fair.member()
    await fair.publish(leni)
    await fair.meet(await fair.visitor(), 9, actor=leni)
    await attending.work()
    await _erase(leni.email, clock.now())
    await attending.work()
    assert (await told(AMARA))[-1][0] == "CANCEL"
    assert following.LEFT in await said(AMARA)
    assert await db.fetch_value("SELECT count(*) FROM mail WHERE recipient LIKE '%erased%'") == 0
    assert await privacy.known_about(leni.email) == []


async def _erase(email: str, now: datetime) -> None:
    """All packages forget somebody, from the top down, in one transaction, as the account's own page does it."""
    services = wiring.services(Settings(portal_env="test"))
    async with db.transaction():
        for source in reversed(wiring.personal_data(services)):
            await source.erase(email, now)
