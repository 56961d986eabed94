"""The demo’s speakers are ready each in their own way, made once."""

import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.core.settings import current
from portal.demo.seed.programmes import seed_programmes
from portal.demo.seed.speaking import PEOPLE, seed_speaking
from portal.media.flows import Media
from portal.programme.desk import readiness
from portal.speakers.commands import set_email

pytestmark = pytest.mark.usefixtures("begun")


async def test_each_owes_something_else_and_it_is_made_once() -> None:
    now, media = clock.now(), Media.of(current())
    await seed_programmes(now=now)
    await seed_speaking(media=media, now=now)
    event = await db.fetch_value("SELECT event FROM programme")
    rows, _ = await readiness.table(event)
    found = {one.name: one for one in rows}
    missing = {name: set(found[name].missing) - {"bio", "photo"} for name in PEOPLE}
    assert missing == {
        "Dr. Anselm Oyelaran": {"slides"} if found["Dr. Anselm Oyelaran"].wanted > 1 else set(),
        "Marit Solheim": {"slides"} if found["Marit Solheim"].wanted > 1 else set(),
        "Maeve Donnellan": {"slides"},
        "Chiara Bonfanti": {"coming", "slides", "consent"},
        "Henrike Vos": {"coming", "availability", "slides", "consent"},
        "Prof. Ilse Ravnikar": {"invited", "coming", "availability", "slides", "consent"},
    }
    assert sum(bool(one.missing and "address" in one.missing) for one in rows) == len(rows) - len(PEOPLE)
    decks, _ = await readiness.handed_in(event)
    assert sorted((one.name, one.version, one.is_public, one.older) for one in decks) == [
        ("Dr. Anselm Oyelaran", 2, False, 1), ("Marit Solheim", 1, False, None)
    ]  # fmt: skip
    assert [one.recorded for one in await readiness.unrecorded(event)] == [False] * len(
        await readiness.unrecorded(event)
    )
    await set_email(actor=PORTAL, speaker_id=found["Henrike Vos"].id, email="", now=now)
    await seed_speaking(media=media, now=now)
    assert await db.fetch_value("SELECT email FROM speaker WHERE name = 'Henrike Vos'") == ""
