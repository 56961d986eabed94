"""`/staff/speakers/{id}/union`: two who are the same person are made one."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.accounts.organisations.pages import Id
from portal.core.errors import Invalid, NotFound
from portal.core.text import one_line
from portal.media import queries as media
from portal.speakers import queries
from portal.speakers.inputs import Followers, Talks
from portal.speakers.permissions import EDITORS
from portal.speakers.uniting import unite_speakers
from portal.speakers.values import Speaker
from portal.web.forms import field, read
from portal.web.inputs import Now
from portal.web.rendering import page, see_other

_MOST_FOUND = 10


class UnionForm(msgspec.Struct):
    """`stays` is which of the two remains."""

    other: Annotated[
        int, field("Other", ge=1, le=2**62, wrong="Please choose a person.", missing="Please choose a person.")
    ]
    stays: Annotated[Literal["this", "other"], field("Who stays", wrong="Please say which of the two stays.")] = "this"


class StaffUnion(Controller):
    path = "/staff/speakers/{speaker_id:int}/union"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def choose(self, request: Request[Any, Any, Any], speaker_id: Id, talks: Talks) -> Response[str]:
        given = request.query_params.get("other", "")
        other = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
        return await _show(request, await _speaker(speaker_id), talks, other=other)

    @post("/")
    async def unite(
        self, request: Request[Any, Any, Any], speaker_id: Id, actor: SignedIn, now: Now, talks: Talks,
        speaker_followers: Followers,
    ) -> Response[Any]:  # fmt: skip
        speaker, form = await _speaker(speaker_id), await read(request, UnionForm)
        if form.data is None:
            return await _show(request, speaker, talks, fault=" ".join(form.errors.values()), status=422)
        pair = (speaker_id, form.data.other)
        kept, gone = pair if form.data.stays == "this" else pair[::-1]
        try:
            await unite_speakers(actor=actor, kept_id=kept, gone_id=gone, followers=speaker_followers, now=now)
        except Invalid as refused:
            return await _show(request, speaker, talks, fault=" ".join(refused.fields.values()), status=422)
        return see_other(
            f"/staff/speakers/{kept}", notice="One person now. Everything the other one was named on follows."
        )


async def _speaker(speaker_id: int) -> Speaker:
    found = await queries.by_id(speaker_id)
    if found is None:
        raise NotFound("There is no such speaker.")
    return found


async def _show(
    request: Request[Any, Any, Any], speaker: Speaker, talks: Talks, *, other: int | None = None, fault: str = "",
    status: int = 200,
) -> Response[str]:  # fmt: skip
    words = one_line(request.query_params.get("q", ""))[:120]
    chosen = await queries.by_id(other) if other and other != speaker.id else None
    found = (await queries.named(words, size=_MOST_FOUND))[0] if words else await queries.alike(speaker.id)
    found = [one for one in found if one.id != speaker.id]
    faces = sorted({one.photo for one in (speaker, *found, *([chosen] if chosen else [])) if one.photo})
    both = [(one, await talks(one.id)) for one in (speaker, chosen)] if chosen else []
    return page(
        request, "speakers/staff/union.html", private=True, status=status, speaker=speaker, found=found, words=words,
        both=both, photos=await media.by_keys(faces), fault=fault,
    )  # fmt: skip
