"""The feed of one person's events, at a secret address."""

from typing import Any

from litestar import Controller, get
from litestar.connection import Request
from litestar.params import FromPath
from litestar.response import Response

from portal.calendars import feeds
from portal.calendars.queries import feed_subject
from portal.calendars.values import Feed
from portal.core.errors import NotFound
from portal.core.settings import current
from portal.registration.queries.people import feed_of_person
from portal.web.inputs import Now


class PersonalFeed(Controller):
    """Confirmed seats as a calendar, with the way into online rooms: an address that is everybody's, and opens to whoever
    signs in and has a place. What was called off, given up or passed on stays, as cancelled.
    """

    opt = {"public": True}
    include_in_schema = False

    @get("/calendars/mine/{name:str}")
    async def mine(self, request: Request, name: FromPath[str], now: Now) -> Response[Any]:
        secret = feeds.secret_in(name)
        subject = await feed_subject(secret) if secret else None
        if subject is None or subject[0] != "person":
            raise NotFound("There is no calendar at this address. It may have been replaced by a new one.")
        places = await feed_of_person(int(subject[1]))
        feed = Feed(
            kind="event", keys=places.keys, gone=places.gone, name=f"My {current().site_name} events", private=True,
            secret=secret, joins={key: f"{current().base_url}/events/{slug}/join" for key, slug in places.online.items()},
        )  # fmt: skip
        return await feeds.answer(request, feed, now=now)
