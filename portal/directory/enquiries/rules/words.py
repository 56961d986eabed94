"""What states, reasons and outcomes are called."""

from portal.directory.enquiries.tables import (
    Decided,
    EnquiryKind,
    EnquiryState,
    Missed,
    NoReason,
    Outcome,
    RecipientState,
)

KINDS = {EnquiryKind.QUOTE: "Request for quotation", EnquiryKind.QUESTION: "Question"}
STATES = {
    EnquiryState.UNPROVED: ("Not sent yet", "warn"), EnquiryState.HELD: ("Held for a look by our staff", "warn"),
    EnquiryState.REFUSED: ("Not sent", "bad"), EnquiryState.OPEN: ("Open", "brand"), EnquiryState.CLOSED: ("Closed", ""),
    EnquiryState.EXPIRED: ("Over", ""),
}  # fmt: skip
"""(words, tone) of an enquiry's state."""
RECIPIENT_STATES = {
    RecipientState.SENT: ("Not opened yet", ""), RecipientState.SEEN: ("Opened", "brand"),
    RecipientState.QUESTION: ("Has a question", "warn"), RecipientState.YES: ("Yes", "ok"),
    RecipientState.NO: ("No", "bad"), RecipientState.EXPIRED: ("No answer in time", ""),
    RecipientState.ENDED: ("Closed by the buyer", ""),
    RecipientState.BLOCKED: ("Takes no enquiries from this address", "bad"),
}  # fmt: skip
NO_REASONS = {
    NoReason.CAPACITY: "No free capacity by that date", NoReason.NOT_OFFERED: "We do not offer this",
    NoReason.VOLUME: "The volume does not fit", NoReason.DATE: "The date cannot be met",
    NoReason.DETAILS: "Too little is said to judge", NoReason.OTHER: "Another reason",
}  # fmt: skip
OUTCOMES = {
    Outcome.AWARDED: "Awarded to one of them", Outcome.NO_PROJECT: "No project came of it", Outcome.OTHER: "Something else",
}  # fmt: skip
DECIDED = {
    Decided.PRICE: "Price", Decided.LEAD_TIME: "Lead time", Decided.CAPACITY: "Capacity",
    Decided.QUALITY: "Quality and certificates", Decided.LOCATION: "Location", Decided.SPEED: "Speed of the answer",
    Decided.OTHER: "Something else",
}  # fmt: skip
MISSED = {
    Missed.LACKING: ("A fact is missing", "Your profile does not state something that was asked for."),
    Missed.STALE: ("A fact is too old", "It was not confirmed for a year, so the filters passed over it."),
    Missed.EXPIRED: ("A certificate has expired", "It ran out before the request was made."),
    Missed.OUTSIDE: ("Outside the country", "The buyer looked in other countries."),
    Missed.SLOW: ("Answers take longer", "You matched. Those chosen answer sooner than you do."),
    Missed.NOT_CHOSEN: ("Matched, but not chosen", "You matched everything. The buyer picked others from the list."),
}  # fmt: skip
