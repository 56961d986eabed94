"""Test clocks: time that goes forward when somebody says so, for the customers bound to it."""

from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.acts import customers, renewing
from portal.demo.stripe_standin.faults import Fault
from portal.demo.stripe_standin.objects import portal
from portal.demo.stripe_standin.params import Empty
from portal.demo.stripe_standin.portal_params import ClockAdvance, ClockCreate
from portal.demo.stripe_standin.store import Thing

_DAYS = {"day": 1, "week": 7, "month": 31, "year": 366}
_MOST_INTERVALS = 2
_BOUND = ("subscription", "invoice", "invoiceitem")


def create(account: Account, params: ClockCreate) -> Thing:
    made = portal.clock(name=params.name, frozen_time=params.frozen_time, now=account.now())
    account.store.put(made)
    account.tell("test_helpers.test_clock.created", made)
    return made


def advance(account: Account, params: ClockAdvance, clock_id: str) -> Thing:
    """It is ready as soon as the call is answered; the answer says “advancing”, as Stripe's does."""
    found = account.fetch("test_helpers.test_clock", clock_id, "test_clock")
    _check(account, found, params.frozen_time)
    details = {"advancing": {"target_frozen_time": params.frozen_time}}
    advancing = {**found, "status": "advancing", "status_details": details}
    account.tell("test_helpers.test_clock.advancing", advancing)
    run(account, found, params.frozen_time)
    return advancing


def run(account: Account, clock: Thing, until: int) -> Thing:
    """Everything that is due until then, each at its time."""
    renewing.catch_up(account, until=until, clock=clock["id"])
    clock["frozen_time"] = until
    account.store.put(clock)
    account.tell("test_helpers.test_clock.ready", clock)
    return clock


def delete(account: Account, params: Empty, clock_id: str) -> Thing:
    """The clock goes with the customers bound to it."""
    found = account.fetch("test_helpers.test_clock", clock_id, "test_clock")
    with account.at(found["frozen_time"]):
        for customer in account.store.find("customer", equal={"test_clock": clock_id}):
            customers.delete(account, Empty(), customer["id"])
    account.tell("test_helpers.test_clock.deleted", found)
    gone = {"id": clock_id, "object": "test_helpers.test_clock", "deleted": True}
    account.store.remove(gone)
    return gone


def clock_of(account: Account, subscription: Thing) -> Thing:
    """The clock of a subscription. One that runs with the machine's is bound to a clock of its own, for good: only the
    control desk can do that, Stripe binds customers when they are made.
    """
    if subscription["test_clock"] is not None:
        return account.fetch("test_helpers.test_clock", subscription["test_clock"])
    made = portal.clock(name="Control desk", frozen_time=account.now(), now=account.now())
    account.store.put(made)
    account.tell("test_helpers.test_clock.created", made)
    customer = account.fetch("customer", subscription["customer"])
    account.store.put(customer | {"test_clock": made["id"]})
    for kind in _BOUND:
        for thing in account.store.find(kind, equal={"customer": customer["id"]}):
            account.store.put(thing | {"test_clock": made["id"]})
    return made


def _check(account: Account, clock: Thing, until: int) -> None:
    if until <= clock["frozen_time"]:
        raise Fault("A test clock can only be advanced to a time after its frozen_time.", param="frozen_time")
    running = account.store.find("subscription", equal={"test_clock": clock["id"]})
    lengths = [
        _DAYS[again["interval"]] * again["interval_count"]
        for subscription in running
        if subscription["status"] != "canceled"
        for again in [subscription["items"]["data"][0]["price"]["recurring"]]
    ]
    if lengths and until > clock["frozen_time"] + _MOST_INTERVALS * min(lengths) * 86400:
        words = "You can only advance a test clock by up to two intervals of its shortest subscription."
        raise Fault(words, param="frozen_time")
