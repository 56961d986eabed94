"""`/companies/{slug}/manage/profile/{section}`: fields of a section, and the list of its items."""

from collections.abc import Sequence
from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.core import countries, times
from portal.core.errors import Conflict, Invalid, NotFound, RateLimited
from portal.core.text import safe_html
from portal.directory import permissions
from portal.directory.commands import corrections, drafting
from portal.directory.pages.editing import asking
from portal.directory.pages.editing.forms import (
    BasicsForm,
    LogoForm,
    OverviewForm,
    field_values,
    refused,
    typed_fields,
    unpacked,
)
from portal.directory.pages.managing import MANAGE, Managed, ManagedCompany, managed, managed_page
from portal.directory.queries import corrections as correction_queries
from portal.directory.queries import drafts
from portal.directory.rules import editing, wording
from portal.directory.rules.editing import BY_KEY, Section
from portal.directory.rules.freshness import freshness
from portal.directory.rules.merging import Overtaken
from portal.directory.tables.companies import StaffBand
from portal.directory.values import Profile
from portal.media import queries as files
from portal.media.pages import MOST_SENT, MediaStore
from portal.web.clients import network
from portal.web.forms import Filled, bind, blank, sent
from portal.web.inputs import Now
from portal.web.rendering import markup, see_other

_FORMS: dict[str, type[Any]] = {"basics": BasicsForm, "overview": OverviewForm, "pictures": LogoForm}
_TEMPLATE = "directory/editing/section.html"
SAVED = "Saved in the draft."
NOTHING_NEW = "Nothing is different; the draft is as it was."


def section_of(key: str) -> Section:
    """The section of an address."""
    section = BY_KEY.get(key)
    if section is None:
        raise NotFound("A profile has no such section.")
    return section


async def current(managed: Managed) -> Profile:
    """What the company's editors work on: the draft, or the published profile."""
    draft = await drafts.of_company(managed.company.id)
    return draft.profile if draft else managed.company.profile


class SectionPages(Controller):
    path = f"{MANAGE}/profile/{{section:str}}"
    guards = [signed_in]
    dependencies = managed(permissions.can_edit)
    include_in_schema = False

    @get()
    async def show(
        self, request: Request[Any, Any, Any], managed: ManagedCompany, section: FromPath[str], now: Now
    ) -> Response[str]:
        where = section_of(section)
        profile = await current(managed)
        return await show_section(request, managed, where, profile, now)

    @post(request_max_body_size=MOST_SENT)
    async def save(
        self,
        request: Request[Any, Any, Any],
        managed: ManagedCompany,
        section: FromPath[str],
        now: Now,
        media: MediaStore,
    ) -> Response[Any]:
        where = section_of(section)
        if where.key not in _FORMS:
            raise NotFound("This section has no fields of its own.")
        profile, typed = await current(managed), await sent(request)
        form: Filled[Any] = bind(typed, _FORMS[where.key])
        was = unpacked(asking.line(typed, "was"), Profile)
        if asking.line(typed, "act") == "preview":
            text = markup(safe_html(form.value("description")))
            return await show_section(request, managed, where, profile, now, form=form, preview=text)
        if form.data is None:
            return await show_section(request, managed, where, profile, now, form=form, status=422)
        chosen = asking.choices(typed)
        try:
            if "logo" in where.fields:
                form.data.logo = await asking.with_file(
                    typed, "logo", form.data.logo, taken=asking.PICTURES, company_id=managed.company.id, media=media,
                    actor=managed.actor, network=network(request), now=now,
                )  # fmt: skip
                form.values["logo"] = form.data.logo
            changed = await drafting.save_fields(
                actor=managed.actor,
                company_id=managed.company.id,
                fields=where.fields,
                was=was,
                typed=typed_fields(form.data, was, where.fields),
                choices=chosen,
                now=now,
            )
        except RateLimited as error:
            form = refused(form, {"logo": error.message})
            return await show_section(request, managed, where, profile, now, form=form, status=429)
        except Invalid as error:
            form = refused(form, error.fields)
            return await show_section(request, managed, where, profile, now, form=form, status=422)
        except Overtaken as error:
            profile = await current(managed)
            asked, _ = await asking.questions(error.clashes, chosen, profile, was)
            return await show_section(
                request, managed, where, profile, now, form=form, status=409, questions=asked, by=await by(managed)
            )
        others = _others(was, await current(managed), typed_fields(form.data, was, where.fields))
        return see_other(address(managed, where), notice=_told(changed, others))

    @post("/items/{item:str}/place")
    async def move(
        self,
        request: Request[Any, Any, Any],
        managed: ManagedCompany,
        section: FromPath[str],
        item: FromPath[str],
        now: Now,
    ) -> Response[Any]:
        where = _list_of(section)
        up = asking.line(await sent(request), "way") == "up"
        try:
            await drafting.move_item(
                actor=managed.actor, company_id=managed.company.id, section=where, key=item, up=up, now=now
            )
        except Conflict as error:
            return see_other(address(managed, where), notice=error.message)
        return see_other(address(managed, where))

    @post("/items/{item:str}/removal")
    async def remove(
        self,
        request: Request[Any, Any, Any],
        managed: ManagedCompany,
        section: FromPath[str],
        item: FromPath[str],
        now: Now,
    ) -> Response[Any]:
        where = _list_of(section)
        try:
            await drafting.remove_item(
                actor=managed.actor, company_id=managed.company.id, of=where.of, key=item,
                as_seen=asking.line(await sent(request), "seen"), now=now,
            )  # fmt: skip
        except Conflict as error:
            profile = await current(managed)
            return await show_section(
                request, managed, where, profile, now, status=409, told=error.message, marked=item
            )
        return see_other(address(managed, where), notice="Removed from the draft.")

    @post("/items/{item:str}/objection")
    async def object_to(
        self,
        request: Request[Any, Any, Any],
        managed: ManagedCompany,
        section: FromPath[str],
        item: FromPath[str],
        now: Now,
    ) -> Response[Any]:
        """What a register says is not the company's to change; staff are told that it is wrong."""
        where = _list_of(section)
        text = asking.line(await sent(request), "text")
        try:
            await corrections.object_to_fact(
                actor=managed.actor, company_id=managed.company.id, fact_key=item, text=text, now=now
            )
        except (Invalid, Conflict) as error:
            profile = await current(managed)
            words = error.fields.get("text", error.message) if isinstance(error, Invalid) else error.message
            return await show_section(
                request, managed, where, profile, now, status=422 if isinstance(error, Invalid) else 409,
                objecting=(item, text, words),
            )  # fmt: skip
        return see_other(address(managed, where), notice="Thank you. Our editors look into it and tell you here.")


