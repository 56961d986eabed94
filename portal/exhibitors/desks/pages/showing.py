"""`…/profile`: what a company shows at the event, with a preview."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.core.errors import Conflict, Invalid, NotFound
from portal.events.inputs import Saving
from portal.exhibitors.desks.commands import copying
from portal.exhibitors.desks.commands import showing as commands
from portal.exhibitors.desks.forms import ShowForm, filled_show, read_item
from portal.exhibitors.desks.pages.stand import stand_page
from portal.exhibitors.desks.queries import showing as queries
from portal.exhibitors.desks.queries.showing import OwnItem, Shown
from portal.exhibitors.desks.rules import LANGUAGES
from portal.exhibitors.guards import DESK, AtDesk, Desk, desk, desk_page
from portal.exhibitors.public import Stand
from portal.exhibitors.queries import public
from portal.exhibitors.tables.desk import ItemKind
from portal.web.forms import Filled, blank, differences, read, sent
from portal.web.inputs import Now
from portal.web.rendering import see_other

_EDITING = desk(editing=True, accepted=True)
_KINDS = [
    (ItemKind.PRODUCT.value, "A product or service", "Stands among your products."),
    (ItemKind.POST.value, "News", "What you announce at this event."),
]


class DeskProfile(Controller):
    """Everybody of the company reads; owners and editors write."""

    path = f"{DESK}/profile"
    guards = [signed_in]
    dependencies = desk(accepted=True)
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], at_desk: AtDesk) -> Response[str]:
        shown = await _shown(at_desk)
        return await _form(request, at_desk, shown, filled_show(shown))

    @post(dependencies=_EDITING)
    async def save(self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now) -> Response[Any]:
        form = await read(request, ShowForm)
        if form.data is None:
            return await _form(request, at_desk, await _shown(at_desk), form, status=422)
        try:
            await commands.save_show(
                actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, draft=form.data.draft, seen=form.data.seen, now=now
            )  # fmt: skip
        except Invalid as refused:
            return await _form(request, at_desk, await _shown(at_desk), form.refuse(refused), status=422)
        except Conflict as overtaken:
            return await _form(request, at_desk, await _shown(at_desk), form, status=409, conflict=overtaken.message)
        return _back(at_desk, "Saved. It stands on your page at the event.")

    @post("/copy/{source_id:int}", dependencies=_EDITING)
    async def copy(self, at_desk: AtDesk, source_id: FromPath[int], now: Now) -> Response[Any]:
        if not 0 < source_id < 2**62:
            raise NotFound("Your company showed nothing there.")
        event = await copying.copy_show(
            actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, source_id=source_id, now=now
        )
        return _back(at_desk, f"Copied from {event}. Please look it through.")

    @get("/preview")
    async def preview(self, request: Request[Any, Any, Any], at_desk: AtDesk, saving: Saving) -> Response[str]:
        """What visitors see, or will: the event may be a draft, the company not yet in the directory."""
        shown = await _shown(at_desk)
        exhibition = await public.by_slug(at_desk.exhibitor.event_slug, draft=True)
        assert exhibition is not None, "the company exhibits there"
        stand = next((one for one in exhibition.stands if one.id == shown.exhibitor_id), None) or Stand(
            id=shown.exhibitor_id, slug=shown.company_slug, name=shown.company, tagline=shown.profile.tagline,
            headline=shown.headline, city="", country=None, booths=[], categories=[],
        )  # fmt: skip
        return await stand_page(request, exhibition, stand, shown, saving, preview=at_desk.exhibitor.address)

    @get("/items/new", dependencies=_EDITING)
    async def new(self, request: Request[Any, Any, Any], at_desk: AtDesk) -> Response[str]:
        return _item(request, at_desk, None, blank(kind=ItemKind.PRODUCT.value))

    @post("/items", dependencies=_EDITING)
    async def add(self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now) -> Response[Any]:
        return await _save_item(request, at_desk, None, now)

    @get("/items/{item_id:int}", dependencies=_EDITING)
    async def item(self, request: Request[Any, Any, Any], at_desk: AtDesk, item_id: FromPath[int]) -> Response[str]:
        one = await _own(at_desk, item_id)
        return _item(request, at_desk, one, blank(kind=one.kind.value, title=one.title, text=one.text, url=one.url))

    @post("/items/{item_id:int}", dependencies=_EDITING)
    async def change(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, item_id: FromPath[int], now: Now
    ) -> Response[Any]:
        return await _save_item(request, at_desk, await _own(at_desk, item_id), now)

    @post("/items/{item_id:int}/removal", dependencies=_EDITING)
    async def remove(self, at_desk: AtDesk, item_id: FromPath[int], now: Now) -> Response[Any]:
        one = await _own(at_desk, item_id)
        await commands.remove_item(actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, item_id=one.id, now=now)
        return _back(at_desk, f"“{one.title}” is shown no more.")


async def _shown(at_desk: Desk) -> Shown:
    found = await queries.by_id(at_desk.exhibitor.id)
    assert found is not None, "the desk is its own"
    return found


async def _own(at_desk: Desk, item_id: int) -> OwnItem:
    found = next((one for one in (await _shown(at_desk)).own if one.id == item_id), None)
    if found is None:
        raise NotFound("There is nothing like this (any more).")
    return found


async def _save_item(request: Request[Any, Any, Any], at_desk: Desk, one: OwnItem | None, now: Now) -> Response[Any]:
    form, draft = read_item(await sent(request))
    if draft is None:
        return _item(request, at_desk, one, form, status=422)
    try:
        await commands.save_item(
            actor=at_desk.actor,
            exhibitor_id=at_desk.exhibitor.id,
            draft=draft,
            item_id=one.id if one else None,
            now=now,
        )
    except Invalid as refused:
        return _item(request, at_desk, one, form.refuse(refused), status=422)
    return _back(at_desk, f"Saved: {draft.title}.")


async def _form(
    request: Request[Any, Any, Any],
    at_desk: Desk,
    shown: Shown,
    form: Filled[Any],
    *,
    status: int = 200,
    conflict: str = "",
) -> Response[str]:
    stored = filled_show(shown)
    if conflict:
        form = Filled({**form.values, "seen": stored.value("seen")})
    return desk_page(
        request, "exhibitors/desk/profile.html", at_desk, here="profile", status=status, shown=shown, form=form,
        languages=LANGUAGES, conflict=conflict, stored=differences(form, stored, ShowForm) if conflict else [],
        before=await queries.before(at_desk.exhibitor.id) if at_desk.may_edit else [],
    )  # fmt: skip


def _item(
    request: Request[Any, Any, Any], at_desk: Desk, one: OwnItem | None, form: Filled[Any], *, status: int = 200
) -> Response[str]:
    return desk_page(
        request, "exhibitors/desk/item.html", at_desk, here="profile", status=status, one=one, form=form, kinds=_KINDS
    )


def _back(at_desk: Desk, notice: str) -> Response[Any]:
    return see_other(f"{at_desk.exhibitor.address}/profile", notice=notice)
