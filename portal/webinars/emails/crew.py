"""The mail to somebody who was named for a webinar's desk. Its link opens nothing by itself: they sign in."""

from portal.core.times import moment, zone_short
from portal.notifications.composing import compose
from portal.notifications.values import Message
from portal.webinars.queries.crew import Called
from portal.webinars.tables.rooms import CrewRole

_DO = {
    CrewRole.HOST: "open and end the webinar, choose its picture, and decide about questions, polls, chat and people",
    CrewRole.MODERATOR: "decide about questions, polls, chat and people",
    CrewRole.SPEAKER: "read every question, answer in writing, and write to the others of the crew",
}


def called_to_desk(member: Called) -> Message:
    when = moment(member.starts_at, member.timezone, "EEEE d MMMM y, HH:mm")
    subject, text, html = compose(
        "webinars/crew", title=member.title, role=member.role.value, do=_DO[member.role], email=member.email,
        when=f"{when} {zone_short(member.timezone, member.starts_at)}", desk=f"/webinars/{member.slug}/desk",
    )  # fmt: skip
    return Message(
        key=f"webinar-crew-{member.id}", topic="codes", recipient=member.email, subject=subject, text=text, html=html
    )  # fmt: skip
