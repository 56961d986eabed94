"""Badges on paper, made from values."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from portal.core import qr
from portal.core.settings import current
from portal.core.typesetting import dated, typeset
from portal.registration.queries.badges import Printed
from portal.registration.rules.badges import badge_address, badge_code
from portal.registration.rules.ticket_codes import grouped


async def badges_pdf(event: str, people: Sequence[Printed], *, now: datetime) -> bytes:
    """Four to a sheet of A4, to be cut. What the code says and what it does not: see `rules.badges`."""
    # Drawing the codes takes longer than typesetting.
    badges = await asyncio.to_thread(lambda: [_badge(one) for one in people])
    return await typeset("badges", {"title": f"Badges: {event}", "dated": dated(now), "event": event, "badges": badges})


def _badge(one: Printed) -> dict[str, Any]:
    drawn, _ = qr.drawn(badge_address(current().base_url, one.claim_secret))
    return {
        "name": one.name, "company": one.company, "job_title": one.job_title, "type": one.ticket, "qr": drawn,
        "code": grouped(badge_code(one.claim_secret)),
    }  # fmt: skip
