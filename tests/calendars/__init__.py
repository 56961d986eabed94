"""Calendars: revisions, feeds, invitations, read back by three independent parsers."""
