"""`/staff/speakers`: people who speak, made and edited once for all programmes."""

from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.duties import Queue
from portal.accounts.guards import SignedIn, staff
from portal.accounts.organisations.pages import Id
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.text import one_line
from portal.directory.queries import named
from portal.media import queries as media
from portal.media.pages import MediaStore
from portal.media.values import Owner
from portal.speakers import commands, queries
from portal.speakers.forms import MOST_BYTES, PICTURES, SpeakerForm, filled
from portal.speakers.inputs import Talks
from portal.speakers.permissions import EDITORS, can_edit_speakers
from portal.speakers.values import Speaker, SpeakerFacts
from portal.web.forms import Filled, blank, differences, read
from portal.web.inputs import Now
from portal.web.query_strings import page_number
from portal.web.rendering import page, see_other

SPEAKERS = Queue("speakers", "Speakers", "/staff/speakers", can_edit_speakers)
_HERE = "/staff/speakers"


class StaffSpeakers(Controller):
    path = _HERE
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def index(self, request: Request[Any, Any, Any]) -> Response[str]:
        words = one_line(request.query_params.get("q", ""))[:120]
        number = page_number(request)
        rows, at = await queries.named(words, number=number)
        if number > 1 and not rows:
            raise NotFound("There is no such page of this list.")
        photos = await media.by_keys([row.photo for row in rows if row.photo])
        return page(
            request, "speakers/staff/index.html", block="rows", private=True, rows=rows, at=at, words=words,
            photos=photos, address=lambda n: _address(words, n),
        )  # fmt: skip

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], talks: Talks) -> Response[str]:
        return await _show(request, None, blank(name=one_line(request.query_params.get("name", ""))[:200]), talks)

    @post("/", request_max_body_size=MOST_BYTES)
    async def make(
        self, request: Request[Any, Any, Any], actor: SignedIn, now: Now, media: MediaStore, talks: Talks
    ) -> Response[Any]:
        form = await read(request, SpeakerForm)
        facts = await _facts(form)
        if facts is None or form.data is None:
            return await _show(request, None, form, talks, status=422)
        try:
            photo = form.data.photo
            kept = await media.store_image(photo, owner=Owner(commands.PHOTOS), actor=actor, now=now) if photo else None
            speaker_id = await commands.save_speaker(actor=actor, facts=facts, now=now)
            if kept is not None:
                await commands.set_photo(actor=actor, speaker_id=speaker_id, photo=kept.key, now=now)
        except Invalid as refused:
            return await _show(request, None, form.refuse(refused), talks, status=422)
        return see_other(f"{_HERE}/{speaker_id}", notice="Made. The page is public once a programme names this person.")

    @get("/{speaker_id:int}")
    async def edit(self, request: Request[Any, Any, Any], speaker_id: Id, talks: Talks) -> Response[str]:
        speaker = await _speaker(speaker_id)
        return await _show(request, speaker, filled(speaker), talks)

    @post("/{speaker_id:int}", request_max_body_size=MOST_BYTES)
    async def save(
        self,
        request: Request[Any, Any, Any],
        speaker_id: Id,
        actor: SignedIn,
        now: Now,
        media: MediaStore,
        talks: Talks,
    ) -> Response[Any]:
        speaker = await _speaker(speaker_id)
        form = await read(request, SpeakerForm)
        facts = await _facts(form)
        data = form.data
        if facts is None or data is None:
            return await _show(request, speaker, form, talks, status=422)
        try:
            kept = None
            if data.photo is not None:
                kept = await media.store_image(data.photo, owner=Owner(commands.PHOTOS), actor=actor, now=now)
            await commands.save_speaker(actor=actor, facts=facts, now=now, speaker_id=speaker_id, seen=data.seen)
            if kept is not None or data.no_photo:
                photo = kept.key if kept else ""
                await commands.set_photo(actor=actor, speaker_id=speaker_id, photo=photo, now=now)
        except Invalid as refused:
            return await _show(request, speaker, form.refuse(refused), talks, status=422)
        except Conflict as overtaken:
            speaker = await _speaker(speaker_id)
            return await _show(request, speaker, form, talks, status=409, conflict=overtaken.message)
        return see_other(f"{_HERE}/{speaker_id}", notice="Saved. Every page that names this person shows it at once.")

    @post("/{speaker_id:int}/removal")
    async def remove(self, speaker_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        await commands.remove_speaker(actor=actor, speaker_id=speaker_id, now=now)
        return see_other(_HERE, notice="Removed, and off every programme.")


async def _speaker(speaker_id: int) -> Speaker:
    found = await queries.by_id(speaker_id)
    if found is None:
        raise NotFound("There is no such speaker.")
    return found


async def _facts(form: Filled[SpeakerForm]) -> SpeakerFacts | None:
    """What the form says; None, with the errors beside their fields, where it cannot be taken."""
    data = form.data
    if data is None:
        return None
    company_id = None
    if data.profile:
        found = await named.meant(data.profile)
        if len(found) != 1:
            form.errors["profile"] = (
                "Several companies are called so. Please paste the address of the profile."
                if found
                else "We know no public company of this name or address."
            )
            return None
        company_id = found[0].id
    return SpeakerFacts(
        name=data.name, email=data.email, job_title=data.job_title, company_name=data.company_name, company_id=company_id,
        bio=data.bio, website=data.website, links=data.links,
    )  # fmt: skip


async def _show(
    request: Request[Any, Any, Any], speaker: Speaker | None, form: Filled[Any], talks: Talks, *, status: int = 200,
    conflict: str = "",
) -> Response[str]:  # fmt: skip
    stored = filled(speaker) if speaker else blank()
    if conflict:
        form = Filled({**form.values, "seen": stored.value("seen")})
    return page(
        request, "speakers/staff/speaker.html", private=True, status=status, speaker=speaker, form=form, conflict=conflict,
        stored=differences(form, stored, SpeakerForm) if conflict else [], pictures_taken=PICTURES,
        photo=(await media.by_keys([speaker.photo])).get(speaker.photo) if speaker and speaker.photo else None,
        talks=await talks(speaker.id) if speaker else [], acts=await queries.acts(speaker.id) if speaker else [],
    )  # fmt: skip


def _address(words: str, number: int) -> str:
    given = {"q": words, "page": str(number) if number > 1 else ""}
    kept = {name: value for name, value in given.items() if value}
    return _HERE + (f"?{urlencode(kept)}" if kept else "")
