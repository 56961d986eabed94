"""`/staff/webinars/{id}/certificate`: what a certificate asks for. Each change holds for those who register from then on."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.accounts.organisations.pages import Id
from portal.core.errors import Conflict, Invalid
from portal.events.permissions import EDITORS
from portal.events.staff.forms import Version
from portal.web.forms import Filled, blank, differences, field, read
from portal.web.inputs import Now
from portal.webinars.commands.preparing.rules import set_rule
from portal.webinars.preparing import RuleDraft
from portal.webinars.public import Asked
from portal.webinars.queries.preparing import polls, rules
from portal.webinars.rules.public import asks_for
from portal.webinars.staff.frame import saved, staff_page
from portal.webinars.staff.inputs import the_room
from portal.webinars.values import Room


class RuleForm(msgspec.Struct):
    version: Version
    minutes: Annotated[int, field("Minutes", ge=0, le=1440, wrong="Please give minutes from 0 to 1440.")] = 0
    polls: Annotated[int, field("Polls", ge=0, le=100, wrong="Please give a number from 0 to 100.")] = 0
    test_percent: Annotated[int, field("Right answers", ge=0, le=100, wrong="Please give per cent from 0 to 100.")] = 0
    offered: Annotated[str, field("There is a certificate")] = ""
    replay_counts: Annotated[str, field("The recording counts")] = ""
    credit: Annotated[str, field("What it is worth")] = ""

    @property
    def rule(self) -> RuleDraft:
        return RuleDraft(
            minutes=self.minutes, polls=self.polls, test_percent=self.test_percent, credit=self.credit,
            replay_counts=bool(self.replay_counts), offered=bool(self.offered),
        )  # fmt: skip


class StaffCertificate(Controller):
    path = "/staff/webinars/{webinar_id:int}/certificate"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def show(self, request: Request[Any, Any, Any], webinar_id: Id) -> Response[str]:
        return await _show(request, await the_room(webinar_id), None)

    @post("/")
    async def save(self, request: Request[Any, Any, Any], webinar_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        room = await the_room(webinar_id)
        form = await read(request, RuleForm)
        if form.data is None:
            return await _show(request, room, form, status=422)
        try:
            changed = await set_rule(
                actor=actor, webinar_id=room.id, version=form.data.version, rule=form.data.rule, now=now
            )
        except Invalid as refused:
            return await _show(request, room, form.refuse(refused), status=422)
        except Conflict as overtaken:
            return await _show(request, room, form, status=409, conflict=overtaken.message)
        done = "A new version, for those who register from now on. Who has a place keeps what held then."
        return saved(room, "/certificate", done if changed else "Nothing was different.")


def _words(rule: RuleDraft) -> str:
    if not rule.offered:
        return "No certificate"
    told = {name: value for name, value in msgspec.structs.asdict(rule).items() if name != "offered"}
    found = ", ".join(asks_for(Asked(**told)))
    return f"{found}; worth {rule.credit}" if rule.credit else found


def _filled(versions: list[rules.Version]) -> Filled[RuleForm]:
    newest = versions[0].rule if versions else RuleDraft(offered=False)
    return blank(
        version=versions[0].number if versions else 0, minutes=newest.minutes, polls=newest.polls,
        test_percent=newest.test_percent, credit=newest.credit, offered="yes" if newest.offered else "",
        replay_counts="yes" if newest.replay_counts else "",
    )  # fmt: skip


async def _show(
    request: Request[Any, Any, Any], room: Room, form: Filled[Any] | None, *, status: int = 200, conflict: str = ""
) -> Response[str]:
    versions = await rules.versions(room.id)
    now_stored = _filled(versions)
    if form is not None and conflict:
        form = Filled({**form.values, "version": now_stored.value("version")})
    prepared = await polls.of_webinar(room.id)
    return staff_page(
        request, "webinars/staff/certificate.html", room, "certificate", status=status, form=form or now_stored,
        conflict=conflict, stored=differences(form, now_stored, RuleForm) if form is not None and conflict else [],
        versions=[(one, _words(one.rule)) for one in versions], tests=sum(one.draft.is_test for one in prepared),
        asked=sum(not one.draft.is_test for one in prepared),
    )  # fmt: skip
