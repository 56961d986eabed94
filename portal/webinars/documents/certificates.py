"""Certificates, made from values."""

import asyncio

from portal.core import qr, times
from portal.core.errors import Conflict
from portal.core.settings import current
from portal.core.typesetting import dated, typeset
from portal.webinars.queries.certificates import Certificate


async def certificate_pdf(certificate: Certificate) -> bytes:
    """The certificate on A4 across, as it was issued: the same bytes each time. Raises Conflict for one that was taken back."""
    if not certificate.stands:
        raise Conflict("This certificate was taken back, so it is no longer printed.")
    settings = current()
    address = settings.base_url + certificate.path
    code, quiet = await asyncio.to_thread(qr.drawn, address)
    issued = certificate.issued_at.astimezone(times.zone(settings.site_timezone)).date()
    facts = [
        ("Date", certificate.held_on),
        ("Attended", f"{certificate.minutes} minute{'' if certificate.minutes == 1 else 's'}"),
        ("Issued", times.day(issued)),
        *([("Credit", certificate.credit)] if certificate.credit else []),
    ]
    data = {
        "title": f"Certificate of attendance: {certificate.title}",
        "dated": dated(certificate.issued_at),
        "name": certificate.name,
        "company": certificate.company,
        "event": certificate.title,
        "facts": facts,
        "number": certificate.number,
        "qr": code,
        "quiet": quiet,
        "check": {
            "home": settings.base_url,
            "url": address,
            "text": f"{settings.base_url.partition('://')[2]}/certificates",
        },
    }
    return await typeset("certificate", data)
