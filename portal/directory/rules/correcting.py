"""What a correction may hold, and what tells a person's from a program's. Pure."""

import re
from datetime import datetime, timedelta

from portal.directory.tables.corrections import CorrectionTopic

TOPICS = {
    CorrectionTopic.NAME: "The name",
    CorrectionTopic.ADDRESS: "Address, website or contacts",
    CorrectionTopic.FACTS: "A capability, certificate or figure",
    CorrectionTopic.CLOSED: "The company no longer exists",
    CorrectionTopic.TWIN: "It is listed twice",
    CorrectionTopic.OTHER: "Something else",
}
INBOX_TOPICS = {**TOPICS, CorrectionTopic.MISSING: "A company to add"}
LEAST_TIME = timedelta(seconds=3)
MOST_TIME = timedelta(hours=24)
_ADDRESS = re.compile(r"https?://|www\.", re.IGNORECASE)
_MOST_ADDRESSES = 2


def text_fault(text: str) -> str:
    """What is wrong with the words, if anything is."""
    if len(text) < 10:
        return "Please say in a sentence what is wrong and what it should say."
    if len(_ADDRESS.findall(text)) > _MOST_ADDRESSES:
        return f"Please give at most {_MOST_ADDRESSES} web addresses."
    return ""


def typed_by_hand(opened: datetime | None, now: datetime) -> bool:
    """Whether the form was open for as long as reading it takes, and not since yesterday."""
    return opened is not None and LEAST_TIME <= now - opened <= MOST_TIME
