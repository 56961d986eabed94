"""Public data of webinars for machines: the HTTP API, calendars, Atom."""
