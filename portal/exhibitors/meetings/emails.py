"""Mails about meetings, built from values. Called by jobs only; nothing in one acts when it is opened."""

from collections.abc import Sequence

from portal.calendars.tables import Method
from portal.calendars.values import Entry
from portal.core.tokens import hashed
from portal.exhibitors.meetings.inviting import Due, Reader
from portal.exhibitors.meetings.values import MeetingRecord, RequestRecord, words
from portal.exhibitors.tables.meetings import RequestState, Side
from portal.notifications.composing import compose
from portal.notifications.values import Message
from portal.registration.inviting import Invite

_TOPIC = "calendar"


def told(meeting: MeetingRecord, reader: Reader, due: Due) -> Message:
    """A meeting is fixed, moved or called off, with the calendar's update."""
    invite, before = due.invite, due.before
    off = invite.method is Method.CANCEL
    if off:
        title, opening = "Called off: {}", _why_off(meeting, reader)
    elif before is not None:
        title, opening = "Moved: {}", "The meeting has a new time, place or host."
    else:
        title, opening = "Meeting fixed: {}", "The meeting is fixed."
    return _about(
        meeting, reader, title.format(_counterpart(meeting, reader)), opening,
        key=f"meeting-{meeting.id}-{meeting.moves}-{invite.revision.number}-{invite.method.value}-{hashed(reader.address)}",
        invite=invite, before=before if not off else None,
        calendar="This mail takes the entry out of your calendar." if off else "This mail puts it into your calendar.",
        button="" if off and not reader.side else "Your meetings" if off else "Move or cancel it",
    )  # fmt: skip


def reminder(meeting: MeetingRecord, reader: Reader) -> Message:
    """An hour before."""
    return _about(
        meeting, reader, f"In an hour: {_counterpart(meeting, reader)}", "Your meeting begins soon.",
        key=f"meeting-{meeting.id}-reminder-{int(meeting.starts_at.timestamp())}-{hashed(reader.address)}",
        button="Move or cancel it",
    )  # fmt: skip


def _counterpart(meeting: MeetingRecord, reader: Reader) -> str:
    return meeting.who if reader.side == Side.COMPANY else meeting.company_name


def _why_off(meeting: MeetingRecord, reader: Reader) -> str:
    if not reader.side:
        return "You no longer have a part in this meeting."
    if meeting.ended_by == reader.side:
        return "You called the meeting off."
    return " ".join(part for part in ("The meeting does not take place.", meeting.end_reason) if part)


def _about(
    meeting: MeetingRecord, reader: Reader, title: str, opening: str, *, key: str, button: str, calendar: str = "",
    invite: Invite | None = None, before: Entry | None = None,
) -> Message:  # fmt: skip
    with_whom = meeting.who if reader.side == Side.COMPANY else f"{meeting.host_name}, {meeting.company_name}"
    facts = [("When", meeting.when), ("Where", meeting.where), ("Event", meeting.event_title)]
    if reader.side:
        facts.insert(0, ("With", with_whom))
    if before is not None and (before.starts_at, before.ends_at) != (meeting.starts_at, meeting.ends_at):
        facts.append(("Was", words(before.starts_at, before.ends_at, before.timezone)))
    return _message(
        reader.address, title, [opening, calendar], facts, meeting.topic if reader.side == Side.COMPANY else "",
        key=key, button=button, path=meeting.desk if reader.side == Side.COMPANY else f"/seats/{meeting.claim}/meetings",
        about=("meeting", meeting.id), invite=invite,
    )  # fmt: skip


