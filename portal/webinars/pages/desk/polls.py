"""Polls at the desk: asking, closing, showing what came of them, and taking it along."""

from typing import Any

from litestar import Controller, get, post
from litestar.response import Response

from portal.core import times
from portal.core.errors import Conflict, DomainError, Invalid, NotFound
from portal.core.overtaking import mark
from portal.web import forms
from portal.web.open_data import table
from portal.webinars.commands import polling
from portal.webinars.commands.exporting import note_export
from portal.webinars.commands.preparing import polls as drafts
from portal.webinars.desk_forms import PollForm
from portal.webinars.guards import at_desk, moderators
from portal.webinars.pages.desk.frame import DESK, Desk, Id, TheDesk
from portal.webinars.preparing import OptionDraft, PollDraft
from portal.webinars.queries import moderated_polls as queries
from portal.webinars.queries.preparing import polls as prepared
from portal.webinars.rules.desk_words import KINDS
from portal.webinars.rules.preparing import WITH_OPTIONS
from portal.webinars.tables.taking_part import PollKind, PollState

_DECIDES = [moderators]
_RESULTS = ("poll", "kind", "state", "people", "answer", "given", "per_cent")
_ANSWERS = ("poll", "kind", "answer", "name", "company", "email", "at")


class DeskPolls(Controller):
    path = "/webinars/{slug:str}/desk/polls"
    dependencies = DESK
    guards = [at_desk]
    include_in_schema = False

    @get("/results.csv")
    async def results(self, desk: TheDesk) -> Response[str]:
        """What came of every poll, a line for each choice, and all that was written: names nobody."""
        rows: list[tuple[object, ...]] = []
        for one in await queries.all_polls(desk.room.id, all_words=True):
            poll = one.poll
            told = (poll.question, KINDS[poll.kind], poll.state.value, poll.people)
            rows += [(*told, bar.label, bar.count, bar.percent) for bar in poll.bars]
            rows += [(*told, words, 1, None) for words in one.words]
        return _file(desk, "results", table(_RESULTS, rows))

    @get("/answers.csv", guards=_DECIDES)
    async def answers(self, desk: TheDesk) -> Response[str]:
        """Every answer with who gave it; noted, because it concerns people."""
        found = await queries.results(desk.room.id)
        await note_export(
            webinar_id=desk.room.id, what="poll answers", rows=len(found), actor=desk.crew.actor, now=desk.now
        )
        rows = [
            (one.poll, KINDS[one.kind], one.answer, one.name, one.company, one.email,
             times.moment(one.at, desk.room.timezone, "yyyy-MM-dd HH:mm:ss"))
            for one in found
        ]  # fmt: skip
        return _file(desk, "answers", table(_ANSWERS, rows))

    @get("/new", guards=_DECIDES)
    async def blank(self, desk: TheDesk) -> Response[Any]:
        return _draft(desk, forms.blank(kind=PollKind.SINGLE.value, shows_results="yes"))

    @post("/new", guards=_DECIDES)
    async def make(self, desk: TheDesk) -> Response[Any]:
        return await _saved(desk, None)

    @get("/{number:int}", guards=_DECIDES)
    async def draft(self, number: Id, desk: TheDesk) -> Response[Any]:
        stored = await _stored(desk, number)
        return _draft(desk, _typed(stored), number=number, seen=mark(stored))

    @post("/{number:int}", guards=_DECIDES)
    async def edit(self, number: Id, desk: TheDesk) -> Response[Any]:
        return await _saved(desk, number)

    @post("/{number:int}/removal", guards=_DECIDES)
    async def remove(self, number: Id, desk: TheDesk) -> Response[Any]:
        act = drafts.remove_poll(actor=desk.crew.actor, webinar_id=desk.room.id, poll_id=number, now=desk.now)
        return await desk.did(act, at="polls")

    @post("/{number:int}/opening", guards=_DECIDES)
    async def open(self, number: Id, desk: TheDesk) -> Response[Any]:
        act = polling.open_poll(webinar_id=desk.room.id, poll_id=number, now=desk.now)
        return await desk.did(act, at=f"dp-{number}")

    @post("/{number:int}/closing", guards=_DECIDES)
    async def close(self, number: Id, desk: TheDesk) -> Response[Any]:
        act = polling.close_poll(webinar_id=desk.room.id, poll_id=number, now=desk.now)
        return await desk.did(act, at=f"dp-{number}")

    @post("/{number:int}/results", guards=_DECIDES)
    async def show(self, number: Id, desk: TheDesk) -> Response[Any]:
        act = polling.show_results(webinar_id=desk.room.id, poll_id=number, on=True)
        return await desk.did(act, at=f"dp-{number}")

    @post("/{number:int}/results/withdrawal", guards=_DECIDES)
    async def hide(self, number: Id, desk: TheDesk) -> Response[Any]:
        act = polling.show_results(webinar_id=desk.room.id, poll_id=number, on=False)
        return await desk.did(act, at=f"dp-{number}")


