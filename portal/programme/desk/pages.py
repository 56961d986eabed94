"""`/speaking/{id}`: everything a person who speaks answers and hands in, on one page."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.di import Provide
from litestar.response import Response

from portal.accounts.organisations.pages import Id
from portal.core.errors import Conflict, Invalid, NotFound, RateLimited
from portal.core.rate_limits import Limit, spend
from portal.core.settings import current
from portal.core.text import safe_html
from portal.media.pages import MediaStore
from portal.media.pages import sent as sent_file
from portal.media.queries import by_keys
from portal.media.tables import Visibility
from portal.media.values import Owner
from portal.programme.desk import commands, queries, rules
from portal.programme.desk.forms import AvailabilityForm, ComingForm, NoteForm, RecordingForm, SlidesForm
from portal.programme.desk.guards import AtDesk, provide_desk
from portal.programme.desk.showing import read_scoped, rows_of, scoped, show
from portal.programme.desk.values import Span, Speaking
from portal.speakers.commands import PHOTOS, save_own, set_photo
from portal.speakers.forms import MOST_BYTES, OwnForm, own_filled
from portal.speakers.inputs import Talks
from portal.web.forms import Filled, differences, read
from portal.web.inputs import Now
from portal.web.rendering import see_other

_Asked = Request[Any, Any, Any]
_MOST_SENT = 520_000_000
"""More than slides may ever have (`SLIDES_MAX_MB`): what is too large for now gets its message beside the field."""
_WHICH = "Please choose the sessions this is about, or another answer."
_UPLOADS = Limit("speaking-uploads", 60, timedelta(hours=1))


class DeskPages(Controller):
    path = "/speaking/{speaker_id:int}"
    opt = {"public": True}
    include_in_schema = False
    dependencies = {"desk": Provide(provide_desk)}

    @get()
    async def page(self, request: _Asked, speaker_id: Id, desk: AtDesk, talks: Talks, now: Now) -> Response[Any]:
        return await show(request, desk, speaker_id, talks, now)

    @post("/preview", status_code=200, request_max_body_size=MOST_BYTES)
    async def preview(self, request: _Asked, speaker_id: Id, desk: AtDesk, talks: Talks, now: Now) -> Response[Any]:
        """How it will look, without saving anything."""
        speaker = desk.the(speaker_id)
        form = await read(request, OwnForm)
        if form.data is None:
            return await show(request, desk, speaker_id, talks, now, profile=form, status=422)
        facts = msgspec.structs.asdict(form.data.facts)
        seen = msgspec.structs.replace(speaker, **facts, bio_html=safe_html(form.data.bio))
        return await show(request, desk, speaker_id, talks, now, profile=form, preview=seen)

    @post("/profile", request_max_body_size=MOST_BYTES)
    async def save(
        self, request: _Asked, speaker_id: Id, desk: AtDesk, talks: Talks, media: MediaStore, now: Now
    ) -> Response[Any]:
        speaker = desk.the(speaker_id)
        form = await read(request, OwnForm)
        data = form.data
        if data is None:
            return await show(request, desk, speaker_id, talks, now, profile=form, status=422)
        actor = desk.acting(speaker)
        addresses = desk.addresses
        try:
            kept = None
            if data.photo is not None:
                await spend(_UPLOADS, str(speaker_id), now=now)
                kept = await media.store_image(data.photo, owner=Owner(PHOTOS), actor=actor, now=now)
            await save_own(
                actor=actor, addresses=addresses, speaker_id=speaker_id, facts=data.facts, now=now, seen=data.seen
            )
            if kept is not None or data.no_photo:
                photo = kept.key if kept else ""
                await set_photo(actor=actor, speaker_id=speaker_id, photo=photo, now=now, addresses=addresses)
        except Invalid as error:
            return await show(request, desk, speaker_id, talks, now, profile=form.refuse(error), status=422)
        except RateLimited as error:
            refused = form.refuse(Invalid({"photo": error.message}))
            return await show(request, desk, speaker_id, talks, now, profile=refused, status=429)
        except Conflict as overtaken:
            return await self._overtaken(request, speaker_id, desk, talks, now, form, overtaken)
        return see_other(f"/speaking/{speaker_id}", notice="Saved. Every page that names you shows it at once.")

    async def _overtaken(
        self, request: _Asked, speaker_id: int, desk: AtDesk, talks: Talks, now: Now, form: Filled[OwnForm], error: Conflict
    ) -> Response[Any]:  # fmt: skip
        """What stands there by now beside what was typed, and the choice to save all the same."""
        speaker = desk.the(speaker_id)
        stored = own_filled(speaker)
        kept: Filled[Any] = Filled({**form.values, "seen": stored.value("seen")})
        return await show(
            request, desk, speaker_id, talks, now, profile=kept, status=409, conflict=error.message,
            stored=differences(form, stored, OwnForm),
        )  # fmt: skip

    @post("/events/{event_id:int}/coming")
    async def coming(
        self, request: _Asked, speaker_id: Id, event_id: Id, desk: AtDesk, talks: Talks, now: Now
    ) -> Response[Any]:
        speaker = desk.the(speaker_id)
        _still_asked(await _at(speaker_id, event_id), now)
        form = await read_scoped(request, ComingForm, event_id)
        if form.data is None:
            return await show(request, desk, speaker_id, talks, now, form=scoped(form, event_id), status=422)
        if form.data.coming == "some" and not form.data.without:
            refused = scoped(form.refuse(Invalid({"without": _WHICH})), event_id)
            return await show(request, desk, speaker_id, talks, now, form=refused, status=422)
        comes = form.data.coming != "no"
        await commands.answer_coming(
            actor=desk.acting(speaker), addresses=desk.addresses, speaker_id=speaker_id,
            event_id=event_id, comes=comes, why=form.data.why, now=now,
            excepted=form.data.without if form.data.coming == "some" else (),
        )  # fmt: skip
        told = "Thank you for saying so. The organiser is told."
        if form.data.coming == "yes":
            told = "Thank you. The organiser counts on you."
        return see_other(f"/speaking/{speaker_id}", notice=told)

    @post("/events/{event_id:int}/availability")
    async def availability(
        self, request: _Asked, speaker_id: Id, event_id: Id, desk: AtDesk, talks: Talks, now: Now
    ) -> Response[Any]:
        speaker = desk.the(speaker_id)
        at = await _at(speaker_id, event_id)
        _still_asked(at, now)
        form = await read_scoped(request, AvailabilityForm, event_id)
        spans: list[Span] = []
        faults: dict[str, str] = {}
        if form.data is not None and form.data.when == "spans":
            days = rules.event_days(at.starts_at, at.ends_at, at.timezone)
            spans, faults = rules.spans_typed(form.values, days, at.timezone, rows_of(at))
            if not spans and not faults:
                faults["when"] = "Please name at least one time, or say that any time is fine."
        if form.data is None or faults:
            refused = scoped(form.refuse(Invalid(faults)), event_id)
            return await show(request, desk, speaker_id, talks, now, form=refused, status=422)
        await commands.answer_availability(
            actor=desk.acting(speaker), addresses=desk.addresses, speaker_id=speaker_id,
            event_id=event_id, spans=spans, now=now,
        )  # fmt: skip
        return see_other(
            f"/speaking/{speaker_id}", notice=f"Thank you. The organiser knows when you can speak at {at.title}."
        )

    @post("/events/{event_id:int}/recording")
    async def recording(
        self, request: _Asked, speaker_id: Id, event_id: Id, desk: AtDesk, talks: Talks, now: Now
    ) -> Response[Any]:
        speaker = desk.the(speaker_id)
        at = await _at(speaker_id, event_id)
        form = await read_scoped(request, RecordingForm, event_id)
        if form.data is None:
            return await show(request, desk, speaker_id, talks, now, form=scoped(form, event_id), status=422)
        if form.data.answer == "some" and not form.data.unseen:
            refused = scoped(form.refuse(Invalid({"unseen": _WHICH})), event_id)
            return await show(request, desk, speaker_id, talks, now, form=refused, status=422)
        agreed = form.data.answer != "no"
        try:
            await commands.answer_recording(
                actor=desk.acting(speaker), addresses=desk.addresses, speaker_id=speaker_id,
                event_id=event_id, agreed=agreed, wording_id=form.data.wording,
                usual=rules.usual_wording(at.title, current().site_name), now=now,
                excepted=form.data.unseen if form.data.answer == "some" else (),
            )  # fmt: skip
        except Conflict as changed:
            refused = scoped(form.refuse(Invalid({"answer": changed.message})), event_id)
            return await show(request, desk, speaker_id, talks, now, form=refused, status=409)
        told = {
            "yes": "You agreed to be recorded.", "some": "You are recorded, but not in the sessions you chose.",
            "no": "You will not be recorded. Staff see this at your sessions.",
        }[form.data.answer]  # fmt: skip
        return see_other(f"/speaking/{speaker_id}", notice=told)

    @post("/events/{event_id:int}/note")
    async def note(
        self, request: _Asked, speaker_id: Id, event_id: Id, desk: AtDesk, talks: Talks, now: Now
    ) -> Response[Any]:
        speaker = desk.the(speaker_id)
        form = await read_scoped(request, NoteForm, event_id)
        if form.data is None:
            return await show(request, desk, speaker_id, talks, now, form=scoped(form, event_id), status=422)
        await commands.write_note(
            actor=desk.acting(speaker), addresses=desk.addresses, speaker_id=speaker_id,
            event_id=event_id, note=form.data.note, now=now,
        )  # fmt: skip
        return see_other(f"/speaking/{speaker_id}", notice="The organiser reads this beside your name.")

    @post("/sessions/{session_id:int}/slides", request_max_body_size=_MOST_SENT)
    async def slides(
        self, request: _Asked, speaker_id: Id, session_id: Id, desk: AtDesk, talks: Talks,
        media: MediaStore, now: Now,
    ) -> Response[Any]:  # fmt: skip
        speaker = desk.the(speaker_id)
        form = await read_scoped(request, SlidesForm, session_id)
        status = 422
        try:
            if form.data is not None:
                upload = form.data.slides
                await spend(_UPLOADS, str(speaker_id), now=now)
                if fault := rules.slides_fault(upload.name):
                    raise Invalid({"slides": fault})
                actor = desk.acting(speaker)
                kept = await media.store_document(
                    upload,
                    owner=Owner(commands.SLIDES),
                    actor=actor,
                    now=now,
                    visibility=Visibility.PRIVATE,
                    most_bytes=current().slides_max_mb * 1_000_000,
                )
                version = await commands.add_slides(
                    actor=actor, addresses=desk.addresses, speaker_id=speaker_id, session_id=session_id, file=kept.key,
                    now=now,
                )  # fmt: skip
                return see_other(f"/speaking/{speaker_id}", notice=f"Version {version} of your slides is here.")
        except Invalid as error:
            form = form.refuse(error)
        except RateLimited as error:
            form, status = form.refuse(Invalid({"slides": error.message})), 429
        return await show(request, desk, speaker_id, talks, now, form=scoped(form, session_id), status=status)

    @get("/slides/{slides_id:int}")
    async def file(
        self, request: _Asked, speaker_id: Id, slides_id: Id, desk: AtDesk, media: MediaStore
    ) -> Response[Any]:
        desk.the(speaker_id)
        deck = await queries.deck_of(slides_id, speaker_id)
        file = (await by_keys([deck.file])).get(deck.file) if deck else None
        if file is None:
            raise NotFound("There are no such slides of yours.")
        return await sent_file(request, media, file)

    @post("/slides/{slides_id:int}/removal")
    async def withdraw(self, speaker_id: Id, slides_id: Id, desk: AtDesk, now: Now) -> Response[Any]:
        speaker = desk.the(speaker_id)
        await commands.withdraw_slides(
            actor=desk.acting(speaker), addresses=desk.addresses, speaker_id=speaker_id,
            slides_id=slides_id, now=now,
        )  # fmt: skip
        return see_other(f"/speaking/{speaker_id}", notice="Taken back. Nobody reads this version any more.")


def _still_asked(at: Speaking, now: datetime) -> None:
    """Whether somebody comes, and when they can, is asked of what is to come: the organiser would be told otherwise."""
    if at.state == "cancelled" or at.is_over(now):
        raise Conflict(
            f"{at.title} is {'cancelled' if at.state == 'cancelled' else 'over'}, so this is not asked any more."
        )


async def _at(speaker_id: int, event_id: int) -> Speaking:
    found = next((one for one in await queries.speaking(speaker_id) if one.event == event_id), None)
    if found is None:
        raise NotFound("You are not among the speakers of such an event.")
    return found
