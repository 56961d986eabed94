"""Pages for visitors: the list, the month, one event, how to subscribe, the documentation of the data."""
