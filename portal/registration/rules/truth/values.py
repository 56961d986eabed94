"""What the record is made from, and what it is made of."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from portal.calendars.values import Sent
from portal.events.queries.history import PastChange
from portal.notifications.values import MailRecord
from portal.payments.queries import Story
from portal.registration.values.orders import OrderAct, OrderRecord


class Step(msgspec.Struct, frozen=True):
    """One fact. `tone`: done, wait or bad; `when` stands in for a time that is not known yet."""

    title: str
    text: str
    at: datetime | None = None
    tone: str = "done"
    proof: str = ""
    when: str = ""


class Facts(msgspec.Struct, frozen=True):
    """Everything the timeline is made from. `held`: the places still are; `ended`: the event has; `closed`: nor is its
    recording given out any more.
    """

    order: OrderRecord
    story: Story | None
    mails: Sequence[MailRecord]
    sent: Sequence[Sent]
    acts: Sequence[OrderAct] = ()
    changes: Sequence[PastChange] = ()
    held: bool = False
    ended: bool = False
    closed: bool = False
    locale: str = "en_GB"
