"""`/staff/events/{id}/registration`: what is sold, by which rules one registers, what everybody is asked."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core.errors import Conflict, NotFound
from portal.core.money import Money
from portal.registration.commands.asking import MOST_QUESTIONS, set_rules
from portal.registration.commands.promoting import MOST_CODES
from portal.registration.permissions import STAFF
from portal.registration.queries import setup as queries
from portal.registration.rules.codes import gives, standing
from portal.registration.staff.forms import filled_rules, read_rules
from portal.registration.tables import QuestionKind
from portal.registration.values.setup import StaffEvent
from portal.web.forms import Filled, sent
from portal.web.inputs import Now
from portal.web.rendering import page, see_other

KINDS = {
    QuestionKind.TEXT: "A line of text", QuestionKind.LONG_TEXT: "Several lines of text", QuestionKind.CHOICE: "One choice",
    QuestionKind.CHOICES: "Several choices", QuestionKind.AGREEMENT: "A box to tick",
}  # fmt: skip
MOST_ID = 2**62


async def known_event(event_id: int) -> StaffEvent:
    """The own event of an address; raises NotFound for others."""
    found = await queries.staff_event(event_id) if 0 < event_id < MOST_ID else None
    if found is None:
        raise NotFound("There is no such event, or its tickets are sold elsewhere.")
    return found


class SetupPages(Controller):
    path = "/staff/events/{event_id:int}/registration"
    guards = [staff(*STAFF)]
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], event_id: FromPath[int], now: Now) -> Response[Any]:
        return await _show(request, await known_event(event_id), None, now)

    @post("/rules")
    async def save(
        self, request: Request[Any, Any, Any], event_id: FromPath[int], actor: SignedIn, now: Now
    ) -> Response[Any]:
        event = await known_event(event_id)
        form = read_rules(await sent(request), event.timezone)
        if form.data is None:
            return await _show(request, event, form, now, status=422)
        try:
            await set_rules(actor=actor, event_id=event.id, rules=form.data, now=now)
        except Conflict as overtaken:
            stored = await queries.rules(event.id)
            kept: Filled[Any] = Filled({**form.values, "version": stored.version})
            return await _show(request, event, kept, now, status=409, conflict=overtaken.message)
        return see_other(
            f"{event.path}/registration", notice="The rules are saved. They hold for whoever registers from now on."
        )


async def _show(
    request: Request[Any, Any, Any], event: StaffEvent, form: Filled[Any] | None, now: Now, *, status: int = 200,
    conflict: str = "",
) -> Response[Any]:  # fmt: skip
    quotas, questions, rules = await queries.around_tickets(event.id)
    tickets = await queries.tickets(event.id)
    codes = await queries.codes(event.id)
    return page(
        request, "registration/staff/setup.html", private=True, status=status, event=event, tickets=tickets, quotas=quotas,
        names={quota.id: quota.name for quota in quotas}, prices={t.id: Money(t.price, t.currency) for t in tickets},
        codes=[(one, standing(one, now), gives(one.facts, tickets)) for one in codes], most_codes=MOST_CODES,
        asked=[one for one in questions if one.withdrawn_at is None], most=MOST_QUESTIONS,
        withdrawn=[one for one in questions if one.withdrawn_at is not None], kinds=KINDS, conflict=conflict, now=now,
        form=form or filled_rules(rules, event.timezone),
    )  # fmt: skip
