"""`/webinars/{slug}/room/resources/{number}`: taking something along, with consent where its sponsor is to be told."""

from typing import Annotated, Any

from litestar import Controller, get, post
from litestar.params import PathParameter
from litestar.response import Response

from portal.core.errors import DomainError, Forbidden, NotFound
from portal.core.settings import current
from portal.leads.queries import has_agreed, newest_wording
from portal.media import queries as files
from portal.media.pages import MediaStore, sent
from portal.web import forms
from portal.web.errors import headers_of, status_of
from portal.web.rendering import page, see_other
from portal.webinars.commands.resources import take
from portal.webinars.forms import TakeForm
from portal.webinars.guards import in_room
from portal.webinars.pages.films import leads_elsewhere
from portal.webinars.pages.room import VISIT, TheVisit, Visit, said_of
from portal.webinars.queries import resources
from portal.webinars.queries.resources import Offered
from portal.webinars.rules.consent import OCCASION, WORDING, digest, usual
from portal.webinars.tables.taking_part import ResourceKind

Id = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]


class ResourcePages(Controller):
    path = "/webinars/{slug:str}/room/resources/{number:int}"
    dependencies = VISIT
    guards = [in_room]
    include_in_schema = False

    @get("/")
    async def show(self, number: Id, visit: TheVisit) -> Response[Any]:
        return await _page(visit, await _offered(visit, number), forms.blank())

    @post("/")
    async def take(self, number: Id, visit: TheVisit) -> Response[Any]:
        resource = await _offered(visit, number)
        form = await forms.read(visit.request, TakeForm)
        asked = resource.asks and not await _agreed(visit, resource)
        if asked and form.data is None:
            return await _page(visit, resource, form, status=422)
        agreed = form.data.read if asked and form.data else None
        try:
            await take(room=visit.room, who=visit.who, resource=resource, agreed=agreed, now=visit.now)
        except DomainError as error:
            form = said_of(form, "agree", error)
            return await _page(visit, resource, form, status=status_of(error), headers=headers_of(error))
        here = f"{visit.room.path}/resources/{resource.id}/file"
        return see_other(here if resource.kind is ResourceKind.FILE else resource.url)

    @get("/file")
    async def read(self, number: Id, visit: TheVisit, media: MediaStore) -> Response[Any]:
        """The file itself, for whoever took it: its address opens nothing for others."""
        resource = await _offered(visit, number)
        file = (await files.by_keys([resource.file])).get(resource.file)
        if file is None:
            raise NotFound("This file is not there any more.")
        if not await resources.was_taken(resource.id, visit.who.seat_id):
            raise Forbidden("Please take it from the room’s page first.")
        return await sent(visit.request, media, file)


async def _offered(visit: Visit, number: int) -> Offered:
    found = await resources.one(visit.room.id, number, visit.now)
    if found is None:
        raise NotFound("There is nothing like this to take along here.")
    return found


async def _agreed(visit: Visit, resource: Offered) -> bool:
    assert resource.company_id is not None
    return await has_agreed(visit.who.email, resource.company_id, OCCASION, str(visit.room.id))


async def _page(
    visit: Visit,
    resource: Offered,
    form: forms.Filled[Any],
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response[Any]:
    wording = ""
    if resource.asks and not await _agreed(visit, resource):
        assert resource.company_id is not None
        newest = await newest_wording(WORDING, str(resource.company_id))
        wording = newest.text if newest else usual(current().site_name, resource.company)
    return page(
        visit.request, "webinars/resource.html", status=status, private=True,
        headers={**leads_elsewhere(), **(headers or {})}, room=visit.room, me=visit.who, resource=resource, form=form,
        wording=wording, read=digest(wording), file=(await files.by_keys([resource.file])).get(resource.file),
    )  # fmt: skip
