"""Everything the worker can be asked to do about webinars, and what it does by the clock."""

from portal.core.jobs import Job, Recurring
from portal.webinars.jobs import certificates, crew, reminders, series, states, upkeep

JOBS = [
    Job("webinars.remind", reminders.remind),
    Job("webinars.try_reminder", reminders.try_out),
    Job("webinars.tell_crew", crew.tell_crew),
    Job("webinars.issue_certificates", certificates.issue_certificates),
    Job("webinars.send_certificate", certificates.send_certificate),
    Job("webinars.tell_revoked", certificates.tell_revoked),
]
RECURRING = [
    Recurring("webinars-remind", "* * * * *", reminders.look_for_reminders),
    Recurring("series-places", "* * * * * */10", series.keep_places),
    Recurring("rooms-shorten", "43 3 * * *", upkeep.shorten_old),
    Recurring("certificates-issue", "*/5 * * * *", certificates.issue_due),
    Recurring("rooms-move", "* * * * * */2", states.move_rooms),
]
