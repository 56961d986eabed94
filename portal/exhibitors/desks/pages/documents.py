"""`…/documents`: what the organiser gives to read, what was handed in, and brochures for visitors."""

from datetime import timedelta
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.core.errors import Invalid, NotFound
from portal.core.rate_limits import Limit, spend
from portal.exhibitors.desks.commands import files as commands
from portal.exhibitors.desks.commands.papers import read_paper
from portal.exhibitors.desks.queries import files as queries
from portal.exhibitors.desks.queries import papers
from portal.exhibitors.guards import DESK, AtDesk, Desk, desk, desk_page
from portal.exhibitors.tables.exhibiting import Right
from portal.media import queries as media_queries
from portal.media.flows import Media
from portal.media.pages import MOST_SENT, MediaStore
from portal.media.tables import Visibility
from portal.media.values import Owner
from portal.web.forms import Filled, Upload, bind, blank, field, sent
from portal.web.inputs import Now
from portal.web.rendering import see_other

_EDITING = desk(right=Right.DOCUMENTS, editing=True)
_UPLOADS = Limit("exhibitor-uploads", tries=60, per=timedelta(hours=1))


class BrochureForm(msgspec.Struct):
    """A file for visitors; `shown` at once, or later."""

    title: Annotated[str, field("Title", max_length=200)]
    upload: Annotated[Upload | None, field("File", kind="file")] = None
    file: Annotated[str, field("", max_length=40)] = ""
    shown: Annotated[str, field("Shown to everybody", max_length=3)] = ""


class FileForm(msgspec.Struct):
    """The file alone, whatever is wrong beside it."""

    upload: Annotated[Upload | None, field("File", kind="file")] = None


class DeskDocuments(Controller):
    """Everybody of the company reads; owners and editors add and show brochures."""

    path = f"{DESK}/documents"
    guards = [signed_in]
    dependencies = desk(right=Right.DOCUMENTS)
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], at_desk: AtDesk) -> Response[str]:
        return await _list(request, at_desk, blank(shown="yes"))

    @post("/read/{version_id:int}")
    async def have_read(self, at_desk: AtDesk, version_id: FromPath[int], now: Now) -> Response[Any]:
        await read_paper(
            actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, version_id=_number(version_id), now=now
        )
        return _back(at_desk, "Noted: you have read it.")

    @post(dependencies=_EDITING, request_max_body_size=MOST_SENT)
    async def add(self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now, media: MediaStore) -> Response[Any]:
        values = await sent(request)
        form = bind(values, BrochureForm)
        try:
            file = await _kept(at_desk, form, bind(values, FileForm), media, now)
            if form.data is None:
                return await _list(request, at_desk, form, status=422)
            if not file:
                raise Invalid({"upload": "Please choose a file."})
            await commands.add_brochure(
                actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, title=form.data.title, file=file,
                shown=bool(form.data.shown), now=now,
            )  # fmt: skip
        except NotFound as gone:
            form.values["file"] = ""
            return await _list(request, at_desk, form.refuse(Invalid({"upload": gone.message})), status=422)
        except Invalid as refused:
            return await _list(request, at_desk, form.refuse(refused), status=422)
        return _back(at_desk, f"Saved: {form.data.title}.")

    @post("/{file_id:int}/showing", dependencies=_EDITING)
    async def let_see(self, at_desk: AtDesk, file_id: FromPath[int], now: Now) -> Response[Any]:
        return await _shown(at_desk, file_id, now, shown=True)

    @post("/{file_id:int}/hiding", dependencies=_EDITING)
    async def hide(self, at_desk: AtDesk, file_id: FromPath[int], now: Now) -> Response[Any]:
        return await _shown(at_desk, file_id, now, shown=False)

    @post("/{file_id:int}/removal", dependencies=_EDITING)
    async def remove(self, at_desk: AtDesk, file_id: FromPath[int], now: Now) -> Response[Any]:
        await commands.remove_brochure(
            actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, file_id=_number(file_id), now=now
        )
        return _back(at_desk, "Removed.")


async def _kept(at_desk: Desk, form: Filled[Any], chosen: Filled[FileForm], media: Media, now: Now) -> str:
    """The key of the file that was sent now, or with an earlier try. It is kept at once, so that it is not lost when something
    else is refused; nobody’s until the form is right.
    """
    if chosen.data is not None and chosen.data.upload is not None:
        await spend(_UPLOADS, str(at_desk.exhibitor.id), now=now)
        stored = await media.store_document(
            chosen.data.upload, owner=Owner(commands.OWNER), actor=at_desk.actor, now=now, visibility=Visibility.PRIVATE
        )
        form.values["file"] = stored.key
    return str(form.value("file"))


async def _shown(at_desk: Desk, file_id: int, now: Now, *, shown: bool) -> Response[Any]:
    await commands.show_brochure(
        actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, file_id=_number(file_id), shown=shown, now=now
    )
    return _back(at_desk, "Everybody can read it now." if shown else "Only you and the organiser can read it now.")


def _number(given: int) -> int:
    if not 0 < given < 2**62:
        raise NotFound("There is no such document (any more).")
    return given


async def _list(
    request: Request[Any, Any, Any], at_desk: Desk, form: Filled[Any], *, status: int = 200
) -> Response[str]:
    given, own = await papers.of_exhibitor(at_desk.exhibitor.id), await queries.of_exhibitor(at_desk.exhibitor.id)
    waiting = str(form.value("file"))
    files = await media_queries.by_keys([*(one.file for one in given), *(one.file for one in own), waiting])
    return desk_page(
        request, "exhibitors/desk/documents.html", at_desk, here="documents", status=status, form=form, papers=given,
        files=files, waiting=files.get(waiting), me=at_desk.actor.account_id,
        brochures=[one for one in own if not one.for_organiser and one.file in files],
        handed=[one for one in own if one.for_organiser and one.file in files],
    )  # fmt: skip


def _back(at_desk: Desk, notice: str) -> Response[Any]:
    return see_other(f"{at_desk.exhibitor.address}/documents", notice=notice)
