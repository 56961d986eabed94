"""Meetings, through the real thing."""
