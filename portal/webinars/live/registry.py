"""The list of all regions: what each page of a room shows that changes while it is open."""

from portal.webinars.live import stage
from portal.webinars.live import taking_part as parts
from portal.webinars.live.regions import Audience, Regions

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
    Audience.HOST: {"state": stage.state},
    Audience.MODERATOR: {"state": stage.state},
    Audience.SPEAKER: {"state": stage.state},
}
