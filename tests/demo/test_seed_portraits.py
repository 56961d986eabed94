"""Who speaks in the demo has a face: drawn once, and left off where staff took it off."""

import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.core.settings import current
from portal.demo.seed.portraits import LOOKS, drawn, seed_portraits
from portal.demo.seed.stages import read
from portal.media.flows import Media
from portal.speakers.commands import save_speaker, set_photo
from portal.speakers.values import SpeakerFacts

pytestmark = pytest.mark.usefixtures("database")


async def test_portraits_are_drawn_once() -> None:
    now, media = clock.now(), Media.of(current())
    ids = [await save_speaker(actor=PORTAL, facts=SpeakerFacts(name=name), now=now) for name in (*LOOKS, "Ingrid Moe")]
    await seed_portraits(media=media, now=now)
    shown = {row["id"]: row["photo"] for row in await db.fetch("SELECT id, photo FROM speaker")}
    assert [bool(shown[one]) for one in ids] == [*(True for _ in LOOKS), False]
    await set_photo(actor=PORTAL, speaker_id=ids[0], photo="", now=now)
    await seed_portraits(media=media, now=now)
    assert await db.fetch_value("SELECT photo FROM speaker WHERE id = $1", ids[0]) == ""


def test_each_is_somebody_s_own_and_like_no_other() -> None:
    assert set(LOOKS) <= {one.name for one in read().speakers}
    assert len({drawn(look).tobytes() for look in LOOKS.values()}) == len(LOOKS)
