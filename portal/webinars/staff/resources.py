"""`/staff/webinars/{id}/resources`: what people can take with them, and calls to act, with their minute and their sponsor."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.actors import Actor
from portal.accounts.guards import SignedIn, actor_of, staff
from portal.accounts.organisations.pages import Id
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.overtaking import mark
from portal.events.permissions import EDITORS
from portal.media import queries as media_queries
from portal.media.flows import Media
from portal.media.pages import MediaStore
from portal.media.tables import Visibility
from portal.media.values import File, Owner
from portal.web.forms import Filled, Upload, blank, differences, field, read
from portal.web.inputs import Now
from portal.webinars.commands.preparing import resources as commands
from portal.webinars.permissions import can_prepare
from portal.webinars.preparing import ResourceDraft
from portal.webinars.queries.preparing import people
from portal.webinars.queries.preparing import resources as queries
from portal.webinars.queries.preparing.resources import Prepared
from portal.webinars.staff.frame import saved, staff_page
from portal.webinars.staff.inputs import Item, goes_up, the_room, wants_list
from portal.webinars.tables.taking_part import ResourceKind
from portal.webinars.values import Room

MOST_BYTES = 26_000_000
DOCUMENTS = ".pdf,.docx,.xlsx,.pptx,.odt,.ods,.odp,.csv,.txt"
KINDS = [
    (ResourceKind.FILE.value, "A file", "Slides, a checklist, a paper."),
    (ResourceKind.LINK.value, "A link", "A page to read."),
    (ResourceKind.CALL.value, "A call to act", "A button such as “Book a visit”."),
]
_IN_ROOM = "it, once its minute has come,"


async def may_read_file(file: File, request: Request[Any, Any, Any]) -> bool:
    """Those who set webinars up. Who takes part gets a file from the room, which asks for consent first."""
    return can_prepare(await actor_of(request))


class ResourceForm(msgspec.Struct):
    """`file` is the key of what is kept, `upload` what comes instead. `shows_after` is in minutes."""

    title: Annotated[str, field("Title")]
    kind: Annotated[ResourceKind, field("What it is", kind="choice")] = ResourceKind.LINK
    note: Annotated[str, field("Note")] = ""
    url: Annotated[str, field("Address", max_length=1000)] = ""
    file: Annotated[str, field("", max_length=40)] = ""
    upload: Annotated[Upload | None, field("File", kind="file")] = None
    shows_after: Annotated[
        int | None, field("Shown after", ge=0, le=1440, wrong="Please give minutes from 0 to 1440.")
    ] = None
    sponsor: Annotated[int, field("Sponsor", ge=0, le=2**62, wrong="Please choose a sponsor from the list.")] = 0
    needs_consent: Annotated[str, field("Asks for consent")] = ""
    seen: Annotated[str, field("", max_length=40)] = ""

    def draft(self, file: str) -> ResourceDraft:
        return ResourceDraft(
            kind=self.kind, title=self.title, note=self.note, url=self.url, file=file, sponsor_id=self.sponsor or None,
            shows_after=None if self.shows_after is None else self.shows_after * 60, needs_consent=bool(self.needs_consent),
        )  # fmt: skip


class StaffResources(Controller):
    path = "/staff/webinars/{webinar_id:int}/resources"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def index(self, request: Request[Any, Any, Any], webinar_id: Id) -> Response[str]:
        return await _list(request, await the_room(webinar_id))

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], webinar_id: Id) -> Response[str]:
        return await _one(request, await the_room(webinar_id), None, blank(kind=ResourceKind.FILE.value))

    @post("/", request_max_body_size=MOST_BYTES)
    async def add(
        self, request: Request[Any, Any, Any], webinar_id: Id, actor: SignedIn, now: Now, media: MediaStore
    ) -> Response[Any]:
        return await _save(request, await the_room(webinar_id), None, actor, now, media)

    @get("/{resource_id:int}")
    async def edit(self, request: Request[Any, Any, Any], webinar_id: Id, resource_id: Item) -> Response[str]:
        room = await the_room(webinar_id)
        known = await _resource(room, resource_id)
        return await _one(request, room, known, _filled(known.draft))

    @post("/{resource_id:int}", request_max_body_size=MOST_BYTES)
    async def save(
        self,
        request: Request[Any, Any, Any],
        webinar_id: Id,
        resource_id: Item,
        actor: SignedIn,
        now: Now,
        media: MediaStore,
    ) -> Response[Any]:
        room = await the_room(webinar_id)
        return await _save(request, room, await _resource(room, resource_id), actor, now, media)

    @post("/{resource_id:int}/place", status_code=200)
    async def move(
        self, request: Request[Any, Any, Any], webinar_id: Id, resource_id: Item, actor: SignedIn, now: Now
    ) -> Response[Any]:
        room, up = await the_room(webinar_id), await goes_up(request)
        await commands.move_resource(actor=actor, webinar_id=room.id, resource_id=resource_id, up=up, now=now)
        return await _list(request, room) if wants_list(request) else saved(room, "/resources", "Ordered.")

    @post("/{resource_id:int}/removal")
    async def remove(self, webinar_id: Id, resource_id: Item, actor: SignedIn, now: Now) -> Response[Any]:
        room = await the_room(webinar_id)
        await commands.remove_resource(actor=actor, webinar_id=room.id, resource_id=resource_id, now=now)
        return saved(room, "/resources", "Offered no more.", in_room="that it is gone")


async def _save(
    request: Request[Any, Any, Any], room: Room, known: Prepared | None, actor: Actor, now: Now, media: Media
) -> Response[Any]:
    form = await read(request, ResourceForm)
    data = form.data
    if data is None:
        return await _one(request, room, known, form, status=422)
    try:
        file = data.file
        if data.upload is not None and data.kind is ResourceKind.FILE:
            # Kept at once, so that it is not lost when something else is refused; nobody's until the form is saved.
            upload = await media.store_document(
                data.upload, owner=Owner(commands.FILES), actor=actor, now=now, visibility=Visibility.PRIVATE
            )
            file = upload.key
            form.values["file"], form.values["upload"] = file, ""
        await commands.save_resource(
            actor=actor, webinar_id=room.id, draft=data.draft(file), now=now, seen=data.seen,
            resource_id=known.id if known else None,
        )  # fmt: skip
    except NotFound as gone:
        return await _one(request, room, known, form.refuse(Invalid({"upload": gone.message})), status=422)
    except Invalid as refused:
        fields = {"upload" if name == "file" else name: words for name, words in refused.fields.items()}
        return await _one(request, room, known, form.refuse(Invalid(fields)), status=422)
    except Conflict as overtaken:
        known = await _resource(room, known.id) if known else None
        return await _one(request, room, known, form, status=409, conflict=overtaken.message)
    when = "from the start" if data.shows_after is None else f"{data.shows_after} minutes after going live"
    return saved(room, "/resources", f"Saved. It is shown {when}.", in_room=_IN_ROOM)


async def _resource(room: Room, resource_id: int) -> Prepared:
    found = await queries.one(room.id, resource_id)
    if found is None:
        raise NotFound("There is nothing like this to take along.")
    return found


def _filled(draft: ResourceDraft) -> Filled[ResourceForm]:
    plain = ("title", "note", "url", "file")
    return blank(
        **{name: getattr(draft, name) for name in plain}, kind=draft.kind.value, sponsor=draft.sponsor_id or "",
        shows_after="" if draft.shows_after is None else draft.shows_after // 60, seen=mark(draft),
        needs_consent="yes" if draft.needs_consent else "",
    )  # fmt: skip


async def _list(request: Request[Any, Any, Any], room: Room) -> Response[str]:
    prepared = await queries.of_webinar(room.id)
    files = await media_queries.by_keys([one.draft.file for one in prepared if one.draft.file])
    return staff_page(
        request, "webinars/staff/resources.html", room, "resources", block="prepared", prepared=prepared, files=files,
        kinds={value: name for value, name, _ in KINDS},
    )  # fmt: skip


async def _one(
    request: Request[Any, Any, Any], room: Room, known: Prepared | None, form: Filled[Any], *, status: int = 200,
    conflict: str = "",
) -> Response[str]:  # fmt: skip
    stored = _filled(known.draft) if known else blank()
    if conflict:
        form = Filled({**form.values, "seen": stored.value("seen")})
    key = str(form.value("file"))
    paying = await people.sponsors(room.id)
    return staff_page(
        request, "webinars/staff/resource.html", room, "resources", status=status, resource=known, form=form, kinds=KINDS,
        conflict=conflict, stored=differences(form, stored, ResourceForm) if conflict else [], taken=DOCUMENTS,
        file=(await media_queries.by_keys([key])).get(key) if key else None,
        sponsors=[(one.id, one.name) for one in paying],
    )  # fmt: skip
