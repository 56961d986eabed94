"""One person’s agenda as a calendar: at a secret address that only reads, for a phone without signing in, or as a file.

The entries are those of public calendars, with a SEQUENCE of their own that rises with whatever changes what they say
(`commands.versions`), so that a second choice that moved up is a new version. What is cancelled or left the programme stays,
as cancelled; what its reader took out is gone.

A subscribed calendar stands beside one’s own, and programs show an entry of both twice, whatever its UID. So what its reader was
invited to by mail, as a ticket or to a meeting, is left out, unless the address says `invited=yes`.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, get
from litestar.connection import Request
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from portal.accounts.guards import MaybeActor
from portal.agenda import cookies
from portal.agenda.commands import addresses, versions
from portal.agenda.inputs import Sources
from portal.agenda.queries import agendas
from portal.agenda.reading import Read, owner_of, read
from portal.agenda.values import Mine, Owner, Source
from portal.calendars import building, commands, feeds, links, queries
from portal.calendars.values import FeedContent, Revision
from portal.core.errors import NotFound
from portal.core.settings import current
from portal.web.inputs import Now
from portal.web.rendering import page

KIND = "agenda"
_GONE = "There is no calendar at this address. It may have been replaced by a new one."
_PRIVATE = {"Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex"}


class AgendaFeeds(Controller):
    path = "/agenda"
    opt = {"public": True}
    include_in_schema = False

    @get("/calendar.ics")
    async def file(
        self, request: Request[Any, Any, Any], actor: MaybeActor, agenda_sources: Sources, now: Now
    ) -> Response[Any]:
        """A file to open once."""
        whole = await cookies.whole_of(request, actor)
        owner = Owner(actor.account_id, actor.email) if actor else None
        got = await read(whole.entries if whole else [], owner, agenda_sources, now)
        mine = whole.mine if whole else await addresses.agenda_of(visitor=cookies.visitor(request, actor), now=now)
        return _answer(request, await _calendar(mine, got, now, subscribed=False))

    @get("/{name:str}")
    async def feed(
        self, request: Request[Any, Any, Any], name: FromPath[str], agenda_sources: Sources, now: Now,
        invited: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """The calendar; without `.ics`, the page a phone is led to by the QR code."""
        secret = feeds.secret_in(name)
        subject = await queries.feed_subject(secret) if secret else None
        mine = await agendas.by_id(int(subject[1])) if subject and subject[0] == KIND else None
        if mine is None or secret is None:
            raise NotFound(_GONE)
        if not name.endswith(".ics"):
            return page(
                request, "agenda/handed.html", private=True, headers={**_PRIVATE, "Cache-Control": "private, no-store"},
                address=address_of(secret, invited=bool(invited)), links=links,
            )  # fmt: skip
        await commands.note_fetched(secret=secret, now=now)
        return _answer(request, await calendar_of(mine.id, agenda_sources, now, invited=bool(invited)))


def address_of(secret: str, *, invited: bool = False) -> str:
    return f"{current().base_url}/agenda/{secret}.ics{'?invited=yes' if invited else ''}"


async def calendar_of(agenda_id: int, sources: Sequence[Source], now: datetime, *, invited: bool = True) -> bytes:
    """The calendar of an agenda, as its secret address has it; without `invited` less what its reader’s own calendar has."""
    whole = await agendas.whole(id_=agenda_id)
    owner = await owner_of(whole.mine) if whole else None
    got = await read(whole.entries if whole else [], owner, sources, now)
    reader = "" if invited or owner is None else owner.email
    return await _calendar(whole.mine if whole else None, got, now, subscribed=True, reader=reader)


async def _calendar(mine: Mine | None, got: Read, now: datetime, *, subscribed: bool, reader: str = "") -> bytes:
    """Without an agenda there is nothing in it. What the `reader`’s mails bring is counted on, and left out."""
    revisions = await _revisions(got) if mine else []
    told = await versions.tell(agenda_id=mine.id, revisions=revisions, now=now) if mine else []
    theirs = await queries.told_by_mail([one.item_id for one in told], reader) if reader and told else set()
    told = [one for one in told if one.item_id not in theirs]
    content = building.followed(FeedContent(b""), told)
    return building.calendar(content, name=f"My {current().site_name} agenda" if subscribed else "")


async def _revisions(got: Read) -> list[Revision]:
    saved = {one.key: one for one in got.entries}
    titles = {one.id: got.known[one.key].title for one in got.entries if one.key in got.known}
    places = {one.item.key: one for one in got.held}
    keys = list(dict.fromkeys([*saved, *places]))
    revisions: dict[str, Revision] = {}
    for kind in dict.fromkeys(key.partition("-")[0] for key in keys):
        these = [key.partition("-")[2] for key in keys if key.startswith(f"{kind}-")]
        revisions |= {f"{kind}-{key}": one for key, one in (await queries.current(kind, these)).items()}
    made = []
    for key in sorted(revisions):
        revision, entry, place = revisions[key], saved.get(key), places.get(key)
        shown = revision.entry
        waits = place is not None and not place.given and not shown.cancelled
        if waits and (entry is None or entry.instead_of is None):
            shown = msgspec.structs.replace(shown, title=f"In line: {shown.title}", tentative=True)
        elif entry is not None and entry.instead_of is not None and (place is None or not place.given):
            first = titles.get(entry.instead_of, "")
            said = f"Second choice to “{first}”." if first else "Second choice."
            shown = msgspec.structs.replace(
                shown, title=f"Second choice: {shown.title}", tentative=True,
                description="\n\n".join(part for part in (said, shown.description) if part),
            )  # fmt: skip
        if place is not None and place.address:
            shown = msgspec.structs.replace(shown, conference=current().base_url + place.address)
        made.append(msgspec.structs.replace(revision, entry=shown))
    return made


def _answer(request: Request[Any, Any, Any], body: bytes) -> Response[Any]:
    etag = f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
    headers = {**_PRIVATE, "ETag": etag}
    if etag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers, media_type=feeds.MEDIA_TYPE)
    headers["Content-Disposition"] = 'inline; filename="my-agenda.ics"'
    return Response(body, headers=headers, media_type=feeds.MEDIA_TYPE)
