"""`/companies/compare`: up to four companies side by side, at an address to share; `/companies/shortlist` remembers them.

The shortlist is a cookie of ids. It needs no account and no script.
"""

from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.rules import safe_next
from portal.core.addresses import parts_of
from portal.core.errors import Invalid
from portal.core.text import one_line
from portal.core.times import today
from portal.directory.pages.portrait import PUBLIC
from portal.directory.queries import companies, comparing, suggestions
from portal.directory.queries.comparing import Listed
from portal.directory.rules.comparing import MOST, table
from portal.directory.rules.filters import MOST_LETTERS
from portal.web import cookies
from portal.web.asking import wants_fragment
from portal.web.forms import sent
from portal.web.inputs import Now
from portal.web.page_cache import PageRule
from portal.web.query_strings import may_be_slug, pairs
from portal.web.rendering import page, see_other

_LIST = "/companies"
_COOKIE, _SECONDS = "shortlist", 90 * 24 * 3600
_FULL = f"A shortlist has room for {MOST} companies. Please take one off first."


class ComparePages(Controller):
    path = "/companies"
    opt = {"public": True}
    include_in_schema = False

    @get("/compare", opt={"page": PageRule(tags=("companies",), query=frozenset({"c", "only", "add"}))})
    async def compare(self, request: Request[Any, Any, Any], now: Now) -> Response[Any]:
        """`add` is what somebody typed to add one: the likeliest company of that name."""
        asked = [value for name, value in pairs(request) if name == "c" and may_be_slug(value)]
        slugs = list(dict.fromkeys(asked))
        typed = one_line(dict(pairs(request)).get("add", "")[:2000])[:MOST_LETTERS]
        added = await _likeliest(typed, slugs, now) if typed else ""
        if added:
            return see_other(compare_address([*slugs, added]))
        found, names = await comparing.compared(slugs[:MOST])
        sections = table(found, names, today(now))
        only = ("only", "differences") in pairs(request)
        return page(
            request,
            "directory/compare.html",
            status=422 if len(slugs) > MOST or typed else 200,
            section="directory",
            companies=[
                (company, compare_address([one.slug for one in found if one is not company])) for company in found
            ],
            sections=sections,
            only=only,
            typed=typed,
            too_many=len(slugs) > MOST,
            lost=len(slugs[:MOST]) - len(found),
            address=compare_address([company.slug for company in found]),
            most=MOST,
        )

    @get("/shortlist")
    async def shortlist(self, request: Request[Any, Any, Any]) -> Response[str]:
        return _shown(
            request, await comparing.by_ids(_kept(request)), back=_local(dict(pairs(request)).get("back", ""))
        )

    @get("/shortlist.css")
    async def marks(self, request: Request[Any, Any, Any]) -> Response[str]:
        """Marks the buttons of what is on it, for browsers without scripts: pages are the same for everybody."""
        listed = await comparing.by_ids(_kept(request))
        rules = (
            f'[data-keep="{company.slug}"] {{ & .i {{ fill: currentColor }} & .off {{ display: none }} '
            "& .on { display: inline } }\n"
            for company in listed
        )
        return Response("".join(rules), media_type="text/css", headers={"Cache-Control": "private, no-store"})

    @post("/shortlist")
    async def change(self, request: Request[Any, Any, Any]) -> Response[Any]:
        """Put a company on it, or take it off when it is there; `drop` only takes off."""
        form = await sent(request)
        slug, drop, back = ((form.get(name) or [""])[0] for name in ("company", "drop", "back"))
        back = _local(back or _came_from(request))
        before = await comparing.by_ids(_kept(request))
        listed = [company for company in before if company.slug != (drop or slug)]
        said = "Taken off your shortlist."
        if not drop and len(listed) == len(before):
            known = await companies.by_slug(slug) if may_be_slug(slug) else None
            if known is None or known.state not in PUBLIC:
                raise Invalid({"company": "There is no such company."}, "There is no such company.")
            if len(listed) >= MOST:
                return _shown(request, listed, problem=_FULL, back=back)
            profile = known.profile
            listed.append(Listed(known.id, known.slug, known.name, profile.city, profile.country))
            said = f"{known.name} is on your shortlist."
        if wants_fragment(request.scope):
            answer: Response[Any] = _shown(request, listed, said=said)
        else:
            answer = see_other(f"/companies/shortlist?{urlencode({'back': back})}", notice=said)
        cookies.give(answer, _COOKIE, ".".join(str(company.id) for company in listed), seconds=_SECONDS)
        return answer


async def _likeliest(typed: str, slugs: list[str], now: Now) -> str:
    """The address of the company that is meant, of those that are not there yet; empty where none is like it."""
    found = await suggestions.suggested(typed, today=today(now))
    named = (one.address.rpartition("/")[2] for one in found if one.group == "Companies")
    return next((slug for slug in named if slug not in slugs), "")


def compare_address(slugs: list[str]) -> str:
    return "/companies/compare" + ("?" + "&".join(f"c={slug}" for slug in slugs) if slugs else "")


def _kept(request: Request[Any, Any, Any]) -> list[int]:
    """The ids in the cookie; what is none of ours is passed over."""
    parts = cookies.read(request, _COOKIE).split(".")
    return [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 16][:MOST]


def _came_from(request: Request[Any, Any, Any]) -> str:
    """The page of ours that the form stood on; our own answers have browsers name it to us alone."""
    here = parts_of(request.headers.get("referer", ""))
    own = here.netloc == request.headers.get("host", "")
    return urlunsplit(("", "", here.path, here.query, "")) if own else ""


def _local(back: str) -> str:
    """A page of the directory to go back to, and nothing that could lead elsewhere."""
    path = safe_next(back, default=_LIST)
    return path if urlsplit(path).path.startswith(_LIST) and not path.startswith(f"{_LIST}/shortlist") else _LIST


def _shown(
    request: Request[Any, Any, Any], listed: list[Listed], *, problem: str = "", said: str = "", back: str = ""
) -> Response[str]:
    return page(
        request,
        "directory/shortlist.html",
        block="shortlist",
        status=422 if problem else 200,
        private=True,
        section="directory",
        listed=listed,
        address=compare_address([company.slug for company in listed]),
        problem=problem,
        said=said,
        back=back or _LIST,
        most=MOST,
    )
