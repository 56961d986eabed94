"""A buyer's bank takes money back, and how that ends."""

from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.faults import Fault
from portal.demo.stripe_standin.objects import payments
from portal.demo.stripe_standin.objects.refunds import dispute
from portal.demo.stripe_standin.store import Thing

_FEE = 2000


def open_dispute(account: Account, charge: Thing) -> Thing:
    """The bank disputes a charge: the money and a fee leave at once."""
    if charge["status"] != "succeeded" or charge["disputed"]:
        raise Fault("Only a charge that succeeded and is not disputed yet can be disputed.", param="charge")
    made = dispute(charge=charge, now=account.now())
    line = payments.balance_transaction(
        kind="adjustment", source=made, amount=-charge["amount"], fee=_FEE, now=account.now()
    )
    made["balance_transactions"] = [line]
    charge["disputed"] = True
    for thing in (line, charge, made):
        account.store.put(thing)
    account.tell("charge.dispute.created", made)
    account.tell("charge.dispute.funds_withdrawn", made)
    return made


def close_dispute(account: Account, dispute_id: str, *, won: bool) -> Thing:
    """The bank decides; a won dispute brings the money back."""
    found = account.fetch("dispute", dispute_id, "dispute")
    if found["status"] in ("won", "lost"):
        raise Fault(f"This dispute is already closed: {found['status']}.", param="dispute")
    found["status"] = "won" if won else "lost"
    if won:
        line = payments.balance_transaction(
            kind="adjustment", source=found, amount=found["amount"], fee=0, now=account.now()
        )
        account.store.put(line)
        found["balance_transactions"] = [*found["balance_transactions"], line]
    account.store.put(found)
    if won:
        account.tell("charge.dispute.funds_reinstated", found)
    account.tell("charge.dispute.closed", found)
    return found
