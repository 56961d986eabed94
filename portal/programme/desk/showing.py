"""The desk’s one page: who the person is, their events, and every form as it was filled."""

from datetime import date, datetime
from typing import Any, TypeVar

import msgspec
from litestar import Request
from litestar.response import Response

from portal.core import times
from portal.core.settings import current
from portal.media import queries as media
from portal.programme.desk import commands, queries, rules
from portal.programme.desk.commands import OPENED_EVERY
from portal.programme.desk.opening import Desk
from portal.programme.desk.values import Speaking
from portal.speakers import rules as people
from portal.speakers.forms import PICTURES, own_filled
from portal.speakers.inputs import FindTalks
from portal.speakers.values import Speaker
from portal.web.forms import Filled, bind, blank, sent
from portal.web.rendering import markup, page

T = TypeVar("T")


class Task(msgspec.Struct, frozen=True):
    """Something that is asked of the person, and where on the page it is done."""

    what: str
    done: bool
    to: str
    note: str = ""


async def read_scoped(request: Request[Any, Any, Any], struct: type[T], scope: int) -> Filled[T]:
    """A form of which there are several on the page: its fields end in `-SCOPE`."""
    end = f"-{scope}"
    typed = {name.removesuffix(end): values for name, values in (await sent(request)).items() if name.endswith(end)}
    form = bind(typed, struct)
    form.values |= {name: str(values[0]) for name, values in typed.items() if name not in form.values}
    return form


def scoped(form: Filled[Any], scope: int) -> Filled[Any]:
    """The same under the names its fields have on the page."""
    return Filled(
        {f"{name}-{scope}": value for name, value in form.values.items()},
        {f"{name}-{scope}" if name else "": words for name, words in form.errors.items()},
    )


async def show(
    request: Request[Any, Any, Any], desk: Desk, speaker_id: int, talks: FindTalks, now: datetime, *,
    form: Filled[Any] | None = None, profile: Filled[Any] | None = None, preview: Speaker | None = None,
    status: int = 200, conflict: str = "", stored: list[tuple[str, str]] | None = None,
) -> Response[str]:  # fmt: skip
    """The page; with `form`, the one of its forms that was refused, with the names it has there."""
    speaker = desk.the(speaker_id)
    speaking = await queries.speaking(speaker.id)
    if any(one.opened_at is None or now - one.opened_at > OPENED_EVERY for one in speaking):
        await commands.note_opened(speaker_id=speaker.id, now=now)
    photo = (await media.by_keys([speaker.photo] if speaker.photo else [])).get(speaker.photo)
    refused = form or blank()
    return page(
        request, "programme/desk/page.html", private=True, status=status, desk=desk, speaker=speaker,
        ahead=[one for one in reversed(speaking) if not one.is_over(now)], past=[one for one in speaking if one.is_over(now)],
        briefings={one.event: markup(one.briefing_html) for one in speaking},
        form=_with_stored(refused, speaking), refused=refused if refused.errors else profile or blank(),
        days={one.event: rules.event_days(one.starts_at, one.ends_at, one.timezone) for one in speaking}, rows=rows_of,
        profile=profile or own_filled(speaker), preview=preview, preview_bio=markup(_bio(preview)), photo=photo,
        host=people.host, bio=markup(speaker.bio_html), conflict=conflict, stored=stored or [], pictures_taken=PICTURES,
        accepted=rules.SLIDES_ACCEPTED, now=now, **await _announced(speaker, talks, now), most_megabytes=current().slides_max_mb,
        asked_of=_asked_of(speaker, [one for one in speaking if not one.is_over(now)]),
    )  # fmt: skip


def rows_of(one: Speaking) -> dict[date, int]:
    """How many spans of each day the form has room for."""
    return {day: max(rules.ROWS, len(spans)) for day, spans in rules.by_day(one.spans, one.timezone).items()}


async def _announced(speaker: Speaker, talks: FindTalks, now: datetime) -> dict[str, Any]:
    """Where the public reads that the person speaks: what is to come, the next first, then what was, the last first."""
    ahead, past = people.parted(await talks(speaker.id), times.today(now))
    return {"talks": [*ahead, *past], "to_come": ahead}


def _bio(preview: Speaker | None) -> str:
    return preview.bio_html if preview else ""


def _with_stored(refused: Filled[Any], speaking: list[Speaking]) -> Filled[Any]:
    """All small forms of the page as they are stored, and the refused one as it was typed."""
    values: dict[str, Any] = {}
    for one in speaking:
        values |= {f"note-{one.event}": one.note, f"when-{one.event}": _when(one)}
        for day, spans in rules.by_day(one.spans, one.timezone).items():
            for n, (begins, ends) in enumerate(spans):
                values[f"from-{day.isoformat()}-{n}-{one.event}"] = begins
                values[f"to-{day.isoformat()}-{n}-{one.event}"] = ends
        if one.confirmed_at or one.declined_at:
            without = one.without("coming")
            coming = "no" if one.declined_at else "some" if without else "yes"
            values |= {
                f"coming-{one.event}": coming,
                f"why-{one.event}": one.declined_why,
                f"without-{one.event}": without,
            }
        if one.answer:
            unseen = one.without("recording")
            answer = "no" if not one.answer.agreed else "some" if unseen else "yes"
            values |= {f"answer-{one.event}": answer, f"unseen-{one.event}": unseen}
    return Filled({**values, **refused.values}, refused.errors)


def _when(one: Speaking) -> str:
    if one.availability_at is None:
        return ""
    return "spans" if one.spans else "any"


def _asked_of(speaker: Speaker, ahead: list[Speaking]) -> list[Task]:
    """What is asked of the person, done or not: of themselves, and at each event to come."""
    told = [Task("About you", bool(speaker.bio), "#about"), Task("A photo", bool(speaker.photo), "#about")]
    for one in reversed([one for one in ahead if one.state != "cancelled"]):
        note = one.title if len(ahead) > 1 else ""
        told.append(Task("Whether you come", "coming" not in one.missing, f"#coming-{one.event}", note))
        if one.declined_at:
            continue
        told.append(Task("When you can speak", "availability" not in one.missing, f"#when-{one.event}", note))
        told.append(Task("Being recorded", "consent" not in one.missing, f"#recording-{one.event}", note))
        told += [
            Task(f"Slides: {session.title}", session.has_slides, f"#session-{session.id}")
            for session in one.sessions
            if session.wants_slides
        ]
    return told