def asked(request: RequestRecord, recipients: Sequence[tuple[str, str]], mark: str) -> list[Message]:
    """A request came in, or times were proposed: to those who answer."""
    times = [(f"{n}", _time(request, n - 1)) for n in range(1, len(request.offers) + 1)]
    until = words_until(request)
    if request.waits_for is Side.COMPANY:
        who = ", ".join(part for part in (request.name, request.job_title, request.company) if part)
        title, opening = f"{request.name} would like to meet you", f"{who} asks for a meeting at {request.event_title}."
        button, path = "Read and answer", request.desk
    else:
        moved = (
            "would like to meet you" if request.by_company
            else "asks to move your meeting" if request.moves else "proposes other times"
        )  # fmt: skip
        title, opening = f"{request.company_name} {moved}", f"{request.company_name} {moved} at {request.event_title}."
        button, path = "Choose a time", f"/seats/{request.claim}/meetings"
        if request.by_company:
            opening += " They know your job title and company, and your name once you choose a time."
    if mark.endswith("-ends"):
        title, opening = f"Still waiting: {title}", f"This waits for your answer. {opening}"
    said = request.words if request.waits_for is Side.ATTENDEE and not request.by_company else request.topic
    return [
        _message(
            address, title, [opening, f"Without an answer the request ends on {until}; nothing is held until then."],
            times, said, key=f"meeting-request-{request.id}-{mark}-{hashed(address)}", button=button, path=path,
            about=("meeting request", request.id),
        )
        for address, _ in recipients
    ]  # fmt: skip


_OVER = {
    RequestState.DECLINED: "{company} cannot meet you",
    RequestState.EXPIRED: "No answer from {company}",
    RequestState.CANCELLED: "Your request to {company} has ended",
}
_OVER_OPENINGS = {
    RequestState.DECLINED: "{company} turned your request for a meeting down.",
    RequestState.EXPIRED: "{company} has not answered in time. You can ask for other times, or go to their booth.",
    RequestState.CANCELLED: "The request for a meeting with {company} does not stand any more.",
}


def request_over(request: RequestRecord) -> Message:
    """To whoever asked: no meeting came of it."""
    company = {"company": request.company_name}
    title, opening = _OVER[request.state].format(**company), _OVER_OPENINGS[request.state].format(**company)
    if request.waits_for is Side.ATTENDEE and request.state is RequestState.EXPIRED:
        opening = f"What {request.company_name} proposed has run out without an answer from you."
        title = f"Run out: a proposal of {request.company_name}"
    if request.of_company and request.state is RequestState.CANCELLED:
        what = "to meet you" if request.by_company else "for another time"
        opening = f"{request.company_name} no longer asks {what}."
        title = f"Taken back: a proposal of {request.company_name}"
    if request.moves:
        opening += " Your meeting stays where it is."
    return _message(
        request.email, title, [opening], [("Event", request.event_title)], request.words,
        key=f"meeting-request-{request.id}-{request.state.value}", button="Your meetings",
        path=f"/seats/{request.claim}/meetings" if request.claim else "", about=("meeting request", request.id),
    )  # fmt: skip


def proposal_over(request: RequestRecord, recipients: Sequence[tuple[str, str]]) -> list[Message]:
    """To those who proposed times: the attendee takes none of them, or did not answer."""
    said = (
        "takes none of the times you proposed" if request.state is RequestState.DECLINED else "has not answered in time"
    )
    stays = " The meeting stays where it is." if request.moves else ""
    return [
        _message(
            address, f"No meeting with {request.who}" if request.by_company else f"No new time with {request.who}",
            [f"{request.who} {said}.{stays}"], [("Event", request.event_title)], "",
            key=f"meeting-request-{request.id}-{request.state.value}-{hashed(address)}", button="Your meetings",
            path=request.desk.partition("/requests/")[0], about=("meeting request", request.id),
        )
        for address, _ in recipients
    ]  # fmt: skip


def words_until(request: RequestRecord) -> str:
    return words(request.expires_at, request.expires_at, request.timezone).partition("–")[0]


def _time(request: RequestRecord, place: int) -> str:
    one = request.offers[place]
    return f"{words(one.starts_at, one.ends_at, request.timezone)}, {one.host_name}"


def _message(
    recipient: str, title: str, sentences: Sequence[str], facts: Sequence[tuple[str, str]], said: str, *, key: str,
    button: str, path: str, about: tuple[str, int], invite: Invite | None = None,
) -> Message:  # fmt: skip
    subject, text, html = compose(
        "meetings/notice", title=title, sentences=[one for one in sentences if one], facts=list(facts), said=said,
        button=button if path else "", path=path,
    )  # fmt: skip
    return Message(
        key=key, topic=_TOPIC, recipient=recipient, subject=subject, text=text, html=html,
        parts=tuple(invite.parts) if invite else (), about_kind=about[0], about_key=str(about[1]),
    )  # fmt: skip
