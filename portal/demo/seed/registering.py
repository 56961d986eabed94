"""How one registers for some of the demo’s webinars: what is asked, by which rules, and who waits for a decision."""

from datetime import datetime, timedelta

from portal.accounts.actors import PORTAL
from portal.core import db
from portal.core.jobs import withdraw
from portal.core.settings import current
from portal.payments.buying import Buyer
from portal.registration.commands.asking import save_question, set_rules
from portal.registration.commands.holding import hold_seats
from portal.registration.commands.ordering import Attendee, save_details
from portal.registration.queries.orders import order_by_id
from portal.registration.queries.tickets import tickets
from portal.registration.tables import QuestionKind
from portal.registration.values.setup import QuestionFacts, Rules

ASKING = "what-inspectors-still-find"
APPROVING = "single-use-lead-times-clinic"
_QUESTIONS = (
    QuestionFacts(
        kind=QuestionKind.CHOICE, label="What does your site fill?", required=True,
        options=("Vials", "Syringes and cartridges", "Bags and bottles", "Nothing yet"),
    ),
    QuestionFacts(
        kind=QuestionKind.CHOICES, label="Where did you hear of it?",
        options=("Newsletter", "A colleague", "LinkedIn", "A search engine"),
    ),
    QuestionFacts(
        kind=QuestionKind.LONG_TEXT, label="Which finding keeps coming back at your site?",
        help="The speakers read it beforehand; nobody else does.",
    ),
)  # fmt: skip
# As many as have answered: everybody for what had to be answered, some for the rest.
_ANSWERED = """
INSERT INTO seat_answer (seat, question, answer)
SELECT s.id, q.id, q.options ->> (s.id * 7 % 11 * s.position % jsonb_array_length(q.options))::int
FROM registration_question q JOIN seat_order o ON o.event = q.event AND o.state = 'confirmed'
JOIN seat s ON s.seat_order = o.id AND s.state = 'confirmed'
WHERE q.event = $1 AND jsonb_array_length(q.options) > 0 AND (q.required OR s.id % 3 > 0)
ON CONFLICT (seat, question) DO NOTHING
"""
_WAITING = (
    ("Fenna", "de Wit", "fenna@rijnmond-biologics.example", "Supply planner", "Rijnmond Biologics"),
    ("Tomasz", "Zieliński", "t.zielinski@vistula-pharma.example", "Head of procurement", "Vistula Pharma"),
)


async def seed_registering(*, now: datetime) -> None:
    """Once; what became of it later is left as it is."""
    if await db.fetch_value("SELECT 1 FROM audit_entry WHERE verb = 'seed' AND kind = 'demo' AND key = 'registering'"):
        return
    async with db.transaction():
        ids = {row["slug"]: row["id"] for row in await db.fetch(_EVENTS, [ASKING, APPROVING])}
        rules = {
            ASKING: Rules(company_mail_only=True, recording_choice=True),
            APPROVING: Rules(approval=True),
        }
        for slug, wanted in rules.items():
            await set_rules(actor=PORTAL, event_id=ids[slug], rules=wanted, now=now)
        for facts in _QUESTIONS:
            await save_question(actor=PORTAL, event_id=ids[ASKING], facts=facts, now=now)
        await db.execute(_ANSWERED, ids[ASKING])
        for place, (first, last, email, job, company) in enumerate(_WAITING):
            at = now - timedelta(hours=3 + 22 * place)
            await _request(ids[APPROVING], Buyer(email=email, name=f"{first} {last}", company=company), job, at)
        await db.execute(
            "INSERT INTO audit_entry (at, actor, verb, kind, key, facts) "
            "VALUES ($1, 'portal', 'seed', 'demo', 'registering', '{}')", now,
        )  # fmt: skip


_EVENTS = "SELECT id, slug FROM event WHERE slug = ANY($1)"


async def _request(event_id: int, buyer: Buyer, job: str, at: datetime) -> None:
    """Somebody asks for a place. Their mail of then is nobody’s any more."""
    [ticket] = await tickets(event_id, now=at)
    hold = await hold_seats(event_id=event_id, wanted={ticket.id: 1}, code="", actor=None, now=at)
    order = await order_by_id(hold.order_id)
    assert order is not None
    first, _, last = buyer.name.partition(" ")
    await save_details(
        order=order, buyer=buyer, attendees=[Attendee(first, last, buyer.email, job)], draft={}, actor=None, now=at,
        terms=current().terms_url,
    )  # fmt: skip
    await withdraw("registration.tell_requested", order=order.id)
