"""Pages of leads: for the exhibitor’s team, for attendees, for whoever holds an export, for staff."""
