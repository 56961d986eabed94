"""`/staff/companies/duplicates`: companies that look like one, side by side, to be merged or kept apart; undoing a merge."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.access.pages import steps
from portal.accounts.guards import SignedIn, staff
from portal.accounts.organisations.pages import Id
from portal.accounts.tables import StaffRole
from portal.core.addresses import parts_of
from portal.core.errors import Conflict, DomainError, Invalid, NotFound
from portal.directory.commands import duplicates, merging
from portal.directory.forms.duplicates import MergePair, NamePair
from portal.directory.queries import duplicates as queries
from portal.directory.queries.duplicates import Pair
from portal.directory.rules.duplicates import words
from portal.directory.rules.merging import ADDRESS
from portal.directory.rules.uniting import differing, written
from portal.directory.rules.wording import FIELD_NAMES, Known, said
from portal.directory.tables.editing import HintState
from portal.web.forms import Filled, blank, read, sent
from portal.web.inputs import Now
from portal.web.query_strings import page_number
from portal.web.rendering import page, see_other

_HERE = "/staff/companies/duplicates"


class StaffDuplicates(Controller):
    path = _HERE
    guards = [staff(StaffRole.EDITOR)]
    include_in_schema = False

    @get()
    async def index(self, request: Request[Any, Any, Any]) -> Response[Any]:
        return await _list(request, blank())

    @post(status_code=200)
    async def name(self, request: Request[Any, Any, Any], actor: SignedIn, now: Now) -> Response[Any]:
        """Put two companies side by side that somebody found."""
        form = await read(request, NamePair)
        if form.data is None:
            return await _list(request, form)
        try:
            made = await duplicates.suggest(
                actor=actor, one=slug_in(form.data.one), other=slug_in(form.data.other), now=now
            )
        except Invalid as error:
            return await _list(request, form.refuse(error))
        return see_other(f"{_HERE}/{made}")

    @get("/{hint_id:int}")
    async def single(self, request: Request[Any, Any, Any], hint_id: Id) -> Response[Any]:
        pair = await _pair(hint_id)
        return _show(request, pair, blank(keep=pair.suggested))

    @post("/{hint_id:int}/merge", status_code=200)
    async def merge(self, request: Request[Any, Any, Any], hint_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        pair = await _pair(hint_id)
        form = await read(request, MergePair)
        given = await sent(request)
        taken = {name: given[f"take_{name}"][0] for name in _choices(pair) if given.get(f"take_{name}")}
        shown = Filled(
            {**form.values, **{f"take_{name}": side for name, side in taken.items()}}, form.errors, form.data
        )
        if form.data is None:
            return _show(request, pair, shown)
        first, second = pair.first, pair.second
        kept, merged = (first, second) if form.data.keep == "first" else (second, first)
        other = "second" if form.data.keep == "first" else "first"
        try:
            await merging.merge_companies(
                actor=actor, kept_id=kept.id, merged_id=merged.id, now=now,
                of_merged=[name for name, side in taken.items() if side == other],
                revisions=dict(zip((first.id, second.id), _revisions(form.data.seen), strict=False)),
            )  # fmt: skip
        except (Invalid, Conflict, NotFound) as error:
            return _show(request, pair, shown, error)
        return see_other(_HERE, notice=f"{merged.name} is part of {kept.name} now. Its address leads there.")

    @post("/{hint_id:int}/apart", status_code=200)
    async def apart(self, request: Request[Any, Any, Any], hint_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        pair = await _pair(hint_id)
        try:
            await duplicates.keep_apart(actor=actor, hint_id=hint_id, now=now)
        except Conflict as error:
            return _show(request, pair, blank(keep=pair.suggested), error)
        return see_other(_HERE, notice="They stay two companies and are not offered again.")

    @post("/merges/{merge_id:int}/undo", status_code=200)
    async def undo(self, request: Request[Any, Any, Any], merge_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        try:
            await merging.undo_merge(actor=actor, merge_id=merge_id, now=now)
        except Conflict as error:
            return await _list(request, blank(), error)
        return see_other(_HERE, notice="They are two companies again.")


def slug_in(given: str) -> str:
    """The last part of a pasted address, or the slug itself."""
    parts = [part for part in parts_of(given).path.split("/") if part]
    return parts[-1] if parts else ""


def _revisions(seen: str) -> list[int]:
    return [int(part) if part.isascii() and part.isdigit() else -1 for part in seen.split("-")[:2]]


def _choices(pair: Pair) -> list[str]:
    return differing(pair.first.profile, pair.second.profile)


async def _pair(hint_id: int) -> Pair:
    pair = await queries.pair(hint_id)
    if pair is None:
        raise NotFound("This pair is not in the list any more.")
    return pair


async def _list(request: Request[Any, Any, Any], form: Filled[Any], error: DomainError | None = None) -> Response[Any]:
    number = page_number(request)
    pairs, at = await queries.waiting(number)
    if number > 1 and not pairs:
        raise NotFound("There is no such page of this list.")
    status, headers = steps.answer_to(error) if error else (422 if form.errors else 200, {})
    return page(
        request, "directory/staff/duplicates.html", private=True, status=status, headers=headers, pairs=pairs, at=at,
        address=lambda n: f"{_HERE}?page={n}" if n > 1 else _HERE, merges=await queries.merges(), words=words,
        form=form, error=error.message if error else "",
    )  # fmt: skip


def _show(
    request: Request[Any, Any, Any], pair: Pair, form: Filled[Any], error: DomainError | None = None
) -> Response[Any]:
    status, headers = steps.answer_to(error) if error else (422 if form.errors else 200, {})
    first, second = pair.first.profile, pair.second.profile
    choices = _choices(pair)
    lines = [
        (name, FIELD_NAMES[name], *(said(name, value, Known()).replace("\n", ", ") for value in values))
        for name in FIELD_NAMES
        if name not in {*ADDRESS, "position"} and any(values := [written(side, name) for side in (first, second)])
    ]
    return page(
        request, "directory/staff/duplicate.html", private=True, status=status, headers=headers, pair=pair, form=form,
        lines=lines, choices=choices, reasons=words(pair.reasons), error=error.message if error else "",
        decided=pair.state is not HintState.OPEN,
    )  # fmt: skip
