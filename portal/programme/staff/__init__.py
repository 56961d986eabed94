"""`/staff/events/{id}/programme`: the pages on which staff make a programme."""