async def _saved(desk: Desk, number: int | None) -> Response[Any]:
    """Write a poll, or write it anew; whatever is wrong is said beside what was typed."""
    form = await forms.read(desk.request, PollForm)
    if form.data is None:
        return _draft(desk, form, number=number, seen=str(form.value("seen")))
    typed = form.data
    draft = PollDraft(
        kind=typed.kind,
        question=typed.question,
        options=tuple(OptionDraft(line) for line in typed.options.splitlines() if line.strip())
        if typed.kind in WITH_OPTIONS
        else (),
        opens_after=None if typed.minute is None else typed.minute * 60,
        shows_results=bool(typed.shows_results),
    )
    try:
        made = await drafts.save_poll(
            actor=desk.crew.actor, webinar_id=desk.room.id, draft=draft, now=desk.now, poll_id=number, seen=typed.seen
        )
    except Conflict as error:
        assert number is not None
        stored = await _stored(desk, number)
        other = forms.differences(form, _typed(stored), PollForm)
        return _draft(desk, form, number=number, seen=mark(stored), error=error, other=other)
    except Invalid as error:
        return _draft(desk, form, number=number, seen=typed.seen, error=error)
    return desk.done(at=f"dp-{made}")


async def _stored(desk: Desk, number: int) -> PollDraft:
    """A poll nobody was asked yet. Raises Conflict once it was."""
    found = await prepared.one(desk.room.id, number)
    if found is None or found.draft.is_test:
        raise NotFound("There is no such poll.")
    if found.state is not PollState.DRAFT:
        raise Conflict("This poll was opened already, so what was asked stays as it is. Please make another one.")
    return found.draft


def _typed(draft: PollDraft) -> forms.Filled[Any]:
    """A stored poll as somebody would have typed it."""
    return forms.blank(
        kind=draft.kind.value, question=draft.question, options="\n".join(option.label for option in draft.options),
        minute="" if draft.opens_after is None else str(draft.opens_after // 60),
        shows_results="yes" if draft.shows_results else "",
    )  # fmt: skip


def _draft(
    desk: Desk, form: forms.Filled[Any], *, number: int | None = None, seen: str = "", error: DomainError | None = None,
    other: list[tuple[str, str]] | None = None,
) -> Response[Any]:  # fmt: skip
    return desk.panel(
        "webinars/desk/panels/poll.html", form=form, error=error, number=number, seen=seen, other=other,
        kinds=list(KINDS.items()),
    )  # fmt: skip


def _file(desk: Desk, name: str, text: str) -> Response[str]:
    """A CSV file that spreadsheets read as UTF-8."""
    headers = {
        "Content-Disposition": f'attachment; filename="{desk.room.slug}-{name}.csv"',
        "Cache-Control": "private, no-store",
    }
    return Response(f"\ufeff{text}", media_type="text/csv", headers=headers)
