"""One item of a section: adding it, changing it."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.core import countries, times
from portal.core.errors import Invalid, NotFound, RateLimited
from portal.core.text import one_line, safe_html
from portal.core.tokens import readable
from portal.directory import permissions
from portal.directory.commands import drafting
from portal.directory.pages.editing import asking
from portal.directory.pages.editing.forms import (
    FACT_FIELDS,
    ITEM_FORMS,
    UPLOADS,
    item_key,
    item_values,
    packed,
    refused,
    typed_item,
    unpacked,
)
from portal.directory.pages.editing.sections import NOTHING_NEW, SAVED, address, by, current, section_of
from portal.directory.pages.managing import MANAGE, Managed, ManagedCompany, managed, managed_page
from portal.directory.queries import drafts
from portal.directory.rules import editing, wording
from portal.directory.rules.editing import Section
from portal.directory.rules.merging import LISTS, Overtaken
from portal.directory.rules.words import beginning, meant
from portal.directory.tables.companies import TermKind
from portal.directory.values import Profile
from portal.media import queries as files
from portal.media.pages import MOST_SENT, MediaStore
from portal.web.asking import wants_fragment
from portal.web.clients import network
from portal.web.forms import Filled, bind, blank, sent
from portal.web.inputs import Now
from portal.web.query_strings import pairs
from portal.web.rendering import markup, page, see_other

_TAKEN = {
    "products": asking.PICTURES,
    "gallery": asking.PICTURES,
    "documents": asking.DOCUMENTS,
    "facts": asking.CERTIFICATES,
}
_TEMPLATE = "directory/editing/item.html"


class ItemPages(Controller):
    path = f"{MANAGE}/profile/{{section:str}}"
    guards = [signed_in]
    dependencies = managed(permissions.can_edit)
    include_in_schema = False

    @get("/new")
    async def new(
        self, request: Request[Any, Any, Any], managed: ManagedCompany, section: FromPath[str], now: Now
    ) -> Response[str]:
        where = _with_items(section)
        kind = _kind(where, request.query_params.get("kind", ""))
        values: dict[str, Any] = {"id": readable().lower(), "was": "", "kind": kind.value if kind else ""}
        if where.of == "posts":
            values["on"] = times.today(now).isoformat()
        return await _show(request, managed, where, blank(**values), kind)

    @get("/items/{item:str}")
    async def edit(
        self, request: Request[Any, Any, Any], managed: ManagedCompany, section: FromPath[str], item: FromPath[str]
    ) -> Response[str]:
        where = _with_items(section)
        profile = await current(managed)
        found = _found(where, profile, item)
        kind: TermKind | None = getattr(found, "kind", None)
        labels = {word.term: word.label for word in await drafts.vocabulary(kind)} if kind else {}
        values = {**item_values(found, labels), "was": packed(found)}
        return await _show(request, managed, where, blank(**values), kind, item=found)

    @get("/words")
    async def words(
        self, request: Request[Any, Any, Any], managed: ManagedCompany, section: FromPath[str]
    ) -> Response[Any]:
        """Options for the field of a fact’s word, as letters are typed; a visit leads to the field."""
        given = dict(reversed(pairs(request)))
        where = _with_items(section)
        kind = _kind(where, given.get("kind", ""))
        if kind is None:
            raise NotFound("This section takes no words.")
        if not wants_fragment(request.scope):
            return see_other(f"{address(managed, where)}/new?kind={kind.value}")
        found = beginning(one_line(given.get("q", "")[:1000]), await drafts.vocabulary(kind))
        used = {fact.term for fact in (await current(managed)).facts}
        return page(request, _TEMPLATE, block="options", private=True, words=found, used=used)

    @post("/items", request_max_body_size=MOST_SENT)
    async def add(
        self,
        request: Request[Any, Any, Any],
        managed: ManagedCompany,
        section: FromPath[str],
        now: Now,
        media: MediaStore,
    ) -> Response[Any]:
        return await _save(request, managed, _with_items(section), "", now, media)

    @post("/items/{item:str}", request_max_body_size=MOST_SENT)
    async def change(
        self,
        request: Request[Any, Any, Any],
        managed: ManagedCompany,
        section: FromPath[str],
        item: FromPath[str],
        now: Now,
        media: MediaStore,
    ) -> Response[Any]:
        return await _save(request, managed, _with_items(section), item, now, media)


async def _save(
    request: Request[Any, Any, Any], managed: Managed, where: Section, key: str, now: Now, media: MediaStore
) -> Response[Any]:
    typed = await sent(request)
    was = unpacked(asking.line(typed, "was"), LISTS[where.of]) if key else None
    if was is not None and was.id != key:
        raise NotFound("There is no such item.")
    kind = _kind(where, was.kind.value if was is not None and where.kinds else asking.line(typed, "kind"))
    form: Filled[Any] = bind(typed, ITEM_FORMS[where.of])
    form.values |= {"was": asking.line(typed, "was"), "kind": kind.value if kind else ""}
    key = key or item_key(asking.line(typed, "id"))
    form.values["id"] = key
    term = ""
    if kind is not None:
        term, fault = meant(form.value("term"), await drafts.vocabulary(kind))
        if fault:
            form = refused(form, {"term": fault})
    if asking.line(typed, "act") == "preview":
        text = markup(safe_html(form.value("text")))
        return await _show(request, managed, where, form, kind, item=was, preview=text)
    chosen = asking.choices(typed)
    try:
        if name := UPLOADS.get(where.of):
            stored = await asking.with_file(
                typed, name, form.value(name), taken=_TAKEN[where.of],
                company_id=managed.company.id, media=media, actor=managed.actor, network=network(request), now=now,
            )  # fmt: skip
            form.values[name] = stored
            if form.data is not None:
                setattr(form.data, name, stored)
        if form.errors or form.data is None:
            return await _show(request, managed, where, form, kind, item=was, status=422)
        item = typed_item(where.of, form.data, key, was, term)
        changed = await drafting.save_item(
            actor=managed.actor, company_id=managed.company.id, of=where.of, item=item, was=was,
            choices=chosen, now=now,
        )  # fmt: skip
    except RateLimited as error:
        form = refused(form, {UPLOADS[where.of]: error.message})
        return await _show(request, managed, where, form, kind, item=was, status=429)
    except Invalid as error:
        form = refused(form, error.fields, f"{where.of}.{key}")
        return await _show(request, managed, where, form, kind, item=was, status=422)
    except Overtaken as error:
        theirs = await current(managed)
        base = editing.with_item(theirs, where.of, was)
        asked, _ = await asking.questions(error.clashes, chosen, theirs, base)
        return await _show(
            request, managed, where, form, kind, item=was, status=409, questions=asked, by=await by(managed)
        )
    return see_other(address(managed, where), notice=SAVED if changed else NOTHING_NEW)


def _with_items(key: str) -> Section:
    section = section_of(key)
    if not section.of:
        raise NotFound("This section has no list.")
    return section


def _kind(section: Section, typed: str) -> TermKind | None:
    """The kind of fact a form is for; the section's first one where none is said."""
    if not section.kinds:
        return None
    return TermKind(typed) if typed in section.kinds else section.kinds[0]


