"""Mails around a webinar, with values that are as long as they get."""

from datetime import UTC, datetime, timedelta

import msgspec

from portal.notifications.values import Message
from portal.registration.tables import Watching
from portal.webinars.emails import certificates
from portal.webinars.emails.crew import called_to_desk
from portal.webinars.emails.reminders import reminder
from portal.webinars.queries.certificates import Certificate
from portal.webinars.queries.crew import Called
from portal.webinars.queries.reminders import DueReminder
from portal.webinars.tables.reminders import ReminderKind
from portal.webinars.tables.rooms import CrewRole, RoomState

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def mails(email: str, long: str) -> list[tuple[str, Message]]:
    """(template, mail)."""
    due = DueReminder(
        id=1, kind=ReminderKind.WEEK, at=AT, holds=True, slug="annex-1", title=f"Annex 1, three years on {long}", starts_at=AT,
        ends_at=AT + timedelta(hours=1), timezone="Europe/Vienna", webinar_id=1, state=RoomState.SCHEDULED, seat_id=1,
        claim="s" * 32, email=email, name=f"Bob {long}", watching=Watching.LIVE, words="", replay_until=None,
    )  # fmt: skip
    over = {"state": RoomState.REPLAY, "replay_until": AT + timedelta(days=90), "words": f"Bring {long}.\nTwo lines."}
    wanted = [
        *({"kind": kind} for kind in ReminderKind),
        {"kind": ReminderKind.ATTENDED, **over},
        {"kind": ReminderKind.MISSED, "watching": Watching.RECORDING, **over},
        {"kind": ReminderKind.MISSED, "watching": Watching.RECORDING, "state": RoomState.ENDED},
    ]
    called = Called(
        id=1, email=email, role=CrewRole.HOST, slug="annex-1", title=f"Annex 1, three years on {long}", starts_at=AT,
        timezone="Europe/Vienna",
    )  # fmt: skip
    certificate = Certificate(
        id=1, number="TF-2026-000017-K", webinar_id=1, seat_id=1, slug="annex-1", email=email, name=f"Bob {long}",
        company=f"{long} GmbH", title=f"Annex 1, three years on {long}", held_on="23 November 2026", minutes=52,
        credit="1 hour of training", issued_at=AT, revoked_at=None, revoked_reason="", reason_is_public=True,
    )  # fmt: skip
    revoked = msgspec.structs.replace(certificate, revoked_at=AT, revoked_reason=f"Given to the wrong person: {long}.")
    return [
        *(("webinars/reminder", reminder(msgspec.structs.replace(due, **more))) for more in wanted),
        ("webinars/certificate", certificates.issued(certificate, b"%PDF-1.7")),
        ("webinars/certificate_revoked", certificates.revoked(revoked)),
        *(("webinars/crew", called_to_desk(msgspec.structs.replace(called, role=role))) for role in CrewRole),
    ]
