"""What people are asked to agree to before a sponsor is told of them."""

import hashlib
from enum import StrEnum

OCCASION = "webinar"
"""What these consents are about; the key is the room’s number."""
WORDING = "webinar_sponsor"
"""The kind of wordings that sponsors of webinars have; the key is the company’s number."""


def usual(publisher: str, company: str) -> str:
    """The sentence where a sponsor has none of its own."""
    return (
        f"I agree that {publisher} passes on my name, job title, company and email address to {company}, and how I took part: "
        "how long I was there or watched, and whether I answered polls, asked a question or took something of theirs with me. "
        f"{company} may write to me or call me about what this webinar was about. I can take this back at any time."
    )


def digest(text: str) -> str:
    """Which sentence somebody read; what they agree to has to be that one."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


class How(StrEnum):
    """Where somebody agreed."""

    REGISTRATION = "registration"
    ROOM = "room"
    REPLAY = "replay"