def _found(section: Section, profile: Profile, key: str) -> Any:
    found = next((item for item in section.items(profile) if item.id == key), None)
    if found is None:
        raise NotFound("There is no such item; perhaps somebody removed it.")
    return found


async def _show(
    request: Request[Any, Any, Any],
    managed: Managed,
    section: Section,
    form: Filled[Any],
    kind: TermKind | None,
    *,
    item: Any = None,
    status: int = 200,
    **more: Any,
) -> Response[str]:
    profile = await current(managed)
    upload = UPLOADS.get(section.of, "")
    key = form.value(upload) if upload else ""
    return managed_page(
        request, _TEMPLATE, managed, here="profile", block="look", status=status, place=section, form=form, item=item,
        kind=kind, kind_name=wording.KIND_NAMES[kind] if kind else "", noun=wording.NOUNS[section.of][0],
        shows=FACT_FIELDS[kind] if kind else (), words=await drafts.vocabulary(kind) if kind else (),
        sites=[(site.id, wording.site_name(site)) for site in profile.sites], countries=countries.names().items(),
        upload=upload, file=(await files.by_keys([key])).get(key) if key else None,
        locked=editing.from_register(item) and not permissions.can_moderate(managed.actor),
        taken=_TAKEN.get(section.of, ""),
        **{"questions": (), "by": "", "preview": "", **more},
    )  # fmt: skip
