"""Public data for machines: calendars, Atom, sitemaps, the HTTP API."""
