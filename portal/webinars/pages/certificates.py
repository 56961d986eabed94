"""Certificates: one's own after a webinar and in the account, and the page where anybody checks a number."""

from datetime import timedelta
from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import SignedIn, signed_in
from portal.core.errors import NotFound
from portal.core.rate_limits import Limit, spend, take_back
from portal.core.text import one_line
from portal.web.clients import network
from portal.web.forms import Filled, blank
from portal.web.inputs import Now
from portal.web.query_strings import pairs
from portal.web.rendering import page, see_other
from portal.webinars.commands.certificates import issue_own
from portal.webinars.documents.certificates import certificate_pdf
from portal.webinars.guards import ROOM, InRoom, TheRoom, in_room
from portal.webinars.pages.minutes import told
from portal.webinars.queries import certificates
from portal.webinars.queries.certificates import Certificate
from portal.webinars.queries.standing import on_the_way, standing
from portal.webinars.rules import certificate_numbers as numbers

_CHECKS = Limit("certificate numbers", 60, timedelta(minutes=10))
_UNLISTED = {"X-Robots-Tag": "noindex"}


class OwnCertificate(Controller):
    """After a webinar: what is missing, or the certificate."""

    path = "/webinars/{slug:str}"
    dependencies = ROOM
    guards = [in_room]
    include_in_schema = False

    @get("/certificate")
    async def show(
        self, request: Request[Any, Any, Any], room: TheRoom, participant: InRoom, now: Now
    ) -> Response[str]:
        issued = await certificates.of_seat(room.id, participant.seat_id)
        return page(
            request, "webinars/certificate.html", private=True, room=room, me=participant,
            certificate=issued[0] if issued else None, **told(await standing(room, participant, now), inside=False),
        )  # fmt: skip

    @post("/certificate")
    async def ask(self, room: TheRoom, participant: InRoom, now: Now) -> Response[Any]:
        await issue_own(webinar_id=room.id, seat_id=participant.seat_id, now=now)
        return see_other(
            f"/webinars/{room.slug}/certificate", notice="Here is your certificate. It is mailed to you, too."
        )

    @get("/certificate.pdf")
    async def print(self, room: TheRoom, participant: InRoom) -> Response[bytes]:
        issued = await certificates.of_seat(room.id, participant.seat_id)
        if not issued or not issued[0].stands:
            raise NotFound("There is no certificate here yet, or not any more.")
        return await pdf(issued[0])


class AccountCertificates(Controller):
    """A person's own, whatever became of their places."""

    path = "/account/certificates"
    guards = [signed_in]
    include_in_schema = False

    @get("/")
    async def index(self, request: Request[Any, Any, Any], actor: SignedIn, now: Now) -> Response[str]:
        return page(
            request, "webinars/my_certificates.html", private=True, here="certificates", actor=actor,
            certificates=await certificates.of_person(actor.email), on_the_way=await on_the_way(actor.email, now),
        )  # fmt: skip

    @get("/{number:str}/pdf")
    async def print(self, number: FromPath[str], actor: SignedIn) -> Response[bytes]:
        found = await certificates.by_number(numbers.read(number) or "")
        if found is None or found.email != actor.email:
            raise NotFound("There is no such certificate of yours.")
        return await pdf(found)


class CheckPages(Controller):
    """For whoever was shown a certificate. A number answers with what is printed on it, and nothing else."""

    path = "/certificates"
    opt = {"public": True}
    include_in_schema = False

    @get("/")
    async def form(self, request: Request[Any, Any, Any]) -> Response[Any]:
        typed = dict(pairs(request)).get("number")
        if typed is None:
            return _asked(request, blank())
        typed = one_line(typed)[:60]
        if (number := numbers.read(typed)) is None:
            return _asked(request, Filled({"number": typed}, {"number": numbers.fault(typed)}), status=422)
        return see_other(f"/certificates/{number}")

    @get("/{typed:str}")
    async def show(self, request: Request[Any, Any, Any], typed: FromPath[str], now: Now) -> Response[Any]:
        typed = one_line(typed)[:60]
        number = numbers.read(typed)
        if number is None:
            return _asked(request, Filled({"number": typed}, {"number": numbers.fault(typed)}), status=404)
        if number != typed:
            return see_other(f"/certificates/{number}")
        await spend(_CHECKS, network(request), now=now)
        found = await certificates.by_number(number)
        if found is None:
            unknown = "No certificate with this number was ever issued here. Please compare it with the paper."
            return _asked(request, Filled({"number": number}, {"number": unknown}), status=404)
        # Whoever checks real ones may check many.
        await take_back(_CHECKS, network(request))
        return page(request, "webinars/certificate_checked.html", private=True, headers=_UNLISTED, certificate=found)


def _asked(request: Request[Any, Any, Any], form: Filled[Any], *, status: int = 200) -> Response[Any]:
    return page(request, "webinars/certificate_check.html", private=True, headers=_UNLISTED, form=form, status=status)


async def pdf(certificate: Certificate) -> Response[bytes]:
    """The certificate, to keep."""
    return Response(
        await certificate_pdf(certificate),
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="certificate-{certificate.number}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )
