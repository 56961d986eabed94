"""`/companies/{slug}/manage/history`: every revision of the profile, what it changed, and restoring an older one."""

from itertools import pairwise
from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.core.errors import Invalid, NotFound
from portal.directory import permissions
from portal.directory.commands import revising
from portal.directory.pages.editing import asking
from portal.directory.pages.managing import MANAGE, Managed, ManagedCompany, managed, managed_page
from portal.directory.queries import drafts, history
from portal.directory.queries.history import Revision
from portal.directory.rules import wording
from portal.directory.rules.merging import Overtaken
from portal.web.forms import sent
from portal.web.inputs import Now
from portal.web.rendering import see_other

_MOST = 2**31 - 1


class HistoryPages(Controller):
    path = f"{MANAGE}/history"
    guards = [signed_in]
    dependencies = managed(permissions.can_edit)
    include_in_schema = False

    @get()
    async def index(self, request: Request[Any, Any, Any], managed: ManagedCompany) -> Response[str]:
        asked = request.query_params.get("page", "1")
        page = int(asked) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 6 else 1
        rows, at = await history.revisions(managed.company.id, max(1, page))
        if not rows:
            raise NotFound("There is no such page of the history.")
        profiles = [row.profile for row in rows]
        names = wording.known(await drafts.term_names(profiles), *profiles)
        changed = {
            row.number: wording.differences(earlier.profile, row.profile, names) for row, earlier in pairwise(rows)
        }
        return managed_page(
            request, "directory/editing/history.html", managed, here="history", rows=rows[: at.size], at=at,
            changed=changed,
            address=lambda n: managed.address("history") + (f"?page={n}" if n > 1 else ""),
        )  # fmt: skip

    @get("/{number:int}")
    async def revision(
        self, request: Request[Any, Any, Any], managed: ManagedCompany, number: FromPath[int]
    ) -> Response[str]:
        return await _show(request, managed, await _revision(managed, number))

    @post("/{number:int}/restoration")
    async def restore(
        self, request: Request[Any, Any, Any], managed: ManagedCompany, number: FromPath[int], now: Now
    ) -> Response[Any]:
        wanted = await _revision(managed, number)
        typed = await sent(request)
        since = asking.line(typed, "since")[:12]
        chosen = asking.choices(typed)
        if not (since.isascii() and since.isdigit() and 0 < int(since) <= managed.company.revision):
            return await _show(
                request, managed, wanted, status=422, told="This page is out of date. Please look again."
            )
        try:
            made = await revising.restore(
                actor=managed.actor,
                company_id=managed.company.id,
                number=number,
                since=int(since),
                choices=chosen,
                now=now,
            )
        except Overtaken as error:
            asked, _ = await asking.questions(error.clashes, chosen, wanted.profile, managed.company.profile)
            return await _show(request, managed, wanted, status=409, questions=asked, since=int(since))
        except Invalid as error:
            words = " ".join(dict.fromkeys(error.fields.values()))
            return await _show(request, managed, wanted, status=422, told=f"It cannot be published as it was: {words}")
        if made == managed.company.revision:
            return see_other(managed.address("history"), notice="The published profile says the same already.")
        return see_other(
            managed.address("history"), notice=f"Revision {number} is published again, as revision {made}."
        )


async def _revision(managed: Managed, number: int) -> Revision:
    found = await history.revision(managed.company.id, number) if 0 < number <= _MOST else None
    if found is None:
        raise NotFound("There is no such revision.")
    return found


async def _show(
    request: Request[Any, Any, Any],
    managed: Managed,
    row: Revision,
    *,
    status: int = 200,
    told: str = "",
    since: int | None = None,
    questions: Any = (),
) -> Response[str]:
    earlier = await history.revision(managed.company.id, row.number - 1) if row.number > 1 else None
    profiles = [row.profile, managed.company.profile, *([earlier.profile] if earlier else [])]
    names = wording.known(await drafts.term_names(profiles), *profiles)
    return managed_page(
        request, "directory/editing/revision.html", managed, here="history", status=status, row=row, told=told,
        changes=wording.differences(earlier.profile, row.profile, names) if earlier else [], earlier=earlier,
        back=wording.differences(managed.company.profile, row.profile, names), questions=questions,
        since=since or managed.company.revision,
    )  # fmt: skip
