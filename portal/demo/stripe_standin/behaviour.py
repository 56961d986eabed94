"""How badly the stand-in behaves. It starts well-behaved; a restart makes it so again."""

from typing import Annotated, Literal

import msgspec

Count = Annotated[int, msgspec.Meta(ge=0, le=1000)]
Order = Literal["as_made", "reversed", "shuffled"]


class Behaviour(msgspec.Struct, forbid_unknown_fields=True):
    """What is told over the control page, or set in a test.

    Counts go down by one each time they are used.
    """

    copies: Annotated[int, msgspec.Meta(ge=1, le=20)] = 1
    """How often each event is delivered."""
    delay_seconds: Annotated[float, msgspec.Meta(ge=0, le=86400)] = 0.0
    """How long an event waits before its first delivery."""
    order: Order = "as_made"
    """In which order waiting events go out."""
    drop: Count = 0
    """The next events that are never delivered."""
    cut: Count = 0
    """The next deliveries whose connection is cut before the answer is read; they are sent again."""
    before_answer: bool = False
    """Deliver what an API call caused before the call is answered."""
    lose_answers: Count = 0
    """The next API calls that are carried out and answered with a proxy's error page."""
    last_try: Literal["cancel", "unpaid", "leave"] = "cancel"
    """What becomes of a subscription when the last try to collect an invoice failed; `leave`: it stays past due."""
    slow: Count = 0
    """The next API calls that are carried out at once and answered only after `slow_seconds`."""
    slow_seconds: Annotated[float, msgspec.Meta(ge=0, le=60)] = 1.0
    unavailable: Count = 0
    """The next API calls that are refused with 503 before anything is done."""
