"""The draft as the public will read it, for those who edit it."""

from typing import Any

from litestar import Controller, Request, get
from litestar.params import FromPath
from litestar.response import Response
from markupsafe import Markup

from portal.accounts.guards import staff
from portal.core.errors import NotFound
from portal.events.inputs import SaveButtons
from portal.programme.pages.programme import show_programme, show_session
from portal.programme.permissions import EDITORS
from portal.programme.public import Programme
from portal.programme.queries import public
from portal.programme.staff.frame import Id
from portal.web.inputs import Now

_NOTHING = Markup()
# A draft cannot be saved: whoever saves something is told of its changes.
_UNSAVED = SaveButtons(button=lambda *_, **__: _NOTHING, form=lambda _: _NOTHING)


class StaffPreview(Controller):
    path = "/staff/events/{event_id:int}/programme/preview"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def show(self, request: Request[Any, Any, Any], event_id: Id, now: Now) -> Response[str]:
        return show_programme(request, await _draft(event_id), now, _UNSAVED)

    @get("/{session_slug:str}")
    async def session(
        self, request: Request[Any, Any, Any], event_id: Id, session_slug: FromPath[str], now: Now
    ) -> Response[str]:
        return await show_session(request, await _draft(event_id), session_slug, now, _UNSAVED)


async def _draft(event_id: int) -> Programme:
    found = await public.draft(event_id)
    if found is None:
        raise NotFound("There is no programme of such an event yet.")
    return found
