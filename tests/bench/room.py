"""A live room with a seat for every open page, questions that are shown and questions that wait."""

import time
from datetime import timedelta

import msgspec

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.core.tokens import signature
from portal.webinars.commands import moderating
from portal.webinars.rules.states import HostAction
from portal.webinars.tables.taking_part import QuestionState
from tests.bench import seeding
from tests.factories import webinars

SHOWN, WAITING = 20, 80
_TEXT = (
    "Which of the two strategies would you choose for a line that fills both vials and cartridges, and who signs for the "
    "residual risk? Question"
)
_ASKED = """
INSERT INTO webinar_question (webinar, seat, author, text, asked_at, state, decided_at)
SELECT $1, seat, 'B. ' || n || ', QA manager', $2 || ' ' || n, now(), CASE WHEN n <= $3 THEN 'approved' ELSE 'pending' END,
    CASE WHEN n <= $3 THEN now() END
FROM unnest($4::bigint[]) WITH ORDINALITY AS asked (seat, n) RETURNING id
"""


class BenchRoom(msgspec.Struct):
    """`cookies` and `seats` go together; `waiting` are questions that nobody has approved yet."""

    webinar_id: int
    path: str
    seats: list[int]
    cookies: list[str]
    shown: list[int]
    waiting: list[int]
    voted: int = 0

    async def approve(self) -> tuple[int, float]:
        """Let the room see the next question; which, and the moment it was committed."""
        question = self.waiting.pop(0)
        await moderating.approve(
            webinar_id=self.webinar_id, question_id=question, was=QuestionState.PENDING, actor=PORTAL, now=clock.now()
        )
        return question, time.monotonic()

    def next_vote(self) -> tuple[int, int]:
        """A seat, by its place in the list, and a question that it has not voted for."""
        n, self.voted = self.voted, self.voted + 1
        return n % len(self.seats), self.shown[(n // len(self.seats) + n) % SHOWN]


async def make(pages: int, *, prefix: str = "R") -> BenchRoom:
    made = await webinars.make(starts_in=timedelta(minutes=10), lasts=timedelta(hours=3), capacity=2 * pages)
    await webinars.go(made, HostAction.GO_LIVE)
    await seeding.orders(made.event_id, made.tickets["Seat"], pages, prefix=prefix)
    rows = await db.fetch(
        "SELECT s.id, s.claim_secret FROM seat s JOIN seat_order o ON o.id = s.seat_order WHERE o.event = $1 ORDER BY s.id",
        made.event_id,
    )
    seats = [row["id"] for row in rows]
    asking = [seats[n % pages] for n in range(SHOWN + WAITING)]
    asked = [row["id"] for row in await db.fetch(_ASKED, made.webinar_id, _TEXT, SHOWN, asking)]
    return BenchRoom(
        webinar_id=made.webinar_id,
        path=made.room,
        seats=seats,
        cookies=[_cookie(row["id"], row["claim_secret"]) for row in rows],
        shown=asked[:SHOWN],
        waiting=asked[SHOWN:],
    )


def _cookie(seat: int, claim: str) -> str:
    """As the join page gives it."""
    return f"{seat}.{signature('room', f'{seat}:{claim}')}"
