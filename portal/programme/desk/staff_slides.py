"""`/staff/events/{id}/programme/slides`: what was handed in, and what of it everybody may read."""

import re
from typing import Any

from litestar import Controller, Request, get, post
from litestar.response import Response, Stream

from portal.accounts.guards import SignedIn, staff
from portal.accounts.organisations.pages import Id
from portal.core import times
from portal.core.errors import NotFound
from portal.media.packing import packed
from portal.media.pages import MediaStore
from portal.media.pages import sent as sent_file
from portal.media.queries import by_keys
from portal.media.rules import ending, file_name
from portal.programme.desk import inviting, queries, readiness
from portal.programme.permissions import EDITORS
from portal.web.inputs import Now
from portal.web.query_strings import page_number
from portal.web.rendering import page, plural, see_other

_MOST_PACKED = 5000
_Asked = Request[Any, Any, Any]


class StaffSlides(Controller):
    path = "/staff/events/{event_id:int}/programme/slides"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def index(self, request: _Asked, event_id: Id) -> Response[str]:
        setup = await readiness.setup(event_id)
        if setup is None:
            raise NotFound("There is no such event.")
        number = page_number(request)
        rows, at = await readiness.handed_in(event_id, number=number)
        if number > 1 and not rows:
            raise NotFound("There is no such page of this list.")
        return page(
            request, "programme/desk/staff/slides.html", private=True, e=setup, rows=rows, at=at, here="slides",
            address=lambda n: f"{_here(event_id)}?page={n}",
        )  # fmt: skip

    @get("/all.zip")
    async def everything(self, event_id: Id, media: MediaStore, now: Now) -> Response[Any]:
        """The newest of everybody, named by day, time, session and speaker: for the computer on stage."""
        setup = await readiness.setup(event_id)
        if setup is None:
            raise NotFound("There is no such event.")
        rows, _ = await readiness.handed_in(event_id, size=_MOST_PACKED)
        pieces = packed(media, [(_packed_name(one, setup.timezone), one.file) for one in rows], now=now)
        headers = {
            "Content-Disposition": f'attachment; filename="{setup.slug}-slides.zip"',
            "Cache-Control": "private, no-store",
        }
        return Stream(pieces, media_type="application/zip", headers=headers)

    @get("/{slides_id:int}")
    async def file(self, request: _Asked, event_id: Id, slides_id: Id, media: MediaStore) -> Response[Any]:
        deck = await queries.deck_at(slides_id, event_id)
        file = (await by_keys([deck.file])).get(deck.file) if deck else None
        if file is None:
            raise NotFound("There are no such slides.")
        return await sent_file(request, media, file)

    @post("/release")
    async def release_all(self, event_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        count = await inviting.release_slides(actor=actor, event_id=event_id, now=now)
        return see_other(_here(event_id), notice=f"Everybody reads {plural(count, 'more set')} of slides.")

    @post("/{slides_id:int}/release")
    async def release(self, event_id: Id, slides_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        count = await inviting.release_slides(actor=actor, event_id=event_id, slides_id=slides_id, now=now)
        told = (
            "They stand on the page of the session." if count else "A newer version came meanwhile; look at it first."
        )
        return see_other(_here(event_id), notice=told)

    @post("/{slides_id:int}/removal")
    async def hide(self, event_id: Id, slides_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        await inviting.hide_slides(actor=actor, event_id=event_id, slides_id=slides_id, now=now)
        return see_other(_here(event_id), notice="Off the page of the session.")


def _packed_name(one: readiness.HandedIn, zone: str) -> str:
    """`2027-02-16 11.15 Title, Name.pdf`, without what file systems do not take."""
    when = times.moment(one.starts_at, zone, "yyyy-MM-dd HH.mm") if one.starts_at else "No time"
    title, name = (re.sub(r"[/\\]", "-", words)[:80].strip() for words in (one.title, one.name))
    return file_name(f"{when} {title}, {name}.{ending(one.file_name)}")


def _here(event_id: int) -> str:
    return f"/staff/events/{event_id}/programme/slides"
