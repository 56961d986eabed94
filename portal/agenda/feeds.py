"""One person’s calendar: what they saved and where they have a place. At a secret address that only reads, for a phone
without signing in, or as a file.

The entries are those of public calendars, with a SEQUENCE of their own that rises with whatever changes what they say
(`calendars.personal`), so that a second choice that moved up is a new version. What is cancelled, left the programme, was
given up or passed on stays, as cancelled; what its reader took out is gone.

A subscribed calendar stands beside one’s own, and programs show an entry of both twice, whatever its UID. So what its reader was
invited to by mail, as a ticket or to a meeting, is left out, unless the address says `invited=yes`, or is one of those that
were handed out as the calendar of one’s places.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import get
from litestar.connection import Request
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from portal.accounts.guards import MaybeActor
from portal.agenda import cookies
from portal.agenda.inputs import Sources
from portal.agenda.queries import agendas
from portal.agenda.reading import Read, owner, read
from portal.agenda.values import FEED, Entry, Held, Owner, Source, person
from portal.calendars import building, commands, feeds, links, personal, queries, rules
from portal.calendars.tables import Method
from portal.calendars.values import Revision, Shown
from portal.core.errors import NotFound
from portal.core.settings import current
from portal.web.inputs import Now
from portal.web.rendering import page

_GONE = "There is no calendar at this address. It may have been replaced by a new one."
_OF_PLACES = "/calendars/mine"
_INVITED = "yes"
_PRIVATE = {"Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex"}


@get("/agenda/calendar.ics", opt={"public": True}, include_in_schema=False)
async def agenda_file(
    request: Request[Any, Any, Any], actor: MaybeActor, agenda_sources: Sources, now: Now
) -> Response[Any]:
    """A file to open once."""
    whole = await cookies.whole_of(request, actor)
    whose = Owner(actor.account_id, actor.email) if actor else None
    got = await read(whole.entries if whole else [], whose, agenda_sources, now)
    feed = person(actor.account_id) if actor else whole.mine.feed if whole else None
    told = []
    if feed is not None:
        await commands.feed_address(kind=feed[0], key=feed[1], now=now)
        told = await _told(feed, whose, got, now)
    return _answer(request, building.calendar(building.content([one for one, _ in told]), name=""))


@get(["/agenda/{name:str}", f"{_OF_PLACES}/{{name:str}}"], opt={"public": True}, include_in_schema=False)
async def personal_calendar(
    request: Request[Any, Any, Any],
    name: FromPath[str],
    agenda_sources: Sources,
    now: Now,
    invited: FromQuery[str] = "",
) -> Response[Any]:
    """The calendar; without `.ics`, the page a phone is led to by the QR code."""
    secret = feeds.secret_in(name)
    subject = await queries.feed_subject(secret) if secret else None
    whole = invited == _INVITED or request.url.path.startswith(_OF_PLACES)
    body = await calendar_of(subject, agenda_sources, now, invited=whole) if subject else None
    if body is None or secret is None:
        raise NotFound(_GONE)
    if not name.endswith(".ics"):
        return page(
            request, "agenda/handed.html", private=True, headers={**_PRIVATE, "Cache-Control": "private, no-store"},
            address=address_of(secret, invited=whole), links=links,
        )  # fmt: skip
    await commands.note_fetched(secret=secret, now=now)
    return _answer(request, body)


def address_of(secret: str, *, invited: bool = False, suffix: str = ".ics") -> str:
    """Without the suffix, of the page a phone is led to."""
    return f"{current().base_url}/agenda/{secret}{suffix}{f'?invited={_INVITED}' if invited else ''}"


async def calendar_of(
    feed: tuple[str, str], sources: Sequence[Source], now: datetime, *, invited: bool = True
) -> bytes | None:
    """The calendar a secret address stands for; None where it stands for none of ours, or for nobody any more. Without
    `invited` what its reader’s mails bring is counted, and left out.
    """
    kind, key = feed
    if kind not in (FEED, personal.PERSON):
        return None
    whole = await (agendas.whole(id_=int(key)) if kind == FEED else agendas.whole(account=int(key)))
    if whole is None and kind == FEED:
        return None
    account = whole.mine.account if whole else int(key)
    whose = await owner(account) if account is not None else None
    if account is not None and whose is None:
        return None
    got = await read(whole.entries if whole else [], whose, sources, now)
    if whole is not None and whole.mine.feed != feed:
        kind, key = feed = whole.mine.feed
        await commands.feed_address(kind=kind, key=key, now=now)
    told = await _told(feed, whose, got, now)
    if whose is not None and told and not invited:
        mailed = await queries.told_by_mail([revision.item_id for revision, _ in told], whose.email)
        told = [(revision, state) for revision, state in told if not _says_so(mailed.get(revision.item_id), state)]
    return building.calendar(building.content([one for one, _ in told]), name=f"My {current().site_name} agenda")


async def _told(feed: tuple[str, str], whose: Owner | None, got: Read, now: datetime) -> list[tuple[Revision, str]]:
    """What a calendar says, each with what is its reader’s own about it."""
    shown = await _shown(got)
    told = await personal.tell(feed=feed, address=whose.email if whose else "", shown=shown, now=now)
    return list(zip(told, [one.state for one in shown], strict=True))


def _says_so(mailed: Method | None, state: str) -> bool:
    """Whether a mail brought what the calendar would say: who gave a place up may still have saved it."""
    return state.startswith(rules.PLACE if mailed is Method.REQUEST else rules.OFF) if mailed else False


async def _shown(got: Read) -> list[Shown]:
    saved = {one.key: one for one in got.entries}
    titles = {one.id: got.known[one.key].title for one in got.entries if one.key in got.known}
    places = {one.item.key: one for one in got.held}
    keys = [(kind, number) for key in {*saved, *places, *got.gone} for kind, _, number in [key.partition("-")]]
    found = sorted((await queries.current_of(keys)).items(), key=lambda pair: (pair[0][0], int(pair[0][1])))
    return [
        _own(revision, saved.get(f"{kind}-{key}"), places.get(f"{kind}-{key}"), titles)
        for (kind, key), revision in found
    ]


def _own(revision: Revision, entry: Entry | None, place: Held | None, titles: dict[int, str]) -> Shown:
    """A revision as its reader is shown it, with what is theirs about it in few words."""
    shown, state = revision.entry, "saved"
    second = entry.instead_of if entry is not None else None
    if entry is None and place is None:
        shown, state = msgspec.structs.replace(shown, cancelled=True), rules.OFF
    elif shown.cancelled:
        state = rules.OFF
    elif place is not None and place.given:
        state = f"{rules.PLACE} online" if place.address else rules.PLACE
    elif second is not None:
        first = titles.get(second, "")
        said = f"Second choice to “{first}”." if first else "Second choice."
        told = "\n\n".join(part for part in (said, shown.description) if part)
        title = f"Second choice: {shown.title}"
        shown, state = msgspec.structs.replace(shown, title=title, tentative=True, description=told), _second(first)
    elif place is not None:
        shown, state = msgspec.structs.replace(shown, title=f"In line: {shown.title}", tentative=True), "line"
    if place is not None and place.address:
        shown = msgspec.structs.replace(shown, conference=current().base_url + place.address)
    return Shown(msgspec.structs.replace(revision, entry=shown), state)


def _second(first: str) -> str:
    return f"second {hashlib.blake2b(first.encode(), digest_size=8).hexdigest()}"


def _answer(request: Request[Any, Any, Any], body: bytes) -> Response[Any]:
    etag = f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
    headers = {**_PRIVATE, "ETag": etag}
    if etag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers, media_type=feeds.MEDIA_TYPE)
    headers["Content-Disposition"] = 'inline; filename="my-agenda.ics"'
    return Response(body, headers=headers, media_type=feeds.MEDIA_TYPE)
