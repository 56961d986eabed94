"""What the HTTP API answers with. These structs are the documentation's schemas."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from portal.core.settings import current
from portal.events.feeds.api_values import EventOut, event_fields
from portal.events.queries.exports import Full
from portal.webinars.public import Asked, Listed, OnEvent
from portal.webinars.tables.rooms import ReplayAccess, RoomState


class SpeakerOut(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on stage."""

    name: str
    job_title: str | None
    company: str | None
    is_moderator: bool
    url: str


class SponsorOut(msgspec.Struct, frozen=True):
    """Who pays. Show it wherever you show the webinar."""

    name: str
    url: str | None


class SeriesOut(msgspec.Struct, frozen=True):
    slug: str
    title: str
    url: str


class RecordingOut(msgspec.Struct, frozen=True, kw_only=True):
    """What can be watched now."""

    access: Annotated[ReplayAccess, Meta(description="`gated`: by those who registered; `open`: by everybody")]
    url: str
    seconds: int | None
    captions: bool
    published_at: datetime | None
    until: datetime | None


class CertificateOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a certificate asks for, of those who register now."""

    minutes: int
    polls: int
    test_percent: int
    replay_counts: bool
    credit: str | None


class WebinarOut(EventOut, frozen=True, kw_only=True):
    """A webinar: an event with an online room. What an event has, and what goes on in the room."""

    room_state: Annotated[RoomState, Meta(description="What goes on: `lobby` and `live` can be entered with a place")]
    lobby_opens_at: datetime
    live_at: datetime | None
    speakers: list[SpeakerOut]
    sponsors: list[SponsorOut]
    series: SeriesOut | None
    recording: RecordingOut | None
    certificate: CertificateOut | None


class AnswerOut(msgspec.Struct, frozen=True):
    """A question of the room, as it was answered in writing."""

    question: str
    answer: str


class WebinarFull(WebinarOut, frozen=True, kw_only=True):
    """A webinar with its description, and with the answers that were published."""

    description_html: Annotated[str, Meta(description="Sanitised HTML")]
    questions: list[AnswerOut]


class WebinarList(msgspec.Struct, frozen=True):
    """A page of webinars. `next` and `previous` are addresses, or null at the ends."""

    webinars: list[WebinarOut]
    total: int
    page: int
    pages: int
    per_page: int
    next: str | None
    previous: str | None


def webinar_out(one: Listed) -> WebinarOut:
    """A webinar as lists of the API give it."""
    return WebinarOut(**_fields(one))


def webinar_full(one: Listed, told: OnEvent, description_html: str) -> WebinarFull:
    """A webinar with everything."""
    answers = [AnswerOut(answer.question, answer.answer) for answer in told.faq if answer.answer]
    return WebinarFull(**_fields(one), description_html=description_html, questions=answers)


def _fields(one: Listed) -> dict[str, Any]:
    base_url, row = current().base_url, one.row
    series = one.series
    return {
        **event_fields(Full(row, one.place, one.credit, one.published_at)),
        "changed_at": one.changed_at,
        "room_state": one.state,
        "lobby_opens_at": row.starts_at - timedelta(minutes=one.lobby_minutes),
        "live_at": one.live_at,
        "speakers": [
            SpeakerOut(
                name=person.name,
                job_title=person.job_title or None,
                company=person.company_name or None,
                is_moderator=person.is_moderator,
                url=f"{base_url}/speakers/{person.slug}",
            )
            for person in one.speakers
        ],
        "sponsors": [
            SponsorOut(payer.name, f"{base_url}/companies/{payer.slug}" if payer.slug else None)
            for payer in one.sponsors
        ],
        "series": SeriesOut(series.slug, series.title, f"{base_url}/webinars/series/{series.slug}") if series else None,
        "recording": _recording(one, base_url) if one.is_watchable else None,
        "certificate": _certificate(one.certificate) if one.certificate else None,
    }


def _recording(one: Listed, base_url: str) -> RecordingOut:
    return RecordingOut(
        access=one.replay,
        url=f"{base_url}/webinars/{one.row.slug}/replay",
        seconds=one.recording_seconds,
        captions=one.captioned,
        published_at=one.recording_at,
        until=one.replay_until,
    )


def _certificate(asked: Asked) -> CertificateOut:
    told = msgspec.structs.asdict(asked)
    return CertificateOut(**{**told, "credit": asked.credit or None})
