"""Calendar entries of an order as answers."""

from litestar.response import Response

from portal.calendars.feeds import MEDIA_TYPE
from portal.core.errors import NotFound
from portal.registration.values.orders import OrderRecord
from portal.web.files import private_file


def calendar_answer(content: bytes | None, order: OrderRecord) -> Response[bytes]:
    """A calendar entry as a download; None for a place that has none."""
    if content is None:
        raise NotFound("There is no calendar entry for this place: it comes with the name of whoever takes it.")
    return private_file(content, MEDIA_TYPE, f"{order.event_slug}.ics")
