"""Everything the worker can be asked to do about places, and what it does by the clock."""

from portal.core.jobs import Job, Recurring
from portal.registration.jobs import changes, companions, orders, requests, upkeep, waiting

JOBS = [
    Job("registration.send_confirmation", orders.send_confirmation),
    Job("registration.send_ticket", orders.send_ticket),
    Job("registration.ask_colleague", orders.ask_colleague),
    Job("registration.tell_seat_gone", orders.tell_seat_gone),
    Job("registration.tell_order_moved", orders.tell_order_moved),
    Job("registration.event_changed", changes.event_changed),
    Job("registration.tell_attendee", changes.tell_attendee),
    Job("registration.tell_money_returned", orders.tell_money_returned),
    Job("registration.tell_requested", requests.tell_requested),
    Job("registration.tell_approved", requests.tell_approved),
    Job("registration.tell_refused", requests.tell_refused),
    Job("registration.tell_unpaid", requests.tell_unpaid),
    Job("registration.tell_companions", companions.tell_companions),
    Job("registration.tell_companions_gone", companions.tell_companions_gone),
    Job("registration.offer_places", waiting.offer_places),
    Job("registration.tell_waiting_joined", waiting.tell_waiting_joined),
    Job("registration.tell_waiting_offer", waiting.tell_waiting_offer),
    Job("registration.tell_waiting_changed", waiting.tell_waiting_changed),
]
RECURRING = [
    Recurring("holds-lapse", "* * * * * */10", upkeep.lapse_holds),
    Recurring("waiting-sweep", "*/5 * * * *", upkeep.offer_everywhere),
    Recurring("prices-sweep", "* * * * *", upkeep.follow_sales),
]
