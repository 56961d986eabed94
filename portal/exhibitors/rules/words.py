"""States and rights in words."""

from portal.exhibitors.tables.exhibiting import ExhibitorState, Right

STATES = {
    ExhibitorState.APPLIED: "To be decided", ExhibitorState.ACCEPTED: "Exhibits", ExhibitorState.DECLINED: "Declined",
    ExhibitorState.WITHDRAWN: "Withdrawn", ExhibitorState.CANCELLED: "Cancelled",
    ExhibitorState.JOINED: "Made one with another",
}  # fmt: skip
TONES = {
    ExhibitorState.APPLIED: ("warn", "clock"), ExhibitorState.ACCEPTED: ("ok", "check"), ExhibitorState.DECLINED: ("", "x"),
    ExhibitorState.WITHDRAWN: ("", "x"), ExhibitorState.CANCELLED: ("bad", "x"),
    ExhibitorState.JOINED: ("", "x"),
}  # fmt: skip
RIGHTS = {
    Right.SCAN: ("Scan badges", "Read visitors’ badges, with their consent, and note who they were."),
    Right.LEADS: ("Read leads", "See the list of everybody scanned."),
    Right.EXPORT: ("Take leads away", "Download them as a file."),
    Right.API: ("Leads by API", "Fetch them by program."),
    Right.MEETINGS: ("Meetings", "Publish times, and be asked for meetings."),
    Right.PASSES: ("Staff passes", "Hand out the passes that are included."),
    Right.DOCUMENTS: ("Products and documents", "Show them on the page of the event."),
}
