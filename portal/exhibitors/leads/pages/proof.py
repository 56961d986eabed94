"""`/leads/proof`: anybody who holds an export of leads is told whether it is what was exported."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.core.rate_limits import Limit, spend
from portal.exhibitors.leads import queries
from portal.leads.chain.checking import Fault, Verdict, agrees, check
from portal.leads.chain.exports import public_key
from portal.leads.chain.queries import former_signers
from portal.web.clients import network
from portal.web.forms import Filled, Upload, blank, field, read
from portal.web.inputs import Now
from portal.web.rendering import page

_CHECKS = Limit("lead checks", tries=30, per=timedelta(minutes=10))
_MOST_BYTES = 32_000_000


class CheckForm(msgspec.Struct):
    file: Annotated[Upload, field("Export", kind="file", missing="Please choose the file chain-….json.")]
    earlier: Annotated[Upload | None, field("An earlier export", kind="file")] = None


class CheckPages(Controller):
    path = "/leads/proof"
    opt = {"public": True}
    include_in_schema = False

    @get("/")
    async def show(self, request: Request[Any, Any, Any]) -> Response[Any]:
        return _page(request, blank())

    @post("/", request_max_body_size=_MOST_BYTES, status_code=200)
    async def check(self, request: Request[Any, Any, Any], now: Now) -> Response[Any]:
        """The file is read and forgotten."""
        form = await read(request, CheckForm)
        if form.data is None:
            return _page(request, form, status=422)
        await spend(_CHECKS, network(request), now=now)
        content = form.data.file.file.read()
        verdict, former = await _checked(content)
        before = await _with_earlier(content, form.data.earlier) if verdict.holds else ""
        return _page(request, blank(), verdict=verdict, here=await _known_here(verdict), before=before, former=former)


async def _checked(content: bytes) -> tuple[Verdict, datetime | None]:
    """The verdict; where the file was signed with a former key, also when that was last in use. A key that was given up may be
    in wrong hands, so such a file holds only where our own chain says the same.
    """
    key = public_key()
    verdict = await asyncio.to_thread(check, content, key)
    if verdict.fault is not Fault.NOT_SIGNED:
        return verdict, None
    for former, until in await former_signers(key):
        again = await asyncio.to_thread(check, content, former)
        if again.holds and again.head is not None:
            known = await queries.known_digest(again.head.chain, again.head.length)
            return (again, until) if known is not None and known[0] == again.head.head else (verdict, None)
    return verdict, None


async def _with_earlier(content: bytes, earlier: Upload | None) -> str:
    """What an export from before says to this one; empty where none was sent."""
    if earlier is None:
        return ""
    said = earlier.file.read()
    first, _ = await _checked(said)
    if not first.holds:
        return f"The earlier file says nothing of it: {first.words}"
    if await asyncio.to_thread(agrees, said, content):
        return "It goes on where the earlier export ended: nothing was rewritten between the two."
    return (
        "It does not go on where the earlier export ended. Both were signed here, so the chain was rewritten, or the files "
        "are of different chains or in the wrong order."
    )


async def _known_here(verdict: Verdict) -> str:
    """What the portal’s own chain says to it."""
    head = verdict.head
    if not verdict.holds or head is None or not head.length:
        return ""
    known = await queries.known_digest(head.chain, head.length)
    if known is None:
        return "This portal no longer has the chain, or never had it."
    digest, length = known
    if digest != head.head:
        return (
            "This portal’s own chain says something else at that place. Please tell us: one of the two was rewritten."
        )
    more = length - head.length
    return "This portal’s own chain says the same." if not more else (
        f"This portal’s own chain says the same, and has {more:,} more record{'' if more == 1 else 's'} since."
    )  # fmt: skip


def _page(
    request: Request[Any, Any, Any], form: Filled[Any], *, status: int = 200, verdict: Verdict | None = None, here: str = "",
    before: str = "", former: datetime | None = None,
) -> Response[Any]:  # fmt: skip
    return page(
        request, "exhibitors/leads/proof.html", status=status, private=True, form=form, verdict=verdict, here=here, before=before,
        key=public_key(), former=former,
    )  # fmt: skip
