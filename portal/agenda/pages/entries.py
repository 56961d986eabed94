"""`/agenda/entries`: saving from any page, taking out, choosing. Each form works alone; with scripts only a corner changes."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Controller, get, post
from litestar.connection import Request
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import MaybeActor
from portal.accounts.rules import safe_next
from portal.agenda import cookies, forms, limits
from portal.agenda.commands import keeping, stands
from portal.agenda.commands.keeping import Saved
from portal.agenda.commands.opening import Visitor
from portal.agenda.inputs import Sources
from portal.agenda.queries import agendas
from portal.agenda.reading import read as read_agenda
from portal.agenda.rules.choices import clashes
from portal.agenda.tables import Mark
from portal.agenda.values import Item, Owner
from portal.core.errors import Conflict, DomainError, Invalid, NotFound, RateLimited
from portal.web.asking import wants_fragment
from portal.web.errors import headers_of
from portal.web.forms import read
from portal.web.inputs import Now
from portal.web.rendering import page, render, see_other

_UNKNOWN = "There is no such thing to save."
_PRIVATE = {"Cache-Control": "private, no-store"}


class EntryPages(Controller):
    path = "/agenda"
    opt = {"public": True}
    include_in_schema = False

    @get("/saved")
    async def saved(self, request: Request[Any, Any, Any], actor: MaybeActor, now: Now) -> Response[Any]:
        """What of a whole page is saved: asked for once, by its script."""
        stray = await cookies.catch_up(request, actor, now)
        mine = await cookies.mine_of(request, actor)
        answer = Response({"keys": await agendas.saved_keys(mine) if mine else []}, headers=_PRIVATE)
        if stray:
            cookies.leave(answer)
        return answer

    @post("/entries", status_code=200)
    async def click(
        self, request: Request[Any, Any, Any], actor: MaybeActor, agenda_sources: Sources, now: Now
    ) -> Response[Any]:
        form = await read(request, forms.Click)
        wanted = forms.key(form.value("save") or form.value("drop"))
        if form.data is None or wanted is None:
            raise NotFound(_UNKNOWN)
        back = _back(request, form.data.back, wanted)
        visitor = cookies.visitor(request, actor)
        kind, item = wanted
        try:
            await limits.before_saving(request, visitor, now=now)
            if isinstance(kind, Mark):
                return await _noted(request, visitor, kind, item, bool(form.data.save), back, now)
            if not form.data.save:
                await keeping.drop(visitor=visitor, key=(kind, item), now=now)
                said = "Taken out of your agenda."
                return _said(request, back, said, changed={"dropped": [form.data.drop]})
            done = await keeping.save(visitor=visitor, kind=kind, item_id=item, now=now)
        except (Conflict, RateLimited) as error:
            return _refused(request, error)
        owner = Owner(actor.account_id, actor.email) if actor and not done.was_there else None
        booked = (await read_agenda([], owner, agenda_sources, now)).held
        clashing = [
            one.item for one in booked if one.given and one.item.key != done.item.key and clashes([done.item, one.item])
        ]
        answer = _said(request, back, _words(done, clashing), changed={"added": [done.item.key]}, done=done)
        cookies.give(answer, done.mine)
        return answer

    @post("/entries/{entry_id:int}/rank", status_code=200)
    async def rank(
        self, request: Request[Any, Any, Any], entry_id: FromPath[int], actor: MaybeActor, now: Now
    ) -> Response[Any]:
        form = await read(request, forms.Rank)
        typed = form.value("instead_of")
        if form.data is None or (typed and not forms.whole(typed)):
            raise NotFound("This is no longer in your agenda.")
        try:
            await limits.before_saving(request, cookies.visitor(request, actor), now=now)
            await keeping.choose(
                visitor=cookies.visitor(request, actor),
                entry_id=entry_id,
                instead_of=int(typed) if typed else None,
                now=now,
            )
        except Invalid as error:
            return _refused(request, Conflict(error.fields["instead_of"]))
        except RateLimited as error:
            return _refused(request, error)
        return _said(request, "/agenda", "It is your second choice now." if typed else "It is a first choice now.")

    @post("/removals", status_code=200)
    async def remove(self, request: Request[Any, Any, Any], actor: MaybeActor, now: Now) -> Response[Any]:
        """From the agenda’s own page."""
        form = await read(request, forms.Click)
        wanted = forms.key(form.value("drop"))
        if wanted is None or isinstance(wanted[0], Mark):
            raise NotFound(_UNKNOWN)
        await keeping.drop(visitor=cookies.visitor(request, actor), key=(wanted[0], wanted[1]), now=now)
        return see_other("/agenda", notice="Taken out of your agenda.")

    @post("/notes", status_code=200)
    async def noted(self, request: Request[Any, Any, Any], actor: MaybeActor, now: Now) -> Response[Any]:
        """What changed was read, as far as the page had it."""
        form = await read(request, forms.Noted)
        shown = frozenset(form.value("seen").split())
        await keeping.note_seen(visitor=cookies.visitor(request, actor), shown=shown, now=now)
        return see_other("/agenda")


_STAND_WORDS = {
    (Mark.SAVED, True): "Saved to the stands you mean to visit.", (Mark.SAVED, False): "Taken out of the stands to visit.",
    (Mark.VISITED, True): "Noted: you were at this stand.", (Mark.VISITED, False): "No longer noted as visited.",
}  # fmt: skip


async def _noted(
    request: Request[Any, Any, Any], visitor: Visitor, mark: Mark, exhibitor_id: int, on: bool, back: str, now: datetime
) -> Response[Any]:
    """Of a stand."""
    act = stands.note if on else stands.unnote
    mine = await act(visitor=visitor, mark=mark, exhibitor_id=exhibitor_id, now=now)
    key = f"{mark.value}-{exhibitor_id}"
    answer = _said(request, back, _STAND_WORDS[mark, on], changed={"added" if on else "dropped": [key]})
    if mine is not None:
        cookies.give(answer, mine)
    return answer


def _words(done: Saved, booked: list[Item]) -> str:
    """`booked`: what else it overlaps, that its reader has a place in."""
    if done.was_there:
        return "This is in your agenda."
    saved = [item for _, item in done.overlaps]
    titles = [one.title for one in (*saved, *(one for one in booked if one not in saved))]
    if not titles:
        return "Saved to your agenda."
    more = f" and {len(titles) - 1} more" if len(titles) > 1 else ""
    return f"Saved. It overlaps with “{titles[0]}”{more}."


def _said(
    request: Request[Any, Any, Any],
    back: str,
    said: str,
    *,
    changed: dict[str, list[str]] | None = None,
    done: Saved | None = None,
) -> Response[Any]:
    if not wants_fragment(request.scope):
        return see_other(back, notice=said)
    body = render(
        "agenda/said.html", block="said", said=said, entry=done.entry if done else 0,
        overlaps=done.overlaps if done and not done.was_there else [],
    )  # fmt: skip
    headers = dict(_PRIVATE)
    if changed:
        headers["HX-Trigger"] = msgspec.json.encode({"agenda-changed": changed}).decode()
    return Response(body, media_type="text/html", headers=headers)


def _refused(request: Request[Any, Any, Any], error: DomainError) -> Response[Any]:
    """Said in the corner of the page where there are scripts, else on a page of its own."""
    if not wants_fragment(request.scope):
        raise error
    return page(
        request, "agenda/said.html", block="said", status=422, headers={**_PRIVATE, **headers_of(error)},
        said=error.message, entry=0, overlaps=[],
    )  # fmt: skip


def _back(request: Request[Any, Any, Any], given: str, wanted: tuple[Any, int]) -> str:
    """The page the button is on, with its filters where the browser tells them, at the place of the session."""
    came = urlsplit(request.headers.get("referer", ""))
    page_ = given
    if came.netloc == request.headers.get("host") and came.path == urlsplit(given).path:
        page_ = f"{came.path}?{came.query}" if came.query else came.path
    anchor = f"#s-{wanted[1]}" if wanted[0] == "session" else ""
    return safe_next(page_, default="/agenda") + anchor
