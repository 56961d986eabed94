"""`/staff/mail`: what became of mails, sending one again, stopping and allowing mail to an address.

It stands here because the outbox itself knows no guards (docs/decisions/0002).
"""

from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from litestar import Controller, get, post
from litestar.connection import Request
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.actors import Actor
from portal.accounts.duties import Queue
from portal.accounts.guards import SignedIn, staff
from portal.accounts.tables import StaffRole
from portal.core.errors import NotFound
from portal.notifications import queries, rules
from portal.notifications.commands import addresses, outbox
from portal.notifications.tables import MailState
from portal.web.forms import Filled, blank, field, read
from portal.web.inputs import Now
from portal.web.rendering import page, see_other

POSTMASTERS = (StaffRole.ORGANISER, StaffRole.EDITOR, StaffRole.SUPPORT)


def may_read_mail(actor: Actor | None) -> bool:
    return actor is not None and actor.has_role(*POSTMASTERS)


MAIL = Queue("mail", "Mail", "/staff/mail", may_read_mail)
_PAGE_SIZE = 50
_MOST_ID = 2**63 - 1
_REASONS = {
    "refused": "Its mail server says that there is no such address. Codes are sent all the same.",
    "doubted": "Its mail server refused a mail without a reason. A second time on another day stops mail to it.",
    "unsubscribed": "The reader does not want mail on this topic.",
    "staff": "Our staff stopped it.",
}


class Stop(msgspec.Struct):
    """Stopping mail to an address."""

    address: Annotated[str, field("Address", kind="email")]
    detail: Annotated[str, field("Why", max_length=200)]


class Allow(msgspec.Struct):
    """Letting mail go to an address again."""

    address: Annotated[str, field("Address", max_length=254)]
    topic: Annotated[str, field("Topic", max_length=40)] = "*"


class StaffMail(Controller):
    path = "/staff/mail"
    guards = [staff(*POSTMASTERS)]
    include_in_schema = False

    @get()
    async def index(self, request: Request[Any, Any, Any]) -> Response[Any]:
        return await _show(request, blank())

    @post("/{mail_id:int}/copies")
    async def send_again(self, mail_id: FromPath[int], actor: SignedIn, now: Now) -> Response[Any]:
        if not 0 < mail_id <= _MOST_ID:
            raise NotFound("There is no such mail.")
        recipient = await outbox.resend(actor=actor.label, mail_id=mail_id, now=now)
        return see_other(address(recipient), notice=f"On its way to {recipient} again.")

    @post("/stops", status_code=303)
    async def stop(self, request: Request[Any, Any, Any], actor: SignedIn, now: Now) -> Response[Any]:
        form = await read(request, Stop)
        if form.data is None:
            return await _show(request, form, status=422)
        stopped = form.data.address
        await addresses.suppress(actor=actor.label, address=stopped, detail=form.data.detail, now=now)
        return see_other(address(stopped), notice=f"No mail goes to {stopped} any more.")

    @post("/stops/removal", status_code=303)
    async def allow(self, request: Request[Any, Any, Any], actor: SignedIn, now: Now) -> Response[Any]:
        form = await read(request, Allow)
        if form.data is None:
            return await _show(request, form, status=422)
        allowed = form.data.address
        await addresses.unsuppress(actor=actor.label, address=allowed, topic=form.data.topic, now=now)
        return see_other(address(allowed), notice=f"Mail goes to {allowed} again.")


def address(recipient: str = "", state: str = "", before: int | None = None) -> str:
    """Where the list of certain mails is."""
    given = {"q": recipient, "state": state, "before": str(before or "")}
    kept = {name: value for name, value in given.items() if value}
    return "/staff/mail" + (f"?{urlencode(kept)}" if kept else "")


async def _show(request: Request[Any, Any, Any], form: Filled[Any], *, status: int = 200) -> Response[Any]:
    asked = request.query_params
    recipient = rules.normal(asked.get("q", "") or str(form.value("address")))[:254]
    state = next((known for known in MailState if known == asked.get("state")), None)
    before = asked.get("before", "")
    last = int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None
    found = await queries.mail_log(recipient=recipient, state=state, before=last, limit=_PAGE_SIZE + 1)
    mails = found[:_PAGE_SIZE]
    return page(
        request, "notifications/staff.html", status=status, private=True, form=form, mails=mails, recipient=recipient,
        state=state, states=list(MailState), why=_REASONS, first=last is None,
        stops=await queries.reasons(recipient) if recipient else [],
        older=address(recipient, state or "", mails[-1].id) if len(found) > _PAGE_SIZE else "",
    )  # fmt: skip
