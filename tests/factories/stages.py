"""Webinars with people on stage, sponsors, series and recordings, made through the real commands.

shop = await stages.announce("Annex 1 live", topics=("Isolators",), speakers=("Marit Solheim",), sponsors=(company,))
await stages.film(shop)                  # over, with a recording that is published
await stages.asked(shop, "Why?", "Because.")   # answered, and in the public questions
"""

from datetime import timedelta
from typing import Any

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.events import saving
from portal.speakers.commands import save_speaker
from portal.speakers.values import SpeakerFacts
from portal.webinars.commands.preparing import rules, series, speakers, sponsors
from portal.webinars.commands.states import replan
from portal.webinars.preparing import RuleDraft, SeriesFacts
from tests.factories import webinars
from tests.factories.webinars import Webinar


async def person(name: str = "Marit Solheim", **facts: Any) -> int:
    """Somebody who speaks: the one of this name that is known, or a new one."""
    found = await db.fetch_value("SELECT id FROM speaker WHERE name = $1", name)
    return found or await save_speaker(actor=PORTAL, facts=SpeakerFacts(name=name, **facts), now=clock.now())


async def a_series(title: str = "Annex 1 in practice", **facts: Any) -> int:
    return await series.save_series(actor=PORTAL, facts=SeriesFacts(title=title, **facts), now=clock.now())


async def announce(
    title: str = "Annex 1 live",
    *,
    topics: tuple[str, ...] = (),
    speakers_named: tuple[str, ...] = (),
    moderator: str = "",
    sponsored_by: tuple[int, ...] = (),
    rule: RuleDraft | None = None,
    **made: Any,
) -> Webinar:
    """A public webinar; what `webinars.make` and the room's settings know can be given in `made`."""
    now = clock.now()
    shop = await webinars.make(**made)
    async with db.transaction():
        words = " ".join(topics)
        await db.execute("UPDATE event SET title = $2, search_words = $3 WHERE id = $1", shop.event_id, title, words)
        await saving.link_topics({shop.event_id: topics})
    for name in (*speakers_named, *filter(None, (moderator,))):
        await speakers.add_speaker(
            actor=PORTAL, webinar_id=shop.webinar_id, speaker_id=await person(name), is_moderator=name == moderator,
            now=now,
        )  # fmt: skip
    for company_id in sponsored_by:
        await sponsors.add_sponsor(actor=PORTAL, webinar_id=shop.webinar_id, company_id=company_id, now=now)
    if rule is not None:
        await rules.set_rule(actor=PORTAL, webinar_id=shop.webinar_id, version=0, rule=rule, now=now)
    return shop


async def film(shop: Webinar, *, days_ago: int = 7, seconds: int = 3410) -> None:
    """Let the webinar be over since so many days, with a recording that was published the day after."""
    now = clock.now()
    began = now - timedelta(days=days_ago)
    await db.execute(
        "UPDATE event SET starts_at = $2, ends_at = $3 WHERE id = $1", shop.event_id, began, began + timedelta(hours=1)
    )
    await db.execute(
        "INSERT INTO webinar_recording (webinar, source, source_url, seconds, captions, language, published_at) "
        "VALUES ($1, 'hls', '/static/film.m3u8', $2, '', 'en', $3)",
        shop.webinar_id, seconds, began + timedelta(days=1),
    )  # fmt: skip
    await replan(webinar_id=shop.webinar_id, now=now)


async def asked(
    shop: Webinar, question: str, answer: str = "", *, public: bool = True, second: int | None = None
) -> int:
    """A question of the room that was approved and answered."""
    return int(
        await db.fetch_value(
            "INSERT INTO webinar_question (webinar, text, anonymous, asked_at, state, decided_at, answered, answer, "
            "answered_by, in_faq, answered_position) "
            "VALUES ($1, $2, true, $3, 'approved', $3, 'typed', $4, 'Judith', $5, $6) RETURNING id",
            shop.webinar_id, question, clock.now(), answer, public, second,
        )
    )  # fmt: skip
