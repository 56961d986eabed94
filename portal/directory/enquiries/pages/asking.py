"""`/enquiries/new`: writing an enquiry to one or several companies. `/account/enquiries/code`: proving a guest's address."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.access import cookies
from portal.accounts.access import forms as access_forms
from portal.accounts.access import queries as access_queries
from portal.accounts.access.commands import codes
from portal.accounts.access.pages import steps
from portal.accounts.actors import Actor
from portal.accounts.guards import MaybeActor
from portal.accounts.tables import CodePurpose
from portal.core.errors import Conflict, DomainError, Invalid, NotFound, RateLimited
from portal.core.times import today
from portal.directory.enquiries import flows, forms, limits
from portal.directory.enquiries.commands import sending
from portal.directory.enquiries.commands.sending import MOST_COMPANIES, Wish
from portal.directory.enquiries.pages import proof
from portal.directory.enquiries.queries import targets as queries
from portal.directory.enquiries.rules import spam, words
from portal.directory.enquiries.tables import EnquiryState
from portal.directory.enquiries.values import Line, Target
from portal.media.pages import MediaStore
from portal.web import clients
from portal.web.forms import Filled, bind, blank, read, sent
from portal.web.inputs import Now
from portal.web.query_strings import may_be_slug
from portal.web.query_strings import pairs as query_pairs
from portal.web.rendering import page, see_other

CODE = "/account/enquiries/code"
STEP = steps.Step(
    purpose=CodePurpose.ENQUIRY,
    start="/enquiries/new",
    here=CODE,
    title="Confirm your address",
    button="Confirm and send",
)
_MOST_BODY_BYTES = 60_000_000
_KINDS = [
    ("quote", "Request for quotation", "You know what you need and want a price."),
    ("question", "Question", "You want to know whether it can be done."),
]


class NewPages(Controller):
    path = "/enquiries/new"
    opt = {"public": True}
    include_in_schema = False

    @get()
    async def start(self, request: Request[Any, Any, Any], actor: MaybeActor, now: Now) -> Response[Any]:
        """The empty form; `c` names companies, `asked` the filters of the list they were found with."""
        given = query_pairs(request)
        slugs = [value for name, value in given if name == "c"]
        first = dict(reversed(given))
        kind = first.get("kind", "quote")
        form = blank(
            kind=kind if kind in dict(words.KINDS) else "quote", token=spam.form_token(now), asked=first.get("asked", "")[:2000],
            name=actor.name if actor else "", c=slugs,
        )  # fmt: skip
        return await _show(request, form, await _targets(slugs), actor, now)

    @post(status_code=200, request_max_body_size=_MOST_BODY_BYTES)
    async def send(
        self, request: Request[Any, Any, Any], actor: MaybeActor, now: Now, media: MediaStore
    ) -> Response[Any]:
        form = bind(await sent(request), forms.New)
        targets = await _targets(form.value("c", []))
        if form.value("more"):
            return await _show(request, Filled(form.values), targets, actor, now, more=True)
        data = form.data
        try:
            if data is None:
                # What fields cannot see alone is said at once with the rest.
                form = form if actor or form.value("email") else form.refuse(Invalid({"email": forms.NO_EMAIL}))
                return await _show(request, form, targets, actor, now)
            lines = await _checked(data, targets, actor, now)
            email = actor.email if actor else data.email
            await limits.before_enquiry(
                sender=spam.sender_key(email), network=clients.network(request),
                company_ids=[target.id for target in targets], proved=actor is not None, now=now,
            )  # fmt: skip
            blind = bool(data.blind)
            files = await flows.keep_files(media, data.files, actor=actor, blind=blind, now=now)
            wish = Wish(
                kind=data.kind, need=data.need, lines=lines, asked=data.asked, needed_by=data.needed_by, blind=blind,
                files_after_yes=bool(data.files_after_yes), name=data.name, company=data.company,
            )  # fmt: skip
            stored = await sending.store(
                actor=actor, email=email, wish=wish, company_ids=[target.id for target in targets], files=files,
                form_key=spam.form_key(data.token), now=now,
            )  # fmt: skip
            if stored.state is not EnquiryState.UNPROVED:
                where = stored.number if actor else stored.secret
                return see_other(f"/enquiries/{where}", notice=f"Your enquiry {stored.number} is sent.")
            ticket = await codes.ask(
                purpose=CodePurpose.ENQUIRY, email=email, browser=cookies.browser_of(request), now=now,
                details={"enquiry": stored.id}, instead_of=cookies.ticket_of(request, CodePurpose.ENQUIRY),
            )  # fmt: skip
        except (Invalid, RateLimited, Conflict, NotFound) as error:
            return await _show(request, form, targets, actor, now, error)
        return cookies.give_ticket(see_other(CODE), CodePurpose.ENQUIRY, ticket)


class CodePages(Controller):
    """Below /account, where the browser keeps the ticket of a code: to send an enquiry, or to act on one that is out."""

    path = CODE
    opt = {"public": True}
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], now: Now) -> Response[Any]:
        return await steps.show(request, await _step(request, now), now)

    @post(status_code=200)
    async def prove(self, request: Request[Any, Any, Any], now: Now) -> Response[Any]:
        step = await _step(request, now)
        form = await read(request, access_forms.Code)
        if form.data is None:
            return await steps.show(request, step, now, form=form)
        try:
            stored = await sending.prove(
                ticket=cookies.ticket_of(request, CodePurpose.ENQUIRY), code=form.data.code, now=now
            )
        except (Invalid, RateLimited) as error:
            return await steps.show(request, step, now, form=form, error=error)
        except Conflict:
            return steps.lost(step)
        held = stored.state is EnquiryState.HELD
        said = "is kept, and our staff look at it before it goes out." if held else "is sent."
        notice = (
            f"Your enquiry {stored.number} {said}"
            if step is STEP
            else "Thank you. You can answer, agree and close now."
        )
        answer = proof.give(see_other(f"/enquiries/{stored.secret}", notice=notice), stored.secret, now)
        return cookies.drop_ticket(answer, CodePurpose.ENQUIRY)

    @post("/again", status_code=200)
    async def again(self, request: Request[Any, Any, Any], now: Now) -> Response[Any]:
        return await steps.again(request, await _step(request, now), now)


async def _step(request: Request[Any, Any, Any], now: Now) -> steps.Step:
    secret = cookies.ticket_of(request, CodePurpose.ENQUIRY)
    ticket = await access_queries.open_ticket(secret, CodePurpose.ENQUIRY, now=now)
    if ticket is None or not (page := ticket.details.get("page")):
        return STEP
    return msgspec.structs.replace(STEP, start=page, title="Confirm that it is you", button="Confirm")


async def _targets(slugs: Sequence[str]) -> list[Target]:
    return await queries.targets([slug for slug in slugs if may_be_slug(slug)])


async def _checked(data: forms.New, targets: Sequence[Target], actor: Actor | None, now: Now) -> list[Line]:
    """The lines of a form in which everything is right; raises Invalid."""
    faults = forms.new_faults(data, signed_in=actor is not None, today=today(now))
    lines, wrong = forms.lines_of(data, await queries.keys_of(data.item[:50]))
    faults |= wrong
    if not targets:
        faults["c"] = "Please choose a company to ask."
    elif len(targets) > MOST_COMPANIES:
        faults["c"] = f"Please choose {MOST_COMPANIES} companies at most; these are {len(targets)}."
    if fault := spam.form_fault(data.token, now):
        faults[""] = fault
    if faults:
        raise Invalid(faults)
    return lines


def _ticked(request: Request[Any, Any, Any], targets: Sequence[Target]) -> set[str]:
    """Whom the form asks: as it was sent, and at first those with somebody to read it, where there are any."""
    reading = {target.slug for target in targets if target.readers}
    return {target.slug for target in targets} if request.method == "POST" or not reading else reading


async def _show(
    request: Request[Any, Any, Any],
    form: Filled[Any],
    targets: Sequence[Target],
    actor: Actor | None,
    now: Now,
    error: DomainError | None = None,
    *,
    more: bool = False,
) -> Response[Any]:
    status, headers = steps.answer_to(error) if error else (422 if form.errors else 200, {})
    if isinstance(error, Invalid):
        form = form.refuse(error)
    elif error is not None:
        form = form.refuse(Invalid({"": error.message}))
    age = spam.form_age(str(form.value("token")), now)
    if age is None or age > spam.MOST:
        form.values["token"] = spam.form_token(now)
    typed = forms.pairs(form.value("item", []) or [], form.value("quantity", []) or [])
    rows = [row for row in typed if any(row)]
    rows += [("", "")] * (int(more) + (not rows))
    return page(
        request, "directory/enquiries/new.html", private=True, status=status, headers=headers, section="directory", form=form,
        targets=targets, ticked=_ticked(request, targets), actor=actor, kinds=_KINDS, most=MOST_COMPANIES,
        most_files=forms.MOST_FILES,
        rows=rows, most_rows=forms.LINE_ROWS,
        words=await queries.words([target.id for target in targets]),
    )  # fmt: skip
