"""Private files as answers: never stored by anybody in between, never indexed."""

from litestar.response import Response

from portal.calendars.feeds import MEDIA_TYPE
from portal.core.errors import NotFound
from portal.registration.values import OrderRecord

_PRIVATE = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}


def private_file(content: bytes, media_type: str, name: str) -> Response[bytes]:
    """A download called `name`."""
    return Response(
        content,
        media_type=media_type,
        headers={**_PRIVATE, "Content-Disposition": f'attachment; filename="{name}"'},
    )


def calendar_answer(content: bytes | None, order: OrderRecord) -> Response[bytes]:
    """A calendar entry as a download; None for a place that has none."""
    if content is None:
        raise NotFound("There is no calendar entry for this place: it comes with the name of whoever takes it.")
    return private_file(content, MEDIA_TYPE, f"{order.event_slug}.ics")


def pdf_file(content: bytes, name: str) -> Response[bytes]:
    return private_file(content, "application/pdf", name)
