"""Who may do what with an exhibitor's meetings.

Every member of the company publishes and answers for themselves, owners and editors for all; none of them without the right
the organiser gives.
"""

from portal.accounts.actors import Actor
from portal.exhibitors.permissions import can_apply, can_work
from portal.exhibitors.tables.exhibiting import Right
from portal.exhibitors.values import AtEvent


def can_meet(actor: Actor | None, here: AtEvent) -> bool:
    return can_work(actor, here.organisation_id) and here.may(Right.MEETINGS)


def can_act_for(actor: Actor | None, here: AtEvent, account_id: int) -> bool:
    """To publish, answer and move for somebody of the company."""
    if actor is None or not can_meet(actor, here):
        return False
    return actor.account_id == account_id or can_apply(actor, here.organisation_id)
