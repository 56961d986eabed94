"""The tasks of an exhibitor as a calendar, at a secret address."""

from typing import Any

from litestar import Controller, get
from litestar.connection import Request
from litestar.params import FromPath
from litestar.response import Response

from portal.calendars import feeds
from portal.calendars.queries import feed_subject
from portal.calendars.values import Feed
from portal.core.errors import NotFound
from portal.exhibitors.desks.commands.calendars import KIND
from portal.exhibitors.desks.queries.tasks import feed_of
from portal.exhibitors.queries import desks
from portal.web.inputs import Now

FEED = "exhibitor"
"""The kind of feed; its key is the exhibitor’s number."""


class TaskFeed(Controller):
    """Each task twice, as a deadline and as something to do. Removed ones stay, as cancelled; so does everything once the
    company takes part no more."""

    opt = {"public": True}
    include_in_schema = False

    @get("/calendars/exhibitors/{name:str}")
    async def tasks(self, request: Request[Any, Any, Any], name: FromPath[str], now: Now) -> Response[Any]:
        secret = feeds.secret_in(name)
        subject = await feed_subject(secret) if secret else None
        at = await desks.by_id(int(subject[1])) if subject is not None and subject[0] == FEED else None
        if at is None:
            raise NotFound("There is no calendar at this address. It may have been replaced by a new one.")
        feed = Feed(
            kind=KIND, keys=await feed_of(at.id), name=f"{at.event_title}: exhibitor’s tasks", private=True, secret=secret,
            filename="tasks",
        )  # fmt: skip
        return await feeds.answer(request, feed, now=now)
