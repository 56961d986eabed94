"""`/events/{slug}/programme/…`: calendar.ics, schedule.xml, schedule.json, sessions.csv, changes.atom; of one session
`…/{session}/calendar.ics`. Whoever may read the page may read them, from other sites too.
"""

from typing import Any
from urllib.parse import urlsplit

from litestar import Controller, Request, get
from litestar.params import FromPath
from litestar.response import Response

from portal.calendars import feeds
from portal.calendars.values import Feed
from portal.core import atom
from portal.core.errors import NotFound
from portal.core.keeping import Kept
from portal.core.settings import current
from portal.programme import files
from portal.programme.public import Programme
from portal.programme.queries import public
from portal.programme.rules import releases
from portal.web.inputs import Now
from portal.web.open_data import HEADERS
from portal.web.page_cache import PageRule
from portal.web.query_strings import may_be_slug


class ProgrammeFeeds(Controller):
    path = "/events/{slug:str}/programme"
    opt = {"public": True, "page": PageRule(tags=public.TAGS, shared=True)}
    include_in_schema = False

    @get("/calendar.ics")
    async def calendar(self, request: Request[Any, Any, Any], slug: FromPath[str], now: Now) -> Response[bytes]:
        """What was taken out stays in it, as cancelled."""
        programme = await _programme(slug)
        keys = [*(one.id for one in programme.sessions), *await public.gone(programme.event_id)]
        feed = Feed(
            kind="session", keys=[str(key) for key in keys], name=programme.title,
            address=f"{current().base_url}/events/{slug}/programme/calendar.ics", filename=f"{slug}-programme",
        )  # fmt: skip
        return await feeds.answer(request, feed, now=now)

    @get("/{session_slug:str}/calendar.ics")
    async def of_session(
        self, request: Request[Any, Any, Any], slug: FromPath[str], session_slug: FromPath[str], now: Now
    ) -> Response[bytes]:
        """A file with one entry, without a name: Outlook would make a calendar of it."""
        programme = await _programme(slug)
        one = next((one for one in programme.sessions if one.slug == session_slug), None)
        if one is None:
            raise NotFound("There is no such session in this programme. It may have been taken out.")
        return await feeds.answer(
            request, Feed(kind="session", keys=[str(one.id)], name="", filename=one.slug), now=now
        )

    @get("/changes.atom")
    async def as_atom(self, slug: FromPath[str]) -> Response[bytes]:
        programme = await _programme(slug)
        base_url = current().base_url
        body = atom.feed(
            releases.entries(programme, await public.releases(programme.event_id), base_url=base_url),
            title=f"What changed in the programme: {programme.title}", author=current().site_name, base_url=base_url,
            host=urlsplit(base_url).hostname or "localhost", path=f"/events/{slug}/programme/changes.atom",
            page=f"/events/{slug}/programme/changes",
        )  # fmt: skip
        return Response(body, media_type="application/atom+xml; charset=utf-8", headers=HEADERS)

    @get("/schedule.xml")
    async def as_xml(self, slug: FromPath[str]) -> Response[bytes]:
        programme = await _programme(slug)
        return Response(await _made(programme, "xml"), media_type="application/xml", headers=_named(slug, "xml"))

    @get("/schedule.json")
    async def as_json(self, slug: FromPath[str]) -> Response[bytes]:
        programme = await _programme(slug)
        return Response(await _made(programme, "json"), media_type="application/json", headers=_named(slug, "json"))

    @get("/sessions.csv")
    async def as_csv(self, slug: FromPath[str]) -> Response[bytes]:
        programme = await _programme(slug)
        return Response(await _made(programme, "csv"), media_type="text/csv", headers=_named(slug, "csv"))


_kept: Kept[bytes] = Kept(6)


async def _made(programme: Programme, form: str) -> bytes:
    """The file, made once for each version of the programme: a large one takes a tenth of a second and many megabytes."""
    key, version = (programme.event_id, form), programme.version
    if (kept := _kept.get(key, version)) is not None:
        return kept
    return _kept.put(key, await files.made(programme, form), version)


def _named(slug: str, suffix: str) -> dict[str, str]:
    return {**HEADERS, "Content-Disposition": f'inline; filename="{slug}-programme.{suffix}"'}


async def _programme(slug: str) -> Programme:
    found = await public.by_slug(slug) if may_be_slug(slug) else None
    if found is None or not found.sessions:
        raise NotFound("There is no programme of such an event yet.")
    return found
