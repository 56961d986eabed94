"""Everything the worker can be asked to do about exhibitors, and what it does by the clock."""

from portal.core.jobs import Job, Recurring
from portal.exhibitors.jobs import booths, telling

JOBS = [
    Job("exhibitors.tell", telling.tell),
    Job("exhibitors.tell_booked", booths.tell_booked),
    Job("exhibitors.event_changed", telling.event_changed),
    Job("exhibitors.tell_event_changed", telling.tell_event_changed),
    Job("exhibitors.tell_package", telling.tell_package),
    Job("exhibitors.tell_moved", booths.tell_moved),
    Job("exhibitors.tell_offer", booths.tell_offer),
    Job("exhibitors.tell_offer_over", booths.tell_offer_over),
    Job("exhibitors.tell_renamed", booths.tell_renamed),
    Job("exhibitors.tell_wish", booths.tell_wish),
    Job("exhibitors.tell_wish_refused", booths.tell_wish_refused),
    Job("exhibitors.tell_money_returned", booths.tell_money_returned),
]
RECURRING = [Recurring("booths-lapse", "* * * * * */20", booths.lapse_holds)]
