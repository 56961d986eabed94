"""`/events/{slug}/exhibit`: what exhibiting at an event is like, its packages, and the form by which a company asks to."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.actors import Actor
from portal.accounts.guards import MaybeActor, SignedIn, signed_in
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from portal.events.rules.states import time_words
from portal.exhibitors.commands.applying import apply_to_exhibit
from portal.exhibitors.commands.deciding import withdraw
from portal.exhibitors.permissions import can_apply
from portal.exhibitors.queries import desks, offers
from portal.exhibitors.queries.desks import Candidate
from portal.exhibitors.queries.offers import Offer
from portal.exhibitors.rules.words import RIGHTS, STATES, TONES
from portal.exhibitors.tables.exhibiting import ExhibitorState
from portal.payments.rules import terms
from portal.web import way_back
from portal.web.forms import Filled, blank, field, read
from portal.web.inputs import Now
from portal.web.query_strings import may_be_slug, pairs
from portal.web.rendering import markup, page, see_other

_NOBODY = "Please choose a company."


class ApplicationForm(msgspec.Struct):
    company: Annotated[int, field("Company", ge=1, le=2**62, missing=_NOBODY, wrong=_NOBODY)]
    package: Annotated[str, field("Package", max_length=80, missing="Please choose a package.")]
    contact_name: Annotated[str, field("Your contact", kind="name", max_length=120)]
    contact_email: Annotated[str, field("Their email", kind="email")]
    wishes: Annotated[str, field("Wishes", kind="text", max_length=3000)] = ""
    terms: Annotated[str, field("Terms", max_length=1000)] = ""


class ExhibitPages(Controller):
    path = "/events/{slug:str}/exhibit"
    include_in_schema = False

    @get(opt={"public": True})
    async def show(
        self, request: Request[Any, Any, Any], slug: FromPath[str], actor: MaybeActor, now: Now
    ) -> Response[Any]:
        offer = await _offer(slug)
        start = blank()
        if actor is not None:
            start = blank(
                contact_name=actor.name, contact_email=actor.email, package=dict(pairs(request)).get("package", "")
            )
        return await _page(request, offer, actor, start, now)

    @post(guards=[signed_in])
    async def apply(
        self, request: Request[Any, Any, Any], slug: FromPath[str], actor: SignedIn, now: Now
    ) -> Response[Any]:
        offer = await _offer(slug)
        form = await read(request, ApplicationForm)
        errors = dict(form.errors)
        if why := terms.refusal(str(form.value("terms")), offer.terms_url):
            errors["terms"] = why
        if form.data is None or errors:
            return await _page(request, offer, actor, Filled(form.values, errors), now, status=422)
        given = form.data
        try:
            await apply_to_exhibit(
                actor=actor, event_id=offer.event_id, package=given.package, company_id=given.company,
                contact_name=given.contact_name, contact_email=given.contact_email, wishes=given.wishes, now=now,
            )  # fmt: skip
        except Invalid as refused:
            return await _page(request, offer, actor, form.refuse(refused), now, status=422)
        except Forbidden as refused:
            return await _page(
                request, offer, actor, form.refuse(Invalid({"company": refused.message})), now, status=422
            )
        except Conflict as overtaken:
            told = form.refuse(Invalid({"company": overtaken.message}))
            return await _page(request, offer, actor, told, now, status=409)
        return see_other(
            _address(offer), notice="Your application is with the organiser. We write to you when it is decided."
        )

    @post("/withdrawal", guards=[signed_in])
    async def take_back(
        self, request: Request[Any, Any, Any], slug: FromPath[str], actor: SignedIn, now: Now
    ) -> Response[Any]:
        offer = await _offer(slug)
        form = await read(request, WithdrawalForm)
        mine = [one for one in await desks.candidates(actor, offer.event_id) if one.exhibitor_id is not None]
        one = next((one for one in mine if form.data is not None and one.exhibitor_id == form.data.exhibitor), None)
        if one is None or one.exhibitor_id is None:
            raise NotFound("There is no such application of a company of yours.")
        await withdraw(actor=actor, exhibitor_id=one.exhibitor_id, now=now)
        return see_other(_address(offer), notice=f"The application of {one.name} is taken back.")


class WithdrawalForm(msgspec.Struct):
    exhibitor: Annotated[int, field("Application", ge=1, le=2**62)]


def _address(offer: Offer) -> str:
    return f"/events/{offer.slug}/exhibit"


async def _offer(slug: str) -> Offer:
    found = await offers.by_slug(slug) if may_be_slug(slug) else None
    if found is None:
        raise NotFound("This event takes no exhibitors, or none yet.")
    return found


async def _page(
    request: Request[Any, Any, Any],
    offer: Offer,
    actor: Actor | None,
    form: Filled[Any],
    now: Now,
    *,
    status: int = 200,
) -> Response[Any]:
    mine = await desks.candidates(actor, offer.event_id) if actor is not None else []
    free = [one for one in mine if not one.counts and can_apply(actor, one.organisation_id)]
    if len(free) == 1 and not form.value("company"):
        form = Filled({**form.values, "company": free[0].id}, form.errors)
    answer = page(
        request, "exhibitors/exhibit.html", private=True, section="events", status=status, offer=offer, form=form, actor=actor,
        choices=[(one.id, one.name) for one in free], packages=[(one.slug, one.name) for one in offer.offered if one.left != 0],
        free=free, mine=mine, asked=[one for one in mine if one.state is not None], may_withdraw=_may_withdraw(actor),
        open=offer.takes_applications(now), now=now, intro=markup(offer.intro_html), names=RIGHTS, words=STATES, tones=TONES,
        time=time_words(offer.starts_at, offer.ends_at, offer.timezone, all_day=False),
    )  # fmt: skip
    # Whoever has to claim a company first comes back here.
    return way_back.remember(answer, _address(offer)) if actor is not None and not free else answer


def _may_withdraw(actor: Actor | None) -> Any:
    def may(one: Candidate) -> bool:
        return one.state is ExhibitorState.APPLIED and can_apply(actor, one.organisation_id)

    return may
