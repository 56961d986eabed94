"""Mails about certificates, built from values."""

from portal.core.settings import current
from portal.notifications.composing import compose
from portal.notifications.values import Message, Part
from portal.webinars.queries.certificates import Certificate

TOPIC = "certificates"


def issued(certificate: Certificate, pdf: bytes) -> Message:
    """The certificate, to whom it is about."""
    return _message("certificate", certificate, Part(f"certificate-{certificate.number}.pdf", "application/pdf", pdf))


def revoked(certificate: Certificate) -> Message:
    """To the same person: it holds no longer, and why."""
    return _message("certificate_revoked", certificate)


def _message(template: str, certificate: Certificate, *parts: Part) -> Message:
    subject, text, html = compose(f"webinars/{template}", certificate=certificate)
    return Message(
        key=f"{template}-{certificate.id}", topic=TOPIC, recipient=certificate.email, subject=subject, text=text, html=html,
        parts=parts, about_kind="webinar", about_key=str(certificate.webinar_id), reply_to=current().contact_email,
    )  # fmt: skip
