"""A programme from elsewhere: a file is looked at first, then imported."""

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core.errors import NotFound
from portal.core.importing import opening
from portal.core.importing.values import Unreadable
from portal.programme.commands import uploading
from portal.programme.importing import formats
from portal.programme.importing.run import How, Target, import_opened
from portal.programme.permissions import EDITORS
from portal.programme.queries import uploads
from portal.programme.rules.words import changed
from portal.programme.staff.frame import Id, staff_page, the_desk
from portal.web.forms import Filled, Upload, blank, field, read
from portal.web.inputs import Now
from portal.web.rendering import see_other

MOST_SHOWN = 200
_MOST_BODY = opening.MOST_BYTES + 1_000_000


class FileForm(msgspec.Struct):
    """`source` names where the file is from: with each session’s own key it is the session’s identity."""

    file: Annotated[Upload, field("File", kind="file", missing="Please choose a file.")]
    source: Annotated[str, field("Source", max_length=60)] = ""


class ImportForm(msgspec.Struct):
    """`edition` is that of the draft that was looked at."""

    release: Annotated[str, field("Release it", max_length=3)] = ""
    edition: Annotated[int | None, field("", ge=0, le=2**62)] = None


class StaffImport(Controller):
    path = "/staff/events/{event_id:int}/programme/import"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def ask(self, request: Request[Any, Any, Any], event_id: Id) -> Response[str]:
        desk = await the_desk(event_id)
        return staff_page(request, "import.html", desk, "import", form=blank(source=desk.source))

    @post("/", request_max_body_size=_MOST_BODY)
    async def send(self, request: Request[Any, Any, Any], event_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        desk, form = await the_desk(event_id), await read(request, FileForm)
        data = await asyncio.to_thread(form.data.file.file.read, opening.MOST_BYTES + 1) if form.data else b""
        if form.data and (fault := await asyncio.to_thread(_fault, form.data.file.name or "file", data)):
            form.errors["file"] = f"This file cannot be taken: {fault}."
        if form.data is None or form.errors:
            return staff_page(request, "import.html", desk, "import", form=Filled(form.values, form.errors), status=422)
        kept = await uploading.keep_upload(
            actor=actor, event_id=event_id, name=form.data.file.name or "file", data=data,
            options={"source": form.data.source}, now=now,
        )  # fmt: skip
        return see_other(f"{desk.path}/import/{kept}")

    @get("/{upload_id:int}")
    async def look(
        self, request: Request[Any, Any, Any], event_id: Id, upload_id: Id, actor: SignedIn, now: Now
    ) -> Response[str]:
        """What importing it would come to: it is done, and taken back."""
        desk, kept = await the_desk(event_id), await _kept(event_id, upload_id)
        how = How(source=kept.source, draft=True, dry_run=True)
        report, differences = await import_opened(
            opening.opened(kept.name, kept.data), target=Target(desk.slug), how=how, actor=actor, now=now
        )
        return staff_page(
            request, "import_look.html", desk, "import", kept=kept, report=report, differences=len(differences),
            lines=[(one, changed(one, desk.timezone)) for one in differences[:MOST_SHOWN]],
            refusals=report.refusals[:MOST_SHOWN], status=422 if report.fault else 200,
        )  # fmt: skip

    @post("/{upload_id:int}")
    async def take(
        self, request: Request[Any, Any, Any], event_id: Id, upload_id: Id, actor: SignedIn, now: Now
    ) -> Response[Any]:
        desk, kept = await the_desk(event_id), await _kept(event_id, upload_id)
        form = await read(request, ImportForm)
        if form.data is None:
            return see_other(
                f"{desk.path}/import/{upload_id}", notice="Nothing was imported. Please look at it once more."
            )
        report, _ = await import_opened(
            opening.opened(kept.name, kept.data), target=Target(desk.slug),
            how=How(source=kept.source, draft=not form.data.release, edition=form.data.edition), actor=actor, now=now,
        )  # fmt: skip
        if report.fault:
            # It was fine when it was looked at. The page says what it would come to now.
            return see_other(f"{desk.path}/import/{upload_id}", notice=f"Nothing was imported: {report.fault}.")
        await uploading.forget_upload(upload_id=upload_id)
        told = f"{report.created:,} added, {report.changed:,} changed, {report.cancelled:,} cancelled."
        return see_other(
            desk.path, notice=f"Imported: {told}{f' Release {report.release} is public.' if report.release else ''}"
        )

    @post("/{upload_id:int}/removal")
    async def drop(self, event_id: Id, upload_id: Id) -> Response[Any]:
        desk, kept = await the_desk(event_id), await _kept(event_id, upload_id)
        await uploading.forget_upload(upload_id=kept.id)
        return see_other(f"{desk.path}/import", notice="Nothing was imported.")


def _fault(name: str, data: bytes) -> str:
    """Why nothing of it can be read, as far as that shows at once."""
    opened = opening.opened(name, data)
    try:
        if not opened.fault:
            formats.detect(opened.data)
    except Unreadable as reason:
        return str(reason)
    return opened.fault


async def _kept(event_id: int, upload_id: int) -> uploads.Kept:
    found = await uploads.upload(event_id, upload_id)
    if found is None:
        raise NotFound("This file is not here any more: it is imported, or was not within a day. Please send it again.")
    return found
