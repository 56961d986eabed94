"""Who is on stage in the demo’s webinars, who pays, what is asked and given away. By the ordinary commands."""

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import yaml

from portal.accounts.actors import PORTAL
from portal.core import db
from portal.demo.seed import own
from portal.speakers.commands import save_speaker
from portal.speakers.values import SpeakerFacts
from portal.webinars.commands.preparing import polls, resources, rules, series, speakers, sponsors
from portal.webinars.preparing import OptionDraft, PollDraft, ResourceDraft, RuleDraft, SeriesFacts
from portal.webinars.tables.taking_part import PollKind, ResourceKind

_FILE = Path(__file__).parent / "data" / "stages.yml"


class Person(msgspec.Struct, forbid_unknown_fields=True):
    """`profile` is a company of the demo."""

    key: str
    name: str
    job: str
    company: str = ""
    profile: str = ""
    bio: str = ""


class Series(msgspec.Struct, forbid_unknown_fields=True):
    """With `one`, one registration is enough."""

    key: str
    title: str
    one: bool
    summary: str


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    """A poll, or a question of the short test; `after` minutes it opens by itself."""

    ask: str
    kind: PollKind = PollKind.SINGLE
    choices: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    after: int | None = None


class Given(msgspec.Struct, forbid_unknown_fields=True):
    """Something to take along."""

    title: str
    url: str
    kind: ResourceKind = ResourceKind.LINK
    sponsor: str = ""
    consent: bool = False
    after: int | None = None


class Certificate(msgspec.Struct, forbid_unknown_fields=True):
    minutes: int
    polls: int = 0
    test: int = 0
    replay: bool = False
    credit: str = ""


class RoomOf(msgspec.Struct, forbid_unknown_fields=True):
    """The room of one event."""

    speakers: tuple[str, ...]
    moderator: str = ""
    series: str = ""
    sponsors: tuple[str, ...] = ()
    certificate: Certificate | None = None
    polls: tuple[Asked, ...] = ()
    test: tuple[Asked, ...] = ()
    resources: tuple[Given, ...] = ()


class Content(msgspec.Struct, forbid_unknown_fields=True):
    """The whole file."""

    speakers: list[Person]
    series: list[Series]
    rooms: dict[str, RoomOf]
    clinic: RoomOf


def read() -> Content:
    found: Any = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return msgspec.convert(found, Content)


async def seed_stages(*, now: datetime) -> None:
    """All of it once, and each new clinic: what became of it later is left as it is."""
    content = read()
    async with db.transaction():
        if not await db.fetch_value(
            "SELECT 1 FROM audit_entry WHERE verb = 'seed' AND kind = 'demo' AND key = 'stages'"
        ):
            await _first(content, now)
        for row in await db.fetch(_CLINICS, own.SOURCE):
            await _fill(row["id"], content.clinic, content, now)


_CLINICS = """
SELECT w.id FROM webinar w JOIN event e ON e.id = w.event WHERE e.source = $1 AND e.source_key LIKE 'annex-1-clinic-%'
    AND NOT EXISTS (SELECT FROM webinar_speaker s WHERE s.webinar = w.id)
"""


async def _first(content: Content, now: datetime) -> None:
    companies = await _ids("SELECT slug AS key, id FROM company")
    for one in content.speakers:
        await _person(one, companies, now)
    for made in content.series:
        facts = SeriesFacts(title=made.title, summary=made.summary, one_registration=made.one)
        await series.save_series(actor=PORTAL, facts=facts, now=now)
    rooms = await _ids("SELECT e.slug AS key, w.id FROM webinar w JOIN event e ON e.id = w.event")
    for key, room in content.rooms.items():
        await _fill(rooms[key], room, content, now)
    await db.execute(
        "INSERT INTO audit_entry (at, actor, verb, kind, key, facts) VALUES ($1, 'portal', 'seed', 'demo', 'stages', '{}')",
        now,
    )


async def _ids(sql: str) -> dict[str, int]:
    return {row["key"]: row["id"] for row in await db.fetch(sql)}


async def _person(one: Person, companies: dict[str, int], now: datetime) -> int:
    facts = SpeakerFacts(
        name=one.name, job_title=one.job, company_name=one.company, company_id=companies.get(one.profile), bio=one.bio
    )
    return await save_speaker(actor=PORTAL, facts=facts, now=now)


async def _fill(webinar_id: int, room: RoomOf, content: Content, now: datetime) -> None:
    names = {one.key: one.name for one in content.speakers}
    by_name = await _ids("SELECT name AS key, id FROM speaker")
    people = {key: by_name[name] for key, name in names.items() if name in by_name}
    companies = await _ids("SELECT slug AS key, id FROM company")
    if room.series:
        title = next(one.title for one in content.series if one.key == room.series)
        series_id = await db.fetch_value("SELECT id FROM series WHERE title = $1", title)
        await series.put_in_series(actor=PORTAL, webinar_id=webinar_id, series_id=series_id, now=now)
    for key in [key for key in (*room.speakers, room.moderator) if key in people]:
        await speakers.add_speaker(
            actor=PORTAL, webinar_id=webinar_id, speaker_id=people[key], is_moderator=key == room.moderator, now=now
        )
    paying = {
        slug: await sponsors.add_sponsor(actor=PORTAL, webinar_id=webinar_id, company_id=companies[slug], now=now)
        for slug in room.sponsors
    }
    if room.certificate:
        asked = room.certificate
        rule = RuleDraft(
            minutes=asked.minutes, polls=asked.polls, test_percent=asked.test, replay_counts=asked.replay,
            credit=asked.credit,
        )  # fmt: skip
        await rules.set_rule(actor=PORTAL, webinar_id=webinar_id, version=0, rule=rule, now=now)
    for poll, is_test in (*((poll, False) for poll in room.polls), *((poll, True) for poll in room.test)):
        draft = PollDraft(
            kind=poll.kind, question=poll.ask, opens_after=None if poll.after is None else poll.after * 60, is_test=is_test,
            options=tuple(OptionDraft(choice, choice in poll.right) for choice in poll.choices),
        )  # fmt: skip
        await polls.save_poll(actor=PORTAL, webinar_id=webinar_id, draft=draft, now=now)
    for given in room.resources:
        offered = ResourceDraft(
            kind=given.kind, title=given.title, url=given.url, needs_consent=given.consent,
            sponsor_id=paying.get(given.sponsor), shows_after=None if given.after is None else given.after * 60,
        )  # fmt: skip
        await resources.save_resource(actor=PORTAL, webinar_id=webinar_id, draft=offered, now=now)
