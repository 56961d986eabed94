"""`/speaking/{id}/calendar`: the released sessions of one person as a calendar that follows, at a secret address that only
reads.
"""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.di import Provide
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.organisations.pages import Id
from portal.calendars import feeds, links
from portal.calendars import queries as calendars
from portal.calendars.commands import feed_address, rotate_feed_address
from portal.calendars.values import Feed
from portal.core import db, qr
from portal.core.errors import NotFound
from portal.core.settings import current
from portal.programme.desk.guards import DESK, AtDesk, provide_desk
from portal.web.inputs import Now
from portal.web.rendering import markup, page, see_other

KIND = "speaker"
_GONE = "There is no calendar at this address. It may have been replaced by a new one."
_SESSIONS = """
SELECT s.session::text AS key FROM released_speaker i JOIN released_session s ON s.session = i.session
JOIN event e ON e.id = s.event WHERE i.speaker = $1 AND e.state <> 'draft' ORDER BY s.session DESC LIMIT 500
"""


class CalendarPages(Controller):
    path = f"{DESK}/{{speaker_id:int}}/calendar"
    opt = {"public": True}
    include_in_schema = False
    dependencies = {"desk": Provide(provide_desk)}

    @get()
    async def show(self, request: Request[Any, Any, Any], speaker_id: Id, desk: AtDesk, now: Now) -> Response[Any]:
        speaker = desk.the(speaker_id)
        address = _address(await feed_address(kind=KIND, key=str(speaker.id), now=now))
        return page(
            request, "programme/desk/calendar.html", private=True, speaker=speaker, address=address, links=links,
            code=markup(qr.for_page(address.removesuffix(".ics"))),
        )  # fmt: skip

    @post("/rotation")
    async def rotate(self, speaker_id: Id, desk: AtDesk, now: Now) -> Response[Any]:
        speaker = desk.the(speaker_id)
        await rotate_feed_address(kind=KIND, key=str(speaker.id), now=now)
        notice = "Your calendar has a new address; the old one stopped working."
        return see_other(f"{DESK}/{speaker_id}/calendar", notice=notice)


@get("/calendars/speaking/{name:str}", opt={"public": True}, include_in_schema=False)
async def speaker_calendar(request: Request[Any, Any, Any], name: FromPath[str], now: Now) -> Response[Any]:
    """The calendar; without `.ics`, the page a phone is led to by the QR code."""
    secret = feeds.secret_in(name)
    subject = await calendars.feed_subject(secret) if secret else None
    if secret is None or subject is None or subject[0] != KIND:
        raise NotFound(_GONE)
    if not name.endswith(".ics"):
        return page(request, "programme/desk/handed.html", private=True, address=_address(secret), links=links)
    keys = [row["key"] for row in await db.fetch(_SESSIONS, int(subject[1]))]
    feed = Feed(
        kind="session", keys=keys, name=f"My sessions, {current().site_name}", filename="my-sessions", private=True,
        secret=secret,
    )  # fmt: skip
    return await feeds.answer(request, feed, now=now)


def _address(secret: str) -> str:
    return f"{current().base_url}/calendars/speaking/{secret}.ics"
