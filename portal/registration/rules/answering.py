"""Until when answers can be changed. Pure."""

from datetime import datetime

from portal.registration.tables import Watching
from portal.registration.values.orders import OrderRecord, SeatRecord


def may_answer(order: OrderRecord, seat: SeatRecord, now: datetime) -> bool:
    """Until the event begins, for by then badges are printed and meals ordered; afterwards once, by whoever had no say."""
    return bool(order.questions) and (now < order.starts_at or not seat.answers)


def watches(choice: Watching | None, *, over: bool) -> Watching:
    """How somebody watches who said so, or did not; of what is over there is only the recording."""
    return Watching.RECORDING if over else choice or Watching.LIVE


def unanswered(order: OrderRecord, seat: SeatRecord) -> int:
    """How many questions that must be answered are not."""
    known = {answer.question for answer in seat.answers}
    return sum(question.required and question.id not in known for question in order.questions)
