"""`/staff/webinars/{id}/polls`: what is asked of everybody, and the short test, prepared ahead."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.accounts.organisations.pages import Id
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.overtaking import mark
from portal.events.permissions import EDITORS
from portal.web.forms import Filled, blank, differences, field, read
from portal.web.inputs import Now
from portal.webinars.commands.preparing import polls as commands
from portal.webinars.preparing import OptionDraft, PollDraft
from portal.webinars.queries.preparing import polls as queries
from portal.webinars.queries.preparing.polls import Prepared
from portal.webinars.staff.frame import saved, staff_page
from portal.webinars.staff.inputs import Item, goes_up, the_room, wants_list
from portal.webinars.tables.taking_part import PollKind, PollState
from portal.webinars.values import Room

KINDS = [
    (PollKind.SINGLE.value, "One choice", ""), (PollKind.MULTIPLE.value, "Several choices", ""),
    (PollKind.RATING.value, "A rating from 1 to 5", "Not in the test."),
    (PollKind.OPEN.value, "Words of their own", "Not in the test."),
]  # fmt: skip
_WITH_OPTIONS = (PollKind.SINGLE, PollKind.MULTIPLE)


class PollForm(msgspec.Struct):
    """`options` are choices, one a line; of a test, right ones begin with a star. `opens_after` is in minutes."""

    question: Annotated[str, field("Question", max_length=300)]
    kind: Annotated[PollKind, field("Kind of answer", kind="choice")] = PollKind.SINGLE
    options: Annotated[str, field("Choices", kind="text", max_length=4000)] = ""
    opens_after: Annotated[
        int | None, field("Opens by itself", ge=0, le=1440, wrong="Please give minutes from 0 to 1440.")
    ] = None
    shows_results: Annotated[str, field("Everybody sees the results")] = ""
    test: Annotated[str, field("Part of the short test")] = ""
    seen: Annotated[str, field("", max_length=40)] = ""

    @property
    def draft(self) -> PollDraft:
        lines = [line.strip() for line in self.options.split("\n") if line.strip()]
        starred = [
            (line.removeprefix("*").strip(), line.startswith("*")) if self.test else (line, False) for line in lines
        ]
        chosen = self.kind in _WITH_OPTIONS
        return PollDraft(
            kind=self.kind, question=self.question, is_test=bool(self.test), shows_results=bool(self.shows_results),
            opens_after=None if self.opens_after is None else self.opens_after * 60,
            options=tuple(OptionDraft(label, right) for label, right in starred if label) if chosen else (),
        )  # fmt: skip


class StaffPolls(Controller):
    path = "/staff/webinars/{webinar_id:int}/polls"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def index(self, request: Request[Any, Any, Any], webinar_id: Id) -> Response[str]:
        return await _list(request, await the_room(webinar_id))

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], webinar_id: Id) -> Response[str]:
        test = "yes" if request.query_params.get("test") else ""
        start = blank(kind=PollKind.SINGLE.value, shows_results="" if test else "yes", test=test)
        return _one(request, await the_room(webinar_id), None, start)

    @post("/")
    async def add(self, request: Request[Any, Any, Any], webinar_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        room = await the_room(webinar_id)
        form = await read(request, PollForm)
        if form.data is None:
            return _one(request, room, None, form, status=422)
        try:
            await commands.save_poll(actor=actor, webinar_id=room.id, draft=form.data.draft, now=now)
        except Invalid as refused:
            return _one(request, room, None, form.refuse(refused), status=422)
        return saved(room, "/polls", f"Prepared. {_opens(form.data.draft)}")

    @get("/{poll_id:int}")
    async def edit(self, request: Request[Any, Any, Any], webinar_id: Id, poll_id: Item) -> Response[str]:
        room = await the_room(webinar_id)
        known = await _poll(room, poll_id)
        return _one(request, room, known, _filled(known.draft))

    @post("/{poll_id:int}")
    async def save(
        self, request: Request[Any, Any, Any], webinar_id: Id, poll_id: Item, actor: SignedIn, now: Now
    ) -> Response[Any]:
        room = await the_room(webinar_id)
        known = await _poll(room, poll_id)
        form = await read(request, PollForm)
        if form.data is None:
            return _one(request, room, known, form, status=422)
        draft = form.data.draft
        try:
            await commands.save_poll(
                actor=actor, webinar_id=room.id, draft=draft, now=now, poll_id=poll_id, seen=form.data.seen
            )
        except Invalid as refused:
            return _one(request, room, known, form.refuse(refused), status=422)
        except Conflict as overtaken:
            known = await _poll(room, poll_id)
            return _one(request, room, known, form, status=409, conflict=overtaken.message)
        return saved(room, "/polls", f"Saved. {_opens(draft)}")

    @post("/{poll_id:int}/place", status_code=200)
    async def move(
        self, request: Request[Any, Any, Any], webinar_id: Id, poll_id: Item, actor: SignedIn, now: Now
    ) -> Response[Any]:
        room, up = await the_room(webinar_id), await goes_up(request)
        await commands.move_poll(actor=actor, webinar_id=room.id, poll_id=poll_id, up=up, now=now)
        return await _list(request, room) if wants_list(request) else saved(room, "/polls", "Ordered.")

    @post("/{poll_id:int}/removal")
    async def remove(self, webinar_id: Id, poll_id: Item, actor: SignedIn, now: Now) -> Response[Any]:
        room = await the_room(webinar_id)
        await commands.remove_poll(actor=actor, webinar_id=room.id, poll_id=poll_id, now=now)
        return saved(room, "/polls", "Thrown away; nobody had been asked.")


def _opens(draft: PollDraft) -> str:
    if draft.opens_after is None:
        return "Nobody sees it until the desk opens it."
    return f"It opens by itself {draft.opens_after // 60} minutes after going live."


async def _poll(room: Room, poll_id: int) -> Prepared:
    found = await queries.one(room.id, poll_id)
    if found is None:
        raise NotFound("There is no such poll.")
    return found


def _filled(draft: PollDraft) -> Filled[PollForm]:
    lines = [f"* {option.label}" if draft.is_test and option.is_right else option.label for option in draft.options]
    return blank(
        question=draft.question, kind=draft.kind.value, options="\n".join(lines), seen=mark(draft),
        opens_after="" if draft.opens_after is None else draft.opens_after // 60,
        shows_results="yes" if draft.shows_results else "", test="yes" if draft.is_test else "",
    )  # fmt: skip


async def _list(request: Request[Any, Any, Any], room: Room) -> Response[str]:
    prepared = await queries.of_webinar(room.id)
    parts = [("Polls", False, [p for p in prepared if not p.draft.is_test])]
    parts.append(("Short test", True, [p for p in prepared if p.draft.is_test]))
    kinds = {value: name for value, name, _ in KINDS}
    return staff_page(
        request,
        "webinars/staff/polls.html",
        room,
        "polls",
        block="prepared",
        parts=parts,
        kinds=kinds,
        draft=PollState.DRAFT,
    )


def _one(
    request: Request[Any, Any, Any], room: Room, known: Prepared | None, form: Filled[Any], *, status: int = 200,
    conflict: str = "",
) -> Response[str]:  # fmt: skip
    stored = _filled(known.draft) if known else blank()
    if conflict:
        form = Filled({**form.values, "seen": stored.value("seen")})
    return staff_page(
        request, "webinars/staff/poll.html", room, "polls", status=status, poll=known, form=form, kinds=KINDS,
        conflict=conflict, stored=differences(form, stored, PollForm) if conflict else [],
    )  # fmt: skip
