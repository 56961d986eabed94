"""`/staff/events/{id}/exhibitors/documents`: what exhibitors are given to read, version by version, and who has."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.actors import Actor
from portal.accounts.guards import SignedIn, staff
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.overtaking import mark
from portal.exhibitors.desks.commands import papers as commands
from portal.exhibitors.desks.queries import papers as queries
from portal.exhibitors.desks.queries.overview import practical
from portal.exhibitors.desks.queries.papers import Paper
from portal.exhibitors.desks.staff.forms import PaperForm, PracticalForm, filled_paper
from portal.exhibitors.permissions import ORGANISERS
from portal.exhibitors.queries.offers import Offer
from portal.exhibitors.staff.frame import Number, staff_page, the_offer
from portal.media import queries as media_queries
from portal.media.flows import Media
from portal.media.pages import MOST_SENT, MediaStore
from portal.media.tables import Visibility
from portal.media.values import Owner
from portal.web.forms import Filled, blank, differences, read
from portal.web.inputs import Now
from portal.web.rendering import see_other


class StaffPapers(Controller):
    path = "/staff/events/{event_id:int}/exhibitors/documents"
    guards = [staff(*ORGANISERS)]
    include_in_schema = False

    @get()
    async def index(self, request: Request[Any, Any, Any], event_id: Number) -> Response[str]:
        return await _list(request, await the_offer(event_id), None)

    @post("/practical")
    async def practical(
        self, request: Request[Any, Any, Any], event_id: Number, actor: SignedIn, now: Now
    ) -> Response[Any]:
        offer, form = await the_offer(event_id), await read(request, PracticalForm)
        if form.data is None:
            return await _list(request, offer, form, status=422)
        try:
            await commands.save_practical(
                actor=actor, event_id=event_id, text=form.data.practical, seen=form.data.seen, now=now
            )
        except Conflict as refused:
            return await _list(request, offer, form.refuse(Invalid({"practical": refused.message})), status=409)
        return see_other(f"{offer.path}/documents", notice="Saved. It stands on every exhibitor’s desk.")

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], event_id: Number) -> Response[str]:
        return await _form(request, await the_offer(event_id), None, blank(packages=[]))

    @post(request_max_body_size=MOST_SENT)
    async def add(
        self, request: Request[Any, Any, Any], event_id: Number, actor: SignedIn, now: Now, media: MediaStore
    ) -> Response[Any]:
        return await _save(request, await the_offer(event_id), None, actor, now, media)

    @get("/{paper_id:int}")
    async def edit(self, request: Request[Any, Any, Any], event_id: Number, paper_id: Number) -> Response[str]:
        paper = await _paper(event_id, paper_id)
        return await _form(request, await the_offer(event_id), paper, filled_paper(paper))

    @post("/{paper_id:int}", request_max_body_size=MOST_SENT)
    async def save(
        self, request: Request[Any, Any, Any], event_id: Number, paper_id: Number, actor: SignedIn, now: Now,
        media: MediaStore,
    ) -> Response[Any]:  # fmt: skip
        return await _save(request, await the_offer(event_id), await _paper(event_id, paper_id), actor, now, media)

    @post("/{paper_id:int}/removal")
    async def remove(self, event_id: Number, paper_id: Number, actor: SignedIn, now: Now) -> Response[Any]:
        offer = await the_offer(event_id)
        await commands.withdraw_paper(actor=actor, event_id=event_id, paper_id=paper_id, now=now)
        return see_other(f"{offer.path}/documents", notice="Withdrawn. No exhibitor sees it any more.")


async def _list(
    request: Request[Any, Any, Any], offer: Offer, form: Filled[Any] | None, *, status: int = 200
) -> Response[str]:
    papers, told = await queries.of_event(offer.event_id), await practical(offer.event_id)
    stored = blank(practical=told or "", seen=mark(told or ""))
    shown = stored if form is None else Filled({**form.values, "seen": stored.value("seen")}, form.errors)
    return staff_page(
        request, "exhibitors/staff/papers.html", offer, "documents", status=status, papers=papers, form=shown,
        set_up=told is not None, files=await media_queries.by_keys([one.file for one in papers]),
    )  # fmt: skip


async def _paper(event_id: int, paper_id: int) -> Paper:
    found = await queries.paper(event_id, paper_id)
    if found is None:
        raise NotFound("There is no such document (any more).")
    return found


async def _save(
    request: Request[Any, Any, Any], offer: Offer, paper: Paper | None, actor: Actor, now: Now, media: Media
) -> Response[Any]:
    form = await read(request, PaperForm)
    data = form.data
    if data is None:
        return await _form(request, offer, paper, form, status=422)
    try:
        file = data.file
        if data.upload is not None:
            # Kept at once, so that it is not lost when something else is refused; nobody's until the form is saved.
            kept = await media.store_document(
                data.upload, owner=Owner(commands.OWNER), actor=actor, now=now, visibility=Visibility.PRIVATE
            )
            file = kept.key
            form.values["file"], form.values["upload"] = file, ""
        await commands.save_paper(
            actor=actor, event_id=offer.event_id, draft=data.draft, now=now, file=file, changes=data.changes,
            paper_id=paper.id if paper else None, seen=data.seen,
        )  # fmt: skip
    except NotFound as gone:
        return await _form(request, offer, paper, form.refuse(Invalid({"upload": gone.message})), status=422)
    except Invalid as refused:
        return await _form(request, offer, paper, form.refuse(refused), status=422)
    except Conflict as overtaken:
        assert paper is not None, "only what is stored is overtaken"
        paper = await _paper(offer.event_id, paper.id)
        return await _form(request, offer, paper, form, status=409, conflict=overtaken.message)
    return see_other(f"{offer.path}/documents", notice=f"Saved: {data.title}.")


async def _form(
    request: Request[Any, Any, Any], offer: Offer, paper: Paper | None, form: Filled[Any], *, status: int = 200,
    conflict: str = "",
) -> Response[str]:  # fmt: skip
    stored = filled_paper(paper) if paper else blank()
    if conflict:
        form = Filled({**form.values, "seen": stored.value("seen")})
    versions = await queries.versions(paper.id) if paper else []
    key = str(form.value("file"))
    files = await media_queries.by_keys([*(one["file"] for one in versions), *([key] if key else [])])
    return staff_page(
        request, "exhibitors/staff/paper.html", offer, "documents", status=status, paper=paper, form=form,
        conflict=conflict, stored=differences(form, stored, PaperForm) if conflict else [], versions=versions, files=files,
        waiting=files.get(key), readers=await queries.readers(paper.id) if paper else [],
    )  # fmt: skip