def _list_of(key: str) -> Section:
    section = section_of(key)
    if not section.of:
        raise NotFound("This section has no list.")
    return section


def address(managed: Managed, section: Section) -> str:
    return managed.address(f"profile/{section.key}")


async def by(managed: Managed) -> str:
    """Who saved last, for telling the one who comes second."""
    draft = await drafts.of_company(managed.company.id)
    return draft.by if draft else "a publication"


def _others(was: Profile, now: Profile, typed: dict[str, Any]) -> list[str]:
    """What others changed in the same section meanwhile and stands now, other than the one who saves has it."""
    return [
        wording.FIELD_NAMES.get(name, "Other names")
        for name in typed
        if getattr(was, name) != getattr(now, name) != typed[name]
    ]


def _told(changed: bool, others: Sequence[str]) -> str:
    told = SAVED if changed else NOTHING_NEW
    return f"{told} Kept as somebody else changed it meanwhile: {', '.join(others)}." if others else told


async def show_section(
    request: Request[Any, Any, Any],
    managed: Managed,
    section: Section,
    profile: Profile,
    now: Now,
    *,
    form: Filled[Any] | None = None,
    status: int = 200,
    **more: Any,
) -> Response[str]:
    """The section with its form, and its list with a button for every act."""
    if form is None and section.fields:
        form = blank(**field_values(profile, section.fields))
    items = section.items(profile)
    keys = [getattr(item, "file", "") or getattr(item, "image", "") for item in items]
    shown = [*keys, form.value("logo") if form and section.fields else ""]
    names = wording.known(await drafts.term_names([profile]), profile)
    context = {
        "questions": (), "by": "", "told": "", "marked": "", "preview": "", "objecting": ("", "", ""), **more,
    }  # fmt: skip
    return managed_page(
        request, _TEMPLATE, managed, here="profile", block=_block(request), status=status, place=section, form=form,
        drafted=profile != managed.company.profile,
        items=items, names=names, files=await files.by_keys([key for key in shown if key]), seen=drafting.seen,
        kinds=wording.KIND_NAMES_MANY, kind_names=wording.KIND_NAMES, freshness=lambda fact: freshness(fact, times.today(now)),
        from_register=editing.from_register, countries=countries.names().items(),
        bands=[(band.value, band.value.replace("-", "–")) for band in StaffBand],
        objections=await correction_queries.objections(managed.company.id), free_words=wording.free_words,
        heading=lambda item: wording.bare_title(section.of, item, names), pictures_taken=asking.PICTURES, **context,
    )  # fmt: skip


def _block(request: Request[Any, Any, Any]) -> str:
    """Moving an item swaps the list, looking at a text swaps what it looks like."""
    return "look" if request.method == "POST" else "items"
