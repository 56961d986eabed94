"""The list of all regions: what each page of a room shows that changes while it is open."""

from portal.webinars.live import desk, stage
from portal.webinars.live import taking_part as parts
from portal.webinars.live.regions import Audience, Regions
from portal.webinars.tables.rooms import CrewRole

REGIONS: Regions = {
    Audience.ROOM: {
        "state": stage.state,
        "stage": stage.stage,
        "questions": parts.questions,
        "polls": parts.polls,
        "resources": parts.resources,
        "chat": parts.chat,
        "people": parts.people,
        "reactions": parts.reactions,
    },
    **{Audience(role): desk.regions(role) for role in CrewRole},
}
