"""`/companies/{slug}/manage/profile`: what is complete, what the draft changes, and publishing or discarding it."""

from collections.abc import Sequence
from typing import Any

from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.core import times
from portal.core.errors import Conflict, Invalid
from portal.directory import permissions
from portal.directory.commands import drafting, revising
from portal.directory.pages.editing import asking
from portal.directory.pages.managing import MANAGE, Managed, ManagedCompany, managed, managed_page
from portal.directory.queries import companies, drafts, plans
from portal.directory.rules import editing, wording
from portal.directory.rules.claims import is_proved
from portal.directory.rules.completeness import completeness
from portal.directory.rules.freshness import ASKED_AFTER, counts
from portal.directory.rules.merging import Overtaken
from portal.directory.rules.showing import kept_back
from portal.directory.rules.wording import Difference, Question
from portal.directory.values import Profile
from portal.web.forms import sent
from portal.web.inputs import Now
from portal.web.rendering import see_other


class EditPages(Controller):
    path = f"{MANAGE}/profile"
    guards = [signed_in]
    dependencies = managed(permissions.can_edit)
    include_in_schema = False

    @get()
    async def overview(self, request: Request[Any, Any, Any], managed: ManagedCompany, now: Now) -> Response[str]:
        return await _show(request, managed, now)

    @post("/publication")
    async def publish(self, request: Request[Any, Any, Any], managed: ManagedCompany, now: Now) -> Response[Any]:
        typed = await sent(request)
        note, seen = asking.line(typed, "note").strip(), asking.line(typed, "seen")
        chosen = asking.choices(typed)
        try:
            number = await revising.publish_draft(
                actor=managed.actor, company_id=managed.company.id, as_seen=seen, note=note, choices=chosen, now=now
            )
        except Overtaken as error:
            asked = await _asked(managed, error, chosen)
            return await _show(request, managed, now, status=409, note=note, questions=asked)
        except Conflict as error:
            return await _show(request, managed, now, status=409, note=note, told=error.message)
        except Invalid as error:
            return await _show(request, managed, now, status=422, note=note, faults=error.fields)
        notice = f"Published as revision {number}. The public page shows it now."
        return see_other(managed.address("profile"), notice=notice)

    @post("/discard")
    async def discard(self, request: Request[Any, Any, Any], managed: ManagedCompany, now: Now) -> Response[Any]:
        seen = asking.line(await sent(request), "seen")
        try:
            await drafting.discard(actor=managed.actor, company_id=managed.company.id, as_seen=seen, now=now)
        except Conflict as error:
            return await _show(request, managed, now, status=409, told=error.message)
        return see_other(
            managed.address("profile"), notice="The draft is discarded. The published profile is as it was."
        )


async def _asked(managed: Managed, error: Overtaken, chosen: dict[str, str]) -> Sequence[Question]:
    draft, company = await drafts.of_company(managed.company.id), await companies.by_id(managed.company.id)
    profiles = [draft.profile if draft else managed.company.profile, company.profile if company else Profile(name="")]
    asked, _ = await asking.questions(error.clashes, chosen, *profiles)
    return asked


async def _show(
    request: Request[Any, Any, Any],
    managed: Managed,
    now: Now,
    *,
    status: int = 200,
    note: str = "",
    told: str = "",
    questions: Sequence[Question] = (),
    faults: dict[str, str] | None = None,
) -> Response[str]:
    company = managed.company
    draft = await drafts.of_company(company.id)
    profile = draft.profile if draft else company.profile
    today, own = times.today(now), managed.may(permissions.is_member)
    due = editing.overdue(company.profile.facts, today - ASKED_AFTER) if own else []
    changes: list[Difference] = []
    if draft:
        names = wording.known(await drafts.term_names([profile, company.profile]), profile, company.profile)
        changes = wording.differences(company.profile, profile, names)
    return managed_page(
        request, "directory/editing/overview.html", managed, here="profile", status=status, draft=draft, profile=profile,
        percent=completeness(profile), advice=editing.advice(profile), places=editing.SECTIONS, changes=changes,
        kept_back=kept_back(profile, await plans.limits(company.id, now=now)),
        loses_mark=company.verified_by is not None and not is_proved(profile.website, company.verified_site),
        unproved=company.verified_by is None and managed.may(permissions.can_own),
        due=len(due), hidden=sum(not counts(fact, today) for fact in due),
        seen=drafting.seen(profile), note=note, told=told, questions=questions,
        faults=[(editing.section_at(path, profile), path, words) for path, words in (faults or {}).items()],
    )  # fmt: skip
